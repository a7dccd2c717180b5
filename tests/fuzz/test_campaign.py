"""The fuzz campaign: 10,000 files a parser, and each ends in a value or in a sentence (``make campaign``)."""

from __future__ import annotations

import json
import time
from pathlib import Path

import fuzz_campaign
import pytest
from fuzz_targets import TARGETS

pytestmark = pytest.mark.campaign

RESULTS = Path(__file__).parents[1] / "results"
SEED = 7
#: Files spoilt, and files made from nothing.
SHARES = {"spoilt": 7_000, "made": 3_000}
#: What atheris leads too: the parsers that are written here, so that it sees their lines.
GUIDED = {"csv": 10_000, "study": 10_000, "decisions": 10_000}


@pytest.mark.parametrize("name", TARGETS)
def test_ten_thousand_files_end_in_a_value_or_a_sentence(name: str, tmp_path: Path) -> None:
    start, ways = time.monotonic(), {}
    for way, cases in {**SHARES, **({"guided": GUIDED[name]} if name in GUIDED else {})}.items():
        outcome = fuzz_campaign.run(name, way, cases, tmp_path / way, seed=SEED)
        ways[way] = outcome
    result = {
        "name": f"fuzz {name}",
        "cases": sum(each.cases for each in ways.values()),
        "survived": sum(each.cases - each.lost for each in ways.values()),
        "lost": sum(each.lost for each in ways.values()),
        "seconds": round(time.monotonic() - start, 1),
        "seed": SEED,
        "command": f"python -m pytest -m campaign tests/fuzz -k {name}",
        "ways": {way: dict(each.counts) for way, each in ways.items()},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"fuzz_{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    assert result["cases"] >= 10_000
    assert result["lost"] == 0, [said for each in ways.values() for said in each.said]
