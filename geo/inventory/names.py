"""What a text of a register says about a park: its type, its own name and its phase.

Pure functions of text. Written for Mexican registers: Spanish, with the English of brands.

Examples
--------
>>> parse("PARQUE IND. EXPORTEC 2")
ParkName(kind='industrial_park', core='EXPORTEC', phase='2', typed=True, beside=False)
>>> parse("Fracc. Industrial La Cruz, 1ra. etapa").phase
'1'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from geo.inventory.vocabulary import (
    ABBREVIATIONS,
    ARTICLES,
    BESIDE,
    BOUND,
    DESCRIPTIONS,
    DIRECTIONS,
    NOISE,
    NOT_SLIPS,
    NOTHING,
    NUMBER_WORDS,
    ORDINAL,
    PHRASES,
    ROMAN,
    SETTLEMENTS,
    STAGES,
    STREET,
    TITLES,
    TYPE_WORDS,
    UNIT,
    WHOLE,
)

_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")


def _stage_only(bracket: re.Match[str]) -> str:
    """Return what stands in a bracket where it tells the stage, else nothing."""
    inside = plain(bracket[1])
    return f" {inside} " if any(word in STAGES for word in inside.split()) else " "


@dataclass(frozen=True, slots=True)
class ParkName:
    """A park as a text names it.

    Attributes
    ----------
    kind
        Kind of park by its type phrase; None where the text has none.
    core
        The park's own name: upper case, without accents, articles and type; '' where the text is the type alone.
    phase
        Number and direction that keep stages apart ('2', 'NORTE', '2 NORTE'); '' where there is none.
    typed
        Whether the text names a type.
    beside
        Whether the text puts the plant beside the park, along a road, or the like.
    """

    kind: str | None
    core: str
    phase: str
    typed: bool
    beside: bool

    @property
    def named(self) -> bool:
        """Whether the text holds a name of its own."""
        return bool(self.core)

    @property
    def key(self) -> str:
        """Core and phase in one text."""
        return f"{self.core} {self.phase}".strip()


_LEGAL = re.compile(r"\bS ?A(?: ?P ?I)?(?: B)?(?: DE)? C ?V\b|\bS(?: DE)? R ?L(?:(?: DE)? C ?V)?\b")


def plain(text: str) -> str:
    """Return a text in upper case, without accents and punctuation, single blanks between words.

    Legal forms (S.A. de C.V.) are left out; letters that stand alone join (C.I.M.A. is CIMA). An apostrophe joins
    (O'DONNELL and O DONNELL are ODONNELL), as does a sign that stands for a lost letter; other signs part words;
    letters and digits are parted (TOLUCA2000).

    Examples
    --------
    >>> plain("  Parque Ind. «O´Donnell», Querétaro ")
    'PARQUE IND ODONNELL QUERETARO'
    """
    decomposed = unicodedata.normalize("NFKD", re.sub(r"[´`'’‘ʼ¿�]", "", text))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign)).upper()
    words = re.sub(r"[^A-Z0-9]+", " ", bare)
    # What one rule leaves may be what another reads (S A DE C V): until nothing changes.
    while (read := _once(words)) != words:
        words = read
    return words


def _once(words: str) -> str:
    words = _LEGAL.sub(" ", words)
    words = re.sub(r"\bO (?=D[A-Z]{3})", "O", words)
    words = re.sub(r"\b(?:[A-Z] ){2,}[A-Z]\b", lambda found: found[0].replace(" ", ""), words)
    words = re.sub(r"\b(\d{1,2}) (?:ERA|ER|RA|DA|TA|VA)\b", r"\1", words)
    words = re.sub(r"(?<=[A-Z]{3})(?=\d)", " ", words)
    return " ".join(words.split())


@lru_cache(maxsize=65536)
def parse(text: str) -> ParkName:
    """Read a text of a register as the name of a park.

    Parameters
    ----------
    text
        A park field, a settlement, a name of an inventory; in any case, with any punctuation.

    Returns
    -------
    ParkName
        Type, core and phase.

    Notes
    -----
    Brackets are left out ("Zona Industrial (Saltillo)"). Type words within one to three slips of the right spelling
    (optimal string alignment) are the type word. What follows a street word (KM, LOTE, CALLE) is left out. Roman
    numbers, ordinals and number words are arabic numbers; a number that stands last, or at a stage word, is the phase,
    unless it is of three digits or more (PUEBLA 2000). A direction that stands last after a name is a phase too.

    Reading the text of a name again (``key``) gives the same core and phase.
    """
    outside = _BRACKETS.sub(_stage_only, text)
    tokens = expanded(plain(outside) or plain(text))
    joined = " ".join(tokens)
    if joined in NOTHING:
        return ParkName(None, "", "", typed=False, beside=False)
    beside = BESIDE.match(joined) is not None
    tokens = STREET.sub("", joined).split()
    kind, tokens = _without_type(tokens)
    tokens, phase = _without_phase([token for token in tokens if token not in ARTICLES])
    core = " ".join(tokens)
    if core in NOTHING:
        core = ""
    return ParkName(kind, core, phase if core else "", typed=kind is not None, beside=beside)


def expanded(words: str) -> list[str]:
    """Return the words written out: abbreviations, slips of type words, numbers."""
    given = [word for word in words.split() if word not in TITLES]
    tokens: list[str] = []
    for place, word in enumerate(given):
        after = given[place + 1] if place + 1 < len(given) else ""
        if word == "P" and (after.startswith("IND") or after == "I"):
            tokens.append("PARQUE")
        elif word == "PI" and place == 0:
            tokens += ["PARQUE", UNIT]
        elif word == "I" and place and given[place - 1] == "P":
            tokens.append(UNIT)
        elif word == "Z" and after.startswith("IND"):
            tokens.append("ZONA")
        else:
            tokens.append(_number(_type_word(ABBREVIATIONS.get(word, word))))
    joined = " ".join(tokens)
    bare = " ".join(token for token in tokens if token not in ARTICLES)
    for given_words, read in WHOLE:
        if given_words in bare:
            joined = bare.replace(given_words, read)
    return joined.split()


def _number(word: str) -> str:
    if word in ROMAN:
        return str(ROMAN[word])
    ordinal = ORDINAL.match(word)
    if ordinal:
        return str(int(ordinal[1]))
    return str(NUMBER_WORDS[word]) if word in NUMBER_WORDS else (word.lstrip("0") or "0" if word.isdigit() else word)


@lru_cache(maxsize=65536)
def _type_word(word: str) -> str:
    """Return the type word that a word is a slip of, else the word."""
    if len(word) < 5 or word in NOT_SLIPS or word in TYPE_WORDS:
        return word
    for right, slips in TYPE_WORDS.items():
        if word[0] == right[0] and OSA.distance(word, right, score_cutoff=slips) <= slips:
            return right
    return word


def _without_type(tokens: list[str]) -> tuple[str | None, list[str]]:
    """Return the kind of the first type phrase, and the words that are left without it and what introduces it."""
    bare = [(place, token) for place, token in enumerate(tokens) if token not in ARTICLES]
    words = [token for _, token in bare]
    for start in range(len(words)):
        for phrase, kind in PHRASES:
            if tuple(words[start : start + len(phrase)]) == phrase:
                before, after = words[:start], words[start + len(phrase) :]
                return _settled(kind, before, after)
    if words and words[0] in {"INDUSTRIAL", "AGROINDUSTRIAL"} and len(words) > 1:
        return "industrial_zone", words[1:]
    if words and words[-1] == "INDUSTRIAL" and len(words) > 1:
        return "industrial_zone", [word for word in words[:-1] if word not in SETTLEMENTS]
    if words and words[0] in SETTLEMENTS and len(words) > 1:
        words = words[1:]
    return None, words


def _settled(kind: str, before: list[str], after: list[str]) -> tuple[str, list[str]]:
    """Return the kind and the name where a second type phrase may follow the first (a settlement that is a park)."""
    while before and before[0] in SETTLEMENTS:
        before = before[1:]
    inner, rest = _without_type(after) if after else (None, after)
    if inner is not None and rest != after:
        return inner if kind == "industrial_zone" else kind, [*before, *rest]
    return kind, [*before, *[word for word in after if word != "INDUSTRIAL"]]


def _without_phase(tokens: list[str]) -> tuple[list[str], str]:
    """Return a name without its phase, and the phase."""
    numbers: list[str] = []
    kept: list[str] = []
    for place, token in enumerate(tokens):
        near = {tokens[place - 1] if place else "", tokens[place + 1] if place + 1 < len(tokens) else ""}
        if token in STAGES and any(other.isdigit() for other in near):
            continue
        middle = 0 < place < len(tokens) - 1 and not tokens[place - 1].isdigit() and not tokens[place + 1].isdigit()
        if token.isdigit() and len(token) < 3 and (near & STAGES or middle):
            numbers.append(token)
        else:
            kept.append(token)
    if len(kept) > 1 and kept[-1].isdigit() and len(kept[-1]) < 3 and not numbers:
        numbers.append(kept.pop())
    directions: list[str] = []
    if len(kept) > 1 and kept[-1] in DIRECTIONS:
        directions.append(kept.pop())
    if len(kept) > 1 and kept[-1].isdigit() and len(kept[-1]) < 3 and not numbers:
        numbers.append(kept.pop())
    if kept and kept[-1] in STAGES and len(kept) > 1:
        kept.pop()
    return kept, " ".join([*numbers[:1], *directions])


def is_stage(text: str) -> bool:
    """Say whether a text tells a stage by a stage word (2A ETAPA, FASE II), not by a number alone.

    Examples
    --------
    >>> is_stage("PARQUE INDUSTRIAL LAGUNERO 4A. ETAPA"), is_stage("PARQUE INDUSTRIAL EXPORTEC II")
    (True, False)
    """
    return any(word in STAGES for word in plain(text).split())


def same_phase(one: str, other: str) -> bool:
    """Say whether two phases are one: equal, or the first and the one without a number."""
    return _phase(one) == _phase(other)


def _phase(phase: str) -> str:
    return " ".join(part for part in phase.split() if part != "1")


def own_name(name: ParkName, places: Sequence[str]) -> tuple[str, str]:
    """Return a name's core and phase without what every park of the place could carry.

    Parameters
    ----------
    name
        A parsed text.
    places
        Cores of names of places that a park of this municipality may carry: the municipality first, then its
        metropolitan area, its state.

    Returns
    -------
    core, phase
        Left out are words that tell nothing (NINGUNO, ESTADO DE, S.A. DE C.V.), and place names at either end, slips
        and cut ends included, where a name of its own is left. A core that is a place name is written as the place; a
        bare number is a phase of the municipality's; words that only describe a use of land leave ''.

    Examples
    --------
    >>> places = ["APODACA", "NUEVO LEON"]
    >>> own_name(parse("Parque Ind. La Silla Apodaca, N.L."), places)
    ('SILLA', '')
    >>> own_name(parse("PARQUE INDUSTRIAL APODCA II"), places)
    ('APODACA', '2')
    >>> own_name(parse("ZONA INDUSTRIAL-HABITACIONAL"), places)
    ('', '')
    """
    words = [word for word in name.core.split() if word not in NOISE]
    words = _without_places(words, places)
    if len(words) == 1 and words[0].isdigit() and len(words[0]) < 3 and places:
        return places[0], f"{words[0]} {name.phase}".strip()
    if not any(word not in DESCRIPTIONS and (len(word) > 1 or word.isdigit()) for word in words):
        return "", ""
    return " ".join(words), name.phase


def _without_places(words: list[str], places: Sequence[str]) -> list[str]:
    """Return words without place names at either end; the place's own spelling where nothing else is left."""
    seen: set[str] = set()
    order = sorted(places, key=lambda each: (-len(each), each))
    while words:
        whole = next((place for place in order if _is_place(" ".join(words), place, cut=True)), None)
        if whole is not None:
            # TIZAYUCA HIDALGO is the municipality, not the state, whichever stands last.
            own = {place for place in places if f"{places[0]} ".startswith(f"{place} ")}
            return places[0].split() if own & (seen | {whole}) else whole.split()
        rest, place = _one_place_less(words, order)
        if place is None:
            return words
        seen.add(place)
        words = rest
    return words


def _one_place_less(words: list[str], places: Sequence[str]) -> tuple[list[str], str | None]:
    """Return words without one place name at the end, else at the start, and that place; None where there is none."""
    for place in places:
        size = len(place.split())
        if len(words) > size and _is_place(" ".join(words[-size:]), place, cut=True) and _stands_alone(words[:-size]):
            return words[:-size], place
    for place in places:
        size = len(place.split())
        if len(words) > size and _is_place(" ".join(words[:size]), place, cut=False) and _stands_alone(words[size:]):
            return words[size:], place
    return words, None


def _stands_alone(rest: list[str]) -> bool:
    return rest[-1] not in BOUND and not all(word.isdigit() or len(word) < 2 or word in BOUND for word in rest)


@lru_cache(maxsize=262144)
def _is_place(words: str, place: str, *, cut: bool) -> bool:
    """Say whether words are a place's name: equal, a slip a five letters, or (at the end of a text) cut short."""
    if words == place:
        return True
    slips = min(2, len(place) // 5)
    if slips and words[0] == place[0] and OSA.distance(words, place, score_cutoff=slips) <= slips:
        return True
    return cut and len(words) >= 6 and place.startswith(words)


def place_names(name: str, *others: str) -> tuple[str, ...]:
    """Return the cores of a municipality's names, and of other places its parks may carry in theirs.

    Parameters
    ----------
    name
        Name of the municipality.
    *others
        Names of its metropolitan area's municipalities, of its state.

    Returns
    -------
    tuple of str
        The municipality first, then its name short of "de ..." (ECATEPEC for Ecatepec de Morelos), then the others.

    Examples
    --------
    >>> place_names("Tepeji del Río de Ocampo", "Hidalgo")
    ('TEPEJI RIO OCAMPO', 'TEPEJI', 'TEPEJI RIO', 'HIDALGO')
    """
    found: dict[str, None] = {}
    words = plain(name).split()
    found = dict.fromkeys([_core(words)])
    for place, word in enumerate(words):
        short = _core(words[:place])
        if place and word in {"DE", "DEL"} and len(short) >= 5 and short not in BOUND:
            found[short] = None
    return tuple(found | dict.fromkeys(_core(plain(other).split()) for other in others))


def _core(words: Sequence[str]) -> str:
    return " ".join(word for word in words if word not in ARTICLES)
