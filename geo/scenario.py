"""A what-if: parks added, removed or moved, as a file says."""

from __future__ import annotations

import csv
import io
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import geopandas as gpd
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from geo.errors import DataError, Problem
from geo.formats import check_signs
from geo.geodesy import GEODETIC_CRS

Action = Literal["add", "remove", "move"]

_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
#: Kind of an added park that names none.
DEFAULT_KIND = "industrial_park"


class Change(BaseModel):
    """One park added, removed or moved."""

    model_config = _STRICT
    action: Action
    park_id: Annotated[str, Field(min_length=1)]
    name: str | None = None
    kind: str | None = None
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    location_error_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0

    @model_validator(mode="after")
    def _complete(self) -> Change:
        """Refuse half a place, a place where none is needed, and none where one is."""
        placed = self.lon is not None and self.lat is not None
        if self.action == "remove" and (self.lon is not None or self.lat is not None):
            raise ValueError("a park that is removed takes no lon and lat")
        if self.action != "remove" and not placed:
            raise ValueError(f"a park to {self.action} needs lon and lat")
        if self.action != "add" and (self.name is not None or self.kind is not None):
            raise ValueError("name and kind are for parks that are added")
        return self


class Scenario(BaseModel):
    """What is different, and what it is called."""

    model_config = _STRICT
    title: Annotated[str, Field(min_length=1)]
    changes: tuple[Change, ...]


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from TOML or CSV.

    Parameters
    ----------
    path
        TOML with ``title`` and a list ``[[changes]]``; or CSV, one row a change, titled by the file's name. Columns:
        action (add, remove, move), park_id, name, kind, lon, lat, location_error_m; blank is none.

    Returns
    -------
    Scenario
        Checked, apart from what only the parks can tell (``apply_scenario``).

    Raises
    ------
    geo.errors.DataError
        With every problem of the file.

    Notes
    -----
    An added or moved park stands exactly where it is put unless ``location_error_m`` says otherwise.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError([Problem(path.name, f"the file {path} does not exist", "Correct its name")]) from None
    except (UnicodeDecodeError, OSError) as error:
        raise DataError([Problem(path.name, f"cannot be read ({error})", "Save it as UTF-8")]) from None
    csv_file = path.suffix.lower() == ".csv"
    content = _from_csv(path, text) if csv_file else _from_toml(path, text)
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        raise DataError([_problem(path.name, each, csv_file) for each in error.errors()]) from None
    texts = {name: [getattr(each, name) for each in scenario.changes] for name in ("park_id", "name", "kind")}
    check_signs(path.name, {"title": [scenario.title], **texts})
    problems = _twice(path.name, scenario, csv_file)
    if not scenario.changes:
        problems.append(Problem(path.name, "the scenario changes nothing", "Add, remove or move a park"))
    if problems:
        raise DataError(problems)
    return scenario


def apply_scenario(parks: gpd.GeoDataFrame, scenario: Scenario, *, source: str = "scenario") -> gpd.GeoDataFrame:
    """Return the parks as they would be.

    Parameters
    ----------
    parks
        The layer parks, points in EPSG:4326; left as it is.
    scenario
        What is different.
    source
        What problems call the scenario: its file's name.

    Returns
    -------
    geopandas.GeoDataFrame
        The same columns, removed parks gone, added ones last, in the study set; of an added park all that the scenario
        does not say is missing.

    Raises
    ------
    geo.errors.DataError
        With every park that is removed or moved and is not there, or added and is there already.
    """
    known = set(parks["park_id"])
    problems = []
    for number, change in enumerate(scenario.changes, start=1):
        if change.action == "add" and change.park_id in known:
            cure = "Give it another park_id, or move it"
            problems.append(Problem(source, f"change {number} adds {change.park_id!r}, which is there already", cure))
        elif change.action != "add" and change.park_id not in known:
            near = get_close_matches(change.park_id, sorted(known), n=1)
            cure = f"Did you mean {near[0]!r}" if near else "Use a park_id of the layer parks"
            what = f"change {number} would {change.action} {change.park_id!r}, which is not there"
            problems.append(Problem(source, what, cure))
    if problems:
        raise DataError(problems)
    gone = {change.park_id for change in scenario.changes if change.action == "remove"}
    kept = parks[~parks["park_id"].isin(gone)].copy()
    for change in scenario.changes:
        if change.action == "move":
            row = kept["park_id"] == change.park_id
            kept.loc[row, ["lon", "lat", "location_error_m"]] = [change.lon, change.lat, change.location_error_m]
            kept.loc[row, "geometry"] = gpd.points_from_xy([change.lon], [change.lat], crs=GEODETIC_CRS)[0]
    added = [change for change in scenario.changes if change.action == "add"]
    if not added:
        return kept.reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "park_id": [change.park_id for change in added],
            "name": [change.name or change.park_id for change in added],
            "kind": [change.kind or DEFAULT_KIND for change in added],
            "lon": [change.lon for change in added],
            "lat": [change.lat for change in added],
            "location_error_m": [change.location_error_m for change in added],
            "location_basis": "given",
            "study_set": True,
        }
    )
    points = gpd.points_from_xy(rows["lon"], rows["lat"], crs=GEODETIC_CRS)
    new = gpd.GeoDataFrame(rows[[name for name in rows if name in parks]], geometry=points)
    both = pd.concat([kept, new], ignore_index=True)[list(parks.columns)]
    # Plain booleans have no blank; those that came to have one take the type that does.
    open_ones = [name for name in parks if parks[name].dtype == bool and both[name].isna().any()]
    return gpd.GeoDataFrame(both.astype(dict.fromkeys(open_ones, "boolean")), geometry="geometry", crs=GEODETIC_CRS)


def _from_toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, and brackets without end
        raise DataError([Problem(path.name, f"is not TOML ({error})", "Correct the line it names")]) from None


def _from_csv(path: Path, text: str) -> dict[str, Any]:
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise DataError([Problem(path.name, f"is not a CSV file ({error})", "Close every quote")]) from None
    named = [
        {name or "beyond the header": value for name, value in row.items() if value is not None and value != ""}
        for row in rows
    ]
    return {"title": path.stem, "changes": named}


def _problem(file: str, error: Any, csv_file: bool) -> Problem:
    place = [each for each in error["loc"] if each != "changes"]
    number = next((each for each in place if isinstance(each, int)), None)
    column = next((str(each) for each in place if isinstance(each, str)), None)
    rows = (number + 2,) if csv_file and number is not None else ()
    where = "" if csv_file or number is None else f"change {number + 1}: "
    what = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        what, near = f"{column!r} is not known", get_close_matches(str(column), [*Change.model_fields], n=1)
        cure = f"Did you mean {near[0]!r}" if near else f"Known: {', '.join(Change.model_fields)}"
        return Problem(file, where + what, cure, rows)
    cure = "Write it as docs/methods/siting.md shows"
    return Problem(file, where + what[0].lower() + what[1:], cure, rows, column)


def _twice(file: str, scenario: Scenario, csv_file: bool) -> list[Problem]:
    ids = [change.park_id for change in scenario.changes]
    found = []
    for park in sorted({each for each in ids if ids.count(each) > 1}):
        places = tuple(place + 2 for place, each in enumerate(ids) if each == park)
        what = f"the park {park!r} stands in {len(places)} changes"
        found.append(Problem(file, what, "Change a park once", places if csv_file else ()))
    return found
