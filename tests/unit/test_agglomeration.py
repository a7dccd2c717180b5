"""Edge rules of the agglomeration measures, each as its docstring states it."""

from __future__ import annotations

import itertools
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph
from pandas.testing import assert_frame_equal, assert_series_equal

from geo.metrics import autocorrelation
from geo.metrics._points import blocks
from geo.metrics.agglomeration import (
    accessible_within,
    clusters,
    ellison_glaeser,
    hot_spots,
    kernel_density,
    local_moran,
    market_potential,
    self_distance_km,
)
from geo.metrics.clustering import LARGEST_MATRIX

NAN = float("nan")
CELL = pd.DataFrame({"lon": [-100.0], "lat": [25.0]})


def chain(labels: list[object]) -> Graph:
    """Each unit beside the one before and the one after."""
    pairs = [*itertools.pairwise(labels), *((b, a) for a, b in itertools.pairwise(labels))]
    focal, neighbour = zip(*pairs, strict=True)
    return Graph.from_arrays(focal, neighbour, np.ones(len(pairs)))


def graph_of(neighbours: dict[str, list[str]]) -> Graph:
    return Graph.from_dicts(neighbours)


def empty_graph() -> Graph:
    index = pd.MultiIndex.from_arrays([np.array([], int), np.array([], int)], names=["focal", "neighbor"])
    return Graph(pd.Series([], index=index, dtype=float, name="weight"))


LETTERS = list("abcdefgh")
VALUES = pd.Series([9.0, 8.0, 7.5, 2.0, 1.0, 1.5, 3.0, 2.5], index=LETTERS)


# Ellison-Glaeser


def test_ellison_glaeser_matches_regions_by_label() -> None:
    plants = pd.Series([5.0, 3.0, 2.0], index=["b", "a", "b"])
    totals = pd.Series({"a": 10, "b": 30, "c": 60})
    shuffled = totals.reindex(["c", "a", "b"])
    assert ellison_glaeser(plants, totals) == pytest.approx(ellison_glaeser(plants, shuffled))
    table = pd.DataFrame({"size": [2, 5, 3], "region": ["b", "b", "a"]}, index=[7, 7, 7])
    assert ellison_glaeser(table, totals) == pytest.approx(ellison_glaeser(plants, totals))


def test_ellison_glaeser_leaves_out_unknown_plants() -> None:
    totals = pd.Series({"a": 10, "b": 30})
    plants = pd.DataFrame({"region": ["a", "b", None, "a", "b"], "size": pd.array([1, 2, 9, None, 0], dtype="Int64")})
    known = ellison_glaeser(plants, totals)
    assert known.plants == 2
    assert known == ellison_glaeser(plants.iloc[:2], totals)


def test_ellison_glaeser_without_enough_to_measure() -> None:
    totals = pd.Series({"a": 10.0, "b": 30.0})
    none = ellison_glaeser(pd.Series([], index=pd.Index([], dtype=object), dtype=float), totals)
    assert none.plants == 0
    assert all(math.isnan(value) for value in none[:4])
    one = ellison_glaeser(pd.Series([5.0], index=["a"]), totals)
    assert math.isnan(one.gamma)
    assert one.h == 1
    assert one.z == pytest.approx((2 * 0.75**2 - (1 - 0.625)) / math.sqrt(2 * (2 * 0.4375 - 2 * 0.625**2)))
    alone = ellison_glaeser(pd.Series([5.0, 1.0], index=["a", "a"]), pd.Series({"a": 10.0}))
    assert math.isnan(alone.gamma)
    assert math.isnan(alone.z)
    nothing = ellison_glaeser(pd.Series([5.0, 1.0], index=["a", "a"]), pd.Series({"a": 0.0}))
    assert math.isnan(nothing.gamma)


