"""How joins over partitions grow with rows and workers, and what a national study takes.

growth: 1, 10 and 50 M points in partitions are joined to municipalities and counted on Dask with two workers; the
exponent is that of seconds over rows, the memory the peak of the larger worker.
costs: every step of a register's way at three sizes, seconds and bytes a million rows; the third size is predicted from
the second. Polygons and permutations are varied beside them.
workers: the 10 M job with one worker and with two, start-up not counted.
national: a synthetic register of 5.5 M rows in DENUE's format is partitioned (that is its ingest) and its study built
with Dask: placed, counted, measured, atlas by hexagons. Memory is the sum over all processes, sampled.

Run: python benchmarks/scale_growth.py [growth] [costs] [workers] [national] [--rows 1000000,10000000,50000000]
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from machine import describe
from scale_joins import _held, make, peak_mb

RESULTS = Path(__file__).resolve().parent / "results"
NATIONAL_ROWS = 5_500_000


def join(folder: Path, workers: int) -> dict[str, Any]:
    """Join the points of a folder on Dask; seconds are those of the work, not of the start."""
    import geopandas as gpd

    from geo.scale.engine import Dask
    from geo.scale.partitions import Partitions

    with Dask(workers=workers) as engine:
        partitions = Partitions.open(folder / "points")
        areas = gpd.read_parquet(folder / "areas.parquet")
        # Start-up is not counted: every worker has joined a partition before.
        engine.map(_held, [0] * 4 * workers, shared={"partitions": partitions, "areas": areas})
        start = time.perf_counter()
        found = engine.map(_held, range(len(partitions.parts)), shared={"partitions": partitions, "areas": areas})
        joined = int(sum(found[1:], found[0]).sum())
        seconds = time.perf_counter() - start
        peaks = engine.client.run(peak_mb).values()
    return {"rows": partitions.rows, "workers": workers, "seconds": round(seconds, 2), "joined": joined,
            "worker_peak_mb": round(max(peaks))}  # fmt: skip


def points(rows: int) -> tuple[tempfile.TemporaryDirectory[str], Path, float]:
    scratch = tempfile.TemporaryDirectory(prefix="corredor-growth-")
    start = time.perf_counter()
    make(Path(scratch.name), rows)
    return scratch, Path(scratch.name), round(time.perf_counter() - start, 1)


def growth(sizes: list[int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for size in sizes:
        scratch, folder, written = points(size)
        with scratch:
            row = join(folder, 2) | {"points_made_and_partitioned_s": written}
        if rows:
            step = math.log(row["seconds"] / rows[-1]["seconds"]) / math.log(row["rows"] / rows[-1]["rows"])
            row["exponent"] = round(step, 3)
        rows.append(row)
        print(row, flush=True)
    return rows


def bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def timed(row: dict[str, Any], step: str, call: Any, *arguments: Any, **options: Any) -> Any:
    start = time.perf_counter()
    result = call(*arguments, **options)
    row[f"{step}_s"] = round(time.perf_counter() - start, 2)
    return result


def cost(size: int, study: Any, layers: Any) -> dict[str, Any]:
    """Time every step on a synthetic register of one size, in this process: one core."""
    from geo.scale.engine import Local
    from geo.scale.neighbours import count_within_km
    from geo.scale.partitions import write_partitions
    from geo.scale.places import place
    from geo.scale.registers import register_tables
    from geo.scale.surfaces import hexagon_counts, hexagon_hot_spots
    from geo.scale.totals import counts
    from geo.synthetic import write_register

    row: dict[str, Any] = {"rows": size}
    engine = Local()
    with tempfile.TemporaryDirectory(prefix="corredor-costs-") as name:
        folder = Path(name)
        register = folder / "register.csv"
        like = [layers[each] for each in ("establishments", "parks", "municipalities")]
        write_register(register, *like, rows=size, seed=1)
        with register_tables(register, study) as (tables, synthetic):
            split = timed(row, "partition", write_partitions, tables, folder / "rows", synthetic=synthetic)
        placed = timed(row, "place", place, split, layers, study, folder / "placed", engine)
        timed(row, "counts_by_area_and_industry", counts, placed, ["cvegeo", "scian"], engine)
        timed(row, "within_1km", count_within_km, placed, 1.0, engine)
        cells = timed(row, "hexagons", hexagon_counts, placed, 25, engine)
        for draws in (999, 9_999):
            timed(row, f"hot_spots_{draws}_permutations", hexagon_hot_spots, cells, permutations=draws, seed=1)
        row |= {"register_bytes": register.stat().st_size, "partitions_bytes": bytes_of(folder / "rows"),
                "placed_bytes": bytes_of(folder / "placed"), "peak_mb": round(peak_mb())}  # fmt: skip
    return row


def polygons(rows: int) -> list[dict[str, Any]]:
    """Time the join to areas with few and many polygons."""
    import numpy as np

    from geo.layers import read_layer
    from geo.scale.areas import area_of
    from geo.study import load_study

    study = load_study()
    plants = read_layer(study, "establishments")
    random = np.random.default_rng(1)
    at = random.integers(len(plants), size=rows)
    lon, lat = (plants[each].to_numpy(float)[at] + random.normal(size=rows) * 0.03 for each in ("lon", "lat"))
    found = []
    for name in ("states", "municipalities"):
        areas = read_layer(study, name)
        areas = areas[areas.geometry.notna()].to_crs("EPSG:6372")
        row: dict[str, Any] = {"rows": rows, "polygons": len(areas)}
        timed(row, "join", area_of, lon, lat, areas)
        found.append(row)
    return found


def costs(sizes: list[int]) -> list[dict[str, Any]]:
    from geo.layers import read_layers
    from geo.study import load_study

    shipped = load_study()
    study = shipped.model_copy(update={"study": shipped.study.model_copy(update={"synthetic": True})})
    layers = read_layers(study)
    cost(20_000, study, layers)  # compiles the loops
    rows: list[dict[str, Any]] = []
    for size in sizes:
        row = cost(size, study, layers)
        for step in ("partition", "place", "counts_by_area_and_industry", "hexagons"):
            if rows:  # what the size before says of this one
                row[f"{step}_predicted_s"] = round(rows[-1][f"{step}_s"] * size / rows[-1]["rows"], 2)
        rows.append(row)
        print(row, flush=True)
    return [*rows, *polygons(1_000_000)]


def workers(size: int) -> list[dict[str, Any]]:
    scratch, folder, _ = points(size)
    with scratch:
        rows = [join(folder, count) for count in (1, 2, 1, 2)]
    for row in rows:
        print(row, flush=True)
    return rows


class Watch(threading.Thread):
    """The largest memory of a process and all it starts, MB (what they share counts once each)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.done = pid, 0.0, threading.Event()

    def run(self) -> None:
        import psutil

        while not self.done.wait(0.5):
            total = 0.0
            try:
                family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
            except psutil.Error:
                continue
            for each in family:
                try:
                    total += each.memory_info().rss / 2**20
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total)


