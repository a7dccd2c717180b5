"""Workbooks (XLSX): values of one sheet, never formulas, and nothing that unpacks to more than it should."""

from __future__ import annotations

import datetime
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from geo.errors import DataError, DownloadError, Problem
from geo.sources.archives import extract

#: A workbook may unpack to this many bytes.
MOST_BYTES = 1_000_000_000


class BadCell(NamedTuple):
    """A cell whose value is not there: row as the sheet numbers it, place of the column, content, reason."""

    row: int
    place: int
    value: str
    reason: str


def read_sheet(path: Path, sheet: str | None) -> tuple[list[tuple[int, list[str]]], list[BadCell], str, list[str]]:
    """Read the values of a sheet.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the sheet; None takes the first that holds two rows.

    Returns
    -------
    tuple
        Numbered rows of text; cells whose value is not there; name of the sheet; names of the other
        sheets that hold rows.

    Raises
    ------
    DataError
        If the file is no workbook, unpacks to too much, declares entities, or lacks the sheet.
    """
    check_parts(path)
    values, formulas = _open(path, stored=True), _open(path, stored=False)
    rows: list[tuple[int, list[str]]] = []
    bad: list[BadCell] = []
    try:
        name, others = _chosen(path, values, sheet)
        for number, (shown, written) in enumerate(
            zip(_rows(values[name]), _rows(formulas[name]), strict=False), start=1
        ):
            rows.append((number, [text_of(value) for value in shown]))
            bad += _without_value(number, shown, written)
    except DataError:
        raise
    except Exception as error:  # openpyxl reads a sheet as its rows are asked for, and fails in any way
        raise _unreadable(path, error) from error
    finally:
        values.close()
        formulas.close()
    return rows, bad, name, others


def check_parts(path: Path) -> None:
    """Refuse an archive of XML that unpacks to too much, leads out of itself, or declares a document type.

    Neither a workbook nor a KMZ needs a document type; one is how entities that grow without end are written.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            parts = extract(path, Path(folder), wanted=lambda _name: True, most_bytes=MOST_BYTES)
        except (DownloadError, OSError) as error:
            what = str(error).removeprefix(f"{path.name}: ").removesuffix(" Fetch it again.").rstrip(".")
            raise DataError([Problem(path.name, what, "Save it anew in the program that made it")]) from None
        for part in parts:
            if part.suffix.lower() in {".xml", ".rels", ".kml", ".vml"}:
                check_xml(part, path.name)


def check_xml(path: Path, file: str) -> None:
    """Refuse XML that is broken or declares a document type."""
    from xml.sax import SAXException
    from xml.sax.handler import ContentHandler

    from defusedxml import DefusedXmlException, sax

    try:
        sax.parse(str(path), ContentHandler(), forbid_dtd=True)
    except DefusedXmlException:
        what, cure = "the file declares XML entities or a document type", "Save it anew without them"
        raise DataError([Problem(file, what, cure)]) from None
    except (SAXException, OSError, ValueError, LookupError) as error:
        what, cure = f"the file is not whole XML ({error})", "Save it anew in the program that made it"
        raise DataError([Problem(file, what, cure)]) from None


def _open(path: Path, *, stored: bool) -> Any:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of every extension that it leaves unread
            return load_workbook(path, read_only=True, data_only=stored, keep_links=False)
    except Exception as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataError:
    what = f"cannot be read as a workbook ({error})"
    return DataError([Problem(path.name, what, "Save it anew as XLSX, or as CSV")])


def _rows(sheet: Any) -> Iterable[Sequence[Any]]:
    sheet.reset_dimensions()  # what the file says of its size is not believed
    return sheet.iter_rows(values_only=True)


def _chosen(path: Path, book: Any, sheet: str | None) -> tuple[str, list[str]]:
    names = [each.title for each in book.worksheets]
    if sheet is not None:
        if sheet not in names:
            cure = f"Its sheets are: {', '.join(names)}"
            raise DataError([Problem(path.name, f"there is no sheet {sheet!r}", cure)])
        return sheet, []
    filled = [each.title for each in book.worksheets if _holds_rows(each)]
    if not filled:
        raise DataError([Problem(path.name, "no sheet holds two rows", "Write a header and at least one row")])
    return filled[0], filled[1:]


def _holds_rows(sheet: Any) -> bool:
    found = 0
    for row in _rows(sheet):
        found += any(value is not None for value in row)
        if found == 2:
            return True
    return False


def _without_value(number: int, shown: Sequence[Any], written: Sequence[Any]) -> list[BadCell]:
    from openpyxl.cell.cell import ERROR_CODES

    bad = []
    for place, (value, source) in enumerate(zip(shown, written, strict=False)):
        if value is None and isinstance(source, str) and source.startswith("="):
            bad.append(BadCell(number, place, source, "formula_without_result"))
        elif value in ERROR_CODES:
            bad.append(BadCell(number, place, str(value), "error_value"))
    return bad


def text_of(value: Any) -> str:
    """Return a value as text: '' for missing, dates as 2015-06-01, whole floats without a point."""
    if value is None or value != value:  # noqa: PLR0124 - nan
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _decimals(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    return str(value)


def _decimals(value: float) -> str:
    """Write a number that cannot be taken for one with thousands: 1.234 is 1.2340."""
    text = f"{value:.12f}".rstrip("0")
    return text + "0" if len(text.partition(".")[2]) == 3 else text
