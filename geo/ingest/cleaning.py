"""A file as a layer: values in the schema's form, what is missing filled, wrong rows refused with their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from geo.errors import DataError, Problem
from geo.ingest import defaults
from geo.ingest.mapping import Match
from geo.ingest.places import place_rows
from geo.ingest.points import Points, points_of
from geo.ingest.reading import RawTable
from geo.ingest.reasons import Refusal, numbered
from geo.ingest.synonyms import COORDINATES, MUNICIPAL_CODE, PARTIES
from geo.ingest.values import Decimal, decimal_sign, is_missing, read_value
from geo.layers import read_layer
from geo.layers.files import read_table
from geo.layers.references import ABROAD, SEPARATOR
from geo.schema import Column, Layer
from geo.sources.registers.marks import refuse_marked
from geo.study import Study

_PLACE = ("cvegeo", "cve_ent", "state", "municipality")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the reader says beside the file.

    Parameters
    ----------
    constants
        Column of the layer -> value for the rows that leave it blank.
    fixes
        Cures of coordinates asked for: swap, sign.
    decimal
        Decimal sign; None finds it.
    crs
        Reference system of columns of coordinates; None for degrees.
    source_id
        Key of the source that rows without one name.
    """

    constants: Mapping[str, str] = field(default_factory=dict)
    fixes: Collection[str] = ()
    decimal: Decimal | None = None
    crs: str | None = None
    source_id: str = "own_data"


