"""BTS border crossings: entries by port, month and measure, and which ports trucks, cars and trains cross at."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pandas as pd

from geo.errors import DownloadError
from geo.sources.download import Remote
from geo.sources.source import US_PUBLIC, Ask, Cleaned, Get, Job, Source, read_plain, rejects_table, write_plain
from geo.study import Study

URL = "https://data.transportation.gov/api/views/keg4-3bc2/rows.json?accessType=DOWNLOAD"
BORDER = "US-Mexico Border"

#: Measure of BTS -> mode of the layer ports_of_entry.
MODES = {"Trucks": "commercial", "Personal Vehicles": "passenger", "Buses": "passenger", "Trains": "rail"}
ON_FOOT = "Pedestrians"

_COLUMNS = ("Port Name", "State", "Port Code", "Border", "Date", "Measure", "Value")
_READ = 1 << 20
_MOST_HEAD = 20 * _READ
_DATA = re.compile(r'"data"\s*:\s*\[')
_COUNT = re.compile(r"\d+(\.0*)?")
_NEXT = re.compile(r"[\s,]*")
_MONTHS = 12


def _download(_ask: Ask, _study: Study, get: Get) -> Sequence[Path]:
    return [get(Remote("border_crossing_entry.json", URL, "json", US_PUBLIC.name, check=_no_table))]


def _no_table(path: Path) -> str | None:
    try:
        rows = sum(1 for _ in read_rows(path))
    except DownloadError as error:
        return str(error).removeprefix(f"{path.name}: ").rstrip(".")
    return None if rows else "the table has no rows"


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read a table as Socrata writes it, row by row: columns by name in ``meta``, then lists of values in ``data``.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    dict
        Values of the columns that are needed, as they stand.

    Raises
    ------
    geo.errors.DownloadError
        If it is not such a table, lacks a column, or is cut short.
    """
    decoder = json.JSONDecoder()
    try:
        with path.open(encoding="utf-8") as file:
            place, text, at = _head(file, path.name)
            last = max(place.values())
            while True:
                at = _NEXT.match(text, at).end()  # type: ignore[union-attr] # it matches nothing, too
                if text.startswith("]", at):
                    return
                try:
                    record, end = decoder.raw_decode(text, at)
                except ValueError:
                    more = file.read(_READ)
                    if not more:
                        raise DownloadError(f"{path.name}: the table is cut short.") from None
                    text, at = text[at:] + more, 0
                    continue
                if not isinstance(record, list) or len(record) <= last:
                    raise DownloadError(f"{path.name}: a row does not have the columns of the table.")
                at = end
                yield {name: record[index] for name, index in place.items()}
    except UnicodeDecodeError:
        raise DownloadError(f"{path.name}: is not UTF-8.") from None


def _head(file: IO[str], name: str) -> tuple[dict[str, int], str, int]:
    """Return the places of the columns, the text read so far, and where in it the rows begin."""
    text = ""
    while len(text) <= _MOST_HEAD and (block := file.read(_READ)):
        text += block
        for mark in _DATA.finditer(text):
            try:
                content = json.loads(text[: mark.start()].rstrip().rstrip(",") + "}")
                names = [str(column["name"]) for column in content["meta"]["view"]["columns"]]
            except (ValueError, KeyError, TypeError):
                continue
            missing = [column for column in _COLUMNS if column not in names]
            if missing:
                raise DownloadError(f"{name}: has no column {', '.join(missing)}.")
            return {column: names.index(column) for column in _COLUMNS}, text, mark.end()
    raise DownloadError(f"{name}: is no table of Socrata.")


