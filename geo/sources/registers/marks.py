"""The mark of synthetic rows, and refusing them where a study claims to be real."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from geo.errors import DataError, Problem

if TYPE_CHECKING:
    import pyarrow as pa

#: What every row of a synthetic register carries in raz_social, so that no one takes it for an establishment.
MARK = "REGISTRO SINTETICO - NO ES UN ESTABLECIMIENTO REAL"
#: What its name begins with, before a number.
NAME_MARK = "SINTETICO"

_MARKED = rf"^\s*({MARK}|{NAME_MARK} \d+)\s*$"


def marked(texts: Iterable[str | None] | pa.Array) -> int:
    """Return how many texts carry the mark of a synthetic row.

    Parameters
    ----------
    texts
        Names or firms of plants.

    Examples
    --------
    >>> marked(["SINTETICO 12", MARK, "SINTETICOS DEL NORTE", None])
    2
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    array = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.string(), from_pandas=True)
    return int(pc.sum(pc.match_substring_regex(array, _MARKED)).as_py() or 0)


def refuse_marked(file: str, texts: Iterable[str | None] | pa.Array, *, synthetic: bool) -> None:
    """Refuse synthetic rows in a study that does not say that it is synthetic.

    Parameters
    ----------
    file
        Name of the file that the rows are read from.
    texts
        Names or firms of plants.
    synthetic
        ``[study] synthetic`` of the study.

    Raises
    ------
    DataError
        If a text carries the mark and the study is not synthetic.
    """
    if synthetic or not (count := marked(texts)):
        return
    what = f"{count:,} rows carry the mark of a synthetic register ({NAME_MARK} ...): they are nobody's establishments"
    cure = "Take the real register, or say synthetic = true under [study] in the geo.toml"
    raise DataError([Problem(file, what, cure)])
