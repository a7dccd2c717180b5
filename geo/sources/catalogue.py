"""Every official source by its key."""

from __future__ import annotations

from geo.errors import ChoiceError
from geo.sources import bts, establishments, ibwc, imss, inegi_localities, inegi_marco, roads, viirs, worldpop
from geo.sources.source import Source

SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        inegi_marco.SOURCE, inegi_localities.SOURCE, establishments.DENUE, establishments.RETC, roads.SOURCE,
        worldpop.SOURCE, viirs.SOURCE, bts.SOURCE, ibwc.SOURCE, imss.SOURCE,
    )
}  # fmt: skip


def find_source(key: str) -> Source:
    """Return a source by its key.

    Raises
    ------
    geo.errors.ChoiceError
        If there is none; the message names them all.
    """
    if key not in SOURCES:
        raise ChoiceError(f"There is no source {key!r}. There are: {', '.join(SOURCES)}.")
    return SOURCES[key]
