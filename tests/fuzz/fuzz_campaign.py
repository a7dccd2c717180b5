"""The fuzz campaign: processes that run cases, started again where one dies; what came of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

WORKER = Path(__file__).with_name("fuzz_worker.py")
ROOT = Path(__file__).parents[2]
#: Cases that a process runs before a fresh one takes over.
CHUNK = 2000
#: One thread, and GDAL set up for small files: for a country's extract it takes a tenth of a second more a case.
_ALONE = {
    "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1",
    "CPL_LOG": "/dev/null", "OSM_USE_CUSTOM_INDEXING": "NO", "OSM_MAX_TMPFILE_SIZE": "1",
}  # fmt: skip
_LETTERS = {ord("v"): "values", ord("r"): "refusals", ord("f"): "findings"}


@dataclass
class Outcome:
    """What came of the cases of a target.

    Attributes
    ----------
    counts
        values, refusals, findings, hangs and crashes.
    said
        What was found, each kind once.
    seconds
        How long it took.
    """

    counts: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def cases(self) -> int:
        """Number of cases tried."""
        return self.counts.total()

    @property
    def lost(self) -> int:
        """Number of cases that ended in anything but a value or a sentence."""
        return self.cases - self.counts["values"] - self.counts["refusals"]


def run(name: str, way: str, cases: int, folder: Path, *, seed: int = 1) -> Outcome:
    """Run so many cases of a target.

    Parameters
    ----------
    name
        Key of ``fuzz_targets.TARGETS``.
    way
        ``spoilt`` (a whole file with bytes or fields changed), ``made`` (by hypothesis) or ``guided`` (by atheris).
    cases
        How many.
    folder
        Where the files of findings stay.
    seed
        Number that the cases hang on.
    """
    outcome, start, done, turn = Outcome(), time.monotonic(), 0, 0
    while done < cases and turn < cases:
        place = folder / f"{name}-{way}-{turn}"
        place.mkdir(parents=True)
        count = min(CHUNK, cases - done)
        arguments = [sys.executable, str(WORKER), name, way, str(done), str(count), str(seed), str(place)]
        with (place / "stderr").open("wb") as said:
            process = subprocess.run(
                arguments, stdout=subprocess.DEVNULL, stderr=said, check=False, env=_ALONE | os.environ
            )
        log = (place / "log").read_bytes() if (place / "log").exists() else b""
        outcome.counts.update(_LETTERS[letter] for letter in log)
        done += len(log)
        if process.returncode and len(log) < count:
            if not log:
                raise RuntimeError((place / "stderr").read_text(errors="replace")[-2000:])
            done += _death(outcome, place, process.returncode)
        turn += 1
    lines = [
        line for found in sorted(folder.glob(f"{name}-{way}-*/findings")) for line in found.read_text().splitlines()
    ]
    kinds = {line.partition(": ")[0]: line for line in lines}
    outcome.said += list(kinds.values())
    outcome.seconds = round(time.monotonic() - start, 1)
    return outcome


def _death(outcome: Outcome, place: Path, code: int) -> int:
    """Count a process that did not live to its last case; its case stays in the folder."""
    hang = (place / "hang").read_text() if (place / "hang").exists() else ""
    outcome.counts["hangs" if "Timeout" in hang else "crashes"] += 1
    said = hang or (place / "stderr").read_text(errors="replace")[-600:]
    outcome.said.append(f"ended with {code} at {place}: {' '.join(said.split())[:600]}")
    return 1


if __name__ == "__main__":
    import json

    name_, way_, cases_, folder_ = sys.argv[1:5]
    found = run(name_, way_, int(cases_), Path(folder_), seed=int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    sys.stdout.write(json.dumps({**found.counts, "seconds": found.seconds, "said": found.said}, indent=1) + "\n")
