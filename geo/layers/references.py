"""Checks between layers: every key named somewhere exists, every point lies in the country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import Problem
from geo.geodesy import planar_crs
from geo.layers.files import row_numbers
from geo.schema import LAYERS, Column
from geo.study import Study

SEPARATOR = "|"

#: Points that may lie across the border.
ABROAD = ("ports_of_entry",)


def cross_check(study: Study, layers: Mapping[str, Any]) -> list[Problem]:
    """Look for keys that point nowhere and points outside the country.

    Parameters
    ----------
    study
        The study, for file names and the region's tolerance.
    layers
        Layers that passed their own checks; a missing one is not checked against.

    Returns
    -------
    list of Problem
        Empty where all is well.
    """
    problems = []
    for name, frame in layers.items():
        for column in LAYERS[name].file_columns:
            if column.refers_to is not None:
                problems += _dangling(study, name, frame, column, layers)
    if "states" in layers:
        country = layers["states"].to_crs(planar_crs()).geometry
        for name, frame in layers.items():
            if LAYERS[name].geometry == "Point" and name not in ABROAD:
                problems += _outside(study, name, frame, country)
    return problems


def _dangling(
    study: Study, name: str, frame: pd.DataFrame, column: Column, layers: Mapping[str, pd.DataFrame]
) -> list[Problem]:
    target, key = (column.refers_to or "").split(".")
    if target not in layers:
        return []
    known = set(layers[target][key])
    values = frame[column.name]
    if column.name == "source_ids":
        values = values.str.split(SEPARATOR, regex=False).explode()
    unknown = values[values.notna() & ~values.isin(known)]
    file, rows = study.path(name).name, np.asarray(unknown.index)
    cure = f"Add it to the layer {target}, or correct it"
    if column.name == "source_ids":
        cure += f"; keys are separated by {SEPARATOR}"
    return [
        Problem(
            file,
            f"{value!r} is not a {key} of the layer {target}",
            cure,
            row_numbers(frame.index.isin(rows[unknown == value])),
            column.name,
        )
        for value in unknown.unique()
    ]


def _outside(study: Study, name: str, frame: gpd.GeoDataFrame, country: gpd.GeoSeries) -> list[Problem]:
    located = (frame.geometry.notna() & ~frame.geometry.is_empty).to_numpy()
    points = frame.geometry[located].to_crs(planar_crs()).to_numpy()
    tolerance = study.region.tolerance_km
    near = np.zeros(len(points), dtype=bool)
    for shape in country.to_numpy():
        shapely.prepare(shape)
        near[~near] = shapely.dwithin(shape, points[~near], tolerance * 1000)
    outside = located.copy()
    outside[located] = ~near
    if not outside.any():
        return []
    what = f"the point lies more than {tolerance:g} km outside {study.study.country}"
    cure = "Correct lon and lat (decimal degrees, west negative), or leave both blank"
    return [Problem(study.path(name).name, what, cure, row_numbers(outside), "lon, lat")]
