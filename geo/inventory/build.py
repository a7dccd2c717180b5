"""The story of an inventory built from a register, top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.inventory.absorbing import absorb_shared, absorb_vague, firm_sites, join_stages
from geo.inventory.decisions import DROP, LIST, Decided, Places, review_table
from geo.inventory.generic import place_generic
from geo.inventory.grouping import Group, Mention, Merge, attach_untyped, group_names
from geo.inventory.intake import Intake, mentions_of, take_in, tidy_texts, years_and_jobs
from geo.inventory.merging import Ground, at_home, merge_across, merge_in_municipality, split_by_place
from geo.inventory.names import own_name, parse, place_names, plain
from geo.inventory.points import GOOD_YEAR, plant_points
from geo.inventory.suggestions import near_pairs, weak_reason
from geo.inventory.tables import Listed, details_table, evidence_table, footprints_table, parks_table
from geo.sources.registers import RegisterPart

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Register:
    """A register to build from.

    Attributes
    ----------
    name
        Short name for people: RETC, DENUE, a file's name.
    source_id
        Key of the table sources.
    parts
        The register part by part.
    good_year
        First year of better coordinates; None where all are alike.
    """

    name: str
    source_id: str
    parts: Iterable[RegisterPart]
    good_year: int | None = GOOD_YEAR


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a register says about parks.

    Attributes
    ----------
    parks
        Columns of the layer ``parks``.
    details
        park_id, plants with a point, staff as an interval, hectares that the plants span.
    footprints
        park_id and polygon in EPSG:4326.
    evidence
        One line a merge, move, split, refusal to list.
    rejects
        Refused rows of the register with their reasons.
    decisions
        The review file: people's lines, then what they may decide.
    unused
        People's lines whose names the register does not have.
    municipalities
        Rows of the register by the municipality they report.
    counts
        Rows read and what became of them; the parts sum to the whole.
    """

    parks: pd.DataFrame
    details: pd.DataFrame
    footprints: gpd.GeoDataFrame
    evidence: pd.DataFrame
    rejects: pd.DataFrame
    decisions: pd.DataFrame
    unused: pd.DataFrame
    municipalities: pd.DataFrame
    counts: Mapping[str, int]


