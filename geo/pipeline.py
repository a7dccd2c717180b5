"""The story of the program: read the study's layers, join and measure them, write the outputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.assemble import assemble
from geo.checks import geography, row_accounts
from geo.export.atlas import write_atlas
from geo.export.folder import whole_folder
from geo.export.geopackage import write_geopackage
from geo.export.manifest import inputs, versions, write_manifest
from geo.export.tables import write_tables
from geo.geodesy import GEODETIC_CRS
from geo.layers import read_layers
from geo.measures.surfaces import park_density
from geo.schema import LAYERS, LICENCES
from geo.study import Study

Progress = Callable[[str], None]

#: Everything a run writes at the top of its folder.
OUTPUTS = frozenset({"atlas.html", "corredor.gpkg", "tables", "manifest.json"})
DRAWING = {"municipalities": "municipalities_drawing", "states": "states_drawing", "highways": "highways"}

#: What a reader must know before reading a number, in both languages; figures are the run's own.
NOTES = {
    "es": (
        "El inventario no es la lista de 564 parques de CREA: se armó con un registro federal y fuentes citadas.",
        "Se conoce quién controla {known} de los {study_set} parques del conjunto de estudio; toda cifra de propiedad "
        "es un intervalo.",
        "Los salarios son estatales (IMSS); no hay salarios municipales.",
        "Cada punto lleva su error de ubicación; {not_located} parques sin punto se cuentan, pero no se dibujan.",
    ),
    "en": (
        "The inventory is not CREA's list of 564 parks: it was compiled from a federal register and cited sources.",
        "Who controls a park is known for {known} of the {study_set} parks of the study set; every ownership figure is "
        "an interval.",
        "Wages are by state (IMSS); there are no municipal wages.",
        "Every point carries its location error; {not_located} parks without a point are counted but not drawn.",
    ),
}


def build(study: Study, out: Path, *, progress: Progress | None = None) -> list[Path]:
    """Run a study and write its outputs, all or none.

    Parameters
    ----------
    study
        What to read and with which parameters.
    out
        Folder of the outputs; an earlier run's outputs in it are replaced.
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
        layers = read_layers(study, progress=progress)
        tables = assemble(layers, study, progress=say)
        accounts = row_accounts(layers, tables)
        say("writing tables")
        write_tables(tables, folder / "tables")
        say("writing corredor.gpkg")
        write_geopackage(tables, folder / "corredor.gpkg", timestamp=timestamp(study))
        say("writing atlas.html")
        drawing = {name: layers[layer] for name, layer in DRAWING.items()}
        drawing["density"] = park_density(gpd.GeoDataFrame(tables["parks"]).to_crs(GEODETIC_CRS), drawing["states"])
        write_atlas(tables, drawing, about=_about(study, tables), path=folder / "atlas.html")
        say("writing manifest.json")
        write_manifest(
            folder,
            {
                "study": study.model_dump(mode="json", include={"study", "region", "parameters"}),
                "timestamp": timestamp(study),
                "versions": versions(),
                "rows": accounts,
                "checks": geography(layers, tables, study),
                "inputs": inputs(study),
            },
        )
        written = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [out / path for path in written]


def _silent(_step: str) -> None:
    pass


def timestamp(study: Study) -> str:
    """Return the time stamped on outputs: SOURCE_DATE_EPOCH where it is set, else the date of the study's data."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is not None and epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    date = study.study.date
    return f"{date if len(date) == len('2026-11-01') else date + '-01'}T00:00:00Z"


def _about(study: Study, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what the atlas says about itself."""
    country = tables["national"].iloc[0]
    figures = {
        "known": country["parks_controller_known"],
        "study_set": country["parks_study_set"],
        "not_located": country["parks_not_located"],
    }
    used = dict.fromkeys(layer.licence for layer in LAYERS.values() if layer.file is not None)
    return {
        "title": {"es": study.study.title_es, "en": study.study.title_en},
        "date": study.study.date,
        "version": version("corredor"),
        "parameters": study.parameters.model_dump(mode="json"),
        "licences": [{"name": LICENCES[key][0], "id": LICENCES[key][1], "url": LICENCES[key][2]} for key in used],
        "notes": {language: [note.format(**figures) for note in notes] for language, notes in NOTES.items()},
        "counts": {name: len(table) for name, table in tables.items()},
    }
