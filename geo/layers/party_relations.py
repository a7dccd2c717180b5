"""Which party belongs to which, by year."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pandas as pd

from geo.errors import DataError, Problem
from geo.layers.files import read_table, row_numbers
from geo.ownership import binding_relations
from geo.schema import LAYERS
from geo.study import Study

NAME = "party_relations"
_ENDLESS = ("merged_into", "renamed_to")


def read(study: Study) -> pd.DataFrame:
    """Read the relations between parties.

    Parameters
    ----------
    study
        The study that names the file.

    Returns
    -------
    pandas.DataFrame
        The rows of the file; none where the study brings its own parties and no relations of them.

    Raises
    ------
    DataError
        As ``read_table``; also where a relation ends before it begins, a party is its own parent, parties own each
        other in a circle in some year, or the parts of several parents at one time cannot be told.
    """
    if not study.reads(NAME):
        return pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in LAYERS[NAME].file_columns})
    relations = read_table(study, NAME)
    file = study.path(NAME).name
    problems = [Problem(file, what, cure, rows) for what, cure, rows in (*_of_rows(relations), *_of_times(relations))]
    if problems:
        raise DataError(dict.fromkeys(problems))
    return relations


_Found = tuple[str, str, tuple[int, ...]]


def _of_rows(relations: pd.DataFrame) -> Iterator[_Found]:
    """Yield what is wrong with rows by themselves: what, cure, rows."""
    backwards = (relations["to_year"] < relations["from_year"]).fillna(False)
    endless = relations["relation"].isin(_ENDLESS) & relations["to_year"].notna()
    itself = relations["developer_id"] == relations["parent_id"]
    for wrong, what, cure in (
        (backwards, "the relation ends before it begins", "Correct from_year or to_year"),
        (endless, "a merger and a change of name do not end", "Leave to_year blank"),
        (itself, "the party is its own parent", "Name two parties, or drop the row"),
    ):
        if wrong.any():
            yield what, cure, row_numbers(wrong)


def _of_times(relations: pd.DataFrame) -> Iterator[_Found]:
    """Yield what is wrong with relations that hold at one time, looked at whenever one of them begins or has ended."""
    others = relations[relations["developer_id"] != relations["parent_id"]]
    begun, ended = others["from_year"].dropna(), others["to_year"].dropna() + 1
    first = min([*begun, *ended], default=0) - 1
    for year in sorted({first, *begun, *ended}):
        standing = binding_relations(others, year=int(year))
        yield from _of_parents(relations, standing)
        parents = standing.groupby("developer_id", sort=False)["parent_id"].agg(list).to_dict()
        try:
            TopologicalSorter(parents).prepare()
        except CycleError as error:
            circle = error.args[1]
            rows = relations.index.isin(standing.index[standing["developer_id"].isin(circle)])
            what = f"parties belong to each other in a circle: {', '.join(map(repr, sorted(set(circle))))}"
            yield what, "Correct a parent, or the years, so that the chain has an end", row_numbers(rows)


def _of_parents(relations: pd.DataFrame, standing: pd.DataFrame) -> Iterator[_Found]:
    """Yield the parties with several parents at one time whose parts cannot be told."""
    for party, rows in standing.groupby("developer_id", sort=False):
        if len(rows) == 1:
            continue
        where = row_numbers(relations.index.isin(rows.index))
        if rows["parent_id"].duplicated().any():
            yield f"{party!r} has the same parent twice at one time", "Keep one row, or part their years", where
        elif not (rows["share_pct"] > 0).all():
            what = f"{party!r} has several parents at one time, and not every share_pct is known"
            yield what, "Give every share_pct, or end one relation the year before the next begins", where
        elif rows["share_pct"].sum() > 100:
            what = f"the parents of {party!r} hold more than 100 percent at one time"
            yield what, "Correct share_pct, or end one relation the year before the next begins", where
