"""What every output says about its run: title, date, notes to read first, licences, parameters."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pandas as pd

from geo._words import said
from geo.export.basemap import Basemap
from geo.export.ownership_words import ownership_words
from geo.export.region import Region
from geo.schema import LAYERS, LICENCES
from geo.sources.record import origins
from geo.study import Study

#: What a reader must know before reading a number, in both languages; figures are the run's own.
NOTES = {
    "es": (
        "[[inventory_made.es]]",
        "Se conoce quién controla {known} de los {study_set} parques del conjunto de estudio; toda cifra de propiedad "
        "es un intervalo.{ownership_es}",
        "[[wages_note.es]]",
        "Cada punto lleva su error de ubicación; {not_located} parques sin punto se cuentan, pero no se dibujan.",
    ),
    "en": (
        "[[inventory_made.en]]",
        "Who controls a park is known for {known} of the {study_set} parks of the study set; every ownership figure is "
        "an interval.{ownership_en}",
        "[[wages_note.en]]",
        "Every point carries its location error; {not_located} parks without a point are counted but not drawn.",
    ),
}

#: What the first note says where the study brings its own parks.
OWN_PARKS = {
    "es": "Los parques son los del archivo {file} de este estudio: no los del inventario que acompaña al programa.",
    "en": "The parks are those of this study's file {file}: not the inventory that comes with the program.",
}

#: What is said of a register that is counted whole and published as a sample.
SAMPLE = {
    "es": "Los puntos de la capa establishments son una muestra al azar de {rows} de {all} establecimientos; las "
    "cifras, y los hexágonos que el atlas dibuja en su lugar, los cuentan todos.",
    "en": "The points of the layer establishments are a random sample of {rows} of {all} establishments; the figures, "
    "and the hexagons that the atlas draws instead, count them all.",
}
SAMPLE_PART = {
    "es": "Los puntos de la capa establishments son los {rows} de esta parte en una muestra al azar de los {all} "
    "establecimientos del país; las cifras, y los hexágonos que el atlas dibuja en su lugar, los cuentan todos.",
    "en": "The points of the layer establishments are the {rows} of this part in a random sample of the {all} "
    "establishments of the country; the figures, and the hexagons that the atlas draws instead, count them all.",
}
ALL_ROWS = {
    "es": "El atlas no dibuja los establecimientos uno por uno: los cuenta todos en hexágonos.",
    "en": "The atlas does not draw establishments one by one: it counts them all in hexagons.",
}

#: What the note on wages says where wages of municipalities are known.
MUNICIPAL_WAGES = {
    "es": "El salario es el del municipio en {own} de {all} parques y el de la entidad en los demás: véase wage_level.",
    "en": "The wage is the municipality's at {own} of {all} parks and the state's at the others: see wage_level.",
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


def timestamp(study: Study) -> str:
    """Return the time stamped on outputs: SOURCE_DATE_EPOCH where it is set, else the date of the study's data."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is not None and epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    date = study.study.date
    return f"{date if len(date) == len('2026-11-01') else date + '-01'}T00:00:00Z"


def title_page(study: Study) -> dict[str, Any]:
    """Return title by language, date of the data and version of the program."""
    return {
        "title": {"es": study.study.title_es, "en": study.study.title_en},
        "date": study.study.date,
        "version": version("corredor"),
    }


def about(
    study: Study,
    tables: Mapping[str, pd.DataFrame],
    *,
    basemap: Basemap | None = None,
    region: Region | None = None,
) -> dict[str, Any]:
    """Return what an output says about itself.

    Parameters
    ----------
    study
        The study of the run.
    tables
        The tables that the output shows.
    basemap
        Online tiles of the output; None where it asks nothing of the network.
    region
        The part of the country that it shows; None for all.

    Returns
    -------
    dict
        title, date, version, parameters, licences, origins (of the layers that are not the shipped ones), notes (the
        words by language) and counts; bounds where it is a part; left_out, the layers of which an atlas carries no
        row, where the register is in partitions.
    """
    country = tables["national"].iloc[0]
    figures = {
        "known": country["parks_controller_known"],
        "study_set": country["parks_study_set"],
        "not_located": country["parks_not_located"],
    }
    fetched = origins(study)
    used = dict.fromkeys(layer.licence for layer in LAYERS.values() if layer.file is not None)
    licences = [
        {"name": LICENCES[key][0], "id": LICENCES[key][1], "url": "" if key == "own" else LICENCES[key][2]}
        for key in used
    ]
    licences += [each["licence"] for each in fetched if each.get("licence")]
    title = title_page(study)["title"]
    asked = ownership_words(year=study.parameters.ownership_year, ultimate=study.parameters.ultimate_owners)
    figures |= {"ownership_es": asked.es, "ownership_en": asked.en}
    notes = {language: [said(note).format(**figures) for note in notes] for language, notes in NOTES.items()}
    paid = tables["parks"]["wage_level"] if "parks" in tables else pd.Series(dtype=str)
    if (paid == "municipality").any():
        counts = {"own": int((paid == "municipality").sum()), "all": len(paid)}
        notes = {
            language: [*noted[:2], MUNICIPAL_WAGES[language].format(**counts), *noted[3:]]
            for language, noted in notes.items()
        }
    if "parks" in study.layers and not study.is_shipped:
        file = study.path("parks").name
        notes = {language: [OWN_PARKS[language].format(file=file), *said[1:]] for language, said in notes.items()}
    if study.register is not None:
        counted = _sampled(tables, country["establishments"], region)
        notes = {language: [*notes[language], counted[language]] for language in notes}
    if region is not None:
        names = {"es": region.es, "en": region.en}
        title = {language: f"{words} · {names[language]}" for language, words in title.items()}
        notes = {language: [PART[language].format(name=names[language]), *notes[language]] for language in notes}
    if basemap is not None:
        named = {"host": basemap.host, "tiles": basemap.name}
        notes = {language: [TILES[language].format(**named), *notes[language]] for language in notes}
    return {
        **({} if study.register is None else {"left_out": ["establishments"]}),
        **({} if region is None else {"bounds": [round(each, 4) for each in region.bounds]}),
        **title_page(study),
        "title": title,
        "parameters": study.parameters.model_dump(mode="json"),
        "licences": [each for at, each in enumerate(licences) if each not in licences[:at]],
        "origins": fetched,
        "notes": notes,
        "counts": {name: len(table) for name, table in tables.items()},
    }


def _sampled(tables: Mapping[str, pd.DataFrame], counted: int, region: Region | None) -> dict[str, str]:
    """Say how many of the counted establishments a layer holds; a sample of all of them is none."""
    rows = len(tables["establishments"]) if "establishments" in tables else 0
    words = SAMPLE_PART if region is not None else SAMPLE if rows < counted else ALL_ROWS
    return {language: text.format(rows=f"{rows:,}", all=f"{counted:,}") for language, text in words.items()}
