"""Local statistics with permutations on the municipalities of Mexico: the package against esda, in one run.

Both get the same values (log-normal, seed below), the same queen contiguity and the same number of permutations, and
return z and a p for every municipality; esda runs on one core and on all. The p of
the two are compared with each other and with a longer run of ours.

Run: python benchmarks/hot_spots.py [--permutations N] [--rounds N]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from esda.getisord import G_Local
from esda.moran import Moran_Local
from libpysal.graph import Graph
from machine import describe

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).resolve().parent / "results"
SHAPES = ROOT / "data" / "shapes" / "municipalities.parquet"
SEED = 20180101
FIRST_CALL = """
import sys, time
import numpy as np, pandas as pd
from libpysal.graph import Graph
from {module} import {name}
line = np.arange(99)
graph = Graph.from_arrays(np.r_[line, line + 1], np.r_[line + 1, line], np.ones(198))
values = pd.Series(np.random.default_rng(1).normal(size=100))
start = time.perf_counter()
{call}
print(time.perf_counter() - start)
"""
CALLS = {
    "ours": ("geo.metrics.agglomeration", "hot_spots", "hot_spots(values, graph, permutations=99, seed=1)"),
    "esda": ("esda.getisord", "G_Local", "G_Local(values, graph, transform='B', star=True, permutations=99, n_jobs=1)"),
}


def first_call_seconds(which: str, *, cold: bool) -> float:
    """Return what the first small call of a fresh process takes, with nothing compiled before or something."""
    module, name, call = CALLS[which]
    with tempfile.TemporaryDirectory() as empty:
        setting = {"NUMBA_CACHE_DIR": empty} if cold else {}
        code = f"import os; os.environ.update({setting!r})\n" + FIRST_CALL.format(module=module, name=name, call=call)
        run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True, capture_output=True)
    return float(run.stdout)


def two_sided(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return esda's simulations folded about their mean, as our p is."""
    middle = simulated.mean(axis=0)
    as_far = (np.abs(simulated - middle) >= np.abs(observed - middle)).sum(axis=0)
    return (as_far + 1) / (len(simulated) + 1)


def timed(call: Callable[[], Any], rounds: int) -> tuple[list[float], Any]:
    seconds, answer = [], None
    for _ in range(rounds):
        start = time.perf_counter()
        answer = call()
        seconds.append(round(time.perf_counter() - start, 3))
    return seconds, answer


def main() -> None:
    """Run and write the results."""
    from geo.metrics.agglomeration import hot_spots, local_moran

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--permutations", type=int, default=9_999)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    permutations, rounds = arguments.permutations, arguments.rounds
    warnings.simplefilter("ignore")

    shapes = gpd.read_parquet(SHAPES).set_index("cvegeo")
    queen = Graph.build_contiguity(shapes, rook=False)
    standardized = queen.transform("r")
    values = pd.Series(np.random.default_rng(SEED).lognormal(size=len(shapes)), index=shapes.index)
    y = values.to_numpy()
    options = {"permutations": permutations, "seed": SEED}

    def esda_g(jobs: int, *, keep: bool = False) -> Any:
        return G_Local(y, queen, transform="B", star=True, n_jobs=jobs, keep_simulations=keep, **options)

    def esda_moran(jobs: int) -> Any:
        return Moran_Local(y, standardized, transformation="r", n_jobs=jobs, keep_simulations=False, **options)

    calls: dict[str, dict[str, Callable[[], Any]]] = {
        "hot spots (Gi*)": {
            "ours": lambda: hot_spots(values, queen, **options),
            "esda G_Local, 1 core": lambda: esda_g(1),
            "esda G_Local, all cores": lambda: esda_g(-1),
        },
        "local Moran": {
            "ours": lambda: local_moran(values, standardized, **options),
            "esda Moran_Local, 1 core": lambda: esda_moran(1),
            "esda Moran_Local, all cores": lambda: esda_moran(-1),
        },
    }
    first = {
        which: {state: round(first_call_seconds(which, cold=state == "cold"), 2) for state in ("cold", "warm")}
        for which in CALLS
    }
    for task in calls.values():  # compiled before the clock starts
        for call in task.values():
            call()
    rows = []
    for task, ways in calls.items():
        best = {}
        for way, call in ways.items():
            seconds, _ = timed(call, rounds)
            best[way] = min(seconds)
            rows.append({"task": task, "way": way, "seconds": seconds, "ratio": round(best[way] / best["ours"], 1)})
    ours = hot_spots(values, queen, **options)
    longer = hot_spots(values, queen, permutations=100 * permutations, seed=SEED + 1)["p"].to_numpy()
    esda = esda_g(1, keep=True)
    differences = {
        "z, ours to esda": float(np.abs(ours["z"] - esda.Zs).max()),
        "p, ours to esda": float(np.abs(ours["p"] - two_sided(esda.sim, esda.Gs)).max()),
        "p, ours to 100 times the permutations": float(np.abs(ours["p"] - longer).max()),
        "p, esda to 100 times the permutations": float(np.abs(two_sided(esda.sim, esda.Gs) - longer).max()),
    }
    many = timed(lambda: hot_spots(values, queen, permutations=99_999, seed=SEED), rounds)[0]
    machine = describe()
    machine["text"] = machine["text"].removesuffix(".") + f", esda {version('esda')}, libpysal {version('libpysal')}."
    content = {
        "municipalities": len(shapes),
        "links": int(queen.n_edges),
        "permutations": permutations,
        "seed": SEED,
        "rows": rows,
        "largest_differences": {name: float(f"{value:.2g}") for name, value in differences.items()},
        "seconds_of_99999": min(many),
        "first_call_seconds": first,
        "machine": machine,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "hot_spots.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (RESULTS / "hot_spots.md").write_text(as_markdown(content), encoding="utf-8")
    print(as_markdown(content))


def as_markdown(content: dict[str, Any]) -> str:
    lines = [
        "# Hot spots and local Moran",
        "",
        f"{content['municipalities']:,} municipalities, {content['links']:,} links of queen contiguity, "
        f"{content['permutations']:,} permutations, both tools in turn in one process, compiled before.",
        "",
        "| task | way | best, s | each round, s | times ours |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['task']} | {row['way']} | {min(row['seconds'])} | {', '.join(map(str, row['seconds']))} | "
        f"{row['ratio']} |"
        for row in content["rows"]
    ]
    first = content["first_call_seconds"]
    lines += [
        "",
        f"Ours uses one core. With 99,999 permutations hot spots take {content['seconds_of_99999']} s.",
        "",
        f"The first small call of a fresh process takes {first['ours']['cold']} s (esda {first['esda']['cold']} s) when"
        f" nothing has been compiled yet, and {first['ours']['warm']} s (esda {first['esda']['warm']} s) afterwards.",
        "",
        "| largest difference over the municipalities | |",
        "|---|---|",
        *[f"| {name} | {value:g} |" for name, value in content["largest_differences"].items()],
        "",
        content["machine"]["text"],
        "",
        "Made by `python benchmarks/hot_spots.py`.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
