"""People within reach of a park, by place, municipality and state, with what errors and unknown places leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo._words import said
from geo.demand import Demand
from geo.errors import ChoiceError
from geo.geodesy import GEODETIC_CRS, distance_km, nearest, planar_crs
from geo.join import coordinates, municipality_of
from geo.measures.planning_area import PlanningArea
from geo.measures.reach import Within
from geo.metrics.coverage import coverage, coverage_interval, covered, moved_coverage
from geo.metrics.uncertainty import jitter
from geo.streets import Streets
from geo.streets.graph import Access, By

Progress = Callable[[str], None]
Mask = NDArray[np.bool_]

_BLIND = {
    "es": "[[inventory_note.es]] Que un parque esté cerca no dice que tenga naves, agua, energía ni empleos.",
    "en": "[[inventory_note.en]] That a park is near does not say that it has floor space, water, power or jobs.",
}
# Planar distances in EPSG:6372 are within 2 % of the geodesic everywhere in Mexico; candidates are taken wider.
_PLANE = 1.02


@dataclass(frozen=True)
class Facilities:
    """What is to be reached.

    Attributes
    ----------
    located
        ``id``, ``name``, ``location_error_m`` (missing where unknown) and points in EPSG:4326.
    unlocated
        ``id``, ``name`` and ``cvegeo`` of those without a point.
    what
        What they are, in ``es`` and ``en``.
    """

    located: gpd.GeoDataFrame
    unlocated: pd.DataFrame
    what: Mapping[str, str]


class Moves(NamedTuple):
    """How often facilities are moved within their location errors, and the seed of it."""

    replicas: int = 200
    seed: int = 20180


#: Moves of the shipped study.
MOVES = Moves()


@dataclass(frozen=True)
class Coverage:
    """The answer, ready for tables, maps and words.

    Attributes
    ----------
    places
        One row a demand point of the area: id, name, cvegeo, lon, lat, weight, covered, nearest_id, nearest_name,
        nearest_km (geodesic); with a network road_id, road_name, road_minutes, road_km. Those not reached are missing.
    municipalities
        cvegeo, municipality, cve_ent, state, total, covered, uncovered, covered_share, share_low, share_median,
        share_high, share_at_most, mean_km, nearest_id, nearest_name, nearest_km and, with a network, road_minutes and
        road_km of its largest place; most people outside first.
    states
        The same by state, without the nearest.
    summary
        One row for the whole area.
    unreached
        The places that the network does not connect to any facility.
    within, area, demand, facilities
        What was asked.
    network
        What the network is and which speeds it assumes; None without one.
    moves
        Of the location errors; replicas 0 where a facility's error is not known.
    """

    places: pd.DataFrame
    municipalities: pd.DataFrame
    states: pd.DataFrame
    summary: pd.DataFrame
    unreached: pd.DataFrame
    within: Within
    area: PlanningArea
    demand: Demand
    facilities: Facilities
    network: str | None
    moves: Moves

    @property
    def blind(self) -> dict[str, list[str]]:
        """What the data cannot see, sentence by sentence, in ``es`` and ``en``."""
        return {lang: [self.demand.blind[lang], said(_BLIND[lang])] for lang in ("es", "en")}


def park_facilities(parks: gpd.GeoDataFrame, *, kinds: Sequence[str] = (), study_set: bool = True) -> Facilities:
    """Return the parks of the inventory as facilities.

    Parameters
    ----------
    parks
        The layer parks.
    kinds
        Kinds to keep; none means all.
    study_set
        Only the study set.

    Raises
    ------
    geo.errors.ChoiceError
        If a kind is not known, or no park is left.
    """
    known = sorted(set(parks["kind"].dropna()))
    wrong = [kind for kind in kinds if kind not in known]
    if wrong:
        raise ChoiceError(f"--kind {', '.join(wrong)}: there is none of that kind. Known: {', '.join(known)}.")
    kept = parks[parks["study_set"].astype(bool)] if study_set else parks
    kept = kept[kept["kind"].isin(kinds)] if kinds else kept
    if not len(kept):
        raise ChoiceError("No park is left: ask for another --kind, or for all parks instead of the study set.")
    table = kept[["park_id", "name", "cvegeo", "location_error_m", "geometry"]].rename(columns={"park_id": "id"})
    here = table.geometry.notna()
    words = {"es": "parques del inventario", "en": "parks of the inventory"}
    if study_set:
        words = {"es": "parques del conjunto de estudio", "en": "parks of the study set"}
    located = table[here].reset_index(drop=True)
    return Facilities(located, pd.DataFrame(table.loc[~here, ["id", "name", "cvegeo"]]).reset_index(drop=True), words)


def file_facilities(sites: Demand) -> Facilities:
    """Return the points of a file of the user's (``geo.demand.read_sites``) as facilities; their errors are unknown."""
    points = sites.points()[["id", "name", "geometry"]].assign(location_error_m=np.nan)
    none = pd.DataFrame({"id": [], "name": [], "cvegeo": []}, dtype="str")
    return Facilities(points, none, {"es": f"sitios de {sites.source}", "en": f"sites of {sites.source}"})


