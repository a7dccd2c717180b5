"""The registers DENUE and RETC: their official files in one folder, counted, ready for an inventory."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from geo.errors import ChoiceError, DownloadError
from geo.sources.archives import extract, names_in
from geo.sources.download import Remote
from geo.sources.registers import MunicipalityIndex, RegisterPart
from geo.sources.registers.denue import is_denue, read_denue
from geo.sources.registers.retc import is_retc, read_retc
from geo.sources.source import INEGI, MX_OPEN, Ask, Cleaned, Get, Job, Source, codes, read_plain, rejects_table
from geo.study import Study

DENUE_URL = "https://www.inegi.org.mx/contenidos/masiva/denue/denue_{sector}_csv.zip"
#: All of manufacturing, in the whole country.
MANUFACTURING = "00_31-33"
#: The state of México comes in two files.
_PARTS = {"15": ("15_1", "15_2")}
_SECTOR = re.compile(r"^(?:\d{2}_)?\d{2,6}(?:-\d{2})?(?:_\d)?$")


def _download(ask: Ask, _study: Study, get: Get) -> Sequence[Path]:
    if ask.states and ask.sectors:
        raise ChoiceError("denue: INEGI has files by sector or by state, not by both. Give --sector or --state.")
    if ask.states:
        parts = [part for state in ask.states for part in _PARTS.get(state, (state,))]
    else:
        parts = [_part_name(sector) for sector in ask.sectors or (MANUFACTURING,)]
    return [
        get(Remote(f"denue_{part}_csv.zip", DENUE_URL.format(sector=part), "zip", INEGI.name, check=_has_directory))
        for part in parts
    ]


def _part_name(sector: str) -> str:
    """Return the part of a file's name that says the sector: 31-33 is 00_31-33."""
    if _SECTOR.match(sector) is None:
        raise ChoiceError(f"denue: --sector {sector} is no sector of SCIAN, such as 31-33, 48-49 or 46111.")
    return sector if sector.startswith("00_") else f"00_{sector}"


def _is_directory(name: str) -> bool:
    file = name.rsplit("/", 1)[-1].lower()
    return file.startswith("denue_inegi_") and file.endswith(".csv")


def _has_directory(path: Path) -> str | None:
    return None if any(map(_is_directory, names_in(path))) else "the archive holds no file denue_inegi_*.csv"


def _denue(job: Job) -> Cleaned:
    tables = _unpack(job, _is_directory, is_denue, "DENUE")
    index, header = _index(job), job.study.study
    parts = (
        part for table in tables
        for part in read_denue(table, index, job.study.region, synthetic=header.synthetic)
    )  # fmt: skip
    return _counted(parts, (
        "Archivos del DENUE, tal como los da el INEGI: un inventario de parques se hace con ellos.",
        "Files of DENUE as INEGI gives them: an inventory of parks is made of them.",
    ))  # fmt: skip


def _retc(job: Job) -> Cleaned:
    tables = _unpack(job, lambda name: name.lower().endswith(".csv"), is_retc, "the RETC")
    parts = read_retc(tables, _index(job), job.study.region)
    return _counted(parts, (
        "Archivos anuales del RETC, tal como los da la SEMARNAT: un inventario de parques se hace con ellos.",
        "Yearly files of the RETC as SEMARNAT gives them: an inventory of parks is made of them.",
    ))  # fmt: skip


def _unpack(job: Job, wanted: Callable[[str], bool], is_one: Callable[[Path], bool], what: str) -> list[Path]:
    """Put the official tables, out of their archives, in the source's folder."""
    tables: list[Path] = []
    for path in job.files:
        job.say(f"{what}: {path.name}")
        zipped = path.suffix.lower() == ".zip"
        for found in extract(path, job.scratch, wanted=wanted) if zipped else [path]:
            target = job.folder / found.name
            if target.exists():
                raise DownloadError(f"{found.name}: is given twice. Give each file once.")
            if not is_one(found):
                raise DownloadError(f"{found.name}: does not begin like a file of {what}. See docs/sources.md.")
            shutil.move(found, target) if zipped else shutil.copyfile(found, target)
            tables.append(target)
    if not tables:
        raise DownloadError(f"No file of {what} was found. See docs/sources.md.")
    return sorted(tables)


def _index(job: Job) -> MunicipalityIndex:
    # A register that names a young municipality means it: only those without a row in the table go to their parent.
    known = read_plain(job.study.path("municipalities"))
    young = codes(job.study.path("young_municipalities"), "cvegeo", "parent_cvegeo")
    return MunicipalityIndex(
        known, {code: parent for code, parent in young.items() if code not in set(known["cvegeo"])}
    )


def _counted(parts: Iterable[RegisterPart], note: tuple[str, str]) -> Cleaned:
    """Read a register to its end and count it; only the refused rows are kept in memory."""
    read = kept = 0
    cure = "Correct the row and give the file with --file"
    refused: list[tuple[str, int | None, str, str, str, str]] = []
    for part in parts:
        read, kept = read + part.read, kept + len(part.rows)
        rejects = part.rejects.astype({"plant_id": object}).fillna({"plant_id": ""})
        columns = (rejects[name].tolist() for name in ("file", "row", "plant_id", "value", "reason"))
        refused += [
            (file, None if row is pd.NA else int(row), plant_id, value, reason, cure)
            for file, row, plant_id, value, reason in zip(*columns, strict=True)
        ]
    return Cleaned(read=read, kept=kept, rejects=rejects_table(refused), notes=[note])


DENUE = Source(
    key="denue",
    es="DENUE: directorio de establecimientos",
    en="DENUE: directory of establishments",
    publisher="INEGI",
    licence=INEGI,
    size="58 MB for manufacturing, 345 MB unpacked",
    then="geo inventory build --from denue --file {folder}",
    kinds=("zip", "csv"),
    adapt=_denue,
    download=_download,
    takes=("states", "sectors"),
)
RETC = Source(
    key="retc",
    es="RETC: registro de emisiones",
    en="RETC: pollutant release register",
    publisher="SEMARNAT",
    licence=MX_OPEN,
    kinds=("zip", "csv"),
    adapt=_retc,
    then="geo inventory build --from retc --file {folder}",
)
