"""Lines and polygons as short text: whole-number grids, shared arcs, differences in 64 plain characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geodesy import GEODETIC_CRS

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The 64 characters of an encoded line; none needs escaping in JSON or HTML."""

POLYGON_SCALE = 1000
"""Grid cells a degree for polygons and highways: 0.001 degrees is 111 m, a tenth of their simplification."""

LINE_SCALE = 10_000
"""Grid cells a degree for the border and the corridor: 11 m."""

Grid = tuple[int, int]
Ring = list[Grid]


def encode_line(points: Iterable[Grid]) -> str:
    """Write grid points as text: each coordinate's difference from the last, zigzag, five bits a character.

    Parameters
    ----------
    points
        Whole-number (x, y) pairs.

    Returns
    -------
    str
        Characters of ``ALPHABET``; empty without points.

    Examples
    --------
    >>> encode_line([(0, 0), (1, -1)])
    'AACB'
    """
    text = []
    last_x = last_y = 0
    for x, y in points:
        for step in (x - last_x, y - last_y):
            value = step << 1 if step >= 0 else (-step << 1) - 1
            while value >= 32:
                text.append(ALPHABET[value & 31 | 32])
                value >>= 5
            text.append(ALPHABET[value])
        last_x, last_y = x, y
    return "".join(text)


def decode_line(text: str) -> list[Grid]:
    """Read what ``encode_line`` wrote.

    Examples
    --------
    >>> decode_line("AACB")
    [(0, 0), (1, -1)]
    """
    numbers: list[int] = []
    value = shift = 0
    for character in text:
        code = ALPHABET.index(character)
        value |= (code & 31) << shift
        shift += 5
        if code < 32:
            numbers.append(-(value + 1 >> 1) if value & 1 else value >> 1)
            value = shift = 0
    pairs = np.cumsum(np.array(numbers, dtype=np.int64).reshape(-1, 2), axis=0)
    return [(int(x), int(y)) for x, y in pairs]


@dataclass(frozen=True)
class Topology:
    """Polygons that share their boundaries.

    Parameters
    ----------
    arcs
        Encoded lines; a boundary between two polygons stands here once.
    features
        Layer -> key -> polygons -> rings -> arc numbers; a number ``~n`` is arc n backwards.
    """

    arcs: list[str]
    features: dict[str, dict[str, list[list[list[int]]]]]


def topology(layers: Mapping[str, tuple[gpd.GeoDataFrame, str]]) -> Topology:
    """Cut the rings of polygon layers into the arcs they share.

    Parameters
    ----------
    layers
        Layer -> (polygons in any reference system, name of the key column).

    Returns
    -------
    Topology
        Arcs on a grid of ``POLYGON_SCALE`` cells a degree.

    Notes
    -----
    A ring that falls into fewer than three cells is left out: it would draw as nothing.
    """
    rings: list[Ring] = []
    places: list[tuple[str, str, int, bool]] = []
    for layer, (frame, key) in layers.items():
        for name, shape in zip(frame[key].astype(str), _on_globe(frame), strict=True):
            for number, polygon in enumerate(_parts(shape)):
                for inner, line in enumerate([polygon.exterior, *polygon.interiors]):
                    ring = _grid(line, POLYGON_SCALE)[:-1]
                    if len(set(ring)) > 2:
                        rings.append(ring)
                        places.append((layer, name, number, inner == 0))
    cuts = _junctions(rings)
    arcs: dict[tuple[Grid, ...], int] = {}
    features: dict[str, dict[str, list[list[list[int]]]]] = {layer: {} for layer in layers}
    known: set[tuple[str, str, int]] = set()
    for ring, (layer, name, number, outer) in zip(rings, places, strict=True):
        if outer:
            known.add((layer, name, number))
            features[layer].setdefault(name, []).append([])
        elif (layer, name, number) not in known:
            continue  # a hole of a polygon that was left out
        features[layer][name][-1].append([_arc_number(arcs, arc) for arc in _cut(ring, cuts)])
    return Topology([encode_line(arc) for arc in arcs], features)


