"""Who controls a park."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.ownership import controllers, owner_kind, party_names

ROLES = pd.DataFrame(
    {
        "park_id": ["p", "p", "p", "q", "q", "r", "s", "t", "t"],
        "developer_id": ["a", "b", "c", "a", "b", "c", "a", "a", "b"],
        "role": [
            "owner",
            "developer",
            "administrator",
            "developer",
            "developer",
            "promoter",
            "owner",
            "owner",
            "owner",
        ],
        "as_of_year": pd.array([2025, 2010, None, None, None, 2000, 2018, None, None], dtype="Int64"),
    }
)
DEVELOPERS = pd.DataFrame({"developer_id": ["a", "b", "c"], "name": ["A", "B", "C"], "kind": ["reit", "public", None]})


def held(**options: object) -> dict[str, dict[str, float]]:
    table = controllers(ROLES, **({"precedence": ("owner", "developer")} | options))  # type: ignore[arg-type]
    return {
        park: dict(zip(rows["developer_id"], rows["share"], strict=True)) for park, rows in table.groupby("park_id")
    }


def test_the_owner_goes_before_the_developer() -> None:
    assert held()["p"] == {"a": 1}


def test_without_an_owner_the_developers_share_equally() -> None:
    assert held()["q"] == {"a": 0.5, "b": 0.5}


def test_promoters_and_administrators_do_not_control() -> None:
    assert "r" not in held()
    assert held(precedence=("owner", "developer", "promoter"))["r"] == {"c": 1}


def test_relations_after_the_year_are_left_out() -> None:
    assert held(year=2018)["p"] == {"b": 1}
    assert held(year=2018)["s"] == {"a": 1}
    assert "s" not in held(year=2017)


def test_shares_of_each_park_sum_to_one() -> None:
    table = controllers(ROLES, precedence=("owner", "developer", "promoter", "administrator"))
    assert table.groupby("park_id")["share"].sum().tolist() == pytest.approx([1] * 5)


def test_names_stand_by_role() -> None:
    parks = pd.Series(["q", "p", "z"], index=[10, 20, 30])
    names = party_names(ROLES, DEVELOPERS, parks)
    assert names.index.tolist() == [10, 20, 30]
    assert names.loc[10, "developers"] == "A; B"
    assert names.loc[20, ["owners", "administrators"]].tolist() == ["A", "C"]
    assert names.loc[30].isna().all()


def test_kind_is_mixed_where_known_kinds_differ_and_blank_where_unknown() -> None:
    table = controllers(ROLES, precedence=("owner", "developer", "promoter"))
    kinds = owner_kind(table, DEVELOPERS, pd.Series(["p", "q", "r", "z"]))
    assert kinds.tolist()[:2] == ["reit", "mixed"]
    assert kinds.isna().tolist() == [False, False, True, True]
