"""Who controls a park: its owner where one is known for the year, else its developer; and to whom that one belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import pandas as pd

from geo.schema import PARTY_RELATIONS_THAT_BIND, ROLES
from geo.study import Parameters


def run_controllers(
    layers: Mapping[str, Any], parameters: Parameters, *, precedence: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the controllers of each park as a run counts them.

    Parameters
    ----------
    layers
        The layers park_developers and, where the run asks for ultimate owners, party_relations.
    parameters
        The run's ``controller_roles``, ``ownership_year`` and ``ultimate_owners``.
    precedence
        Roles in the place of ``controller_roles``.

    Returns
    -------
    pandas.DataFrame
        As ``controllers`` returns it.
    """
    year = parameters.ownership_year
    held = controllers(layers["park_developers"], precedence=precedence or parameters.controller_roles, year=year)
    return ultimate_owners(held, layers["party_relations"], year=year) if parameters.ultimate_owners else held


def controllers(roles: pd.DataFrame, *, precedence: Sequence[str], year: int | None = None) -> pd.DataFrame:
    """Return the controllers of each park.

    Parameters
    ----------
    roles
        Table park_developers: park_id, developer_id, role, as_of_year, until_year.
    precedence
        Roles that may control a park, strongest first: a park's controllers are all its parties with the first of
        these roles that any party has. Roles left out (promoter and administrator, unless asked for) never control.
    year
        Leave out relations dated after this year and those that ended before it; undated ones stay. In the last year
        of a relation it still holds. None takes every relation, ended ones too.

    Returns
    -------
    pandas.DataFrame
        park_id, developer_id, share: one row a park and controller in the order of ``roles``; shares of a park are
        equal and sum to 1. Parks without a known controller have no row.

    Examples
    --------
    >>> roles = pd.DataFrame(
    ...     {"park_id": ["p", "p", "q"], "developer_id": ["a", "b", "a"], "role": ["owner", "developer", "promoter"],
    ...      "as_of_year": [2018, None, None], "until_year": [None, None, None]}
    ... )
    >>> controllers(roles, precedence=("owner", "developer"))[["park_id", "developer_id", "share"]].values.tolist()
    [['p', 'a', 1.0]]
    """
    relations = roles[roles["role"].isin(list(precedence))]
    if year is not None:
        relations = relations[_in_force(relations["as_of_year"], relations["until_year"], year)]
    rank = relations["role"].map({role: place for place, role in enumerate(precedence)})
    strongest = rank == rank.groupby(relations["park_id"]).transform("min")
    held = relations.loc[strongest, ["park_id", "developer_id"]].drop_duplicates()
    count = held.groupby("park_id")["developer_id"].transform("size")
    return held.assign(share=1 / count).reset_index(drop=True)


def binding_relations(relations: pd.DataFrame, *, year: int | None = None) -> pd.DataFrame:
    """Return the rows of party_relations by which a party belongs to another.

    Parameters
    ----------
    relations
        Table party_relations: developer_id, parent_id, relation, from_year, to_year, share_pct.
    year
        The year asked for; a relation holds in its first and in its last year, and at any time where it has no date.
        None takes the relations that have not ended.

    Returns
    -------
    pandas.DataFrame
        Rows of ``relations`` in their order. A sale of assets binds nobody.
    """
    binding = relations[relations["relation"].isin(PARTY_RELATIONS_THAT_BIND)]
    if year is None:
        return binding[binding["to_year"].isna()]
    return binding[_in_force(binding["from_year"], binding["to_year"], year)]


