"""Tables as JSON, one row a line: short where values repeat, and a changed row changes only its own line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.schema import LAYERS, Column, Layer

Cell = str | int | None
Json = Cell | float | Sequence[Any] | Mapping[str, Any]

FEW = 0.25
"""A text column with fewer distinct values than this share of its rows is coded."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A text that another table holds: ``table``'s row whose key equals this row's ``key`` gives ``value``."""

    key: str
    table: str
    value: str


LOOKUPS = {
    "cve_ent": Lookup("cvegeo", "municipalities", "cve_ent"),
    "cvegeo_reported": Lookup("cvegeo", "municipalities", "cvegeo"),
    "state": Lookup("cve_ent", "states", "name"),
    "municipality": Lookup("cvegeo", "municipalities", "name"),
    "metro_area": Lookup("cvegeo", "municipalities", "metro_area_name"),
    "park_name": Lookup("park_id", "parks", "name"),
}
"""Columns that a big table leaves to another one, where that gives the same value on nearly every row."""

BRANCH_COLUMNS = {"branch", "corridor_branch"}
"""Columns whose codes are the branches of the study's corridor, enclaves too, in their order."""

EXCEPTIONS = 0.02
"""Largest share of rows whose value a looked-up column may have to say itself."""

COMPACT = {"auto_parts_plants", "establishments", "municipalities", "sensitivity", "wages"}
"""Tables of many rows: codes for repeated texts, kilometres to 0.1 (plants' points err by 350 m)."""

LEFT_OUT = {
    "establishments": {"port_name", "port_km", "chainage_km", "offset_km", "cvegeo_reported"},
    "establishment_hexagons": {"lon", "lat"},
    "municipalities": {"seat_lon", "seat_lat"},
    "wages": {"month", "measure"},
}
"""Columns that the GeoPackage and the tables carry and the atlas does not."""

RARE = 0.8
"""A column of a compact table that is its default on this share of rows is stored last, where rows can stop short."""

PRECISE = {"curves": 6, "industry_agglomeration": 5, "wage_gradient": 5}
"""Decimals of numbers without a unit, where the usual three would lose them."""


def encode_table(name: str, tables: Mapping[str, pd.DataFrame], *, layer: Layer | None = None) -> str:
    """Write a layer as JSON for the atlas.

    Parameters
    ----------
    name
        Name of a published layer.
    tables
        All layers of the run; others serve the lookups of a compact table.
    layer
        Declaration of the layer where it is not the schema's.

    Returns
    -------
    str
        ``{"columns": [...], "defaults": [...], "rows": [...]}`` with a line a column and a line a row, safe
        inside a script element. A row stops where all that follows equals the defaults. Missing is null.

    Notes
    -----
    A column says how its values are stored: ``text`` as they are; ``number`` times ``10**decimals``; ``flag``
    as 0 or 1; ``code`` as the position in its ``values``; ``same`` not at all, its one ``value`` stands in
    the column; ``lookup`` not at all, another table holds it, but for the rows named in ``but``.
    The rows of a compact table stand in the order of its municipalities: like beside like packs well; a column that is
    stored elsewhere than in its turn says where: ``at``.
    """
    layer, frame = layer or LAYERS[name], tables[name]
    if name in COMPACT and "cvegeo" in frame and layer.key is not None:
        frame = frame.sort_values(["cvegeo", layer.key], kind="stable", ignore_index=True)
    left_out = LEFT_OUT.get(name, set())
    columns = [column for column in layer.output_columns if column.name in frame and column.name not in left_out]
    heads: list[dict[str, Any]] = []
    stored: list[list[Cell]] = []
    for column in columns:
        head, values = _encode_column(column, name, frame, tables)
        heads.append({"name": column.name, "es": column.es, "en": column.en, "unit": column.unit} | head)
        if values is not None:
            stored.append(values)
    defaults = [_usual(values) for values in stored]
    if name in COMPACT:
        order = _rare_last(stored, defaults)
        stored, defaults = [stored[at] for at in order], [defaults[at] for at in order]
        turns = (head for head in heads if head["type"] not in {"same", "lookup"})
        for turn, head in enumerate(turns):
            if order.index(turn) != turn:
                head["at"] = order.index(turn)
    rows = [_line(_shortened(list(row), defaults)) for row in zip(*stored, strict=True)]
    return (
        f'{{"key":{_line(layer.key)},\n"columns":[\n' + ",\n".join(map(_line, heads)) + "\n],\n"
        f'"defaults":{_line(defaults)},\n"rows":[\n' + ",\n".join(rows) + "\n]}"
    )


