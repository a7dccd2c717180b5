"""Time M(r), K_d(r) and K(r) beside a plain numpy version and pointpats, all in one run.

Run: python benchmarks/point_patterns.py. Writes benchmarks/results/point_patterns.md and point_patterns.json.
The plain version and pointpats run a part of the work, which is scaled up; both are checked to give the same numbers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from machine import describe

from geo.geodesy import pairs_within
from geo.metrics.patterns import k_function, kd_simulations, m_simulations

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).resolve().parent / "results"
R_KM = np.arange(5.0, 201.0, 5.0)
RELABELLINGS, PLAIN_RELABELLINGS, SEED = 999, 5, 20180101
BARS = {"seconds": 30.0, "peak_mb": 2048.0}
K_POINTS = 5_000


def plants() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return longitude, latitude and industry (four digits of SCIAN, one type for those without) of the register."""
    register = pd.read_csv(ROOT / "data" / "establishments.csv", dtype={"scian": "string"})
    return (
        register["lon"].to_numpy(),
        register["lat"].to_numpy(),
        register["scian"].str[:4].fillna("none").to_numpy(str),
    )


def run_m(simulations: int, null: str = "labelling") -> tuple[float, np.ndarray]:
    """Return seconds, pairs included, and the simulated curves; sizes 1 where types move, uneven where plants do."""
    lon, lat, types = plants()
    sizes = np.ones(lon.size) if null == "labelling" else 1.0 + np.arange(lon.size) % 50
    start = time.perf_counter()
    result = m_simulations(lon, lat, types, sizes, R_KM, null=null, simulations=simulations, seed=SEED)
    return time.perf_counter() - start, result.curves


def plain_m() -> tuple[float, float, np.ndarray]:
    """Return seconds for the pairs and for one relabelling in plain numpy, and its curves."""
    lon, lat, types = plants()
    n, bands = lon.size, R_KM.size
    start = time.perf_counter()
    i, j, apart = pairs_within(lon, lat, lon, lat, float(R_KM[-1]))
    i, j, apart = (values[i != j] for values in (i, j, apart))
    cell = i * bands + np.searchsorted(R_KM, apart)
    around = np.bincount(cell, minlength=n * bands).reshape(n, bands).cumsum(axis=1)
    pairs = time.perf_counter() - start
    codes = np.unique(types, return_inverse=True)[1]
    rng = np.random.default_rng(SEED)
    curves = []
    start = time.perf_counter()
    for _ in range(PLAIN_RELABELLINGS):
        shuffled = codes[rng.permutation(n)]
        same = np.bincount(cell[shuffled[i] == shuffled[j]], minlength=n * bands).reshape(n, bands).cumsum(axis=1)
        share = (np.bincount(shuffled)[shuffled] - 1) / (n - 1)
        local = np.divide(same, around, out=np.zeros(same.shape), where=around > 0).sum(axis=0)
        curves.append(local / ((around > 0) * share[:, None]).sum(axis=0))
    return pairs, (time.perf_counter() - start) / PLAIN_RELABELLINGS, np.array(curves)


def run_kd() -> float:
    """Return the seconds of K_d of auto parts (3363) with 999 draws."""
    lon, lat, types = plants()
    start = time.perf_counter()
    kd_simulations(
        lon, lat, types, np.ones(lon.size), R_KM, reference="3363", weighted=False, simulations=RELABELLINGS, seed=SEED
    )
    return time.perf_counter() - start


def run_k() -> dict[str, float]:
    """Return the seconds of K without edge correction here and in pointpats, and of K with isotropic correction."""
    from pointpats import k as pointpats_k

    xy = np.random.default_rng(SEED).random((K_POINTS, 2))
    window = shapely.box(*xy.min(axis=0), *xy.max(axis=0))  # pointpats takes the bounding box
    r = np.linspace(0.0, 0.25, 41)
    seconds = {}
    found = {}
    for correction in ("none", "isotropic"):
        k_function(xy[:10], window, r, correction=correction)
        start = time.perf_counter()
        found[correction] = k_function(xy, window, r, correction=correction)
        seconds[correction] = time.perf_counter() - start
    start = time.perf_counter()
    _, theirs = pointpats_k(xy, support=r)
    seconds["pointpats"] = time.perf_counter() - start
    # theirs counts d < r and divides by n * n
    np.testing.assert_allclose(found["none"] * (K_POINTS - 1) / K_POINTS, theirs, rtol=1e-9)
    return seconds


def fresh(words: str, *, cold: bool) -> tuple[float, float]:
    """Return the seconds a fresh process says it took, and its peak memory in MB."""
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, **({"NUMBA_CACHE_DIR": empty} if cold else {})}
        command = [sys.executable, str(Path(__file__).resolve()), words]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{words} ended with {process.returncode}")
    return float(said), usage.ru_maxrss / 1024


