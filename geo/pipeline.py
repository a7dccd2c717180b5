"""The story of the program: read the study's layers, join and measure them, write the outputs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from geo.about import about, timestamp
from geo.checks import geography, row_accounts
from geo.export.atlas import write_atlas
from geo.export.basemap import Basemap
from geo.export.findings import FILES as FINDINGS
from geo.export.findings import write_findings
from geo.export.folder import whole_folder
from geo.export.geopackage import write_geopackage
from geo.export.manifest import identity, write_manifest
from geo.export.rasters import write_rasters
from geo.export.tables import write_tables
from geo.measures.surfaces import surfaces
from geo.runs import Run
from geo.study import Study, with_its_study

if TYPE_CHECKING:
    from geo.scale.engine import Engine

Progress = Callable[[str], None]

#: Everything a run writes at the top of its folder.
REGISTER = "register"
OUTPUTS = frozenset({"atlas.html", "corredor.gpkg", "tables", "rasters", REGISTER, "manifest.json", *FINDINGS})


@with_its_study
def build(
    study: Study,
    out: Path,
    *,
    basemap: Basemap | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Run a study and write its outputs, all or none.

    Parameters
    ----------
    study
        What to read and with which parameters.
    out
        Folder of the outputs; an earlier run's outputs in it are replaced.
    basemap
        Online tiles for the atlas; None keeps it from the network.
    engine
        Who counts a register in partitions, and the establishments of one table too where it is given.
    progress
        Called with a short line before each step.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    geo.errors.DataError
        If a layer is refused; the earlier outputs are untouched.
    geo.errors.OutputError
        If the folder cannot be written.
    """
    say = progress if progress is not None else _silent
    with whole_folder(out, OUTPUTS) as folder:
        run = _run(study, folder / REGISTER, engine, say)
        layers, tables = run.layers, run.tables
        accounts = row_accounts(layers, tables)
        say("writing tables")
        write_tables(tables, folder / "tables")
        words = about(study, tables)
        say("writing corredor.gpkg")
        write_geopackage(tables, folder / "corredor.gpkg", timestamp=timestamp(study), about=words)
        say("writing atlas.html")
        page = about(study, tables, basemap=basemap)
        write_atlas(tables, run.drawing, about=page, path=folder / "atlas.html", basemap=basemap)
        say("writing findings")
        write_findings(tables, folder, about=words)
        say("writing rasters")
        write_rasters(*surfaces(tables, layers, study), folder / "rasters", timestamp=timestamp(study))
        say("writing manifest.json")
        write_manifest(
            folder,
            {
                **identity(study),
                "basemap": None if basemap is None else basemap.name,
                "timestamp": timestamp(study),
                "rows": accounts,
                "checks": geography(layers, tables, study),
            },
        )
        written = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [out / path for path in written]


def _run(study: Study, folder: Path, engine: Engine | None, say: Progress) -> Run:
    """Return the run; where the register is in partitions, or an engine is given, it is placed and counted there."""
    if study.register is None and engine is None:
        return Run(study, progress=say)
    from geo.scale.national import run_at_scale

    return run_at_scale(study, folder, engine, progress=say)


def _silent(_step: str) -> None:
    pass
