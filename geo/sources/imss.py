"""IMSS insured workers and their wages (the monthly files asg): daily base wage by state and by municipality."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from geo.errors import DownloadError
from geo.schema import LAYERS
from geo.sources.archives import extract
from geo.sources.source import (
    MX_OPEN,
    Cleaned,
    Job,
    Source,
    codes,
    read_plain,
    rejects_table,
    text_encoding,
    write_plain,
)

MEASURE = "imss_sbc_daily_mxn"
MUNICIPALITIES = "wages_municipalities.csv"

_NEEDED = ("cve_entidad", "cve_municipio", "ta_sal", "masa_sal_ta")
_SECTOR = "sector_economico_1"
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})-?(0[1-9]|1[0-2])-?(?:[0-3]\d)?(?!\d)")
#: Columns of a table of one's own that says which municipality of INEGI a code of IMSS means.
_KEY = ("imss_municipality", "cvegeo")
_BLOCK_ROWS = 200_000
_MONTHS = 12
_KEYS = ["cve_ent", "imss_municipality", "sector", "year", "month"]


def _adapt(job: Job) -> Cleaned:
    states = codes(job.study.path("municipalities"), "cve_ent", "state")
    read = 0
    refused: list[tuple[str, int | None, str, str, str, str]] = []
    sums: list[pd.DataFrame] = []
    left_out = 0
    months: dict[tuple[int, int], str] = {}
    towns: dict[str, str] = {}
    for path in _tables(job):
        if _is_key(path):
            towns |= _key(path, set(read_plain(job.study.path("municipalities"))["cvegeo"]))
            continue
        month = month_of(path.name)
        if month in months:
            raise DownloadError(f"{path.name}: is of the same month as {months[month]}. Give each month once.")
        months[month] = path.name
        job.say(f"imss: reading {path.name}")
        for number, block in _blocks(path):
            read += len(block)
            good, bad = _typed(block, states)
            refused += [
                (path.name, number + int(row), str(block["cve_municipio"].iloc[row]), value, reason, cure)
                for row, value, reason, cure in bad
            ]
            unpaid = good["workers"] == 0
            left_out += int(unpaid.sum())
            table = good[~unpaid].assign(year=month[0], month=month[1])
            sums.append(table.groupby(_KEYS, sort=True)[["workers", "pay"]].sum())
    if not sums:
        raise DownloadError("imss: no file asg was given. See docs/sources.md.")
    total = pd.concat(sums).groupby(level=_KEYS, sort=True).sum().reset_index()
    write_plain(municipal(total, towns), job.folder / MUNICIPALITIES)
    by_town = annual_municipal(total, towns, source_id=job.source_id)
    write_plain(by_town, job.folder / "municipal_wages.csv")
    write_plain(_layer(job, by_state(total), states), job.folder / "wages.csv")
    kept = read - len(refused) - left_out
    return Cleaned(
        read=read, kept=kept, rejects=rejects_table(refused),
        left_out={"insured persons without a wage (no workers)": left_out}, unit="rows",
        layers={"wages": "wages.csv"} | ({} if by_town.empty else {"municipal_wages": "municipal_wages.csv"}),
        notes=[(
            "Salario base de cotización por día natural, topado en 25 UMA, de trabajadores asegurados. Los municipios "
            f"llevan la clave propia del IMSS, no la del INEGI ({MUNICIPALITIES}).",
            "Base wage per calendar day, capped at 25 UMA, of insured workers. Municipalities carry the code of IMSS, "
            f"not that of INEGI ({MUNICIPALITIES}).",
        )],
    )  # fmt: skip


def _tables(job: Job) -> Iterator[Path]:
    for path in job.files:
        if path.suffix.lower() == ".zip":
            yield from extract(path, job.scratch, wanted=lambda name: name.lower().endswith((".csv", ".txt")))
        else:
            yield path


def month_of(name: str) -> tuple[int, int]:
    """Return year and month of a file's name.

    Raises
    ------
    geo.errors.DownloadError
        If it carries none.

    Examples
    --------
    >>> month_of("asg-2019-12-31.csv"), month_of("Asegurados_IMSS_20260531.csv")
    ((2019, 12), (2026, 5))
    """
    found = _MONTH.search(name)
    if found is None:
        raise DownloadError(f"{name}: its name does not carry a month. Name it like asg-2019-12-31.csv.")
    return int(found[1]), int(found[2])


def _blocks(path: Path) -> Iterator[tuple[int, pd.DataFrame]]:
    """Read a file block by block: the row number of the block's first row, and its needed columns as text."""
    encoding = text_encoding(path)
    with path.open(encoding=encoding) as file:
        header = file.readline().strip().strip("\ufeff")
    separator = max("|,;\t", key=header.count)
    names = [name.strip().strip('"').lower() for name in header.split(separator)]
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise DownloadError(f"{path.name}: has no column {', '.join(missing)}. It is no file asg of IMSS.")
    wanted = [name for name in (*_NEEDED, _SECTOR) if name in names]
    number = 2
    try:
        for block in pd.read_csv(
            path, sep=separator, dtype=str, keep_default_na=False, encoding=encoding, names=names, skiprows=1,
            usecols=wanted, chunksize=_BLOCK_ROWS, index_col=False,
        ):  # fmt: skip
            yield number, block.fillna("").apply(lambda column: column.str.strip())
            number += len(block)
    except (pd.errors.ParserError, ValueError) as error:
        raise DownloadError(f"{path.name}: cannot be read ({str(error).strip()[:150]}). Download it again.") from error


