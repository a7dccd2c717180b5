"""Where new parks would serve most: candidates, costs to them, and the answer as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.demand import Demand, municipal_demand, place_demand
from geo.errors import ChoiceError
from geo.geodesy import GEODETIC_CRS, nearest, pairs_within, planar_crs
from geo.join import coordinates, municipality_of
from geo.measures.coverage import Facilities
from geo.measures.planning_area import PlanningArea
from geo.measures.reach import Within
from geo.metrics.siting import TIME_LIMIT_S, Costs, Siting, lscp, mclp, p_centre, p_median
from geo.streets import Streets
from geo.streets.graph import By

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
Model = Literal["mclp", "lscp", "p_median", "p_centre"]

#: Pairs of a demand point and a candidate that a model may have.
MOST_PAIRS = 30_000_000
#: Half the way round the Earth: no geodesic is longer.
_FARTHEST_KM = 20_040.0


@dataclass(frozen=True)
class Candidates:
    """Places where a park might be put.

    Attributes
    ----------
    table
        ``id``, ``name``, ``cvegeo``, ``lon``, ``lat``; row labels from 0.
    rule
        What they are, in ``es`` and ``en``.
    left_out
        Why places were left out -> how many.
    """

    table: pd.DataFrame
    rule: Mapping[str, str]
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class SiteQuestion:
    """What is asked of the candidates.

    Parameters
    ----------
    model
        mclp: most people with ``new`` sites; lscp: fewest sites for ``share`` of the people; p_median: least mean cost;
        p_centre: least worst cost.
    within
        Reach, for mclp and lscp.
    new
        How many sites, for all but lscp.
    share
        Share of the people that lscp covers.
    seconds
        Longest that the solver may work.

    Raises
    ------
    geo.errors.ChoiceError
        If a part is missing, or not asked for.
    """

    model: Model
    within: Within | None = None
    new: int | None = None
    share: float = 1.0
    seconds: float = TIME_LIMIT_S

    def __post_init__(self) -> None:
        """Refuse a question that lacks a part."""
        if self.model in {"mclp", "lscp"} and self.within is None:
            raise ChoiceError(f"{self.model} needs a reach: give --within 30km or 45min.")
        if self.model in {"p_median", "p_centre"} and self.within is not None:
            raise ChoiceError(f"{self.model} has no reach: leave --within out.")
        if self.model != "lscp" and self.new is None:
            raise ChoiceError(f"{self.model} needs a number of new parks: give --new.")

    def ask(self, costs: Costs, weights: Floats, fixed: NDArray[np.bool_]) -> Siting:
        """Return the model's answer."""
        reach = np.inf if self.within is None else self.within.amount
        if self.model == "lscp":
            return lscp(costs, weights, within=reach, share=self.share, fixed=fixed, seconds=self.seconds)
        new = self.new or 0
        if self.model == "mclp":
            return mclp(costs, weights, within=reach, new=new, fixed=fixed, seconds=self.seconds)
        least = p_median if self.model == "p_median" else p_centre
        return least(costs, weights, new=new, fixed=fixed, seconds=self.seconds)


@dataclass(frozen=True)
class SitePlan:
    """An answer, ready for tables, maps and words.

    Attributes
    ----------
    sites
        One row a new site, the one that adds most first: rank, id, name, cvegeo, municipality, state, lon, lat, added
        (weight that it adds after those before it), within_reach (weight in its reach, whoever else serves it) and, for
        p_median and p_centre, served (weight nearest to it).
    places
        One row a demand point: id, name, cvegeo, lon, lat, weight, cost_before, cost_after (km or minutes, missing
        where none is reached), site_id (missing where an existing facility stays the nearest).
    unreached
        Demand that p_median and p_centre left out because the network connects it to no site and no facility.
    answer
        The model's answer, with its bound, gap and status.
    question, unit
        What was asked, and the unit of the costs: km or min.
    candidates, demand, facilities, network
        What it was asked of.
    """

    sites: pd.DataFrame
    places: pd.DataFrame
    unreached: pd.DataFrame
    answer: Siting
    question: SiteQuestion
    unit: str
    candidates: Candidates
    demand: Demand
    facilities: Facilities | None
    network: str | None

    @property
    def proof(self) -> dict[str, str]:
        """How good the answer is, in words, ``es`` and ``en``."""
        if self.answer.status == "optimal":
            return {"es": "Óptimo demostrado (brecha 0).", "en": "Proven optimum (gap 0)."}
        share = f"{self.answer.gap:.2%}"
        return {
            "es": f"La mejor respuesta hallada en el tiempo dado: a lo más {share} del óptimo.",
            "en": f"The best answer found in the time given: at most {share} from the optimum.",
        }


