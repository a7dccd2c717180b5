"""INEGI's census 2020 by locality (ITER): where people live, as points with their population."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import DownloadError
from geo.schema import LAYERS
from geo.sources.archives import extract, names_in
from geo.sources.area import in_country
from geo.sources.download import Remote
from geo.sources.source import (
    INEGI,
    Ask,
    Cleaned,
    Get,
    Job,
    Source,
    codes,
    read_plain,
    rejects_table,
    text_encoding,
    write_plain,
)
from geo.study import Study

URL = "https://www.inegi.org.mx/contenidos/programas/ccpv/2020/datosabiertos/iter/iter_{state}_cpv2020_csv.zip"
COUNTRY = "00"
BASIS = "census 2020: people of the locality"

_COLUMNS = ("ENTIDAD", "MUN", "NOM_MUN", "LOC", "NOM_LOC", "LONGITUD", "LATITUD", "POBTOT")
#: 102°17'45.768" W: with any of the signs that the degree, the minute and the second are written with.
_DMS = re.compile(r"^(\d{1,3})\s*[°º]\s*(\d{1,2})\s*['´′]\s*(\d{1,2}(?:\.\d+)?)\s*(?:\"|''|″)?\s*([NSEWO])$")
_TOTALS = {"0000": "total of a municipality, a state or the country",
           "9998": "localities of one dwelling, added up", "9999": "localities of two dwellings, added up"}  # fmt: skip


def _download(ask: Ask, _study: Study, get: Get) -> Sequence[Path]:
    return [
        get(Remote(f"iter_{state}_cpv2020_csv.zip", URL.format(state=state), "zip", INEGI.name, check=_has_table))
        for state in ask.states or (COUNTRY,)
    ]


def _is_table(name: str) -> bool:
    file = name.rsplit("/", 1)[-1].lower()
    return file.endswith(".csv") and "iter" in file and not file.startswith(("diccionario", "catalogo"))


def _has_table(path: Path) -> str | None:
    return None if any(map(_is_table, names_in(path))) else "the archive holds no table of localities"


def _adapt(job: Job) -> Cleaned:
    known = codes(job.study.path("municipalities"), "cvegeo", "name")
    left_out: Counter[str] = Counter()
    rows: list[tuple[str, int, str, str, float, float, int]] = []
    refused: list[tuple[str, int | None, str, str, str, str]] = []
    read = 0
    for file, number, record in _records(job):  # one row at a time: the tables have several hundred columns
        read += 1
        reason = _reason_to_leave_out(record)
        if reason is not None:
            left_out[reason] += 1
            continue
        place_id = record["ENTIDAD"].zfill(2) + record["MUN"].zfill(3) + record["LOC"].zfill(4)
        problem = _problem(record, place_id, known)
        if problem is not None:
            refused.append((file, number, place_id, *problem))
            continue
        rows.append((file, number, place_id, " ".join(record["NOM_LOC"].split()), degrees(record["LONGITUD"]),
                     degrees(record["LATITUD"]), int(record["POBTOT"])))  # fmt: skip
    rows, outside = _outside(job.study, rows)
    rows, repeated = _repeated(rows)
    places = _table(job, rows, known)
    write_plain(places, job.folder / "places.csv")
    return Cleaned(
        read=read, kept=len(rows), rejects=rejects_table(refused + outside + repeated), left_out=dict(left_out),
        unit="rows", layers={"places": "places.csv"},
        notes=[("Población por localidad del censo 2020, sin ajuste.", "People by locality, census 2020, not scaled.")],
    )  # fmt: skip


def _records(job: Job) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Read the rows of every file one by one; several hundred columns are never held."""
    for path in job.files:
        with _tables(path, job.scratch) as tables:
            for table in tables:
                with table.open(encoding=text_encoding(table), newline="") as file:
                    for number, record in _needed(csv.reader(file), table.name):
                        yield table.name, number, record


