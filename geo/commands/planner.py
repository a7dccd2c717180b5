"""`geo coverage`, `geo site`, `geo network`, `geo isochrones`, `geo checklist`: what a planner asks of the map."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from geo.commands._options import names_of, progress_line, quiet_option, run_option, study_of, study_option, tell

Command = Callable[..., Any]


def _options(*options: Command) -> Command:
    """Return a decorator that gives a command several options, in the order they are listed."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _share(_context: click.Context, _option: click.Parameter, text: str) -> float:
    try:
        number = float(text.rstrip(" %")) / (100 if text.rstrip().endswith("%") else 1)
    except ValueError:
        number = -1.0
    if not 0 < number <= 1:
        raise click.BadParameter("give a share such as 90% or 0.9, above 0 and at most 100%")
    return number


_area_options = _options(
    click.option("--state", metavar="NAME|CODE", help="One state [the whole country]."),
    click.option("--metro", metavar="NAME|CODE", help="One metropolitan area."),
)
_network_option = click.option(
    "--network", default="shipped", show_default=True, metavar="NAME|FILE",
    help="Roads: shipped (highways), prepared (what geo network kept for the area), none, or a GraphML, OSM XML, "
    ".osm.pbf or prepared .parquet file.",
)  # fmt: skip
_lang_option = click.option(
    "--lang", type=click.Choice(["es", "en"]), default="es", show_default=True, help="Language of the report."
)
_question_options = _options(
    _area_options,
    click.option("--demand", default="population", show_default=True, metavar="NAME|FILE",
                 help="Who is to be reached: population (by place), municipalities (population at the seat), or a file "
                 "of points, polygons or a raster of people."),
    click.option("--weight", metavar="COLUMN", help="Column of people in the file of --demand [the usual names]."),
    click.option("--facilities", default="parks", show_default=True, metavar="NAME|FILE",
                 help="What is to be reached: parks, or a file of points."),
    click.option("--kind", "kinds", metavar="A,B", help="Kinds of parks, as industrial_park,logistics_park [all]."),
    click.option("--all-parks", is_flag=True, help="Every park of the inventory, not the study set alone."),
    _network_option,
    click.option("--road", is_flag=True, help="Measure km along the roads; minutes always are."),
    click.option("--scenario", type=click.Path(path_type=Path),
                 help="TOML or CSV of parks added, removed or moved: answer for that instead."),
)  # fmt: skip


def _asked(state: str | None, metro: str | None, **rest: Any) -> Any:
    from geo.planning import Asked

    kinds = tuple(names_of(rest.pop("kinds", None)) or ())
    return Asked(state=state, metro=metro, kinds=kinds, **rest)


@click.command()
@_question_options
@click.option("--within", default="30km", show_default=True, help="Reach with its unit: 30km, 45min, 1.5h.")
@click.option("--compare", type=click.Path(path_type=Path),
              help="A second scenario, to lay beside the first on the map and in the report.")  # fmt: skip
@click.option("--supply", default="plants_registered", show_default=True, metavar="COLUMN|none",
              help="Column of the parks shared out among the people in reach: plants_registered, workers_reported, "
              "firms_reported, area_ha; or none.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("coverage"), show_default=True,
              help="Folder to write to; only files of the same names in it are replaced.")  # fmt: skip
@_lang_option
@study_option
@run_option
@quiet_option
def coverage(
    compare: Path | None, supply: str, out: Path, lang: str, study_file: Path | None, run_folder: Path, quiet: bool,
    **question: Any,
) -> None:  # fmt: skip
    """Measure who has a park within reach.

    Writes coverage_map.html, coverage_report.html (two pages of A4), coverage.gpkg and coverage.csv.
    """
    from geo.export.coverage_words import headline
    from geo.planning import write_coverage
    from geo.runs import Run

    with progress_line(quiet) as progress:
        run = Run(study_of(study_file), run_folder, progress)
        answer = write_coverage(
            run, _asked(**question), out, compare=compare, supply=None if supply == "none" else supply, lang=lang
        )  # fmt: skip
    _tell([*headline(answer.story, lang), *answer.files])


@click.command()
@_question_options
@click.option("--within", help="Reach with its unit, for mclp and lscp: 30km, 45min, 1.5h.")
@click.option("--objective", type=click.Choice(["mclp", "lscp", "pmedian", "pcentre"]), default="mclp",
              show_default=True, help="mclp: most people within reach; lscp: fewest parks; pmedian: shortest mean way; "
              "pcentre: shortest longest way.")  # fmt: skip
@click.option("--new", type=int, help="How many new parks; for all but lscp.")
@click.option("--cover", default="100%", show_default=True, callback=_share, help="Share of the people, for lscp.")
@click.option("--candidates", default="seats", show_default=True, metavar="NAME|FILE",
              help="Where a park might be put: seats (municipal), places, grid or a file of points.")  # fmt: skip
@click.option("--grid-km", type=float, default=10.0, show_default=True, help="Spacing of --candidates grid.")
@click.option("--road-km", type=float, help="Farthest that a point of the grid may lie from a road [anywhere].")
@click.option("--heights", type=click.Path(path_type=Path),
              help="Raster of heights in metres: points of the grid on steep ground are left out.")  # fmt: skip
@click.option("--most-slope", type=float, default=5.0, show_default=True, help="Steepest ground, in percent.")
@click.option("--seconds", type=click.FloatRange(min=1), default=300.0, show_default=True,
              help="Longest that the solver may work.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("sites"), show_default=True,
              help="Folder to write to; only files of the same names in it are replaced.")  # fmt: skip
