"""What the map and the report of a planner's question show: tables, sums and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.export.style import PLANNING_STYLES, StyleClass, Styling
from geo.geodesy import GEODETIC_CRS, planar_crs

Both = Mapping[str, str]
LANGUAGES = ("es", "en")
#: Shares of the demand and of the land below which a piece of land is left out of the frame.
_FEW, _SMALL = 0.0005, 0.05


@dataclass(frozen=True)
class Shown:
    """One situation: as it is, in a scenario, or with the proposals.

    Attributes
    ----------
    name
        What it is called.
    towns
        One row a municipality, most in need first: cvegeo, municipality, state, total, ``value`` (what it is coloured
        by: a share, or the mean cost) and the columns of coverage_municipalities that are known.
    places
        One row a demand point, in the same order in every situation: name, lon, lat, weight, ``value`` (a status or a
        cost), nearest_name, nearest_km, road_minutes.
    facilities
        name, lon, lat, origin.
    sites
        Proposed sites: rank, name, municipality, lon, lat, added; None without.
    summary
        Sums and shares of the whole area; empty where the question has no reach.
    """

    name: Both
    towns: pd.DataFrame
    places: pd.DataFrame
    facilities: pd.DataFrame
    sites: pd.DataFrame | None
    summary: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What the siting model answered, in words and figures.

    Attributes
    ----------
    question, proof, candidates
        What was asked, how good the answer is, what was chosen among.
    sites
        The layer proposed_sites.
    gained
        Demand that the proposals add; None without a reach.
    cost_before, cost_after
        Mean or worst cost; None with a reach.
    unit
        km or min.
    unreached
        Demand that the model left out, because no way leads there.
    """

    question: Both
    proof: Both
    candidates: Both
    sites: pd.DataFrame
    gained: float | None
    cost_before: float | None
    cost_after: float | None
    unit: str
    unreached: float


@dataclass(frozen=True)
class Story:
    """All that the outputs of a planner's question say.

    Attributes
    ----------
    mode
        share: who is within reach; cost: how far the nearest is.
    area, rule, unit, facilities
        What was asked: where, the rule of the edge, what one of the demand is, what is to be reached.
    demand, network
        Where the demand comes from; what the network is, None without.
    blind, sources
        What the data cannot see, and where they come from, sentence by sentence.
    date, version
        Of the data and the program.
    shown
        One situation or two, compared.
    changes
        The layer coverage_changes; None without a second situation or a reach.
    plan
        Answer of the siting model; None without.
    outlines
        Municipalities of the area for drawing: cvegeo and polygons; ``states`` likewise.
    """

    mode: Literal["share", "cost"]
    area: Both
    rule: Both
    unit: Both
    facilities: Both
    demand: Both
    network: Both | None
    blind: Mapping[str, list[str]]
    sources: Mapping[str, list[str]]
    date: str
    version: str
    shown: tuple[Shown, ...]
    outlines: gpd.GeoDataFrame = field(repr=False)
    states: gpd.GeoDataFrame = field(repr=False)
    changes: pd.DataFrame | None = None
    plan: Plan | None = None
    lang: str = "es"

    @property
    def town_styling(self) -> Styling:
        """How municipalities are coloured."""
        key = "coverage_municipalities" if self.mode == "share" else "site_costs"
        return PLANNING_STYLES[key].stylings[0]

    def town_label(self, lang: str) -> str:
        """Return what municipalities are coloured by, in words, with the unit of this answer."""
        label = self.town_styling.label.es if lang == "es" else self.town_styling.label.en
        unit = "km" if self.plan is None else self.plan.unit
        return label.replace("km o min", unit).replace("km or min", unit)

    @cached_property
    def frame(self) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:6372 of where the people are.

        Islands and pieces that hold less than one in two thousand of the demand, and less than a twentieth of the land,
        are left out of it: they would make the rest too small to read.
        """
        pieces = self.outlines.to_crs(planar_crs())[["geometry"]].dissolve().explode(index_parts=False)
        places = self.shown[0].places
        points = gpd.GeoSeries(gpd.points_from_xy(places["lon"], places["lat"]), crs=GEODETIC_CRS).to_crs(planar_crs())
        piece, point = pieces.sindex.query(points, predicate="intersects")[::-1]
        held = np.bincount(piece, weights=places["weight"].to_numpy()[point], minlength=len(pieces))
        area = pieces.area.to_numpy()
        kept = (held >= _FEW * held.sum()) & (held > 0) | (area >= _SMALL * area.sum())
        west, south, east, north = pieces[kept].total_bounds
        return float(west), float(south), float(east), float(north)

    @property
    def place_styling(self) -> Styling:
        """How places are coloured."""
        key = "coverage_places" if self.mode == "share" else "site_costs"
        return PLANNING_STYLES[key].stylings[0]


def legend(styling: Styling) -> list[StyleClass]:
    """Return the classes of a legend, the one for missing values last."""
    return [*styling.classes, *([] if styling.no_data is None else [styling.no_data])]


def class_numbers(styling: Styling, values: pd.Series) -> list[int]:
    """Return the number of each value's class in ``legend``; -1 where it has none."""
    number = {each.key: place for place, each in enumerate(legend(styling))}
    found = (styling.classify(None if pd.isna(value) else value) for value in values)
    return [-1 if each is None else number[each.key] for each in found]


def people(value: float | None) -> str:
    """Write a sum of demand: whole, with commas.

    Examples
    --------
    >>> people(1234567.4), people(None)
    ('1,234,567', '–')
    """
    return "–" if _missing(value) else f"{value:,.0f}"


def share(value: float | None) -> str:
    r"""Write a share as a percentage with one decimal.

    Examples
    --------
    >>> share(0.6758)
    '67.6\xa0%'
    """
    return "–" if _missing(value) else f"{100 * float(value or 0):.1f}\u00a0%"


def measured(value: float | None) -> str:
    """Write kilometres or minutes with one decimal."""
    return "–" if _missing(value) else f"{value:,.1f}"


def _missing(value: float | None) -> bool:
    return value is None or bool(pd.isna(value))