def ultimate_owners(parties: pd.DataFrame, relations: pd.DataFrame, *, year: int | None = None) -> pd.DataFrame:
    """Replace each party by those to whom it belongs in the end.

    Parameters
    ----------
    parties
        Table of ``controllers``: park_id, developer_id, share.
    relations
        Table party_relations.
    year
        As in ``binding_relations``.

    Returns
    -------
    pandas.DataFrame
        park_id, developer_id, share: one row a park and ultimate owner; shares of a park sum to what they summed to.

    Raises
    ------
    ValueError
        If parties own each other in a circle in that year; ``geo.layers`` refuses such a table.

    Notes
    -----
    A single parent takes the whole of what a party holds, whatever its share: the relation says that it controls it.
    Several parents at one time take parts in proportion to their shares. A party without a parent is its own ultimate
    owner, so that applying the function twice changes nothing.

    Examples
    --------
    >>> parties = pd.DataFrame({"park_id": ["p", "q"], "developer_id": ["a", "b"], "share": [1.0, 1.0]})
    >>> relations = pd.DataFrame(
    ...     {"developer_id": ["a"], "parent_id": ["b"], "relation": ["merged_into"], "from_year": [2019],
    ...      "to_year": [None], "share_pct": [None]}
    ... )
    >>> ultimate_owners(parties, relations, year=2019)["developer_id"].tolist()
    ['b', 'b']
    >>> ultimate_owners(parties, relations, year=2018)["developer_id"].tolist()
    ['a', 'b']
    """
    owners = _owners(binding_relations(relations, year=year))
    if not owners:
        return parties
    parts = pd.DataFrame(
        [(party, owner, part) for party, parts in owners.items() for owner, part in parts.items()],
        columns=["developer_id", "owner", "part"],
    )
    found = parties.merge(parts, on="developer_id", how="left")
    found["developer_id"] = found["owner"].fillna(found["developer_id"])
    found["share"] = found["share"] * found["part"].fillna(1.0)
    return found.groupby(["park_id", "developer_id"], sort=False)["share"].sum().reset_index()


def _in_force(first: pd.Series, last: pd.Series, year: int) -> pd.Series:
    """Whether a year lies between two years, both included; a missing one is no bound."""
    return (first.isna() | (first <= year)) & (last.isna() | (last >= year))


def _owners(binding: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return party -> ultimate owner -> part, of the parties that have a parent."""
    parents: dict[str, dict[str, float]] = {}
    for party, rows in binding.groupby("developer_id", sort=False):
        parts = rows["share_pct"] / rows["share_pct"].sum() if len(rows) > 1 else [1.0]
        parents[str(party)] = dict(zip(rows["parent_id"], parts, strict=True))
    owners: dict[str, dict[str, float]] = {}
    for party in TopologicalSorter(parents).static_order():
        if party not in parents:
            continue
        found: dict[str, float] = {}
        for parent, part in parents[party].items():
            for owner, share in owners.get(parent, {parent: 1.0}).items():
                found[owner] = found.get(owner, 0.0) + part * share
        owners[party] = found
    return owners


def party_names(roles: pd.DataFrame, developers: pd.DataFrame, parks: pd.Series) -> pd.DataFrame:
    """Return the names of each park's parties by role, joined by '; ' in the order of the roles table.

    Parameters
    ----------
    roles
        Table park_developers.
    developers
        Table developers: developer_id, name.
    parks
        park_id of each park.

    Returns
    -------
    pandas.DataFrame
        Columns developers, owners, promoters, administrators; index that of ``parks``; missing where nobody is known.
    """
    names = roles["developer_id"].map(developers.set_index("developer_id")["name"])
    columns = {}
    for role in ROLES:
        played = roles["role"] == role
        joined = names[played].groupby(roles.loc[played, "park_id"], sort=False).agg("; ".join)
        columns[f"{role}s"] = parks.map(joined).astype("str")
    return pd.DataFrame(columns, index=parks.index)


def owner_kind(held: pd.DataFrame, developers: pd.DataFrame, parks: pd.Series) -> pd.Series:
    """Return the kind of each park's controllers.

    Parameters
    ----------
    held
        Table of ``controllers``.
    developers
        Table developers: developer_id, kind.
    parks
        park_id of each park.

    Returns
    -------
    pandas.Series
        The kind all controllers share; ``mixed`` where known kinds differ; missing where no controller, or no
        controller's kind, is known. Index that of ``parks``.
    """
    kinds = held["developer_id"].map(developers.set_index("developer_id")["kind"]).dropna()
    by_park = kinds.groupby(held.loc[kinds.index, "park_id"]).agg(lambda k: k.iloc[0] if k.nunique() == 1 else "mixed")
    return parks.map(by_park).astype("str").rename("owner_kind")