def seat_candidates(area: PlanningArea) -> Candidates:
    """Return the municipal seats of an area as candidates."""
    table = municipal_demand(area.municipalities).table
    rule = {"es": "cabeceras municipales", "en": "municipal seats"}
    return _candidates(table[area.holds(table["cvegeo"])], rule)


def place_candidates(places: pd.DataFrame, area: PlanningArea) -> Candidates:
    """Return the shipped places of an area as candidates."""
    table = place_demand(places).table
    return _candidates(table[area.holds(table["cvegeo"])], {"es": "localidades", "en": "places"})


def file_candidates(sites: Demand, municipalities: gpd.GeoDataFrame) -> Candidates:
    """Return the points of a file of the user's (``geo.demand.read_sites``) as candidates, wherever they lie."""
    held = municipality_of(sites.points(), municipalities)
    table = sites.table.assign(cvegeo=sites.table["cvegeo"].fillna(pd.Series(held.to_numpy(), dtype="str")))
    return _candidates(table, {"es": f"sitios de {sites.source}", "en": f"sites of {sites.source}"})


def grid_candidates(
    area: PlanningArea,
    *,
    spacing_km: float,
    roads: Streets | None = None,
    road_km: float | None = None,
    slope_percent: Callable[[Floats, Floats], Floats] | None = None,
    most_slope: float = 5.0,
) -> Candidates:
    """Return a square grid over an area as candidates, masked by distance to a road and by slope.

    Parameters
    ----------
    area
        Where the grid lies.
    spacing_km
        Distance between neighbours, planar in EPSG:6372.
    roads, road_km
        A network, and how far from its nearest road a candidate may lie.
    slope_percent, most_slope
        Function of longitudes and latitudes that gives the slope in percent (``geo.terrain.terrain``), and the steepest
        that a candidate may stand on; where the slope is not known it is left out.

    Raises
    ------
    geo.errors.ChoiceError
        If the spacing is not above 0, or nothing is left.

    Notes
    -----
    Points are multiples of the spacing from the origin of EPSG:6372, so that neighbouring areas share one grid.
    """
    if not spacing_km > 0:
        raise ChoiceError(f"A grid of {spacing_km:g} km was asked for; give a spacing above 0.")
    towns = area.municipalities
    kept = towns[area.holds(towns["cvegeo"]) & towns.geometry.notna().to_numpy()]
    west, south, east, north = kept.total_bounds
    step = spacing_km * 1000
    x, y = (np.arange(np.ceil(a / step), np.floor(b / step) + 1) * step for a, b in ((west, east), (south, north)))
    if x.size * y.size > 5_000_000:
        raise ChoiceError(f"A grid of {spacing_km:g} km has {x.size * y.size:,} points here; give a wider one.")
    planar = shapely.points(np.tile(x, y.size), np.repeat(y, x.size))
    points = gpd.GeoDataFrame(geometry=planar, crs=planar_crs()).to_crs(GEODETIC_CRS)
    area_row, point_row = shapely.STRtree(planar).query(kept.geometry.to_numpy(), predicate="intersects")
    held = pd.Series(kept["cvegeo"].to_numpy()[area_row], index=point_row).groupby(level=0).min()
    points = points.loc[held.index]
    lon, lat = coordinates(points)
    table = pd.DataFrame({"id": [f"grid-{row}" for row in held.index], "name": None, "cvegeo": held.to_numpy(),
                          "lon": lon, "lat": lat})  # fmt: skip
    rule, lost = {"es": f"retícula de {spacing_km:g} km", "en": f"grid of {spacing_km:g} km"}, {}
    if roads is not None and road_km is not None:
        near = roads.access(table["lon"], table["lat"]).leg_km <= road_km
        lost["far from a road"], table = int((~near).sum()), table[near]
        rule = {"es": f"{rule['es']}, a {road_km:g} km o menos de una carretera",
                "en": f"{rule['en']}, {road_km:g} km or less from a road"}  # fmt: skip
    if slope_percent is not None and len(table):
        slope = slope_percent(table["lon"].to_numpy(), table["lat"].to_numpy())
        lost["too steep"], lost["slope not known"] = int((slope > most_slope).sum()), int(np.isnan(slope).sum())
        table = table[slope <= most_slope]
        rule = {"es": f"{rule['es']}, pendiente de {most_slope:g} % o menos",
                "en": f"{rule['en']}, slope of {most_slope:g} % or less"}  # fmt: skip
    return _candidates(table, rule, {why: count for why, count in lost.items() if count})


