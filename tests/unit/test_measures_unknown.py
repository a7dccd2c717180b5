"""Measures where owners, location errors or the study set are unknown: nothing is made up, nothing fails."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from geo.assemble import _developers
from geo.measures.curves import _owners, owned_sites
from geo.measures.parks import park_hot_spots
from geo.study import load_study

STUDY = load_study(permutations=99)
NOBODY = pd.DataFrame({"park_id": pd.Series(dtype="str"), "developer_id": pd.Series(dtype="str"), "share": []})


def parks(*, error_m: float | None) -> gpd.GeoDataFrame:
    """Return twelve parks in a row, one a kilometre and a half."""
    lon = [-100.3 + 0.015 * each for each in range(12)]
    return gpd.GeoDataFrame(
        {
            "park_id": [f"p{each}" for each in range(12)],
            "study_set": True,
            "area_ha": 10.0,
            "plants_registered": pd.array([None] * 12, dtype="Int64"),
            "location_error_m": pd.Series([error_m] * 12, dtype=float),
        },
        geometry=gpd.points_from_xy(lon, [25.7] * 12, crs=4326),
    )


def held() -> pd.DataFrame:
    return pd.DataFrame({"park_id": [f"p{each}" for each in range(12)], "developer_id": ["a", "b"] * 6, "share": 1.0})


def test_without_owners_there_are_no_owned_sites_and_no_curves() -> None:
    assert owned_sites(parks(error_m=100), NOBODY).empty
    assert list(_owners(parks(error_m=100), NOBODY, STUDY)) == []


def test_curves_have_no_interval_where_an_error_is_unknown() -> None:
    study = STUDY.model_copy(update={"parameters": STUDY.parameters.model_copy(update={"replicas": 20})})
    known = pd.DataFrame(_owners(parks(error_m=100), held(), study))
    unknown = pd.DataFrame(_owners(parks(error_m=None), held(), study))
    assert known["jitter_median"].notna().any()
    assert unknown["jitter_median"].isna().all()
    pd.testing.assert_series_equal(known["observed"], unknown["observed"])


def test_hot_spots_are_missing_where_nobody_counted_plants() -> None:
    found = park_hot_spots(parks(error_m=None), STUDY)
    assert found["gi_star_z"].isna().all()


@pytest.mark.parametrize("count", [0, 2])
def test_developers_are_counted_in_whole_numbers(count: int) -> None:
    names = pd.Series(["a", "z"][:count], dtype="str")
    developers = pd.DataFrame({"developer_id": names, "name": names})
    roles = held().assign(role="owner")
    found = _developers({"developers": developers, "park_developers": roles}, parks(error_m=None), held())
    assert found["parks_controlled"].dtype == "Int64"
    assert found["parks_controlled"].tolist() == [6, 0][:count]
    assert found["area_ha_known"].tolist()[:1] == [60.0][:count]
