"""Counts and ownership by area, by hand on five parks."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.metrics.areas import AreaInputs, area_metrics

PARKS = pd.DataFrame(
    {
        "park_id": list("pqrst"),
        "study_set": [True, True, True, False, True],
        "located": [True, True, False, True, True],
        "area_ha": [100.0, 50.0, None, 30.0, None],
        "plants_registered": [3, 0, 2, 5, 1],
        "area": ["x", "x", "x", "x", "y"],
    }
)
HELD = pd.DataFrame({"park_id": ["p", "p", "q"], "developer_id": ["a", "b", "a"], "share": [0.5, 0.5, 1.0]})
PLANTS = pd.DataFrame(
    {
        "scian": ["336320", "336111", "311110", None, "336320"],
        "manufacturing": [True, True, True, False, True],
        "area": ["x", "x", "x", "x", "y"],
    }
)
EMPTY = pd.DataFrame({"area": pd.Series(dtype=str)})


@pytest.fixture
def measured() -> pd.DataFrame:
    inputs = AreaInputs(PARKS, HELD, PLANTS, auto_parts=PLANTS.iloc[[0, 4]], assembly=PLANTS.iloc[[1]])
    return area_metrics(inputs, by="area", areas=pd.Index(["y", "x", "z"]), industries=("3363",))


def test_counts_by_hand(measured: pd.DataFrame) -> None:
    assert measured.index.tolist() == ["y", "x", "z"]
    x = measured.loc["x"]
    assert x[["parks", "parks_study_set", "parks_not_located", "parks_with_area"]].tolist() == [4, 3, 1, 2]
    assert x[["area_ha_known", "plants_in_parks", "establishments", "manufacturing_establishments"]].tolist() == [
        150, 5, 4, 3
    ]  # fmt: skip
    assert measured["auto_parts_plants"].tolist() == [1, 1, 0]
    assert measured["assembly_plants"].tolist() == [0, 1, 0]


def test_ownership_by_hand(measured: pd.DataFrame) -> None:
    """x: a has 1.5 parks of 3, b 0.5, one unknown. By hectares a 100 and b 50 of 150, nothing unknown."""
    x = measured.loc["x"]
    hhi = (1.5**2 + 0.5**2 + 1) / 9
    assert x[["owner_hhi_count_low", "owner_hhi_count_high"]].tolist() == pytest.approx([hhi, hhi])
    assert x[["owner_hhi_ha_low", "owner_hhi_ha_high"]].tolist() == pytest.approx([5 / 9, 5 / 9])
    assert x[["developers", "parks_controller_known"]].tolist() == [2, 2]
    assert x["controller_known_share"] == pytest.approx(2 / 3)
    y = measured.loc["y"]
    assert y[["owner_hhi_count_low", "owner_hhi_count_high", "controller_known_share"]].tolist() == [1, 1, 0]
    assert pd.isna(y["owner_hhi_ha_low"])


def test_quotients_by_hand(measured: pd.DataFrame) -> None:
    """x: 1 of 3 manufacturing plants, country 2 of 4; y: 1 of 1."""
    assert measured["lq_3363"].tolist()[:2] == pytest.approx([2, 2 / 3])


def test_an_empty_area_counts_zero_and_measures_nothing(measured: pd.DataFrame) -> None:
    z = measured.loc["z"]
    assert z[["parks", "establishments", "developers", "establishments_3363"]].tolist() == [0, 0, 0, 0]
    assert z[["owner_hhi_count_low", "lq_3363", "controller_known_share", "area_ha_known"]].isna().all()
