"""Which texts of a municipality are one park: the written thresholds, and the evidence of every merge.

The order of the rows never matters: texts are taken by how many plants use them, then by the alphabet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from geo.inventory.names import ParkName, own_name, parse, same_phase
from geo.inventory.vocabulary import ARTICLES, DIRECTIONS

#: Two cores of one municipality whose likeness (0 to 100) is this or more are one name.
SAME_SCORE = 86.0
#: Cores shorter than this must be equal.
SHORTEST = 5
#: What two cores do not share must be as alike as this.
REST_SCORE = 60.0
#: Likeness from here up to ``SAME_SCORE`` is offered for review, never merged.
REVIEW_SCORE = 75.0


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that names a park, as the plants of one municipality use it.

    Attributes
    ----------
    cvegeo
        Municipality of the plants.
    text
        The text as the register has it.
    plants
        Plants that use it.
    in_park_field
        Whether any of them writes it in the park field, not only in the settlement.
    """

    cvegeo: str
    text: str
    plants: frozenset[str]
    in_park_field: bool = True


@dataclass(frozen=True, slots=True)
class Merge:
    """Why one text was put with another."""

    cvegeo: str
    text: str
    into: str
    rule: str
    score: float | None = None
    distance_km: float | None = None


@dataclass(slots=True)
class Group:
    """Texts taken for one park.

    Attributes
    ----------
    cvegeo
        Municipality.
    core, phase
        Name without type and place names, and its phase.
    family
        '' where parks, zones and cities of that name are one; else the family that it is kept apart as.
    mentions
        Its texts.
    absorbed
        Texts whose plants stand in it, though they are not names of it.
    """

    cvegeo: str
    core: str
    phase: str
    family: str
    mentions: list[Mention] = field(default_factory=list)
    absorbed: list[Mention] = field(default_factory=list)
    _known: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def plants(self) -> frozenset[str]:
        """Plants that use any of its texts."""
        texts = len(self.mentions), len(self.absorbed)  # texts only ever join
        if texts not in self._known:
            self._known.clear()
            every = (mention.plants for mention in (*self.mentions, *self.absorbed))
            self._known[texts] = frozenset().union(*every)
        return self._known[texts]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells groups apart, the same in every rebuild."""
        return self.cvegeo, self.core, self.phase, self.family

    @property
    def kind(self) -> str:
        """The kind that most of its plants name; a tie goes to the more telling one."""
        votes: dict[str, int] = {}
        for mention in self.mentions:
            kind = parse(mention.text).kind
            if kind is not None:
                votes[kind] = votes.get(kind, 0) + len(mention.plants)
        return max(votes, key=lambda kind: (votes[kind], -_KIND_ORDER.index(kind))) if votes else "industrial_park"


_KIND_ORDER = (
    "technology_park", "logistics_park", "industrial_city", "industrial_park", "complex", "industrial_corridor",
    "industrial_zone",
)  # fmt: skip
#: Kind -> family: kinds that a register does not tell apart.
FAMILIES = {
    "industrial_park": "park", "logistics_park": "logistics", "technology_park": "technology",
    "industrial_zone": "zone",
    "industrial_city": "city", "industrial_corridor": "corridor", "complex": "complex",
}  # fmt: skip


def likeness(one: str, other: str) -> float:
    """Return how alike two cores are, 0 to 100.

    The greater of the ratio of the texts without blanks and the ratio of the sorted words (Indel distance). 0 where the
    numbers in them differ, or where one is short and they are not equal; ``REVIEW_SCORE`` at most where the words that
    they do not share are less alike than ``REST_SCORE``.

    Examples
    --------
    >>> likeness("BERNARDO QUINTANA", "BERNARDO QUINATNA") > 86
    True
    >>> likeness("TOLUCA 2000", "TOLUCA 2001")
    0.0
    """
    if one == other:
        return 100.0
    if _numbers(one) != _numbers(other):
        return 0.0
    if not _same_directions(one, other):
        return 0.0
    joined, other_joined = one.replace(" ", ""), other.replace(" ", "")
    if joined == other_joined or _glued(joined, other_joined):
        return 100.0
    if min(len(joined), len(other_joined)) < SHORTEST:
        return 0.0
    score = max(fuzz.ratio(joined, other_joined), fuzz.token_sort_ratio(one, other))
    return score if _rests_alike(one.split(), other.split()) else min(score, REVIEW_SCORE)


def _rests_alike(words: list[str], others: list[str]) -> bool:
    """Say whether the words that two cores do not share are alike too (VYNMSA AEROPUERTO, STIVA AEROPUERTO are not)."""
    rest = "".join(word for word in words if word not in others)
    other_rest = "".join(word for word in others if word not in words)
    return not rest or not other_rest or fuzz.ratio(rest, other_rest) >= REST_SCORE


def _glued(one: str, other: str) -> bool:
    """Say whether two cores differ by an article that grew on to the first word (LACRUZ, DELNORTE)."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST - 1 and long.removesuffix(short) in ARTICLES


def _numbers(core: str) -> list[str]:
    return sorted(re.findall(r"\d+", core))


def _same_directions(one: str, other: str) -> bool:
    return set(one.split()) & DIRECTIONS == set(other.split()) & DIRECTIONS


def contains(one: str, other: str) -> bool:
    """Say whether every word of one core stands in the other (the shorter, of five letters at least, in the longer).

    Numbers and directions must be the same.
    """
    if _numbers(one) != _numbers(other) or not _same_directions(one, other):
        return False
    words, others = set(one.split()), set(other.split())
    small, large = (words, others) if len(words) <= len(others) else (others, words)
    if sum(map(len, small)) < SHORTEST:
        return False
    return small <= large or _initials(one.split(), other.split()) or _cut(one, other)


