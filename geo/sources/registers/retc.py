"""SEMARNAT's register RETC: the yearly files of emitters, read into the common table.

The files are tab-separated UTF-8 with quoted headers that may hold line breaks, under three sets of column names
(2004-05, 2012, the other years). Coordinates are degrees, minutes and seconds, in some years decimal degrees; longitude
is west and often without its sign. The year stands in the file's name only.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
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
from geo.study import Region

SOURCE_ID = "semarnat_retc"

#: Field -> the headers it stands under, in lower case with single blanks.
_HEADERS = {
    "plant_id": ("nra",),
    "plant_name": ("nombre", "establecimiento"),
    "park": ("parque industrial", "nombre parque industrial", "parque o puerto industrial"),
    "settlement": ("colonia",),
    "lat": ("latitud norte",),
    "lon": ("longitud oeste",),
    "state": ("estado", "entidad federativa"),
    "municipality": ("municipio", "delegación\\municipio"),
}
#: Headers of the branch: a code, where the year has one.
_ACTIVITY = ("scian", "número scian")

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DMS = re.compile(
    r"^([+-]?)(\d{1,3})\s*[°º]\s*(\d{1,2}(?:\.\d+)?)\s*['´′]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|''|″|´´)?)?\s*[NWO]?$"
)
_DECIMAL = re.compile(r"^[+-]?\d{1,3}\.\d+$")
_CODE = re.compile(r"^(?:[A-Z0-9]{5}(\d{5})\d{2}|[A-Z0-9]{3}(\d{5})\d{5})$")


def is_retc(path: Path) -> bool:
    """Say whether a file begins like one of the register's."""
    with path.open("rb") as file:
        head = file.read(400)
    return head.lstrip(b"\xef\xbb\xbf").replace(b'"', b"").startswith(b"NRA\t")


def retc_files(path: Path) -> list[Path]:
    """Return the register's files of a folder, or the one file given, in the order of their years.

    Raises
    ------
    DataError
        If there is none, if a name does not carry one year, or if a year comes twice.
    """
    files = sorted(each for each in path.glob("*.csv") if is_retc(each)) if path.is_dir() else [path]
    if not files or not all(each.is_file() for each in files):
        what = "no yearly file of the RETC is there" if path.is_dir() else "the file does not exist"
        raise DataError([Problem(str(path), what, "Name the folder that holds es_2004.csv and the like, or one file")])
    years: dict[int, str] = {}
    problems = []
    for each in files:
        found = set(_YEAR.findall(each.stem))
        if len(found) != 1:
            problems.append(Problem(each.name, "its name does not carry one year", "Name it like es_2015.csv"))
            continue
        year = int(found.pop())
        if year in years:
            problems.append(Problem(each.name, f"{year} stands in {years[year]} too", "Keep one file a year"))
        years[year] = each.name
    if problems:
        raise DataError(problems)
    return sorted(files, key=year_of)


def year_of(path: Path) -> int:
    """Return the year in a file's name."""
    return int(_YEAR.findall(path.stem)[0])


def read_retc(
    files: Sequence[Path],
    municipalities: MunicipalityIndex,
    region: Region,
    *,
    cure_swapped: bool = False,
    encoding: str = "utf-8-sig",
) -> Iterator[RegisterPart]:
    """Read yearly files, one part a file.

    Parameters
    ----------
    files
        Files with the year in their names.
    municipalities
        Finds the municipality by its name; the register number suggests one.
    region
        Where points may lie.
    cure_swapped
        Whether to exchange coordinates that look swapped.
    encoding
        Encoding of the files.

    Yields
    ------
    RegisterPart
        Refused: rows with more or fewer values than the header, without a register number, or in no municipality. A
        row whose point cannot be used stays and says so in ``point_problem``.

    Raises
    ------
    DataError
        If a file is not text in the encoding, its accents are broken, or it lacks a column.
    """
    for path in files:
        header, records = _records(path, encoding)
        place = _places(path.name, header)
        refuse_mojibake(path.name, [record[place["municipality"]] for record in records if len(record) == len(header)])
        yield _part(path, header, records, place, municipalities, region, cure_swapped)


def _records(path: Path, encoding: str) -> tuple[list[str], list[list[str]]]:
    try:
        text = path.read_bytes().decode(encoding)
    except OSError as error:
        raise DataError([Problem(path.name, f"cannot be read ({error.strerror})", "Give a readable file")]) from error
    except UnicodeDecodeError as error:
        what = f"the file is not {encoding.removesuffix('-sig').upper()} (byte {error.start})"
        raise DataError([Problem(path.name, what, "Name its encoding, as --encoding latin-1")]) from None
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    if not rows:
        raise DataError([Problem(path.name, "the file is empty", "Take the whole file")])
    return [" ".join(name.split()).lower() for name in rows[0]], rows[1:]


