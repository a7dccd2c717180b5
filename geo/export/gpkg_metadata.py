"""What the GeoPackage says about itself and its layers: title, licence, sources, lineage, date, extent."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd

from geo.export.qgis_xml import QGIS_VERSION, add, crs_element, document
from geo.geodesy import planar_crs
from geo.schema import DECLARED, LICENCES

#: QGIS looks for this name.
STANDARD = "http://mrcc.com/qgis.dtd"

#: Title of a run that says nothing about itself.
TITLE = {"es": "Corredor", "en": "Corredor"}

_ADDRESS = re.compile(r"https?://[^\s;,()]+")


def write_metadata(
    database: sqlite3.Connection,
    tables: Mapping[str, pd.DataFrame],
    *,
    timestamp: str,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Describe a GeoPackage and each of its layers in ``gpkg_metadata``.

    Parameters
    ----------
    database
        The open GeoPackage, with the tables ``gpkg_metadata`` and ``gpkg_metadata_reference``.
    tables
        Layer name -> published table, as in the GeoPackage.
    timestamp
        UTC time of the entries, ``2026-11-01T00:00:00Z``.
    about
        What the run says about itself, as ``geo.about.about`` gives it.

    Notes
    -----
    One entry for the whole, one a layer below it, in the form that QGIS reads into *Properties > Metadata*. GDAL's own
    entries, with the licence of each layer, stay beside them. The clock of the database is never asked.
    """
    moment = timestamp.replace("Z", ".000Z")
    whole = _insert(database, document(dataset_metadata("qgis", tables, timestamp=timestamp, about=about)))
    database.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, timestamp, md_file_id) VALUES ('geopackage', ?, ?)",
        (moment, whole),
    )
    for name in tables:
        entry = _insert(database, document(layer_metadata("qgis", name, tables, timestamp=timestamp, about=about)))
        database.execute(
            "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, timestamp, md_file_id, md_parent_id) "
            "VALUES ('table', ?, ?, ?, ?)",
            (name, moment, entry, whole),
        )


def _insert(database: sqlite3.Connection, text: str) -> int:
    done = database.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
        "VALUES ('dataset', ?, 'text/xml', ?)",
        (STANDARD, text),
    )
    if done.lastrowid is None:
        raise sqlite3.IntegrityError("gpkg_metadata gave no id")
    return done.lastrowid


def dataset_metadata(
    tag: str,
    tables: Mapping[str, pd.DataFrame],
    *,
    timestamp: str,
    about: Mapping[str, Any] | None = None,
) -> ElementTree.Element:
    """Return the metadata of the whole as an element ``tag``.

    Parameters
    ----------
    tag
        Name of the element: ``qgis`` stands alone, ``projectMetadata`` in a project.
    tables, timestamp, about
        As ``write_metadata`` takes them.
    """
    title = TITLE if about is None else about["title"]
    notes = {} if about is None else about["notes"]
    abstract = [" ".join([f"{title[language]}.", *notes.get(language, ())]) for language in ("es", "en")]
    root = _start(tag, "corredor.gpkg", None)
    add(root, "title", _both(title["es"], title["en"]))
    add(root, "abstract", _both(*abstract))
    _add_keywords(root, [word for name in tables for word in (DECLARED[name].es, DECLARED[name].en)])
    _add_links(root, tables.get("sources"))
    for line in _lineage(timestamp, about):
        add(root, "history", line)
    licences = dict.fromkeys(DECLARED[name].licence for name in tables)
    _add_licences(root, list(licences))
    _add_extent(root, [table for table in tables.values() if isinstance(table, gpd.GeoDataFrame)], timestamp)
    return root


def layer_metadata(
    tag: str,
    name: str,
    tables: Mapping[str, pd.DataFrame],
    *,
    timestamp: str,
    about: Mapping[str, Any] | None = None,
) -> ElementTree.Element:
    """Return the metadata of one layer as an element ``tag``.

    Parameters
    ----------
    tag
        Name of the element: ``qgis`` stands alone, ``resourceMetadata`` in a layer of a project.
    name
        The layer.
    tables, timestamp, about
        As ``write_metadata`` takes them.

    Notes
    -----
    The sources are those that the layer's ``source_ids`` name; a layer without them was read from the file of its
    licence's holder, or computed by the run, and its lineage says which.
    """
    layer, table = DECLARED[name], tables[name]
    root = _start(tag, f"corredor.gpkg/{name}", "corredor.gpkg")
    add(root, "title", f"{layer.es} / {layer.en}")
    add(root, "abstract", f"{layer.es} (descripción en inglés) / {layer.en}: {layer.description}")
    _add_keywords(root, [layer.es, layer.en])
    sources = _sources_of(table, tables.get("sources"))
    _add_links(root, sources)
    for line in _origin(layer.file is None, None if sources is None else len(sources)):
        add(root, "history", line)
    for line in _lineage(timestamp, about):
        add(root, "history", line)
    _add_licences(root, [layer.licence])
    _add_extent(root, [table] if isinstance(table, gpd.GeoDataFrame) else [], timestamp)
    return root


