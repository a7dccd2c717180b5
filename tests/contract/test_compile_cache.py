"""Compiled kernels are kept on disk: a second process compiles nothing."""

from __future__ import annotations

import json
import subprocess
import sys

USE_EVERY_KERNEL = """
import json, sys
import numpy as np, pandas as pd, shapely
from libpysal.graph import Graph
from geo.geodesy import BorderIndex
from geo.metrics.agglomeration import hot_spots, kernel_density
from geo.metrics.local_ownership import local_ownership
from geo.metrics.patterns import k_function, kd_envelope, m_envelope

rng = np.random.default_rng(1)
lon, lat, kinds = rng.uniform(-101, -100, 40), rng.uniform(20, 21, 40), rng.choice(list("ab"), 40)
BorderIndex(shapely.LineString([(-102, 22), (-100, 22.5)])).distance(lon, lat)
local_ownership(lon, lat, kinds, bandwidth_km=25, permutations=99)
options = {"simulations": 39, "seed": 1}
m_envelope(lon, lat, kinds, np.ones(40), [5.0, 25.0], **options)
kd_envelope(lon, lat, kinds, np.ones(40), [5.0, 25.0], weighted=False, **options)
k_function(rng.uniform(0, 1, (40, 2)), shapely.box(0, 0, 1, 1), [0.1], correction="isotropic")
graph = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [1.0] * 6)
kernel_density(lon, lat, np.ones(40), bandwidth_km=25, grid=pd.DataFrame({"lon": lon, "lat": lat}))
hot_spots(pd.Series([1.0, 2.0, 5.0, 9.0]), graph, permutations=99, seed=1)
kernels = [m for name, m in sys.modules.items() if name.startswith("geo.") and name.endswith("_kernel")]
found = {"modules": len(kernels), "hits": 0, "misses": 0}
for module in kernels:
    for value in vars(module).values():
        if hasattr(value, "stats"):
            found["hits"] += sum(value.stats.cache_hits.values())
            found["misses"] += sum(value.stats.cache_misses.values())
print(json.dumps(found))
"""


def test_a_second_process_compiles_nothing() -> None:
    runs = [
        subprocess.run([sys.executable, "-c", USE_EVERY_KERNEL], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    second = json.loads(runs[1].stdout.splitlines()[-1])
    assert second["modules"] == 6
    assert second["hits"] > 5
    assert second["misses"] == 0