def step(name: str, *arguments: str) -> dict[str, Any]:
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "geo", *arguments])
    watch = Watch(process.pid)
    watch.start()
    code = process.wait()
    watch.done.set()
    row = {"step": name, "seconds": round(time.perf_counter() - start, 1), "peak_mb": round(watch.peak), "exit": code}
    print(row, flush=True)
    return row


def national(rows: int) -> list[dict[str, Any]]:
    from geo.study import shipped_data

    with tempfile.TemporaryDirectory(prefix="corredor-national-") as name:
        folder = Path(name)
        head, _, _ = (shipped_data() / "geo.toml").read_text(encoding="utf-8").partition("[layers]")
        study = folder / "geo.toml"
        study.write_text(
            head.replace("[study]", "[study]\nsynthetic = true", 1) + '[layers]\nestablishments = "register"\n',
            encoding="utf-8",
        )
        register = folder / "register.csv"
        steps = [
            step("synth register (not counted)", "synth", "register", "--rows", str(rows), "--out", str(register)),
            step("partition", "partition", str(register), "--study", str(study), "--out", str(folder / "register")),
            step("build", "build", "--study", str(study), "--out", str(folder / "maps"), "--engine", "dask",
                 "--workers", "2"),
        ]  # fmt: skip
        sizes = {path.name: path.stat().st_size for path in (folder / "maps").glob("*") if path.is_file()}
        return [*steps, {"rows": rows, "register_bytes": register.stat().st_size, "output_bytes": sizes}]


def main() -> None:
    """Run what is asked for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["growth", "costs", "workers", "national"])
    parser.add_argument("--rows", default="1000000,10000000,50000000")
    parser.add_argument("--cost-rows", default="200000,800000,2400000")
    parser.add_argument("--workers-rows", type=int, default=10_000_000)
    parser.add_argument("--national-rows", type=int, default=NATIONAL_ROWS)
    arguments = parser.parse_args()
    path = RESULTS / "scale_growth.json"
    content = json.loads(path.read_text()) if path.is_file() else {}
    content["machine"] = describe()
    content["machine"]["versions"] |= {name: version(name) for name in ("dask", "distributed", "sedonadb")}
    RESULTS.mkdir(exist_ok=True)
    work = {
        "growth": lambda: growth([int(each) for each in arguments.rows.split(",")]),
        "costs": lambda: costs([int(each) for each in arguments.cost_rows.split(",")]),
        "workers": lambda: workers(arguments.workers_rows),
        "national": lambda: national(arguments.national_rows),
    }
    for part in arguments.parts:
        content[part] = work[part]()
        path.write_text(json.dumps(content, indent=1) + "\n")
    lines = ["# Growth, workers, a national study", "", content["machine"]["text"]]
    for part in work:
        if part in content:
            lines += ["", f"## {part}", ""]
            lines += [f"- {', '.join(f'{name} {value}' for name, value in row.items())}" for row in content[part]]
    (RESULTS / "scale_growth.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
