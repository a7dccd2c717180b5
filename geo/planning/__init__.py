"""What a planner asks: who has a park within reach, where new ones would serve most, how far the ways are."""

from __future__ import annotations

from geo.planning.coverage import COVERAGE_FILES, write_coverage
from geo.planning.inputs import Asked
from geo.planning.parks import write_checklist, write_isochrones
from geo.planning.sites import SitesAsked, write_sites
from geo.planning.streets import prepare_network

__all__ = [
    "COVERAGE_FILES",
    "Asked",
    "SitesAsked",
    "prepare_network",
    "write_checklist",
    "write_coverage",
    "write_isochrones",
    "write_sites",
]
