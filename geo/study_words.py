"""The table ``words`` of a study file: what the study calls its border, its register, its currency."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from geo._terms import NAME_GROUPS, TERMS

_STRICT = ConfigDict(extra="forbid", frozen=True)

ClaimKind = Literal[
    "parks", "area", "operated", "held", "park_area", "workers", "firms", "developers", "assembly_plants", "suppliers",
    "corridor", "wage",
]  # fmt: skip

#: One line; brackets and braces mark places in the texts that words go into.
Line = Annotated[str, Field(min_length=1, max_length=600, pattern=r"^[^\[\]{}\x00-\x1f\x7f]+$")]


class Pair(BaseModel):
    """The same words in Spanish and English."""

    model_config = _STRICT
    es: Line
    en: Line


class PlaceName(BaseModel):
    """A name that the atlas draws on the ground around the study."""

    model_config = _STRICT
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    size: Annotated[int, Field(ge=6, le=40)] = 14
    kind: Literal["country", "sea"] = "country"
    zoom: Annotated[float, Field(ge=0, le=20)] = 0
    es: Line
    en: Line


class Descriptions(BaseModel):
    """What is said in English of the study's own layers and columns instead of the general words."""

    model_config = _STRICT
    layers: dict[str, Line] = {}
    columns: dict[str, Line] = {}


class StudyTerms(BaseModel):
    """Every word that a study may bring; what it leaves out is neutral, or shipped with the shipped data it reads.

    Attributes
    ----------
    terms
        Words of the texts, keys of ``geo._terms.TERMS``.
    names
        Group, a key of ``geo._terms.NAME_GROUPS`` -> code of the data -> its name.
    place_names
        See ``PlaceName``.
    compared
        Table -> keys of two rows that the atlas compares at first.
    claim_subjects
        Place or party of the table ``claims`` -> ``table.key`` of the row that it is; ``national`` for the whole.
    claim_kinds
        What the table ``claims`` counts -> what of the run speaks of it.
    state_names
        Other name of a state -> its name in the table ``states``.
    descriptions
        See ``Descriptions``.
    """

    model_config = _STRICT
    terms: dict[str, Pair] = {}
    names: dict[str, dict[str, Pair]] = {}
    place_names: tuple[PlaceName, ...] = ()
    compared: dict[str, tuple[str, str]] = {}
    claim_subjects: dict[str, str] = {}
    claim_kinds: dict[str, ClaimKind] = {}
    state_names: dict[str, str] = {}
    descriptions: Descriptions = Descriptions()


class UnknownWord(NamedTuple):
    """A key that no text takes."""

    where: str
    given: str
    known: list[str]


def unknown_word(words: StudyTerms) -> UnknownWord | None:
    """Return the first term or group of names that no text takes; None where all are known."""
    for part, given, known in (("terms", words.terms, TERMS), ("names", words.names, NAME_GROUPS)):
        for key in given:
            if key not in known:
                return UnknownWord(f"{part}.{key}", key, sorted(known))
    return None