@dataclass
class Cleaned:
    """What a file came to.

    Attributes
    ----------
    layer
        The layer.
    table
        Text in the schema's form, '' for blank; columns those of the layer's file; index the rows' numbers.
    refused
        Every reason a row is refused for; a row with any is not in ``table``.
    shapes
        Geometry of a layer of lines or polygons, index that of ``table``; None for points and tables.
    filled
        Column -> how, and the numbers of the rows it was filled in, refused ones left out.
    done
        What was done to coordinates -> rows.
    parties
        park_id, role, name: who the file names beside each park.
    notes
        What the reader should know, in English.
    """

    layer: Layer
    table: pd.DataFrame
    refused: list[Refusal]
    shapes: gpd.GeoSeries | None = None
    filled: dict[str, tuple[str, list[int]]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    parties: pd.DataFrame | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> list[int]:
        """Numbers of the refused rows, in order."""
        return sorted({each.row for each in self.refused})


def clean(raw: RawTable, layer: Layer, matches: Sequence[Match], study: Study, wishes: Wishes) -> Cleaned:
    """Make a layer of a file.

    Parameters
    ----------
    raw
        The file.
    layer
        What it is to become.
    matches
        Which column is which.
    study
        The study it joins: region, boundaries, and what keys refer to.
    wishes
        What the reader says beside the file.

    Returns
    -------
    Cleaned
        Every row of the file stands in its table or is refused, never both.

    Raises
    ------
    DataError
        If a needed column has no value in any row, a constant does not fit, coordinates are in no known system, or
        rows are synthetic and the study is not.
    """
    columns = {match.target: match.column for match in matches if match.target is not None}
    for texts in raw.cells.columns:
        refuse_marked(raw.file, raw.cells[texts].astype("str"), synthetic=study.study.synthetic)
    frame, refused = typed(raw, layer, matches, wishes)
    cleaned = Cleaned(layer, frame, [*raw.refused, *refused])
    if frame.empty:
        return cleaned
    if layer.geometry == "Point":
        points = points_of(raw, columns, study, fixes=wishes.fixes, crs=wishes.crs)
        _take_points(cleaned, points)
    set_constants(cleaned, wishes.constants)
    if layer.geometry == "Point" and "cvegeo" in frame:
        _take_places(cleaned, raw, columns, study)
    _fill(cleaned, wishes.source_id)
    check_columns(cleaned, columns, raw.file)
    check_rows(cleaned, columns, study, wishes.source_id)
    cleaned.parties = _parties(cleaned, raw, columns)
    bad = set(cleaned.rejected)
    keep = ~cleaned.table.index.isin(list(bad))
    cleaned.table = cleaned.table[keep]
    cleaned.filled = {
        name: (how, [row for row in rows if row not in bad]) for name, (how, rows) in cleaned.filled.items()
    }
    if cleaned.parties is not None:
        cleaned.parties = cleaned.parties[~cleaned.parties["row"].isin(bad)].drop(columns="row")
    return cleaned


def typed(raw: RawTable, layer: Layer, matches: Sequence[Match], wishes: Wishes) -> tuple[pd.DataFrame, list[Refusal]]:
    """Read every mapped value; return the table with all the columns of the layer's file."""
    refused = []
    frame = pd.DataFrame("", index=raw.cells.index, columns=[each.name for each in layer.file_columns], dtype=object)
    decimal = wishes.decimal or decimal_sign(_numbers(raw, layer, matches))
    by_name = {column.name: column for column in layer.file_columns}
    for match in matches:
        if match.target is None:
            continue
        refused += [each for each in raw.bad_cells if each.column == match.column]
        column = by_name.get(match.target)
        if column is None or (layer.geometry == "Point" and match.target in {"lon", "lat"}):
            continue
        texts = raw.cells[match.column]
        reads = {text: read_value(text, column, decimal=decimal, unit=match.unit) for text in texts.unique()}
        frame[match.target] = texts.map({text: read.text for text, read in reads.items()})
        refused += [
            Refusal(row, match.column, text, reason, reads[text].words)
            for row, text in numbered(texts)
            if (reason := reads[text].reason) is not None
        ]
    return frame, refused


def _numbers(raw: RawTable, layer: Layer, matches: Sequence[Match]) -> list[str]:
    """Return the texts of the columns that hold numbers and coordinates: they show the file's decimal sign."""
    numeric = {column.name for column in layer.file_columns if column.kind in {"number", "integer"}}
    names = [match.column for match in matches if match.target in numeric]
    return [text for name in names for text in raw.cells[name]]


def _take_points(cleaned: Cleaned, points: Points) -> None:
    cleaned.refused += points.refused
    cleaned.done += points.done
    cleaned.notes += points.notes
    for name, values in (("lon", points.lon), ("lat", points.lat)):
        cleaned.table[name] = ["" if pd.isna(value) else f"{value:.6f}".rstrip("0").rstrip(".") for value in values]
    if points.area_ha is not None and "area_ha" in cleaned.table:
        blank = (cleaned.table["area_ha"] == "") & points.area_ha.notna()
        cleaned.table.loc[blank, "area_ha"] = points.area_ha[blank].map("{:.2f}".format)
        if "area_basis" in cleaned.table:
            cleaned.table.loc[blank, "area_basis"] = "measured"
        if blank.any():
            cleaned.filled["area_ha"] = ("measured on the ellipsoid", list(blank.index[blank]))


def set_constants(cleaned: Cleaned, constants: Mapping[str, str]) -> None:
    """Give the reader's own values to rows that leave a column blank; refuse values that do not fit it."""
    by_name = {column.name: column for column in cleaned.layer.file_columns}
    problems = []
    for name, value in constants.items():
        if name not in by_name or name in {"lon", "lat"}:
            cure = f"The layer {cleaned.layer.name} has: {', '.join(by_name)}"
            problems.append(Problem("--set", f"{name!r} is not a column that can be set", cure))
            continue
        read = read_value(value, by_name[name], decimal=None)
        if read.reason is not None or not read.text:
            refusal = Refusal(0, name, value, read.reason or "blank", read.words or {"target": name})
            reason, cure = refusal.said("en")
            problems.append(Problem("--set", f"{name}={value}: {reason}", cure))
            continue
        blank = cleaned.table[name] == ""
        cleaned.table.loc[blank, name] = read.text
        cleaned.filled[name] = (f"{read.text}, as --set says", list(blank.index[blank]))
    if problems:
        raise DataError(problems)


def _take_places(cleaned: Cleaned, raw: RawTable, columns: Mapping[str, str], study: Study) -> None:
    table = cleaned.table
    frame = pd.DataFrame(
        {
            **{name: pd.to_numeric(table[name], errors="coerce") for name in ("lon", "lat")},
            **{name: table.get(name, "") for name in _PLACE},
            MUNICIPAL_CODE: raw.cells[columns[MUNICIPAL_CODE]].str.strip() if MUNICIPAL_CODE in columns else "",
        },
        index=table.index,
    )
    if "cve_ent" not in table and "cve_ent" in columns:
        frame["cve_ent"] = raw.cells[columns["cve_ent"]].str.strip().str.zfill(2)
    placed = place_rows(frame, columns, study, read_layer(study, "municipalities"), read_layer(study, "states"))
    already = {each.row for each in cleaned.refused}
    abroad = cleaned.layer.name in ABROAD
    cleaned.refused += [
        each
        for each in placed.refused
        if not (each.reason == "no_place" and each.row in already) and not (each.reason == "outside" and abroad)
    ]
    cleaned.notes += placed.notes
    for name in _PLACE:
        if name not in table:
            continue
        values = placed.codes if name == "cvegeo" else placed.codes.map(placed.names[name])
        blank = (table[name] == "") & values.notna()
        if blank.any():
            cleaned.filled[name] = (defaults.GEOGRAPHY[name][1], list(blank.index[blank]))
        table[name] = values.fillna("").astype(object)


def _fill(cleaned: Cleaned, source_id: str) -> None:
    table = cleaned.table
    if "source_ids" in table:
        blank = table["source_ids"] == ""
        table.loc[blank, "source_ids"] = source_id
        if blank.any():
            cleaned.filled["source_ids"] = (f"{source_id}: {defaults.SOURCE[1]}", list(blank.index[blank]))
    cleaned.table, said = defaults.filled(table, cleaned.layer)
    cleaned.filled |= said


def check_columns(cleaned: Cleaned, columns: Mapping[str, str], file: str) -> None:
    """Refuse the file where a needed column is blank in every row: no column was taken for it."""
    rejected = set(cleaned.rejected)
    rest = cleaned.table[~cleaned.table.index.isin(list(rejected))]
    problems = []
    for column in cleaned.layer.file_columns:
        lacks = not column.nullable and column.name not in columns and len(rest) and (rest[column.name] == "").all()
        if lacks and not (column.name in _PLACE or (column.name in {"lon", "lat"} and COORDINATES in columns)):
            what = f"no column was taken for {column.name} ({column.en}), which the layer needs"
            cure = (
                f"Name one with --map 'YOUR COLUMN={column.name}', or one value for all with --set {column.name}=VALUE"
            )
            if column.name in {"lon", "lat"}:
                cure = f"Name it with --map 'YOUR COLUMN={column.name}'"
            if column.allowed:
                cure += f"; one of: {', '.join(column.allowed)}"
            problems.append(Problem(file, what, cure))
    if problems:
        raise DataError(problems)


def check_rows(cleaned: Cleaned, columns: Mapping[str, str], study: Study, source_id: str) -> None:
    """Refuse rows that lack a needed value, repeat a key, or name one that does not exist."""
    rejected = set(cleaned.rejected)
    for column in cleaned.layer.file_columns:
        values = cleaned.table[column.name][~cleaned.table.index.isin(list(rejected))]
        name = columns.get(column.name, column.name)
        if not column.nullable:
            blank = "no_point" if column.name in {"lon", "lat"} else "blank"
            for row in values.index[values == ""]:
                cleaned.refused.append(Refusal(int(row), name, "", blank, {"target": column.name}))
        if column.unique:
            cleaned.refused += _repeated(values[values != ""], column, columns)
        if column.refers_to is not None and column.name not in _PLACE:
            known = _known_keys(column, study, cleaned.layer) | {source_id}
            cleaned.refused += _dangling(values[values != ""], name, column, known)


def _repeated(values: pd.Series, column: Column, columns: Mapping[str, str]) -> list[Refusal]:
    """Refuse the later of two rows with one key; where the key was made here, they are the same row."""
    first = values.drop_duplicates().reset_index().set_index(column.name)["index"]
    later = values[values.duplicated()]
    reason = "repeated" if column.name in columns else "same_row"
    name = columns.get(column.name, columns.get("name", column.name))
    return [Refusal(row, name, value, reason, {"first": int(first[value])}) for row, value in numbered(later)]


def _known_keys(column: Column, study: Study, layer: Layer) -> set[str]:
    """Return the keys that a column may name: those of the layer it refers to."""
    name, key = (column.refers_to or "").split(".")
    return set() if name == layer.name else set(read_table(study, name)[key])


def _dangling(values: pd.Series, name: str, column: Column, known: set[str]) -> list[Refusal]:
    layer = (column.refers_to or "").split(".")[0]
    refused = []
    for row, text in numbered(values):
        parts = text.split(SEPARATOR) if column.name == "source_ids" else [text]
        lost = [part for part in parts if part not in known]
        if lost:
            refused.append(Refusal(row, name, ", ".join(lost), "unknown_key", {"layer": layer}))
    return refused


def _parties(cleaned: Cleaned, raw: RawTable, columns: Mapping[str, str]) -> pd.DataFrame | None:
    """Return who the file names as owner, developer, promoter or administrator of each park."""
    named = {target: columns[target] for target in PARTIES if target in columns}
    if cleaned.layer.name != "parks" or not named:
        return None
    rows = []
    for target, column in named.items():
        for row, text in numbered(raw.cells[column]):
            for part in text.replace("|", ";").split(";"):
                name = " ".join(part.split())
                if not is_missing(name):
                    rows.append((row, cleaned.table.at[row, "park_id"], PARTIES[target], name))
    return pd.DataFrame(rows, columns=["row", "park_id", "role", "name"]).drop_duplicates()
