"""Layers of lines and areas: attributes in the schema's form, geometries checked one by one."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
import shapely

from geo.errors import DataError, Problem
from geo.ingest.cleaning import Cleaned, Wishes, check_columns, check_rows, set_constants, typed
from geo.ingest.mapping import Match
from geo.ingest.reading import RawTable
from geo.ingest.reasons import Refusal
from geo.schema import Layer
from geo.study import Study


def clean_shapes(raw: RawTable, layer: Layer, matches: Sequence[Match], study: Study, wishes: Wishes) -> Cleaned:
    """Make a layer of lines or areas of a file of geometries.

    Parameters
    ----------
    raw, layer, matches, study, wishes
        As in ``geo.ingest.cleaning.clean``.

    Returns
    -------
    Cleaned
        With ``shapes`` in the file's reference system.

    Raises
    ------
    DataError
        If the file has no geometry.
    """
    if raw.geometry is None:
        what = f"the layer {layer.name} holds {layer.geometry}s and the file no geometry"
        raise DataError([Problem(raw.file, what, "Give GeoPackage, GeoJSON or a Shapefile")])
    columns = {match.target: match.column for match in matches if match.target is not None}
    frame, refused = typed(raw, layer, matches, wishes)
    cleaned = Cleaned(layer, frame, [*raw.refused, *refused])
    set_constants(cleaned, wishes.constants)
    check_columns(cleaned, columns, raw.file)
    check_rows(cleaned, columns, study, wishes.source_id)
    shapes = gpd.GeoSeries(shapely.force_2d(raw.geometry.to_numpy()), index=frame.index, crs=raw.geometry.crs)
    cleaned.refused += _bad_shapes(shapes, str(layer.geometry).removeprefix("Multi"))
    keep = ~frame.index.isin(cleaned.rejected)
    cleaned.table, cleaned.shapes = cleaned.table[keep], shapes[keep]
    return cleaned


def _bad_shapes(shapes: gpd.GeoSeries, wanted: str) -> list[Refusal]:
    refused = []
    for row, shape in shapes.items():
        if shape is None or shape.is_empty:
            refused.append(Refusal(int(row), "geometry", "", "no_geometry"))
        elif shape.geom_type.removeprefix("Multi") != wanted:
            words: dict[str, object] = {"got": shape.geom_type, "wanted": wanted}
            refused.append(Refusal(int(row), "geometry", shape.geom_type, "wrong_geometry", words))
        elif not shape.is_valid:
            why = {"why": shapely.is_valid_reason(shape)}
            refused.append(Refusal(int(row), "geometry", shape.geom_type, "invalid_geometry", dict(why)))
    return refused


def frame_of(cleaned: Cleaned) -> gpd.GeoDataFrame:
    """Return a cleaned layer of lines or areas with typed columns, as it is written."""
    columns = {}
    for column in cleaned.layer.file_columns:
        values = cleaned.table[column.name].where(cleaned.table[column.name] != "", None)
        if column.kind == "text":
            columns[column.name] = values.astype("str")
        elif column.kind == "boolean":
            columns[column.name] = values.map({"true": True, "false": False}).astype(column.dtype)
        else:
            columns[column.name] = pd.to_numeric(values).astype(column.dtype)
    return gpd.GeoDataFrame(columns, geometry=cleaned.shapes).reset_index(drop=True)
