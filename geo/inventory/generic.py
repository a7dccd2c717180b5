"""Texts that name a type and nothing else (ZONA INDUSTRIAL): which park they mean, and where they mean one."""

from __future__ import annotations

from collections.abc import Sequence

from geo.inventory.decisions import Places
from geo.inventory.grouping import FAMILIES, Group, Mention, Merge
from geo.inventory.names import parse

#: A type alone is a park of its own from this many plants on that name no other park.
LONE_PLANTS = 5
#: The same where the municipality has no other park.
ONLY_PLANTS = 2


def place_generic(
    groups: Sequence[Group], mentions: Sequence[Mention], places: Places
) -> tuple[list[Group], list[Merge], list[Mention]]:
    """Give texts that are a type alone to the park they can only mean, or make a park of them.

    Parameters
    ----------
    groups
        Groups with names; their mentions grow.
    mentions
        Texts with a type and no name.
    places
        cvegeo -> place names.

    Returns
    -------
    made
        New groups, named by their municipality.
    merges
        One line a text that was given to a park.
    rest
        Texts that could mean several parks, or that too few plants write: given to none.

    Notes
    -----
    CIUDAD INDUSTRIAL, ZONA INDUSTRIAL, CORREDOR INDUSTRIAL mean the one of that type with the municipality's name;
    PARQUE INDUSTRIAL means the municipality's only park. Where there is none, the plants that name no other park make
    one of their own: from ``LONE_PLANTS`` on (a park or zone only where the municipality has no other one: from
    ``ONLY_PLANTS`` on). In a town with several parks, PARQUE INDUSTRIAL is given to none.
    """
    by_municipality: dict[str, list[Group]] = {}
    for group in groups:
        by_municipality.setdefault(group.cvegeo, []).append(group)
    texts: dict[tuple[str, str], list[Mention]] = {}
    for mention in sorted(mentions, key=lambda each: (each.cvegeo, -len(each.plants), each.text)):
        family = FAMILIES[parse(mention.text).kind or "industrial_park"]
        texts.setdefault((mention.cvegeo, family), []).append(mention)
    made: list[Group] = []
    merges: list[Merge] = []
    rest: list[Mention] = []
    for (code, family), same in sorted(texts.items()):
        near = by_municipality.get(code, [])
        meant = _meant(near, family, places.get(code, ()))
        named = frozenset().union(*(group.plants for group in near)) if near else frozenset()
        free = frozenset().union(*(mention.plants for mention in same)) - named
        if meant is not None:
            merges += [Merge(code, mention.text, meant.mentions[0].text, "type alone") for mention in same]
            meant.absorbed += same
        elif _makes_one(near, family, len(free)):
            core = places[code][0] if places.get(code) else ""
            made.append(Group(code, core, "", family, list(same)))
        else:
            rest += same
    return made, merges, rest


def _meant(near: Sequence[Group], family: str, places: Sequence[str]) -> Group | None:
    """Return the only group that a type alone can mean."""
    same = [group for group in near if FAMILIES[group.kind] == family]
    own = [group for group in same if places and group.core == places[0] and not group.phase]
    if len(own) == 1:
        return own[0]
    if family == "park":
        parks = [group for group in near if FAMILIES[group.kind] in {"park", "logistics", "technology"}]
        return parks[0] if len(parks) == 1 else None
    return same[0] if len(same) == 1 and family in {"city", "complex"} and len(same[0].plants) >= LONE_PLANTS else None


def _makes_one(near: Sequence[Group], family: str, free: int) -> bool:
    if not near and family in {"park", "zone"}:
        return free >= ONLY_PLANTS
    if family == "park":
        return False
    if family == "city":
        return free >= ONLY_PLANTS
    return free >= LONE_PLANTS and family != "complex"
