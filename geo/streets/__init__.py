"""Travel along streets and highways, with minutes: networks, nearest, isochrones."""

from __future__ import annotations

from geo.streets.graph import Streets
from geo.streets.isochrones import isochrones
from geo.streets.sources import cached_streets, highway_streets, prepare_streets, read_streets
from geo.streets.speeds import ACCESS_KMH, HIGHWAY_KMH, SPEEDS_KMH

__all__ = [
    "ACCESS_KMH",
    "HIGHWAY_KMH",
    "SPEEDS_KMH",
    "Streets",
    "cached_streets",
    "highway_streets",
    "isochrones",
    "prepare_streets",
    "read_streets",
]
