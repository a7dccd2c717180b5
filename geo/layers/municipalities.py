"""Municipalities: census table, boundaries, and the municipality that holds each one younger than them."""

from __future__ import annotations

import geopandas as gpd

from geo.errors import DataError, Problem
from geo.geodesy import planar_crs
from geo.layers.files import read_shapes, read_table, row_numbers
from geo.study import Study


def read(study: Study) -> gpd.GeoDataFrame:
    """Read the municipalities with their boundaries.

    Returns
    -------
    geopandas.GeoDataFrame
        The census table's columns, ``parent_cvegeo`` (set where the municipality has no boundary of its own) and
        polygons in EPSG:6372.

    Raises
    ------
    DataError
        As ``read_table`` and ``read_shapes``; also where a municipality has neither a boundary nor a parent.
    """
    table = read_table(study, "municipalities")
    boundaries = read_shapes(study, "municipality_boundaries").to_crs(planar_crs()).set_index("cvegeo").geometry
    parents = read_table(study, "young_municipalities").set_index("cvegeo")["parent_cvegeo"]
    bounded = table["cvegeo"].isin(boundaries.index)
    table["parent_cvegeo"] = table["cvegeo"].map(parents).where(~bounded).astype("str")
    lost = ~bounded & ~table["parent_cvegeo"].isin(boundaries.index)
    if lost.any():
        file, cure = study.path("municipalities").name, "Add its boundary, or its parent to young_municipalities"
        raise DataError([Problem(file, "the municipality has no boundary", cure, row_numbers(lost), "cvegeo")])
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(table["cvegeo"].map(boundaries), crs=planar_crs()))
