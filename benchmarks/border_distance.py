"""Distance of 1,000,000 points over Mexico to the border: the package against a planar tree, in one run.

The rival is what is usually done: the border's segments in an STRtree in EPSG:6372, the nearest segment's foot by
shapely, back to degrees, and the geodesic to that foot. Both start from longitude and latitude and end with the same
three arrays; building the index counts for both. The error of each is taken on 1,000 of the points against a brute
force that measures every vertex (``tests/golden/line_reference.py``).

Run: python benchmarks/border_distance.py
"""

from __future__ import annotations

import json
import os
import platform
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod, Transformer

ROOT = Path(__file__).resolve().parents[1]
POINTS = 1_000_000
SAMPLE = 1_000
SEED = 20180101
ROUNDS = 3
Distance = tuple[np.ndarray, np.ndarray, np.ndarray]


def points_over_mexico() -> tuple[np.ndarray, np.ndarray]:
    """Return points spread evenly, in the plane of EPSG:6372, over the union of the states."""
    states = gpd.read_parquet(ROOT / "data" / "shapes" / "states.parquet").to_crs(6372)
    land = shapely.union_all(shapely.simplify(states.geometry.to_numpy(), 1_000.0))
    shapely.prepare(land)
    rng = np.random.default_rng(SEED)
    west, south, east, north = land.bounds
    x, y = np.empty(0), np.empty(0)
    while x.size < POINTS:
        new_x, new_y = rng.uniform(west, east, POINTS), rng.uniform(south, north, POINTS)
        inside = shapely.contains_xy(land, new_x, new_y)
        x, y = np.append(x, new_x[inside]), np.append(y, new_y[inside])
    return Transformer.from_crs(6372, 4326, always_xy=True).transform(x[:POINTS], y[:POINTS])


def border_index(line: shapely.LineString, lon: np.ndarray, lat: np.ndarray) -> Distance:
    from geo.geodesy import BorderIndex

    return BorderIndex(line).distance(lon, lat)


def border_index_on_one_thread(line: shapely.LineString, lon: np.ndarray, lat: np.ndarray) -> Distance:
    from geo.geodesy import BorderIndex

    index = BorderIndex(line)
    parts = [index.distance(lon[at : at + 50_000], lat[at : at + 50_000]) for at in range(0, len(lon), 50_000)]
    km, foot_lon, foot_lat = (np.concatenate(column) for column in zip(*parts, strict=True))
    return km, foot_lon, foot_lat


def planar_tree(line: shapely.LineString, lon: np.ndarray, lat: np.ndarray) -> Distance:
    to_plane = Transformer.from_crs(4326, 6372, always_xy=True)
    vertices = np.column_stack(to_plane.transform(*shapely.get_coordinates(line).T))
    segments = shapely.linestrings(np.stack([vertices[:-1], vertices[1:]], axis=1))
    points = shapely.points(*to_plane.transform(lon, lat))
    nearest = segments[shapely.STRtree(segments).nearest(points)]
    feet = shapely.get_coordinates(shapely.shortest_line(points, nearest))[1::2]
    foot_lon, foot_lat = Transformer.from_crs(6372, 4326, always_xy=True).transform(feet[:, 0], feet[:, 1])
    _, _, metres = Geod(ellps="WGS84").inv(lon, lat, foot_lon, foot_lat)
    return metres / 1000.0, foot_lon, foot_lat


