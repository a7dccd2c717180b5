"""One's own data: any table or map file read, its columns guessed, its values cleaned, a study written from it."""

from __future__ import annotations

from collections.abc import Sequence

from geo.ingest.cleaning import Cleaned, Wishes
from geo.ingest.cleaning import clean as _clean
from geo.ingest.mapping import Match, given_pairs, guess
from geo.ingest.reading import RawTable, Reading, read_any
from geo.ingest.shapes import clean_shapes
from geo.ingest.study import Origin, write_study
from geo.schema import Layer
from geo.study import Study, with_its_study

__all__ = [
    "Cleaned",
    "Match",
    "Origin",
    "RawTable",
    "Reading",
    "Wishes",
    "clean",
    "given_pairs",
    "guess",
    "read_any",
    "write_study",
]


@with_its_study
def clean(raw: RawTable, layer: Layer, matches: Sequence[Match], study: Study, wishes: Wishes) -> Cleaned:
    """Make a layer of a file; see ``geo.ingest.cleaning.clean`` and ``geo.ingest.shapes.clean_shapes``."""
    make = clean_shapes if layer.geometry in {"LineString", "MultiPolygon"} and not _is_table(layer) else _clean
    return make(raw, layer, matches, study, wishes)


def _is_table(layer: Layer) -> bool:
    """Whether a layer is read from a CSV: the municipalities' table has its boundaries in another layer."""
    return str(layer.file).endswith(".csv")