@_lang_option
@study_option
@run_option
@quiet_option
def site(  # noqa: PLR0913, PLR0917 - one an option
    objective: str, new: int | None, cover: float, candidates: str, grid_km: float, road_km: float | None,
    heights: Path | None, most_slope: float, seconds: float, out: Path, lang: str, study_file: Path | None,
    run_folder: Path, quiet: bool, **question: Any,
) -> None:  # fmt: skip
    """Find where new parks would serve most, existing ones honoured.

    Prints whether the answer is the optimum, or how far from it at most. Writes the files of geo coverage, with the
    proposed sites in a layer of their own.
    """
    from geo.export.coverage_words import headline
    from geo.planning import SitesAsked, write_sites
    from geo.runs import Run

    wanted = SitesAsked(objective, new, cover, candidates, grid_km, road_km, heights, most_slope, seconds)
    with progress_line(quiet) as progress:
        run = Run(study_of(study_file), run_folder, progress)
        answer, plan = write_sites(run, _asked(**question), wanted, out, lang=lang)
    lines = [_site_line(row) for row in plan.sites.to_dict("records")]
    _tell([*headline(answer.story, lang), *lines, *answer.files])


@click.command()
@_area_options
@click.option("--source", type=click.Path(path_type=Path),
              help="GraphML of osmnx, OSM XML or .osm.pbf [download from OpenStreetMap].")  # fmt: skip
@click.option("--folder", type=click.Path(path_type=Path), help="Where to keep it [the user's cache].")
@study_option
@quiet_option
def network(
    state: str | None, metro: str | None, source: Path | None, folder: Path | None, study_file: Path | None, quiet: bool
) -> None:
    """Prepare the street network of a state or metropolitan area, and keep it.

    geo coverage, geo site and geo isochrones take it with --network prepared.
    """
    from geo.planning import prepare_network
    from geo.runs import Run

    if state is None and metro is None:
        raise click.UsageError("Name a part of the country: --state or --metro.")
    with progress_line(quiet) as progress:
        kept = prepare_network(Run(study_of(study_file), None, progress), _asked(state, metro), source=source,
                               folder=folder)  # fmt: skip
    tell(kept)


@click.command("isochrones")
@click.option("--park", required=True, metavar="ID", help="park_id of the park.")
@click.option("--within", default="15,30,45min", show_default=True, help="Times, or km by road, of one unit.")
@_area_options
@_network_option
@click.option("--format", "formats", metavar="A,B", default="gpkg", show_default=True,
              help="gpkg, geoparquet, fgb, csv (with WKT).")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("isochrones"), show_default=True,
              help="Folder to write to; only files of the same names in it are replaced.")  # fmt: skip
@study_option
@run_option
@quiet_option
def park_isochrones(  # noqa: PLR0913, PLR0917 - one an option
    park: str, within: str, state: str | None, metro: str | None, network: str, formats: str, out: Path,
    study_file: Path | None, run_folder: Path, quiet: bool,
) -> None:  # fmt: skip
    """Write from where a park is reached within each time, as polygons.

    They are the streets themselves, widened by 0.5 km, not a hull around them.
    """
    from geo.planning import write_isochrones
    from geo.runs import Run

    with progress_line(quiet) as progress:
        run = Run(study_of(study_file), run_folder, progress)
        written = write_isochrones(
            run, _asked(state, metro, network=network), out, park=park, within=names_of(within) or [],
            formats=names_of(formats) or [],
        )  # fmt: skip
    _tell(written)


@click.command()
@click.option("--park", metavar="ID", help="park_id of one park [all parks of the area].")
@_area_options
@click.option("--all-parks", is_flag=True, help="Every park of the inventory, not the study set alone.")
@click.option(
    "--heights", type=click.Path(path_type=Path), help="Raster of heights in metres, for elevation and slope."
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("checklist"), show_default=True,
              help="Folder to write to; only files of the same names in it are replaced.")  # fmt: skip
@_lang_option
@study_option
@run_option
@quiet_option
def checklist(  # noqa: PLR0913, PLR0917 - one an option
    park: str | None, state: str | None, metro: str | None, all_parks: bool, heights: Path | None, out: Path, lang: str,
    study_file: Path | None, run_folder: Path, quiet: bool,
) -> None:  # fmt: skip
    """Write the checklist of parks: ways to highway, port of entry and border, and what the data do not have."""
    from geo.planning import write_checklist
    from geo.planning.parks import absent
    from geo.runs import Run

    with progress_line(quiet) as progress:
        run = Run(study_of(study_file), run_folder, progress)
        asked = _asked(state, metro, all_parks=all_parks)
        written, table = write_checklist(run, asked, out, park=park, heights=heights, lang=lang)
    if park is not None:
        for name, value in table.iloc[0].dropna().items():
            tell(f"{name}: {value:.1f}" if isinstance(value, float) else f"{name}: {value}")
    _tell([*absent(heights, lang), *written])


def _site_line(row: dict[Any, Any]) -> str:
    name = row["name"] if isinstance(row["name"], str) else row["id"]
    place = ", ".join(str(row[part]) for part in ("municipality", "state") if isinstance(row[part], str))
    counted = row["served"] if math.isnan(row["added"]) else row["added"]
    return f"{row['rank']}. {name} ({place}), {row['lat']:.4f}, {row['lon']:.4f}: {counted:,.0f}"


def _tell(lines: list[Any]) -> None:
    for line in lines:
        tell(line)