def first_call_seconds(line_file: Path, *, cold: bool) -> float:
    """Return the seconds a fresh process takes to import, index and measure 1,000 points."""
    code = (
        "import sys, time; t = time.perf_counter(); import geopandas as gpd, numpy as np\n"
        "import geo.geodesy as g; line = gpd.read_parquet(sys.argv[1]).geometry.iloc[0]; s = time.perf_counter()\n"
        "g.BorderIndex(line).distance(np.linspace(-115, -90, 1000), np.full(1000, 20.0))\n"
        "print(time.perf_counter() - s)"
    )
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, **({"NUMBA_CACHE_DIR": empty} if cold else {})}
        run = subprocess.run(
            [sys.executable, "-c", code, str(line_file)],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
    return float(run.stdout)


def processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> None:
    line_file = ROOT / "data" / "shapes" / "border.parquet"
    line = gpd.read_parquet(line_file).geometry.iloc[0]
    vertices = shapely.get_coordinates(line)
    lon, lat = points_over_mexico()
    methods: dict[str, Callable[..., Distance]] = {
        "BorderIndex": border_index,
        "BorderIndex, one thread": border_index_on_one_thread,
        "STRtree in EPSG:6372, then Geod": planar_tree,
    }
    cold = first_call_seconds(line_file, cold=True)
    border_index(line, lon[:10], lat[:10])
    warm = first_call_seconds(line_file, cold=False)

    seconds: dict[str, list[float]] = {name: [] for name in methods}
    answers = {}
    for _ in range(ROUNDS):
        for name, method in methods.items():
            start = time.perf_counter()
            answers[name] = method(line, lon, lat)
            seconds[name].append(time.perf_counter() - start)

    sample = np.random.default_rng(SEED + 1).choice(POINTS, SAMPLE, replace=False)
    reference = runpy.run_path(str(ROOT / "tests" / "golden" / "line_reference.py"))["nearest_on_line"]
    exact, *_ = reference(vertices, lon[sample], lat[sample])
    rows = []
    for name in methods:
        error = np.abs(1000.0 * answers[name][0][sample] - exact)
        rows.append(
            {
                "method": name,
                "seconds": [round(value, 2) for value in seconds[name]],
                "best_seconds": round(min(seconds[name]), 2),
                "largest_error_m": float(f"{error.max():.3g}"),
                "median_error_m": float(f"{np.median(error):.3g}"),
            }
        )
    result = {
        "points": POINTS,
        "sample": SAMPLE,
        "seed": SEED,
        "border_vertices": len(vertices),
        "border_km": round(Geod(ellps="WGS84").geometry_length(line) / 1000.0, 3),
        "methods": rows,
        "ratio": round(rows[-1]["best_seconds"] / rows[0]["best_seconds"], 2),
        "first_call_seconds": {"nothing compiled yet": round(cold, 2), "compiled before": round(warm, 2)},
        "machine": {"processor": processor(), "cores": os.cpu_count(), "system": platform.system()},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "numba", "shapely", "pyproj", "geopandas")},
        },
    }
    out = Path(__file__).parent / "results"
    out.mkdir(exist_ok=True)
    (out / "border_distance.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (out / "border_distance.md").write_text(as_markdown(result), encoding="utf-8")
    print(as_markdown(result))


def as_markdown(result: dict) -> str:
    """Return the result as a page."""
    table = [
        f"| {row['method']} | {row['best_seconds']} | {', '.join(map(str, row['seconds']))} "
        f"| {row['largest_error_m']:g} | {row['median_error_m']:g} |"
        for row in result["methods"]
    ]
    machine, versions, first = result["machine"], result["versions"], result["first_call_seconds"]
    return "\n".join(
        [
            "# Distance to the border",
            "",
            f"{result['points']:,} points spread evenly over Mexico (seed {result['seed']}) to the border line of "
            f"{result['border_vertices']:,} vertices and {result['border_km']:,} km. "
            "All in turn in one process, their index built each time; errors against a brute force over every vertex "
            f"on {result['sample']:,} of the points.",
            "",
            "| method | best, s | each round, s | largest error, m | median error, m |",
            "|---|---|---|---|---|",
            *table,
            "",
            f"`BorderIndex` is {result['ratio']} times as fast as the tree. In a fresh process the first 1,000 points "
            f"take {first['nothing compiled yet']} s when nothing has been compiled yet and "
            f"{first['compiled before']} s afterwards (index included, imports of geopandas not).",
            "",
            f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; "
            + ", ".join(f"{name} {value}" for name, value in versions.items())
            + ".",
            "",
            "Made by `python benchmarks/border_distance.py`.",
            "",
        ]
    )


if __name__ == "__main__":
    main()
