"""What the atlas carries of a run: whole layers, parts of layers, and the density surface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from geo.export.atlas_tables import encode_table, safe_json
from geo.layers.wages import annual
from geo.schema import LAYERS, Layer

TABLES = (
    "parks", "developers", "park_developers", "party_relations", "assembly_plants", "auto_parts_plants",
    "establishments", "establishment_hexagons", "municipalities", "states", "national", "metro_areas",
    "ports_of_entry", "corridor", "border", "places", "wages", "curves", "sensitivity", "corridor_areas",
    "corridor_test", "ownership_rules", "wage_gradient", "industry_agglomeration", "claims", "sources",
)  # fmt: skip
"""Layers whose rows the atlas carries."""

PLACES_NAMED = 600
"""Largest places that the map names."""

DENSITY_STEP = 0.2
DENSITY_DECIMALS = 3


def table_blocks(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Return the blocks of tables of the page: (id of the element, JSON).

    Parameters
    ----------
    tables
        The run's published layers by name; one that is missing has no block.

    Returns
    -------
    list of (str, str)
        In the order of ``TABLES``.

    Notes
    -----
    Three tables are not carried whole: ``places`` has the largest only, ``wages`` the annual series only, and
    ``sensitivity`` one row a park with the columns ``<column of parks>_low`` and ``_high``.
    """
    shown, layers = dict(tables), {name: LAYERS[name] for name in TABLES}
    if "places" in shown:
        shown["places"] = _largest(shown["places"])
    if "wages" in shown:
        shown["wages"] = _annual(shown["wages"])
    if "sensitivity" in shown:
        shown["sensitivity"], layers["sensitivity"] = _by_park(shown["sensitivity"])
    return [(f"table-{name}", encode_table(name, shown, layer=layers[name])) for name in TABLES if name in shown]


def density_block(density: pd.DataFrame) -> str:
    """Write the density surface: one line a run of neighbouring cells from west to east.

    Parameters
    ----------
    density
        lon, lat (centres of cells of 0.2 degrees) and parks_per_1000_km2.

    Returns
    -------
    str
        ``{"step": degrees, "decimals": 3, "rows": [[row, column, value, ...], ...]}``: a cell's centre lies at
        ``(column + 0.5) * step``, ``(row + 0.5) * step``; values are whole numbers, times ``10**decimals``. A cell
        that no run holds has no density to draw.
    """
    cells = pd.DataFrame(
        {
            "row": np.floor(density["lat"] / DENSITY_STEP).astype(int),
            "column": np.floor(density["lon"] / DENSITY_STEP).astype(int),
            "value": (density["parks_per_1000_km2"] * 10**DENSITY_DECIMALS).round().astype(int),
        }
    ).sort_values(["row", "column"])
    breaks = (cells["row"].diff() != 0) | (cells["column"].diff() != 1)
    runs = [
        [int(run["row"].iloc[0]), int(run["column"].iloc[0]), *map(int, run["value"])]
        for _, run in cells.groupby(breaks.cumsum())
    ]
    head = f'{{"step":{DENSITY_STEP},"decimals":{DENSITY_DECIMALS},"rows":[\n'
    return head + ",\n".join(map(safe_json, runs)) + "\n]}"


def _largest(places: pd.DataFrame) -> pd.DataFrame:
    """Return the largest places, for the names on the map, with no more than a name needs."""
    people = places[["population_2020", "population_geonames"]].astype("float64").max(axis=1)
    kept = people.nlargest(PLACES_NAMED, keep="first").index
    return places.loc[kept, ["place_id", "name", "population_geonames", "population_2020", "lon", "lat"]]


def _annual(wages: pd.DataFrame) -> pd.DataFrame:
    """Return the annual series, in the order of states and years."""
    return annual(wages).sort_values(["cve_ent", "year"], kind="stable", ignore_index=True)


def _by_park(sensitivity: pd.DataFrame) -> tuple[pd.DataFrame, Layer]:
    """Return one row a park with each figure's 5 % and 95 %, and the layer that describes it."""
    parks = {column.name: column for column in LAYERS["parks"].output_columns}
    given = {column.name: column for column in LAYERS["sensitivity"].columns}
    wide: dict[str, pd.Series[Any]] = {}
    columns = [replace(given["park_id"], unique=True)]
    order = pd.Index(sensitivity["park_id"].unique(), name="park_id")
    for name in [name for name in parks if name in set(sensitivity["index"])]:
        rows = sensitivity[sensitivity["index"] == name].set_index("park_id")
        for end, words in (("low", "5 %"), ("high", "95 %")):
            wide[f"{name}_{end}"] = rows[end].reindex(order)
            said = parks[name]
            columns.append(
                replace(said, name=f"{name}_{end}", en=f"{said.en}, {words}", es=f"{said.es}, {words}", nullable=True)
            )
    replicas = sensitivity.groupby("park_id")["replicas"].first().reindex(order)
    frame = pd.DataFrame({**wide, "replicas": replicas}, index=order).reset_index()
    return frame, replace(LAYERS["sensitivity"], columns=(*columns, given["replicas"]))
