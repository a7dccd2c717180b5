"""Points to municipalities at 1 M and 10 M points: the package against the engines that people use for it.

Points are strewn about the shipped establishments and stand in partitions (GeoParquet, longitude and latitude). Every
engine reads the same files, brings the points into the plane, joins them to the 2,465 municipalities of the shipped
study at the resolution that it measures on, and returns how many points each municipality holds. Each runs in a process
of its own; seconds are those from the files to the counts, without imports. PostGIS gets its table loaded before (told
apart), and its memory is the client's only; of Dask it is that of the command, the workers' is in scale_growth. The
package also gives a point in no municipality to one that is up to 2 km off, which the others do not: their counts
differ by those points. ours_inside leaves that out, and answers the question that the others answer.

Run: python benchmarks/scale_joins.py [--rows 1000000,10000000] [--engines ours,geopandas,...] [--rounds N]
DuckDB's spatial extension is pinned to a version of DuckDB: name a Python that has both in CORREDOR_DUCKDB_PYTHON.
PostGIS needs CORREDOR_BENCH_POSTGRES, a connection string of a database with the extension.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ENGINES = ("ours", "ours_inside", "ours_dask", "geopandas", "sedonadb", "duckdb", "postgis")
RESULTS = Path(__file__).resolve().parent / "results"
#: As geo.synthetic strews a register.
SPREAD_M, SEED, METRES_A_DEGREE = 250.0, 20180, 111_320.0


def make(folder: Path, rows: int) -> None:
    """Write the points in partitions, and the municipalities as planar WKB for engines without geopandas."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    from geo.layers import read_layer
    from geo.scale.partitions import write_partitions
    from geo.study import load_study

    study = load_study()
    plants = read_layer(study, "establishments")
    random = np.random.default_rng(SEED)

    def tables() -> Any:
        for start in range(0, rows, 250_000):
            count = min(250_000, rows - start)
            at = random.integers(len(plants), size=count)
            lat = plants["lat"].to_numpy(float)[at] + random.normal(size=count) * SPREAD_M / METRES_A_DEGREE
            stretch = np.cos(np.radians(lat)) * METRES_A_DEGREE
            lon = plants["lon"].to_numpy(float)[at] + random.normal(size=count) * SPREAD_M / stretch
            yield pa.table({"lon": lon, "lat": lat})

    write_partitions(tables(), folder / "points", synthetic=True)
    areas = read_layer(study, "municipalities")
    areas = areas[areas.geometry.notna()].sort_values("cvegeo")
    areas[["cvegeo", "geometry"]].to_parquet(folder / "areas.parquet", index=False)
    wkb = pa.table({"cvegeo": areas["cvegeo"].to_list(), "wkb": areas.geometry.to_wkb().to_list()})
    parquet.write_table(wkb, folder / "areas_wkb.parquet")


def ours(folder: Path, workers: int | None = None, reach_km: float = 2.0) -> tuple[float, dict[str, int]]:
    import geopandas as gpd

    from geo.scale.engine import Dask, Local
    from geo.scale.partitions import Partitions

    with Local() if workers is None else Dask(workers=workers) as engine:
        engine.map(_warm, range(4 * (workers or 1)))
        start = time.perf_counter()
        partitions = Partitions.open(folder / "points")
        areas = gpd.read_parquet(folder / "areas.parquet")
        shared = {"partitions": partitions, "areas": areas, "reach_km": reach_km}
        found = engine.map(_held, range(len(partitions.parts)), shared=shared)
        totals = sum(found[1:], found[0])
        seconds = time.perf_counter() - start
        return seconds, dict(zip(areas["cvegeo"], map(int, totals), strict=True))


def _warm(_item: int) -> None:
    """Import what the work needs, as the other engines have before their clock starts."""
    import sedonadb  # noqa: F401

    import geo.scale.areas  # noqa: F401


def _held(i: int, *, partitions: Any, areas: Any, reach_km: float = 2.0) -> Any:
    import numpy as np

    from geo.scale.areas import area_of

    rows = partitions.read(i, ["lon", "lat"])
    held = area_of(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float), areas, reach_km=reach_km)
    return np.bincount(held[held >= 0], minlength=len(areas))


