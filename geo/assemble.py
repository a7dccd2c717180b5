"""From layers to published tables: every join and metric of a run, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEODETIC_CRS, line_length_km, planar_crs
from geo.join import (
    border_distance,
    coordinates,
    corridor_position,
    count_near,
    municipality_of,
    nearest_of,
    population_near,
    road_distance,
)
from geo.layers.wages import annual
from geo.measures.areas import (
    area_tables,
    corridor_areas,
    hexagon_table,
    industry_agglomeration,
    ownership_rules,
    zonings,
)
from geo.measures.corridor import corridor_test, wage_table
from geo.measures.counting import auto_plants, built_assembly
from geo.measures.curves import curves
from geo.measures.hypotheses import findings
from geo.measures.papers import paper_tables
from geo.measures.parks import municipal_hot_spots, ownership_around, park_clusters, park_hot_spots, park_market
from geo.measures.register import Register, WholeTable
from geo.measures.sensitivity import NEIGHBOURHOOD_KM, POPULATION_KM, sensitivity
from geo.measures.surfaces import people_without_park, serving_ports
from geo.network import RoadNetwork
from geo.ownership import owner_kind, party_names, run_controllers
from geo.schema import LAYERS
from geo.study import Study

Layers = Mapping[str, Any]

Progress = Callable[[str], None]

PLANT_LAYERS = ("assembly_plants", "auto_parts_plants", "establishments")


@dataclass(frozen=True)
class _Shared:
    """What most measures share: ports that serve distances, controllers, the latest wages, the whole register."""

    ports: gpd.GeoDataFrame
    held: pd.DataFrame
    wages: pd.DataFrame
    register: Register


def assemble(
    layers: Layers, study: Study, *, progress: Progress, register: Register | None = None
) -> dict[str, pd.DataFrame]:
    """Join the layers, measure them and return the published tables.

    Parameters
    ----------
    layers
        Layers as ``geo.layers.read_layers`` returns them.
    study
        The study, for its parameters.
    progress
        Called with a short line before each step.
    register
        Counts of all establishments where the layer holds a part of them; None where it holds all.

    Returns
    -------
    dict
        Layer name -> table with exactly the schema's output columns, numbers rounded to their unit, geometry in
        EPSG:6372; one entry a published layer, in the order of ``geo.schema.LAYERS``.
    """
    progress("joining places, ports and owners")
    tables = dict(layers)
    tables["ports_of_entry"] = rate_ports(layers["ports_of_entry"], layers["border"], study)
    ports = serving_ports(tables["ports_of_entry"], study)
    for name in ("parks", *PLANT_LAYERS):
        placed = _placed(tables[name], layers["municipalities"], layers["states"])
        tables[name] = _measured(placed, layers, ports)
    shared = _Shared(
        ports=ports,
        held=run_controllers(layers, study.parameters),
        wages=latest_wages(layers["wages"]),
        register=register or WholeTable(tables["establishments"]),
    )
    tables["parks"] = _joined_parks(tables, layers, shared, study)
    for name in PLANT_LAYERS:
        tables[name] = tables[name].join(_nearest_park(tables[name], tables["parks"]))
    tables["developers"] = _developers(layers, tables["parks"], shared.held)
    tables["border"] = layers["border"].assign(
        length_km=[line_length_km(line) for line in layers["border"].to_crs(GEODETIC_CRS).geometry]
    )
    tables |= _measures(tables, layers, shared, study, progress)
    return {name: publish(tables[name], name) for name, layer in LAYERS.items() if layer.published}


def _joined_parks(tables: Layers, layers: Layers, shared: _Shared, study: Study) -> gpd.GeoDataFrame:
    """Join the parks with everything but what they mean."""
    parks = _neighboured(_owned(tables["parks"], layers, shared.held), tables, layers, shared.register)
    network = RoadNetwork(layers["highways"], access_leg_km=study.parameters.access_leg_km)
    by_road = road_distance(parks, parks["port_id"], shared.ports.set_index("port_id"), network)
    return _paid(parks.assign(port_road_km=by_road), shared.wages, layers["municipal_wages"], layers["municipalities"])


def _measures(
    tables: dict[str, Any], layers: Layers, shared: _Shared, study: Study, progress: Progress
) -> dict[str, pd.DataFrame]:
    """Measure what the joined map means: areas, local ownership, hot spots, curves, corridor, wages, sensitivity."""
    progress("measuring areas")
    held = shared.held
    inputs = shared.register.area_inputs(tables, held, study.study.country)
    found = area_tables(inputs, layers, shared.wages, study.study.country)
    branches = pd.Index(layers["corridor_waypoints"]["branch"].unique(), name="corridor_branch")
    found |= {
        "establishment_hexagons": hexagon_table(inputs),
        "corridor_areas": corridor_areas(inputs, branches),
        "industry_agglomeration": industry_agglomeration(inputs),
        "zonings": zonings(inputs, found),
        "ownership_rules": ownership_rules(inputs, layers, study),
    }
    progress("measuring local ownership and hot spots")
    municipalities = found["municipalities"]
    found["municipalities"] = municipalities.join(municipal_hot_spots(municipalities, study)).assign(
        population_without_park_30km=people_without_park(municipalities, layers["places"], tables["parks"])
    )
    parks = tables["parks"]
    found["parks"] = parks.join([ownership_around(parks, held, study), park_hot_spots(parks, study)]).assign(
        market_potential=park_market(parks, layers["municipalities"]), cluster_id=park_clusters(parks)
    )
    progress("measuring clustering by distance")
    found["curves"] = curves(tables, held, study)
    progress("testing the corridor and the wage gradient")
    found["corridor_test"] = corridor_test(tables, layers["corridor"], study)
    found["wage_gradient"] = wage_table(layers, study)
    progress("drawing curves, lines and dates for papers")
    found |= paper_tables(tables | found, layers, held, study)
    progress("moving parks within their location errors")
    found["sensitivity"] = sensitivity(
        tables | found, layers, ports=shared.ports, held=held, register=shared.register, study=study
    )
    progress("holding published claims against the data")
    return found | findings(tables | found, layers, held, study)


def publish(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table with the schema's output columns, types and decimals, its geometry in EPSG:6372."""
    layer = LAYERS[name]
    columns = {}
    for column in layer.output_columns:
        values = table[column.name]
        if column.kind == "number":
            # Adding 0.0 turns a rounded -0.0 into 0.0.
            values = values.astype("float64").round(6 if column.decimals is None else column.decimals) + 0.0
        columns[column.name] = values.astype(column.dtype)
    frame = pd.DataFrame(columns).reset_index(drop=True)
    if layer.geometry is None:
        return frame
    shapes = table.geometry.to_crs(planar_crs()).reset_index(drop=True)
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


