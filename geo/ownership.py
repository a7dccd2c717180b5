"""Who controls a park: its owner where one is known for the year, else its developer."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo.schema import ROLES


def controllers(roles: pd.DataFrame, *, precedence: Sequence[str], year: int | None = None) -> pd.DataFrame:
    """Return the controllers of each park.

    Parameters
    ----------
    roles
        Table park_developers: park_id, developer_id, role, as_of_year.
    precedence
        Roles that may control a park, strongest first: a park's controllers are all its parties with the first of
        these roles that any party has. Roles left out (promoter and administrator, unless asked for) never control.
    year
        Leave out relations dated after this year; undated ones stay. None takes every relation.

    Returns
    -------
    pandas.DataFrame
        park_id, developer_id, share: one row a park and controller in the order of ``roles``; shares of a park are
        equal and sum to 1. Parks without a known controller have no row.

    Examples
    --------
    >>> roles = pd.DataFrame(
    ...     {"park_id": ["p", "p", "q"], "developer_id": ["a", "b", "a"], "role": ["owner", "developer", "promoter"],
    ...      "as_of_year": [2018, None, None]}
    ... )
    >>> controllers(roles, precedence=("owner", "developer"))[["park_id", "developer_id", "share"]].values.tolist()
    [['p', 'a', 1.0]]
    """
    relations = roles[roles["role"].isin(list(precedence))]
    if year is not None:
        relations = relations[relations["as_of_year"].isna() | (relations["as_of_year"] <= year)]
    rank = relations["role"].map({role: place for place, role in enumerate(precedence)})
    strongest = rank == rank.groupby(relations["park_id"]).transform("min")
    held = relations.loc[strongest, ["park_id", "developer_id"]].drop_duplicates()
    count = held.groupby("park_id")["developer_id"].transform("size")
    return held.assign(share=1 / count).reset_index(drop=True)


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