@pytest.mark.parametrize(
    ("plants", "totals", "message"),
    [
        (pd.Series([1.0, -1.0], index=["a", "a"]), {"a": 1.0}, "Plant sizes must be finite and not negative"),
        (pd.Series([1.0, np.inf], index=["a", "a"]), {"a": 1.0}, "Plant sizes"),
        (pd.Series([1.0, 1.0], index=["a", "x"]), {"a": 1.0}, r"1 regions without a total, such as \['x'\]"),
        (pd.Series([1.0], index=["a"]), {"a": NAN}, "complete region_totals"),
        (pd.Series([1.0], index=["a"]), {"a": -1.0}, "Region totals must be"),
        (pd.DataFrame({"region": ["a"]}), {"a": 1.0}, "no column size"),
    ],
)
def test_ellison_glaeser_refuses(plants: pd.Series, totals: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ellison_glaeser(plants, pd.Series(totals))


def test_ellison_glaeser_refuses_repeated_regions() -> None:
    with pytest.raises(ValueError, match="Regions repeat"):
        ellison_glaeser(pd.Series([1.0], index=["a"]), pd.Series([1.0, 2.0], index=["a", "a"]))


# Hot spots and local Moran


@pytest.mark.parametrize("statistic", [hot_spots, local_moran])
def test_labels_decide_and_not_order(statistic) -> None:
    graph = chain(LETTERS)
    backwards = VALUES.iloc[::-1]
    result = statistic(backwards, graph, permutations=0, seed=1)
    assert result.index.equals(backwards.index)
    assert_frame_equal(result, statistic(VALUES, graph, permutations=0, seed=1).reindex(backwards.index))


@pytest.mark.parametrize("statistic", [hot_spots, local_moran])
def test_a_missing_value_is_no_unit(statistic) -> None:
    values = VALUES.copy()
    values["c"] = NAN
    whole = statistic(values, chain(LETTERS), permutations=99, seed=1)
    rest = [letter for letter in LETTERS if letter != "c"]
    without = graph_of(
        {"a": ["b"], "b": ["a"], "d": ["e"], "e": ["d", "f"], "f": ["e", "g"], "g": ["f", "h"], "h": "g"}
    )
    assert whole.loc["c"].isna().all()
    assert_frame_equal(whole.loc[rest], statistic(values[rest], without, permutations=99, seed=1))


@pytest.mark.parametrize("statistic", [hot_spots, local_moran])
def test_a_unit_without_neighbours_is_not_tested(statistic) -> None:
    graph = graph_of(
        {
            **{letter: [] for letter in "ah"},
            "b": ["c"],
            "c": ["b", "d"],
            "d": ["c", "e"],
            "e": ["d"],
            "f": "g",
            "g": "f",
        }
    )
    result = statistic(VALUES, graph, permutations=99, seed=1)
    assert result.loc[["a", "h"]].isna().all(axis=None)
    assert result.loc[list("bcdefg"), ["z", "p", "significant"]].notna().all(axis=None)
    elsewhere = statistic(VALUES.replace(9.0, 90.0), graph, permutations=0, seed=1)
    assert not np.allclose(elsewhere["z"].dropna(), result["z"].dropna())  # but it counts in the mean


@pytest.mark.parametrize("permutations", [0, 99])
@pytest.mark.parametrize("star", [False, True])
def test_constant_values_have_no_hot_spots(permutations: int, star: bool) -> None:
    constant = pd.Series(0.1, index=LETTERS)
    assert hot_spots(constant, chain(LETTERS), star=star, permutations=permutations, seed=1).isna().all(axis=None)
    assert local_moran(constant, chain(LETTERS), permutations=permutations, seed=1).isna().all(axis=None)


@pytest.mark.parametrize("statistic", [hot_spots, local_moran])
def test_too_few_units(statistic) -> None:
    nothing = statistic(pd.Series([], dtype=float, index=pd.Index([], dtype="int64")), empty_graph(), seed=1)
    assert nothing.empty
    assert {"z", "p", "significant"} <= set(nothing.columns)
    pair = statistic(pd.Series([1.0, 2.0], index=["a", "b"]), chain(["a", "b"]), permutations=9, seed=1)
    assert pair[["z", "p", "significant"]].isna().all(axis=None)
    one = statistic(pd.Series([1.0], index=["a"]), graph_of({"a": []}), permutations=9, seed=1)
    assert one[["z", "p", "significant"]].isna().all(axis=None)


@pytest.mark.parametrize("statistic", [hot_spots, local_moran])
def test_a_unit_beside_all_others_has_nothing_to_compare_with(statistic) -> None:
    everyone = {letter: [other for other in LETTERS if other != letter] for letter in "a"}
    graph = graph_of({**everyone, **{letter: ["a"] for letter in LETTERS[1:]}})
    result = statistic(VALUES, graph, permutations=99, seed=1)
    assert result.loc["a", ["z", "p"]].isna().all()
    assert result.loc[LETTERS[1:], ["z", "p"]].notna().all(axis=None)


def test_gi_where_all_others_are_equal() -> None:
    values = pd.Series([1.0, 1.0, 1.0, 5.0], index=list("abcd"))
    result = hot_spots(values, chain(list("abcd")), star=False, permutations=9, seed=1)
    assert result.loc["d"].isna().all()
    assert result.loc[["a", "b", "c"], "z"].notna().all()


def test_a_unit_at_the_mean_has_no_quadrant() -> None:
    values = pd.Series([1.0, 2.0, 3.0, 1.0, 3.0], index=list("abcde"))
    result = local_moran(values, chain(list("abcde")), permutations=9, seed=1)
    assert result.loc["b", "local_i"] == 0
    assert result.loc["b", ["z", "p", "p_analytic", "significant", "quadrant"]].isna().all()


def test_quadrants() -> None:
    values = pd.Series([9, 8, 1, 2, 1, 9, 1, 2], index=LETTERS)
    quadrants = local_moran(values, chain(LETTERS), permutations=0, seed=1)["quadrant"]
    assert quadrants["a"] == "high-high"
    assert quadrants["d"] == "low-low"
    assert quadrants["f"] == "high-low"
    assert quadrants["e"] == "low-high"


def test_self_weights_of_the_graph() -> None:
    """Gi* takes the graph's own; Gi and local Moran leave them out."""
    plain = chain(LETTERS)
    looped = plain.assign_self_weight(1)
    heavy = plain.assign_self_weight(3)
    for star in (False, True):
        one, other = (hot_spots(VALUES, graph, star=star, permutations=99, seed=1) for graph in (plain, looped))
        assert_frame_equal(one, other)
    z = hot_spots(VALUES, heavy, permutations=0, seed=1)["z"]
    assert not np.allclose(z, hot_spots(VALUES, plain, permutations=0, seed=1)["z"])
    assert_frame_equal(
        local_moran(VALUES, plain, permutations=99, seed=1), local_moran(VALUES, heavy, permutations=99, seed=1)
    )


def test_permutation_p_is_that_of_all_arrangements() -> None:
    """Eight units, equal and unequal weights: the share of all draws, within 4 standard errors; ties count."""
    values = pd.Series([9, 8, 7, 2, 1, 1, 3, 2], index=LETTERS)
    ring = {letter: [LETTERS[k - 1], LETTERS[(k + 1) % 8]] for k, letter in enumerate(LETTERS)}
    equal = graph_of(ring)
    unequal = Graph.from_weights_dict({unit: dict(zip(near, [1.0, 0.4], strict=True)) for unit, near in ring.items()})
    for graph in (equal, unequal):
        p = hot_spots(values, graph, permutations=200_000, seed=3)["p"]
        for unit, near in ring.items():
            others = values.drop(unit)
            weights = [float(graph[unit][one]) for one in near]
            middle = others.mean() * sum(weights)
            sums = np.array([np.dot(weights, drawn) for drawn in itertools.permutations(others, 2)])
            observed = abs(np.dot(weights, values[near]) - middle)
            exact = np.mean(np.abs(sums - middle) >= observed - 1e-9)
            assert p[unit] == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 200_000) + 1e-5)


