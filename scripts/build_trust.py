"""Write the tables of docs/trust.md from tests/results, so that no count stands there that no run has written.

Run: python scripts/build_trust.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS, PAGE = ROOT / "tests" / "results", ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- campaigns: written by scripts/build_trust.py -->", "<!-- end of campaigns -->"


def results() -> list[dict[str, Any]]:
    """Read every campaign's counts, by name."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    return sorted((each for each in found if "cases" in each), key=lambda each: str(each["name"]))


def table(campaigns: list[dict[str, Any]]) -> str:
    """Return the campaigns as a table."""
    lines = ["| what | cases | held | lost | seed | command |", "|---|---|---|---|---|---|"]
    for each in campaigns:
        seed = "" if each.get("seed") is None else each["seed"]
        name = str(each["name"]).replace("_", " ")
        # A mutant that survives is one that the tests missed.
        held, lost = ("killed", "survived") if "killed" in each else ("survived", "lost")
        counts = " | ".join(f"{each[key]:,}" for key in ("cases", held, lost))
        lines.append(f"| {name} | {counts} | {seed} | `{each['command']}` |")
    return "\n".join(lines)


def page(text: str) -> str:
    """Return the page with its table written anew."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table(results())}\n\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
