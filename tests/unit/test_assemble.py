"""The rules a run applies on its way from layers to tables."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.assemble import _paid, latest_wages, publish, rate_ports, serving_ports
from geo.geodesy import GEOD, GEODETIC_CRS
from geo.schema import LAYERS
from geo.study import load_study


def wages(*rows: tuple[str, int, int | None, float, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["cve_ent", "year", "month", "value", "basis"])
    return table.assign(measure="imss_sbc_daily_mxn", year=table["year"].astype("Int64"))


def test_the_wage_year_is_the_last_that_every_state_has_in_one_series() -> None:
    """2024 is there for one state only and 2023 mixes two series: 2022 it is."""
    table = wages(
        ("01", 2021, None, 1.0, "derived"),
        ("02", 2021, None, 2.0, "derived"),
        ("01", 2022, None, 3.0, "derived"),
        ("02", 2022, None, 4.0, "derived"),
        ("01", 2023, None, 5.0, "derived"),
        ("02", 2023, None, 6.0, "published"),
        ("01", 2024, None, 7.0, "derived"),
        ("01", 2025, 6, 8.0, "derived"),
        ("02", 2025, 6, 9.0, "derived"),
    )
    latest = latest_wages(table)
    assert latest["wage_daily_mxn"].to_dict() == {"01": 3.0, "02": 4.0}
    assert latest["wage_year"].tolist() == [2022, 2022]


def test_a_park_takes_the_latest_wage_of_its_municipality_else_the_states() -> None:
    parks = gpd.GeoDataFrame({"cvegeo": ["01001", "01002", "02001", "03001"], "cve_ent": ["01", "01", "02", "03"]})
    states = pd.DataFrame({"wage_daily_mxn": [10.0, 20.0], "wage_year": [2022, 2022]}, index=["01", "02"])
    towns = pd.DataFrame({"cvegeo": ["01001", "01001", "03001"], "year": [2023, 2021, 2020],
                          "wage_daily_mxn": [11.0, 9.0, 33.0]}).astype({"year": "Int64"})  # fmt: skip
    areas = gpd.GeoDataFrame({"cvegeo": ["01001", "01002", "02001", "03001"], "zlfn": [True, False, False, False]})
    found = _paid(parks, states, towns, areas)
    assert found["wage_daily_mxn"].tolist() == [11.0, 10.0, 20.0, 33.0]
    assert found["wage_year"].tolist() == [2023, 2022, 2022, 2020]
    assert found["wage_level"].tolist() == ["municipality", "state", "state", "municipality"]
    none = _paid(parks, states, towns.iloc[:0], areas)
    assert none["wage_daily_mxn"].fillna(0).tolist() == [10.0, 10.0, 20.0, 0.0]
    assert none["wage_level"].fillna("").tolist() == ["state", "state", "state", ""]


def test_without_a_complete_year_there_is_no_wage() -> None:
    assert latest_wages(wages(("01", 2021, None, 1.0, "derived"), ("02", 2022, None, 2.0, "derived"))).empty


def test_ports_far_off_the_line_are_rated_and_serve_nothing() -> None:
    study = load_study()
    border = gpd.GeoDataFrame(
        {"name": ["line"]},
        geometry=[shapely.LineString([(-106.6, 31.7), (-106.5, 31.7), (-106.4, 31.7)])],
        crs=GEODETIC_CRS,
    )
    lon, lat, _ = GEOD.fwd([-106.5] * 4, [31.7] * 4, [0] * 4, [0, 300, 900, 0])
    ports = gpd.GeoDataFrame(
        {"name": ["on it", "near it", "far off", "on foot"], "modes": ["commercial;rail"] * 3 + ["pedestrian_only"]},
        geometry=gpd.points_from_xy(lon, lat),
        crs=GEODETIC_CRS,
    )
    rated = rate_ports(ports, border, study)
    assert rated["quality"].tolist() == ["good", "off_line", "bad", "good"]
    assert serving_ports(rated, study)["name"].tolist() == ["on it", "near it"]
    anyone = study.model_copy(update={"parameters": study.parameters.model_copy(update={"port_mode": "any"})})
    assert serving_ports(rated, anyone)["name"].tolist() == ["on it", "near it", "on foot"]


def test_publishing_rounds_to_the_unit_and_keeps_missing_missing() -> None:
    table = pd.DataFrame({"name": ["a", "b", "c"], "length_km": [1.23456, np.nan, -0.0001]})
    lines = gpd.GeoDataFrame(table, geometry=[shapely.LineString([(-100, 20), (-99, 20)])] * 3, crs=GEODETIC_CRS)
    published = publish(lines, "border")
    assert list(published.columns) == [column.name for column in LAYERS["border"].output_columns] + ["geometry"]
    assert published["length_km"].tolist()[0] == 1.235
    assert np.isnan(published["length_km"].iloc[1])
    assert str(published["length_km"].iloc[2]) == "0.0"
    assert published.crs.to_epsg() == 6372
