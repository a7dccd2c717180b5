"""Merges and splits that place decides: one park under two names, one name at two places, strays in the next town.

Every rule is written here with its threshold, and every use of one leaves a line of evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from geo.geodesy import distance_km
from geo.inventory._planar import to_degrees
from geo.inventory.grouping import SAME_SCORE, Group, Merge, compatible, contains, likeness
from geo.inventory.names import same_phase
from geo.inventory.points import Centre, centre_of

#: One name within the words of another (BERMUDEZ, ANTONIO J BERMUDEZ) is one park where the centres are this near.
CONTAINED_KM = 3.0
#: The same where the smaller has more than a quarter of the larger one's plants, or is the longer name and more than
#: one plant writes it: two parks may share a word (XALOSTOC, RUSTICA XALOSTOC).
CONTAINED_EQUALS_KM = 0.5
SMALL_SHARE = 0.25
#: Up to twice as far, or without two centres, it is one park where no second one could be meant and the smaller has at
#: most this many plants.
STRAY_PLANTS = 2
#: Park and zone of a place's name (PARQUE INDUSTRIAL OCOYOACAC, ZONA INDUSTRIAL OCOYOACAC) are one this near.
SAME_PLACE_KM = 4.0
#: Names less alike than ``SAME_SCORE`` but this much are one park where the centres are nearer than `NEAR_NAME_KM`.
NEAR_NAME_SCORE = 78.0
NEAR_NAME_KM = 1.5
#: One name in two municipalities is one park where the centres are this near.
ACROSS_KM = 6.0
#: A stray (``STRAY_PLANTS`` plants at most) of a name whose park stands in a municipality this near joins it.
STRAY_KM = 40.0
#: A name at two places: parts this far apart, with this many plants and this share of the located ones in the least.
SPLIT_KM = 10.0
SPLIT_PLANTS = 4
SPLIT_SHARE = 0.25
#: A group stands in the municipality that holds this share of its points, of two points at least.
HOME_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Ground:
    """What place knows: the plants' points and where each municipality is.

    Attributes
    ----------
    points
        Table of ``plant_points``.
    seats
        cvegeo -> longitude and latitude of the municipality's seat.
    """

    points: pd.DataFrame
    seats: Mapping[str, tuple[float, float]]
    _centres: dict[tuple[frozenset[str], str], Centre | None] = field(default_factory=dict, repr=False, compare=False)

    def centre(self, group: Group) -> Centre | None:
        """Return the centre of a group's plants."""
        key = group.plants, group.kind
        if key not in self._centres:
            self._centres[key] = centre_of(self.located(group), group.kind)
        return self._centres[key]

    def located(self, group: Group) -> pd.DataFrame:
        """Return the points of a group's plants."""
        rows = self.points.index.get_indexer(pd.Index(sorted(group.plants), dtype=self.points.index.dtype))
        return self.points.iloc[rows[rows >= 0]]

    def lon_lat(self, centre: Centre) -> tuple[float, float]:
        """Return a centre in degrees."""
        lon, lat = to_degrees(np.array([centre.x]), np.array([centre.y]))
        return float(lon[0]), float(lat[0])

    def apart_km(self, one: Group, other: Group) -> float:
        """Return the geodesic distance between the centres of two groups, nan where one has none."""
        centres = self.centre(one), self.centre(other)
        if centres[0] is None or centres[1] is None:
            return np.nan
        return float(distance_km(*self.lon_lat(centres[0]), *self.lon_lat(centres[1])))

    def seats_apart_km(self, one: str, other: str) -> float:
        """Return the geodesic distance between the seats of two municipalities, nan where one is unknown."""
        if one not in self.seats or other not in self.seats:
            return np.nan
        return float(distance_km(*self.seats[one], *self.seats[other]))


_LIMITS_KM = {
    "same name": np.inf, "same place name": SAME_PLACE_KM, "contained": CONTAINED_KM, "near name": NEAR_NAME_KM
}  # fmt: skip

Kept = Callable[[Group, Group], bool]


