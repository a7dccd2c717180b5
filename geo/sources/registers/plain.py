"""A register of the user's own: a CSV file in the common table's columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from geo.errors import DataError, Problem
from geo.sources.registers.common import (
    REGISTER_COLUMNS,
    UNREADABLE,
    MunicipalityIndex,
    RegisterPart,
    checked_points,
    refuse_mojibake,
    rejects_table,
)
from geo.sources.registers.marks import refuse_marked
from geo.study import Region

#: Columns the file must have; the others of the common table may be left out.
NEEDED = ("plant_id", "park_text", "cvegeo", "year")


def read_plain(
    path: Path,
    municipalities: MunicipalityIndex,
    region: Region,
    *,
    cure_swapped: bool = False,
    encoding: str = "utf-8-sig",
    synthetic: bool = False,
) -> Iterator[RegisterPart]:
    """Read a CSV file with the columns plant_id, park_text, cvegeo, year and any of the common table's others.

    Parameters
    ----------
    path
        Comma-separated, one header row, blank for missing.
    municipalities
        Knows the codes of municipalities.
    region
        Where points may lie.
    cure_swapped
        Whether to exchange coordinates that look swapped.
    encoding
        Encoding of the file.
    synthetic
        Whether rows of a synthetic register are let in.

    Yields
    ------
    RegisterPart
        The whole file as one part. Refused: rows of another width than the header, without a plant_id, in no known
        municipality, or with a year that is no year.

    Raises
    ------
    DataError
        If the file cannot be read, a column is missing or not known, or rows are synthetic.
    """
    header, records = _records(path, encoding)
    refuse_marked(path.name, [value for record in records for value in record], synthetic=synthetic)
    refuse_mojibake(path.name, (value for record in records for value in record))
    kept, refused = [], []
    for row, record in enumerate(records, start=2):
        values = dict(zip(header, record, strict=False))
        plant = values.get("plant_id", "").strip()
        reason = _reason(header, record, values, municipalities)
        if reason is not None:
            refused.append((path.name, row, plant or None, *reason))
            continue
        kept.append(values | {"plant_id": plant, "cvegeo": municipalities.by_code(values["cvegeo"].strip()) or ""})
    rows = pd.DataFrame(kept, columns=header, dtype=object).reindex(columns=list(REGISTER_COLUMNS))
    rows = rows.mask(rows == "")
    given = rows["lon"].notna() | rows["lat"].notna()
    for name in ("lon", "lat", "year", "jobs_low", "jobs_high"):
        rows[name] = pd.to_numeric(rows[name], errors="coerce")
    unreadable = given & (rows["lon"].isna() | rows["lat"].isna())
    rows = rows.assign(
        lon=rows["lon"].mask(unreadable),
        lat=rows["lat"].mask(unreadable),
        point_problem=pd.Series(UNREADABLE, index=rows.index).where(unreadable),
    ).astype(REGISTER_COLUMNS)
    yield RegisterPart(checked_points(rows, region, cure_swapped=cure_swapped), rejects_table(refused), len(records))


def _records(path: Path, encoding: str) -> tuple[list[str], list[list[str]]]:
    try:
        text = path.read_bytes().decode(encoding)
    except OSError as error:
        raise DataError([Problem(path.name, f"cannot be read ({error.strerror})", "Give a readable file")]) from error
    except UnicodeDecodeError as error:
        what = f"the file is not {encoding.removesuffix('-sig').upper()} (byte {error.start})"
        raise DataError([Problem(path.name, what, "Name its encoding, as --encoding latin-1")]) from None
    try:
        records = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise DataError([Problem(path.name, f"not a CSV file ({error})", "Close every quote")]) from error
    if not records:
        raise DataError([Problem(path.name, "the file is empty", f"Begin it with {', '.join(REGISTER_COLUMNS)}")])
    header = [name.strip() for name in records[0]]
    known = [name for name in REGISTER_COLUMNS if name != "point_problem"]
    problems = [
        Problem(path.name, f"the column {name} is missing", "Add it", (1,)) for name in NEEDED if name not in header
    ]
    problems += [
        Problem(path.name, f"the column {name[:40]!r} is not known", f"Name it one of: {', '.join(known)}", (1,))
        for name in header
        if name not in known
    ]
    problems += [
        Problem(path.name, f"the column {name} stands twice", "Keep one", (1,))
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if problems:
        raise DataError(problems)
    return header, records[1:]


def _reason(
    header: list[str], record: list[str], values: dict[str, str], municipalities: MunicipalityIndex
) -> tuple[str, str] | None:
    """Return why a row is refused, and the value that tells."""
    if len(record) != len(header):
        return f"the row does not have {len(header)} values", ",".join(record)[:80]
    if not values["plant_id"].strip():
        return "the plant_id is missing", values["park_text"][:80]
    if municipalities.by_code(values["cvegeo"].strip()) is None:
        return "the municipality is not known", values["cvegeo"][:80]
    year = values["year"].strip()
    if not (year.isascii() and year.isdigit() and len(year) < 5 and 1900 <= int(year) <= 2100):
        return "the year is not a year", year[:80]
    return None
