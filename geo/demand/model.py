"""Demand: weighted points with the words that a figure made from them needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo._words import named, said_all
from geo.errors import ChoiceError, DataError, Problem
from geo.formats import check_signs

#: Columns of ``Demand.table``.
COLUMNS = ("id", "name", "cvegeo", "lon", "lat", "weight")

_PLACES_BLIND = {"es": "[[places_note.es]]", "en": "[[places_note.en]]"}
_SEATS_BLIND = {
    "es": "Un municipio cuenta entero en su cabecera, por lejos que vivan sus habitantes.",
    "en": "A municipality counts whole at its seat, however far from it its people live.",
}


@dataclass(frozen=True)
class Demand:
    """Points with a weight, and what the weight is.

    Attributes
    ----------
    table
        ``id``, ``name``, ``cvegeo`` (text, missing where unknown), ``lon``, ``lat`` (WGS84 degrees) and ``weight``
        (float64, above 0); row labels from 0.
    basis
        places, municipalities, raster, points or polygons.
    unit
        What one of the weight is: people, workers, or the user's column.
    source
        File or layer that it was read from.
    blind
        What it cannot see, a sentence in ``es`` and in ``en``.
    left_out
        Why rows gave no demand -> how many.
    """

    table: pd.DataFrame
    basis: str
    unit: str
    source: str
    blind: Mapping[str, str]
    left_out: Mapping[str, int]

    @property
    def lon(self) -> NDArray[np.float64]:
        """Longitudes, degrees."""
        return self.table["lon"].to_numpy(np.float64)

    @property
    def lat(self) -> NDArray[np.float64]:
        """Latitudes, degrees."""
        return self.table["lat"].to_numpy(np.float64)

    @property
    def weight(self) -> NDArray[np.float64]:
        """Weights, above 0."""
        return self.table["weight"].to_numpy(np.float64)

    def keep(self, rows: Any) -> Demand:
        """Return the demand of some rows, by a boolean mask; labels start at 0 again."""
        return replace(self, table=self.table[np.asarray(rows, dtype=bool)].reset_index(drop=True))

    def in_municipalities(self, codes: pd.Series) -> Demand:
        """Return the same demand with the municipality of each row."""
        return replace(self, table=self.table.assign(cvegeo=codes.to_numpy()).astype({"cvegeo": "str"}))

    def points(self) -> gpd.GeoDataFrame:
        """Return the rows as points in EPSG:4326."""
        shapes = gpd.points_from_xy(self.table["lon"], self.table["lat"], crs="EPSG:4326")
        return gpd.GeoDataFrame(self.table, geometry=shapes)


def place_demand(places: pd.DataFrame) -> Demand:
    """Return the people of 2020 at the places that the study ships.

    Parameters
    ----------
    places
        The layer places.
    """
    table = places.rename(columns={"place_id": "id", "population_2020": "weight"})
    return make_demand(table, basis="places", unit="people", source="places", blind=said_all(_PLACES_BLIND))


def municipal_demand(municipalities: pd.DataFrame) -> Demand:
    """Return the people of 2020 at the municipal seats.

    Parameters
    ----------
    municipalities
        The layer municipalities.
    """
    names = {"seat_lon": "lon", "seat_lat": "lat", "pop_2020": "weight"}
    table = pd.DataFrame(municipalities.drop(columns="geometry", errors="ignore")).rename(columns=names)
    return make_demand(
        table.assign(id=table["cvegeo"]), basis="municipalities", unit="people", source="municipalities",
        blind=_SEATS_BLIND,
    )  # fmt: skip


def worker_demand() -> NoReturn:
    """Say why there is no shipped demand of workers, and where it comes from.

    Raises
    ------
    geo.errors.ChoiceError
        Always: the shipped data have insured workers by state only, which do not say where in the state they are.
    """
    source = named("absent", "workers")
    raise ChoiceError(
        "--demand workers: the shipped data have no workers by municipality or place, only insured workers by state, "
        f"which cannot be put on the map. {'' if source is None else source['en'] + ' '}"
        "Give them as --demand FILE with lon, lat and weight."
    )


def make_demand(
    table: pd.DataFrame, *, basis: str, unit: str, source: str, blind: Mapping[str, str],
    left_out: Mapping[str, int] | None = None,
) -> Demand:  # fmt: skip
    """Return demand from a table that has at least lon, lat and weight; rows without people or point are counted.

    Raises
    ------
    geo.errors.DataError
        If a weight is negative or infinite, a coordinate lies off the globe, or nothing is left.
    """
    weight = table["weight"].to_numpy(np.float64, na_value=np.nan)
    lon, lat = (table[name].to_numpy(np.float64, na_value=np.nan) for name in ("lon", "lat"))
    problems = _problems(source, weight, lon, lat)
    if problems:
        raise DataError(problems)
    located = np.isfinite(lon) & np.isfinite(lat)
    lost = dict(left_out or {}) | {
        "no point": int((~located).sum()),
        "no weight": int((located & np.isnan(weight)).sum()),
        "weight 0": int((located & (weight == 0)).sum()),
    }
    kept = located & (weight > 0)
    if not kept.any():
        raise DataError(
            [Problem(source, "the demand has no people: no row has a point and a weight above 0",
                     "Name the column with the weight, and give it numbers above 0")]
        )  # fmt: skip
    rows = np.flatnonzero(kept)
    identity = table["id"] if "id" in table else pd.Series(np.arange(len(table)).astype(str))
    columns = {"id": identity.to_numpy()[rows]}
    for name in ("name", "cvegeo"):
        columns[name] = table[name].to_numpy()[rows] if name in table else np.full(rows.size, None)
    clean = pd.DataFrame(columns).astype("str")
    check_signs(source, {name: clean[name] for name in ("id", "name", "cvegeo")})
    clean = clean.assign(lon=lon[rows], lat=lat[rows], weight=weight[rows])
    return Demand(clean, basis, unit, source, dict(blind), {why: count for why, count in lost.items() if count})


def _problems(
    source: str, weight: NDArray[np.float64], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> list[Problem]:
    checks = (
        (weight < 0, "the weight is negative", "Give 0 or more, or leave it blank", "weight"),
        (np.isinf(weight), "the weight is infinite", "Give a number, or leave it blank", "weight"),
        (np.abs(lon) > 180, "the longitude is beyond 180 degrees", "Give degrees of WGS84", "lon"),
        (np.abs(lat) > 90, "the latitude is beyond 90 degrees", "Give degrees of WGS84; lon and lat may be swapped",
         "lat"),
    )  # fmt: skip
    found = []
    for wrong, what, cure, column in checks:
        rows = np.flatnonzero(wrong)
        if rows.size:
            more = "" if rows.size <= 20 else f" in {rows.size} rows, the first of them"
            found.append(Problem(source, what + more, cure, tuple(int(row) + 2 for row in rows[:20]), column))
    return found
