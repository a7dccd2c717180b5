"""Points and windows that both spatstat and Corredor were given; run to write the points to ``point_pattern.csv``.

The points are even random ones (numpy's PCG64, seeds below) kept where they fall inside the window, with an intensity
that grows to the east. They mean nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

FILE = Path(__file__).with_name("point_pattern.csv")
# A U-shaped window with a hole in its left arm, and the unit square.
WINDOWS = {
    "square": shapely.box(0, 0, 1, 1),
    "hole": shapely.Polygon(
        [(0, 0), (1, 0), (1, 1), (0.7, 0.9), (0.6, 0.4), (0.45, 0.35), (0.4, 1), (0, 0.8)],
        holes=[[(0.1, 0.45), (0.25, 0.4), (0.3, 0.6), (0.15, 0.7)]],
    ),
}
SEEDS = {"square": 11, "hole": 12}
POINTS = 80


def write() -> None:
    lines = ["window,x,y,intensity"]
    for name, window in WINDOWS.items():
        xy = np.random.default_rng(SEEDS[name]).random((20 * POINTS, 2))
        inside = xy[shapely.contains_xy(window, xy)][:POINTS]
        lines += [f"{name},{x!r},{y!r},{50 + 60 * x!r}" for x, y in inside.tolist()]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