def merge_in_municipality(groups: Sequence[Group], ground: Ground, kept_apart: Kept) -> tuple[list[Group], list[Merge]]:
    """Merge groups of one municipality whose names are near and whose places are.

    Parameters
    ----------
    groups
        Groups of typed names.
    ground
        Points of plants.
    kept_apart
        Whether people have decided that two groups are two parks.

    Returns
    -------
    groups, merges
        The groups that are left, and one line a merge.
    """
    by_municipality: dict[str, list[Group]] = {}
    for group in groups:
        by_municipality.setdefault(group.cvegeo, []).append(group)
    left: list[Group] = []
    merges: list[Merge] = []
    for code in sorted(by_municipality):
        remaining = sorted(by_municipality[code], key=small_first)
        for one in list(remaining):
            others = [other for other in remaining if other is not one and _may_join(one, other)]
            merge = _nearest_name(one, [other for other in others if not kept_apart(one, other)], ground)
            if merge is None:
                continue
            other, line = merge
            other.mentions += one.mentions
            remaining.remove(one)
            merges.append(line)
        left += remaining
    return left, merges


def small_first(group: Group) -> tuple[int, tuple[str, str, str, str]]:
    """Return the order in which groups are merged: the smallest first, then by key."""
    return len(group.plants), group.key


def _may_join(one: Group, other: Group) -> bool:
    """Say whether one may join the other: the other is the larger (tie: the later key), and their phases are one."""
    return small_first(other) > small_first(one) and same_phase(one.phase, other.phase)


def _nearest_name(one: Group, others: Sequence[Group], ground: Ground) -> tuple[Group, Merge] | None:
    """Return the group that one is the same park as, and why."""
    found: list[tuple[float, float, Group, str]] = []
    contained = [other for other in others if compatible(one, other) and contains(one.core, other.core)]
    for other in others:
        score = likeness(one.core, other.core)
        rule = _rule(one, other, score, contained)
        if rule is None:
            continue
        limit = _LIMITS_KM[rule]
        longer = len(one.core) > len(other.core) and len(one.plants) > 1
        if rule == "contained" and (longer or len(one.plants) > len(other.plants) * SMALL_SHARE):
            limit = CONTAINED_EQUALS_KM
        apart = ground.apart_km(one, other) if limit < np.inf else 0.0
        stray = (
            len(one.plants) <= STRAY_PLANTS
            and not apart > 2 * limit
            and (rule == "same place name" or (rule == "contained" and len(contained) == 1 and not longer))
        )
        if apart <= limit or stray:
            found.append((score, -apart if np.isfinite(apart) else -np.inf, other, rule))
    if not found:
        return None
    score, nearness, other, rule = max(found, key=lambda each: (each[0], each[1], small_first(each[2])))
    distance = None if rule == "same name" or np.isinf(nearness) else round(-nearness, 3)
    line = Merge(one.cvegeo, one.mentions[0].text, other.mentions[0].text, rule, round(score, 1), distance)
    return other, line


def _rule(one: Group, other: Group, score: float, contained: Sequence[Group]) -> str | None:
    if one.core == other.core and one.family != other.family and "corridor" not in {one.family, other.family}:
        return "same place name"
    if score >= SAME_SCORE and one.family == other.family:
        return "same name"
    if any(other is each for each in contained):
        return "contained"
    if score >= NEAR_NAME_SCORE and compatible(one, other):
        return "near name"
    return None


def at_home(groups: Sequence[Group], ground: Ground) -> list[Merge]:
    """Move each group to the municipality that its points lie in, where they agree; one line a group that moved."""
    moves = []
    for group in groups:
        homes = ground.points["home"].reindex(sorted(group.plants)).dropna()
        if len(homes) < 2:
            continue
        counts = homes.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        home = str(counts.index[0])
        if home != group.cvegeo and counts.iloc[0] >= HOME_SHARE * len(homes):
            moves.append(Merge(group.cvegeo, group.mentions[0].text, home, "moved to the municipality of its points"))
            group.cvegeo = home
    return moves


