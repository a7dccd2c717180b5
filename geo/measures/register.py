"""The register of establishments as measures count it: the rows of one table, or a register too large for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.geodesy import count_within
from geo.join import coordinates
from geo.measures.areas import area_inputs
from geo.measures.counting import manufacturing_plants
from geo.metrics.areas import AreaInputs

Floats = NDArray[np.float64]


class Register(Protocol):
    """Counts of every establishment, wherever the rows are; patterns are measured on the rows of the layer."""

    def area_inputs(self, tables: Mapping[str, Any], held: pd.DataFrame, country: str) -> AreaInputs:
        """Return what is counted by area, with a column for every way of cutting the country."""

    def manufacturing_around(self, lon: Floats, lat: Floats, km: float) -> Floats:
        """Return how many manufacturing plants lie within so many kilometres of each place; NaN without a place."""


@dataclass(frozen=True)
class WholeTable:
    """A register whose rows are all in the layer ``establishments``.

    Attributes
    ----------
    establishments
        The layer, joined.
    """

    establishments: gpd.GeoDataFrame

    def area_inputs(self, tables: Mapping[str, Any], held: pd.DataFrame, country: str) -> AreaInputs:
        """Return what is counted by area; see ``geo.measures.areas.area_inputs``."""
        return area_inputs({**tables, "establishments": self.establishments}, held, country)

    def manufacturing_around(self, lon: Floats, lat: Floats, km: float) -> Floats:
        """Return how many manufacturing plants lie around each place; see ``geo.geodesy.count_within``."""
        return count_within(lon, lat, *coordinates(manufacturing_plants(self.establishments)), km)