def safe_json(value: Json) -> str:
    r"""Write JSON that may stand inside a script element: no ``<``, ``>``, ``&`` nor line separator in it.

    Examples
    --------
    >>> safe_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


_line = safe_json


def _encode_column(
    column: Column, layer: str, frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, Any], list[Cell] | None]:
    values, compact = frame[column.name], layer in COMPACT
    if column.kind == "boolean":
        return {"type": "flag"}, _each(values, int)
    if column.kind in {"number", "integer"}:
        decimals = _decimals(column, layer, compact=compact)
        return {"type": "number", "decimals": decimals}, _each(values, lambda value: round(float(value) * 10**decimals))
    return _encode_text(column, layer, frame, tables)


def _encode_text(
    column: Column, layer: str, frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, Any], list[Cell] | None]:
    texts = _each(frame[column.name], str)
    distinct = {text for text in texts if isinstance(text, str)}
    allowed = column.allowed
    if column.name in BRANCH_COLUMNS and "corridor_waypoints" in tables:
        allowed = tuple(tables["corridor_waypoints"]["branch"].unique())
    if allowed is not None and distinct <= set(allowed):
        return _code(texts, list(allowed))
    if layer not in COMPACT:
        return {"type": "text"}, texts
    if len(set(texts)) == 1:
        return {"type": "same", "value": texts[0]}, None
    found = _lookup(column.name, layer, frame, tables)
    if found is not None:
        return found, None
    return _code(texts, sorted(distinct)) if len(distinct) < FEW * len(texts) else ({"type": "text"}, texts)


def _decimals(column: Column, layer: str, *, compact: bool) -> int:
    if column.kind == "integer":
        return 0
    if column.unit == "degrees":
        return 4 if compact else 5
    if column.unit is None:
        return PRECISE.get(layer, 4 if column.name == "p" or column.name.endswith("_p") else 3)
    if compact and column.unit == "km":
        return 1
    return 3 if column.decimals is None else column.decimals


def _code(texts: list[Cell], values: list[str]) -> tuple[dict[str, Any], list[Cell]]:
    places: dict[Cell, int] = {value: index for index, value in enumerate(values)}
    return {"type": "code", "values": values}, [places.get(text) for text in texts]


def _lookup(name: str, layer: str, frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any] | None:
    """Return the head of a column that another table holds; None where it does not, or not nearly always."""
    lookup = LOOKUPS.get(name)
    if lookup is None or lookup.table == layer or lookup.key not in frame or lookup.table not in tables:
        return None
    other = tables[lookup.table]
    key = LAYERS[lookup.table].key
    texts = _each(frame[name], str)
    known = dict(zip(_each(other[key], str), _each(other[lookup.value], str), strict=True))
    found = [known.get(value) for value in _each(frame[lookup.key], str)]
    pairs = enumerate(zip(texts, found, strict=True))
    but = {str(row): text for row, (text, said) in pairs if text != said}
    if len(but) > EXCEPTIONS * len(texts):
        return None
    return {"type": "lookup", "key": lookup.key, "table": lookup.table, "from": lookup.value, "but": but}


def _each(values: pd.Series[Any], convert: Callable[[Any], Cell]) -> list[Cell]:
    missing = values.isna().to_numpy()
    return [None if gone else convert(value) for value, gone in zip(values.tolist(), missing, strict=True)]


def _usual(values: list[Cell]) -> Cell:
    """Return the value of more than half the rows; None where there is none."""
    value, times = Counter(values).most_common(1)[0] if values else (None, 0)
    return value if times > len(values) / 2 else None


def _rare_last(stored: Sequence[Sequence[Cell]], defaults: Sequence[Cell]) -> list[int]:
    """Return the places of columns, those that are mostly their default last."""

    def rare(at: int) -> bool:
        return sum(cell == defaults[at] for cell in stored[at]) > RARE * len(stored[at])

    return sorted(range(len(stored)), key=rare)


def _shortened(row: list[Cell], defaults: list[Cell]) -> list[Cell]:
    while row and row[-1] == defaults[len(row) - 1]:
        row.pop()
    return row
