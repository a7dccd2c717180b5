"""The answers as published tables: columns, order, types and decimals of the schema."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEODETIC_CRS, planar_crs
from geo.join import coordinates
from geo.measures.access import Access
from geo.measures.comparison import Comparison
from geo.measures.coverage import Coverage
from geo.measures.siting import SitePlan
from geo.planning.inputs import Situation
from geo.schema import DECLARED

#: Facilities this far beyond the area's places are written too, in degrees.
_AROUND = 0.3
#: Decimals of numbers without a unit: sums of demand, minutes.
_PLAIN_DECIMALS = 2


def published(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with exactly the columns of its layer, typed and rounded, its geometry in EPSG:6372."""
    layer = DECLARED[name]
    out: dict[str, pd.Series[Any]] = {}
    for column in layer.output_columns:
        values = table[column.name] if column.name in table else pd.Series(None, index=table.index, dtype=object)
        if column.kind == "number":
            digits = _PLAIN_DECIMALS if column.decimals is None else column.decimals
            values = pd.to_numeric(values).astype("float64").round(digits)
        else:
            values = values.astype(column.dtype)
        out[column.name] = values
    frame = pd.DataFrame(out).reset_index(drop=True)
    if layer.geometry is None:
        return frame
    shapes = gpd.GeoSeries(gpd.GeoDataFrame(table).geometry.to_numpy(), crs=gpd.GeoDataFrame(table).crs)
    if layer.geometry == "MultiPolygon":
        shapes = shapes.map(_multi)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=shapes.crs).to_crs(planar_crs()))


def coverage_tables(
    found: Coverage, situation: Situation, access: Access | None, towns: gpd.GeoDataFrame
) -> dict[str, pd.DataFrame]:
    """Return what a coverage gives, layer by layer.

    Parameters
    ----------
    found
        The coverage.
    situation
        The facilities that it was measured for.
    access
        Accessibility of the same places; None where it was not asked.
    towns
        Municipalities with the outlines to write, in EPSG:6372.
    """
    places = found.places.rename(columns={"id": "place_id"}).assign(status=_status(found))
    municipal = found.municipalities
    if access is not None:
        share = access.places.drop_duplicates("id").set_index("id")["access"]
        places["access_per_1000"] = share.reindex(places["place_id"]).to_numpy()
        municipal = municipal.merge(_mean_access(places), on="cvegeo", how="left")
    outlines = towns.set_index("cvegeo").geometry.reindex(municipal["cvegeo"]).to_numpy()
    return {
        "coverage_municipalities": published(
            "coverage_municipalities", gpd.GeoDataFrame(municipal, geometry=outlines, crs=towns.crs)
        ),
        "coverage_places": published("coverage_places", _points(places)),
        "facilities": facilities_table(situation, found.places),
        "coverage_states": published("coverage_states", found.states),
        "coverage_summary": published("coverage_summary", _summary(found, access)),
    }


def change_tables(compared: Comparison) -> dict[str, pd.DataFrame]:
    """Return what differs between two coverages."""
    places = compared.places.rename(columns={"id": "place_id"})
    places["change"] = np.where(places["covered_second"], "gained", "lost")
    return {
        "coverage_changes": published("coverage_changes", compared.municipalities),
        "changed_places": published("changed_places", _points(places)),
    }


def site_tables(plan: SitePlan) -> dict[str, pd.DataFrame]:
    """Return the proposed sites, and what the ways are before and after."""
    sites = plan.sites.rename(columns={"id": "candidate_id"})
    costs = plan.places.rename(columns={"id": "place_id", "site_id": "candidate_id"}).assign(cost_unit=plan.unit)
    return {
        "proposed_sites": published("proposed_sites", _points(sites)),
        "site_costs": published("site_costs", _points(costs)),
    }


def facilities_table(situation: Situation, places: pd.DataFrame) -> pd.DataFrame:
    """Return the located facilities that serve the places, and those around them."""
    located = situation.facilities.located
    lon, lat = coordinates(located)
    near = (
        (lon >= places["lon"].min() - _AROUND) & (lon <= places["lon"].max() + _AROUND)
        & (lat >= places["lat"].min() - _AROUND) & (lat <= places["lat"].max() + _AROUND)
    )  # fmt: skip
    for column in ("nearest_id", "road_id"):
        if column in places:
            near |= located["id"].isin(places[column].dropna()).to_numpy()
    table = located.assign(lon=lon, lat=lat, origin=_origin(situation)).rename(columns={"id": "facility_id"})
    return published("facilities", table[near])


def _origin(situation: Situation) -> Any:
    ids = situation.facilities.located["id"]
    if situation.parks is None:
        return np.full(len(ids), "file")
    return np.where(ids.isin(situation.assumed), "scenario", "inventory")


def _status(found: Coverage) -> Any:
    """Return what each place is; by geodesic every place reaches a facility."""
    reached = found.places["road_id"].notna() if found.within.by_road else np.ones(len(found.places), dtype=bool)
    return np.select([found.places["covered"], reached], ["covered", "uncovered"], "unreached")


def _mean_access(places: pd.DataFrame) -> pd.DataFrame:
    known = places.dropna(subset=["cvegeo", "access_per_1000"])
    weighted = (known["access_per_1000"] * known["weight"]).groupby(known["cvegeo"]).sum()
    mean = weighted / known.groupby("cvegeo")["weight"].sum()
    return mean.rename("access_per_1000").rename_axis("cvegeo").reset_index()


def _summary(found: Coverage, access: Access | None) -> pd.DataFrame:
    words = {
        "area": found.area.es,
        "rule": found.within.rule["es"],
        "demand": found.demand.source,
        "demand_unit": found.demand.unit,
        "facilities": found.facilities.what["es"],
        "network": found.network,
        "supply": None if access is None else access.supply,
        "replicas": found.moves.replicas,
        "seed": found.moves.seed,
    }
    return found.summary.assign(**words)


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"], crs=GEODETIC_CRS))


def _multi(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    if shape is None or shape.is_empty or shape.geom_type == "MultiPolygon":
        return shape
    return shapely.MultiPolygon([shape])


def plain(row: pd.Series[Any]) -> dict[str, Any]:
    """Return a row's values by name, missing ones as None."""
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}
