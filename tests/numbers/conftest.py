"""Random data sets by the hundred, and the count of those that came out alike."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

RESULTS = Path(__file__).resolve().parents[1] / "results" / "differential.json"
SEED = 20180
CAMPAIGN = 1_000

Check = Callable[[np.random.Generator], None]


class Cases:
    """Run a check on data sets of its own, the same ones every time."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def __call__(self, check: Check, count: int) -> None:
        began = time.monotonic()
        name = check.__name__
        for case in range(count):
            try:
                check(np.random.default_rng([SEED, crc32(name.encode()), case]))
            except BaseException as error:
                error.add_note(
                    f"{name}, data set {case}: np.random.default_rng([{SEED}, {crc32(name.encode())}, {case}])"
                )
                self.rows[name] = {"cases": case + 1, "survived": case, "lost": 1}
                raise
        self.rows[name] = {
            "cases": count,
            "survived": count,
            "lost": 0,
            "seconds": round(time.monotonic() - began, 2),
            "against": (check.__doc__ or "").splitlines()[0],
        }


@pytest.fixture(scope="session")
def cases() -> Iterator[Cases]:
    """Return the runner; what a campaign counted is written down at its end."""
    runner = Cases()
    yield runner
    counted = {name: row for name, row in runner.rows.items() if row["cases"] >= CAMPAIGN or row["lost"]}
    if not any(row["cases"] >= CAMPAIGN for row in counted.values()):
        return
    # A campaign of some of the checks leaves what the others counted.
    before = json.loads(RESULTS.read_text(encoding="utf-8"))["metrics"] if RESULTS.exists() else {}
    rows = before | counted
    told = {
        "name": "differential",
        "command": "python -m pytest -m campaign tests/numbers",
        "seed": SEED,
        "cases": sum(row["cases"] for row in rows.values()),
        "survived": sum(row["survived"] for row in rows.values()),
        "lost": sum(row["lost"] for row in rows.values()),
        "seconds": round(sum(row.get("seconds", 0.0) for row in rows.values()), 1),
        "metrics": dict(sorted(rows.items())),
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