def _places(file: str, header: list[str]) -> dict[str, int]:
    place = {
        field: next((header.index(name) for name in names if name in header), -1) for field, names in _HEADERS.items()
    }
    missing = [field for field, where in place.items() if where < 0]
    if missing:
        raise DataError(
            Problem(file, f"no column {' or '.join(map(repr, _HEADERS[field]))}", "Take the register's own file", (1,))
            for field in missing
        )
    return place


def _part(
    path: Path,
    header: list[str],
    records: list[list[str]],
    place: dict[str, int],
    municipalities: MunicipalityIndex,
    region: Region,
    cure_swapped: bool,
) -> RegisterPart:
    kept: list[list[str | None]] = []
    refused: list[tuple[str, int, str | None, str, str]] = []
    activity = _activity(header)
    for row, record in enumerate(records, start=2):
        if len(record) != len(header):
            value = "\t".join(record)[:80]
            refused.append((path.name, row, None, f"the row does not have {len(header)} values", value))
            continue
        values = {field: record[where].strip() for field, where in place.items()}
        if not values["plant_id"]:
            refused.append((path.name, row, None, "the register number is missing", values["plant_name"][:80]))
            continue
        cvegeo = municipalities.by_name(values["state"], values["municipality"], code_in(values["plant_id"]))
        if cvegeo is None:
            where = f"{values['municipality']}, {values['state']}"
            refused.append((path.name, row, values["plant_id"], "the municipality is not known", where[:80]))
            continue
        kept.append([
            values["plant_id"], values["plant_name"] or None, values["park"] or None, values["settlement"] or None,
            values["lon"], values["lat"], cvegeo, (record[activity].strip() or None) if activity >= 0 else None,
        ])  # fmt: skip
    rows = pd.DataFrame(
        kept, columns=["plant_id", "plant_name", "park_text", "settlement_text", "lon", "lat", "cvegeo", "activity"]
    )
    lon, lat = -degrees(rows["lon"]).abs(), degrees(rows["lat"])
    # A latitude where the longitude should stand loses its sign above: give both theirs back before they are judged.
    turned = (lat.abs() > region.north) & lon.abs().between(region.south, region.north)
    lon, lat = lon.mask(turned, lon.abs()), lat.mask(turned, -lat.abs())
    given = (rows["lon"] != "") | (rows["lat"] != "")
    unreadable = given & (lon.isna() | lat.isna())
    rows = rows.assign(
        lon=lon.mask(unreadable),
        lat=lat.mask(unreadable),
        point_problem=pd.Series(UNREADABLE, index=rows.index).where(unreadable),
        year=year_of(path),
        jobs_low=None,
        jobs_high=None,
    )
    table = rows.reindex(columns=list(REGISTER_COLUMNS)).astype(REGISTER_COLUMNS)
    return RegisterPart(checked_points(table, region, cure_swapped=cure_swapped), rejects_table(refused), len(records))


def _activity(header: list[str]) -> int:
    """Return the column of the branch's code: 2012 has its code under another header and the words under SCIAN."""
    for name in reversed(_ACTIVITY):
        if name in header:
            return header.index(name)
    return -1


def code_in(nra: str) -> str:
    """Return the municipality code a register number carries; '' where its form is unknown.

    Examples
    --------
    >>> code_in("AADEA1500211"), code_in("AAA3110200079"), code_in("X")
    ('15002', '31102', '')
    """
    found = _CODE.match(nra)
    return (found[1] or found[2]) if found else ""


def degrees(texts: pd.Series) -> pd.Series:
    r"""Return coordinates as decimal degrees; nan where a text is none of the forms the register uses.

    Notes
    -----
    Minutes and seconds of 60 and more, and values that lost their point (19°42'4433") cannot be told and are nan.

    Examples
    --------
    >>> degrees(pd.Series(["19°36'58\"", "-98.5", "0.98°11'17\"", "19°42'4433\""])).round(4).tolist()
    [19.6161, -98.5, nan, nan]
    """
    known = {text: _degrees(text) for text in texts.unique()}
    return texts.map(known).astype(float)


def _degrees(text: str) -> float:
    text = str(text).strip()
    if _DECIMAL.match(text):
        return float(text)
    found = _DMS.match(text)
    if not found:
        return np.nan
    sign, whole, minutes, seconds = found[1], float(found[2]), float(found[3]), float(found[4] or 0)
    if minutes >= 60 or seconds >= 60:
        return np.nan
    value = whole + minutes / 60 + seconds / 3600
    return -value if sign == "-" else value
