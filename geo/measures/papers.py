"""What figures and tables of a paper need and no other table has: curves, lines, quantiles and dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.join import nearest_of
from geo.layers.wages import annual
from geo.measures.corridor import state_places
from geo.measures.counting import built_assembly, parts_plants
from geo.metrics.concentration import gini
from geo.metrics.lorenz import lorenz_curve
from geo.metrics.wage_lines import wage_lines
from geo.study import Study

Tables = Mapping[str, Any]

#: Parks of known controller below which an area has no Lorenz curve of its own.
MIN_KNOWN = 10
#: Classes of parts that are shown against assembly; the others stand together.
CLASSES = ("harness_electrical", "seats_interior")
OTHER_PARTS = "other_parts_all"
SHARES = np.round(np.linspace(0, 1, 51), 2)
YEAR_COUNTS = ("opened", "first_seen", "first_dated", "opened_total", "first_dated_total")
_CURVE = ["zoning", "code", "name", "unknown", "owners", "parks", "gini", "owner_share", "size_share"]
_KEYS = {"states": "cve_ent", "metro_areas": "metro_area_code"}


def paper_tables(tables: Tables, layers: Tables, held: pd.DataFrame, study: Study) -> dict[str, pd.DataFrame]:
    """Return the tables of ``geo.schema.papers``.

    Parameters
    ----------
    tables
        The joined tables with states, metro_areas and national measured.
    layers
        The layers as read.
    held
        Controllers of parks: park_id, developer_id, share.
    study
        The study, for its capital, country and border-zone year.
    """
    points, lines = _wages(layers, study)
    return {
        "lorenz": lorenz(tables, held, study.study.country),
        "developer_records": developer_records(layers, tables["parks"]),
        "wage_points": points,
        "wage_lines": lines,
        "plant_distances": plant_distances(tables),
        "park_years": park_years(tables["parks"]),
    }


def lorenz(tables: Tables, held: pd.DataFrame, country: str) -> pd.DataFrame:
    """Return the Lorenz curves of parks over controllers, for three readings of unknown controllers.

    A park of several controllers is shared out equally, as in the ownership indices.

    Returns
    -------
    pandas.DataFrame
        One row a corner of a curve, with the columns of the table ``lorenz``.
    """
    parks = tables["parks"]
    study = pd.DataFrame(parks.loc[parks["study_set"], ["park_id", *_KEYS.values()]]).assign(country=country)
    holdings = study.merge(held, on="park_id", how="left")
    holdings["share"] = holdings["share"].fillna(1.0)
    rows = [*_curves(holdings, "national", country, country)]
    for zoning, key in _KEYS.items():
        areas = tables[zoning]
        kept = areas[areas["parks_controller_known"] >= MIN_KNOWN]
        for code, name in zip(kept[key], kept["name"], strict=True):
            rows += _curves(holdings[holdings[key] == code], zoning, code, name)
    return pd.DataFrame(rows, columns=_CURVE)


def _curves(holdings: pd.DataFrame, zoning: str, code: str, name: str) -> Iterator[dict[str, Any]]:
    known = holdings["developer_id"].notna()
    sizes = holdings[known].groupby("developer_id")["share"].sum().to_numpy()
    unknown = holdings.loc[~known, "share"].to_numpy()
    readings = {
        "left_out": sizes,
        "separate": np.append(sizes, unknown),
        "one_owner": np.append(sizes, unknown.sum()) if unknown.size else sizes,
    }
    for reading, held in readings.items():
        about = {
            "zoning": zoning, "code": code, "name": name, "unknown": reading, "owners": float(held.size),
            "parks": float(held.sum()), "gini": gini(held),
        }  # fmt: skip
        curve = lorenz_curve(np.round(held, 9))
        for owner_share, size_share in zip(curve["owner_share"], curve["size_share"], strict=True):
            yield about | {"owner_share": owner_share, "size_share": size_share}


def developer_records(layers: Tables, parks: pd.DataFrame) -> pd.DataFrame:
    """Return the states and first years of each party's parks, in any role.

    Returns
    -------
    pandas.DataFrame
        developer_id, states, state_names, first_opened_year, first_seen_year: one row a party of the layer developers.
    """
    pairs = layers["park_developers"][["park_id", "developer_id"]].drop_duplicates()
    facts = pd.DataFrame(parks[["park_id", "cve_ent", "state", "opened_year", "first_seen_year"]])
    rows = pairs.merge(facts, on="park_id").sort_values(["developer_id", "cve_ent"], kind="stable")
    found = rows.groupby("developer_id").agg(
        first_opened_year=("opened_year", "min"), first_seen_year=("first_seen_year", "min")
    )
    places = rows.dropna(subset="cve_ent").drop_duplicates(["developer_id", "cve_ent"]).groupby("developer_id")["state"]
    keys = layers["developers"]["developer_id"]
    return pd.DataFrame(
        {
            "developer_id": keys,
            "states": keys.map(places.size()).fillna(0),
            "state_names": keys.map(places.agg("; ".join)),
            "first_opened_year": keys.map(found["first_opened_year"]),
            "first_seen_year": keys.map(found["first_seen_year"]),
        }
    )


def _wages(layers: Tables, study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the states and the lines of the wage gradient."""
    yearly = annual(layers["wages"])
    panel = yearly[yearly["basis"] == "derived"].rename(columns={"value": "wage_daily_mxn"}).astype({"year": int})
    states = state_places(layers["municipalities"], layers["border"], capital=study.study.capital)
    states = states.loc[states.index.isin(panel["cve_ent"])]
    points, lines = wage_lines(panel, states, split_year=study.study.border_zone_year)
    points = points.join(states[["lon", "lat", "border_km", "mexico_city_km"]], on="cve_ent")
    return points, lines.assign(border_km=np.exp(lines["ln_border_km"]))