def _typed(block: pd.DataFrame, states: dict[str, str]) -> tuple[pd.DataFrame, list[tuple[int, str, str, str]]]:
    """Return the good rows with numbers, and the bad ones: row, value, reason, cure."""
    workers = pd.to_numeric(block["ta_sal"], errors="coerce")
    pay = pd.to_numeric(block["masa_sal_ta"], errors="coerce")
    state = block["cve_entidad"].str.zfill(2)
    checks = (
        (~state.isin(list(states)), "cve_entidad", "there is no such state", "Look it up in the dictionary of IMSS"),
        (~(workers >= 0) | (workers % 1 != 0), "ta_sal", "is no number of workers", "Download the file again"),
        (~(pay >= 0), "masa_sal_ta", "is no sum of wages", "Download the file again"),
        ((workers == 0) & (pay > 0), "masa_sal_ta", "is a sum of wages of no workers", "Download the file again"),
    )
    bad: dict[int, tuple[int, str, str, str]] = {}
    for wrong, column, reason, cure in checks:
        for row in wrong.to_numpy().nonzero()[0]:
            bad.setdefault(int(row), (int(row), str(block[column].iloc[row]), f"{column}: {reason}", cure))
    table = pd.DataFrame({
        "cve_ent": state, "imss_municipality": block["cve_municipio"],
        "sector": block.get(_SECTOR, ""), "workers": workers, "pay": pay,
    })  # fmt: skip
    good = table.drop(index=table.index[list(bad)])
    return good.astype({"workers": "int64", "pay": "float64"}), [bad[row] for row in sorted(bad)]


def _is_key(path: Path) -> bool:
    """Say whether a file is the user's own table of which municipality of INEGI a code of IMSS means."""
    with path.open(encoding=text_encoding(path)) as file:
        return set(file.readline().strip().strip("\ufeff").replace('"', "").lower().split(",")) >= set(_KEY)


def _key(path: Path, known: set[str]) -> dict[str, str]:
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=text_encoding(path))
    table.columns = [str(name).strip().lower() for name in table.columns]
    code, cvegeo = table[_KEY[0]].str.strip(), table[_KEY[1]].str.strip().str.zfill(5)
    unknown = sorted(set(cvegeo) - known)
    if unknown or code.duplicated().any():
        what = (
            f"{', '.join(unknown[:5])} is no municipality" if unknown else f"{code[code.duplicated()].iloc[0]} is twice"
        )
        raise DownloadError(f"{path.name}: {what}. Correct the table.")
    return dict(zip(code, cvegeo, strict=True))


def annual_municipal(total: pd.DataFrame, towns: dict[str, str], *, source_id: str) -> pd.DataFrame:
    """Return the layer municipal_wages: the pay of a year's months over their workers, where the cvegeo is known.

    Parameters
    ----------
    total
        imss_municipality, year, workers, pay, a row for each month and sector.
    towns
        Code of IMSS -> cvegeo.
    source_id
        Key of the table sources.
    """
    place = total.assign(cvegeo=total["imss_municipality"].map(towns)).dropna(subset="cvegeo")
    sums = place.groupby(["cvegeo", "year"], sort=True)[["workers", "pay"]].sum().reset_index()
    wage = (sums["pay"] / sums["workers"]).map("{:.2f}".format)
    return pd.DataFrame({
        "cvegeo": sums["cvegeo"], "year": sums["year"].astype(str), "wage_daily_mxn": wage,
        "workers": sums["workers"].astype("int64").astype(str), "source_ids": source_id,
    })  # fmt: skip


