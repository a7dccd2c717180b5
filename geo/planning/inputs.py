"""From a planner's words to what is measured: the area, the demand, the facilities, the network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from geo.demand import Demand, municipal_demand, place_demand, raster_demand, read_demand, read_sites, worker_demand
from geo.errors import ChoiceError
from geo.geodesy import GEODETIC_CRS
from geo.measures.coverage import Facilities, file_facilities, park_facilities
from geo.measures.planning_area import PlanningArea, planning_area
from geo.runs import Run
from geo.scenario import apply_scenario, read_scenario
from geo.streets import Streets, cached_streets, highway_streets, read_streets

#: Endings of files that are read as rasters of people.
RASTERS = (".tif", ".tiff", ".vrt")
#: Words that name a network beside a file.
NETWORKS = ("shipped", "prepared", "none")


@dataclass(frozen=True)
class Asked:
    """A planner's question, in the words of the command line.

    Parameters
    ----------
    state, metro
        The part of the country, one of the two; neither means all of it.
    demand
        population, municipalities, workers, or a file: points, polygons or a raster.
    weight
        Column of weights of a file; None for the usual names.
    facilities
        parks, or a file of points.
    kinds
        Kinds of parks; none means all.
    all_parks
        Every park of the inventory instead of the study set.
    network
        shipped (highways), prepared (what ``prepare_network`` kept for the area), none, or a file.
    scenario
        A file of parks added, removed or moved; None for the parks as they are.
    within, road
        Reach with its unit, as ``30km`` or ``45min``, None for the usual one; whether km are by road.
    """

    state: str | None = None
    metro: str | None = None
    demand: str = "population"
    weight: str | None = None
    facilities: str = "parks"
    kinds: tuple[str, ...] = ()
    all_parks: bool = False
    network: str = "shipped"
    scenario: Path | None = None
    within: str | None = None
    road: bool = False


@dataclass(frozen=True)
class Situation:
    """Facilities as they are or would be.

    Attributes
    ----------
    facilities
        What is to be reached.
    parks
        The layer parks that they came from, points in EPSG:4326; None for a file.
    assumed
        Ids of those that a scenario added or moved.
    title
        Name of the scenario; None for the facilities as they are.
    """

    facilities: Facilities
    parks: gpd.GeoDataFrame | None
    assumed: frozenset[str] = frozenset()
    title: str | None = None


def area_of(run: Run, asked: Asked) -> PlanningArea:
    """Return the part of the country that is asked about."""
    towns, states = gpd.GeoDataFrame(run.layers["municipalities"]), gpd.GeoDataFrame(run.layers["states"])
    return planning_area(towns, states, state=asked.state, metro=asked.metro)


def demand_of(run: Run, asked: Asked, area: PlanningArea) -> Demand:
    """Return who is to be reached: of the whole country, but of a raster only the people of the area.

    Raises
    ------
    geo.errors.ChoiceError
        If there is no demand of that name.
    geo.errors.DataError
        If the file is refused.
    """
    if asked.demand == "population":
        return place_demand(run.layers["places"])
    if asked.demand == "municipalities":
        return municipal_demand(run.layers["municipalities"])
    if asked.demand == "workers":
        return worker_demand()
    path = _file(asked.demand, "--demand", "population, municipalities, workers or a file")
    if path.suffix.lower() in RASTERS:
        return raster_demand(path, area_shape(area), progress=run.progress)
    return read_demand(path, weight=asked.weight, progress=run.progress)


def situation_of(run: Run, asked: Asked, scenario: Path | None) -> Situation:
    """Return the facilities, a scenario applied to them.

    Raises
    ------
    geo.errors.ChoiceError
        If a scenario is given for a file of facilities, or a kind is not known.
    geo.errors.DataError
        If a file is refused.
    """
    if asked.facilities != "parks":
        if scenario is not None:
            raise ChoiceError("A scenario changes parks: leave it out, or leave out --facilities FILE.")
        if asked.kinds:
            raise ChoiceError("--kind chooses among parks: leave it out, or leave out --facilities FILE.")
        return Situation(file_facilities(read_sites(_file(asked.facilities, "--facilities", "parks or a file"))), None)
    parks = gpd.GeoDataFrame(run.tables["parks"]).to_crs(GEODETIC_CRS)
    if scenario is None:
        return Situation(park_facilities(parks, kinds=asked.kinds, study_set=not asked.all_parks), parks)
    read = read_scenario(scenario)
    parks = apply_scenario(parks, read, source=scenario.name)
    facilities = park_facilities(parks, kinds=asked.kinds, study_set=not asked.all_parks)
    assumed = frozenset(change.park_id for change in read.changes if change.action != "remove")
    return Situation(facilities, parks, assumed, read.title)


def network_of(run: Run, asked: Asked, area: PlanningArea) -> Streets | None:
    """Return the network that is named; None for none.

    Raises
    ------
    geo.errors.ChoiceError
        If no network was prepared for the area, or there is no file of that name.
    geo.errors.DataError
        If the file is refused.
    """
    if asked.network == "none":
        return None
    if asked.network == "shipped":
        leg = run.study.parameters.access_leg_km
        return highway_streets(gpd.GeoDataFrame(run.layers["highways"]), access_leg_km=leg)
    run.progress("reading the network")
    if asked.network == "prepared":
        path = cached_streets(area.en)
        if not path.is_file():
            raise ChoiceError(f"No network of {area.en} was prepared. Run geo network for it first, or give a file.")
        return read_streets(path)
    return read_streets(_file(asked.network, "--network", f"{', '.join(NETWORKS)} or a file"))


def area_shape(area: PlanningArea) -> shapely.Geometry:
    """Return the outline of an area in longitude and latitude."""
    towns = area.municipalities[area.holds(area.municipalities["cvegeo"])]
    shapes = towns.geometry.dropna().to_crs(GEODETIC_CRS)
    return shapely.union_all(shapes.to_numpy())


def units(demand: Demand) -> dict[str, str]:
    """Return what one of the demand is called, ``es`` and ``en``."""
    if demand.unit == "people":
        return {"es": "personas", "en": "people"}
    return {"es": demand.unit, "en": demand.unit}


def parks_named(parks: pd.DataFrame, park_id: str) -> pd.DataFrame:
    """Return one park by its id.

    Raises
    ------
    geo.errors.ChoiceError
        If there is none; near ids are suggested.
    """
    from difflib import get_close_matches

    found = parks[parks["park_id"] == park_id]
    if not len(found):
        near = get_close_matches(park_id, parks["park_id"].tolist(), n=3)
        cure = f"Did you mean {', '.join(near)}?" if near else "See park_id in the layer parks."
        raise ChoiceError(f"--park {park_id}: there is no such park. {cure}")
    return found


def _file(text: str, option: str, known: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ChoiceError(f"{option} {text}: there is no such file. Give {known}.")
    return path