def peak_mb() -> float:
    """Return the most memory that this process has held; getrusage would count what its parent held when it forked."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("there is no VmHWM in /proc/self/status")


def with_geopandas(folder: Path) -> tuple[float, dict[str, int]]:
    import geopandas as gpd

    start = time.perf_counter()
    areas = gpd.read_parquet(folder / "areas.parquet")
    points = gpd.read_parquet(folder / "points" / "parts", columns=["geometry"]).to_crs(areas.crs)
    joined = points.sjoin(areas, predicate="intersects")
    joined = joined[~joined.index.duplicated()] if joined.index.has_duplicates else joined
    counts = joined.groupby("cvegeo").size()
    return time.perf_counter() - start, {str(code): int(count) for code, count in counts.items()}


def with_sedonadb(folder: Path) -> tuple[float, dict[str, int]]:
    import sedonadb

    start = time.perf_counter()
    session = sedonadb.connect()
    session.sql("SET sedona.spatial_join.spatial_library = 'geos'")
    session.read_parquet(str(folder / "points" / "parts")).to_view("points")
    session.read_parquet(str(folder / "areas.parquet")).to_view("areas")
    query = """
        SELECT a.cvegeo AS cvegeo, COUNT(*) AS n FROM areas a
        JOIN (SELECT ST_Transform(geometry, 'EPSG:6372') AS geom FROM points) p ON ST_Intersects(a.geometry, p.geom)
        GROUP BY a.cvegeo
    """
    table = session.sql(query).to_pandas()
    return time.perf_counter() - start, {str(c): int(n) for c, n in zip(table["cvegeo"], table["n"], strict=True)}


def with_duckdb(folder: Path) -> tuple[float, dict[str, int]]:
    import duckdb

    start = time.perf_counter()
    database = duckdb.connect()
    found = [path for place in sys.path for path in Path(place).glob("duckdb_extension_spatial/extensions/**/spatial*")]
    database.sql(f"LOAD '{found[0]}'" if found else "LOAD spatial")
    rows = database.sql(f"""
        SELECT a.cvegeo, COUNT(*) FROM (SELECT cvegeo, ST_GeomFromWKB(wkb) AS geom
                                        FROM read_parquet('{folder}/areas_wkb.parquet')) a
        JOIN (SELECT ST_Transform(ST_Point(lon, lat), 'EPSG:4326', 'EPSG:6372', always_xy := true) AS geom
              FROM read_parquet('{folder}/points/parts/*.parquet')) p ON ST_Intersects(a.geom, p.geom)
        GROUP BY a.cvegeo
    """).fetchall()
    return time.perf_counter() - start, {str(code): int(count) for code, count in rows}


def with_postgis(folder: Path) -> tuple[float, dict[str, int]]:
    import psycopg
    from pyarrow import parquet

    load = time.perf_counter()
    with psycopg.connect(os.environ["CORREDOR_BENCH_POSTGRES"], autocommit=True) as database:
        database.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        database.execute("DROP TABLE IF EXISTS areas, points, flat")
        database.execute("CREATE TABLE areas (cvegeo text, geom geometry)")
        database.execute("CREATE TABLE flat (lon float8, lat float8)")
        areas = parquet.read_table(folder / "areas_wkb.parquet").to_pydict()
        for code, wkb in zip(areas["cvegeo"], areas["wkb"], strict=True):
            database.execute("INSERT INTO areas VALUES (%s, ST_SetSRID(ST_GeomFromWKB(%s), 6372))", (code, wkb))
        with database.cursor().copy("COPY flat FROM STDIN") as copy:
            for part in sorted((folder / "points" / "parts").glob("*.parquet")):
                table = parquet.read_table(part, columns=["lon", "lat"]).to_pandas()
                copy.write(table.to_csv(index=False, header=False, sep="\t"))
        database.execute("CREATE INDEX ON areas USING gist (geom)")
        database.execute("ANALYZE")
        print(json.dumps({"load_s": round(time.perf_counter() - load, 2)}), file=sys.stderr)
        start = time.perf_counter()
        rows = database.execute("""
            SELECT a.cvegeo, COUNT(*) FROM flat p
            JOIN areas a ON ST_Intersects(a.geom, ST_Transform(ST_SetSRID(ST_Point(p.lon, p.lat), 4326), 6372))
            GROUP BY a.cvegeo
        """).fetchall()
        return time.perf_counter() - start, {str(code): int(count) for code, count in rows}


RUN = {
    "ours": ours,
    "ours_inside": lambda folder: ours(folder, reach_km=0.0),
    "ours_dask": lambda folder: ours(folder, workers=2),
    "geopandas": with_geopandas,
    "sedonadb": with_sedonadb,
    "duckdb": with_duckdb,
    "postgis": with_postgis,
}


def one(engine: str, folder: Path) -> dict[str, Any]:
    """Run one engine in a process of its own."""
    python = os.environ.get("CORREDOR_DUCKDB_PYTHON", sys.executable) if engine == "duckdb" else sys.executable
    done = subprocess.run(
        [python, __file__, "--worker", engine, str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"engine": engine, "error": done.stderr.strip().splitlines()[-1][:200]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def worker(engine: str, folder: Path) -> None:
    seconds, counts = RUN[engine](folder)
    print(json.dumps({"engine": engine, "seconds": round(seconds, 2), "peak_mb": round(peak_mb()), "counts": counts}))


def main() -> None:
    """Run every engine on every size and write the results."""
    from importlib.metadata import version

    from machine import describe

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    rows = []
    for size in map(int, arguments.rows.split(",")):
        with tempfile.TemporaryDirectory(prefix="corredor-joins-") as name:
            folder = Path(name)
            make(folder, size)
            base: dict[str, int] | None = None
            for engine in arguments.engines.split(","):
                runs = [one(engine, folder) for _ in range(arguments.rounds)]
                good = [run for run in runs if "error" not in run]
                row: dict[str, Any] = {"points": size, "engine": engine}
                if not good:
                    row["error"] = runs[0]["error"]
                else:
                    counts = good[0]["counts"]
                    base = base or counts
                    row |= {
                        "seconds": [run["seconds"] for run in good],
                        "peak_mb": max(run["peak_mb"] for run in good),
                        "joined": sum(counts.values()),
                        "rows_in_other_municipalities": sum(
                            abs(counts.get(code, 0) - base.get(code, 0)) for code in {*counts, *base}
                        ),
                    }
                rows.append(row)
                print(row, flush=True)
    said = describe()
    said["versions"] |= {name: version(name) for name in ("dask", "distributed", "sedonadb")}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scale_joins.json").write_text(json.dumps({"machine": said, "rows": rows}, indent=1) + "\n")
    lines = ["# Points to municipalities", "", said["text"], "",
             "| points | engine | seconds, each run | peak MB | joined | differing |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for row in rows:
        told = row.get("error") or ", ".join(f"{each:g}" for each in row["seconds"])
        lines.append(f"| {row['points']:,} | {row['engine']} | {told} | {row.get('peak_mb', '')} | "
                     f"{row.get('joined', '')} | {row.get('rows_in_other_municipalities', '')} |")  # fmt: skip
    (RESULTS / "scale_joins.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