def whole_rings(frame: gpd.GeoDataFrame, key: str, *, first: int) -> tuple[list[str], dict[str, list[list[list[int]]]]]:
    """Encode polygons that share nothing but straight sides: each ring is an arc of its own.

    Parameters
    ----------
    frame
        Polygons in any reference system.
    key
        Name of the key column.
    first
        Number of the first arc.

    Returns
    -------
    tuple of (list of str, dict)
        Arcs, and the features of one layer as ``topology`` gives them.

    Notes
    -----
    Hexagons have six neighbours: cut at every corner they take twice the room. Corners fall on the same cell of the
    grid from either side, so no gap opens.
    """
    arcs: list[str] = []
    features: dict[str, list[list[list[int]]]] = {}
    for name, shape in zip(frame[key].astype(str), _on_globe(frame), strict=True):
        polygons = []
        for polygon in _parts(shape):
            rings = [polygon.exterior, *polygon.interiors]
            polygons.append([[first + len(arcs) + at] for at in range(len(rings))])
            arcs.extend(encode_line(_grid(ring, POLYGON_SCALE)) for ring in rings)
        features[name] = polygons
    return arcs, features


def lines(frame: gpd.GeoDataFrame, *, tolerance_m: float, scale: int) -> list[list[str]]:
    """Encode each row's lines, simplified.

    Parameters
    ----------
    frame
        Lines in any reference system.
    tolerance_m
        How far a drawn line may stray, in metres.
    scale
        Grid cells a degree.

    Returns
    -------
    list of list of str
        One list of encoded lines a row.
    """
    simple = frame.geometry.to_crs(6372).simplify(tolerance_m).to_crs(GEODETIC_CRS)
    return [
        [encode_line(_grid(part, scale)) for part in _parts(shape) if part.geom_type == "LineString"]
        for shape in simple
    ]


def merged_lines(frame: gpd.GeoDataFrame, *, scale: int) -> list[str]:
    """Join touching edges into long lines and encode them: less text, the same drawing."""
    edges = shapely.set_precision(_on_globe(frame).to_numpy(), 1 / scale)
    whole = shapely.line_merge(shapely.union_all(edges))
    return sorted(encode_line(_grid(part, scale)) for part in _parts(whole))


def _on_globe(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    return frame.geometry.to_crs(GEODETIC_CRS)


def _parts(shape: shapely.Geometry | None) -> Sequence[shapely.Geometry]:
    return () if shape is None or shape.is_empty else [part for part in shapely.get_parts(shape) if not part.is_empty]


def _grid(line: shapely.Geometry, scale: int) -> Ring:
    """Return a line's vertices on the grid, neighbours that fall into one cell merged."""
    points: NDArray[np.int64] = np.rint(shapely.get_coordinates(line) * scale).astype(np.int64)
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = (points[1:] != points[:-1]).any(axis=1)
    return [(x, y) for x, y in points[moved].tolist()]


def _junctions(rings: Sequence[Ring]) -> set[Grid]:
    """Return the points where rings part: those met with different neighbours."""
    seen: dict[Grid, frozenset[Grid]] = {}
    junctions: set[Grid] = set()
    for ring in rings:
        for before, point, after in zip([ring[-1], *ring[:-1]], ring, [*ring[1:], ring[0]], strict=True):
            neighbours = frozenset((before, after))
            if seen.setdefault(point, neighbours) != neighbours:
                junctions.add(point)
    return junctions


def _cut(ring: Ring, junctions: set[Grid]) -> list[tuple[Grid, ...]]:
    """Cut a ring at its junctions; a ring without any is one arc from its least point."""
    at = [index for index, point in enumerate(ring) if point in junctions]
    if not at:
        start = ring.index(min(ring))
        return [(*ring[start:], *ring[: start + 1])]
    ends = [*at[1:], at[0] + len(ring)]
    twice = ring + ring
    return [tuple(twice[start : end + 1]) for start, end in zip(at, ends, strict=True)]


def _arc_number(arcs: dict[tuple[Grid, ...], int], arc: tuple[Grid, ...]) -> int:
    backwards = arc[::-1]
    if backwards in arcs:
        return ~arcs[backwards]
    return arcs.setdefault(arc, len(arcs))
