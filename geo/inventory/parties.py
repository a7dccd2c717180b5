"""Who has which role in the parks of a derived inventory: carried over from lists, and by a brand in the name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geo.inventory.compare import compare
from geo.inventory.names import own_name, parse, plain
from geo.schema import LAYERS

BRAND = "brand_in_name"
#: A brand is a word of this length at least.
BRAND_LETTERS = 4
#: Columns of the evidence; the years seen are those in which the register names the park, under any of its names.
EVIDENCE = ("park_id", "developer_id", "role", "rule", "from_park_id", "score", "distance_km", "brand", "basis",
            "as_of_year", "until_year", "first_seen_year", "last_seen_year", "source_ids")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parties:
    """Relations of parks and parties.

    Attributes
    ----------
    roles
        Columns of the layer ``park_developers``.
    evidence
        One line a relation: carried over from which park of the lists or by which brand, with its dates and sources.
    """

    roles: pd.DataFrame
    evidence: pd.DataFrame


def parties_of(
    parks: pd.DataFrame,
    lists: pd.DataFrame,
    roles: pd.DataFrame,
    developers: pd.DataFrame,
    *,
    places: Mapping[str, Sequence[str]],
) -> Parties:
    """Give the parks of a derived inventory the parties that lists and names tell.

    Parameters
    ----------
    parks
        The derived inventory: columns of the layer ``parks``.
    lists
        The study's parks, to which its relations belong.
    roles
        The study's relations: layer ``park_developers``.
    developers
        The study's parties: layer ``developers``.
    places
        cvegeo -> cores of place names.

    Returns
    -------
    Parties
        A relation of a park of the lists that is found again by name and municipality is carried over with its role,
        basis, years and sources. A park without any gets a developer where its name carries a brand (see
        ``brands_of``), with the sources of the brand and of the park and without a year, since nobody says since when.
    """
    matched = compare(lists, parks, places=places).rows
    matched = matched[matched["status"].isin(["same", "moved"])]
    carried = roles.merge(matched, left_on="park_id", right_on="park_id_a")
    made = carried.assign(park_id=carried["park_id_b"], rule="lists")
    branded = _branded(
        parks[~parks["park_id"].isin(made["park_id"])], brands_of(lists, roles, developers, places), places
    )
    every = pd.concat([made, branded], ignore_index=True).sort_values(
        ["park_id", "role", "developer_id"], kind="stable"
    )
    columns = LAYERS["park_developers"].file_columns
    table = every.reindex(columns=[column.name for column in columns]).reset_index(drop=True)
    table = table.astype({column.name: column.dtype for column in columns})
    seen = parks.set_index("park_id").reindex(columns=["first_seen_year", "last_seen_year"])
    evidence = every.rename(columns={"park_id_a": "from_park_id"}).join(seen, on="park_id")
    return Parties(table, evidence.reindex(columns=list(EVIDENCE)).reset_index(drop=True))


def brands_of(
    lists: pd.DataFrame, roles: pd.DataFrame, developers: pd.DataFrame, places: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the brands that relations by name have shown: state and word -> party and the sources of its relation.

    Parameters
    ----------
    lists, roles, developers
        The study's parks, relations and parties.
    places
        cvegeo -> cores of place names.

    Returns
    -------
    dict
        A word of ``BRAND_LETTERS`` letters at least that stands both in a park's own name and in its developer's, where
        the relation's basis is the name. It holds in the states where the party has a park, since another firm may use
        the word elsewhere (PIMSA Oriente in Apodaca is not PIMSA's of Mexicali), and only where the word is one
        party's.
    """
    names = developers.set_index("developer_id")["name"].map(lambda name: set(plain(str(name)).split()))
    park = lists.set_index("park_id")
    shown = roles[(roles["basis"] == BRAND) & roles["park_id"].isin(park.index)]
    words: dict[str, dict[str, str]] = {}
    for row in shown.itertuples():
        core, _ = own_name(
            parse(str(park.at[row.park_id, "name"])), places.get(str(park.at[row.park_id, "cvegeo"]), ())
        )
        for word in names.get(row.developer_id, set()) & set(core.split()):
            if len(word) >= BRAND_LETTERS:
                words.setdefault(word, {}).setdefault(str(row.developer_id), str(row.source_ids))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for word, owners in words.items():
        if len(owners) != 1:
            continue
        ((party, sources),) = owners.items()
        own = roles[(roles["developer_id"] == party) & roles["park_id"].isin(park.index)]["park_id"]
        for code in sorted(set(park.loc[own, "cve_ent"])):
            found[str(code), word] = party, sources
    return found


def _branded(
    parks: pd.DataFrame, brands: Mapping[tuple[str, str], tuple[str, str]], places: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return a relation for each park whose name carries one party's brand."""
    rows = []
    for park in parks.itertuples():
        core, _ = own_name(parse(str(park.name)), places.get(str(park.cvegeo), ()))
        words = [word for word in dict.fromkeys(core.split()) if (str(park.cve_ent), word) in brands]
        hits = {brands[str(park.cve_ent), word] for word in words}
        if len(hits) == 1:
            ((party, sources),) = hits
            own = getattr(park, "source_ids", None)
            both = dict.fromkeys([*sources.split("|"), *(own.split("|") if isinstance(own, str) else ())])
            rows.append({
                "park_id": park.park_id, "developer_id": party, "role": "developer", "basis": BRAND,
                "source_ids": "|".join(both), "rule": "brand in name", "brand": " ".join(words),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=["park_id", "developer_id", "role", "basis", "source_ids", "rule", "brand"])
