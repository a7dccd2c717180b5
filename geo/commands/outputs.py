"""`geo build`, `geo map`, `geo export`: what a run writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.commands._options import (
    basemap_option,
    bbox_option,
    names_of,
    one_part,
    progress_line,
    quiet_option,
    run_option,
    state_option,
    study_of,
    study_option,
    tell,
)

if TYPE_CHECKING:
    from geo.scale.engine import EngineName


@click.command()
@study_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("maps"), show_default=True,
              help="Folder for the outputs; those of an earlier run are replaced, all or none.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Seed of every random draw [the study's].")
@click.option("--permutations", type=click.IntRange(99, 999_999), help="Permutations of each test [the study's].")
@click.option("--all-roles", is_flag=True,
              help="Let promoters and administrators control a park where no owner or developer is known.")  # fmt: skip
@click.option("--ownership-year", metavar="YEAR", type=click.IntRange(1900, 2100),
              help="Count the ownership of this year [the study's, else of any year].")  # fmt: skip
@click.option("--ultimate-owners", is_flag=True,
              help="Count a party's parks as those of the party it belongs to in the end.")  # fmt: skip
@click.option("--engine", type=click.Choice(["auto", "local", "dask"]), default="auto", show_default=True,
              help="Who counts establishments: this process or a Dask cluster; auto goes by their number.")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS",
              help="A running Dask scheduler, as tcp://HOST:8786 [processes are started here].")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), help="Dask processes to start here [one a core].")
@click.option("--memory-limit", default="2GB", show_default=True, help="Memory of each process.")
@basemap_option
@quiet_option
def build(  # noqa: PLR0913, PLR0917 - one an option
    study_file: Path | None,
    out: Path,
    seed: int | None,
    permutations: int | None,
    all_roles: bool,
    ownership_year: int | None,
    ultimate_owners: bool,
    engine: EngineName,
    scheduler: str | None,
    workers: int | None,
    memory_limit: str,
    basemap: str | None,
    quiet: bool,
) -> None:
    """Read, join and measure every layer and write the outputs."""
    from contextlib import nullcontext

    from geo.export.basemap import find_basemap
    from geo.pipeline import build as run
    from geo.schema import ROLES

    roles = ROLES if all_roles else None
    study = study_of(
        study_file,
        seed=seed,
        permutations=permutations,
        controller_roles=roles,
        ownership_year=ownership_year,
        ultimate_owners=ultimate_owners or None,
    )
    tiles = None if basemap is None else find_basemap(basemap)
    with progress_line(quiet) as progress:
        worker = None
        # One table is measured here and at once, unless somebody asks for a cluster.
        if study.register is not None or engine == "dask" or scheduler is not None:
            from geo.scale.engine import choose
            from geo.scale.partitions import Partitions

            rows = 0 if study.register is None else Partitions.open(study.register).rows
            worker, reason = choose(
                engine, rows=rows, scheduler=scheduler, workers=workers, memory_limit=memory_limit, progress=progress
            )
            progress(f"engine {reason}")
        with worker or nullcontext():
            written = run(study, out, basemap=tiles, engine=worker, progress=progress)
    for path in written:
        tell(path)


@click.command("map")
@study_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The HTML file to write.")
@click.option("--layers", metavar="A,B,C", help="Layers to switch between, all on when it opens [every layer].")
@bbox_option
@state_option
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

    study = study_of(study_file)
    tiles = None if basemap is None else find_basemap(basemap)
    with progress_line(quiet) as progress:
        run = Run(study, run_folder, progress)
        written = draw_map(run, out, switches=names_of(layers), part=one_part(bbox, state), lang=lang, basemap=tiles)
    tell(written)


@click.command("export")
@study_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("export"),
    show_default=True,
    help="Folder to write to; files of the same formats in it are replaced, everything else is kept.",
)
@click.option(
    "--format",
    "formats",
    metavar="A,B",
    default="gpkg",
    show_default=True,
    help="gpkg, qgz (QGIS project), geoparquet, fgb, csv (with WKT), pmtiles, cog (rasters); or postgis.",
)
@click.option("--layers", metavar="A,B,C", help="Layers to write, as parks,municipalities [every published layer].")
@bbox_option
@state_option
@click.option("--crs", metavar="EPSG:CODE", help="Reference system of the geometry [EPSG:6372].")
@click.option(
    "--dsn",
    envvar="CORREDOR_DSN",
    metavar="ADDRESS",
    show_envvar=True,
    help="Database of --format postgis: postgresql://user:password@host/database.",
)
@click.option("--schema", default="corredor", show_default=True, help="Schema of --format postgis.")
@run_option
@quiet_option
def export_layers(  # noqa: PLR0913, PLR0917 - one an option
    study_file: Path | None,
    out: Path,
    formats: str,
    layers: str | None,
    bbox: tuple[float, float, float, float] | None,
    state: str | None,
    crs: str | None,
    dsn: str | None,
    schema: str,
    run_folder: Path,
    quiet: bool,
) -> None:
    """Write layers in other formats, for other programs.

    Tables of the whole country stay whole in a part of it; every figure is that of the whole study.
    """
    from geo.extract import export, export_postgis
    from geo.runs import Run

    wanted = names_of(formats) or []
    files = [each for each in wanted if each != "postgis"]
    if "postgis" in wanted and dsn is None:
        raise click.UsageError("--format postgis needs the database's address: --dsn postgresql://user@host/database.")
    chosen: dict[str, Any] = {"names": names_of(layers), "part": one_part(bbox, state), "crs": crs}
    with progress_line(quiet) as progress:
        run = Run(study_of(study_file), run_folder, progress)
        written = export(run, out, formats=files, **chosen) if files or not wanted else []
        if "postgis" in wanted:
            export_postgis(run, str(dsn), schema=schema, **chosen)
    for path in written:
        tell(path)
    if "postgis" in wanted:
        tell(f"schema {schema} of the database")
