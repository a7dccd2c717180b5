"""Time `geo figure --all`, at two widths and in two looks, on the tables of one run.

Run: python benchmarks/figures.py [--run maps]. Writes benchmarks/results/figures.md and figures.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from machine import describe

from geo.export.figures.look import Look
from geo.export.figures.write import write_figures
from geo.runs import Run
from geo.study import load_study

RESULTS = Path(__file__).resolve().parent / "results"
BAR_SECONDS = 60.0
LOOKS = {"180 mm, English, colour": Look(180, "en", False), "85 mm, Spanish, grey": Look(85, "es", True)}


def main() -> None:
    """Run and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("maps"))
    tables = Run(load_study(), parser.parse_args().run).figure_tables
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for place, (name, look) in enumerate(LOOKS.items()):
            start = time.perf_counter()
            written, refused = write_figures(tables, look, Path(folder) / str(place), "pdf")
            seconds = round(time.perf_counter() - start, 1)
            size = sum(path.stat().st_size for path in written)
            rows.append({"look": name, "seconds": seconds, "figures": len(written) - 1, "refused": refused,
                         "mb": round(size / 1e6, 1)})  # fmt: skip
    content = {"machine": describe(), "looks": rows, "bar_seconds": BAR_SECONDS}
    (RESULTS / "figures.json").write_text(json.dumps(content, indent=2) + "\n")
    lines = [
        "# geo figure --all --format pdf",
        "",
        describe()["text"],
        "",
        "One run's tables in memory; drawing only.",
        "",
    ]
    lines += ["| look | seconds | bar | figures | MB |", "|---|---|---|---|---|"]
    lines += [
        f"| {row['look']} | {row['seconds']} | < {BAR_SECONDS:g} | {row['figures']} | {row['mb']} |" for row in rows
    ]
    (RESULTS / "figures.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
