"""Industrial parks: the inventory, with or without a point."""

from __future__ import annotations

import geopandas as gpd

from geo.layers.files import read_points
from geo.schema import STUDY_SET_KINDS
from geo.study import Study


def read(study: Study) -> gpd.GeoDataFrame:
    """Read the inventory and mark its study set.

    Returns
    -------
    geopandas.GeoDataFrame
        The file's columns, ``study_set`` and points (none for a park that is not located).
    """
    parks = read_points(study, "parks")
    parks["study_set"] = parks["vintage_2018"] & parks["kind"].isin(STUDY_SET_KINDS)
    return parks
