"""Time each format of `geo export` on the tables of one run, and note what it writes.

Run: python benchmarks/exports.py [--run maps]. Writes benchmarks/results/exports.md and exports.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from machine import describe

from geo.extract import FORMATS, export
from geo.runs import Run
from geo.study import load_study

RESULTS = Path(__file__).resolve().parent / "results"
BAR_SECONDS = 15.0


def main() -> None:
    """Run and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("maps"))
    run = Run(load_study(), parser.parse_args().run)
    _ = run.tables, run.layers  # reading and measuring are not writing
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for key, each in FORMATS.items():
            out = Path(folder) / key
            start = time.perf_counter()
            written = export(run, out, formats=[key])
            seconds = time.perf_counter() - start
            size = sum(path.stat().st_size for path in written)
            rows.append({"format": key, "what": each.what, "seconds": round(seconds, 2), "files": len(written),
                         "mb": round(size / 1e6, 1)})  # fmt: skip
        start = time.perf_counter()
        export(run, Path(folder) / "all", formats=list(FORMATS))
        together = round(time.perf_counter() - start, 2)
    content = {"machine": describe(), "formats": rows, "together_seconds": together, "bar_seconds": BAR_SECONDS}
    (RESULTS / "exports.json").write_text(json.dumps(content, indent=2) + "\n")
    lines = ["# geo export", "", describe()["text"], "", "One run's tables in memory; writing only.", ""]
    lines += ["| format | what | seconds | files | MB |", "|---|---|---|---|---|"]
    lines += [f"| {row['format']} | {row['what']} | {row['seconds']} | {row['files']} | {row['mb']} |" for row in rows]
    lines += ["", f"All together: {together} s (bar {BAR_SECONDS:g} s)."]
    (RESULTS / "exports.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