def plant_distances(tables: Tables) -> pd.DataFrame:
    """Return quantiles of the distances of plants to the border and to the nearest assembly plant.

    Returns
    -------
    pandas.DataFrame
        One row a group of plants, measure and share, with the columns of the table ``plant_distances``.
    """
    parts = parts_plants(tables["auto_parts_plants"])
    assembly = built_assembly(tables["assembly_plants"])
    parts = parts.join(nearest_of(parts, assembly, {"name": "assembly_plant"}, km="assembly_km"))
    group = parts["part_class"].where(parts["part_class"].isin(CLASSES), OTHER_PARTS)
    groups = {name: parts[group == name] for name in (*CLASSES, OTHER_PARTS)}
    rows: list[pd.DataFrame] = []
    for measure, column in (("border", "border_km"), ("assembly_plant", "assembly_km")):
        measured = groups if measure == "assembly_plant" else groups | {"assembly": assembly}
        for name, plants in measured.items():
            km = plants[column].dropna().to_numpy(float)
            if km.size:
                quantiles = pd.DataFrame({"share": SHARES, "km": np.quantile(km, SHARES)})
                rows.append(quantiles.assign(plant_group=name, measure=measure, plants=km.size))
    columns = ["plant_group", "measure", "plants", "share", "km"]
    return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)


def park_years(parks: pd.DataFrame) -> pd.DataFrame:
    """Return how many parks have their opening, first appearance and first date in each year, and up to it.

    Returns
    -------
    pandas.DataFrame
        One row a year from the first date to the last, with the columns of the table ``park_years``.
    """
    dates = pd.DataFrame(parks[["opened_year", "first_seen_year"]]).astype("Float64")
    first = dates.min(axis=1)
    if first.isna().all():
        return pd.DataFrame(columns=["year", *YEAR_COUNTS])
    years = pd.RangeIndex(int(first.min()), int(dates.max().max()) + 1, name="year")

    def counted(column: pd.Series) -> pd.Series:
        return column.dropna().astype(int).value_counts().reindex(years, fill_value=0)

    table = pd.DataFrame(
        {
            "opened": counted(dates["opened_year"]),
            "first_seen": counted(dates["first_seen_year"]),
            "first_dated": counted(first),
        }
    )
    totals = table[["opened", "first_dated"]].cumsum().add_suffix("_total")
    return table.join(totals).reset_index()