def latest_wages(wages: pd.DataFrame) -> pd.DataFrame:
    """Return the wage of each state in the latest year with an annual value of one series for every state.

    Returns
    -------
    pandas.DataFrame
        wage_daily_mxn, wage_year; index cve_ent.
    """
    yearly = annual(wages)
    states = yearly.groupby(["basis", "year"])["cve_ent"].nunique()
    complete = states[states == wages["cve_ent"].nunique()]
    if complete.empty:
        return pd.DataFrame({"wage_daily_mxn": pd.Series(dtype=float), "wage_year": pd.Series(dtype="Int64")})
    basis, year = max(complete.index, key=lambda key: key[1])
    latest = yearly[(yearly["basis"] == basis) & (yearly["year"] == year)].set_index("cve_ent")
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


def _neighboured(parks: gpd.GeoDataFrame, tables: Layers, layers: Layers, register: Register) -> gpd.GeoDataFrame:
    """Count what lies around each park and find its nearest assembly plant."""
    built = built_assembly(tables["assembly_plants"])
    auto = auto_plants(tables["auto_parts_plants"], tables["assembly_plants"])
    plants = pd.Series(register.manufacturing_around(*coordinates(parks), NEIGHBOURHOOD_KM), index=parks.index)
    return parks.assign(
        parks_25km=count_near(parks, parks[parks["study_set"]], km=NEIGHBOURHOOD_KM, itself=True),
        establishments_25km=plants.where(parks.geometry.notna()).astype("Int64"),
        auto_plants_25km=count_near(parks, auto, km=NEIGHBOURHOOD_KM),
        population_30km=population_near(parks, layers["places"], km=POPULATION_KM),
    ).join(nearest_of(parks, built, {"name": "assembly_plant"}, km="assembly_km"))


def _paid(
    parks: gpd.GeoDataFrame, wages: pd.DataFrame, municipal: pd.DataFrame, municipalities: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Attach the municipality's latest wage where one is known, else the state's, and the minimum-wage zone."""
    town = municipal.sort_values("year", kind="stable").drop_duplicates("cvegeo", keep="last").set_index("cvegeo")
    own = parks["cvegeo"].isin(town.index)
    level = parks["cve_ent"].isin(wages.index).map({True: "state", False: None})
    zlfn = parks["cvegeo"].map(municipalities.set_index("cvegeo")["zlfn"])
    return parks.assign(
        wage_daily_mxn=parks["cvegeo"]
        .map(town["wage_daily_mxn"])
        .where(own, parks["cve_ent"].map(wages["wage_daily_mxn"])),
        wage_year=parks["cvegeo"].map(town["year"]).where(own, parks["cve_ent"].map(wages["wage_year"])),
        wage_level=level.mask(own, "municipality"),
        min_wage_zone=zlfn.map({True: "northern_border", False: "general"}),
    )


def _nearest_park(plants: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> pd.DataFrame:
    return nearest_of(plants, parks, {"park_id": "park_id", "name": "park_name"}, km="park_km")


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
        parks=_counts(keys, roles),
        parks_study_set=_counts(keys, roles[roles["study_set"]]),
        parks_controlled=_counts(keys, held),
        area_ha_known=keys.map(area).astype(float),
    )


def _counts(keys: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Count the rows of each developer, as whole numbers where there is no developer at all too."""
    return keys.map(rows.groupby("developer_id").size()).fillna(0).astype("Int64")
