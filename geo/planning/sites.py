"""Where new parks would serve most: asked, solved, drawn, reported and written, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demand import Demand, read_sites
from geo.errors import ChoiceError
from geo.export.coverage_story import Both, Plan, Shown, Story
from geo.export.files import whole_files
from geo.geodesy import GEODETIC_CRS
from geo.measures.comparison import compare_coverage
from geo.measures.coverage import Facilities
from geo.measures.planning_area import PlanningArea
from geo.measures.reach import Within, parse_within
from geo.measures.siting import (
    Candidates,
    SitePlan,
    SiteQuestion,
    choose_sites,
    file_candidates,
    grid_candidates,
    place_candidates,
    seat_candidates,
)
from geo.metrics.siting import TIME_LIMIT_S
from geo.planning.coverage import COVERAGE_FILES, Answer, Ground, Measured, ground_of, measured, story_of, write_answer
from geo.planning.inputs import Asked, Situation, situation_of, units
from geo.planning.story import AS_IS, WITH_PROPOSALS, story_words
from geo.planning.tables import change_tables, facilities_table, site_tables
from geo.runs import Run
from geo.streets import Streets
from geo.study import with_its_study

Floats = NDArray[np.float64]

MODELS: Mapping[str, str] = {"mclp": "mclp", "lscp": "lscp", "pmedian": "p_median", "pcentre": "p_centre"}
"""Name of an objective on the command line -> the model."""

_QUESTIONS: Mapping[str, Both] = {
    "mclp": {
        "es": "Se buscó dónde poner {new} parques nuevos para que más {unit} tengan uno a {within} o menos.",
        "en": "Sought: where to put {new} new parks so that most {unit} have one within {within}.",
    },
    "lscp": {
        "es": "Se buscó el menor número de parques nuevos para que {share} de las {unit} tengan uno a {within} o "
        "menos: {found}.",
        "en": "Sought: the fewest new parks so that {share} of the {unit} have one within {within}: {found}.",
    },
    "p_median": {
        "es": "Se buscó dónde poner {new} parques nuevos para que el recorrido medio sea el menor.",
        "en": "Sought: where to put {new} new parks so that the mean way is shortest.",
    },
    "p_centre": {
        "es": "Se buscó dónde poner {new} parques nuevos para que el recorrido más largo sea el menor.",
        "en": "Sought: where to put {new} new parks so that the worst (longest) way is shortest.",
    },
}
_COST_RULE: Both = {
    "es": "Sin alcance: cuenta lo que toma llegar al parque o sitio más cercano ({unit}).",
    "en": "No reach: what counts is the way to the nearest park or site ({unit}).",
}


@dataclass(frozen=True)
class SitesAsked:
    """What is asked of the candidates, in the words of the command line.

    Parameters
    ----------
    objective
        mclp, lscp, pmedian or pcentre.
    new
        How many sites; for all but lscp.
    cover
        Share of the demand that lscp covers.
    candidates
        seats, places, grid, or a file of points.
    grid_km
        Distance between the points of a grid.
    road_km
        Farthest that a point of a grid may lie from a road of the network; None for anywhere.
    heights, most_slope
        Raster of heights in metres, and the steepest ground, in percent, that a point of a grid may stand on; None for
        any ground.
    seconds
        Longest that the solver may work.
    """

    objective: str = "mclp"
    new: int | None = None
    cover: float = 1.0
    candidates: str = "seats"
    grid_km: float = 10.0
    road_km: float | None = None
    heights: Path | None = None
    most_slope: float = 5.0
    seconds: float = TIME_LIMIT_S


@with_its_study
def write_sites(
    run: Run,
    asked: Asked,
    wanted: SitesAsked,
    out: Path,
    *,
    lang: str = "es",
) -> tuple[Answer, SitePlan]:
    """Choose new sites, and write the map, the report, the GeoPackage and the table with them.

    Parameters
    ----------
    run
        The run.
    asked
        Where, for whom, beside which parks, and for mclp and lscp within which reach.
    wanted
        Which model, how many, among what.
    out
        Folder to write to; files of the same names are replaced, others are kept.
    lang
        Language of the report, and the one that the map opens in.

    Raises
    ------
    geo.errors.CorredorError
        If a part of the question or a file is refused, or the folder cannot be written; nothing is written.

    Notes
    -----
    Proposals are in a layer of their own, ``proposed_sites``, and never among the facilities. With a reach, coverage
    is measured again with the proposals, as points without error.
    """
    reach = None if asked.within is None else parse_within(asked.within, road=asked.road)
    question = SiteQuestion(MODELS[wanted.objective], reach, wanted.new, wanted.cover, wanted.seconds)  # type: ignore[arg-type]
    with whole_files(out) as folder:
        ground = ground_of(run, asked, reach or Within(1.0, "km"))
        situation = situation_of(run, asked, asked.scenario)
        first = None if reach is None else measured(run, ground, situation, None)
        demand = _demand(ground, first)
        candidates = _candidates(run, wanted, ground.area, ground.streets)
        # Only the people of the area are counted; all parks serve them.
        plan = choose_sites(
            question, demand, candidates, ground.area.municipalities, facilities=situation.facilities,
            streets=ground.streets, progress=run.progress,
        )  # fmt: skip
        if first is None:
            story, tables = _cost_story(run, ground, situation, plan, lang)
        else:
            story, tables = _reach_story(run, ground, first, plan, lang)
        write_answer(run, story, tables, folder)
    return Answer([out / name for name in COVERAGE_FILES], story, tables), plan


def _demand(ground: Ground, first: Measured | None) -> Demand:
    """Return the demand of the area; where coverage was measured, in the order of its places."""
    if first is not None:
        return first.found.demand
    from geo.join import municipality_of

    demand, codes = ground.demand, ground.demand.table["cvegeo"]
    blank = codes.isna()
    if blank.any():
        held = municipality_of(demand.points()[blank.to_numpy()], ground.area.municipalities)
        demand = demand.in_municipalities(codes.where(~blank, held))
    kept = ground.area.holds(demand.table["cvegeo"])
    if not kept.any():
        raise ChoiceError(f"The demand has no people in {ground.area.en}: {demand.source} lies elsewhere.")
    return demand.keep(kept)


def _candidates(run: Run, wanted: SitesAsked, area: PlanningArea, streets: Streets | None) -> Candidates:
    if wanted.candidates == "seats":
        return seat_candidates(area)
    if wanted.candidates == "places":
        return place_candidates(run.layers["places"], area)
    if wanted.candidates == "grid":
        if wanted.road_km is not None and streets is None:
            raise ChoiceError("--road-km needs a network: leave out --network none.")
        return grid_candidates(
            area, spacing_km=wanted.grid_km, roads=streets, road_km=wanted.road_km,
            slope_percent=_slope(wanted.heights), most_slope=wanted.most_slope,
        )  # fmt: skip
    path = Path(wanted.candidates)
    if not path.is_file():
        raise ChoiceError(
            f"--candidates {wanted.candidates}: there is no such file. Give seats, places, grid or a file."
        )
    return file_candidates(read_sites(path), area.municipalities)


def _slope(heights: Path | None) -> Callable[[Floats, Floats], Floats] | None:
    """Return what measures the slope at points; None without heights."""
    if heights is None:
        return None
    from geo.terrain import terrain

    return lambda lon, lat: terrain(heights, lon, lat)["slope_percent"].to_numpy()


def _reach_story(
    run: Run, ground: Ground, first: Measured, plan: SitePlan, lang: str
) -> tuple[Story, dict[str, pd.DataFrame]]:
    """Return the story of a question with a reach: coverage before, and with the proposals."""
    sites = site_tables(plan)
    after = measured(run, ground, _with_sites(first.situation, plan), None)
    compared = change_tables(compare_coverage(first.found, after.found))
    proposed = pd.DataFrame(sites["proposed_sites"].drop(columns="geometry"))
    story = story_of(run, ground, [first, after], lang=lang, changes=compared["coverage_changes"])
    real = first.shown.facilities
    shown = (
        replace(story.shown[0], name=AS_IS),
        replace(story.shown[1], name=WITH_PROPOSALS, facilities=real, sites=proposed),
    )
    gained = plan.answer.covered_weight - plan.answer.covered_before
    answered = _plan(plan, proposed, gained=gained)
    return replace(story, shown=shown, plan=answered), {**sites, **first.tables, **compared}


def _cost_story(
    run: Run, ground: Ground, situation: Situation, plan: SitePlan, lang: str
) -> tuple[Story, dict[str, pd.DataFrame]]:
    """Return the story of a question without a reach: the way to the nearest before, and with the proposals."""
    tables = site_tables(plan) | {"facilities": facilities_table(situation, plan.places)}
    proposed = pd.DataFrame(tables["proposed_sites"].drop(columns="geometry"))
    costs = pd.DataFrame(tables["site_costs"].drop(columns="geometry"))
    towns = _mean_costs(costs, ground.area.municipalities)
    facilities = pd.DataFrame(tables["facilities"].drop(columns="geometry"))
    shown = tuple(
        Shown(name, towns.assign(value=towns[column]), costs.assign(value=costs[column]), facilities, given, {})
        for name, column, given in ((AS_IS, "cost_before", None), (WITH_PROPOSALS, "cost_after", proposed))
    )
    worst = plan.question.model == "p_centre"
    ends = [_whole_cost(costs, column, worst) for column in ("cost_before", "cost_after")]
    words = story_words(run, ground.area, plan.demand, plan.network, situation)
    known = {"es": "min por carretera", "en": "min by road"} if plan.unit == "min" else {"es": "km", "en": "km"}
    blind = {each: [plan.demand.blind[each]] for each in ("es", "en")}
    story = Story(
        mode="cost", rule={each: _COST_RULE[each].format(unit=known[each]) for each in known},
        facilities=situation.facilities.what, blind=blind, shown=shown, lang=lang,
        plan=_plan(plan, proposed, costs=ends), **words,
    )  # fmt: skip
    return story, tables


def _plan(
    plan: SitePlan, proposed: pd.DataFrame, *, gained: float | None = None, costs: list[float] | None = None
) -> Plan:
    question, unit = plan.question, units(plan.demand)
    found = len(proposed)
    words = {
        lang: text.format(
            new=question.new, unit=unit[lang], within=question.within, share=f"{question.share:.0%}", found=found
        )
        for lang, text in _QUESTIONS[question.model].items()
    }
    before, after = costs or (None, None)
    return Plan(
        question=words, proof=plan.proof, candidates=_counted(plan.candidates), sites=proposed, gained=gained,
        cost_before=before, cost_after=after, unit=plan.unit, unreached=float(plan.unreached["weight"].sum()),
    )  # fmt: skip


def _counted(candidates: Candidates) -> Both:
    count = len(candidates.table)
    return {lang: f"{count:,} {words}" for lang, words in candidates.rule.items()}


def _with_sites(situation: Situation, plan: SitePlan) -> Situation:
    """Return the facilities with the proposals beside them, for measuring only."""
    points = gpd.points_from_xy(plan.sites["lon"], plan.sites["lat"], crs=GEODETIC_CRS)
    marks, names = "P" + plan.sites["rank"].astype(str), plan.sites["name"]
    new = gpd.GeoDataFrame(
        {"id": "proposal-" + marks, "name": marks + names.radd(" · ").fillna(""), "location_error_m": 0.0},
        geometry=points,
    )
    located = situation.facilities.located
    both = pd.concat([located, new.reindex(columns=located.columns)], ignore_index=True) if len(new) else located
    joined = gpd.GeoDataFrame(both, geometry="geometry", crs=GEODETIC_CRS)
    facilities = Facilities(joined, situation.facilities.unlocated, situation.facilities.what)
    return replace(situation, facilities=facilities, parks=None)


def _mean_costs(costs: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Return the mean cost of each municipality, weighted by its demand; places that reach none are left out of it."""
    known = costs.dropna(subset="cvegeo")
    table = known.groupby("cvegeo")["weight"].sum().rename("total").to_frame()
    for column in ("cost_before", "cost_after"):
        reached = known.dropna(subset=column)
        weighted = (reached[column] * reached["weight"]).groupby(reached["cvegeo"]).sum()
        table[column] = weighted / reached.groupby("cvegeo")["weight"].sum()
    table = table.reset_index()
    names = municipalities.set_index("cvegeo")
    table.insert(1, "municipality", names["name"].reindex(table["cvegeo"]).to_numpy())
    table.insert(2, "state", names["state"].reindex(table["cvegeo"]).to_numpy())
    order = np.lexsort((table["cvegeo"], -table["cost_after"].to_numpy()))
    return table.iloc[order].reset_index(drop=True)


def _whole_cost(costs: pd.DataFrame, column: str, worst: bool) -> float:
    """Return the mean cost, or the longest, of those that reach a park or site."""
    reached = costs.dropna(subset=column)
    if not len(reached):
        return float("nan")
    if worst:
        return float(reached[column].max())
    return float((reached[column] * reached["weight"]).sum() / reached["weight"].sum())