def test_all_three_statistics_share_their_permutation_p() -> None:
    graph = chain(LETTERS)
    p = [hot_spots(VALUES, graph, star=star, permutations=999, seed=5)["p"] for star in (True, False)]
    assert_series_equal(p[0], p[1])
    assert_series_equal(p[0], local_moran(VALUES, graph, permutations=999, seed=5)["p"])
    assert p[0].between(1 / 1000, 1).all()


def test_chunks_of_permutations_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = hot_spots(VALUES, chain(LETTERS), permutations=500, seed=5)
    monkeypatch.setattr(autocorrelation, "_CHUNK_DRAWS", 40)
    assert_frame_equal(hot_spots(VALUES, chain(LETTERS), permutations=500, seed=5), whole)


def test_the_seed_decides() -> None:
    first, again, other = (hot_spots(VALUES, chain(LETTERS), permutations=99, seed=seed)["p"] for seed in (1, 1, 2))
    assert_series_equal(first, again)
    assert not first.equals(other)


def test_a_hot_corner_is_found_and_the_input_left_alone() -> None:
    side = 12
    cells = [f"{row}-{column}" for row in range(side) for column in range(side)]
    boxes = [shapely.box(column, row, column + 1, row + 1) for row in range(side) for column in range(side)]
    graph = Graph.build_contiguity(gpd.GeoSeries(boxes, index=cells), rook=False)
    rng = np.random.default_rng(2)
    values = pd.Series(rng.normal(size=side * side), index=cells)
    corner = [f"{row}-{column}" for row in range(3) for column in range(3)]
    values[corner] += 6
    before = values.copy()
    result = hot_spots(values, graph, permutations=9_999, seed=4)
    assert_series_equal(values, before)
    assert result.loc["1-1", "significant"]
    assert result.loc["1-1", "z"] > 5
    assert not result.loc["8-8", "significant"]
    assert result["significant"].sum() <= 16
    assert result.dtypes.astype(str).to_dict() == {"z": "float64", "p": "float64", "significant": "boolean"}


