"""A register taken in part by part: what names a park is kept, everything is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.geodesy import GEODETIC_CRS
from geo.inventory.grouping import Mention
from geo.join import municipality_of
from geo.sources.registers import REGISTER_COLUMNS, RegisterPart
from geo.sources.registers.common import rejects_table

_NEEDED = [
    "plant_id",
    "plant_name",
    "park_text",
    "settlement_text",
    "lon",
    "lat",
    "cvegeo",
    "year",
    "jobs_low",
    "jobs_high",
]
_TALLY = ("rows", "rows_located", "rows_inside", "rows_naming_a_park")


@dataclass
class Intake:
    """Rows that may name a park, refused rows, and counts of all.

    Attributes
    ----------
    rows
        Register rows with a text that may name a park: the columns that an inventory needs.
    rejects
        Refused rows.
    read
        Rows of the files.
    silent
        Rows without such a text.
    tally
        cvegeo -> rows, rows with a point, rows whose point the municipality holds, rows with a text.
    point_problems
        Problem of a point -> rows.
    """

    rows: pd.DataFrame
    rejects: pd.DataFrame
    read: int = 0
    silent: int = 0
    tally: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(_TALLY), dtype="int64"))
    point_problems: dict[str, int] = field(default_factory=dict)


def take_in(parts: Iterable[RegisterPart], municipalities: gpd.GeoDataFrame) -> Intake:
    """Read a register to its end, keeping only what an inventory needs.

    Parameters
    ----------
    parts
        Parts of the register, in any order.
    municipalities
        cvegeo and polygons in EPSG:6372: every point is joined to them.

    Returns
    -------
    Intake
        ``read`` is the number of rows kept, rows without a text and refused rows together.
    """
    kept: list[pd.DataFrame] = []
    refused: list[pd.DataFrame] = []
    tallies: list[pd.DataFrame] = []
    nothing = pd.DataFrame(columns=_NEEDED).astype({name: REGISTER_COLUMNS[name] for name in _NEEDED})
    intake = Intake(nothing, rejects_table([]))
    for part in parts:
        rows = part.rows
        named = rows["park_text"].notna() | rows["settlement_text"].notna()
        kept.append(rows.loc[named, _NEEDED])
        refused.append(part.rejects)
        intake.read += part.read
        intake.silent += int((~named).sum())
        for problem, count in rows["point_problem"].value_counts().items():
            intake.point_problems[str(problem)] = intake.point_problems.get(str(problem), 0) + int(count)
        tallies.append(_tally(rows, named, municipalities))
    if kept:
        intake.rows = pd.concat(kept, ignore_index=True)
        intake.rejects = pd.concat(refused, ignore_index=True)
        intake.tally = pd.concat(tallies).groupby(level="cvegeo", sort=True).sum()
    return intake


def _tally(rows: pd.DataFrame, named: pd.Series, municipalities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count rows by the municipality they report, and how many of its points lie in it."""
    points = gpd.GeoDataFrame(rows[["cvegeo"]], geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs=GEODETIC_CRS)
    located = rows["lon"].notna().to_numpy()
    points.loc[~located, "geometry"] = None
    held = municipality_of(points, municipalities)
    counted = pd.DataFrame(
        {
            "rows": 1,
            "rows_located": located.astype(int),
            "rows_inside": (held == rows["cvegeo"]).fillna(False).astype(int),
            "rows_naming_a_park": named.astype(int),
        },
        index=rows["cvegeo"].array,
    )
    return counted.groupby(level=0, sort=True).sum().rename_axis("cvegeo")


def mentions_of(rows: pd.DataFrame) -> list[Mention]:
    """Return every text of each municipality with the plants that write it, in the order of municipality and text.

    Parameters
    ----------
    rows
        plant_id, cvegeo, park_text, settlement_text.
    """
    fields = []
    for column, in_park_field in (("park_text", True), ("settlement_text", False)):
        given = rows.loc[rows[column].notna(), ["cvegeo", "plant_id", column]].drop_duplicates()
        fields.append(
            pd.DataFrame({
                "cvegeo": given["cvegeo"], "text": tidy_texts(given[column]), "plant_id": given["plant_id"],
                "in_park_field": in_park_field,
            })
        )  # fmt: skip
    every = pd.concat(fields, ignore_index=True)
    every = every[every["text"] != ""]
    grouped = every.groupby(["cvegeo", "text"], sort=True).agg(
        plants=("plant_id", frozenset), in_park_field=("in_park_field", "any")
    )
    return [
        Mention(str(code), str(text), plants, bool(in_park_field))
        for (code, text), plants, in_park_field in zip(
            grouped.index, grouped["plants"], grouped["in_park_field"], strict=True
        )
    ]


def tidy_texts(texts: pd.Series) -> pd.Series:
    """Return texts in upper case with single blanks and without control signs."""
    distinct = pd.Series(texts.dropna().unique(), dtype="str")
    tidy = distinct.str.replace(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+", " ", regex=True)
    tidy = tidy.str.upper().str.split().str.join(" ")
    known = dict(zip(distinct, tidy, strict=True))
    return texts.map(known, na_action="ignore")


def years_and_jobs(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of each plant: first and last year, and its staff of the last year as an interval.

    Returns
    -------
    pandas.DataFrame
        Index plant_id; first_year, last_year, jobs_low, jobs_high (missing where the band is open or not given).
    """
    if rows.empty:
        return pd.DataFrame(columns=["first_year", "last_year", "jobs_low", "jobs_high"])
    years = rows.groupby("plant_id")["year"].agg(first_year="min", last_year="max")
    latest = rows.sort_values(["plant_id", "year"], kind="stable").drop_duplicates("plant_id", keep="last")
    return years.join(latest.set_index("plant_id")[["jobs_low", "jobs_high"]])


def interval_sum(low: pd.Series, high: pd.Series) -> tuple[int | None, int | None]:
    """Add up staff intervals.

    Parameters
    ----------
    low, high
        Least and most of each plant; ``high`` is missing where the band is open, both where it is not given.

    Returns
    -------
    low, high
        None for both where no plant tells; ``high`` is None where any plant's is open or not given.
    """
    if low.isna().all():
        return None, None
    top = None if high.isna().any() else int(np.asarray(high, dtype="int64").sum())
    return int(low.dropna().astype("int64").sum()), top
