"""IBWC's line of the border between the United States and Mexico."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import DownloadError
from geo.geodesy import GEODETIC_CRS, distance_km, line_length_km
from geo.sources.download import Remote
from geo.sources.source import US_PUBLIC, Ask, Cleaned, Get, Job, Source, rejects_table
from geo.study import Study

LAYER = "https://services.arcgis.com/ak2bo87wLfUpMrt1/ArcGIS/rest/services/US_Mexico_Border_Map_WFL1/FeatureServer/2"
#: The query of an ArcGIS feature layer for all of it, in degrees.
URL = LAYER + "/query?where=1%3D1&outFields=*&outSR=4326&f=geojson"
NAME = "México - Estados Unidos"

#: Lines whose ends lie this near are one line; a line farther than that from the rest is refused.
JOIN_KM = 0.5
#: The border is 3,145 to 3,175 km long by every published figure; what is shorter or longer is not all of it.
LENGTH_KM = (2900.0, 3400.0)
#: 31°20' and 31°47': along these parallels a geodesic between two far points would leave the line.
PARALLELS_DEG = (31 + 20 / 60, 31 + 47 / 60)
PARALLEL_TOLERANCE_DEG = 0.002
PIECE_KM = 0.5

_WORLD = shapely.box(-180, -90, 180, 90)

Floats = NDArray[np.float64]


def _download(_ask: Ask, _study: Study, get: Get) -> Sequence[Path]:
    return [get(Remote("border_line.geojson", URL, "json", US_PUBLIC.name, check=_no_lines))]


def _no_lines(path: Path) -> str | None:
    """Say what keeps an answer from being the line: ArcGIS reports its errors, and cuts long answers, with HTTP 200."""
    content = json.loads(path.read_bytes())
    if not isinstance(content, dict):
        return "the answer holds no features"
    if "error" in content:
        error = content["error"]
        words = error.get("message", "no reason given") if isinstance(error, dict) else "no reason given"
        return f"the server answered with an error ({str(words)[:100]})"
    properties = content.get("properties")
    if content.get("exceededTransferLimit") or (
        isinstance(properties, dict) and properties.get("exceededTransferLimit")
    ):
        return "the server sent only the first features"
    return None if isinstance(content.get("features"), list) and content["features"] else "the answer has no features"


def _adapt(job: Job) -> Cleaned:
    file = job.files[0]
    problem = _no_lines(file)
    if problem is not None:
        raise DownloadError(f"{file.name}: {problem}. Fetch it with --refresh.")
    features: list[Any] = json.loads(file.read_bytes())["features"]
    refused: list[tuple[str, int | None, str, str, str, str]] = []
    lines: list[tuple[int, shapely.LineString]] = []
    for number, feature in enumerate(features, start=1):
        parts = _parts(feature)
        if not parts:
            what = "the feature has no line in degrees"
            refused.append((file.name, number, _id(feature), "", what, "Look at the layer in a map"))
        lines += [(number, part) for part in parts]
    chain, strays = join_lines([line for _, line in lines])
    lost = {lines[index][0] for index in strays} - {number for at, (number, _) in enumerate(lines) if at not in strays}
    refused += [
        (file.name, number, _id(features[number - 1]), "", f"the line does not join the rest within {JOIN_KM:g} km",
         "Look at the layer in a map")
        for number in sorted(lost)
    ]  # fmt: skip
    line = densify_parallels(chain)
    length_km = line_length_km(line)
    if not LENGTH_KM[0] <= length_km <= LENGTH_KM[1]:
        raise DownloadError(
            f"{file.name}: the line is {length_km:,.1f} km long, not that of the whole border ({LENGTH_KM[0]:,.0f} to "
            f"{LENGTH_KM[1]:,.0f} km). It was not used."
        )
    frame = gpd.GeoDataFrame({"name": [NAME]}, geometry=[line], crs=GEODETIC_CRS)
    frame.to_parquet(job.folder / "border.parquet", index=False, compression="zstd")
    return Cleaned(
        read=len(features), kept=len(features) - len(refused), rejects=rejects_table(refused), unit="features",
        layers={"border": "border.parquet"},
        notes=[(
            f"Línea de la CILA (IBWC), {length_km:,.1f} km.",
            f"Line of the International Boundary and Water Commission, {length_km:,.1f} km.",
        )],
    )  # fmt: skip


def _id(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return str(properties.get("OBJECTID", "")) if isinstance(properties, dict) else ""


def _parts(feature: Any) -> list[shapely.LineString]:
    """Return the lines of a feature, in degrees and without height."""
    try:
        shape = shapely.force_2d(shapely.geometry.shape(feature["geometry"]))
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError):
        return []
    lines = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString" and len(part.coords) > 1]
    degrees = [line for line in lines if shapely.within(line, _WORLD)]
    return degrees if len(degrees) == len(lines) else []


def join_lines(lines: list[shapely.LineString]) -> tuple[shapely.LineString, set[int]]:
    """Chain lines end to end.

    Parameters
    ----------
    lines
        Lines in degrees, in any order and direction.

    Returns
    -------
    tuple
        The longest chain, from its western end, and the positions of the lines that are not in it. Ends within
        ``JOIN_KM`` of each other (geodesic) are joined, the nearest first.
    """
    pieces = [np.asarray(line.coords) for line in lines]
    best: tuple[float, shapely.LineString, set[int]] = (-1.0, shapely.LineString(), set())
    left = set(range(len(lines)))
    while left:
        chain, used = _chain(pieces, left)
        left -= used
        line = shapely.LineString(chain if chain[0, 0] <= chain[-1, 0] else chain[::-1])
        if (length := line_length_km(line)) > best[0]:
            best = (length, line, used)
    return best[1], set(range(len(lines))) - best[2]


def _chain(pieces: list[Floats], left: set[int]) -> tuple[Floats, set[int]]:
    """Grow a chain from the westernmost piece until no end is near enough to one of its own."""
    start = min(left, key=lambda at: (float(pieces[at][:, 0].min()), at))
    chain, used = pieces[start], {start}
    while open_ends := sorted(left - used):
        ends = np.array([pieces[at][[0, -1]] for at in open_ends])  # piece, first or last, lon and lat
        gaps = np.stack([_gap(ends, chain[0]), _gap(ends, chain[-1])])  # before or after, piece, first or last
        side, index, end = np.unravel_index(int(np.argmin(gaps)), gaps.shape)
        if gaps[side, index, end] > JOIN_KM:
            break
        at = open_ends[int(index)]
        used.add(at)
        # Before the chain a piece ends where the chain begins; after it, it begins where the chain ends.
        piece = pieces[at] if (side == 0) == (end == 1) else pieces[at][::-1]
        joined = np.vstack([piece, chain] if side == 0 else [chain, piece])
        chain = joined[np.append(True, np.any(joined[1:] != joined[:-1], axis=1))]
    return chain, used


def _gap(ends: Floats, place: Floats) -> Floats:
    shape = ends.shape[:-1]
    lon, lat = ends[..., 0].ravel(), ends[..., 1].ravel()
    return distance_km(lon, lat, np.full(lon.size, place[0]), np.full(lat.size, place[1])).reshape(shape)


def densify_parallels(line: shapely.LineString) -> shapely.LineString:
    """Add vertices where a long segment runs along a treaty parallel, where a geodesic would bow away from the line."""
    xy = np.asarray(line.coords)
    km = distance_km(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
    along = np.zeros(len(km), dtype=bool)
    for parallel in PARALLELS_DEG:
        near = np.abs(xy[:, 1] - parallel) < PARALLEL_TOLERANCE_DEG
        along |= near[:-1] & near[1:]
    pieces = np.where(along & (km > PIECE_KM), np.ceil(km / PIECE_KM), 1).astype(int)
    parts = [
        start + (end - start) * np.arange(count)[:, None] / count
        for start, end, count in zip(xy[:-1], xy[1:], pieces, strict=True)
    ]
    return shapely.LineString(np.vstack([*parts, xy[-1:]]))


SOURCE = Source(
    key="ibwc",
    es="Línea fronteriza (CILA/IBWC)",
    en="Border line (IBWC)",
    publisher="International Boundary and Water Commission",
    licence=US_PUBLIC,
    kinds=("json",),
    adapt=_adapt,
    download=_download,
    layers=("border",),
)