def choose_sites(
    question: SiteQuestion,
    demand: Demand,
    candidates: Candidates,
    municipalities: pd.DataFrame,
    *,
    facilities: Facilities | None = None,
    streets: Streets | None = None,
    progress: Progress | None = None,
) -> SitePlan:
    """Choose new sites among candidates, existing facilities honoured.

    Parameters
    ----------
    question
        Which model, how many, how far.
    demand
        Who is to be served; those of an area with ``Demand.keep``.
    candidates
        Where a park might be put.
    municipalities
        The layer municipalities, for names.
    facilities
        What exists and stays; those with a point serve.
    streets
        A network: needed for minutes and km by road; p_median and p_centre are in minutes with one, else in km.
    progress
        Called with a short line before each step.

    Raises
    ------
    geo.errors.ChoiceError
        If a network is missing, there are too many pairs, or as ``geo.metrics.siting``.
    """
    within = question.within
    if within is not None and within.by_road and streets is None:
        raise ChoiceError(f"--within {within} is by road: it needs a network of roads.")
    by_road = streets is not None and (within is None or within.by_road)
    by: By = "minutes" if within is None or within.unit == "min" else "km"
    _say(progress, "measuring the costs")
    before, existing = _existing(demand, facilities, streets if by_road else None, by)
    limit = within.amount if within is not None else (np.inf if np.isnan(before).any() else float(before.max()))
    pairs = _pairs(demand, candidates, streets if by_road else None, by, limit)
    costs = Costs.beside(pairs, existing)
    unreached = demand.table.iloc[:0]
    if within is None:
        joined = np.isin(np.arange(len(demand.table)), costs.demand)
        unreached = demand.table[~joined].reset_index(drop=True)
        demand, before = demand.keep(joined), before[joined]
        pairs, costs = _kept(pairs, joined), _kept(costs, joined)
    fixed = np.append(np.zeros(len(candidates.table), dtype=bool), np.ones(existing.shape[1], dtype=bool))
    _say(progress, f"solving {question.model} with {costs.cost.size:,} pairs")
    answer = question.ask(costs, demand.weight, fixed)
    sites = _sites(answer, pairs, demand, candidates, within, before)
    names = municipalities.set_index("cvegeo")
    for place, (column, source) in enumerate({"municipality": "name", "state": "state"}.items(), start=4):
        sites.insert(place, column, names[source].reindex(sites["cvegeo"]).to_numpy())
    return SitePlan(
        sites=sites,
        places=_after(answer, demand, candidates, before),
        unreached=unreached,
        answer=answer,
        question=question,
        unit="min" if by_road and by == "minutes" else "km",
        candidates=candidates,
        demand=demand,
        facilities=facilities,
        network=streets.note if streets is not None and by_road else None,
    )


