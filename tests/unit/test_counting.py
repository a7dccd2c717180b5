"""Which plants count."""

from __future__ import annotations

import pandas as pd

from geo.measures.counting import counted, is_manufacturing


def test_a_duplicate_counts_where_the_works_it_repeats_stands_elsewhere() -> None:
    plants = pd.DataFrame({"plant_id": ["a", "b", "c"], "duplicate_of": [None, "a", "of another layer"]})
    assert counted(plants).tolist() == [True, False, True]


def test_a_plant_without_a_code_is_not_manufacturing() -> None:
    plants = pd.DataFrame({"scian": ["336320", "31", "431110", None]})
    assert is_manufacturing(plants).tolist() == [True, True, False, False]
