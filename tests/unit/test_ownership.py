"""Who controls a park."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.ownership import controllers, owner_kind, party_names, run_controllers, ultimate_owners
from geo.study import Parameters

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
        "until_year": pd.array([None, None, None, 2015, None, None, None, None, None], dtype="Int64"),
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


def test_a_relation_holds_in_its_last_year_and_not_after_it() -> None:
    assert held(year=2015)["q"] == {"a": 0.5, "b": 0.5}
    assert held(year=2016)["q"] == {"b": 1}
    assert held()["q"] == {"a": 0.5, "b": 0.5}


def relations(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Return party_relations: developer, parent, relation, from, to, share."""
    columns = ["developer_id", "parent_id", "relation", "from_year", "to_year", "share_pct"]
    frame = pd.DataFrame(list(rows), columns=columns)
    return frame.astype({"from_year": "Int64", "to_year": "Int64", "share_pct": "float64"})


def owned(table: pd.DataFrame, year: int | None = None, **shares: float) -> dict[str, float]:
    """Return the ultimate owners of parks that one party each holds."""
    parties = pd.DataFrame({"park_id": list(shares), "developer_id": list(shares), "share": list(shares.values())})
    found = ultimate_owners(parties, table, year=year)
    return found.groupby("developer_id")["share"].sum().to_dict()


def test_a_party_counts_as_the_end_of_its_chain_from_the_year_of_the_merger() -> None:
    """Alfa merged into Beta in 2015; Gama holds 60 % and Delta 40 % of Beta since 2019."""
    chain = relations(
        ("alfa", "beta", "merged_into", 2015, None, None),
        ("beta", "gama", "subsidiary_of", 2019, None, 60),
        ("beta", "delta", "subsidiary_of", 2019, None, 40),
    )
    parties = {"alfa": 1.0, "beta": 1.0, "gama": 1.0}
    assert owned(chain, 2014, **parties) == {"alfa": 1, "beta": 1, "gama": 1}
    assert owned(chain, 2018, **parties) == {"beta": 2, "gama": 1}
    assert owned(chain, 2019, **parties) == pytest.approx({"gama": 2.2, "delta": 0.8})
    assert owned(chain, None, **parties) == pytest.approx({"gama": 2.2, "delta": 0.8})


def test_shares_multiply_along_every_way_to_an_owner() -> None:
    """A: 60 % B, 40 % C; B: 70 % C, 30 % D. So C has 0.4 + 0.6 x 0.7 = 0.82 of A and D 0.18."""
    table = relations(
        ("b", "c", "subsidiary_of", None, None, 70),
        ("b", "d", "subsidiary_of", None, None, 30),
        ("a", "b", "subsidiary_of", None, None, 60),
        ("a", "c", "subsidiary_of", None, None, 40),
    )
    assert owned(table, a=1.0) == pytest.approx({"c": 0.82, "d": 0.18})


def test_a_single_parent_takes_the_whole_whatever_its_share() -> None:
    assert owned(relations(("a", "b", "subsidiary_of", 2024, None, 77.14)), a=1.0) == {"b": 1}


def test_a_sale_of_assets_binds_nobody() -> None:
    assert owned(relations(("a", "b", "assets_to", 2019, None, None)), 2020, a=1.0) == {"a": 1}


def test_without_a_year_the_relations_that_stand_count() -> None:
    table = relations(("a", "b", "subsidiary_of", 1990, 2003, None))
    assert owned(table, 2003, a=1.0) == {"b": 1}
    assert owned(table, 2004, a=1.0) == {"a": 1}
    assert owned(table, a=1.0) == {"a": 1}


def test_owners_of_a_park_that_have_one_parent_are_one_owner() -> None:
    parties = pd.DataFrame({"park_id": ["p", "p", "q"], "developer_id": ["a", "b", "c"], "share": [0.5, 0.5, 1.0]})
    table = relations(("a", "c", "renamed_to", None, None, None), ("b", "c", "merged_into", None, None, None))
    found = ultimate_owners(parties, table)
    assert found.to_dict("list") == {"park_id": ["p", "q"], "developer_id": ["c", "c"], "share": [1.0, 1.0]}


def test_a_run_asks_for_roles_year_and_ultimate_owners() -> None:
    layers = {"park_developers": ROLES, "party_relations": relations(("a", "c", "merged_into", 2016, None, None))}
    plain = run_controllers({"park_developers": ROLES}, Parameters())
    pd.testing.assert_frame_equal(plain, controllers(ROLES, precedence=("owner", "developer")))

    def of(park: str, **parameters: object) -> list[str]:
        found = run_controllers(layers, Parameters(**parameters))  # type: ignore[arg-type]
        return found.loc[found["park_id"] == park, "developer_id"].tolist()

    assert of("q", ultimate_owners=True) == ["c", "b"]
    assert of("s", ultimate_owners=True, ownership_year=2018) == ["c"]
    assert of("q", ultimate_owners=True, ownership_year=2015) == ["a", "b"]
    owners = run_controllers(layers, Parameters(), precedence=("owner",))
    assert owners["park_id"].unique().tolist() == ["p", "s", "t"]


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
