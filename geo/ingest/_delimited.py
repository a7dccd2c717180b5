"""Text with separators: its encoding, its separator, its rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter

from geo.errors import DataError, Problem

#: Encodings of Spanish text that is not UTF-8, the likeliest first.
_LEGACY = ["cp1252", "latin_1", "cp850", "mac_roman"]
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE = 200_000
_TOLD = re.compile(r"\A(?:\ufeff)?sep=(.)\r?\n?", re.IGNORECASE)


def decode(file: str, content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file and the encoding it is in.

    Parameters
    ----------
    file
        Name of the file, for problems.
    content
        Its bytes.
    encoding
        Encoding that the reader named; None finds it: by the mark at the file's start, else UTF-8 where the bytes are
        that, else the likeliest of four encodings of western text.

    Returns
    -------
    tuple of str
        Text, encoding.

    Raises
    ------
    DataError
        If the bytes are not text of that encoding, or hold NUL characters.
    """
    chosen = encoding or _encoding(content)
    try:
        text = content.decode(chosen)
    except LookupError:
        problem = Problem(file, f"{chosen!r} is not an encoding", "Name one such as utf-8, latin-1 or cp1252")
        raise DataError([problem]) from None
    except UnicodeError:
        cure = "Name its encoding with --encoding, such as latin-1, or save it as UTF-8"
        raise DataError([Problem(file, f"the file is not text in {chosen}", cure)]) from None
    if "\0" in text:
        cure = "Save it as plain text, or give its true format by the ending of its name"
        raise DataError([Problem(file, "the file holds NUL characters", cure)])
    return text.removeprefix("\ufeff"), chosen


def _encoding(content: bytes) -> str:
    for mark, name in _BOMS:
        if content.startswith(mark):
            return name
    head = content[:4096]
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.3 * half:
        return "utf-16-le"
    if half and head[::2].count(0) > 0.3 * half:
        return "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return legacy_encoding(content)
    return "utf-8"


def legacy_encoding(content: bytes) -> str:
    """Return the likeliest encoding of western text that is not UTF-8."""
    from charset_normalizer import from_bytes

    best = from_bytes(content, cp_isolation=_LEGACY).best()
    return "latin_1" if best is None else best.encoding


def split(file: str, text: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Return the numbered rows of a text and the name of its separator.

    Raises
    ------
    DataError
        If a quote is not closed, or stands where none can.
    """
    told = _TOLD.match(text)
    first = 1
    if told:
        separator, text, first = told[1], text[told.end() :], 2
    else:
        separator = _separator(text[:_SAMPLE])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend(enumerate(reader, start=first))
    except csv.Error as error:
        problem = Problem(file, f"not a table of text ({error})", "Close every quote; write a quote in a value twice",
                          (first + len(rows),))  # fmt: skip
        raise DataError([problem]) from error
    return rows, _SEPARATORS.get(separator, separator)


def _separator(sample: str) -> str:
    """Return the separator that cuts most lines into the same number of values, the more the better."""

    def score(separator: str) -> float:
        lines = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        try:
            counts = Counter(len(line) for _, line in zip(range(200), lines, strict=False) if any(line))
        except csv.Error:
            return 0.0
        if not counts:
            return 0.0
        width, often = max(counts.items(), key=lambda item: item[0] * item[1])
        return width * often / counts.total() if width > 1 else 0.0

    return max(_SEPARATORS, key=score)
