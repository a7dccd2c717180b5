"""The words that belong to a study, and the texts that take them when they are shown.

Texts of the program name no country, border or register of their own. They hold places ``[[term.es]]`` and
``[[term.en]]``, which take a term of the study at work; ``[[Term.es]]`` begins it with a capital.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar, overload

from geo._shipped import shipped_data
from geo._terms import NAME_GROUPS, TERMS

Pair = Mapping[str, str]
Text = TypeVar("Text", str, str | None)

_PLACE = re.compile(r"\[\[(\w+)\.(es|en)\]\]")


@dataclass(frozen=True)
class StudyWords:
    """The words of one study, complete: its own, the shipped ones of data that it reads, neutral ones for the rest.

    Attributes
    ----------
    terms
        Term -> its words by language.
    names
        Group -> code of the data -> its words by language.
    place_names
        Names that the atlas draws on the ground around the study.
    compared
        Table -> keys of the two rows that the atlas compares at first.
    claim_subjects
        Place or party of the table ``claims`` -> ``table.key`` of the row that it is; ``national`` for the whole.
    claim_kinds
        What the table ``claims`` counts -> key of the figure of the run that speaks of it.
    state_names
        Other name of a state -> its name in the table ``states``.
    layers, columns
        Layer or column -> description in English that takes the place of the general one.
    own_layers, own_licences
        Layers that the study brings itself, and licences of shipped data that none of its layers comes under.
    region
        West, south, east and north of the study, degrees.
    """

    terms: Mapping[str, Pair]
    region: tuple[float, float, float, float]
    names: Mapping[str, Mapping[str, Pair]] = field(default_factory=dict)
    place_names: Sequence[Mapping[str, Any]] = ()
    compared: Mapping[str, Sequence[str]] = field(default_factory=dict)
    claim_subjects: Mapping[str, str] = field(default_factory=dict)
    claim_kinds: Mapping[str, str] = field(default_factory=dict)
    state_names: Mapping[str, str] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    own_layers: frozenset[str] = frozenset()
    own_licences: frozenset[str] = frozenset()

    def licence(self, key: str, layer: str | None = None) -> str:
        """Return the key of the licence that a layer's data come under; ``own`` where the study brings them."""
        return "own" if layer in self.own_layers or key in self.own_licences else key


_words: ContextVar[StudyWords | None] = ContextVar("words", default=None)


def study_words() -> StudyWords:
    """Return the words of the study at work; outside of one, the shipped study's."""
    return _words.get() or _shipped_words()


@contextmanager
def in_words(words: StudyWords) -> Iterator[None]:
    """Speak in another study's words within a block."""
    token = _words.set(words)
    try:
        yield
    finally:
        _words.reset(token)


def complete(
    given: Mapping[str, Any],
    *,
    country: str,
    region: Mapping[str, float],
    own_layers: Iterable[str] = (),
    own_licences: Iterable[str] = (),
) -> StudyWords:
    """Return the words of a study with those that it leaves out.

    Parameters
    ----------
    given
        The table ``words`` of the study file, checked.
    country
        What the study calls its country.
    region
        Its ``west``, ``south``, ``east`` and ``north``.
    own_layers, own_licences
        See ``StudyWords``.

    Notes
    -----
    A word left out is the shipped study's where the study reads one of the shipped layers that the word speaks of, else
    a neutral one: another study's parks are not said to be of a register that they do not come from.
    """
    own, shipped = frozenset(own_layers), _shipped_study()["words"]

    def shared(layers: Iterable[str]) -> bool:
        return not own.issuperset(layers)

    neutral = {key: {"es": term.es, "en": term.en} for key, term in TERMS.items()}
    neutral["country"] = {"es": country, "en": country}
    taken = {key: shipped["terms"][key] for key, term in TERMS.items() if shared(term.layers)}
    named = {group: shipped["names"].get(group, {}) for group, layers in NAME_GROUPS.items() if shared(layers)}
    mine = given.get("names", {})
    described = given.get("descriptions", {})
    general = {key: text for key, text in shipped["descriptions"]["layers"].items() if key not in own}
    return StudyWords(
        terms={**neutral, **taken, **given.get("terms", {})},
        region=(region["west"], region["south"], region["east"], region["north"]),
        names={group: {**named.get(group, {}), **mine.get(group, {})} for group in NAME_GROUPS},
        place_names=given.get("place_names") or (shipped["place_names"] if shared(["states"]) else ()),
        compared=given.get("compared") or (shipped["compared"] if shared(["states"]) else {}),
        claim_subjects=given.get("claim_subjects") or (shipped["claim_subjects"] if shared(["claims"]) else {}),
        claim_kinds=given.get("claim_kinds") or (shipped["claim_kinds"] if shared(["claims"]) else {}),
        state_names=given.get("state_names") or (shipped["state_names"] if shared(["states"]) else {}),
        layers={**general, **described.get("layers", {})},
        columns={
            **(shipped["descriptions"]["columns"] if shared(["municipalities"]) else {}),
            **described.get("columns", {}),
        },
        own_layers=own,
        own_licences=frozenset(own_licences),
    )


@cache
def _shipped_study() -> dict[str, Any]:
    return tomllib.loads((shipped_data() / "geo.toml").read_text(encoding="utf-8"))


@cache
def _shipped_words() -> StudyWords:
    return complete({}, country="", region=_shipped_study()["region"])


def said(text: str) -> str:
    """Return a text with its places filled from the words of the study at work.

    Raises
    ------
    KeyError
        If a place names no term.

    Examples
    --------
    >>> said("[[Border.en]], [[border_line.es]]")
    'US border, línea México-Estados Unidos'
    """
    return _PLACE.sub(_filled, text) if "[[" in text else text


def _filled(found: re.Match[str]) -> str:
    key, language = found[1], found[2]
    words = study_words().terms[key[:1].lower() + key[1:]][language]
    return words[:1].upper() + words[1:] if key[0].isupper() else words


def said_all(value: Any) -> Any:
    """Return a JSON-able value with the places of all its texts filled, those of keys too."""
    if isinstance(value, str):
        return said(value)
    if isinstance(value, Mapping):
        return {said_all(key): said_all(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [said_all(each) for each in value]
    return value


def named(group: str, code: str) -> Pair | None:
    """Return the study's words for a code of its data; None where it has none."""
    return study_words().names.get(group, {}).get(code)


class Said(Generic[Text]):
    """A text of a dataclass that is filled when it is read: the field holds the places.

    Parameters
    ----------
    default
        Default of the field; without one the field must be given.
    """

    def __init__(self, *default: Text) -> None:
        self._default: tuple[Text, ...] = default
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Text: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Text: ...
    def __get__(self, instance: object | None, owner: type) -> Text:
        if instance is None:
            if not self._default:
                raise AttributeError(self._name)
            return self._default[0]
        text: Text = vars(instance)[self._name]
        return text if text is None else said(text)

    def __set__(self, instance: object, value: Text) -> None:
        vars(instance)[self._name] = value
