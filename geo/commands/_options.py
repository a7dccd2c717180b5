"""Options that commands share, and what is made of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from geo.study import Study

Box = tuple[float, float, float, float]

#: Where geo fetch puts its sources, and where a fetched register is looked for.
FETCHED = Path("sources")


def _numbers(_context: click.Context, _option: click.Parameter, text: str | None) -> Box | None:
    if text is None:
        return None
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise click.BadParameter("give west,south,east,north in degrees, as --bbox=-101,25,-99,26.5") from None
    return west, south, east, north


study_option = click.option(
    "--study",
    "study_file",
    type=click.Path(path_type=Path),
    help="A geo.toml; without it the geo.toml of the current folder, else the shipped study.",
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
bbox_option = click.option(
    "--bbox", metavar="W,S,E,N", callback=_numbers, help="Part of the country, in degrees: west,south,east,north."
)
state_option = click.option("--state", metavar="NAME|CODE", help="Part of the country: one state.")


def one_part(bbox: Box | None, state: str | None) -> Box | str | None:
    """Return the part of the country that was asked for; None for all of it."""
    if bbox is not None and state is not None:
        raise click.UsageError("--bbox and --state both name a part of the country; give one.")
    return bbox or state


def tell(text: object, *, err: bool = False) -> None:
    """Print a line; names from files show on any terminal as text."""
    from geo.errors import visible

    click.echo(visible(str(text), keep="\n\t"), err=err)


def names_of(text: str | None) -> list[str] | None:
    """Split a list of names given as one option."""
    return None if text is None else [each.strip() for each in text.split(",") if each.strip()]


def study_of(study_file: Path | None, **parameters: Any) -> Study:
    """Return the study of --study, else that of the current folder, else the shipped one."""
    here = Path("geo.toml")
    if study_file is None and here.is_file():
        study_file = here
    return study_at_work(study_file, **parameters)


def study_at_work(study_file: Path | None, **parameters: Any) -> Study:
    """Return a study; until the command ends it is at work: its plane and its words."""
    from geo.study import at_work, load_study

    study = load_study(study_file, **parameters)
    click.get_current_context().with_resource(at_work(study))
    return study


def progress_line(quiet: bool) -> AbstractContextManager[Callable[[str], None]]:
    """Show each step on standard error, as a spinner with the time passed where it is a terminal."""
    if quiet:
        return nullcontext(lambda _step: None)
    if not sys.stderr.isatty():
        return nullcontext(lambda step: tell(step, err=True))
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
