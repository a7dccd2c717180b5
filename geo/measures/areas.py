"""Figures by area: for the country, states, metropolitan areas, municipalities, the corridor and hexagons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.geodesy import GEODETIC_CRS
from geo.hexagons import hexagon_of, hexagon_shapes, in_rows
from geo.measures.counting import built_assembly, counted, is_manufacturing, parts_plants
from geo.metrics.agglomeration import ellison_glaeser
from geo.metrics.areas import COUNT, AreaInputs, area_metrics, total, totals
from geo.ownership import run_controllers
from geo.schema import HEXAGONS_KM, LQ_CODES, ROLES
from geo.study import Study

Tables = Mapping[str, Any]

CORRIDOR_CUTS_KM = (25, 50, 100)
#: Column of the joined tables that names the area -> name of the zoning, from large areas to small.
ZONINGS = {
    "cve_ent": "states",
    "metro_area_code": "metro_areas",
    "cvegeo": "municipalities",
    **{f"hexagon_{km}km": f"hexagons_{km}km" for km in HEXAGONS_KM},
}
OWNERSHIP_INDICES = tuple(
    f"owner_{index}_{size}_{end}" for index in ("hhi", "cr4") for size in ("count", "ha") for end in ("low", "high")
)


def area_inputs(tables: Tables, held: pd.DataFrame, country: str) -> AreaInputs:
    """Return what is counted by area, with a column for every way of cutting the country."""

    def cut(rows: Any) -> Any:
        hexagons = {f"hexagon_{km}km": hexagon_of(rows, spacing_km=km) for km in HEXAGONS_KM}
        return rows.assign(country=country, **hexagons)

    plants = tables["establishments"]
    return AreaInputs(
        parks=cut(tables["parks"].assign(located=tables["parks"].geometry.notna())),
        held=held,
        establishments=cut(plants.assign(manufacturing=is_manufacturing(plants))[counted(plants)]),
        auto_parts=cut(parts_plants(tables["auto_parts_plants"])),
        assembly=cut(built_assembly(tables["assembly_plants"])),
    )


def area_tables(inputs: AreaInputs, layers: Tables, wages: pd.DataFrame, country: str) -> dict[str, pd.DataFrame]:
    """Return the tables municipalities, states, metro_areas and national."""
    municipalities = layers["municipalities"]

    def measured(areas: pd.DataFrame, key: str, by: str) -> pd.DataFrame:
        found = area_metrics(inputs, by=by, areas=pd.Index(areas[key], name=by), industries=LQ_CODES)
        return areas.join(found, on=key)

    people = municipalities["pop_2020"]
    metro = municipalities.dropna(subset="metro_area_code").groupby("metro_area_code")
    metro_areas = metro.agg(
        name=("metro_area_name", "first"), municipalities=("cvegeo", "size"), pop_2020=("pop_2020", "sum")
    ).reset_index()
    states = layers["states"].join(people.groupby(municipalities["cve_ent"]).sum(), on="cve_ent")
    return {
        "municipalities": measured(municipalities, "cvegeo", "cvegeo"),
        "states": measured(states.join(wages, on="cve_ent"), "cve_ent", "cve_ent"),
        "metro_areas": measured(metro_areas, "metro_area_code", "metro_area_code"),
        "national": measured(pd.DataFrame({"name": [country], "pop_2020": [people.sum()]}), "name", "country"),
    }


def hexagon_table(inputs: AreaInputs) -> gpd.GeoDataFrame:
    """Count the establishments of each hexagon that holds any.

    Parameters
    ----------
    inputs
        What is counted, as ``area_inputs`` gives it.

    Returns
    -------
    geopandas.GeoDataFrame
        hexagon_id, establishments, manufacturing_establishments, lon and lat of the centre, outline in the plane; row
        by row from the south, each row from the west.

    Notes
    -----
    An establishment without a point is in no hexagon: where every one has a point the sum is the country's.
    """
    by = f"hexagon_{HEXAGONS_KM[0]}km"
    plants = inputs.establishments
    found = totals(plants, by)
    codes = in_rows(list(found.index))
    shapes = hexagon_shapes(codes)
    centres = shapes.geometry.centroid.to_crs(GEODETIC_CRS)
    return shapes.assign(
        establishments=found.reindex(codes),
        manufacturing_establishments=totals(plants[plants["manufacturing"]], by).reindex(codes, fill_value=0),
        lon=centres.x,
        lat=centres.y,
    ).reset_index(names="hexagon_id")


def corridor_areas(inputs: AreaInputs, branches: pd.Index) -> pd.DataFrame:
    """Return the figures of what lies near each branch; a park or plant belongs to its nearest branch."""
    tables = []
    for km in CORRIDOR_CUTS_KM:
        near = AreaInputs(
            parks=inputs.parks[inputs.parks["offset_km"] <= km],
            held=inputs.held,
            establishments=inputs.establishments[inputs.establishments["offset_km"] <= km],
            auto_parts=inputs.auto_parts[inputs.auto_parts["offset_km"] <= km],
            assembly=inputs.assembly[inputs.assembly["offset_km"] <= km],
        )
        found = area_metrics(
            near, by="corridor_branch", areas=branches, industries=LQ_CODES, base=inputs.establishments
        )
        tables.append(found.rename_axis("branch").reset_index().assign(within_km=km))
    return pd.concat(tables, ignore_index=True)


def industry_agglomeration(inputs: AreaInputs) -> pd.DataFrame:
    """Return Ellison and Glaeser's gamma of the auto industries over states and metropolitan areas.

    Every plant has size 1, since the register has no head-counts; only plants inside an area of the zoning count.
    """
    rows = []
    manufacturing = inputs.establishments[inputs.establishments["manufacturing"]]
    for by, zoning in ZONINGS.items():
        whole = totals(manufacturing, by)
        for industry in LQ_CODES:
            plants = manufacturing[manufacturing["scian"].str.startswith(industry, na=False)].dropna(subset=by)
            times = plants.get(COUNT)
            found = ellison_glaeser(pd.Series(1.0, index=plants[by]), whole, times=times)
            rows.append(
                {
                    "industry": industry, "zoning": zoning, "areas": len(whole), "plants": total(plants),
                    "gamma": found.gamma, "g": found.g, "h": found.h, "z": found.z,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def zonings(inputs: AreaInputs, tables: Tables) -> pd.DataFrame:
    """Return how ownership and specialisation change with the areas they are measured on."""
    rows = []
    for by, zoning in ZONINGS.items():
        if zoning in tables:
            found = tables[zoning]
        else:
            codes = pd.unique(pd.concat([inputs.parks[by], inputs.establishments[by]]).dropna())
            found = area_metrics(inputs, by=by, areas=pd.Index(codes, name=by), industries=LQ_CODES)
        for index in (*OWNERSHIP_INDICES, *(f"lq_{code}" for code in LQ_CODES)):
            weight = "manufacturing_establishments" if index.startswith("lq_") else "parks_study_set"
            rows.append({"zoning": zoning, "index": index, **_summary(found[index], found[weight])})
    return pd.DataFrame(rows)


def _summary(values: pd.Series, weights: pd.Series) -> dict[str, float]:
    known = values.notna() & (weights > 0)
    values, weights = values[known].astype(float), weights[known].astype(float)
    if values.empty:
        return {"areas": 0, "mean": np.nan, "median": np.nan, "low": np.nan, "high": np.nan}
    low, median, high = values.quantile([0.05, 0.5, 0.95])
    mean = float(np.average(values, weights=weights))
    return {"areas": len(values), "mean": mean, "median": median, "low": low, "high": high}


def ownership_rules(inputs: AreaInputs, layers: Tables, study: Study) -> pd.DataFrame:
    """Return national concentration under the run's rule and with promoters and administrators added."""
    asked = study.parameters
    own = asked.controller_roles
    rules = dict.fromkeys((own, ("owner",), ("owner", "developer"), ("owner", "developer", "promoter"), ROLES))
    country = inputs.parks["country"].iloc[:1]
    tables = []
    for rule in rules:
        held = run_controllers(layers, asked, precedence=rule)
        found = area_metrics(replace(inputs, held=held), by="country", areas=pd.Index(country), industries=())
        tables.append(found.assign(rule=" > ".join(rule), headline=rule == own, parks=found["parks_study_set"]))
    found = pd.concat(tables, ignore_index=True)
    year = pd.array([asked.ownership_year] * len(found), dtype="Int64")
    return found.assign(ownership_year=year, ultimate_owners=asked.ultimate_owners)