def _adapt(job: Job) -> Cleaned:
    known = read_plain(job.study.path("ports_of_entry"))
    codes = set(known["us_port_code"])
    left_out: Counter[str] = Counter()
    rows: list[dict[str, str]] = []
    refused: list[tuple[str, int | None, str, str, str, str]] = []
    seen: set[tuple[str, str, str]] = set()
    read = 0
    for record in read_rows(job.files[0]):
        read += 1
        if record["Border"] != BORDER:
            left_out[f"another border: {record['Border']}"] += 1
            continue
        code, month = str(record["Port Code"] or "").zfill(4), str(record["Date"] or "")[:7]
        problem = _problem(record, code, month, codes, (code, month, str(record["Measure"])) in seen)
        if problem is not None:
            refused.append((job.files[0].name, read, code, *problem))
            continue
        seen.add((code, month, str(record["Measure"])))
        rows.append({"us_port_code": code, "port": str(record["Port Name"]), "month": month,
                     "measure": str(record["Measure"]), "crossings": str(int(float(record["Value"])))})  # fmt: skip
    table = pd.DataFrame(rows, columns=["us_port_code", "port", "month", "measure", "crossings"], dtype=str)
    table = table.sort_values(["us_port_code", "month", "measure"], ignore_index=True)
    write_plain(table, job.folder / "crossings.csv")
    write_plain(update_modes(known, table, job.source_id), job.folder / "ports_of_entry.csv")
    newest = table["month"].max() if len(table) else "?"
    return Cleaned(
        read=read, kept=len(table), rejects=rejects_table(refused), left_out=dict(left_out), unit="rows",
        layers={"ports_of_entry": "ports_of_entry.csv"},
        notes=[(
            f"Modos de cada cruce según los {_MONTHS} meses hasta {newest}; los puntos siguen siendo los del estudio.",
            f"Modes of each crossing from the {_MONTHS} months up to {newest}; the points stay those of the study.",
        )],
    )  # fmt: skip


def _problem(
    record: dict[str, Any], code: str, month: str, codes: set[str], twice: bool
) -> tuple[str, str, str] | None:
    value = str(record["Value"])
    if _COUNT.fullmatch(value) is None:
        return value, "the number of crossings is no whole number", "Look it up at BTS"
    if len(month) != 7 or not month.replace("-", "").isdigit():
        return str(record["Date"]), "the month cannot be read", "Look it up at BTS"
    if code not in codes:
        cure = "Add the port to the layer ports_of_entry: BTS does not say what lies across it in Mexico"
        return str(record["Port Name"]), "the port is not in the layer ports_of_entry", cure
    if twice:
        return value, "port, month and measure stand twice", "Look it up at BTS"
    return None


def update_modes(ports: pd.DataFrame, crossings: pd.DataFrame, source_id: str) -> pd.DataFrame:
    """Return the layer ports_of_entry with the modes that crossed in the last twelve months of the table.

    Parameters
    ----------
    ports
        The layer, as text.
    crossings
        us_port_code, month (as 2026-04), measure, crossings.
    source_id
        Key to add to the ``source_ids`` of the rows that change.

    Returns
    -------
    pandas.DataFrame
        A copy. Bridges, and ports without an entry in these months, keep their modes.
    """
    months = sorted(crossings["month"].unique())[-_MONTHS:]
    recent = crossings[crossings["month"].isin(months) & (crossings["crossings"] != "0")]
    measures = recent.groupby("us_port_code")["measure"].agg(set)
    updated = ports.copy()
    for row in ports.index[(ports["level"] == "port") & ports["us_port_code"].isin(measures.index)]:
        crossed = measures[ports["us_port_code"][row]]
        modes = list(dict.fromkeys(mode for measure, mode in MODES.items() if measure in crossed))
        if not modes and ON_FOOT in crossed:
            modes = ["pedestrian_only"]
        if not modes:
            continue
        updated.loc[row, "modes"] = ";".join(modes)
        cited = [each for each in str(ports["source_ids"][row]).split("|") if each and each != source_id]
        updated.loc[row, "source_ids"] = "|".join([*cited, source_id])
    return updated


SOURCE = Source(
    key="bts",
    es="Cruces fronterizos de EE. UU. (BTS)",
    en="US border crossing entries (BTS)",
    publisher="US Bureau of Transportation Statistics",
    licence=US_PUBLIC,
    kinds=("json",),
    adapt=_adapt,
    download=_download,
    layers=("ports_of_entry",),
)
