"""Build examples/otra_region: a made-up region in the open Pacific, so small that a run of it takes seconds.

Nothing in it is true: states, parks, firms, wages and figures are drawn at random from a fixed seed. It shows that a
study may bring every layer of its own, and it is what the tests run to see that only the shipped study is Mexico.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from geo.schema import KINDS, LAYERS

SEED = 7
WEST, SOUTH = -112.0, 14.0
COLUMNS, LINES, SIDE = 5, 4, 0.5  # squares of half a degree, from the south-west
NAMES = ("Alba", "Bruma", "Cierzo", "Duna", "Espuma", "Faro", "Garza", "Halcón", "Isla", "Jade", "Kelp", "Lirio",
         "Marea", "Niebla", "Ola", "Perla", "Quilla", "Rada", "Sal", "Tormenta")  # fmt: skip
#: Codes of auto parts, and of food, plastics and engineering.
AUTO, OTHER = ("336320", "336360", "336390"), ("311110", "326199", "541330")
SOURCE = "sintetico"
GEOD = Geod(ellps="WGS84")
MARK = "sintético / synthetic"

Rows = Sequence[Mapping[Any, Any]]


def main(folder: Path) -> None:
    """Write every layer into a folder; its geo.toml stands there already."""
    rng = np.random.default_rng(SEED)
    (folder / "shapes").mkdir(parents=True, exist_ok=True)
    municipalities = _areas(folder, rng)
    _table(folder, "sources", [{"source_id": SOURCE, "title": "Datos sintéticos de ejemplo / Synthetic example data",
                                "licence": "CC0", "what_taken": "all: drawn at random by a script"}])  # fmt: skip
    _lines(folder, municipalities)
    _parks(folder, municipalities, rng)
    _plants(folder, municipalities, rng)
    _wages(folder, rng)
    empty = ("auto_parts_rejects", "establishments_rejects", "places_rejects", "young_municipalities", "claims",
             "municipal_wages")  # fmt: skip
    for name in empty:
        _table(folder, name, [])


def _areas(folder: Path, rng: np.random.Generator) -> pd.DataFrame:
    """Write states and municipalities: squares, each of four squares."""
    states, rows = [], []
    for number, name in enumerate(NAMES, start=1):
        line, column = divmod(number - 1, COLUMNS)
        code = f"{number:02d}"
        west, south = WEST + column * SIDE, SOUTH + line * SIDE
        square = shapely.box(west, south, west + SIDE, south + SIDE)
        states.append({"cve_ent": code, "name": name, "geometry": square})
        for part, (right, up) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1)), start=1):
            half = SIDE / 2
            x, y = west + right * half, south + up * half
            rows.append({
                "cvegeo": f"{code}{part:03d}", "name": f"{name} {part}", "cve_ent": code, "state": name,
                "pop_2020": int(rng.integers(20_000, 400_000)), "zlfn": "true" if line == LINES - 1 and up else "false",
                "metro_area_code": "M1" if number == 18 else "",
                "metro_area_name": "Rada" if number == 18 else "",
                "seat_lon": round(x + half / 2, 6), "seat_lat": round(y + half / 2, 6), "source_ids": SOURCE,
                "geometry": shapely.box(x, y, x + half, y + half),
            })  # fmt: skip
    _shapes(folder, "states", states)
    _shapes(folder, "states_drawing", states)
    _shapes(folder, "municipality_boundaries", rows)
    _shapes(folder, "municipalities_drawing", rows)
    _table(folder, "municipalities", rows)
    places = [
        {
            "place_id": f"s{row['cvegeo']}", "name": row["name"], "lon": row["seat_lon"], "lat": row["seat_lat"],
            "cvegeo": row["cvegeo"], "municipality": row["name"], "match": "municipality_seat",
            "population_2020": row["pop_2020"], "basis": MARK, "source_ids": SOURCE,
        }
        for row in rows
    ]  # fmt: skip
    _table(folder, "places", places)
    return pd.DataFrame(rows)


def _lines(folder: Path, municipalities: pd.DataFrame) -> None:
    """Write border, ports of entry, highways and the corridor: north to south, with a branch to the east."""
    north = SOUTH + LINES * SIDE
    border = shapely.LineString([(WEST + step / 10, north) for step in range(26)])
    _shapes(folder, "border", [{"name": "Frontera norte de la región de ejemplo", "geometry": border}])
    _ports(folder, municipalities[municipalities["seat_lat"] > north - SIDE / 2].iloc[[0, 4, 8]], north)
    seats = municipalities.sort_values(["seat_lon", "seat_lat"]).to_dict("records")
    _highways(folder, seats)
    middle, across = WEST + 1.125, SOUTH + 1.125
    _corridor(folder, {
        "trunk": sorted((each for each in seats if each["seat_lon"] == middle), key=lambda each: -each["seat_lat"]),
        "oriente": [each for each in seats if each["seat_lat"] == across and each["seat_lon"] >= middle],
    })  # fmt: skip


def _ports(folder: Path, places: pd.DataFrame, north: float) -> None:
    rows = [
        {
            "port_id": f"cruce-{number}", "level": "port", "name": f"Cruce {number}", "us_port": f"Crossing {number}",
            "us_port_code": f"{1000 + number}", "us_state": "XX", "mx_place": place["name"],
            "mx_municipality": place["name"], "cvegeo": place["cvegeo"], "mx_state": place["state"],
            "modes": "commercial;passenger", "location_error_m": 50, "lon": place["seat_lon"], "lat": north,
            "source_ids": SOURCE,
        }
        for number, place in enumerate(places.to_dict("records"), start=1)
    ]  # fmt: skip
    _table(folder, "ports_of_entry", rows)


def _highways(folder: Path, seats: Rows) -> None:
    """Join every seat with those to its north and east."""
    edges = []
    for (i, one), (j, other) in combinations(enumerate(seats), 2):
        if abs(one["seat_lon"] - other["seat_lon"]) + abs(one["seat_lat"] - other["seat_lat"]) < 0.3:
            line = shapely.LineString([(one["seat_lon"], one["seat_lat"]), (other["seat_lon"], other["seat_lat"])])
            edges.append({"u": i, "v": j, "km": round(GEOD.geometry_length(line) / 1000, 3), "geometry": line})
    _shapes(folder, "highways", edges)


def _corridor(folder: Path, branches: Mapping[str, Rows]) -> None:
    lines, points, stops = [], [], []
    for branch, places in branches.items():
        lon, lat = ([place[name] for place in places] for name in ("seat_lon", "seat_lat"))
        steps = [0.0, *(np.array(GEOD.line_lengths(lon, lat)) / 1000).round(3)]
        along = np.cumsum(steps).round(3)
        lengths = ("length_geodesic_km", "length_road_km", "length_road_with_access_km", "length_waypoints_geodesic_km")
        lines.append({"branch": branch, "waypoints": len(places), **dict.fromkeys(lengths, along[-1]),
                      "geometry": shapely.LineString(list(zip(lon, lat, strict=True)))})  # fmt: skip
        for order, (place, km, step) in enumerate(zip(places, along, steps, strict=True)):
            here = {"lon": place["seat_lon"], "lat": place["seat_lat"]}
            points.append({"branch": branch, "vertex_order": order, "waypoint": place["name"],
                           "chainage_geodesic_km": km, "chainage_road_km": km, **here,
                           "geometry": shapely.Point(here["lon"], here["lat"])})  # fmt: skip
            stops.append({"branch": branch, "order": order + 1, "name": place["name"], "cvegeo": place["cvegeo"],
                          "municipality": place["name"], "state": place["state"], "segment_geodesic_km": step,
                          "cumulative_geodesic_km": km, "segment_road_km_model": step if order else None,
                          "note": MARK, **here, "source_ids": SOURCE})  # fmt: skip
    _shapes(folder, "corridor", lines)
    _shapes(folder, "corridor_points", points)
    _table(folder, "corridor_waypoints", stops)


def _parks(folder: Path, municipalities: pd.DataFrame, rng: np.random.Generator) -> None:
    rows, roles = [], []
    owners = [{"developer_id": f"firma-{n}", "name": f"Firma {n} (ejemplo)", "kind": "private_national",
               "headquarters": f"Ciudad, {NAMES[n]}", "source_ids": SOURCE} for n in range(5)]  # fmt: skip
    for number in range(60):
        place = municipalities.iloc[int(rng.integers(len(municipalities)))]
        opened = int(rng.integers(1970, 2023))
        rows.append({
            "park_id": f"zona-{number:02d}", "name": f"Zona de ejemplo {number}", "kind": KINDS[number % 5],
            **_place(place), "area_ha": round(float(rng.uniform(10, 300)), 1), "area_basis": "reported",
            "opened_year": opened, "plants_registered": int(rng.poisson(4)),
            "vintage_2018": "true" if opened <= 2018 else "false", "confidence": "low", "location_basis": "given",
            "location_error_m": 500, "source_ids": SOURCE, **_near(place, rng), "n_plants_basis": 0,
        })  # fmt: skip
        if number % 3:
            roles.append({"park_id": f"zona-{number:02d}", "developer_id": f"firma-{int(rng.integers(5))}",
                          "role": "owner", "basis": "own_list", "source_ids": SOURCE})  # fmt: skip
    _table(folder, "parks", rows)
    _table(folder, "developers", owners)
    _table(folder, "park_developers", roles)
    belongs = {"source_ids": SOURCE, "note": MARK}
    _table(folder, "party_relations", [
        {"developer_id": "firma-1", "parent_id": "firma-0", "relation": "subsidiary_of", "from_year": 2010,
         "share_pct": 80, **belongs},
        {"developer_id": "firma-3", "parent_id": "firma-4", "relation": "merged_into", "from_year": 2019, **belongs},
    ])  # fmt: skip


def _plants(folder: Path, municipalities: pd.DataFrame, rng: np.random.Generator) -> None:
    assembly, parts, all_plants = [], [], []
    for number in range(4):
        place = municipalities.iloc[int(rng.integers(len(municipalities)))]
        assembly.append({"plant_id": f"armadora-{number}", "name": f"Armadora {number}", "company": f"Marca {number}",
                         "segment": "light_vehicle", **_place(place), "location_error_m": 500,
                         "opened_year": 1990 + number, "status": "operating", **_near(place, rng),
                         "source_ids": SOURCE})  # fmt: skip
    for number in range(300):
        place = municipalities.iloc[int(rng.integers(len(municipalities)))]
        auto = number % 3 == 0
        plant = {"plant_id": f"planta-{number:03d}", "name": f"Planta {number}", **_place(place),
                 "scian": (AUTO if auto else OTHER)[number % 9 // 3],
                 "location_error_m": 500, "first_year": int(rng.integers(2004, 2015)), "last_year": 2022,
                 **_near(place, rng), "source_ids": SOURCE}  # fmt: skip
        all_plants.append({**plant, "sector": "Automotriz" if auto else "Otros"})
        if auto:
            parts.append({**plant, "part_class": ("electrical", "seats", "other")[number % 9 // 3]})
    _table(folder, "assembly_plants", assembly)
    _table(folder, "establishments", all_plants)
    _table(folder, "auto_parts_plants", parts)


def _wages(folder: Path, rng: np.random.Generator) -> None:
    rows, context = [], []
    for number, name in enumerate(NAMES, start=1):
        base = 250 + 10 * ((number - 1) // COLUMNS) + float(rng.normal(0, 20))
        rows += [
            {"cve_ent": f"{number:02d}", "state": name, "year": year, "measure": "imss_sbc_daily_mxn",
             "value": round(base * 1.05 ** (year - 2014) + float(rng.normal(0, 4)), 2), "basis": "derived",
             "source_ids": SOURCE}
            for year in range(2014, 2023)
        ]  # fmt: skip
        context.append({"cve_ent": f"{number:02d}", "state": name, "year": 2020, "measure": "population_census",
                        "value": int(rng.integers(200_000, 900_000)), "basis": "as_in_source",
                        "source_ids": SOURCE})  # fmt: skip
    _table(folder, "wages", rows)
    _table(folder, "state_context", context)
    years = [{"year": year, "usd_mxn": 20, "usd_mxn_days": 250, "min_wage_general_mxn_day": 80 + 5 * (year - 2014),
              "note": MARK, "source_ids": SOURCE} for year in range(2014, 2023)]  # fmt: skip
    _table(folder, "wage_context", years)


def _place(place: pd.Series) -> dict[str, Any]:
    return {"cve_ent": place["cve_ent"], "state": place["state"], "cvegeo": place["cvegeo"],
            "municipality": place["name"]}  # fmt: skip


def _near(place: pd.Series, rng: np.random.Generator) -> dict[str, float]:
    lon, lat = place["seat_lon"] + rng.uniform(-0.1, 0.1), place["seat_lat"] + rng.uniform(-0.1, 0.1)
    return {"lon": round(float(lon), 5), "lat": round(float(lat), 5)}


def _table(folder: Path, name: str, rows: Rows) -> None:
    columns = [column.name for column in LAYERS[name].file_columns]
    table = pd.DataFrame(list(rows)).reindex(columns=columns)
    table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _shapes(folder: Path, name: str, rows: Rows) -> None:
    columns = [column.name for column in LAYERS[name].file_columns]
    frame = gpd.GeoDataFrame(pd.DataFrame(list(rows))[[*columns, "geometry"]], geometry="geometry", crs="EPSG:4326")
    frame.to_parquet(folder / "shapes" / f"{name}.parquet", compression="zstd")


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "examples" / "otra_region"
    )