def _existing(demand: Demand, facilities: Facilities | None, streets: Streets | None, by: By) -> tuple[Floats, Costs]:
    """Return the cost of each demand point to its nearest existing facility, alone and as one fixed column."""
    size = len(demand.table)
    if facilities is None or not len(facilities.located):
        none = np.empty(0, dtype=np.int64)
        return np.full(size, np.nan), Costs(none, none, np.empty(0), (size, 0))
    lon, lat = coordinates(facilities.located)
    if streets is None:
        _, cost = nearest(demand.lon, demand.lat, lon, lat)
    else:
        cost = streets.nearest(demand.lon, demand.lat, lon, lat, by=by)[by].to_numpy()
    return cost, Costs.from_matrix(cost[:, None])


def _pairs(demand: Demand, candidates: Candidates, streets: Streets | None, by: By, limit: float) -> Costs:
    table, shape = candidates.table, (len(demand.table), len(candidates.table))
    if np.isinf(limit) and shape[0] * shape[1] > MOST_PAIRS:
        raise ChoiceError(
            f"{shape[0]:,} demand points and {shape[1]:,} candidates are {shape[0] * shape[1]:,} pairs, more than "
            f"{MOST_PAIRS:,}; ask for a state, for municipalities as demand, or for fewer candidates."
        )
    if streets is None:
        i, j, cost = pairs_within(demand.lon, demand.lat, table["lon"], table["lat"], min(limit, _FARTHEST_KM))
    else:
        i, j, cost = streets.pairs(demand.lon, demand.lat, table["lon"], table["lat"], by=by, within=limit)
    return Costs(i, j, cost, shape)


def _kept(costs: Costs, rows: NDArray[np.bool_]) -> Costs:
    """Return the costs of some of the demand points."""
    number = np.cumsum(rows) - 1
    return Costs(number[costs.demand], costs.candidate, costs.cost, (int(rows.sum()), costs.shape[1]))


def _sites(
    answer: Siting, pairs: Costs, demand: Demand, candidates: Candidates, within: Within | None, before: Floats
) -> pd.DataFrame:
    """Return the chosen sites in the order of what each adds to those before it."""
    limit = np.inf if within is None else within.amount
    weight = demand.weight
    reach = {site: np.flatnonzero((pairs.candidate == site) & (pairs.cost <= limit)) for site in answer.chosen}
    cost = {site: dict(zip(pairs.demand[rows], pairs.cost[rows], strict=True)) for site, rows in reach.items()}
    rows: list[dict[str, object]] = []
    served = np.asarray(np.nan_to_num(before, nan=np.inf) <= limit)
    left = list(answer.chosen)
    while left:
        added = {s: float(weight[[d for d in cost[s] if not served[d]]].sum()) if within else np.nan for s in left}
        best = max(left, key=lambda site: (added[site] if within else 0.0, -site))
        left.remove(best)
        held = np.fromiter(cost[best], dtype=np.int64, count=len(cost[best]))
        served[held] = True
        mine = answer.nearest == best
        rows.append(
            {"rank": len(rows) + 1, **candidates.table.iloc[best].to_dict(), "added": added[best],
             "within_reach": float(weight[held].sum()) if within else np.nan, "served": float(weight[mine].sum())}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["rank", *candidates.table.columns, "added", "within_reach", "served"])


def _after(answer: Siting, demand: Demand, candidates: Candidates, before: Floats) -> pd.DataFrame:
    new = (answer.nearest >= 0) & (answer.nearest < len(candidates.table))
    site = candidates.table["id"].reindex(np.where(new, answer.nearest, -1)).reset_index(drop=True)
    return demand.table.assign(cost_before=before, cost_after=answer.cost, site_id=site.astype("str"))


def _candidates(table: pd.DataFrame, rule: Mapping[str, str], left_out: Mapping[str, int] | None = None) -> Candidates:
    if not len(table):
        said = "" if not left_out else f" ({', '.join(f'{count} {why}' for why, count in left_out.items())})"
        raise ChoiceError(f"There is no candidate site: {rule['en']} leaves none{said}. Widen the area or the mask.")
    kept = table[["id", "name", "cvegeo", "lon", "lat"]].astype({"id": "str", "name": "str", "cvegeo": "str"})
    return Candidates(kept.reset_index(drop=True), rule, dict(left_out or {}))


def _say(progress: Progress | None, text: str) -> None:
    if progress is not None:
        progress(text)
