"""M and K_d over partitions against one table; the sample of M against all cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from halo_cases import clusters, partitioned
from scale_cases import PARTS, whole

from geo.metrics import patterns as single
from geo.scale.engine import Dask, Local
from geo.scale.partitions import Partitions
from geo.scale.patterns import kd_function, m_function, ratio_estimate, sampled_m

R = [10.0, 1.0, 2.5, 25.0]
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(scope="module")
def plants() -> pd.DataFrame:
    return clusters(900, seed=4)


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize(("reference", "neighbour"), [(None, None), ("a", None), ("a", "b")])
def test_m_of_partitions_is_that_of_one_table(
    plants: pd.DataFrame, tmp_path: Path, parts: int, reference: str | None, neighbour: str | None
) -> None:
    wanted = {"reference": reference, "neighbour": neighbour}
    given = partitioned(plants, tmp_path, parts)
    found = m_function(given, R, Local(), types="kind", sizes="size", **wanted)
    expected = single.m_function(plants["lon"], plants["lat"], plants["kind"], plants["size"], R, **wanted)
    pd.testing.assert_series_equal(found, expected, **CLOSE)


@pytest.mark.parametrize("parts", PARTS)
def test_shipped_establishments_have_the_same_m(cut: dict[int, Partitions], parts: int) -> None:
    rows = whole(cut[parts], ["lon", "lat", "sector"])
    kind = rows["sector"].value_counts().index[3]
    found = m_function(cut[parts], [2.0, 10.0], Local(), types="sector", reference=kind)
    ones = np.ones(len(rows))
    expected = single.m_function(rows["lon"], rows["lat"], rows["sector"], ones, [2.0, 10.0], reference=kind)
    pd.testing.assert_series_equal(found, expected, **CLOSE)


def test_workers_of_a_cluster_find_the_same(plants: pd.DataFrame, tmp_path: Path, dask: Dask) -> None:
    given = partitioned(plants, tmp_path, 3)
    for task in (
        lambda engine: m_function(given, R, engine, types="kind", sizes="size"),
        lambda engine: sampled_m(given, R, engine, types="kind", sizes="size", cases=50, seed=3),
        lambda engine: kd_function(given, R, engine, where={"kind": ["a"]}, sizes="size"),
    ):
        np.testing.assert_array_equal(task(dask).to_numpy(), task(Local()).to_numpy())


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize("sizes", [None, "size"])
def test_kd_of_partitions_is_that_of_one_table(
    plants: pd.DataFrame, tmp_path: Path, parts: int, sizes: str | None
) -> None:
    given = partitioned(plants, tmp_path, parts)
    found = kd_function(given, R, Local(), where={"kind": ["a"]}, sizes=sizes)
    kept = plants[plants["kind"] == "a"]
    size = np.ones(len(kept)) if sizes is None else kept["size"]
    expected = single.kd_function(kept["lon"], kept["lat"], size, R, weighted=sizes is not None)
    pd.testing.assert_series_equal(found, expected, **CLOSE)


@pytest.mark.parametrize("places", [[(-100.0, 25.0)] * 9, [(-100.0, 25.0 + 0.01 * (i % 2)) for i in range(9)]])
def test_kd_of_plants_at_one_or_two_places(tmp_path: Path, places: list[tuple[float, float]]) -> None:
    rows = pd.DataFrame(places, columns=["lon", "lat"])
    found = kd_function(partitioned(rows, tmp_path, 4), R, Local())
    expected = single.kd_function(rows["lon"], rows["lat"], np.ones(9), R, weighted=False)
    pd.testing.assert_series_equal(found, expected, **CLOSE)


def test_equal_distances_have_no_spread() -> None:
    """Three plants 0.1 apart each: rounding of their mean must not become the bandwidth."""
    x, y = [0.0, 0.1, 0.05], [0.0, 0.0, 0.1 * np.sqrt(0.75)]
    kd = single.kd_function(x, y, np.ones(3), [0.1], weighted=False, metric="planar")
    h = 0.9 * 0.1 * 3**-0.2
    assert kd.iloc[0] == pytest.approx(1 / (h * np.sqrt(2 * np.pi)), rel=0.2)


@pytest.mark.parametrize("parts", PARTS)
def test_a_sample_of_all_cases_is_exact(plants: pd.DataFrame, tmp_path: Path, parts: int) -> None:
    given = partitioned(plants, tmp_path, parts)
    found = sampled_m(given, R, Local(), types="kind", sizes="size", reference="a", cases=10_000, seed=1)
    expected = m_function(given, R, Local(), types="kind", sizes="size", reference="a")
    np.testing.assert_allclose(found["m"], expected, **CLOSE)
    assert (found["standard_error"] == 0).all()
    assert (found["drawn"] == found["population"]).all()


def test_the_draw_does_not_depend_on_the_cut(plants: pd.DataFrame, tmp_path: Path) -> None:
    draws = [
        sampled_m(partitioned(plants, tmp_path, parts), R, Local(), types="kind", cases=80, seed=9) for parts in PARTS
    ]
    for found in draws[1:]:
        pd.testing.assert_frame_equal(found, draws[0], **CLOSE)
    assert (draws[0]["drawn"] == 80).all()
    other = sampled_m(partitioned(plants, tmp_path, 2), R, Local(), types="kind", cases=80, seed=10)
    assert not np.allclose(other["m"], draws[0]["m"])


def test_intervals_hold_the_exact_m_as_often_as_they_promise() -> None:
    """Cases of skewed shares, 150 of 1,500 drawn 2,000 times: 95 % intervals hold M in 93 to 97 %."""
    rng = np.random.default_rng(2)
    overall = rng.uniform(0.05, 0.15, 1_500)
    local = np.clip(overall * rng.gamma(1.5, 1.2, 1_500), 0.0, 1.0)
    local[rng.random(1_500) < 0.3] = np.nan
    exact = np.nansum(local) / overall[np.isfinite(local)].sum()
    held = errors = 0.0
    estimates = []
    for _ in range(2_000):
        drawn = rng.choice(1_500, 150, replace=False)
        found = ratio_estimate(local[drawn, None], overall[drawn], population=1_500).iloc[0]
        held += found["low"] <= exact <= found["high"]
        errors += found["standard_error"]
        estimates.append(found["m"])
    assert 0.93 <= held / 2_000 <= 0.97
    assert errors / 2_000 == pytest.approx(np.std(estimates), rel=0.05)


def test_what_cannot_be_measured_is_missing(tmp_path: Path) -> None:
    lone = partitioned(pd.DataFrame({"lon": [-100.0], "lat": [25.0], "kind": ["a"]}), tmp_path, 1)
    assert m_function(lone, R, Local(), types="kind").isna().all()
    assert kd_function(lone, R, Local()).isna().all()
    assert sampled_m(lone, R, Local(), types="kind", cases=5, seed=1)["m"].isna().all()
    apart = pd.DataFrame({"lon": [-100.0, -90.0], "lat": [25.0, 25.0], "kind": ["a", "a"]})
    assert kd_function(partitioned(apart, tmp_path, 2), R, Local()).tolist() == [0.0] * 4
    nobody = partitioned(pd.DataFrame({"lon": [], "lat": [], "kind": []}).astype({"kind": "str"}), tmp_path / "0", 1)
    assert m_function(nobody, R, Local(), types="kind").isna().all()
    assert sampled_m(nobody, R, Local(), types="kind", seed=1)["m"].isna().all()


def test_wrong_questions_are_refused(plants: pd.DataFrame, tmp_path: Path) -> None:
    given = partitioned(plants, tmp_path, 2)
    with pytest.raises(ValueError, match="no column owner"):
        m_function(given, R, Local(), types="owner")
    with pytest.raises(ValueError, match="No row is of type 'z'"):
        m_function(given, R, Local(), types="kind", reference="z")
    with pytest.raises(ValueError, match="negative"):
        m_function(given, [-1.0], Local(), types="kind")
    with pytest.raises(ValueError, match="2 or more"):
        sampled_m(given, R, Local(), types="kind", cases=1, seed=1)
    with pytest.raises(ValueError, match="level"):
        sampled_m(given, R, Local(), types="kind", level=1.0, seed=1)
