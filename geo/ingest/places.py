"""Municipality and state of each row: by its code, its names, or its point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo._words import study_words
from geo.geodesy import GEODETIC_CRS, planar_crs
from geo.ingest.reasons import Refusal, numbered
from geo.inventory.names import plain
from geo.join import municipality_of
from geo.study import Study


@dataclass
class Placed:
    """Where rows lie.

    Attributes
    ----------
    codes
        cvegeo by row, missing where not known.
    names
        cvegeo -> cve_ent, state, municipality.
    refused
        Rows outside the country, with an unknown code, or in no known municipality.
    notes
        What was found and what disagrees, in English.
    """

    codes: pd.Series
    names: pd.DataFrame
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def place_rows(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    study: Study,
    municipalities: gpd.GeoDataFrame,
    states: gpd.GeoDataFrame,
) -> Placed:
    """Find the municipality of each row.

    Parameters
    ----------
    frame
        lon, lat (nan for none) and, as text, cvegeo, cve_ent, cve_mun, state and municipality.
    columns
        Target -> column of the file, for refusals.
    study
        For its region and country.
    municipalities, states
        The study's layers.

    Returns
    -------
    Placed
        The code that the file gives, by code or by names; else that of the municipality that holds the point.
    """
    facts = municipalities.set_index("cvegeo")[["cve_ent", "state", "name"]].rename(columns={"name": "municipality"})
    located = frame["lon"].notna()
    dots = shapely.points(frame[["lon", "lat"]].to_numpy(float))
    dots[~located.to_numpy()] = None
    points = gpd.GeoDataFrame(geometry=gpd.GeoSeries(dots, index=frame.index, crs=GEODETIC_CRS))
    by_point = municipality_of(points, municipalities).reindex(frame.index)
    given = _given_code(frame, facts)
    placed = Placed(given.fillna(by_point), facts)
    outside = located & ~_in_country(points, states, study.region.tolerance_km)
    words = {"km": study.region.tolerance_km, "country": study.study.country}
    column = columns.get("coordinates") or ", ".join(columns[each] for each in ("lon", "lat") if each in columns)
    for row, lon, lat in zip(frame.index[outside], frame["lon"][outside], frame["lat"][outside], strict=True):
        value = f"{lon:.6f}, {lat:.6f}"
        placed.refused.append(Refusal(int(row), column, value, "outside", words))
    unknown = placed.codes.notna() & ~placed.codes.isin(facts.index)
    for row in frame.index[unknown]:
        code = str(placed.codes[row])
        words = {"layer": "municipalities"}
        placed.refused.append(Refusal(int(row), columns.get("cvegeo", "cvegeo"), code, "unknown_key", words))
    written = frame["municipality"] + ", " + frame["state"]
    for row, named in numbered(written[placed.codes.isna() & ~outside].str.strip(", ")):
        column = ", ".join(columns[each] for each in ("municipality", "state") if each in columns)
        placed.refused.append(Refusal(int(row), column, named, "no_place"))
    placed.notes = _notes(frame, given, by_point, outside)
    return placed


def _given_code(frame: pd.DataFrame, facts: pd.DataFrame) -> pd.Series:
    """Return the code by the code columns, else by the names of state and municipality."""
    code = frame["cvegeo"].where(frame["cvegeo"] != "")
    both = (frame["cve_ent"] != "") & frame["cve_mun"].str.fullmatch(r"\d{1,3}")
    code = code.fillna((frame["cve_ent"] + frame["cve_mun"].str.zfill(3)).where(both))
    names = pd.DataFrame({"state": facts["state"].map(plain), "municipality": facts["municipality"].map(plain)})
    pairs = zip(names["state"], names["municipality"], strict=True)
    exact: dict[tuple[str, str], str] = dict(zip(pairs, names.index, strict=True))
    alone = names.drop_duplicates("municipality", keep=False)
    single = dict(zip(alone["municipality"], alone.index, strict=True))
    known = {state: state for state in names["state"]} | {
        plain(other): plain(name) for other, name in study_words().state_names.items()
    }
    codes = dict(zip(facts["cve_ent"], names["state"], strict=True))
    found = []
    columns = (frame[name] for name in ("state", "cve_ent", "municipality"))
    for named, number, municipality in zip(*columns, strict=True):
        state = known.get(plain(named), plain(named)) or codes.get(number, "")
        found.append(exact.get((state, plain(municipality))) if state else single.get(plain(municipality)))
    return code.fillna(pd.Series(found, index=frame.index, dtype=object)).astype("str")


def _in_country(points: gpd.GeoDataFrame, states: gpd.GeoDataFrame, tolerance_km: float) -> pd.Series:
    planar = points.geometry.to_crs(planar_crs()).to_numpy()
    near = np.zeros(len(planar), dtype=bool)
    for shape in states.to_crs(planar_crs()).geometry:
        shapely.prepare(shape)
        near[~near] = shapely.dwithin(shape, planar[~near], tolerance_km * 1000)
    return pd.Series(near, index=points.index)


def _notes(frame: pd.DataFrame, given: pd.Series, by_point: pd.Series, outside: pd.Series) -> list[str]:
    notes = []
    from_point = given.isna() & by_point.notna() & ~outside
    if from_point.any():
        notes.append(f"municipality found by the point of {int(from_point.sum())} rows")
    lost = from_point & (frame["municipality"] != "")
    if lost.any():
        shown = ", ".join(dict.fromkeys(frame.loc[lost, "municipality"]))
        notes.append(f"names of no known municipality, the point's was taken: {shown[:200]}")
    differ = given.notna() & by_point.notna() & (given != by_point)
    if differ.any():
        rows = ", ".join(map(str, frame.index[differ][:20]))
        notes.append(
            f"{int(differ.sum())} points lie in another municipality than the file says (rows {rows}); a run counts "
            "them where the point lies"
        )
    return notes
