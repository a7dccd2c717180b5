"""What the figures are drawn from in tests: a finished run's tables, and the layers that are only drawn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.layers import read_layer
from geo.measures.surfaces import park_density
from geo.study import load_study

DRAWING = ("municipalities_drawing", "states_drawing", "highways")


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a run with the drawing layers of the shipped study."""
    tables: dict[str, pd.DataFrame] = {}
    for path in sorted(folder.glob("*.parquet")):
        try:
            tables[path.stem] = gpd.read_parquet(path)
        except ValueError:
            tables[path.stem] = pd.read_parquet(path)
    study = load_study()
    tables |= {name: read_layer(study, name) for name in DRAWING}
    parks = gpd.GeoDataFrame(tables["parks"]).to_crs("EPSG:4326")
    tables["density"] = park_density(parks, gpd.GeoDataFrame(tables["states_drawing"]))
    tables["insets"] = pd.DataFrame([inset.model_dump() for inset in study.insets])
    return tables


@pytest.fixture(scope="session")
def figure_tables(built: Path) -> Mapping[str, pd.DataFrame]:
    """Return the published tables of a full run, with the drawing layers."""
    return read_tables(built / "tables")
