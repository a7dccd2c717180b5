"""Polygons that touch and do not overlap: their shared edges cleaned, simplified, dissolved, and never parted."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

SNAPPING_M = 0.1
"""Vertices of neighbours nearer than this are one vertex: shared edges mostly differ by less than a millimetre."""
GAP_WIDTH_M = 10.0
"""A gap between neighbours narrower than this goes to the polygon it shares the longest border with."""


def clean_coverage(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make neighbours share their edges exactly.

    Parameters
    ----------
    frame
        Polygons in EPSG:6372 that should touch and not overlap.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows as a valid coverage, vertices moved by at most ``SNAPPING_M`` but for the gaps filled.

    Notes
    -----
    Without this step the two sides of a badly matched edge are simplified apart, which leaves overlaps and
    slivers as wide as the tolerance.
    """
    clean = shapely.coverage_clean(frame.geometry.to_numpy(), snapping_distance=SNAPPING_M, gap_width=GAP_WIDTH_M)
    return frame.set_geometry(gpd.GeoSeries(clean, index=frame.index, crs=frame.crs))


def simplify_coverage(frame: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Simplify a valid coverage so that neighbours go on sharing their edges.

    Parameters
    ----------
    frame
        What :func:`clean_coverage` returns.
    tolerance_m
        Tolerance of :func:`shapely.coverage_simplify`, metres.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows, polygons in shapely's normal form: rings start and parts stand where they do
        whichever polygons were simplified along with them.

    Raises
    ------
    ValueError
        A polygon came out empty or invalid, or the result is no coverage.
    """
    simple = shapely.normalize(shapely.coverage_simplify(frame.geometry.to_numpy(), tolerance_m))
    lost = shapely.is_empty(simple) | ~shapely.is_valid(simple)
    if lost.any() or not shapely.coverage_is_valid(simple):
        named = frame.loc[lost, "cvegeo"].head(5) if "cvegeo" in frame else []
        which = f" ({', '.join(named)})" if len(named) else ""
        raise ValueError(
            f"Simplified by {tolerance_m:g} m, {int(lost.sum())} polygons are lost or broken{which}. "
            "Use a smaller tolerance."
        )
    return frame.set_geometry(gpd.GeoSeries(simple, index=frame.index, crs=frame.crs))


def dissolve_states(municipalities: gpd.GeoDataFrame, names: pd.Series) -> gpd.GeoDataFrame:
    """Unite each state's municipalities, so that the states' edges are the municipalities' edges.

    Parameters
    ----------
    municipalities
        A valid coverage with the column cve_ent.
    names
        Name of each state, indexed by cve_ent; one without a name is called by its code.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns cve_ent, name, geometry, ordered by cve_ent.
    """
    groups = municipalities.groupby("cve_ent", sort=True).indices
    shapes = municipalities.geometry.to_numpy()
    unions = [shapely.normalize(shapely.coverage_union_all(shapes[rows])) for rows in groups.values()]
    table = {"cve_ent": list(groups), "name": [str(names.get(code, code)) for code in groups]}
    return gpd.GeoDataFrame(table, geometry=unions, crs=municipalities.crs)
