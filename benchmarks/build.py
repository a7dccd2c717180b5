"""Time `geo build` and `geo --help` as whole processes, and the peak memory of the largest process.

Run: python benchmarks/build.py [--runs N]. Writes benchmarks/results/build.md and build.json.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import describe

RESULTS = Path(__file__).resolve().parent / "results"
BARS = {"geo build": {"seconds": 60.0, "peak_mb": 1500.0}, "geo --help": {"seconds": 0.7}}


def run(command: list[str]) -> tuple[float, float]:
    """Return the seconds and the peak memory in MB of one process and those it waited for."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Run and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "geo build": ["-m", "geo", "build", "--quiet", "--out", f"{folder}/maps"],
            "geo --help": ["-m", "geo", "--help"],
        }
        for name, words in commands.items():
            run([sys.executable, *words])  # warm-up: compiles and caches
            seconds, peak = zip(*(run([sys.executable, *words]) for _ in range(runs)), strict=True)
            results[name] = {
                "runs": runs,
                "seconds": [round(f(seconds), 2) for f in (min, statistics.median, max)],
                "peak_mb": [round(f(peak)) for f in (min, statistics.median, max)],
                "bar": BARS[name],
            }
        size = (Path(folder) / "maps" / "atlas.html").stat().st_size
        package = (Path(folder) / "maps" / "corredor.gpkg").stat().st_size
    content = {"machine": describe(), "results": results, "atlas_bytes": size, "geopackage_bytes": package}
    (RESULTS / "build.json").write_text(json.dumps(content, indent=2) + "\n")
    lines = ["# geo build", "", describe()["text"], ""]
    lines += ["Whole processes after one warm-up: minimum / median / maximum.", ""]
    lines += ["| command | seconds | bar | peak memory, MB | bar |", "|---|---|---|---|---|"]
    for name, found in results.items():
        bar = found["bar"]
        peak_bar = f"< {bar['peak_mb']:g}" if "peak_mb" in bar else ""
        lines.append(
            f"| `{name}` | {' / '.join(map(str, found['seconds']))} | < {bar['seconds']:g} "
            f"| {' / '.join(map(str, found['peak_mb']))} | {peak_bar} |"
        )
    lines += ["", f"atlas.html {size / 1e6:.2f} MB (bar 4 MB), corredor.gpkg {package / 1e6:.1f} MB."]
    (RESULTS / "build.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
