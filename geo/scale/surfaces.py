"""Surfaces over partitions: kernel density on cells, counts of hexagons, and hot spots of hexagons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.geodesy import GEODETIC_CRS
from geo.hexagons import hexagon_graph, hexagon_of, in_rows
from geo.metrics.autocorrelation import hot_spots
from geo.metrics.density import CUT_BANDWIDTHS, kernel_density
from geo.scale.engine import Engine
from geo.scale.halo import Where, near_window, read_where
from geo.scale.partitions import Partitions

if TYPE_CHECKING:
    import shapely

Floats = NDArray[np.float64]

#: Kilometres in a degree of latitude, about: what squares of points put together are laid out by.
_KM_PER_DEGREE = 111.2


class Hills(NamedTuple):
    """How points are spread out: bandwidth in km, and land in degrees, which nothing leaves; None for no land."""

    bandwidth_km: float
    mask: shapely.Geometry | None = None


def density(
    partitions: Partitions,
    grid: pd.DataFrame,
    hills: Hills,
    engine: Engine,
    *,
    weights: str | None = None,
    where: Where | None = None,
    together_km: float | None = None,
) -> pd.Series:
    """Return the density of rows of partitions on the ground at the centres of cells.

    Parameters
    ----------
    partitions
        The rows.
    grid
        Centres of the cells: ``lon`` and ``lat``, degrees.
    hills
        Bandwidth and land, as for ``geo.metrics.density.kernel_density``.
    engine
        Who does the work.
    weights
        Column with the weight, not negative; None: every row counts 1.
    where
        Take only these rows.
    together_km
        Put the rows of each square of about this side at their common centre first, which makes millions of rows
        as fast as thousands. None for the exact density.

    Returns
    -------
    pandas.Series
        That of ``kernel_density`` over one table of these rows, to rounding; with ``together_km``, see below.

    Raises
    ------
    ValueError
        As there, and if a column is missing or ``together_km`` is not positive.

    Notes
    -----
    Hills add up: each partition raises its own on the cells within 5 bandwidths of it. A point's border correction asks
    for the land only, so it is the same in any partition.

    Rows put together keep their weight and their mean place, so that the first error is that of the spread around it:
    with side s and bandwidth h the height of a hill changes by no more than some s^2 / (4 h^2) of its top (0.04 % for 1
    and 25 km), on land far from its edge; at the edge a row's border correction is that of its square's centre. A
    square whose centre lies too far off the land is refused like a row there.
    """
    sizes = [part.rows for part in partitions.parts]
    shared = {"partitions": partitions, "weights": weights, "where": where}
    options: dict[str, Any] = {"bandwidth_km": hills.bandwidth_km, "mask": hills.mask}
    nothing = np.empty(0)
    total = kernel_density(nothing, nothing, nothing, grid=grid, **options)
    if together_km is not None:
        if not (np.isfinite(together_km) and together_km > 0):
            raise ValueError(f"Squares of {together_km} km came; give a positive number.")
        lots = engine.map(
            _squares_part,
            range(len(sizes)),
            shared={**shared, "degrees": together_km / _KM_PER_DEGREE},
            label="putting rows together",
            rows=sizes,
        )
        found = _added(lots)
        return kernel_density(found["lon"], found["lat"], found["weight"], grid=grid, **options)
    parts = engine.map(
        _hills_part,
        range(len(sizes)),
        shared={**shared, "grid": grid, "hills": hills},
        label="kernel density",
        rows=sizes,
    )
    for cells, heights in parts:
        total.iloc[cells] += heights
    return total


def hexagon_counts(
    partitions: Partitions, spacing_km: float, engine: Engine, *, where: Where | None = None
) -> pd.Series:
    """Return how many rows lie in each hexagon.

    Parameters
    ----------
    partitions
        The rows.
    spacing_km
        Distance between the centres of neighbouring hexagons, as for ``geo.hexagons.hexagon_of``.
    engine
        Who does the work.
    where
        Count only these rows.

    Returns
    -------
    pandas.Series
        int64, 1 or more, index the codes of the hexagons in rows from the south-west, named ``rows``.
    """
    found = engine.map(
        _hexagons_part,
        range(len(partitions.parts)),
        shared={"partitions": partitions, "spacing_km": spacing_km, "where": where},
        label=f"counting in hexagons of {spacing_km:g} km",
        rows=[part.rows for part in partitions.parts],
    )
    total: dict[str, int] = {}
    for counts in found:
        for code, count in counts.items():
            total[code] = total.get(code, 0) + count
    codes = in_rows(list(total))
    return pd.Series([total[code] for code in codes], index=pd.Index(codes, name="hexagon"), dtype="int64", name="rows")


def hexagon_hot_spots(
    counts: pd.Series, *, hexagons: Sequence[str] | None = None, permutations: int = 9_999, seed: int
) -> pd.DataFrame:
    """Find hexagons amid unusually many or few rows (Getis-Ord local G*).

    Parameters
    ----------
    counts
        As ``hexagon_counts`` returns them.
    hexagons
        The hexagons to compare, as ``geo.hexagons.hexagons_of`` returns those of the land: one without a row counts 0,
        and one that is not among them is left out. None for those with a row.
    permutations, seed
        As for ``geo.metrics.autocorrelation.hot_spots``.

    Returns
    -------
    pandas.DataFrame
        ``rows``, ``z``, ``p`` and ``significant``, index the hexagons in rows from the south-west.

    Notes
    -----
    Neighbours are the six around a hexagon, as far as they are among those compared. Counts are exact and their order
    is fixed, so the same seed gives the same answer however the rows were cut into partitions.
    """
    codes = in_rows(list(counts.index if hexagons is None else hexagons))
    values = counts.reindex(codes, fill_value=0).rename_axis("hexagon")
    found = hot_spots(values.astype(float), hexagon_graph(codes), permutations=permutations, seed=seed)
    return pd.concat([values, found], axis=1)


def _hills_part(
    i: int, *, partitions: Partitions, weights: str | None, where: Where | None, grid: pd.DataFrame, hills: Hills
) -> tuple[NDArray[np.int64], Floats]:
    """Return cells in reach of a part and the height of its hills there."""
    rows, weight = _weighted(partitions, i, weights, where)
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    if not lon.size:
        return np.empty(0, dtype=np.int64), np.empty(0)
    bounds = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    # A hill is cut at a chord, which the longest of some slightly longer distances may have.
    reach = 1.001 * CUT_BANDWIDTHS * hills.bandwidth_km
    near = near_window(grid["lon"].to_numpy(float), grid["lat"].to_numpy(float), bounds, reach)
    cells = np.flatnonzero(near)
    heights = kernel_density(lon, lat, weight, bandwidth_km=hills.bandwidth_km, grid=grid.iloc[cells], mask=hills.mask)
    return cells, heights.to_numpy()


def _squares_part(
    i: int, *, partitions: Partitions, weights: str | None, where: Where | None, degrees: float
) -> pd.DataFrame:
    """Return weight, and weight times longitude and latitude, of the rows in each square."""
    rows, weight = _weighted(partitions, i, weights, where)
    known = np.isfinite(weight)
    lon, lat, weight = rows["lon"].to_numpy(float)[known], rows["lat"].to_numpy(float)[known], weight[known]
    row = np.floor(lat / degrees)
    # Columns are as wide on the ground as rows are high, along the middle of the row.
    column = np.floor(lon * np.cos(np.radians(np.clip((row + 0.5) * degrees, -89.9, 89.9))) / degrees)
    table = pd.DataFrame({"row": row, "column": column, "weight": weight, "lon": weight * lon, "lat": weight * lat})
    return table.groupby(["row", "column"]).sum()


def _added(lots: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the weight of each square and its mean place."""
    total = pd.concat(lots).groupby(level=[0, 1], sort=True).sum()
    total = total[total["weight"] > 0]
    return total.assign(lon=total["lon"] / total["weight"], lat=total["lat"] / total["weight"]).reset_index(drop=True)


def _weighted(partitions: Partitions, i: int, weights: str | None, where: Where | None) -> tuple[pd.DataFrame, Floats]:
    rows = read_where(partitions, i, [] if weights is None else [weights], where)
    weight = np.ones(len(rows)) if weights is None else rows[weights].to_numpy(float, na_value=np.nan)
    return rows, weight


def _hexagons_part(i: int, *, partitions: Partitions, spacing_km: float, where: Where | None) -> dict[str, int]:
    rows = read_where(partitions, i, (), where)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs=GEODETIC_CRS)
    return {str(code): int(n) for code, n in hexagon_of(points, spacing_km=spacing_km).value_counts().items()}
