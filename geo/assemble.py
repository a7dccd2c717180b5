"""From layers to published tables: every join and metric of a run, in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEODETIC_CRS, PLANAR_CRS, line_length_km
from geo.join import (
    border_distance,
    corridor_position,
    count_near,
    municipality_of,
    nearest_of,
    population_near,
    road_distance,
)
from geo.metrics.areas import AreaInputs, area_metrics
from geo.network import RoadNetwork
from geo.ownership import controllers, owner_kind, party_names
from geo.schema import DECIMALS, LAYERS, LQ_CODES
from geo.study import Study

Layers = Mapping[str, Any]

NEIGHBOURHOOD_KM = 25.0
POPULATION_KM = 30.0
MANUFACTURING = ("31", "32", "33")
PLANT_LAYERS = ("assembly_plants", "auto_parts_plants", "establishments")
WAGE_MEASURE = "imss_sbc_daily_mxn"


def assemble(layers: Layers, study: Study) -> dict[str, pd.DataFrame]:
    """Join the layers, measure them and return the published tables.

    Parameters
    ----------
    layers
        Layers as ``geo.layers.read_layers`` returns them.
    study
        The study, for its parameters.

    Returns
    -------
    dict
        Layer name -> table with exactly the schema's output columns, numbers rounded to their unit, geometry in
        EPSG:6372; one entry a published layer, in the order of ``geo.schema.LAYERS``.
    """
    tables = dict(layers)
    tables["ports_of_entry"] = rate_ports(layers["ports_of_entry"], layers["border"], study)
    ports = serving_ports(tables["ports_of_entry"], study)
    for name in ("parks", *PLANT_LAYERS):
        tables[name] = _placed(tables[name], layers["municipalities"], layers["states"])
        tables[name] = _measured(tables[name], layers, ports)
    held = controllers(
        layers["park_developers"],
        precedence=study.parameters.controller_roles,
        year=study.parameters.ownership_year,
    )
    tables["parks"] = _owned(tables["parks"], layers, held)
    tables["parks"] = _neighboured(tables["parks"], tables, layers)
    tables["parks"]["port_road_km"] = road_distance(
        tables["parks"],
        tables["parks"]["port_id"],
        ports.set_index("port_id"),
        RoadNetwork(layers["highways"], access_leg_km=study.parameters.access_leg_km),
    )
    wages = latest_wages(layers["wages"])
    tables["parks"] = _paid(tables["parks"], wages, layers["municipalities"])
    for name in PLANT_LAYERS:
        tables[name] = tables[name].join(_nearest_park(tables[name], tables["parks"]))
    tables["developers"] = _developers(layers, tables["parks"], held)
    tables |= _areas(tables, layers, held, wages, study)
    tables["border"] = layers["border"].assign(
        length_km=[line_length_km(line) for line in layers["border"].to_crs(GEODETIC_CRS).geometry]
    )
    return {name: publish(tables[name], name) for name, layer in LAYERS.items() if layer.published}


def publish(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table with the schema's output columns, types and decimals, its geometry in EPSG:6372."""
    layer = LAYERS[name]
    columns = {}
    for column in layer.output_columns:
        values = table[column.name]
        if column.kind == "number":
            # Adding 0.0 turns a rounded -0.0 into 0.0.
            values = values.astype("float64").round(DECIMALS.get(column.unit or "", 6)) + 0.0
        columns[column.name] = values.astype(column.dtype)
    frame = pd.DataFrame(columns).reset_index(drop=True)
    if layer.geometry is None:
        return frame
    shapes = table.geometry.to_crs(PLANAR_CRS).reset_index(drop=True)
    if layer.geometry == "MultiPolygon":
        single = shapes.geom_type == "Polygon"
        shapes[single] = shapely.multipolygons(shapes[single].to_numpy()[:, None])
    return gpd.GeoDataFrame(frame, geometry=shapes)


def rate_ports(ports: gpd.GeoDataFrame, border: gpd.GeoDataFrame, study: Study) -> gpd.GeoDataFrame:
    """Measure each port's point against the border line; one that lies far off it is bad and serves no distance."""
    km = border_distance(ports, border)["border_km"]
    limits = study.parameters
    quality = np.select([km <= limits.port_off_line_km, km <= limits.port_bad_km], ["good", "off_line"], "bad")
    return ports.assign(border_km=km, quality=quality)


def serving_ports(ports: gpd.GeoDataFrame, study: Study) -> gpd.GeoDataFrame:
    """Return the ports of entry that distances are measured to: usable points open to the study's mode."""
    mode = study.parameters.port_mode
    usable = ports[ports["quality"] != "bad"]
    return usable if mode == "any" else usable[usable["modes"].str.split(";").map(lambda modes: mode in modes)]


def counted(plants: pd.DataFrame) -> pd.Series:
    """Tell which plants count: a duplicate is left out where the works it repeats stands in the same layer."""
    return ~plants["duplicate_of"].isin(plants["plant_id"])


def latest_wages(wages: pd.DataFrame) -> pd.DataFrame:
    """Return the wage of each state in the latest year with an annual value of one series for every state.

    Returns
    -------
    pandas.DataFrame
        wage_daily_mxn, wage_year; index cve_ent.
    """
    annual = wages[(wages["measure"] == WAGE_MEASURE) & wages["month"].isna()]
    states = annual.groupby(["basis", "year"])["cve_ent"].nunique()
    complete = states[states == wages["cve_ent"].nunique()]
    if complete.empty:
        return pd.DataFrame({"wage_daily_mxn": pd.Series(dtype=float), "wage_year": pd.Series(dtype="Int64")})
    basis, year = max(complete.index, key=lambda key: key[1])
    latest = annual[(annual["basis"] == basis) & (annual["year"] == year)].set_index("cve_ent")
    return latest[["value", "year"]].set_axis(["wage_daily_mxn", "wage_year"], axis=1)


