"""The GeoPackage: every published layer with its title, abstract and licence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.schema import LAYERS, LICENCES

#: QGIS 3.22 and GDAL 3.6 warn about newer ones.
VERSION = "1.3"


def write_geopackage(tables: Mapping[str, pd.DataFrame], path: Path, *, timestamp: str) -> None:
    """Write the published layers into one GeoPackage.

    Parameters
    ----------
    tables
        Layer name -> published table; GeoDataFrames in EPSG:6372.
    path
        File to write; it must not exist.
    timestamp
        UTC time written as last change, ``2026-11-01T00:00:00Z``: the same tables then give the same bytes.
    """
    with _fixed_clock(timestamp):
        for place, (name, table) in enumerate(tables.items()):
            layer = LAYERS[name]
            _, licence, address = LICENCES[layer.licence]
            spatial = isinstance(table, gpd.GeoDataFrame)
            pyogrio.write_dataframe(
                table,
                path,
                layer=name,
                driver="GPKG",
                append=place > 0,
                geometry_type=layer.geometry if spatial else None,
                dataset_options={"VERSION": VERSION} if place == 0 else None,
                layer_options={
                    "IDENTIFIER": f"{layer.es} / {layer.en}",
                    "DESCRIPTION": layer.description,
                    **({"SPATIAL_INDEX": "YES"} if spatial else {}),
                },
                layer_metadata={"LICENSE": licence, "LICENSE_URL": address},
            )


@contextmanager
def _fixed_clock(timestamp: str) -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": timestamp})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