def measure_coverage(
    demand: Demand,
    facilities: Facilities,
    within: Within,
    area: PlanningArea,
    *,
    streets: Streets | None = None,
    moves: Moves = MOVES,
    progress: Progress | None = None,
) -> Coverage:
    """Measure who lies within reach of a facility.

    Parameters
    ----------
    demand
        Who is to be reached, in the whole country or less; rows without a municipality get the one they lie in.
    facilities
        What is to be reached; those outside the area count like those inside.
    within
        The reach.
    area
        The part of the country that is asked about.
    streets
        A network; needed for minutes and for km by road, and told beside the geodesic otherwise.
    moves
        How often facilities are moved within their location errors, and the seed.
    progress
        Called with a short line before each step.

    Raises
    ------
    geo.errors.ChoiceError
        If the reach needs a network and there is none, no facility has a point, or nobody lives in the area.
    """
    if within.by_road and streets is None:
        raise ChoiceError(f"--within {within} is by road: it needs a network of roads.")
    if not len(facilities.located):
        raise ChoiceError("None of the facilities has a point: nothing can be measured.")
    _say(progress, "placing the demand")
    people = _in_area(demand, area)
    _say(progress, "finding the nearest facility of each place")
    places = _places(people, facilities, within, streets)
    _say(progress, "moving the facilities within their errors")
    if facilities.located["location_error_m"].isna().any():
        moves = moves._replace(replicas=0)
    masks = (
        list(_moved(people, facilities.located, within, streets, moves))
        if moves.replicas
        else [places["covered"].to_numpy()]
    )
    possible = _possible(people, facilities.unlocated, area.municipalities, _straight_km(within, streets))
    cvegeo = people.table["cvegeo"]
    tables = {}
    for level, areas in {"municipalities": cvegeo, "states": cvegeo.str[:2], "summary": None}.items():
        table = coverage(people.weight, places["covered"], areas)
        ends = coverage_interval(people.weight, masks, areas, possible)
        if not moves.replicas:
            ends[["share_low", "share_median", "share_high"]] = np.nan
        tables[level] = table.join(ends)
    lost = places["road_id"].isna() if streets is not None else np.zeros(len(places), dtype=bool)
    return Coverage(
        places=places,
        municipalities=_municipal(tables["municipalities"], places, area.municipalities.set_index("cvegeo")),
        states=_by_state(tables["states"], area.municipalities),
        summary=_whole(tables["summary"], places, facilities, lost),
        unreached=places[lost].reset_index(drop=True),
        within=within,
        area=area,
        demand=people,
        facilities=facilities,
        network=None if streets is None else streets.note,
        moves=moves,
    )


def _in_area(demand: Demand, area: PlanningArea) -> Demand:
    codes = demand.table["cvegeo"]
    blank = codes.isna()
    if blank.any():
        codes = codes.where(~blank, municipality_of(demand.points()[blank.to_numpy()], area.municipalities))
        demand = demand.in_municipalities(codes)
    kept = area.holds(demand.table["cvegeo"])
    if not kept.any():
        raise ChoiceError(f"The demand has no people in {area.en}: {demand.source} lies elsewhere.")
    return demand.keep(kept)


def _places(people: Demand, facilities: Facilities, within: Within, streets: Streets | None) -> pd.DataFrame:
    located = facilities.located
    place, km = nearest(people.lon, people.lat, *coordinates(located))
    table = people.table.assign(
        nearest_id=_taken(located["id"], place), nearest_name=_taken(located["name"], place), nearest_km=km
    )
    cost = km
    if streets is not None:
        by: By = "km" if within.road and within.unit == "km" else "minutes"
        found = streets.nearest(people.lon, people.lat, *coordinates(located), by=by)
        target = found["target"].to_numpy()
        table = table.assign(
            road_id=_taken(located["id"], target),
            road_name=_taken(located["name"], target),
            road_minutes=found["minutes"].to_numpy(),
            road_km=found["km"].to_numpy(),
        )
        if within.by_road:
            cost = found[by].to_numpy()
    table.insert(list(table.columns).index("nearest_id"), "covered", covered(cost, within.amount))
    return table


def _taken(column: pd.Series, place: NDArray[np.int64]) -> pd.Series:
    """Return values by position, missing for -1."""
    return column.reset_index(drop=True).reindex(place).reset_index(drop=True).astype("str")


