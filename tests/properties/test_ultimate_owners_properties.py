"""Laws of ultimate owners."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.metrics.concentration import herfindahl
from geo.ownership import binding_relations, ultimate_owners

YEARS = st.integers(1990, 2030)
EXAMPLES = settings(deadline=None, max_examples=40, derandomize=True)


@st.composite
def chains(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return parties with parks, and relations that give each at most one parent, further on in the alphabet."""
    names = list("abcdefgh")
    rows = [
        (name, draw(st.sampled_from(names[at + 1 :])), draw(st.sampled_from(["merged_into", "subsidiary_of"])),
         draw(st.one_of(st.none(), YEARS)))
        for at, name in enumerate(names[:-1]) if draw(st.booleans())
    ]  # fmt: skip
    relations = pd.DataFrame(rows, columns=["developer_id", "parent_id", "relation", "from_year"])
    relations = relations.assign(to_year=pd.NA, share_pct=np.nan).astype({"from_year": "Int64", "to_year": "Int64"})
    owners = draw(st.lists(st.sampled_from(names), min_size=1, max_size=20))
    parks = [f"p{draw(st.integers(0, 9))}" for _ in owners]
    held = pd.DataFrame({"park_id": parks, "developer_id": owners}).drop_duplicates(ignore_index=True)
    return held.assign(share=1 / held.groupby("park_id")["developer_id"].transform("size")), relations


def index(held: pd.DataFrame) -> float:
    return herfindahl(held.groupby("developer_id")["share"].sum().to_numpy())


@EXAMPLES
@given(chains(), st.one_of(st.none(), YEARS))
def test_joining_parties_never_lowers_the_index_and_keeps_every_park(
    made: tuple[pd.DataFrame, pd.DataFrame], year: int | None
) -> None:
    held, relations = made
    found = ultimate_owners(held, relations, year=year)
    assert index(found) >= index(held) - 1e-12
    assert found.groupby("park_id")["share"].sum().to_dict() == pytest.approx(
        held.groupby("park_id")["share"].sum().to_dict()
    )
    assert not found.duplicated(["park_id", "developer_id"]).any()


@EXAMPLES
@given(chains(), st.one_of(st.none(), YEARS))
def test_ultimate_owners_have_no_owner_so_that_twice_is_once(
    made: tuple[pd.DataFrame, pd.DataFrame], year: int | None
) -> None:
    held, relations = made
    once = ultimate_owners(held, relations, year=year)
    assert not once["developer_id"].isin(binding_relations(relations, year=year)["developer_id"]).any()
    pd.testing.assert_frame_equal(ultimate_owners(once, relations, year=year), once)


@EXAMPLES
@given(chains(), YEARS)
def test_before_every_merger_all_is_as_before(made: tuple[pd.DataFrame, pd.DataFrame], year: int) -> None:
    held, relations = made
    later = relations.assign(from_year=(relations["from_year"].fillna(year) + 41).astype("Int64"))
    pd.testing.assert_frame_equal(ultimate_owners(held, later, year=year), held)
    pd.testing.assert_frame_equal(ultimate_owners(held, relations.iloc[:0], year=year), held)
