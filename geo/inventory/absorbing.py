"""Names that are no parks of their own: stages, names that other parks' plants write, and single firms' sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from geo.inventory.grouping import SAME_SCORE, Group, Merge, compatible, contains, likeness
from geo.inventory.merging import CONTAINED_KM, STRAY_PLANTS, Ground, Kept, small_first
from geo.inventory.names import is_stage, same_phase

#: A name is absorbed by another of the municipality where this share of its plants names that one too.
SHARED_PLANTS = 0.6
SHARED_SCORE = 65.0
#: A vague name of so few plants is absorbed by the park this near.
VAGUE_PLANTS = 4
VAGUE_KM = 0.3
#: A word in the names of parks of so many municipalities is a developer's brand, not one firm.
BRAND_TOWNS = 3


def join_stages(groups: Sequence[Group], ground: Ground, kept_apart: Kept) -> tuple[list[Group], list[Merge]]:
    """Join stages that hardly a plant writes to the park they are a stage of.

    Returns
    -------
    groups, merges
        The groups that are left, and one line a merge.

    Notes
    -----
    Parks I and II, Norte and Sur are two parks. A stage named by a stage word (3A ETAPA, FASE II) is part of one: where
    at most ``STRAY_PLANTS`` plants write it, the park without a number has no fewer, and the centres are
    within ``CONTAINED_KM`` (or one is not known), it joins that park. A stage with more plants stays a park of its own.
    """
    joined: dict[int, Group] = {}
    merges: list[Merge] = []
    for one in sorted(groups, key=small_first):
        if not one.phase or len(one.plants) > STRAY_PLANTS or not all(is_stage(each.text) for each in one.mentions):
            continue
        bases = [
            other
            for other in groups
            if other.cvegeo == one.cvegeo and other is not one and same_phase(other.phase, "")
            and likeness(one.core, other.core) >= SAME_SCORE and compatible(one, other)
            and len(other.plants) >= len(one.plants) and not kept_apart(one, other)
        ]  # fmt: skip
        bases = [other for other in bases if not ground.apart_km(one, other) > CONTAINED_KM]
        if not bases:
            continue
        base = max(bases, key=small_first)
        apart = ground.apart_km(one, base)
        merges.append(
            Merge(one.cvegeo, one.mentions[0].text, base.mentions[0].text, "stage", 100.0,
                  None if np.isnan(apart) else round(apart, 3))
        )  # fmt: skip
        base.absorbed += one.mentions
        joined[id(one)] = base
    return [group for group in groups if id(group) not in joined], merges


def absorb_shared(groups: Sequence[Group], kept_apart: Kept) -> tuple[list[Group], list[Merge]]:
    """Let a name be absorbed by another that most of its plants write too, in another year or field.

    Returns
    -------
    groups, merges
        The groups that are left, and one line a merge.

    Notes
    -----
    The share is ``SHARED_PLANTS``. The other has more plants, and the phases do not differ by a number on both sides. A
    park with a name of its own is absorbed only by one of a like name (``SHARED_SCORE``, or one within the other): a
    plant may have moved. A zone, a corridor and a name that is a place's are vague, and need no likeness.
    """
    left: list[Group] = []
    merges: list[Merge] = []
    by_municipality: dict[str, list[Group]] = {}
    for group in groups:
        by_municipality.setdefault(group.cvegeo, []).append(group)
    for code in sorted(by_municipality):
        remaining = sorted(by_municipality[code], key=small_first)
        for one in list(remaining):
            plants = one.plants
            shares = [
                (len(plants & other.plants) / len(plants), small_first(other), other)
                for other in remaining
                if small_first(other) > small_first(one) and len(other.plants) > len(plants)
                and (same_phase(one.phase, other.phase) or (len(plants) <= STRAY_PLANTS and not other.phase))
                and _could_absorb(one, other) and not kept_apart(one, other)
            ]  # fmt: skip
            share, _, other = max(shares, key=lambda each: each[:2], default=(0.0, None, one))
            if share < SHARED_PLANTS:
                continue
            merges.append(
                Merge(one.cvegeo, one.mentions[0].text, other.mentions[0].text, "same plants", round(100 * share, 1))
            )
            other.absorbed += [*one.mentions, *one.absorbed]
            remaining.remove(one)
        left += remaining
    return left, merges


def absorb_vague(groups: Sequence[Group], ground: Ground, kept_apart: Kept) -> tuple[list[Group], list[Merge]]:
    """Let a vague name of few plants be absorbed by the park that stands where its plants do.

    Returns
    -------
    groups, merges
        The groups that are left, and one line a merge.

    Notes
    -----
    Vague is a zone, a corridor, or a name that is a place's, of at most ``VAGUE_PLANTS`` plants. The park is the
    nearest group of the municipality with more plants within ``VAGUE_KM``; numbers on both sides must be the same.
    """
    gone: set[int] = set()
    merges: list[Merge] = []
    for one in sorted(groups, key=small_first):
        if not _vague(one) or len(one.plants) > VAGUE_PLANTS:
            continue
        near = [
            (ground.apart_km(one, other), other.key, other)
            for other in groups
            if other.cvegeo == one.cvegeo and id(other) not in gone and len(other.plants) > len(one.plants)
            and (same_phase(one.phase, other.phase) or not one.phase) and not kept_apart(one, other)
        ]  # fmt: skip
        apart, _, other = min(
            (each for each in near if each[0] <= VAGUE_KM), key=lambda each: each[:2], default=(0, 0, one)
        )
        if other is one:
            continue
        merges.append(
            Merge(one.cvegeo, one.mentions[0].text, other.mentions[0].text, "same place", None, round(apart, 3))
        )
        other.absorbed += [*one.mentions, *one.absorbed]
        gone.add(id(one))
    return [group for group in groups if id(group) not in gone], merges


def _vague(group: Group) -> bool:
    return bool(group.family) or group.kind in {"industrial_zone", "industrial_corridor"}


def _could_absorb(one: Group, other: Group) -> bool:
    return _vague(one) or contains(one.core, other.core) or likeness(one.core, other.core) >= SHARED_SCORE


def firm_sites(
    groups: Iterable[Group], plant_names: Mapping[str, frozenset[str]], places: frozenset[str]
) -> list[Group]:
    """Return the groups that are a single firm's site: every plant carries the park's name in its own.

    Parameters
    ----------
    groups
        Groups of typed names.
    plant_names
        Plant -> words of every name it has borne, upper case without accents.
    places
        Words of the names of municipalities: they stand in names of plants for another reason.

    Notes
    -----
    A word of the core with five letters or more, no place's and in parks of fewer than ``BRAND_TOWNS`` municipalities,
    must stand in the names of at least half of the group's plants (COMPLEJO INDUSTRIAL BURLINGTON with
    the plants of Burlington), and the core must have two words at most.
    """
    groups = list(groups)
    towns: dict[str, set[str]] = {}
    for group in groups:
        for word in group.core.split():
            towns.setdefault(word, set()).add(group.cvegeo)
    brands = {word for word, codes in towns.items() if len(codes) >= BRAND_TOWNS}
    found = []
    for group in groups:
        if group.family not in {"", "complex"} or group.kind == "technology_park" or len(group.core.split()) > 2:
            continue
        words = [word for word in group.core.split() if len(word) >= 5 and word not in places | brands]
        names = [plant_names.get(plant, frozenset()) for plant in group.plants]
        if any(2 * sum(word in name for name in names) >= len(names) for word in words):
            found.append(group)
    return found
