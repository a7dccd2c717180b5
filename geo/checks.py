"""What a run says about its own inputs: rows that went in and came out, lengths and points held against known ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.geodesy import GEODETIC_CRS, distance_km
from geo.measures.counting import counted
from geo.network import RoadNetwork
from geo.schema import LAYERS
from geo.study import Study

Layers = Mapping[str, Any]

REJECTS = {"auto_parts_plants": "auto_parts_rejects", "establishments": "establishments_rejects",
           "places": "places_rejects"}  # fmt: skip
MILE_KM = 1.609344
CORRIDOR_CLAIM = "auto corridor length"


def row_accounts(layers: Layers, tables: Layers) -> dict[str, dict[str, int]]:
    """Return for every layer the rows that came in, went out, were refused, and stay out of counts.

    ``rows_in = rows_out + rejects`` holds for every layer; ``rejects`` are the rows of the layer's rejects table.
    """
    accounts = {}
    for name, table in {**layers, **tables}.items():
        if name in REJECTS.values():
            continue
        rejects = len(layers[REJECTS[name]]) if name in REJECTS else 0
        read = len(layers[name]) if name in layers else len(table)
        account = {"rows_in": read + rejects, "rows_out": len(table), "rejects": rejects}
        if LAYERS[name].optional_geometry:
            account["without_geometry"] = int(table.geometry.isna().sum())
        if "duplicate_of" in table:
            account["duplicates_left_out_of_counts"] = int((~counted(table)).sum())
        if "assembly_plant_id" in table:
            account["assembly_works_left_out_of_counts"] = int(table["assembly_plant_id"].notna().sum())
        accounts[name] = account
    return accounts


def municipality_disagreements(table: pd.DataFrame, key: str) -> list[dict[str, str]]:
    """Return the rows whose point lies in another municipality than the one reported."""
    differs = table[table["cvegeo"] != table["cvegeo_reported"]]
    return [
        {key: row[key], "name": row["name"], "reported": row["cvegeo_reported"], "by_point": row["cvegeo"]}
        for row in differs[[key, "name", "cvegeo_reported", "cvegeo"]].to_dict("records")
    ]


def geography(layers: Layers, tables: Layers, study: Study) -> dict[str, Any]:
    """Return lengths and distances that have known values, to be read beside them.

    Returns
    -------
    dict
        border (length), ports_of_entry (median distance to the line, bad points by name), corridor (lengths in km and
        miles beside the published claim) and disagreements of municipality.
    """
    return {
        "border": {"length_km": _km(tables["border"]["length_km"].sum())},
        "ports_of_entry": _ports(tables["ports_of_entry"], study),
        "corridor": _corridor(layers, tables, study),
        "straight_lines": [
            {"name": line.name, "geodesic_km": _km(distance_km(*line.start, *line.end).item())}
            for line in study.straight_lines
        ],
        "municipality_disagreements": {
            "parks": municipality_disagreements(tables["parks"], "park_id"),
            **{
                f"{name}_count": len(municipality_disagreements(tables[name], "plant_id"))
                for name in ("assembly_plants", "auto_parts_plants", "establishments")
            },
        },
    }


def _ports(ports: pd.DataFrame, study: Study) -> dict[str, Any]:
    points = ports[ports["level"] == "port"]
    good = points[points["quality"] == "good"]
    return {
        "ports": len(points),
        "good": len(good),
        "median_distance_of_good_m": round(float(good["border_km"].median()) * 1000, 1),
        "limits_km": {"off_line": study.parameters.port_off_line_km, "bad": study.parameters.port_bad_km},
        "not_good": ports.loc[ports["quality"] != "good", ["port_id", "name", "border_km", "quality"]].to_dict(
            "records"
        ),
    }


def _corridor(layers: Layers, tables: Layers, study: Study) -> dict[str, Any]:
    trunk = tables["corridor"].iloc[0]
    places = layers["corridor_waypoints"]
    places = places[places["branch"] == trunk["branch"]].to_crs(GEODETIC_CRS)
    ends = places.iloc[[0, -1]]
    lon, lat = ends["lon"].to_numpy(), ends["lat"].to_numpy()
    network = RoadNetwork(layers["highways"], access_leg_km=study.parameters.access_leg_km)
    shortest = network.distance_km(lon[:1], lat[:1], lon[1:], lat[1:])[0, 0]
    claim = tables["claims"]
    claim = claim[claim["what"] == CORRIDOR_CLAIM]
    return {
        "branch": trunk["branch"],
        "from": ends["name"].iloc[0],
        "to": ends["name"].iloc[1],
        "straight_between_ends_km": _km(distance_km(lon[:1], lat[:1], lon[1:], lat[1:])[0]),
        "shortest_highway_path_km": _km(shortest),
        "along_places_geodesic_km": _km(trunk["length_waypoints_geodesic_km"]),
        "along_places_road_km": _km(trunk["length_road_with_access_km"]),
        "along_places_road_miles": _km(trunk["length_road_with_access_km"] / MILE_KM),
        "along_places_road_without_access_km": _km(trunk["length_road_km"]),
        "line_geodesic_km": _km(trunk["length_geodesic_km"]),
        "published": claim[["figure_id", "value", "unit", "quote", "source_title"]].to_dict("records"),
    }


def _km(value: float) -> float:
    return round(float(value), 1)