def _moved(
    people: Demand, located: gpd.GeoDataFrame, within: Within, streets: Streets | None, moves: Moves
) -> Iterator[Mask]:
    """Yield who is covered with the facilities moved."""
    lon, lat = coordinates(located)
    errors = located["location_error_m"].to_numpy(np.float64)
    moved = jitter(lon, lat, errors, replicas=moves.replicas, seed=moves.seed)
    if not within.by_road or streets is None:
        yield from moved_coverage(people.lon, people.lat, lon, lat, moved, within_km=within.amount)
        return
    by: By = "km" if within.unit == "km" else "minutes"
    # A facility that stands too far off in every replica covers nobody in any.
    _, off = nearest(lon, lat, people.lon, people.lat)
    step = distance_km(lon, lat, moved.lon, moved.lat).max(axis=0)
    close = np.flatnonzero(off <= _straight_km(within, streets) + step + 0.001)
    if not close.size:
        yield from (np.zeros(len(people.table), dtype=bool) for _ in range(moves.replicas))
        return
    here = streets.access(people.lon, people.lat)
    there = streets.access(moved.lon[:, close].ravel(), moved.lat[:, close].ravel())
    for rows in np.arange(moves.replicas * close.size).reshape(-1, close.size):
        found = Access(there.street[rows], there.share[rows], there.leg_km[rows])
        if (found.street < 0).all():
            yield np.zeros(len(people.table), dtype=bool)
        else:
            yield covered(streets.least(here, found, by=by), within.amount)


def _straight_km(within: Within, streets: Streets | None) -> float:
    """Return a straight distance that nothing within reach exceeds."""
    if within.unit == "km" or streets is None:
        return within.amount
    return within.amount / 60 * streets.top_kmh()


def _possible(people: Demand, unlocated: pd.DataFrame, municipalities: gpd.GeoDataFrame, km: float) -> Mask:
    """Return which points lie within so many km of a municipality that holds a facility without a point."""
    home = municipalities.set_index("cvegeo")
    wanted = pd.Series(unlocated["cvegeo"].dropna().unique(), dtype="str")
    # A young municipality has no boundary of its own; its parent's holds it.
    parent = home["parent_cvegeo"].reindex(wanted).to_numpy() if "parent_cvegeo" in home else wanted.to_numpy()
    wanted = pd.Series(np.where(pd.isna(parent), wanted, parent)).drop_duplicates()
    shapes = home.geometry.reindex(wanted).dropna().to_numpy()
    mask = np.zeros(len(people.table), dtype=bool)
    if not len(shapes):
        return mask
    planar = people.points().geometry.to_crs(planar_crs()).to_numpy()
    area, row = shapely.STRtree(planar).query(shapes, predicate="dwithin", distance=km * 1000 * _PLANE)
    feet = shapely.shortest_line(planar[row], shapes[area])
    ends = gpd.GeoSeries(shapely.get_point(feet, 1), crs=planar_crs()).to_crs(GEODETIC_CRS)
    apart = distance_km(people.lon[row], people.lat[row], *coordinates(ends))
    mask[row[apart <= km]] = True
    return mask


def _municipal(table: pd.DataFrame, places: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    known = places.dropna(subset="cvegeo")
    weighted = (known["nearest_km"] * known["weight"]).groupby(known["cvegeo"]).sum()
    mean = weighted / known.groupby("cvegeo")["weight"].sum()
    largest = known.sort_values(["weight", "id"], ascending=[False, True], kind="stable").drop_duplicates("cvegeo")
    columns = [
        name for name in ("nearest_id", "nearest_name", "nearest_km", "road_minutes", "road_km") if name in known
    ]
    table = table.join(mean.rename("mean_km")).join(largest.set_index("cvegeo")[columns])
    table = table.rename_axis("cvegeo").reset_index()
    for place, (column, source) in enumerate({"municipality": "name", "cve_ent": "cve_ent", "state": "state"}.items()):
        table.insert(place + 1, column, names[source].reindex(table["cvegeo"]).to_numpy())
    order = ["uncovered", "cvegeo"]
    return table.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)


def _by_state(table: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    names = municipalities.drop_duplicates("cve_ent").set_index("cve_ent")["state"]
    table = table.rename_axis("cve_ent").reset_index()
    table.insert(1, "state", names.reindex(table["cve_ent"]).to_numpy())
    order = ["uncovered", "cve_ent"]
    return table.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)


def _whole(table: pd.DataFrame, places: pd.DataFrame, facilities: Facilities, lost: Any) -> pd.DataFrame:
    return table.reset_index(drop=True).assign(
        places=len(places),
        facilities_located=len(facilities.located),
        facilities_unlocated=len(facilities.unlocated),
        unreached_places=int(np.asarray(lost).sum()),
        unreached=float(places.loc[np.asarray(lost), "weight"].sum()),
    )


def _say(progress: Progress | None, text: str) -> None:
    if progress is not None:
        progress(text)