@pytest.mark.parametrize("statistic", [hot_spots, local_moran])
def test_local_statistics_refuse(statistic) -> None:
    graph = chain(LETTERS)
    with pytest.raises(ValueError, match="such as"):
        statistic(VALUES.rename({"a": "x"}), graph, seed=1)
    with pytest.raises(ValueError, match="differ in 1 units"):
        statistic(VALUES.drop("a"), graph, seed=1)
    with pytest.raises(ValueError, match="repeat"):
        statistic(pd.concat([VALUES, VALUES]), graph, seed=1)
    with pytest.raises(ValueError, match="finite"):
        statistic(VALUES.replace(9.0, np.inf), graph, seed=1)
    with pytest.raises(ValueError, match="permutations came"):
        statistic(VALUES, graph, permutations=-1, seed=1)
    with pytest.raises(ValueError, match="not negative"):
        statistic(
            pd.Series([1.0, 2.0], index=["a", "b"]), Graph.from_arrays(["a", "b"], ["b", "a"], [1.0, -1.0]), seed=1
        )


# Density


def test_density_of_one_point_by_hand() -> None:
    north = pd.DataFrame({"lon": [-100.0, -100.0], "lat": [25.0, 25.0 + 25 / 110.77]}, index=["here", "off"])
    density = kernel_density([-100.0], [25.0], [3.0], bandwidth_km=25, grid=north)
    assert density.index.equals(north.index)
    assert density.name == "density_per_km2"
    assert density["here"] == pytest.approx(3 / (2 * np.pi * 625), rel=1e-12)
    assert density["off"] == pytest.approx(3 * np.exp(-0.5) / (2 * np.pi * 625), rel=1e-3)


