"""Who has a park within reach: measured, drawn, reported and written, whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.about import about, timestamp
from geo.demand import Demand
from geo.export.coverage_page import coverage_page
from geo.export.coverage_report import coverage_report
from geo.export.coverage_story import Shown, Story
from geo.export.files import whole_files
from geo.export.geopackage import write_geopackage
from geo.export.tables import csv_table
from geo.join import coordinates
from geo.measures.access import Access, measure_access
from geo.measures.comparison import compare_coverage
from geo.measures.coverage import Coverage, Moves, measure_coverage
from geo.measures.planning_area import PlanningArea
from geo.measures.reach import Within, parse_within
from geo.planning.inputs import Asked, Situation, area_of, demand_of, network_of, situation_of
from geo.planning.story import name_of, shown_of, story_words
from geo.planning.tables import change_tables, coverage_tables
from geo.runs import Run
from geo.streets import Streets
from geo.study import with_its_study

COVERAGE_FILES = ("coverage_map.html", "coverage_report.html", "coverage.gpkg", "coverage.csv")
"""What ``write_coverage`` and ``write_sites`` write."""

#: Reach where none is given.
REACH = "30km"
#: What is shared out where nothing else is asked for.
SUPPLY = "plants_registered"


@dataclass(frozen=True)
class Answer:
    """A planner's answer, written.

    Attributes
    ----------
    files
        The files, in the order of ``COVERAGE_FILES``.
    story
        What they say.
    tables
        The published tables of the GeoPackage.
    """

    files: list[Path]
    story: Story
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Measured:
    """One situation, measured and published."""

    found: Coverage
    situation: Situation
    tables: dict[str, pd.DataFrame]

    @property
    def shown(self) -> Shown:
        """What the map and the report show of it."""
        return shown_of(self.found, self.tables, name_of(self.situation))


@dataclass(frozen=True)
class Ground:
    """What every situation of a question shares."""

    area: PlanningArea
    demand: Demand
    within: Within
    streets: Streets | None
    towns: gpd.GeoDataFrame
    moves: Moves


@with_its_study
def write_coverage(
    run: Run,
    asked: Asked,
    out: Path,
    *,
    compare: Path | None = None,
    supply: str | None = SUPPLY,
    lang: str = "es",
) -> Answer:
    """Measure who has a park within reach, and write the map, the report, the GeoPackage and the table.

    Parameters
    ----------
    run
        The run.
    asked
        Where, who, to what.
    out
        Folder to write to; files of the same names are replaced, others are kept.
    compare
        A second scenario, to lay beside the first situation.
    supply
        Column of the parks that is shared out in ``access_per_1000``; None leaves it out.
    lang
        Language of the report, and the one that the map opens in.

    Raises
    ------
    geo.errors.CorredorError
        If a part of the question or a file is refused, or the folder cannot be written; nothing is written.
    """
    reach = parse_within(asked.within or REACH, road=asked.road)
    with whole_files(out) as folder:
        ground = ground_of(run, asked, reach)
        first = measured(run, ground, situation_of(run, asked, asked.scenario), supply)
        both = [first]
        if compare is not None:
            both.append(measured(run, ground, situation_of(run, asked, compare), supply))
        tables, changes = dict(first.tables), None
        if compare is not None:
            compared = change_tables(compare_coverage(first.found, both[1].found))
            changes = compared["coverage_changes"]
            tables |= compared
        story = story_of(run, ground, both, lang=lang, changes=changes)
        write_answer(run, story, tables, folder)
    return Answer([out / name for name in COVERAGE_FILES], story, tables)


def ground_of(run: Run, asked: Asked, within: Within) -> Ground:
    """Return what every situation of a question shares."""
    area = area_of(run, asked)
    demand, streets = demand_of(run, asked, area), network_of(run, asked, area)
    parameters = run.study.parameters
    towns = gpd.GeoDataFrame(run.tables["municipalities"])
    return Ground(area, demand, within, streets, towns, Moves(parameters.replicas, parameters.seed))


def measured(run: Run, ground: Ground, situation: Situation, supply: str | None) -> Measured:
    """Measure one situation and publish its tables."""
    found = measure_coverage(
        ground.demand, situation.facilities, ground.within, ground.area, streets=ground.streets, moves=ground.moves,
        progress=run.progress,
    )  # fmt: skip
    access = _access(run, ground, situation, supply)
    return Measured(found, situation, coverage_tables(found, situation, access, ground.towns))


def story_of(
    run: Run, ground: Ground, both: list[Measured], *, lang: str, changes: pd.DataFrame | None = None
) -> Story:
    """Return the story of one situation, or of two side by side."""
    found = both[0].found
    words = story_words(run, ground.area, found.demand, found.network, both[0].situation)
    return Story(
        mode="share", rule=ground.within.rule, facilities=found.facilities.what, blind=found.blind,
        shown=tuple(each.shown for each in both), changes=changes, lang=lang, **words,
    )  # fmt: skip


def write_answer(run: Run, story: Story, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the four files of an answer."""
    run.progress("writing the map and the report")
    texts = {COVERAGE_FILES[0]: coverage_page(story), COVERAGE_FILES[1]: coverage_report(story)}
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8", "replace"))
    run.progress("writing the GeoPackage")
    words = _about(run, story)
    write_geopackage(tables, folder / COVERAGE_FILES[2], timestamp=timestamp(run.study), about=words)
    main = tables["coverage_municipalities" if story.mode == "share" else "site_costs"]
    csv_table(main).to_csv(
        folder / COVERAGE_FILES[3], index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL, encoding="utf-8"
    )


def _access(run: Run, ground: Ground, situation: Situation, supply: str | None) -> Access | None:
    """Return accessibility; None where it is not asked, or cannot be told from what was given.

    A raster is read for the area alone: those around it, who share the parks, would be missing.
    """
    partial = ground.demand.basis == "raster" and ground.area.codes is not None
    if supply is None or situation.parks is None or partial:
        return None
    run.progress("sharing the parks out among those in reach")
    ids = situation.facilities.located["id"]
    parks = situation.parks[situation.parks["park_id"].isin(ids)]
    if ground.within.by_road and ground.streets is not None and supply in parks:
        stocked = parks[parks.geometry.notna() & (parks[supply].fillna(0) > 0).to_numpy(bool)]
        if (ground.streets.access(*coordinates(stocked)).street < 0).all():
            run.progress(f"no park with {supply} is near the network: access_per_1000 is left blank")
            return None
    return measure_access(ground.demand, parks, supply, ground.within, streets=ground.streets)


def _about(run: Run, story: Story) -> dict[str, Any]:
    words = about(run.study, run.tables)
    title = {"es": "Cobertura", "en": "Coverage"}
    words["title"] = {lang: f"{title[lang]} · {story.area[lang]}" for lang in title}
    words["notes"] = {lang: [story.rule[lang], *story.blind[lang]] for lang in title}
    return words