def municipal(total: pd.DataFrame, towns: dict[str, str] | None = None) -> pd.DataFrame:
    """Return the daily wage by municipality, year, month and sector.

    Parameters
    ----------
    total
        cve_ent, imss_municipality, sector, year, month, workers, pay.
    towns
        Code of IMSS -> cvegeo, as far as known.

    Returns
    -------
    pandas.DataFrame
        A blank sector is all of them. Codes of one cvegeo are one municipality, their codes joined by |; a code
        without a cvegeo is one of its own.
    """
    known_towns = towns or {}
    place = total.assign(cvegeo=[known_towns.get(code, "") for code in total["imss_municipality"]])
    place["place"] = place["cvegeo"].where(place["cvegeo"] != "", place["imss_municipality"])
    codes_of = place.groupby("place")["imss_municipality"].agg(lambda codes: "|".join(sorted(set(codes))))
    keys = ["cve_ent", "cvegeo", "place", "year", "month"]
    every = place.groupby(keys, sort=True)[["workers", "pay"]].sum().reset_index().assign(sector="")
    known = place[place["sector"] != ""]
    by_sector = known.groupby([*keys, "sector"], sort=True)[["workers", "pay"]].sum().reset_index()
    table = pd.concat([every, by_sector], ignore_index=True)
    table["wage_daily_mxn"] = (table["pay"] / table["workers"]).round(2)
    table["imss_municipality"] = table["place"].map(codes_of)
    columns = ["cve_ent", "cvegeo", "imss_municipality", "year", "month", "sector", "workers", "wage_daily_mxn"]
    return table.sort_values([*keys, "sector"], ignore_index=True)[columns]


def by_state(total: pd.DataFrame) -> pd.DataFrame:
    """Return the daily wage by state: of each month, and of each year whose twelve months are there.

    Returns
    -------
    pandas.DataFrame
        cve_ent, year, month (null for a year) and value: wages over workers, so that months weigh by their workers.
    """
    months = total.groupby(["cve_ent", "year", "month"], sort=True)[["workers", "pay"]].sum().reset_index()
    years = months.groupby(["cve_ent", "year"], sort=True).agg(
        workers=("workers", "sum"), pay=("pay", "sum"), count=("month", "nunique")
    )
    whole = years[years["count"] == _MONTHS].drop(columns="count").reset_index()
    whole["month"] = pd.array([None] * len(whole), dtype="Int64")
    table = pd.concat([whole, months.astype({"month": "Int64"})], ignore_index=True)
    return table.assign(value=(table["pay"] / table["workers"]).round(2))[["cve_ent", "year", "month", "value"]]


def _layer(job: Job, values: pd.DataFrame, states: dict[str, str]) -> pd.DataFrame:
    """Return the layer wages of the study with the values read in place of its own of the same state and time."""
    rows = pd.DataFrame({
        "cve_ent": values["cve_ent"], "state": values["cve_ent"].map(states), "year": values["year"].astype(str),
        "month": values["month"].map(lambda month: "" if pd.isna(month) else str(int(month))), "measure": MEASURE,
        "value": values["value"].map("{:.2f}".format), "basis": "derived", "source_ids": job.source_id,
    })  # fmt: skip
    columns = [column.name for column in LAYERS["wages"].file_columns]
    own = read_plain(job.study.path("wages"))[columns]
    key = ["cve_ent", "year", "month", "measure"]
    replaced = pd.MultiIndex.from_frame(own[key]).isin(pd.MultiIndex.from_frame(rows[key]))
    return pd.concat([own[~replaced], rows[columns]], ignore_index=True)


SOURCE = Source(
    key="imss",
    es="IMSS: asegurados y salario base por municipio (asg)",
    en="IMSS: insured workers and base wage by municipality (asg)",
    publisher="IMSS (Datos abiertos)",
    licence=MX_OPEN,
    kinds=("zip", "csv"),
    adapt=_adapt,
    layers=("wages", "municipal_wages"),
)
