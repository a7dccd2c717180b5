"""The command `geo`: parse, call, print."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from geo.study import Study

study_option = click.option(
    "--study",
    "study_file",
    type=click.Path(path_type=Path),
    help="A geo.toml; without it the geo.toml of the current folder, else the shipped study of Mexico.",
)
basemap_option = click.option(
    "--basemap",
    metavar="NAME",
    help="Online tiles under the map, by their name in xyzservices (OpenTopoMap, Esri.WorldImagery, ...). The atlas "
    "then makes requests to their server; without it, it makes none.",
)
run_option = click.option(
    "--run",
    "run_folder",
    type=click.Path(path_type=Path),
    default=Path("maps"),
    show_default=True,
    help="Folder of an earlier geo build: its tables are taken where it is a run of this study, else all is measured.",
)
quiet_option = click.option("--quiet", is_flag=True, help="No progress on standard error.")


class _Group(click.Group):
    """Commands that end a refusal with its sentence, not with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from geo.errors import CorredorError

        try:
            return super().invoke(ctx)
        except CorredorError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="corredor", prog_name="geo")
def main() -> None:
    """Map industrial parks, who owns them, the auto corridor and its wages, and measure what the map means.

    Start with `geo build`: it writes an atlas for the browser, a GeoPackage for QGIS and tables into maps/.
    """


@main.command()
@study_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("maps"), show_default=True,
              help="Folder for the outputs; those of an earlier run are replaced, all or none.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Seed of every random draw [the study's].")
@click.option("--permutations", type=click.IntRange(99, 999_999), help="Permutations of each test [the study's].")
@click.option("--all-roles", is_flag=True,
              help="Let promoters and administrators control a park where no owner or developer is known.")  # fmt: skip
@basemap_option
@quiet_option
def build(
    study_file: Path | None,
    out: Path,
    seed: int | None,
    permutations: int | None,
    all_roles: bool,
    basemap: str | None,
    quiet: bool,
) -> None:
    """Read, join and measure every layer and write the outputs."""
    from geo.export.basemap import find_basemap
    from geo.pipeline import build as run
    from geo.schema import ROLES

    roles = ROLES if all_roles else None
    study = _load(study_file, seed=seed, permutations=permutations, controller_roles=roles)
    tiles = None if basemap is None else find_basemap(basemap)
    with _progress(quiet) as progress:
        written = run(study, out, basemap=tiles, progress=progress)
    for path in written:
        click.echo(path)


def _numbers(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise click.BadParameter("give west,south,east,north in degrees, as --bbox=-101,25,-99,26.5") from None
    return west, south, east, north


@main.command("map")
@study_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The HTML file to write.")
@click.option("--layers", metavar="A,B,C", help="Layers to switch between, all on when it opens [every layer].")
@click.option("--bbox", metavar="W,S,E,N", callback=_numbers, help="Part of the country, in degrees.")
@click.option("--state", metavar="NAME|CODE", help="Part of the country: one state.")
@click.option("--lang", type=click.Choice(["es", "en"]), help="Language it opens in [the reader's].")
@basemap_option
@run_option
@quiet_option
def draw(  # noqa: PLR0913, PLR0917 - one an option
    study_file: Path | None,
    out: Path,
    layers: str | None,
    bbox: tuple[float, float, float, float] | None,
    state: str | None,
    lang: str | None,
    basemap: str | None,
    run_folder: Path,
    quiet: bool,
) -> None:
    """Write a smaller atlas of a state or a box, with the layers you name.

    Its figures are those of the whole study: only what it shows is cut.
    """
    from geo.export.basemap import find_basemap
    from geo.extract import draw_map
    from geo.runs import Run

    if bbox is not None and state is not None:
        raise click.UsageError("--bbox and --state both name a part of the country; give one.")
    study = _load(study_file)
    tiles = None if basemap is None else find_basemap(basemap)
    with _progress(quiet) as progress:
        run = Run(study, run_folder, progress)
        written = draw_map(run, out, switches=_names(layers), part=bbox or state, lang=lang, basemap=tiles)
    click.echo(written)


@main.command()
@study_option
@quiet_option
def check(study_file: Path | None, quiet: bool) -> None:
    """Validate every layer and list all problems; exit 1 if there is any."""
    from geo.layers import read_layers

    study = _load(study_file)
    with _progress(quiet) as progress:
        layers = read_layers(study, progress=progress)
    click.echo(f"{len(layers)} layers, {sum(map(len, layers.values())):,} rows: no problem found.")


@main.command()
@study_option
def info(study_file: Path | None) -> None:
    """Say what data and versions this is: layers, rows, licences."""
    from geo.export.manifest import inputs, versions
    from geo.layers import read_layers

    study = _load(study_file)
    rows = {name: len(table) for name, table in read_layers(study).items()}
    click.echo(f"{study.study.title_en} / {study.study.title_es}")
    click.echo(
        f"Data of {study.study.date}; seed {study.parameters.seed}, {study.parameters.permutations} permutations"
    )
    click.echo("The inventory of parks is not CREA's list of 564 parks.")
    click.echo(f"\n{'layer':<26}{'rows':>8}  {'licence':<16}{'SHA-256':<14}file")
    for item in inputs(study):
        name = item["layer"]
        count = f"{rows[name]:,}" if name in rows else "-"
        click.echo(f"{name:<26}{count:>8}  {item['licence']:<16}{item['sha256'][:12]:<14}{item['file']}")
    click.echo("\n" + ", ".join(f"{name} {number}" for name, number in versions().items()))


def _names(text: str | None) -> list[str] | None:
    """Split a list of names given as one option."""
    return None if text is None else [each.strip() for each in text.split(",") if each.strip()]


def _load(study_file: Path | None, **parameters: Any) -> Study:
    from geo.study import load_study

    here = Path("geo.toml")
    if study_file is None and here.is_file():
        study_file = here
    return load_study(study_file, **parameters)


def _progress(quiet: bool) -> AbstractContextManager[Callable[[str], None]]:
    """Show each step on standard error, as a spinner with the time passed where it is a terminal."""
    if quiet:
        return nullcontext(lambda _step: None)
    if not sys.stderr.isatty():
        return nullcontext(lambda step: click.echo(step, err=True))
    return _Spinner()


class _Spinner(AbstractContextManager[Callable[[str], None]]):
    def __enter__(self) -> Callable[[str], None]:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._progress.start()
        task = self._progress.add_task("starting", total=None)
        return lambda step: self._progress.update(task, description=step)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