def _needed(rows: Iterator[list[str]], file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Return the needed columns of each row with its number; a short row has blanks."""
    try:
        header = next(rows, [])
        missing = [column for column in _COLUMNS if column not in header]
        if missing:
            raise DownloadError(f"{file}: has no column {', '.join(missing)}. See docs/sources.md.")
        place = {column: header.index(column) for column in _COLUMNS}
        for number, row in enumerate(rows, start=2):
            yield number, {name: row[at].strip() if at < len(row) else "" for name, at in place.items()}
    except csv.Error as error:
        raise DownloadError(f"{file}: is no CSV ({error}). Fetch it with --refresh.") from error


@contextmanager
def _tables(path: Path, folder: Path) -> Iterator[list[Path]]:
    """Give the tables of a file: itself, or the members of an archive, unpacked for the time."""
    if path.suffix.lower() != ".zip":
        yield [path]
        return
    tables = extract(path, folder, wanted=_is_table)
    if not tables:
        raise DownloadError(f"{path.name}: holds no table of localities. See docs/sources.md.")
    try:
        yield tables
    finally:
        for table in tables:
            table.unlink()


def _reason_to_leave_out(record: dict[str, str]) -> str | None:
    if record["MUN"].zfill(3) == "000" or record["LOC"].zfill(4) == "0000":
        return _TOTALS["0000"]
    return _TOTALS.get(record["LOC"])


def _problem(record: dict[str, str], place_id: str, known: dict[str, str]) -> tuple[str, str, str] | None:
    """Return value, reason and cure where a row is refused."""
    if place_id[:5] not in known:
        return record["NOM_MUN"], "the municipality is not in the layer municipalities", "Add it there"
    if not record["NOM_LOC"]:
        return "", "the locality has no name", "Look it up in INEGI's catalogue"
    for column in ("LONGITUD", "LATITUD"):
        if not np.isfinite(degrees(record[column])):
            return record[column], "the coordinate cannot be read", "Look it up in INEGI's catalogue"
    if not record["POBTOT"].isdigit():
        return record["POBTOT"], "the population is not given", "Take it from another table of the census"
    return None


def degrees(text: str) -> float:
    r"""Return a coordinate in degrees, minutes and seconds as decimal degrees; nan where it cannot be read.

    Examples
    --------
    >>> round(degrees("102°17'45.768\" W"), 6), round(degrees("21°52'47.362\" N"), 6)
    (-102.296047, 21.879823)
    """
    found = _DMS.match(text.strip())
    if found is None or int(found[2]) >= 60 or float(found[3]) >= 60:
        return float("nan")
    value = int(found[1]) + int(found[2]) / 60 + float(found[3]) / 3600
    return -value if found[4] in "SWO" else value


Row = tuple[str, int, str, str, float, float, int]
Refusal = tuple[str, int | None, str, str, str, str]


def _outside(study: Study, rows: list[Row]) -> tuple[list[Row], list[Refusal]]:
    lon, lat = np.array([row[4] for row in rows], dtype=float), np.array([row[5] for row in rows], dtype=float)
    inside = in_country(study, lon, lat) if rows else np.zeros(0, dtype=bool)
    what, cure = "the point lies outside the country", "Look it up in INEGI's catalogue"
    refused: list[Refusal] = [
        (row[0], row[1], row[2], f"{row[4]:.6f} {row[5]:.6f}", what, cure)
        for row, good in zip(rows, inside, strict=True) if not good
    ]  # fmt: skip
    return [row for row, good in zip(rows, inside, strict=True) if good], refused


def _repeated(rows: list[Row]) -> tuple[list[Row], list[Refusal]]:
    seen: set[str] = set()
    kept: list[Row] = []
    refused: list[Refusal] = []
    for row in rows:
        if row[2] in seen:
            refused.append((row[0], row[1], row[2], row[3], "the locality stands twice", "Give each file once"))
        else:
            kept.append(row)
        seen.add(row[2])
    return kept, refused


def _table(job: Job, rows: list[Row], known: dict[str, str]) -> pd.DataFrame:
    """Return the layer places: the localities read, and of states that were not asked for the study's own places."""
    table = pd.DataFrame(
        {
            "place_id": [row[2] for row in rows],
            "name": [row[3] for row in rows],
            "lon": [f"{row[4]:.6f}" for row in rows],
            "lat": [f"{row[5]:.6f}" for row in rows],
            "cvegeo": [row[2][:5] for row in rows],
            "municipality": [known[row[2][:5]] for row in rows],
            "match": "census",
            "population_geonames": "",
            "population_2020": [str(row[6]) for row in rows],
            "basis": BASIS,
            "source_ids": job.source_id,
        },
        columns=[column.name for column in LAYERS["places"].file_columns],
        dtype=str,
    )
    read = set(table["cvegeo"].str[:2])
    others = read_plain(job.study.path("places"))
    return pd.concat([others[~others["cvegeo"].str[:2].isin(read)], table], ignore_index=True).sort_values(
        ["cvegeo", "place_id"], kind="stable", ignore_index=True
    )


SOURCE = Source(
    key="inegi_localities",
    es="Censo 2020: población por localidad (ITER)",
    en="Census 2020: people by locality (ITER)",
    publisher="INEGI",
    licence=INEGI,
    kinds=("zip", "csv"),
    adapt=_adapt,
    download=_download,
    layers=("places",),
    takes=("states",),
)
