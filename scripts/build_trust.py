"""Write the tables of docs/trust.md from tests/results, so that no count stands there that no run has written.

Run: python scripts/build_trust.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS, PAGE = ROOT / "tests" / "results", ROOT / "docs" / "trust.md"
#: Kinds of campaigns that run in several parts.
KINDS = ("kills", "steps", "full disk", "fuzz")
BEGIN, END = "<!-- campaigns: written by scripts/build_trust.py -->", "<!-- end of campaigns -->"


def results() -> list[dict[str, Any]]:
    """Read every campaign's counts, by name."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    return sorted((each for each in found if "cases" in each), key=lambda each: str(each["name"]))


def merged(campaigns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add up campaigns that ran in parts (``kills_build_1``, ``kills_build_2``), and say what each kind comes to."""
    rows: dict[str, dict[str, Any]] = {}
    for each in campaigns:
        name = re.sub(r"[ _]\d+$", "", str(each["name"])).replace("__", ", ").replace("_", " ")
        # A mutant that survives is one that the tests missed.
        held, lost = ("killed", "survived") if "killed" in each else ("survived", "lost")
        command = re.sub(r"-\d+$", "", str(each["command"]))
        counts = {"cases": each["cases"], "held": each[held], "lost": each[lost]}
        _add(rows.setdefault(name, {"name": name, "command": command}), each, counts)
        kind = next((kind for kind in KINDS if name.startswith(f"{kind} ")), None)
        if kind is not None:
            total = f"{kind} ~ all"
            _add(rows.setdefault(total, {"name": total, "command": command.partition(" -k")[0]}), each, counts)
    return [rows[name] for name in sorted(rows)]


def _add(row: dict[str, Any], campaign: dict[str, Any], counts: dict[str, int]) -> None:
    for key, count in counts.items():
        row[key] = row.get(key, 0) + count
    row["seeds"] = row.get("seeds", set()) | ({campaign["seed"]} if campaign.get("seed") is not None else set())
    row["measured"] = row.get("measured", {}) | campaign.get("measured", {})


def table(campaigns: list[dict[str, Any]]) -> str:
    """Return the campaigns as a table."""
    lines = ["| what | cases | held | lost | seed | command |", "|---|---|---|---|---|---|"]
    for row in merged(campaigns):
        name = f"**{row['name'].replace(' ~ ', ', ')}**" if " ~ " in row["name"] else row["name"]
        told = ", ".join(f"{value} {what}" for what, value in row["measured"].items())
        counts = " | ".join(f"{row[key]:,}" for key in ("cases", "held", "lost"))
        seeds = ", ".join(map(str, sorted(row["seeds"])))
        lines.append(f"| {name}{f' ({told})' if told else ''} | {counts} | {seeds} | `{row['command']}` |")
    return "\n".join(lines)


def page(text: str) -> str:
    """Return the page with its table written anew."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table(results())}\n\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
