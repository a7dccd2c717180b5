"""A line of progress: what is done, how fast, and how long it will still take."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

Progress = Callable[[str], None]

#: Least seconds between two lines.
_PAUSE_S = 0.5


def silent(_step: str) -> None:
    """Show nothing."""


class Pace:
    """Tell how work over rows goes on.

    Parameters
    ----------
    progress
        Called with a line, at most twice a second and once at the end.
    label
        What is done, as ``placing``.
    rows
        Rows in all; None where nobody knows yet.
    """

    def __init__(self, progress: Progress, label: str, rows: int | None = None) -> None:
        self._progress, self._label, self._rows = progress, label, rows
        self._start = self._told = perf_counter()
        self._done = 0
        progress(label)

    def add(self, rows: int) -> None:
        """Count rows as done."""
        self._done += rows
        now = perf_counter()
        if now - self._told >= _PAUSE_S or self._done == self._rows:
            self._told = now
            self._progress(self.line(now - self._start))

    def line(self, seconds: float) -> str:
        """Return the line after so many seconds.

        Examples
        --------
        >>> pace = Pace(silent, "placing", 4_000_000)
        >>> pace.add(1_000_000)
        >>> pace.line(5.0)
        'placing: 1,000,000 of 4,000,000 rows, 200,000 rows/s, 15 s left'
        """
        rate = self._done / seconds if seconds > 0 else 0.0
        if self._rows is None:
            return f"{self._label}: {self._done:,} rows, {rate:,.0f} rows/s"
        left = f", {(self._rows - self._done) / rate:.0f} s left" if rate > 0 else ""
        return f"{self._label}: {self._done:,} of {self._rows:,} rows, {rate:,.0f} rows/s{left}"
