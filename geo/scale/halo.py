"""What stands around the points of a partition: rows of other partitions, out to a distance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo._ellipsoid import Floats, degrees_around
from geo.scale.partitions import ROW_ID, Bounds, Partitions

#: Rows to take: the column's value is one of these, in every column named.
Where = Mapping[str, Collection[object]]


class Halo(NamedTuple):
    """The rows of a partition, and those near enough to matter to them.

    Attributes
    ----------
    own
        Rows of the partition.
    neighbours
        Rows of other partitions, in their order; more than those within the distance, never fewer.
    """

    own: pd.DataFrame
    neighbours: pd.DataFrame

    def together(self) -> pd.DataFrame:
        """Return all rows, the partition's own first, index 0, 1, ..."""
        return pd.concat([self.own, self.neighbours], ignore_index=True) if len(self.neighbours) else self.own


def with_halo(partitions: Partitions, i: int, km: float, columns: Sequence[str], *, where: Where | None = None) -> Halo:
    """Read a partition, and the rows of the others that may lie within a distance of its points.

    Parameters
    ----------
    partitions
        The partitions.
    i
        Number of the part, from 0.
    km
        Distance, geodesic kilometres.
    columns
        Which to read beside ``row_id``, ``lon`` and ``lat``.
    where
        Take only these rows, own and others.

    Returns
    -------
    Halo
        Both tables with ``row_id``, ``lon``, ``lat`` and the columns. A part without a row has no neighbours.

    Raises
    ------
    ValueError
        If the distance is negative or not finite.
    DataError
        If a part cannot be read.

    Notes
    -----
    The window is that of the rows taken, widened by the distance on the ellipsoid (``geo._ellipsoid.degrees_around``);
    it goes round past 180 degrees and takes the whole turn at a pole. Only parts whose bounds meet it are opened, and
    only their rows in it are kept.
    """
    own = read_where(partitions, i, columns, where)
    return Halo(own, around(partitions, own, km, columns, where=where, leave_out=i))


def around(
    partitions: Partitions,
    points: pd.DataFrame,
    km: float,
    columns: Sequence[str],
    *,
    where: Where | None = None,
    leave_out: int | None = None,
) -> pd.DataFrame:
    """Return the rows of partitions that may lie within a distance of points.

    Parameters
    ----------
    partitions
        The partitions.
    points
        ``lon`` and ``lat`` in degrees, none missing.
    km
        Distance, geodesic kilometres.
    columns, where
        See ``with_halo``.
    leave_out
        Number of a part whose rows are not wanted.

    Returns
    -------
    pandas.DataFrame
        ``row_id``, ``lon``, ``lat`` and the columns, in the order of the parts, index 0, 1, ...
    """
    if not (np.isfinite(km) and km >= 0):
        raise ValueError(f"A distance of {km} km came; give a finite number, 0 or more.")
    windows = windows_around(points["lon"].to_numpy(float), points["lat"].to_numpy(float), km)
    tables = [
        read_where(partitions, other, columns, where, bbox=window)
        for other, part in enumerate(partitions.parts)
        if other != leave_out
        for window in windows
        if part.bounds is not None and meet(window, part.bounds)
    ]
    nothing = pd.DataFrame(columns=wanted_columns(columns)).astype({ROW_ID: "int64", "lon": float, "lat": float})
    some = [table for table in tables if len(table)]
    return pd.concat(some, ignore_index=True) if some else nothing


def read_where(
    partitions: Partitions, i: int, columns: Sequence[str], where: Where | None = None, *, bbox: Bounds | None = None
) -> pd.DataFrame:
    """Read the rows of a part that are wanted.

    Parameters
    ----------
    partitions, i
        The partitions and the number of the part.
    columns
        Which to read beside ``row_id``, ``lon`` and ``lat``.
    where
        Take only rows whose values are among these; a missing value is among none.
    bbox
        Take only points in this window.

    Returns
    -------
    pandas.DataFrame
        ``row_id``, ``lon``, ``lat`` and the columns, in the order of the part, index 0, 1, ...

    Raises
    ------
    ValueError
        If the partitions lack a column.
    """
    names = wanted_columns(columns)
    lacking = [name for name in [*names, *(where or ())] if name not in partitions.columns]
    if lacking:
        raise ValueError(
            f"The partitions have no column {', '.join(lacking)}; they have {', '.join(partitions.columns)}."
        )
    read = partitions.read(i, list(dict.fromkeys([*names, *(where or ())])), bbox=bbox)
    keep = np.ones(len(read), dtype=bool)
    for name, values in (where or {}).items():
        keep &= read[name].isin(list(values)).to_numpy(bool)
    return read.loc[keep, names].reset_index(drop=True)


def wanted_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns with those that every measurement needs, each once."""
    return list(dict.fromkeys([ROW_ID, "lon", "lat", *columns]))


def windows_around(lon: Floats, lat: Floats, km: float) -> list[Bounds]:
    """Return one or two windows in degrees that hold every point within a distance of points.

    Two where the window passes 180 degrees; none without a point. Each lies between -180 and 180.
    """
    if not lon.size:
        return []
    ends = degrees_around(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()), 1000.0 * km)
    west, south, east, north = map(float, ends)
    if east - west >= 360.0:
        return [(-180.0, south, 180.0, north)]
    windows = [(max(west, -180.0), south, min(east, 180.0), north)]
    # What passes 180 degrees goes on at -180, and a point may be written either way there.
    if west <= -180.0:
        windows.append((min(west + 360.0, 180.0), south, 180.0, north))
    if east >= 180.0:
        windows.append((-180.0, south, max(east - 360.0, -180.0), north))
    return _apart(windows)


def meet(window: Bounds, bounds: Bounds) -> bool:
    """Tell whether two windows share a point."""
    return window[0] <= bounds[2] and window[2] >= bounds[0] and window[1] <= bounds[3] and window[3] >= bounds[1]


def near_window(lon: Floats, lat: Floats, bounds: Bounds, km: float) -> NDArray[np.bool_]:
    """Tell which points may lie within a distance of some point of a window; a missing point does not.

    Parameters
    ----------
    lon, lat
        Points, degrees.
    bounds
        West, south, east and north, degrees.
    km
        Distance, geodesic kilometres.
    """
    corners = np.array([bounds[0], bounds[2]]), np.array([bounds[1], bounds[3]])
    found = np.zeros(lon.size, dtype=np.bool_)
    for west, south, east, north in windows_around(*corners, km):
        found |= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return found


def _apart(windows: list[Bounds]) -> list[Bounds]:
    """Return windows of which no two share a point, so that no row is read twice."""
    windows = sorted(windows)
    kept = windows[:1]
    for west, south, east, north in windows[1:]:
        last = kept[-1]
        if west <= last[2]:
            kept[-1] = (last[0], south, max(last[2], east), north)
        else:
            kept.append((west, south, east, north))
    return kept
