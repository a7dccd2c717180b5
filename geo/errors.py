"""The errors a user of the package can catch: one tree, each with a sentence that names the cure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

#: Letters of a part of a message; what is longer is cut.
_MOST_LETTERS = 1500
#: Letters of a line of a message; of a longer one beginning and end are shown.
_MOST_OF_A_LINE = 4000


def visible(text: str, *, keep: str = "") -> str:
    r"""Return a text without signs that a terminal obeys or hides: controls, marks of direction, lone surrogates.

    Parameters
    ----------
    text
        Any text, such as a name from a file.
    keep
        Signs of that kind to leave as they are.

    Examples
    --------
    >>> visible("a\x1b[2Jb\u202ec")
    'a\\x1b[2Jb\\u202ec'
    """
    return "".join(
        sign if sign in keep or not _is_hidden(sign) else sign.encode("unicode_escape").decode() for sign in text
    )


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _said(text: str) -> str:
    """Return a part of a message as it is shown: on one line, and not the whole of a long value."""
    shown = visible(text)
    return shown if len(shown) <= _MOST_LETTERS else f"{shown[:_MOST_LETTERS]} ..."


def _ranges(rows: tuple[int, ...]) -> str:
    """Write row numbers as `2-5, 9`."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place of the input, with what would mend it.

    Parameters
    ----------
    file
        Name of the file (or layer) the problem is in.
    what
        What came and why it is refused.
    cure
        What to do about it.
    rows
        Row numbers as a spreadsheet shows them (the header is row 1); empty when the whole file is meant.
    column
        Column the value stands in; None when the whole row or file is meant.
    """

    file: str
    what: str
    cure: str
    rows: tuple[int, ...] = ()
    column: str | None = None

    def __str__(self) -> str:
        place = _said(self.file)
        if self.rows:
            place += f", row{'s' if len(self.rows) > 1 else ''} {_ranges(self.rows)}"
        if self.column is not None:
            place += f", column {_said(self.column)}"
        return f"{place}: {_said(self.what)}. {_said(self.cure)}."


class CorredorError(Exception):
    """Base of every error this package raises on purpose; its text shows on any terminal as it is."""

    def __str__(self) -> str:
        lines = visible(super().__str__(), keep="\n").split("\n")
        # A library's message may quote a whole file. The cure stands at the end of a line.
        return "\n".join(
            line if len(line) <= _MOST_OF_A_LINE else f"{line[:_MOST_LETTERS]} ... {line[-_MOST_LETTERS:]}"
            for line in lines
        )


class ProblemsError(CorredorError):
    """Input refused: carries every problem found, not only the first.

    Parameters
    ----------
    problems
        The problems, in the order of the files they were found in.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        super().__init__("\n".join([f"{head} found; nothing was written.", *map(str, self.problems)]))

    def __reduce__(self) -> tuple[type[ProblemsError], tuple[tuple[Problem, ...]]]:
        # An error made in another process comes back by its problems, not by their text.
        return type(self), (self.problems,)


class StudyError(ProblemsError, ValueError):
    """The study file cannot be used."""


class DataError(ProblemsError, ValueError):
    """A layer's file cannot be used."""


class CrsError(CorredorError, ValueError):
    """A measurement was asked for in a reference system it must not be made in."""


class OutputError(CorredorError, OSError):
    """The outputs cannot be written where they were asked for."""


class DownloadError(CorredorError, OSError):
    """A file of an official source cannot be had, or is not what the source says."""


class EngineError(CorredorError, RuntimeError):
    """The processes that were to do the work are not there, do not fit, or broke off."""


class ChoiceError(CorredorError, ValueError):
    """Something was asked for by a name that is not there, or that cannot serve."""

    @classmethod
    def no_such(cls, what: str, asked: str, known: Iterable[str], *, where: str | None = None) -> ChoiceError:
        """Return the error for a name that is not there, with the nearest one and all that are.

        Parameters
        ----------
        what
            Kind of thing, as ``figure``.
        asked
            The name that was given.
        known
            The names that are there.
        where
            What to begin the sentence with; None for the kind and the name.

        Examples
        --------
        >>> str(ChoiceError.no_such("figure", "coridor", ["corridor", "coverage"]))
        "figure 'coridor': no such figure. Did you mean corridor? Known: corridor, coverage."
        >>> str(ChoiceError.no_such("layer", "zzz", ["parks", "states"], where="--layers zzz"))
        '--layers zzz: no such layer. Known: parks, states.'
        """
        names = list(known)
        near = get_close_matches(asked, names, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return cls(f"{where or f'{what} {asked!r}'}: no such {what}.{hint} Known: {', '.join(names)}.")
