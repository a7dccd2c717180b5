"""What is left to people: names too weak to list, and pairs that may be one park."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from geo.geodesy import pairs_within
from geo.inventory.decisions import Decided, Places
from geo.inventory.grouping import REVIEW_SCORE, Group, likeness
from geo.inventory.merging import Ground
from geo.inventory.names import parse, same_phase
from geo.inventory.spelling import is_address, is_development, spelled_right
from geo.inventory.tables import Listed

#: Corridors and complexes are listed from this many plants on: fewer name a stretch of road or a firm's site.
LEAST_CORRIDOR = 4
#: A name that one plant writes is not listed where a park of that name and this many plants stands in the state.
HOME_PARK_PLANTS = 5
HOME_PARK_SCORE = 95.0
#: Pairs of parks of a municipality nearer than this are offered for review whatever their names.
REVIEW_KM = 0.25


def weak_reason(groups: Sequence[Group], places: Places) -> Callable[[Group], str | None]:
    """Return a function that says why a group is not listed without a decision; None where it is.

    Parameters
    ----------
    groups
        Every group.
    places
        cvegeo -> place names.

    Notes
    -----
    Not listed are: a corridor or complex that fewer than ``LEAST_CORRIDOR`` plants name; a zone that one plant names,
    but for a FRACCIONAMIENTO INDUSTRIAL, which is a development; what one plant names with a slip in the type's words,
    by an address, or by the name of another municipality of the state; one plant that writes the name of a park of the
    same state with ``HOME_PARK_PLANTS`` plants.
    """
    towns: dict[str, dict[str, str]] = {}
    for code, names in places.items():
        towns.setdefault(code[:2], {})[names[0] if names else ""] = code
    large: dict[str, list[Group]] = {}
    for group in groups:
        if len(group.plants) >= HOME_PARK_PLANTS:
            large.setdefault(group.cvegeo[:2], []).append(group)

    def reason(group: Group) -> str | None:
        plants, state = len(group.plants), group.cvegeo[:2]
        if group.kind in {"industrial_corridor", "complex"}:
            return (
                f"{group.kind.replace('industrial_', '')} that {plants} plants name"
                if plants < LEAST_CORRIDOR
                else None
            )
        if plants > 1:
            return None
        return _slight(group) or _elsewhere(group, towns.get(state, {}), large.get(state, []))

    return reason


def _slight(group: Group) -> str | None:
    """Say what is wrong with the only text of a group."""
    texts = [mention.text for mention in group.mentions]
    if group.kind == "industrial_zone" and not any(map(is_development, texts)):
        return "zone that one plant names"
    if not any(map(spelled_right, texts)):
        return "one plant names it, with a slip in its type"
    return "one plant names it, by an address" if all(map(is_address, texts)) else None


def _elsewhere(group: Group, towns: Mapping[str, str], large: Sequence[Group]) -> str | None:
    """Say where the park is that the only plant of a group seems to mean."""
    if towns.get(group.core, group.cvegeo) != group.cvegeo:
        return "one plant names it, by another municipality's name"
    for other in large:
        if other.cvegeo != group.cvegeo and not group.family and likeness(group.core, other.core) >= HOME_PARK_SCORE:
            return f"one plant writes the name of a park in {other.cvegeo}"
    return None


def near_pairs(listed: Sequence[Listed], ground: Ground, decided: Decided) -> list[dict[str, object]]:
    """Return pairs of listed parks of one municipality that may be one: of names nearly alike, or at one place."""
    by_municipality: dict[str, list[Listed]] = {}
    for each in listed:
        by_municipality.setdefault(each.group.cvegeo, []).append(each)
    lines: list[dict[str, object]] = []
    for some in by_municipality.values():
        centres = [ground.centre(each.group) for each in some]
        degrees = np.array([
            (np.nan, np.nan) if centre is None else ground.lon_lat(centre) for centre in centres
        ]).reshape(-1, 2)  # fmt: skip
        near = pairs_within(degrees[:, 0], degrees[:, 1], degrees[:, 0], degrees[:, 1], REVIEW_KM, once=True)
        apart = {(int(i), int(j)): float(km) for i, j, km in zip(*near, strict=True)}
        for i, one in enumerate(some):
            for j in range(i + 1, len(some)):
                other = some[j]
                score = likeness(one.group.core, other.group.core)
                alike = score >= REVIEW_SCORE and same_phase(one.group.phase, other.group.phase)
                if (alike or (i, j) in apart) and not decided.kept_apart(one.group, other.group):
                    lines.append(_line(other, one, score, apart.get((i, j))))
    return lines


def _line(one: Listed, other: Listed, score: float, km: float | None) -> dict[str, object]:
    first, second = one.group.mentions[0], other.group.mentions[0]
    return {
        "cvegeo": first.cvegeo, "name": first.text, "other_cvegeo": second.cvegeo, "other_name": second.text,
        "suggestion": "merge?" if parse(first.text).typed else "merge? no type", "score": f"{score:.0f}",
        "distance_km": "" if km is None else f"{km:.3f}", "plants": str(len(one.group.plants)),
    }  # fmt: skip