def _cut(one: str, other: str) -> bool:
    """Say whether one core is the other's beginning, as where a field was too short (MARGAR, MARGARITAS)."""
    short, long = sorted((one, other), key=len)
    return len(short) > SHORTEST and long.startswith(short)


def _initials(words: list[str], others: list[str]) -> bool:
    """Say whether two names differ only by first names written as initials (B QUINTANA, BERNARDO QUINTANA)."""
    return (
        len(words) == len(others)
        and words[-1] == others[-1]
        and all(
            one == other or (1 in {len(one), len(other)} and one[0] == other[0])
            for one, other in zip(words, others, strict=True)
        )
    )


def family_of(name: ParkName, core: str, places: Sequence[str]) -> str:
    """Return the family a name is kept apart as.

    A corridor is never a park of the same name. Where the core is the name of a place (PARQUE INDUSTRIAL TOLUCA, ZONA
    INDUSTRIAL TOLUCA), park, zone, city and complex are different things; else the type is often written loosely, and
    they are one.
    """
    family = FAMILIES.get(name.kind or "", "")
    if family == "corridor" or core in places or core.isdigit() or core in DIRECTIONS:
        return family
    return ""


def group_names(
    mentions: Sequence[Mention],
    places: Mapping[str, Sequence[str]],
    *,
    kept_apart: Callable[[Group, Group], bool] = lambda _one, _other: False,
) -> tuple[list[Group], list[Merge]]:
    """Put the typed names of each municipality together.

    Parameters
    ----------
    mentions
        Texts with a type and a name of their own.
    places
        cvegeo -> cores of the place names its parks may carry; the first is the municipality itself.
    kept_apart
        Whether people have decided that two groups are two parks.

    Returns
    -------
    groups
        In the order of municipality, then of plants (the most first), then of the alphabet.
    merges
        One line a text that joined the group of another.
    """
    keyed: dict[tuple[str, str, str, str], list[Mention]] = {}
    for mention in mentions:
        name = parse(mention.text)
        near = places.get(mention.cvegeo, ())
        core, phase = own_name(name, near)
        keyed.setdefault((mention.cvegeo, core, phase, family_of(name, core, near)), []).append(mention)
    exact = [Group(*key, mentions=sorted(texts, key=_mention_order)) for key, texts in keyed.items()]
    exact.sort(key=lambda group: (group.cvegeo, -len(group.plants), group.key))
    groups: list[Group] = []
    led: dict[str, list[Group]] = {}
    merges: list[Merge] = []
    for one in exact:
        merges += _inside(one)
        leader, score = _leader(one, led.get(one.cvegeo, []), kept_apart)
        if leader is None:
            groups.append(one)
            led.setdefault(one.cvegeo, []).append(one)
            continue
        merges.append(Merge(one.cvegeo, one.mentions[0].text, leader.mentions[0].text, "likeness", round(score, 1)))
        leader.mentions += one.mentions
    return groups, merges


def _mention_order(mention: Mention) -> tuple[int, int, str]:
    return (-len(mention.plants), not mention.in_park_field, mention.text)


def _inside(group: Group) -> list[Merge]:
    """Return the merges of texts that read the same once abbreviations and slips are written out."""
    first = group.mentions[0]
    return [
        Merge(group.cvegeo, mention.text, first.text, "same name", 100.0)
        for mention in group.mentions[1:]
        if mention.text != first.text
    ]


def compatible(one: Group, other: Group) -> bool:
    """Say whether the types of two groups leave it open that they are one: the same family, or one told by its name."""
    return one.family == other.family or (
        "" in {one.family, other.family} and "corridor" not in {one.family, other.family}
    )


def _leader(
    one: Group, groups: Sequence[Group], kept_apart: Callable[[Group, Group], bool]
) -> tuple[Group | None, float]:
    """Return the group whose name is most like, where any is like enough."""
    best, best_score = None, 0.0
    for group in groups:
        if not (compatible(group, one) and same_phase(group.phase, one.phase)):
            continue
        score = likeness(one.core, group.core)
        if score >= SAME_SCORE and score > best_score and not kept_apart(one, group):
            best, best_score = group, score
    return best, best_score


def attach_untyped(
    groups: Sequence[Group], mentions: Sequence[Mention], places: Mapping[str, Sequence[str]]
) -> tuple[list[Merge], list[Mention]]:
    """Give texts without a type to the park of that name.

    Parameters
    ----------
    groups
        Groups of typed names; their mentions grow.
    mentions
        Texts with a name and no type.
    places
        As for ``group_names``.

    Returns
    -------
    merges
        One line a text that was given to a park.
    rest
        Texts that name no park known from its type: left for review.
    """
    merges: list[Merge] = []
    rest: list[Mention] = []
    by_municipality: dict[str, list[Group]] = {}
    for group in groups:
        by_municipality.setdefault(group.cvegeo, []).append(group)
    for mention in sorted(mentions, key=lambda each: (each.cvegeo, each.text)):
        near = places.get(mention.cvegeo, ())
        core, phase = own_name(parse(mention.text), near)
        # The bare name of the municipality says where the plant is, not which park it is in.
        candidates = [] if core in near else by_municipality.get(mention.cvegeo, [])
        found = [
            (likeness(core, group.core), len(group.plants), group)
            for group in candidates
            if same_phase(group.phase, phase) and likeness(core, group.core) >= SAME_SCORE
        ]
        if not found:
            rest.append(mention)
            continue
        score, _, group = max(found, key=lambda each: (each[0], each[1], each[2].key))
        merges.append(Merge(mention.cvegeo, mention.text, group.mentions[0].text, "name without type", round(score, 1)))
        group.mentions.append(mention)
    return merges, rest
