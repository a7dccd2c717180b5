"""Which column of a file is which column of a layer: guessed, explained, and set right by the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from geo.errors import DataError, Problem
from geo.ingest.synonyms import COORDINATES, MUNICIPAL_CODE, PARTIES, SYNONYMS
from geo.ingest.values import UNITS
from geo.inventory.names import plain
from geo.schema import Layer

How = Literal["given", "name", "known as", "holds", "like"]

#: Spelling at least this near (0-100) to a known name is taken for it.
NEAR = 87
#: Words of a header that say how a coordinate is written, not which one it is.
_SIDES = frozenset({"N", "W", "O", "WGS84", "WGS", "84", "DECIMAL", "DECIMALES", "DD", "GMS", "DMS", "GRADOS", "DEG"})
_ALL_UNITS = {unit: kind for kind, units in UNITS.items() for unit in units if unit.isalnum() and len(unit) <= 5}


@dataclass(frozen=True, slots=True)
class Match:
    """A column of the file and what it was taken for.

    Parameters
    ----------
    column
        Column of the file.
    target
        Column of the layer (or ``coordinates``, ``cve_mun``, a role of a park); None where it is not used.
    how
        given by the reader; the very name; known as (a synonym or a label); holds a known name among its words; like
        a known name.
    unit
        Unit that the header names.
    """

    column: str
    target: str | None
    how: How | None = None
    unit: str | None = None


def targets(layer: Layer, *, has_geometry: bool) -> list[str]:
    """Return what columns of a file may be taken for."""
    names = [column.name for column in layer.file_columns]
    if layer.geometry == "Point":
        names += [COORDINATES]
    if "cvegeo" in names and layer.geometry == "Point":
        names += [MUNICIPAL_CODE]
    if layer.name == "parks":
        names += PARTIES
    dropped = {"lon", "lat", COORDINATES} if has_geometry else set()
    return [name for name in names if name not in dropped]


def guess(
    columns: Sequence[str],
    layer: Layer,
    *,
    given: Mapping[str, str | None] | None = None,
    taken: Iterable[str] = (),
    has_geometry: bool = False,
) -> list[Match]:
    """Guess what each column of a file is.

    Parameters
    ----------
    columns
        Headers of the file.
    layer
        The layer it is to become.
    given
        Column of the file -> target, as the reader says; None for a column to leave out.
    taken
        Targets that need no column of the file, because one value was given for all rows.
    has_geometry
        Whether the file has a geometry: columns of coordinates are then not used.

    Returns
    -------
    list of Match
        One a column, in the file's order; no target twice.

    Notes
    -----
    Case, accents, punctuation and units in the header do not matter. The nearest pair is taken first: the very name,
    then a synonym, then a header that holds a synonym, then one spelt like it. Of two columns as near, the first in
    the file is taken.
    """
    given = given or {}
    open_targets = [
        name
        for name in targets(layer, has_geometry=has_geometry)
        if name not in set(given.values()) and name not in set(taken)
    ]
    known = {name: _known(name, layer) for name in open_targets}
    pairs = []
    for place, column in enumerate(columns):
        if column in given:
            continue
        words, _ = _header(column)
        for order, name in enumerate(open_targets):
            score, how = _score(words, name, known[name])
            if how is not None:
                pairs.append((-score, place, order, column, name, how))
    found: dict[str, tuple[str, How]] = {}
    for _, _, _, column, name, how in sorted(pairs):
        if column not in found and name not in {target for target, _ in found.values()}:
            found[column] = (name, how)
    matches = []
    for column in columns:
        target, how = (given[column], "given") if column in given else found.get(column, (None, None))
        matches.append(Match(column, target, how if target else None, _header(column)[1]))
    return matches


def given_pairs(pairs: Iterable[str], columns: Sequence[str], layer: Layer, file: str) -> dict[str, str | None]:
    """Read the reader's own mapping, ``FILE COLUMN=layer column`` (either way round; nothing after = leaves it out).

    Raises
    ------
    DataError
        If a side is not known, or a target is named twice; every problem is listed.
    """
    allowed = targets(layer, has_geometry=False)
    given: dict[str, str | None] = {}
    problems = []
    for pair in pairs:
        left, sign, right = (part.strip() for part in pair.partition("="))
        if not sign:
            problems.append(Problem("--map", f"{pair!r} has no =", "Write it as 'FILE COLUMN=layer column'"))
        elif left in columns and (right in allowed or not right):
            given[left] = right or None
        elif right in columns and left in allowed:
            given[right] = left
        elif left in columns:
            cure = f"The layer {layer.name} has: {', '.join(allowed)}"
            problems.append(Problem("--map", f"{right!r} is not a column of the layer", cure))
        else:
            cure = f"The file has: {', '.join(columns)}"
            problems.append(Problem(file, f"there is no column {left!r}", cure))
    wanted = [target for target in given.values() if target]
    problems += [
        Problem("--map", f"two columns are mapped to {target}", "Keep one")
        for target in sorted(set(wanted))
        if wanted.count(target) > 1
    ]
    if problems:
        raise DataError(problems)
    return given


def _known(name: str, layer: Layer) -> list[str]:
    """Return the names a target goes by, as ``plain`` writes them; its own name first."""
    if name == "source_ids":
        return ["SOURCE IDS"]  # keys of the table sources: a column of titles is something else
    labels = [label for column in layer.columns if column.name == name for label in (column.en, column.es)]
    own = SYNONYMS.get(f"{layer.name}.{name}", SYNONYMS.get(name, ()))
    names = [name.replace("_", " "), *own, *labels]
    return list(dict.fromkeys(_header(each)[0] or plain(each) for each in names))


def _header(column: str) -> tuple[str, str | None]:
    """Return the words of a header without its unit, and the unit."""
    words = plain(column.replace("²", "2").replace("_", " ")).split()
    units = [word for word in words if word in _ALL_UNITS]
    if len(words) > 1 and units and words[-1] in _ALL_UNITS:
        return " ".join(words[:-1]), words[-1]
    return " ".join(words), words[0] if len(words) == 1 and words[0] in UNITS["ha"] else None


def _score(words: str, name: str, known: Sequence[str]) -> tuple[float, How | None]:
    if name in {"lon", "lat"}:
        words = " ".join(word for word in words.split() if word not in _SIDES) or words
    if not words:
        return 0, None
    if words == known[0] or words == plain(name.replace("_", " ")):
        return 100, "name"
    if words in known:
        return 95, "known as"
    tokens = set(words.split())
    shortest = 7 if name in {"lon", "lat"} else 5
    held = [each for each in known if len(each) >= shortest and set(each.split()) <= tokens]
    if held:
        longest = max(len(each.split()) for each in held)
        leads = any(words.startswith(each) for each in held)
        return 80 + 10 * longest / len(words.split()) + 3 * leads, "holds"
    if len(words) < 5:
        return 0, None
    from rapidfuzz import fuzz, process

    best = process.extractOne(words, [each for each in known if len(each) >= 5], scorer=fuzz.ratio, score_cutoff=NEAR)
    return (70 + best[1] / 10, "like") if best else (0, None)