def test_density_edges() -> None:
    lon, lat = [-100.0, -100.0, NAN, -100.0], [25.0, 25.0, 25.0, 25.0]
    twice = kernel_density(lon, lat, [1.0, 1.0, 7.0, NAN], bandwidth_km=10, grid=CELL)
    assert twice[0] == pytest.approx(2 / (2 * np.pi * 100))
    assert kernel_density([], [], [], bandwidth_km=10, grid=CELL).tolist() == [0.0]
    assert kernel_density([-100.0], [25.0], [0.0], bandwidth_km=10, grid=CELL).tolist() == [0.0]
    assert kernel_density(lon, lat, [1.0] * 4, bandwidth_km=10, grid=CELL.iloc[:0]).empty
    gap = pd.DataFrame({"lon": [NAN, -100.0], "lat": [25.0, 60.0]})
    density = kernel_density(lon, lat, [1.0] * 4, bandwidth_km=10, grid=gap)
    assert np.isnan(density[0])
    assert density[1] == 0


def test_density_border_correction() -> None:
    """On the edge of the land twice as high, in a corner four times, far inside the same; the sea is missing."""
    land = shapely.box(-102, 23, -100, 25)
    grid = pd.DataFrame({"lon": [-100.00001, -100.00001, -101.0, -99.9], "lat": [24.0, 24.99999, 24.0, 24.0]})
    for place, factor in [(0, 2.0), (1, 4.0), (2, 1.0)]:
        point = [[grid["lon"][place]], [grid["lat"][place]], [1.0]]
        bare = kernel_density(*point, bandwidth_km=10, grid=grid)
        corrected = kernel_density(*point, bandwidth_km=10, grid=grid, mask=land)
        assert corrected[place] / bare[place] == pytest.approx(factor, rel=0.02)
        assert np.isnan(corrected[3])
        assert np.isfinite(bare[3])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bandwidth_km": 0}, "bandwidth of 0 km"),
        ({"bandwidth_km": NAN}, "bandwidth of nan km"),
        ({"weights": [-1.0]}, "Weights must be"),
        ({"weights": [1.0, 1.0]}, "shapes"),
        ({"grid": pd.DataFrame({"lon": [1.0]})}, "no column lat"),
        ({"mask": shapely.Point(0, 0)}, "mask is a Point"),
        ({"mask": shapely.Polygon()}, "empty"),
        ({"mask": shapely.box(0, 0, 2_500_000, 900_000)}, "not in degrees"),
        ({"mask": shapely.box(-90, 20, -89, 21)}, "1 points lie too far outside"),
    ],
)
def test_density_refuses(change: dict[str, object], message: str) -> None:
    given = {"weights": [1.0], "bandwidth_km": 10.0, "grid": CELL, "mask": None, **change}
    with pytest.raises(ValueError, match=message):
        kernel_density([-100.0], [25.0], given.pop("weights"), **given)


def test_indices_must_agree() -> None:
    lon, lat = pd.Series([1.0], index=["a"]), pd.Series([1.0], index=["b"])
    with pytest.raises(ValueError, match="indices of lon and lat differ"):
        clusters(lon, lat, eps_km=1, min_samples=1)


def test_blocks_cover_every_pair_once() -> None:
    seen = np.zeros((450, 45_000), dtype=np.int8)
    for rows, columns in blocks(*seen.shape):
        assert (rows.stop - rows.start) * (columns.stop - columns.start) <= 2_000_000
        seen[rows, columns] += 1
    assert (seen == 1).all()
    assert list(blocks(0, 5)) == list(blocks(5, 0)) == []


# Market potential and access


def test_market_potential_by_hand() -> None:
    lon = pd.Series([0.0, 0.0, NAN], index=["a", "b", "c"])
    lat = pd.Series([0.0, 100 / 110.5743, 0.0], index=["a", "b", "c"])
    mass = pd.Series([100.0, 50.0, 1e9], index=["a", "b", "c"])
    inverse = market_potential(lon, lat, mass, decay="inverse", self_km=10)
    assert inverse.name == "market_potential"
    assert inverse[["a", "b"]].tolist() == pytest.approx([10 + 0.5, 5 + 1], rel=1e-4)
    assert np.isnan(inverse["c"])
    fading = market_potential(lon, lat, mass, decay="exponential", theta_km=50)
    assert fading["a"] == pytest.approx(100 + 50 * np.exp(-2), rel=1e-4)
    cut = market_potential(lon, lat, mass, decay="threshold", theta_km=99)
    assert cut[["a", "b"]].tolist() == [100, 50]
    wide = market_potential(lon, lat, mass, decay="threshold", theta_km=101)
    assert wide[["a", "b"]].tolist() == [150, 150]