def small() -> float:
    """Return the seconds of every measure on forty points: what is left is compiling or reading compiled code."""
    x = np.random.default_rng(SEED).random((40, 2))
    types = np.arange(40) % 3
    start = time.perf_counter()
    m_simulations(x[:, 0], x[:, 1], types, np.ones(40), [0.1], simulations=9, seed=1, metric="planar")
    sizes = np.arange(40.0) + 1
    m_simulations(x[:, 0], x[:, 1], types, sizes, [0.1], null="location", simulations=9, seed=1, metric="planar")
    options: dict[str, Any] = {"reference": 1, "weighted": True, "simulations": 9, "seed": 1, "metric": "planar"}
    kd_simulations(x[:, 0], x[:, 1], types, sizes, [0.1], **options)
    k_function(x, shapely.box(0, 0, 1, 1), [0.1], correction="isotropic")
    return time.perf_counter() - start


def measure() -> dict[str, Any]:
    """Return every figure."""
    first, again = fresh("small", cold=True)[0], fresh("small", cold=False)[0]
    again = min(again, fresh("small", cold=False)[0])
    m_seconds, m_peak = min(fresh("m", cold=False) for _ in range(3))
    run_m(32)
    plain_pairs, plain_each, plain_curves = plain_m()
    _, curves = run_m(32)
    np.testing.assert_allclose(curves[:PLAIN_RELABELLINGS], plain_curves, rtol=1e-12)
    k = run_k()
    plain = plain_pairs + RELABELLINGS * plain_each
    return {
        "points": plants()[0].size,
        "types": np.unique(plants()[2]).size,
        "relabellings": RELABELLINGS,
        "m_seconds": round(m_seconds, 2),
        "m_peak_mb": round(m_peak),
        "m_pairs_seconds": round(run_m(1)[0], 2),
        "m_location_seconds": round(run_m(RELABELLINGS, "location")[0], 2),
        "plain_seconds": round(plain, 1),
        "plain_each_seconds": round(plain_each, 3),
        "ratio": round(plain / m_seconds, 1),
        "kd_seconds": round(run_kd(), 2),
        "k_points": K_POINTS,
        "k_seconds": {name: round(value, 3) for name, value in k.items()},
        "k_ratio": round(k["pointpats"] / k["none"], 1),
        "first_seconds": round(first, 2),
        "again_seconds": round(again, 2),
        "bars": BARS,
        "machine": describe(),
    }


def as_markdown(found: dict[str, Any]) -> str:
    """Return the figures as a page."""
    k = found["k_seconds"]
    return "\n".join(
        [
            "# Point patterns",
            "",
            found["machine"]["text"],
            "",
            f"M(r) of the {found['points']:,} plants of the register, {found['types']} industries pooled, r = 5 ... "
            f"200 km in {R_KM.size} steps, geodesic, {found['relabellings']} relabellings; seconds with finding the "
            f"pairs. The plain numpy version ran {PLAIN_RELABELLINGS} relabellings, the same ones with the same "
            "result, and is scaled up.",
            "",
            "| what | seconds | bar |",
            "|---|---|---|",
            f"| `m_simulations`, labelling | {found['m_seconds']} | < {BARS['seconds']:g} |",
            f"| of these for the pairs and M itself | {found['m_pairs_seconds']} | |",
            f"| `m_simulations`, location, uneven sizes | {found['m_location_seconds']} | |",
            f"| plain numpy, labelling | {found['plain_seconds']} | |",
            f"| `kd_simulations` of auto parts (3363), pairs within 400 km | {found['kd_seconds']} | |",
            "",
            f"`m_simulations` is {found['ratio']} times as fast as plain numpy. Its process peaks at "
            f"{found['m_peak_mb']} MB (bar < {BARS['peak_mb']:g}).",
            "",
            f"K(r) of {found['k_points']:,} even random points in a square, r up to a quarter of its side, 41 steps: "
            f"without edge correction {k['none']} s, pointpats {k['pointpats']} s ({found['k_ratio']} times as long; "
            f"it has no edge correction); isotropic {k['isotropic']} s.",
            "",
            f"M, K_d and K of forty points in a fresh process: {found['first_seconds']} s when nothing has been "
            f"compiled yet, {found['again_seconds']} s afterwards.",
            "",
            "Made by `python benchmarks/point_patterns.py`.",
            "",
        ]
    )


def main() -> None:
    """Run and write the results, or one measurement in a process of its own."""
    if sys.argv[1:] == ["small"]:
        print(small())
    elif sys.argv[1:] == ["m"]:
        print(run_m(RELABELLINGS)[0])
    else:
        found = measure()
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "point_patterns.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        (RESULTS / "point_patterns.md").write_text(as_markdown(found), encoding="utf-8")
        print(as_markdown(found))


if __name__ == "__main__":
    main()
