"""Geodesic distances, lengths and chainages published or computed by independent programs.

Sources: ``geodtest.csv`` holds the twenty lines of GeographicLib's own tests (Karney; MIT licence), in the style of
his GeodTest set; Paris - New York and the polar square are examples in GeographicLib's documentation; distances and
chainages between Mexican cities (``cities.csv``) were computed with GeographicLib.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.geodesy import GEOD, PolylineIndex, chainage, distance_km, line_length_km

HERE = Path(__file__).parent
CITIES = pd.read_csv(HERE / "cities.csv", index_col="city")
ROUTE = ["Juárez", "Chihuahua", "Torreón", "Zacatecas", "Aguascalientes", "León", "Querétaro"]
LEGS_KM = [340.212777, 433.754074, 318.218974, 102.564803, 104.996708, 147.369198]


def between(one: str, other: str) -> float:
    a, b = CITIES.loc[one], CITIES.loc[other]
    return float(distance_km(a["lon"], a["lat"], b["lon"], b["lat"]))


def route() -> shapely.LineString:
    return shapely.LineString(CITIES.loc[ROUTE, ["lon", "lat"]].to_numpy())


def test_twenty_geodesics_of_geographiclib() -> None:
    lines = pd.read_csv(HERE / "geodtest.csv")
    assert len(lines) == 20
    km = distance_km(lines["lon1"], lines["lat1"], lines["lon2"], lines["lat2"])
    assert np.max(np.abs(1000.0 * km - lines["s12_m"])) < 1e-6


def test_new_york_to_paris() -> None:
    assert 1000.0 * distance_km(-73.8, 40.6, 2.55, 49.01666667) == pytest.approx(5853226.256, abs=0.5)


def test_square_around_the_pole() -> None:
    lon, lat = [0.0, 90.0, 180.0, 270.0], [89.0] * 4
    area, perimeter = GEOD.polygon_area_perimeter(lon, lat)
    assert perimeter == pytest.approx(631819.8745, abs=1e-4)
    assert area == pytest.approx(24952305678.0, abs=1.0)
    ring = shapely.LineString(np.column_stack([[*lon, 0.0], [*lat, 89.0]]))
    assert 1000.0 * line_length_km(ring) == pytest.approx(631819.8745, abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ("Juárez", "Querétaro", 1369.290915),
        ("Juárez", "Ciudad de México", 1541.849749),
        ("Hermosillo", "Guaymas", 128.127360),
        ("Hermosillo", "Nogales", 247.843676),
        ("Monterrey", "Nuevo Laredo", 213.696086),
        ("Saltillo", "Monterrey", 75.154862),
    ],
)
def test_distances_between_cities(one: str, other: str, km: float) -> None:
    assert between(one, other) == pytest.approx(km, abs=1e-5)


def test_legs_and_length_of_the_route() -> None:
    legs = [between(one, other) for one, other in pairwise(ROUTE)]
    assert legs == pytest.approx(LEGS_KM, abs=1e-4)
    assert line_length_km(route()) == pytest.approx(1447.116534, abs=1e-4)
    assert PolylineIndex(route()).length_km == pytest.approx(1447.116534, abs=1e-4)
    assert line_length_km(route()) / between("Juárez", "Querétaro") == pytest.approx(1.0568364, abs=1e-7)


@pytest.mark.parametrize(
    ("city", "along", "offset"),
    [("Silao", 1323.91756, 5.76727), ("Delicias", 416.14310, 17.10088), ("Hermosillo", 237.76011, 466.23005)],
)
def test_chainage_along_the_route(city: str, along: float, offset: float) -> None:
    place = CITIES.loc[city]
    chainage_km, offset_km = chainage(route(), [place["lon"]], [place["lat"]])
    assert chainage_km[0] == pytest.approx(along, abs=0.01)
    assert offset_km[0] == pytest.approx(offset, abs=0.01)


def test_chainage_of_the_routes_own_cities() -> None:
    places = CITIES.loc[ROUTE]
    chainage_km, offset_km = chainage(route(), places["lon"], places["lat"])
    assert chainage_km == pytest.approx(np.cumsum([0.0, *LEGS_KM]), abs=1e-5)
    assert np.max(offset_km) < 1e-6


def test_distances_within_juarez() -> None:
    lon, lat = [-106.487, -106.4605, -106.4136, -106.4287], [31.747, 31.7445, 31.7256, 31.6361]
    metres = 1000.0 * distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert metres == pytest.approx([2526.2087, 4913.7316, 10026.6231], abs=0.01)
