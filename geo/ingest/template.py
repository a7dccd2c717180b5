"""An empty table of a layer, each column explained under its header."""

from __future__ import annotations

import csv
import io

from geo.ingest._grid import COMMENT
from geo.ingest.defaults import FILLS, GEOGRAPHY, SOURCE
from geo.schema import Column, Layer


def template(layer: Layer) -> str:
    """Return an empty CSV of a layer.

    Parameters
    ----------
    layer
        A layer that is read from a table.

    Returns
    -------
    str
        The header; a line that explains each column in Spanish and one in English, both beginning with ``#``.

    Notes
    -----
    ``geo ingest`` passes over lines that begin with ``#``: rows are written under them, or in their place.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in layer.file_columns])
    for language in ("es", "en"):
        words = [_explained(column, layer, language) for column in layer.file_columns]
        writer.writerow([f"{COMMENT} {words[0]}", *words[1:]])
    return out.getvalue()


def _explained(column: Column, layer: Layer, language: str) -> str:
    spanish = language == "es"
    parts = [column.es if spanish else column.description or column.en]
    if column.unit:
        parts.append(f"unidad: {column.unit}" if spanish else f"unit: {column.unit}")
    if column.kind == "boolean":
        parts.append("true o false" if spanish else "true or false")
    if column.allowed:
        parts.append(f"{'uno de' if spanish else 'one of'}: {', '.join(column.allowed)}")
    if column.pattern:
        parts.append(f"{'forma' if spanish else 'form'}: {column.pattern}")
    how = _filled(column, layer, spanish=spanish)
    if how is not None:
        parts.append(f"en blanco: {how}" if spanish else f"blank: {how}")
    elif not column.nullable:
        parts.append("obligatorio" if spanish else "needed")
    return "; ".join(parts)


def _filled(column: Column, layer: Layer, *, spanish: bool) -> str | None:
    fill = FILLS.get(layer.name, {}).get(column.name)
    if fill is not None:
        return fill.es if spanish else fill.en
    if column.name == "source_ids":
        return SOURCE[0 if spanish else 1]
    if layer.geometry == "Point" and column.name in GEOGRAPHY:
        return GEOGRAPHY[column.name][0 if spanish else 1]
    return None