def _placed(points: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, states: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put the points into municipality, state and metropolitan area; without a point the reported code holds."""
    found = municipality_of(points, municipalities)
    placed = points.assign(cvegeo_reported=points["cvegeo"], cvegeo=found.fillna(points["cvegeo"]))
    facts = municipalities.set_index("cvegeo")
    placed["cve_ent"] = placed["cvegeo"].map(facts["cve_ent"])
    placed["state"] = placed["cve_ent"].map(states.set_index("cve_ent")["name"])
    placed["municipality"] = placed["cvegeo"].map(facts["name"])
    placed["metro_area"] = placed["cvegeo"].map(facts["metro_area_name"])
    placed["metro_area_code"] = placed["cvegeo"].map(facts["metro_area_code"])
    return placed


def _measured(points: gpd.GeoDataFrame, layers: Layers, ports: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Measure the points against border, ports of entry and corridor."""
    return (
        points.assign(border_km=border_distance(points, layers["border"])["border_km"])
        .join(nearest_of(points, ports, {"port_id": "port_id", "name": "port_name"}, km="port_km"))
        .join(corridor_position(points, layers["corridor"], layers["corridor_waypoints"]))
    )


def _owned(parks: gpd.GeoDataFrame, layers: Layers, held: pd.DataFrame) -> gpd.GeoDataFrame:
    developers = layers["developers"]
    names = party_names(layers["park_developers"], developers, parks["park_id"])
    return parks.join(names).assign(owner_kind=owner_kind(held, developers, parks["park_id"]))


def _neighboured(parks: gpd.GeoDataFrame, tables: Layers, layers: Layers) -> gpd.GeoDataFrame:
    """Count what lies around each park and find its nearest assembly plant."""
    establishments, assembly = tables["establishments"], tables["assembly_plants"]
    manufacturing = establishments[counted(establishments) & _is_manufacturing(establishments)]
    built = assembly[assembly["status"] != "planned"]
    parts = tables["auto_parts_plants"]
    parts = parts[counted(parts) & parts["assembly_plant_id"].isna()]
    auto = pd.concat([parts[["geometry"]], built[["geometry"]]], ignore_index=True)
    return parks.assign(
        parks_25km=count_near(parks, parks[parks["study_set"]], km=NEIGHBOURHOOD_KM, itself=True),
        establishments_25km=count_near(parks, manufacturing, km=NEIGHBOURHOOD_KM),
        auto_plants_25km=count_near(parks, auto, km=NEIGHBOURHOOD_KM),
        population_30km=population_near(parks, layers["places"], km=POPULATION_KM),
    ).join(nearest_of(parks, built, {"name": "assembly_plant"}, km="assembly_km"))


def _paid(parks: gpd.GeoDataFrame, wages: pd.DataFrame, municipalities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Attach the state's wage and the municipality's minimum-wage zone."""
    zlfn = parks["cvegeo"].map(municipalities.set_index("cvegeo")["zlfn"])
    return parks.assign(
        wage_daily_mxn=parks["cve_ent"].map(wages["wage_daily_mxn"]),
        wage_year=parks["cve_ent"].map(wages["wage_year"]),
        wage_level=parks["cve_ent"].isin(wages.index).map({True: "state", False: None}),
        min_wage_zone=zlfn.map({True: "northern_border", False: "general"}),
    )


def _nearest_park(plants: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> pd.DataFrame:
    return nearest_of(plants, parks, {"park_id": "park_id", "name": "park_name"}, km="park_km")


def _is_manufacturing(plants: pd.DataFrame) -> pd.Series:
    return plants["scian"].str[:2].isin(MANUFACTURING)


def _developers(layers: Layers, parks: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Count what the inventory holds of each party."""
    developers = layers["developers"]
    facts = parks.set_index("park_id")[["study_set", "area_ha"]]
    roles = layers["park_developers"].drop_duplicates(["park_id", "developer_id"]).join(facts, on="park_id")
    held = held.join(facts, on="park_id")
    held = held[held["study_set"]]
    area = (held["share"] * held["area_ha"]).groupby(held["developer_id"]).sum(min_count=1)
    keys = developers["developer_id"]
    return developers.assign(
        parks=keys.map(roles.groupby("developer_id").size()).fillna(0),
        parks_study_set=keys.map(roles[roles["study_set"]].groupby("developer_id").size()).fillna(0),
        parks_controlled=keys.map(held.groupby("developer_id").size()).fillna(0),
        area_ha_known=keys.map(area),
    )


def _areas(
    tables: Layers, layers: Layers, held: pd.DataFrame, wages: pd.DataFrame, study: Study
) -> dict[str, pd.DataFrame]:
    """Return the tables by municipality, state, metropolitan area and for the country."""
    municipalities = layers["municipalities"]
    country = study.study.country
    plants, parts, assembly = (tables[name] for name in ("establishments", "auto_parts_plants", "assembly_plants"))
    inputs = AreaInputs(
        parks=tables["parks"].assign(located=tables["parks"].geometry.notna(), country=country),
        held=held,
        establishments=plants.assign(manufacturing=_is_manufacturing(plants), country=country)[counted(plants)],
        auto_parts=parts.assign(country=country)[counted(parts) & parts["assembly_plant_id"].isna()],
        assembly=assembly.assign(country=country)[assembly["status"] != "planned"],
    )

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
