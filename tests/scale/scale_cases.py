"""What the tests of partitions share."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.assemble import rate_ports
from geo.join import border_distance, corridor_position, municipality_of, nearest_of
from geo.measures.areas import area_tables, corridor_areas, industry_agglomeration
from geo.measures.counting import built_assembly
from geo.metrics.areas import AreaInputs
from geo.scale.partitions import Partitions
from geo.scale.places import ground_of
from geo.study import load_study

STUDY = load_study()
COUNTRY = STUDY.study.country
PARTS = (1, 2, 7)


def whole(partitions: Partitions, columns: list[str] | None = None) -> pd.DataFrame:
    """Return all rows in the order that they came in."""
    wanted = None if columns is None else ["row_id", *columns]
    tables = [partitions.read(i, wanted) for i in range(len(partitions.parts))]
    return pd.concat(tables).sort_values("row_id").reset_index(drop=True)


def joined_as_one_table(points: gpd.GeoDataFrame, layers: dict[str, Any]) -> pd.DataFrame:
    """Return a register joined as one table, by the functions of geo.join."""
    ground = ground_of(layers, STUDY)
    held = municipality_of(points, layers["municipalities"])
    facts = layers["municipalities"].set_index("cvegeo")
    joined = pd.DataFrame({"cvegeo": held.fillna(points["cvegeo"])}, index=points.index)
    joined["cve_ent"] = joined["cvegeo"].map(facts["cve_ent"])
    joined["metro_area_code"] = joined["cvegeo"].map(facts["metro_area_code"])
    joined["border_km"] = border_distance(points, layers["border"])["border_km"]
    built, parks = built_assembly(layers["assembly_plants"]), layers["parks"]
    return joined.join([
        nearest_of(points, ground.ports, {"port_id": "port_id", "name": "port_name"}, km="port_km"),
        corridor_position(points, layers["corridor"], layers["corridor_waypoints"]),
        nearest_of(points, built, {"name": "assembly_plant"}, km="assembly_km"),
        nearest_of(points, parks, {"park_id": "park_id", "name": "park_name"}, km="park_km"),
    ]).reset_index(drop=True)  # fmt: skip


def tables_as_one(layers: dict[str, Any]) -> dict[str, Any]:
    """Return parks and plants joined as one table."""
    facts = layers["municipalities"].set_index("cvegeo")
    joined = dict(layers)
    joined["ports_of_entry"] = rate_ports(layers["ports_of_entry"], layers["border"], STUDY)
    for name in ("parks", "establishments", "auto_parts_plants", "assembly_plants"):
        points = layers[name]
        found = points.assign(cvegeo=municipality_of(points, layers["municipalities"]).fillna(points["cvegeo"]))
        for code in ("cve_ent", "metro_area_code"):
            found[code] = found["cvegeo"].map(facts[code])
        joined[name] = found.join(corridor_position(points, layers["corridor"], layers["corridor_waypoints"]))
    return joined


def every_table(inputs: AreaInputs, layers: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Return all tables by area."""
    wages = pd.DataFrame({"wage_daily_mxn": pd.Series(dtype=float), "wage_year": pd.Series(dtype="Int64")})
    branches = pd.Index(layers["corridor_waypoints"]["branch"].unique(), name="corridor_branch")
    return area_tables(inputs, layers, wages, COUNTRY) | {
        "corridor_areas": corridor_areas(inputs, branches),
        "industry_agglomeration": industry_agglomeration(inputs),
    }


def assert_same_tables(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    """Hold tables by area against those of one table: counts exactly, everything else to 1e-9."""
    assert found.keys() == expected.keys()
    for name, table in expected.items():
        pd.testing.assert_frame_equal(
            found[name].drop(columns="geometry", errors="ignore"), table.drop(columns="geometry", errors="ignore"),
            check_dtype=False, rtol=1e-9, atol=1e-12, obj=name,
        )  # fmt: skip
        whole_numbers = [each for each in table if "plants" in each or "establishments" in each]
        assert (found[name][whole_numbers] == table[whole_numbers]).all(axis=None)


def assert_same_places(found: pd.DataFrame, expected: pd.DataFrame, columns: list[str]) -> None:
    """Hold joins against those of one table: distances to 1e-9 km, everything else exactly."""
    assert len(found) == len(expected)
    for name in columns:
        if name.endswith("_km"):
            np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-9, err_msg=name)
        else:
            pd.testing.assert_series_equal(found[name].astype("str"), expected[name].astype("str"), check_names=False)
