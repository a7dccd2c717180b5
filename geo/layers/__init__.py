"""The layers of a study, read and validated."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import geopandas as gpd
import pandas as pd

from geo.errors import DataError, Problem
from geo.layers import municipalities, park_developers, parks, party_relations
from geo.layers.files import read_points, read_shapes, read_table
from geo.layers.references import cross_check
from geo.schema import LAYERS
from geo.study import Study, with_its_study

Reader = Callable[[Study], pd.DataFrame | gpd.GeoDataFrame]
Progress = Callable[[str], None]

#: Layers that need more than their file's schema says.
READERS: Mapping[str, Reader] = {
    "parks": parks.read,
    "park_developers": park_developers.read,
    "party_relations": party_relations.read,
    "municipalities": municipalities.read,
}

#: Read by the reader of another layer.
PARTS = ("municipality_boundaries", "young_municipalities")


@with_its_study
def read_layer(study: Study, name: str) -> pd.DataFrame | gpd.GeoDataFrame:
    """Read one layer of a study by its name.

    Parameters
    ----------
    study
        The study.
    name
        Name of a layer that is read from a file.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The validated rows in the file's order.
    """
    if name in READERS:
        return READERS[name](study)
    layer = LAYERS[name]
    if layer.file is None:
        raise ValueError(f"The layer {name} is computed by a run, not read from a file.")
    if study.path(name).suffix.lower() != ".csv":
        return read_shapes(study, name)
    if layer.geometry is not None:
        return read_points(study, name)
    return read_table(study, name)


@with_its_study
def read_layers(
    study: Study, *, progress: Progress | None = None, given: Mapping[str, pd.DataFrame] | None = None
) -> dict[str, pd.DataFrame]:
    """Read every layer of a study and check them against each other.

    Parameters
    ----------
    study
        The study.
    progress
        Called with a short line before each layer is read.
    given
        Layers that are not read: they are taken as they are and checked against the others.

    Returns
    -------
    dict
        Layer name -> validated rows.

    Raises
    ------
    DataError
        With every problem of every layer; problems between layers are looked for once each layer stands alone.
    """
    layers: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name, layer in LAYERS.items():
        if given is not None and name in given:
            layers[name] = given[name]
            continue
        if layer.file is None or name in PARTS:
            continue
        if progress is not None:
            progress(f"reading {name}")
        try:
            layers[name] = read_layer(study, name)
        except DataError as error:
            problems += error.problems
    problems += cross_check(study, layers)
    if problems:
        raise DataError(dict.fromkeys(problems))
    return layers
