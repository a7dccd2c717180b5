"""The common register table, and finding a municipality by the names a register gives."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from geo.errors import DataError, Problem
from geo.study import Region

#: Column -> dtype of the common register table.
REGISTER_COLUMNS = {
    "plant_id": "str", "plant_name": "str", "park_text": "str", "settlement_text": "str", "lon": "float64",
    "lat": "float64", "point_problem": "str", "cvegeo": "str", "year": "Int64", "jobs_low": "Int64",
    "jobs_high": "Int64", "activity": "str",
}  # fmt: skip

#: Columns of a table of refused rows.
REJECT_COLUMNS = ("file", "row", "plant_id", "reason", "value")

SWAPPED = "longitude and latitude look swapped"
UNREADABLE = "the coordinate cannot be read"
OUTSIDE = "the point lies outside the region"

#: A name of a municipality as near as this (0 to 100) to one of the state's is that one.
NAME_SCORE = 90
#: The same for the whole text, slips of the pen included.
SLIP_SCORE = 80

_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf\u0152-\u0178\u2013-\u2122]")


@dataclass(frozen=True, slots=True)
class RegisterPart:
    """A part of a register: what was read, what is refused, and how many rows came in.

    Attributes
    ----------
    rows
        Columns of ``REGISTER_COLUMNS``: one row a plant and year.
    rejects
        Columns of ``REJECT_COLUMNS``: one row a refused row.
    read
        Rows of the file, the header apart: ``len(rows) + len(rejects)``.
    """

    rows: pd.DataFrame
    rejects: pd.DataFrame
    read: int


def rejects_table(entries: Iterable[tuple[str, int, str | None, str, str]]) -> pd.DataFrame:
    """Return refused rows as a table: file, row (the header is row 1), plant_id, reason, value."""
    return pd.DataFrame(list(entries), columns=list(REJECT_COLUMNS)).astype(
        {"file": "str", "row": "Int64", "plant_id": "str", "reason": "str", "value": "str"}
    )


def refuse_mojibake(file: str, texts: Iterable[str]) -> None:
    """Refuse a file whose accents were decoded with the wrong table (Ã‰ for É).

    Raises
    ------
    DataError
        If half or more of the texts that hold a sign beyond ASCII are broken that way.
    """
    beyond = [text for text in texts if not text.isascii()]
    broken = [text for text in beyond if _MOJIBAKE.search(text)]
    if broken and 2 * len(broken) >= len(beyond):
        what = f"the accents are broken (such as {broken[0][:40]!r}): UTF-8 text that was read as Latin-1"
        raise DataError([Problem(file, what, "Take the original file, or save it again from UTF-8")])


def point_problems(
    lon: NDArray[np.float64], lat: NDArray[np.float64], region: Region
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which points look swapped, and which lie outside the region; a missing point is neither."""
    inside = _within(lon, lat, region)
    swapped = ~inside & _within(lat, lon, region)
    known = np.isfinite(lon) & np.isfinite(lat)
    return swapped, known & ~inside & ~swapped


def _within(lon: NDArray[np.float64], lat: NDArray[np.float64], region: Region) -> NDArray[np.bool_]:
    return (lon >= region.west) & (lon <= region.east) & (lat >= region.south) & (lat <= region.north)


def checked_points(rows: pd.DataFrame, region: Region, *, cure_swapped: bool) -> pd.DataFrame:
    """Return the rows with unusable points taken out and named in ``point_problem``.

    Parameters
    ----------
    rows
        With lon, lat and point_problem.
    region
        Where points may lie.
    cure_swapped
        Whether to exchange the coordinates of rows that look swapped. Never done unless asked for.

    Returns
    -------
    pandas.DataFrame
        A point that looks swapped, or lies outside, is missing and its row says so; a cured row says that too.
    """
    rows = rows.copy()
    lon, lat = rows["lon"].to_numpy(float, copy=True), rows["lat"].to_numpy(float, copy=True)
    swapped, outside = point_problems(lon, lat, region)
    problem = rows["point_problem"].astype(object).to_numpy(copy=True)
    problem[outside], problem[swapped] = OUTSIDE, SWAPPED
    if cure_swapped:
        lon[swapped], lat[swapped] = lat[swapped], lon[swapped].copy()
        problem[swapped] = f"{SWAPPED}; exchanged as asked"
        lost = outside
    else:
        lost = swapped | outside
    lon[lost] = lat[lost] = np.nan
    return rows.assign(lon=lon, lat=lat, point_problem=pd.array(problem, dtype="str"))


def folded(text: str) -> str:
    """Return a text in upper case without accents and punctuation, for comparing names of places."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign)).upper()
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", bare).split())


#: What registers call a state beside its official name.
_STATES = {"DISTRITO FEDERAL": "09", "EDO DE MEXICO": "15", "ESTADO DE MEXICO": "15", "QUERETARO DE ARTEAGA": "22"}


class MunicipalityIndex:
    """Finds the municipality a register means by the names of state and municipality.

    Parameters
    ----------
    municipalities
        Layer municipalities: cvegeo, name, cve_ent, state.
    young
        cvegeo of a municipality without a boundary of its own -> cvegeo of the one that holds it.
    """

    def __init__(self, municipalities: pd.DataFrame, young: dict[str, str] | None = None) -> None:
        self._names: dict[str, dict[str, str]] = {}
        self._states = dict(_STATES)
        self._codes: set[str] = set(municipalities["cvegeo"])
        self._young = young or {}
        for row in municipalities.itertuples():
            state = str(row.cve_ent)
            self._names.setdefault(state, {})[folded(str(row.name))] = str(row.cvegeo)
            name = folded(str(row.state))
            self._states[name] = state
            self._states.setdefault(name.split(" DE ")[0], state)
        self._found: dict[tuple[str, str, str], str | None] = {}

    def by_code(self, code: str) -> str | None:
        """Return the municipality of a five-digit code, a young one's holder, None where there is no such code."""
        code = self._young.get(code, code)
        return code if code in self._codes else None

    def by_name(self, state: str, name: str, code: str = "") -> str | None:
        """Return the municipality of a state by its name.

        Parameters
        ----------
        state, name
            As the register writes them.
        code
            Code that another field suggests; it decides where the name alone does not.

        Returns
        -------
        str or None
            cvegeo: of the same name; else the suggested code's where the name is part of its name or the other way
            round; else the only one of the state whose name is near (``NAME_SCORE``); else the suggested code's.
        """
        key = (state, name, code)
        if key not in self._found:
            self._found[key] = self._look_up(folded(state), folded(name), self.by_code(code))
        return self._found[key]

    def _look_up(self, state: str, name: str, suggested: str | None) -> str | None:
        cve_ent = self._states.get(state)
        names = self._names.get(cve_ent or "", {})
        if name in names:
            return self.by_code(names[name])
        official = next((each for each, code in names.items() if code == suggested), None)
        if name and official is not None and fuzz.partial_ratio(name, official) >= NAME_SCORE:
            return suggested
        for scorer, score in ((fuzz.token_set_ratio, NAME_SCORE), (fuzz.ratio, SLIP_SCORE)):
            near = process.extract(name, names.keys(), scorer=scorer, score_cutoff=score, limit=2)
            if name and near and (len(near) == 1 or near[0][1] > near[1][1]):
                return self.by_code(names[near[0][0]])
        return suggested if suggested is not None and suggested[:2] == (cve_ent or suggested[:2]) else None