def merge_across(groups: Sequence[Group], ground: Ground, kept_apart: Kept) -> tuple[list[Group], list[Merge]]:
    """Merge groups of one name in neighbouring municipalities: a park on a boundary, plants that write the wrong town.

    Returns
    -------
    groups, merges
        The groups that are left, and one line a merge.

    Notes
    -----
    The names must be as like as within a municipality (or one contained in the other), phase and family the same. The
    smaller joins the larger where the centres are within ``ACROSS_KM``, or where it is a stray, the larger has at least
    three times its plants, and the seats of the two municipalities are within ``STRAY_KM``. A stray whose own point
    stands farther than ``ACROSS_KM`` from the larger one's centre stays.
    """
    remaining = sorted(groups, key=small_first)
    by_word: dict[str, list[Group]] = {}
    for group in remaining:
        for word in set(group.core.split()):
            by_word.setdefault(word, []).append(group)
    gone: set[int] = set()
    merges: list[Merge] = []
    for one in remaining:
        near = {id(other): other for word in one.core.split() for other in by_word[word]}
        found = []
        for other in near.values():
            if id(other) in gone or other.cvegeo == one.cvegeo or not _may_join(one, other) or kept_apart(one, other):
                continue
            apart = _across(one, other, ground)
            if apart is not None:
                found.append((apart[0], apart[1], other))
        if not found:
            continue
        score, apart_km, other = max(found, key=lambda each: (each[0], len(each[2].plants), each[2].key))
        distance = None if np.isnan(apart_km) else round(apart_km, 3)
        merges.append(
            Merge(
                one.cvegeo,
                one.mentions[0].text,
                other.mentions[0].text,
                "across municipalities",
                round(score, 1),
                distance,
            )
        )
        other.mentions += one.mentions
        gone.add(id(one))
    return [group for group in remaining if id(group) not in gone], merges


def _across(one: Group, other: Group, ground: Ground) -> tuple[float, float] | None:
    """Return likeness and distance where one is a part of the other across a boundary."""
    score = likeness(one.core, other.core)
    shorter = contains(one.core, other.core) and len(one.core) < len(other.core)
    if score < SAME_SCORE and not shorter:
        return None
    if one.family != other.family and "corridor" in {one.family, other.family}:
        return None
    if not ground.seats_apart_km(one.cvegeo, other.cvegeo) <= STRAY_KM:
        return None
    apart = ground.apart_km(one, other)
    if apart <= ACROSS_KM:
        return score, apart
    stray = len(one.plants) <= STRAY_PLANTS and len(other.plants) >= 3 * len(one.plants)
    if stray and score >= SAME_SCORE and np.isnan(apart):
        return score, apart
    return None


def split_by_place(group: Group, ground: Ground) -> list[Group]:
    """Return the parks of one name at several places: the group itself where it stands at one.

    Notes
    -----
    Plants with a point are linked where they are within ``SPLIT_KM`` of each other (single linkage). A part is a park
    where it holds ``SPLIT_PLANTS`` plants and ``SPLIT_SHARE`` of the located ones. Plants of smaller parts and without
    a point stay with the largest part.
    """
    located = ground.located(group)
    if len(located) < 2 * SPLIT_PLANTS or group.kind == "industrial_corridor":
        return [group]
    from scipy.cluster.hierarchy import fcluster, linkage

    part = fcluster(linkage(located[["x", "y"]].to_numpy(), method="single"), SPLIT_KM * 1000, criterion="distance")
    sizes = pd.Series(part).value_counts()
    least = max(SPLIT_PLANTS, SPLIT_SHARE * len(located))
    large = [label for label in sizes.index if sizes[label] >= least]
    if len(large) < 2:
        return [group]
    members = [frozenset(located.index[part == label]) for label in large]
    members.sort(key=lambda plants: (-len(plants), min(plants)))
    away = frozenset().union(*members[1:])
    parts = [_part(group, lambda plant: plant not in away, group.phase)]
    parts += [
        _part(group, plants.__contains__, f"{group.phase} ({number})".strip())
        for number, plants in enumerate(members[1:], start=2)
    ]
    return parts


def _part(group: Group, holds: Callable[[str], bool], phase: str) -> Group:
    held = [
        [replace(each, plants=frozenset(plant for plant in each.plants if holds(plant))) for each in some]
        for some in (group.mentions, group.absorbed)
    ]
    mentions, absorbed = ([each for each in some if each.plants] for some in held)
    # A part whose plants write only absorbed texts still bears the name of the whole.
    return Group(group.cvegeo, group.core, phase, group.family, mentions or held[0][:1], absorbed)
