"""Who is to be reached: people or workers as weighted points, from places, a raster or a file of the user's."""

from __future__ import annotations

from geo.demand.files import read_demand, read_sites
from geo.demand.model import Demand, municipal_demand, place_demand, worker_demand
from geo.demand.raster import raster_by_area, raster_demand

__all__ = [
    "Demand",
    "municipal_demand",
    "place_demand",
    "raster_by_area",
    "raster_demand",
    "read_demand",
    "read_sites",
    "worker_demand",
]