def test_market_potential_of_masses_elsewhere() -> None:
    towns = pd.DataFrame({"lon": [-99.0, -99.0, NAN, -98.0], "lat": [25.0] * 4, "weight": [1.0, 2.0, 4.0, NAN]})
    potential = market_potential([-99.0, NAN], [25.0, 25.0], towns, decay="inverse", self_km=[2.0, 4.0, 1.0, NAN])
    assert potential[0] == pytest.approx(1 / 2 + 2 / 4)
    assert np.isnan(potential[1])
    none = market_potential([-99.0], [25.0], towns.iloc[:0], decay="exponential", theta_km=5)
    assert none.tolist() == [0.0]
    assert market_potential([], [], towns, decay="exponential", theta_km=5).empty


def test_self_distance() -> None:
    assert self_distance_km([np.pi * 9, 0.0]).tolist() == pytest.approx([2.0, 0.0])
    assert self_distance_km(np.pi, share=0.5) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="Areas"):
        self_distance_km(-1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decay": "inverse"}, "needs self_km"),
        ({"decay": "inverse", "self_km": 0.0}, "self_km is 0"),
        ({"decay": "inverse", "self_km": [1.0, 2.0]}, "one, or one for each"),
        ({"decay": "inverse", "self_km": NAN}, "self_km is missing"),
        ({"decay": "inverse", "self_km": 1.0, "theta_km": 5.0}, "no theta_km"),
        ({"decay": "inverse", "self_km": 1.0, "power": 0.0}, "positive power"),
        ({"decay": "exponential"}, "needs a positive number"),
        ({"decay": "threshold", "theta_km": -1.0}, "needs a positive number"),
        ({"decay": "gravity"}, "give inverse, exponential or threshold"),
    ],
)
def test_market_potential_refuses(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        market_potential([-99.0], [25.0], [1.0], **options)


def test_market_potential_refuses_masses() -> None:
    with pytest.raises(ValueError, match="Masses must be"):
        market_potential([-99.0], [25.0], [-1.0], decay="exponential", theta_km=5)
    with pytest.raises(ValueError, match="shapes"):
        market_potential([-99.0], [25.0], [1.0, 2.0], decay="exponential", theta_km=5)
    with pytest.raises(ValueError, match="no column weight"):
        market_potential([-99.0], [25.0], CELL, decay="exponential", theta_km=5)


def test_accessible_within() -> None:
    people = pd.DataFrame({"lon": [-100.0, -100.0, -99.0, NAN], "lat": [25.0] * 4, "weight": [1.0, 2.0, 4.0, 1.0]})
    lon = pd.Series([-100.0, -90.0, NAN], index=["near", "far", "nowhere"])
    lat = pd.Series([25.0, 25.0, 25.0], index=lon.index)
    reach = accessible_within(lon, lat, people, 50.0)
    assert reach.name == "accessible"
    assert reach[["near", "far"]].tolist() == [3, 0]
    assert np.isnan(reach["nowhere"])
    share = accessible_within(lon, lat, people, 150.0, share=True)
    assert share["near"] == pytest.approx(7 / 8)
    unknown = people.assign(weight=[1.0, NAN, 4.0, 1.0])
    assert accessible_within(lon, lat, unknown, 50.0).isna().tolist() == [True, False, True]
    assert accessible_within(lon, lat, unknown, 50.0, share=True).isna().all()
    assert accessible_within(lon, lat, people.iloc[:0], 50.0)["near"] == 0
    assert accessible_within(lon, lat, people.iloc[:0], 50.0, share=True).isna().all()
    with pytest.raises(ValueError, match="no column weight"):
        accessible_within(lon, lat, CELL, 5)
    with pytest.raises(ValueError, match="distance of -1"):
        accessible_within(lon, lat, people, -1)


# Clusters


def test_clusters_are_numbered_by_size_then_from_the_west() -> None:
    lon = pd.Series([-99.0] * 3 + [-101.0] * 2 + [-100.0] * 2 + [-98.0, NAN], index=list("abcdefghi"))
    lat = pd.Series(25.0, index=lon.index)
    for method, eps_km in [("dbscan", 5.0), ("hdbscan", 0.0)]:
        labels = clusters(lon, lat, eps_km=eps_km, min_samples=2, method=method)
        assert labels.dropna().to_dict() == {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3, "g": 3}
        assert labels.dtype == "Int64"
        assert labels.name == "cluster_id"
        assert labels.index.equals(lon.index)


def test_a_point_between_clusters_goes_to_the_nearer() -> None:
    """Going east in km: cores around 0 and around 20, a point at 11 within 10 of one core point of each."""
    degree = 111.3195
    lon = np.array([-1.0, 0.0, 1.0, 1.5, 11.2, 20.0, 21.5, 22.0, 22.5]) / degree
    labels = clusters(lon, np.zeros(9), eps_km=10.0, min_samples=4)
    assert labels.tolist() == [2, 2, 2, 2, 1, 1, 1, 1, 1]
    mirrored = clusters(-lon, np.zeros(9), eps_km=10.0, min_samples=4)
    assert mirrored.tolist() == [2, 2, 2, 2, 1, 1, 1, 1, 1]


def test_hdbscan_does_not_split_below_eps() -> None:
    """Two pairs of towns, 8 km apart each, 100 km between the pairs."""
    rng = np.random.default_rng(1)
    centre = np.repeat([0.0, 8.0, 108.0, 116.0], 10)
    lon, lat = (centre + rng.normal(0, 0.5, 40)) / 111.3195, rng.normal(0, 0.5, 40) / 110.574
    fine = clusters(lon, lat, eps_km=0, min_samples=5, method="hdbscan")
    coarse = clusters(lon, lat, eps_km=12, min_samples=5, method="hdbscan")
    assert sorted(fine.dropna().unique()) == [1, 2, 3, 4]
    assert coarse.tolist() == [1] * 20 + [2] * 20


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_clusters_of_little(method) -> None:
    assert clusters([], [], eps_km=1, min_samples=3, method=method).empty
    assert clusters([-99.0], [25.0], eps_km=1, min_samples=3, method=method).isna().all()
    assert clusters([NAN, NAN], [25.0, NAN], eps_km=1, min_samples=2, method=method).isna().all()


def test_one_point_is_a_cluster_if_one_is_enough() -> None:
    assert clusters([-99.0, -90.0], [25.0, 25.0], eps_km=1, min_samples=1).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"eps_km": 0, "min_samples": 3}, "eps_km is 0"),
        ({"eps_km": NAN, "min_samples": 3}, "eps_km is nan"),
        ({"eps_km": 5, "min_samples": 0}, "needs 1 or more"),
        ({"eps_km": 5, "min_samples": 1, "method": "hdbscan"}, "needs 2 or more"),
        ({"eps_km": 5, "min_samples": 3, "method": "kmeans"}, "give dbscan or hdbscan"),
    ],
)
def test_clusters_refuse(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clusters([-99.0], [25.0], **options)


def test_hdbscan_refuses_a_matrix_too_large() -> None:
    many = np.linspace(-100, -99, LARGEST_MATRIX + 1)
    with pytest.raises(ValueError, match="at most 5,000 points, 5,001 came; use method dbscan"):
        clusters(many, np.full(many.size, 25.0), eps_km=5, min_samples=3, method="hdbscan")
