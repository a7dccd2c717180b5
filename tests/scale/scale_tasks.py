"""Tasks for the tests of engines: a worker must be able to import them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from geo.errors import DataError, Problem
from geo.geodesy import planar_crs
from geo.scale.partitions import Part, Partitions, write_part
from geo.scale.places import Ground, placed


def times(item: int, *, by: int) -> int:
    return item * by


def plane(_item: int) -> str:
    return planar_crs()


def refused(item: int) -> None:
    raise DataError([Problem("file.csv", f"is bad {item}", "Mend it", (1, 2))])


def killed(_item: int) -> None:
    # A process that ends while its keeper still starts it is not started again.
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)


def place_or_die(i: int, *, folder: Path, partitions: Partitions, ground: Ground, deaths: Path) -> Part:
    """Place a part; the first that comes to part 1 dies before its work, the second to part 4 in the middle of it."""
    if i == 1 and _first(deaths / "before"):
        killed(i)
    rows = placed(partitions.read(i), ground)
    if i == 4 and _first(deaths / "between"):
        (folder / "parts" / ".part-00004.parquet.writing-half").write_bytes(b"half")
        killed(i)
    return write_part(rows, folder, i)


def _first(path: Path) -> bool:
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
