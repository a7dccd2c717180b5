"""How many threads this process may work with, and work in them; Dask gives each of its workers one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")

# Items handed to a thread before more are drawn.
_WAITING = 8


def threads() -> int:
    """Return ``OMP_NUM_THREADS`` where it is a number, as in a worker of Dask; else the cores this process may use."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    if said.isdecimal() and int(said):
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_threads(function: Callable[[_Item], _Answer], items: Iterable[_Item]) -> list[_Answer]:
    """Return a function's answers in the order of the items, worked out in as many threads as there are."""
    workers = threads()
    if workers == 1:
        return list(map(function, items))
    remaining, answers = iter(items), list[_Answer]()
    with ThreadPoolExecutor(workers) as pool:
        while batch := list(islice(remaining, _WAITING * workers)):
            answers.extend(pool.map(function, batch))
    return answers
