"""The story of the program: read the study's layers, join and measure them, write the outputs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
from geo.study import Study

Progress = Callable[[str], None]

#: Everything a run writes at the top of its folder.
OUTPUTS = frozenset({"atlas.html", "corredor.gpkg", "tables", "rasters", "manifest.json", *FINDINGS})


def build(study: Study, out: Path, *, basemap: Basemap | None = None, progress: Progress | None = None) -> list[Path]:
    """Run a study and write its outputs, all or none.

    Parameters
    ----------
    study
        What to read and with which parameters.
    out
        Folder of the outputs; an earlier run's outputs in it are replaced.
    basemap
        Online tiles for the atlas; None keeps it from the network.
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
        run = Run(study, progress=say)
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


def _silent(_step: str) -> None:
    pass
