"""Run the tests of the promises that need no campaign and write their counts into tests/results.

Run: python scripts/count_promises.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "tests" / "results"

#: Promise and the tests that hold it.
PROMISES = {
    "archives and XML": ["tests/security/test_archives.py"],
    "hostile text": ["tests/security/test_hostile_text.py"],
    "network": ["tests/faults/test_network.py", "tests/sources/test_faults.py"],
    "disks, rights, links, two at once": ["tests/faults/test_disk.py"],
    "secrets and places": ["tests/faults/test_secrets.py"],
    "old and damaged outputs": ["tests/contract/test_old_outputs.py"],
    "rows in are rows out and rejects": ["tests/contract/test_own_data.py"],
}


def counted(name: str, files: list[str]) -> dict[str, Any]:
    """Run files of tests and return how many ran and held, and what they measured on the way."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        subprocess.run([sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *files], cwd=ROOT, check=False)
        suite = ElementTree.parse(report).getroot().find("testsuite")
    if suite is None:
        raise RuntimeError(f"pytest reported nothing of {name}")
    ran = int(suite.get("tests", 0)) - int(suite.get("skipped", 0))
    lost = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    measured = {str(each.get("name")): int(str(each.get("value"))) for each in suite.iter("property")}
    return {
        "name": f"tests {name}", "command": f"pytest {' '.join(files)}", "cases": ran, "survived": ran - lost,
        "lost": lost, "seconds": round(time.monotonic() - started), "measured": measured,
    }  # fmt: skip


def main() -> None:
    """Run every promise."""
    for name, files in PROMISES.items():
        row = counted(name, files)
        path = RESULTS / f"tests_{'_'.join(name.replace(',', '').split())}.json"
        path.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
