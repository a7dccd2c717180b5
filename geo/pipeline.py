"""The story of the program: read the study's layers, join and measure them, write the outputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.assemble import assemble
from geo.checks import geography, row_accounts
from geo.errors import ChoiceError
from geo.export.atlas import write_atlas
from geo.export.basemap import Basemap
from geo.export.folder import whole_file, whole_folder
from geo.export.geopackage import write_geopackage
from geo.export.manifest import inputs, versions, write_manifest
from geo.export.region import Box, Region, cut_drawing, cut_tables, find_region
from geo.export.style import LAYER_STYLES
from geo.export.tables import write_tables
from geo.geodesy import GEODETIC_CRS
from geo.layers import read_layers
from geo.measures.corridor import state_places
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


#: What a file says where it is a part, or asks the network for tiles.
PART = {
    "es": "Este archivo es una parte: {name}. Las cifras nacionales, las del corredor y las publicadas son de todo el "
    "país.",
    "en": "This file is a part: {name}. The figures of the country, of the corridor and those published are of the "
    "whole country.",
}
TILES = {
    "es": "Este archivo pide a {host} las imágenes del mapa base {tiles}: ese servidor ve qué zona se mira.",
    "en": "This file requests the images of the base map {tiles} from {host}: that server sees which area you view.",
}

#: Big layers that a smaller map leaves out where it has no switch for them.
OPTIONAL = frozenset({"assembly_plants", "auto_parts_plants", "establishments"})


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
        layers = read_layers(study, progress=progress)
        tables = assemble(layers, study, progress=say)
        accounts = row_accounts(layers, tables)
        say("writing tables")
        write_tables(tables, folder / "tables")
        say("writing corredor.gpkg")
        write_geopackage(tables, folder / "corredor.gpkg", timestamp=timestamp(study))
        say("writing atlas.html")
        drawing, about = _drawing(layers, tables, study), _about(study, tables, basemap=basemap)
        write_atlas(tables, drawing, about=about, path=folder / "atlas.html", basemap=basemap)
        say("writing manifest.json")
        write_manifest(
            folder,
            {
                "study": study.model_dump(mode="json", include={"study", "region", "parameters"}),
                "basemap": None if basemap is None else basemap.name,
                "timestamp": timestamp(study),
                "versions": versions(),
                "rows": accounts,
                "checks": geography(layers, tables, study),
                "inputs": inputs(study),
            },
        )
        written = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [out / path for path in written]


def draw_map(
    study: Study,
    out: Path,
    *,
    switches: Sequence[str] | None = None,
    part: Box | str | None = None,
    lang: str | None = None,
    basemap: Basemap | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write a smaller atlas: of a state or a box, with the layers that are named.

    Parameters
    ----------
    study
        What to read and with which parameters; everything is measured on all of it.
    out
        The file to write; an earlier one is replaced when all went well.
    switches
        Keys of ``geo.export.style.LAYER_STYLES``; None for every layer.
    part
        What to keep: west, south, east, north in degrees, or the name or code of a state; None for all.
    lang
        Language it opens in, ``es`` or ``en``; None for the reader's own.
    basemap
        Online tiles; None keeps the file from the network.
    progress
        Called with a short line before each step.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    geo.errors.ChoiceError
        If a layer or a state is not known, or the box is none of the country's; nothing is written.
    geo.errors.DataError
        If a layer is refused; nothing is written.
    geo.errors.OutputError
        If the file cannot be written.
    """
    say = progress if progress is not None else _silent
    _check_switches(switches)
    with whole_file(out) as file:
        layers = read_layers(study, progress=progress)
        region = None if part is None else find_region(part, gpd.GeoDataFrame(layers["states"]))
        tables = assemble(layers, study, progress=say)
        drawing = _drawing(layers, tables, study)
        say(f"writing {out.name}")
        if region is not None:
            tables = cut_tables(tables, region)
            drawing = cut_drawing(drawing, tables, region)
        about = _about(study, tables, basemap=basemap, region=region) | ({} if lang is None else {"lang": lang})
        if switches is not None:
            needed = {LAYER_STYLES[key].layer for key in switches}
            tables = {name: table for name, table in tables.items() if name in needed or name not in OPTIONAL}
            drawing = {name: table for name, table in drawing.items() if name != "highways" or name in switches}
        write_atlas(tables, drawing, about=about, path=file, switches=switches, basemap=basemap)
    return out


def _check_switches(switches: Sequence[str] | None) -> None:
    unknown = [key for key in switches or () if key not in LAYER_STYLES]
    if unknown or (switches is not None and not switches):
        near = get_close_matches(unknown[0], LAYER_STYLES, n=1) if unknown else []
        cure = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(LAYER_STYLES)}."
        raise ChoiceError(f"--layers {', '.join(unknown) or 'names none'}: no such layer. {cure}")


def _drawing(layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], study: Study) -> dict[str, Any]:
    """Return what the atlas draws beside the tables."""
    drawing: dict[str, Any] = {name: layers[layer] for name, layer in DRAWING.items()}
    parks = gpd.GeoDataFrame(tables["parks"]).to_crs(GEODETIC_CRS)
    drawing["density"] = park_density(parks, drawing["states"])
    drawing["state_places"] = state_places(layers["municipalities"], layers["border"], capital=study.study.capital)
    return drawing


def _silent(_step: str) -> None:
    pass


def timestamp(study: Study) -> str:
    """Return the time stamped on outputs: SOURCE_DATE_EPOCH where it is set, else the date of the study's data."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is not None and epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    date = study.study.date
    return f"{date if len(date) == len('2026-11-01') else date + '-01'}T00:00:00Z"


def _about(
    study: Study,
    tables: Mapping[str, pd.DataFrame],
    *,
    basemap: Basemap | None = None,
    region: Region | None = None,
) -> dict[str, Any]:
    """Return what the atlas says about itself."""
    country = tables["national"].iloc[0]
    figures = {
        "known": country["parks_controller_known"],
        "study_set": country["parks_study_set"],
        "not_located": country["parks_not_located"],
    }
    used = dict.fromkeys(layer.licence for layer in LAYERS.values() if layer.file is not None)
    title = {"es": study.study.title_es, "en": study.study.title_en}
    notes = {language: [note.format(**figures) for note in notes] for language, notes in NOTES.items()}
    if region is not None:
        names = {"es": region.es, "en": region.en}
        title = {language: f"{words} · {names[language]}" for language, words in title.items()}
        notes = {language: [PART[language].format(name=names[language]), *notes[language]] for language in notes}
    if basemap is not None:
        named = {"host": basemap.host, "tiles": basemap.name}
        notes = {language: [TILES[language].format(**named), *notes[language]] for language in notes}
    return {
        **({} if region is None else {"bounds": [round(each, 4) for each in region.bounds]}),
        "title": title,
        "date": study.study.date,
        "version": version("corredor"),
        "parameters": study.parameters.model_dump(mode="json"),
        "licences": [{"name": LICENCES[key][0], "id": LICENCES[key][1], "url": LICENCES[key][2]} for key in used],
        "notes": notes,
        "counts": {name: len(table) for name, table in tables.items()},
    }
