"""The layers and their columns: types, units, ranges, licences, labels in Spanish and English.

One declaration a layer serves the checks (pandera), the data package, the data dictionary, the column
labels of the outputs and the rounding of published numbers. Columns marked ``derived`` are computed by a
run; the others stand in the file the layer is read from. Columns marked ``dropped`` stand in the file only.
"""

from geo.schema.catalogue import (
    KINDS,
    LAYERS,
    LQ_CODES,
    OWNER_KINDS,
    PARTY_RELATIONS_THAT_BIND,
    ROLES,
    STUDY_SET_KINDS,
)
from geo.schema.measured import BANDWIDTHS_KM, HEXAGONS_KM
from geo.schema.model import DECIMALS, LICENCES, Column, Layer
from geo.schema.planning import PLANNING_LAYERS

DECLARED = {**LAYERS, **PLANNING_LAYERS}
"""Every layer that a writer may be given."""

__all__ = [
    "BANDWIDTHS_KM",
    "DECIMALS",
    "DECLARED",
    "HEXAGONS_KM",
    "KINDS",
    "LAYERS",
    "LICENCES",
    "LQ_CODES",
    "OWNER_KINDS",
    "PARTY_RELATIONS_THAT_BIND",
    "PLANNING_LAYERS",
    "ROLES",
    "STUDY_SET_KINDS",
    "Column",
    "Layer",
]
