"""Time an inventory built from a national register: a synthetic file in DENUE's format, and the RETC where it is.

Run: python benchmarks/inventory.py [--rows 5500000] [--folder DIR] [--retc DIR]. The file is made, read
and removed. Writes benchmarks/results/inventory.md and inventory.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from machine import describe

from geo.inventory.build import places_of
from geo.inventory.compare import compare
from geo.inventory.decisions import shipped_decisions
from geo.layers import read_layer
from geo.study import load_study, shipped_data
from geo.synthetic import write_register

RESULTS = Path(__file__).resolve().parent / "results"
SEED = 20180
BAR_SECONDS, BAR_GIB = 300.0, 4.0
COMMAND = (sys.executable, "-c", "from geo.commands.inventory import inventory; inventory()")


def build(*options: str) -> tuple[float, float]:
    """Run `geo inventory build` as a process of its own; return seconds and peak memory in GiB."""
    start = time.perf_counter()
    subprocess.run([*COMMAND, "build", "--quiet", *options], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20


def found(parks: pd.DataFrame, out: Path) -> dict[str, Any]:
    """Return how many of the parks an inventory finds again by name and municipality."""
    study = load_study()
    made = study.model_copy(update={"layers": {"parks": str(out / "parks.csv")}})
    result = compare(parks, read_layer(made, "parks"), places=places_of(read_layer(study, "municipalities")))
    return {
        "parks": result.parks_a, "derived": result.parks_b, "recall": round(result.recall, 3),
        "precision": round(result.precision, 3), "median_km": round(result.median_km, 3),
    }  # fmt: skip


def national(rows: int, folder: Path) -> dict[str, Any]:
    """Make the synthetic file, build from it, and see whether the rows add up."""
    study = load_study()
    parks, municipalities = read_layer(study, "parks"), read_layer(study, "municipalities")
    file, out, own = folder / "denue_synthetic.csv", folder / "out", folder / "geo.toml"
    # The shipped study, said to be synthetic: it would refuse these rows otherwise.
    text = (shipped_data() / "geo.toml").read_text(encoding="utf-8").split("[layers]")[0]
    own.write_text(text.replace("[study]", "[study]\nsynthetic = true"), encoding="utf-8")
    start = time.perf_counter()
    write_register(file, read_layer(study, "establishments"), parks, municipalities, rows=rows, seed=SEED)
    made = time.perf_counter() - start
    size = file.stat().st_size
    seconds, memory = build("--study", str(own), "--from", "denue", "--file", str(file), "--out", str(out))
    counts = json.loads((out / "summary.json").read_text(encoding="utf-8"))["counts"]
    parts = ("rows_in_parks", "rows_naming_no_listed_park", "rows_without_a_name", "rows_refused")
    if counts["rows_read"] != rows or sum(counts[part] for part in parts) != rows:
        raise SystemExit(f"rows do not add up: {counts}")
    return {
        "rows": rows, "gigabytes": round(size / 1e9, 2), "seconds_to_make": round(made, 1),
        "seconds": round(seconds, 1), "peak_gib": round(memory, 2), "counts": counts,
        "against_the_parks_planted": found(parks[parks["lon"].notna()], out),
    }  # fmt: skip


def retc(source: Path, folder: Path) -> dict[str, Any]:
    """Build from the yearly files, by the rules and with the shipped decisions, and compare with the inventory."""
    parks = read_layer(load_study(), "parks")
    registered = parks[parks["plants_registered"] > 0]
    result: dict[str, Any] = {}
    for name, options in (("rules", ()), ("rules_and_decisions", ("--decisions", str(shipped_decisions("retc"))))):
        out = folder / f"retc_{name}"
        seconds, _ = build("--from", "retc", "--file", str(source), "--out", str(out), *options)
        result[name] = {"seconds": round(seconds, 1), **found(registered, out)}
    return result


def main() -> None:
    """Run and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_500_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--retc", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "raw" / "retc")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        size = national(options.rows, Path(name))
        real = retc(options.retc, Path(name)) if options.retc.is_dir() else {}
    bars = {"seconds": BAR_SECONDS, "gib": BAR_GIB}
    content = {"machine": describe(), "synthetic": size, "retc": real, "bars": bars}
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (RESULTS / "inventory.json").write_text(text + "\n", encoding="utf-8")
    planted = size["against_the_parks_planted"]
    lines = [
        "# geo inventory build", "", describe()["text"], "", "## A synthetic national register",
        "", f"{size['rows']:,} rows in DENUE's format ({size['gigabytes']} GB), every row marked synthetic, made in "
        f"{size['seconds_to_make']} s. Read, joined to municipalities, grouped and written in **{size['seconds']} s** "
        f"with **{size['peak_gib']} GiB** at the peak (bars: {BAR_SECONDS:g} s, {BAR_GIB:g} GiB), as a process of its "
        "own. All rows are accounted for.", "",
        f"Of {planted['parks']} parks planted, found by name and municipality: recall {planted['recall']}, precision "
        f"{planted['precision']}, median distance {planted['median_km']} km. This tells that nothing is lost at size, "
        "not how real names read.",
    ]  # fmt: skip
    if real:
        lines += ["", "## The RETC 2004-2022 against the inventory's parks with plants", "",
                  "| | seconds | parks | derived | recall | precision | median km |",
                  "|---|---|---|---|---|---|---|"]  # fmt: skip
        lines += [
            f"| {name.replace('_', ' ')} | {row['seconds']} | {row['parks']} | {row['derived']} | {row['recall']} | "
            f"{row['precision']} | {row['median_km']} |"
            for name, row in real.items()
        ]
    (RESULTS / "inventory.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
