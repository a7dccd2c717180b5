"""The part of the country that a planner asks about: all of it, a state or a metropolitan area."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from difflib import get_close_matches

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo._words import said
from geo.errors import ChoiceError
from geo.export.region import state_region


@dataclass(frozen=True)
class PlanningArea:
    """Municipalities that a question is about.

    Attributes
    ----------
    es, en
        What the area is called.
    codes
        Its municipalities; None for the whole country.
    municipalities
        The layer municipalities, of the whole country.
    """

    es: str
    en: str
    codes: frozenset[str] | None
    municipalities: gpd.GeoDataFrame = field(repr=False)

    def holds(self, cvegeo: pd.Series) -> NDArray[np.bool_]:
        """Return which codes lie in the area."""
        if self.codes is None:
            return np.ones(len(cvegeo), dtype=bool)
        return cvegeo.isin(self.codes).to_numpy(bool)


def planning_area(
    municipalities: gpd.GeoDataFrame, states: gpd.GeoDataFrame, *, state: str | None = None, metro: str | None = None
) -> PlanningArea:
    """Return the area that a state or a metropolitan area names.

    Raises
    ------
    geo.errors.ChoiceError
        If both are given, there is none of that name, or several; near names are suggested.
    """
    if state is not None and metro is not None:
        raise ChoiceError("Give --state or --metro, not both.")
    if state is not None:
        region = state_region(state, states)
        kept = municipalities["cve_ent"] == region.cve_ent
        return PlanningArea(region.es, region.en, frozenset(municipalities.loc[kept, "cvegeo"]), municipalities)
    if metro is not None:
        return _metro_area(metro, municipalities)
    return PlanningArea(said("[[country.es]]"), said("[[country.en]]"), None, municipalities)


def _metro_area(text: str, municipalities: gpd.GeoDataFrame) -> PlanningArea:
    known = municipalities.dropna(subset="metro_area_code").drop_duplicates("metro_area_code")
    names = dict(zip(known["metro_area_code"].astype(str), known["metro_area_name"].astype(str), strict=True))
    wanted = _plain(text)
    found = [code for code, name in names.items() if wanted in {code, _plain(name)}]
    if not found:
        found = [code for code, name in names.items() if wanted and wanted in _plain(name)]
    if len(found) > 1:
        raise ChoiceError(f"--metro {text}: several are called so: {', '.join(f'{names[c]} ({c})' for c in found)}.")
    if not found:
        plain = {_plain(name): name for name in names.values()}
        near = get_close_matches(wanted, plain, n=3)
        cure = f"Did you mean {', '.join(plain[each] for each in near)}?" if near else "See the table metro_areas."
        raise ChoiceError(f"--metro {text}: there is no such metropolitan area. {cure}")
    kept = municipalities["metro_area_code"] == found[0]
    return PlanningArea(names[found[0]], names[found[0]], frozenset(municipalities.loc[kept, "cvegeo"]), municipalities)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))