def places_of(municipalities: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the place names that the parks of each municipality may carry: its own, its metropolis's, its state's.

    Parameters
    ----------
    municipalities
        Layer municipalities.
    """
    metro = municipalities.dropna(subset="metro_area_code").groupby("metro_area_code")["name"].agg(list).to_dict()
    result = {}
    for row in municipalities.itertuples():
        code = row.metro_area_code
        around = [*metro[code], row.metro_area_name] if code in metro else []
        result[str(row.cvegeo)] = place_names(
            str(row.name), *map(str, around), str(row.state), str(row.state).split(" de ")[0]
        )
    return result


def build_inventory(
    register: Register,
    municipalities: gpd.GeoDataFrame,
    decisions: pd.DataFrame,
    *,
    progress: Progress = lambda _step: None,
) -> Inventory:
    """Build an inventory of parks from a register.

    Parameters
    ----------
    register
        The register; its parts are read once.
    municipalities
        Layer municipalities with polygons in EPSG:6372.
    decisions
        Lines of ``read_decisions``.
    progress
        Called with a short line before each step.

    Returns
    -------
    Inventory
        The same for the same rows in any order.
    """
    progress("reading the register")
    areas = municipalities[municipalities.geometry.notna()]
    intake = take_in(register.parts, areas)
    places = places_of(municipalities)
    decided = Decided(decisions, places)
    progress("reading names")
    mentions = mentions_of(intake.rows) if len(intake.rows) else []
    named, untyped, generic, ignored = sort_mentions(mentions, places)
    writers = frozenset().union(*(each.plants for each in (*named, *untyped, *generic)))
    points = plant_points(intake.rows[intake.rows["plant_id"].isin(writers)], areas, good_year=register.good_year)
    seats = {str(row.cvegeo): (float(row.seat_lon), float(row.seat_lat)) for row in municipalities.itertuples()}
    ground = Ground(points, seats)
    progress("grouping names")
    groups, merges, rest = group_all(named, untyped, generic, places, ground, decided)
    progress("placing parks")
    names = words_of_names(intake.rows[intake.rows["plant_id"].isin(writers)])
    listed, candidates, more = choose(groups, names, decided, places)
    plants = years_and_jobs(intake.rows[intake.rows["plant_id"].isin(writers)])
    official = municipalities.set_index("cvegeo")
    parks = parks_table(listed, plants, ground, official, source_id=register.source_id)
    ids = parks["park_id"].to_numpy()
    footprints = footprints_table(listed, ground)
    details = details_table(listed, plants, ground, footprints)
    details.insert(0, "park_id", ids)
    footprints.insert(0, "park_id", ids[footprints.pop("place")])
    evidence = evidence_table([*merges, *more], listed)
    evidence["park_id"] = evidence["park_id"].map(dict(enumerate(ids)), na_action="ignore").astype("str")
    suggestions = [*_candidate_lines(candidates), *near_pairs(listed, ground, decided)]
    return Inventory(
        parks=parks,
        details=details,
        footprints=footprints,
        evidence=evidence,
        rejects=intake.rejects,
        decisions=review_table(decided.table, suggestions),
        unused=decided.unused,
        municipalities=intake.tally.reset_index(),
        counts=_counts(intake, listed, [*rest, *ignored]),
    )


def sort_mentions(
    mentions: Sequence[Mention], places: Places
) -> tuple[list[Mention], list[Mention], list[Mention], list[Mention]]:
    """Sort texts into those with type and name, with a name only, with a type only, and those that name no park."""
    named, untyped, generic, ignored = [], [], [], []
    for mention in mentions:
        name = parse(mention.text)
        core, _ = own_name(name, places.get(mention.cvegeo, ()))
        if name.beside or not (name.typed or core):
            ignored.append(mention)
        elif not name.typed:
            untyped.append(mention)
        elif core:
            named.append(mention)
        else:
            generic.append(mention)
    return named, untyped, generic, ignored


def group_all(
    named: Sequence[Mention],
    untyped: Sequence[Mention],
    generic: Sequence[Mention],
    places: Places,
    ground: Ground,
    decided: Decided,
) -> tuple[list[Group], list[Merge], list[Mention]]:
    """Put texts together into parks: by name, by decision, by the plants they share, by place.

    Returns
    -------
    groups, merges, rest
        Parks, one line a merge, and the texts that were given to none.
    """
    groups, merges = group_names(named, places, kept_apart=decided.kept_apart)
    attached, rest = attach_untyped(groups, untyped, places)
    merges += attached
    merges += at_home(groups, ground)
    merges += decided.merge(groups)
    apart = decided.kept_apart
    groups, lines = join_stages(groups, ground, apart)
    merges += lines
    groups, lines = absorb_shared(groups, apart)
    merges += lines
    groups, lines = merge_in_municipality(groups, ground, apart)
    merges += lines
    groups, lines = absorb_vague(groups, ground, apart)
    merges += lines
    groups, lines = merge_across(groups, ground, apart)
    merges += lines
    merges += at_home(groups, ground)
    made, lines, unplaced = place_generic(groups, generic, places)
    merges += lines
    more, rest = decided.made_of([*rest, *unplaced])
    made += more
    parts = [split_by_place(group, ground) for group in [*groups, *made]]
    merges += [
        Merge(some[0].cvegeo, part.mentions[0].text, some[0].mentions[0].text, "split by place")
        for some in parts
        for part in some[1:]
    ]
    return [part for some in parts for part in some], merges, rest


def choose(
    groups: Sequence[Group],
    plant_names: Mapping[str, frozenset[str]],
    decided: Decided,
    places: Places,
) -> tuple[list[Listed], list[tuple[Group, str]], list[Merge]]:
    """Choose which groups are listed as parks; the others are candidates for review.

    Returns
    -------
    listed, candidates, lines
        Parks in the order of municipality, plants and name; groups that are not listed, with the reason; one line of
        evidence for each of these.
    """
    words = frozenset(word for each in places.values() for word in (each[0] if each else "").split())
    firms = {id(group) for group in firm_sites(groups, plant_names, words)}
    weak = weak_reason(groups, places)
    listed: list[Listed] = []
    candidates: list[tuple[Group, str]] = []
    lines: list[Merge] = []
    for group in sorted(groups, key=lambda each: (each.cvegeo, -len(each.plants), each.key)):
        reason = "site of one firm" if id(group) in firms else weak(group)
        if decided.says(DROP, group):
            lines.append(Merge(group.cvegeo, group.mentions[0].text, "", "dropped by decision"))
            continue
        name, wanted = decided.new_name(group), decided.says(LIST, group)
        if reason is not None and not wanted and name is None:
            candidates.append((group, reason))
            lines.append(Merge(group.cvegeo, group.mentions[0].text, "", f"not listed: {reason}"))
            continue
        listed.append(Listed(group, name))
    return listed, candidates, lines


def _candidate_lines(candidates: Sequence[tuple[Group, str]]) -> list[dict[str, object]]:
    return [
        {
            "cvegeo": group.mentions[0].cvegeo, "name": group.mentions[0].text,
            "suggestion": f"list? {reason}", "plants": str(len(group.plants)),
        }
        for group, reason in candidates
    ]  # fmt: skip


def words_of_names(rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return the words of every name that each plant has borne."""
    if rows.empty:
        return {}
    borne = rows.dropna(subset="plant_name")[["plant_id", "plant_name"]].drop_duplicates()
    words = {name: plain(str(name)).split() for name in borne["plant_name"].unique()}
    found: dict[str, set[str]] = {}
    for plant, name in zip(borne["plant_id"], borne["plant_name"], strict=True):
        found.setdefault(str(plant), set()).update(words[name])
    return {plant: frozenset(each) for plant, each in found.items()}


def _counts(intake: Intake, listed: Sequence[Listed], rest: Sequence[Mention]) -> dict[str, int]:
    """Say what became of every row: in a park, named but not placed, silent, refused."""
    texts = {
        (mention.cvegeo, mention.text) for each in listed for mention in (*each.group.mentions, *each.group.absorbed)
    }
    in_park = 0
    if len(intake.rows):
        found = pd.Series(False, index=intake.rows.index)
        for column in ("park_text", "settlement_text"):
            keys = pd.MultiIndex.from_arrays([intake.rows["cvegeo"], tidy_texts(intake.rows[column])])
            found |= keys.isin(texts)
        in_park = int(found.sum())
    counts = {
        "rows_read": intake.read,
        "rows_in_parks": in_park,
        "rows_naming_no_listed_park": len(intake.rows) - in_park,
        "rows_without_a_name": intake.silent,
        "rows_refused": len(intake.rejects),
        "texts_given_to_no_park": len(rest),
        "parks": len(listed),
    }
    return counts | {f"points: {problem}": count for problem, count in sorted(intake.point_problems.items())}
