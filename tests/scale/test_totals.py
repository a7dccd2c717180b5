"""Figures by area over partitions are those of one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scale_cases import COUNTRY, PARTS, STUDY, assert_same_tables, every_table, tables_as_one, whole

from geo.measures.areas import area_inputs, area_tables
from geo.metrics.agglomeration import ellison_glaeser
from geo.metrics.areas import AreaInputs
from geo.metrics.concentration import herfindahl
from geo.ownership import run_controllers
from geo.scale.engine import Local
from geo.scale.partitions import Partitions, write_partitions
from geo.scale.places import place
from geo.scale.totals import area_inputs_of, counts


@pytest.fixture(scope="module")
def tables(layers: dict[str, Any]) -> dict[str, Any]:
    return tables_as_one(layers)


@pytest.fixture(scope="module")
def held(layers: dict[str, Any]) -> pd.DataFrame:
    return run_controllers(layers, STUDY.parameters)


@pytest.fixture(scope="module")
def single(tables: dict[str, Any], held: pd.DataFrame) -> AreaInputs:
    return area_inputs(tables, held, COUNTRY)


@pytest.fixture(scope="module")
def measured(single: AreaInputs, layers: dict[str, Any]) -> dict[str, pd.DataFrame]:
    return every_table(single, layers)


@pytest.mark.parametrize("parts", PARTS)
def test_every_table_by_area_is_that_of_one_table(
    placed: dict[int, Partitions], tables: dict[str, Any], held: pd.DataFrame, measured: dict[str, pd.DataFrame],
    layers: dict[str, Any], parts: int,
) -> None:  # fmt: skip
    inputs = area_inputs_of(placed[parts], tables, held, COUNTRY, Local())
    assert_same_tables(every_table(inputs, layers), measured)
    assert measured["national"]["establishments"].iloc[0] > 9000


def test_counts_by_any_columns_and_their_concentration_add_up(placed: dict[int, Partitions]) -> None:
    rows = whole(placed[7], ["cvegeo", "scian"])
    found = counts(placed[7], ["cvegeo", "scian"], Local())
    expected = rows.groupby(["cvegeo", "scian"], dropna=False).size().rename("plants").reset_index()
    pd.testing.assert_frame_equal(found, expected)
    by_area = found.groupby("cvegeo")["plants"].agg(lambda plants: herfindahl(plants.to_numpy(float)))
    of_rows = rows.groupby("cvegeo")["scian"].agg(
        lambda codes: herfindahl(codes.value_counts(dropna=False).to_numpy(float))
    )
    pd.testing.assert_series_equal(by_area, of_rows, check_names=False, rtol=1e-12)


def test_rows_that_stand_for_many_give_the_index_of_the_many() -> None:
    random = np.random.default_rng(5)
    regions, sizes = random.choice(list("abcde"), 400), random.choice([5.0, 20.0, 250.0], 400)
    totals = pd.Series({"a": 10.0, "b": 20.0, "c": 30.0, "d": 25.0, "e": 15.0})
    each = ellison_glaeser(pd.Series(sizes, index=regions), totals)
    many = pd.DataFrame({"region": regions, "size": sizes}).groupby(["region", "size"]).size().reset_index(name="times")
    one = ellison_glaeser(many[["region", "size"]], totals, times=many["times"])
    np.testing.assert_allclose(one, each, rtol=1e-12)
    assert one.plants == 400
    with pytest.raises(ValueError, match="times has 2 values for 1 plants"):
        ellison_glaeser(pd.Series([1.0], index=["a"]), totals, times=[1, 2])


def test_a_duplicate_counts_once_though_it_and_its_works_lie_in_two_partitions(
    layers: dict[str, Any], tables: dict[str, Any], held: pd.DataFrame, tmp_path: Path
) -> None:
    rows = pa.table({
        "plant_id": ["a", "b", "c"], "duplicate_of": [None, "a", "not here"], "scian": ["336360", "336360", None],
        "lon": [-99.1, -106.4, -100.3], "lat": [19.4, 31.6, 25.7], "cvegeo": ["09007", "08037", "19039"],
    })  # fmt: skip
    cut = write_partitions([rows], tmp_path / "cut", rows_per_partition=1, synthetic=False)
    made = place(cut, layers, STUDY, tmp_path / "placed", Local())
    inputs = area_inputs_of(made, tables, held, COUNTRY, Local())
    assert inputs.establishments["plants"].sum() == 2
    assert inputs.establishments.loc[inputs.establishments["manufacturing"], "plants"].sum() == 1


def test_partitions_without_rows_add_nothing(
    layers: dict[str, Any], tables: dict[str, Any], held: pd.DataFrame, register: pa.Table, tmp_path: Path
) -> None:
    empty = write_partitions([register.slice(0, 0)], tmp_path / "cut", synthetic=False)
    made = place(empty, layers, STUDY, tmp_path / "placed", Local())
    inputs = area_inputs_of(made, tables, held, COUNTRY, Local())
    national = area_tables(inputs, layers, pd.DataFrame({"wage_daily_mxn": []}), COUNTRY)["national"]
    assert national["establishments"].tolist() == [0]