def _start(tag: str, identifier: str, parent: str | None) -> ElementTree.Element:
    root = ElementTree.Element(tag, {"version": QGIS_VERSION} if tag == "qgis" else {})
    add(root, "identifier", identifier)
    add(root, "parentidentifier", parent)
    add(root, "language", "SPA")
    add(root, "type", "dataset")
    return root


def _both(es: str, en: str) -> str:
    return es if es == en else f"{es} / {en}"


def _add_keywords(root: ElementTree.Element, words: list[str]) -> None:
    topics = add(root, "keywords", None, {"vocabulary": "gmd:topicCategory"})
    add(topics, "keyword", "economy")
    own = add(root, "keywords", None, {"vocabulary": "corredor"})
    for word in dict.fromkeys(words):
        add(own, "keyword", word)


def _sources_of(table: pd.DataFrame, sources: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the rows of the table of sources that a table names; None where it names none."""
    if sources is None or "source_ids" not in table:
        return None
    named = set(table["source_ids"].dropna().str.split("|").explode())
    return sources[sources["source_id"].isin(named)]


def _add_links(root: ElementTree.Element, sources: pd.DataFrame | None) -> None:
    links = add(root, "links")
    if sources is None:
        return
    for row in sources.to_dict("records"):
        said = {str(key): "" if pd.isna(value) else str(value) for key, value in row.items()}
        found = _ADDRESS.search(said["url"])
        words = [said[key] for key in ("publisher", "year", "licence", "what_taken", "url") if said[key]]
        attributes = {
            "name": said["title"] or said["source_id"],
            "type": "WWW:LINK",
            "url": "" if found is None else found.group(),
            "description": "; ".join(words),
            "format": "",
            "mimeType": "",
            "size": "",
        }
        add(links, "link", None, attributes)


def _origin(computed: bool, sources: int | None) -> list[str]:
    """Say where the rows of a layer come from."""
    if computed:
        return [
            "La calculó el programa con las demás capas; no lleva fuentes propias.",
            "The program computed it from the other layers; it has no sources of its own.",
        ]
    if sources is None:
        return [
            "Se leyó de un archivo del estudio, cuyo origen y licencia se dan aquí; el programa le añadió columnas.",
            "Read from a file of the study, whose origin and licence are given here; the program added columns.",
        ]
    return [
        f"Cada fila nombra sus fuentes en source_ids; aquí se enlazan las {sources} de la capa. El programa añadió "
        "columnas calculadas.",
        f"Every row names its sources in source_ids; the layer's {sources} are linked here. The program added "
        "computed columns.",
    ]


def _lineage(timestamp: str, about: Mapping[str, Any] | None) -> list[str]:
    """Say which run wrote it, from which data and with which parameters."""
    if about is None:
        return [f"Escrito por Corredor; sello de tiempo {timestamp}.", f"Written by Corredor; stamped {timestamp}."]
    parameters = "; ".join(f"{name} = {_said(value)}" for name, value in about["parameters"].items())
    title, date, version = about["title"], about["date"], about["version"]
    return [
        f"Corredor {version}, estudio «{title['es']}», datos a {date}, sello de tiempo {timestamp}. "
        f"Parámetros: {parameters}.",
        f"Corredor {version}, study “{title['en']}”, data as of {date}, stamped {timestamp}. Parameters: {parameters}.",
    ]


def _said(value: object) -> str:
    if value is None:
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _add_licences(root: ElementTree.Element, keys: list[str]) -> None:
    add(root, "fees", "Ninguna / None")
    for key in keys:
        add(root, "constraints", f"{LICENCES[key][1]}: {LICENCES[key][2]}", {"type": "use"})
    for key in keys:
        add(root, "rights", LICENCES[key][0])
    for key in keys:
        add(root, "license", LICENCES[key][1])
    add(root, "encoding", "UTF-8")


def _add_extent(root: ElementTree.Element, tables: list[gpd.GeoDataFrame], timestamp: str) -> None:
    if tables:
        crs = add(root, "crs")
        crs.append(crs_element())
    extent = add(root, "extent")
    if tables:
        bounds = pd.DataFrame([table.total_bounds for table in tables], columns=["minx", "miny", "maxx", "maxy"])
        corners = {
            **{name: f"{bounds[name].min():.3f}" for name in ("minx", "miny")},
            **{name: f"{bounds[name].max():.3f}" for name in ("maxx", "maxy")},
        }
        add(extent, "spatial", None, {"dimensions": "2", "crs": planar_crs(), "minz": "0", "maxz": "0", **corners})
    temporal = add(extent, "temporal")
    add(temporal, "instant", timestamp)
