"""Published and independently computed values of agglomeration measures.

Sources
-------
REAT (R) documentation: `locq`, `ellison.a` (Farhauer and Kröll 2014), Huff and Hansen example.
EconGeo (R) documentation: the 5 x 5 region-industry matrix.
spdep 1.2-7 (R): `spdep_*.csv`, made by `r/local_statistics.R`.
libpysal's built-in example data: mexico, stl, sids2, columbus; values published for esda and spdep.
esda: docstring of `G_Local`; run beside ours as a contract.
scikit-learn: DBSCAN of iris, the same in R's dbscan.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
from libpysal.examples import get_path
from libpysal.graph import Graph

from geo.geodesy import GEOD, distance_km
from geo.metrics.agglomeration import (
    clusters,
    ellison_glaeser,
    hot_spots,
    local_moran,
    location_quotient,
    market_potential,
)
from geo.metrics.clustering import density_clusters
from geo.metrics.inference import benjamini_hochberg

HERE = Path(__file__).parent


def gal(name: str) -> Graph:
    file = libpysal.io.open(get_path(name))
    weights = file.read()
    file.close()
    return Graph.from_W(weights)


def global_moran(values: pd.Series, graph: Graph) -> float:
    """The sum of local I over the sum of the weights."""
    local = local_moran(values, graph, permutations=0, seed=0)["local_i"]
    return float(local.sum() / graph.sparse.sum())


def standardized_rate(events: pd.Series, base: pd.Series) -> pd.Series:
    """Assunção and Reis's (1999) rate, which the published value is of: less its mean, over its own deviation."""
    rate, mean = events / base, events.sum() / base.sum()
    between = (base * (rate - mean) ** 2).sum() / base.sum() - mean / base.mean()
    return (rate - mean) / np.sqrt(between + mean / base)


def columbus() -> tuple[pd.Series, Graph]:
    table = gpd.read_file(get_path("columbus.shp"))
    return table["CRIME"], Graph.build_contiguity(table, rook=False)


# Location quotient


def test_location_quotient_of_reat() -> None:
    one = location_quotient(pd.Series([1714]), pd.Series([79006]), national=879213, national_total=15593224)
    assert one.iloc[0] == pytest.approx(0.3847623, abs=1e-7)


def test_location_quotients_of_econgeo() -> None:
    matrix = pd.DataFrame(
        [[100, 0, 0, 0, 0], [0, 15, 5, 70, 10], [0, 20, 10, 20, 50], [0, 25, 30, 5, 40], [0, 40, 55, 5, 0]]
    )
    total = matrix.sum(axis=1)
    quotients = matrix.apply(
        lambda one: location_quotient(one, total, national=one.sum(), national_total=total.sum())
    ).to_numpy()
    assert quotients[1] == pytest.approx([0, 0.75, 0.25, 3.5, 0.5], abs=1e-12)
    assert quotients[4] == pytest.approx([0, 2, 2.75, 0.25, 0], abs=1e-12)
    assert quotients[0] == pytest.approx([5, 0, 0, 0, 0], abs=1e-12)


# Ellison-Glaeser


def test_ellison_glaeser_of_farhauer_and_kroell() -> None:
    plants = pd.DataFrame(
        {
            "region": ["Wien"] * 5 + ["Linz"] * 4 + ["Graz"],
            "size": [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000],
        }
    )
    totals = pd.Series({"Graz": 100_000, "Wien": 500_000, "Linz": 400_000})
    result = ellison_glaeser(plants, totals)
    assert result.gamma == pytest.approx(0.05990628, abs=1e-8)
    assert result.g == pytest.approx(0.16816327, abs=1e-8)
    assert result.h == pytest.approx(0.24468878, abs=1e-8)
    assert result.z == pytest.approx(0.1959002, abs=1e-7)


def test_ellison_glaeser_of_plants_in_one_region() -> None:
    """All plants in the first region: the formula in closed form."""
    x = np.array([0.2, 0.5, 0.3])
    sizes = np.array([4.0, 2.0, 1.0, 1.0])
    h, square = float(np.sum((sizes / 8) ** 2)), float(np.sum(x**2))
    expected = (1 - 2 * x[0] + square - (1 - square) * h) / ((1 - square) * (1 - h))
    result = ellison_glaeser(pd.Series(sizes, index=["a"] * 4), pd.Series(x, index=list("abc")))
    assert result.gamma == pytest.approx(expected, abs=1e-12)


def test_ellison_glaeser_is_zero_on_average_under_the_dartboard() -> None:
    """2,000 draws of 60 unequal plants on 32 regions: gamma within 3 standard errors of 0, z with unit variance."""
    rng = np.random.default_rng(19970101)
    totals = pd.Series(rng.lognormal(sigma=1.0, size=32), index=[f"{state:02d}" for state in range(1, 33)])
    sizes = rng.lognormal(sigma=1.2, size=60)
    chance = (totals / totals.sum()).to_numpy()
    draws = [
        ellison_glaeser(pd.Series(sizes, index=rng.choice(totals.index.to_numpy(), 60, p=chance)), totals)
        for _ in range(2_000)
    ]
    gamma, z = np.array([draw.gamma for draw in draws]), np.array([draw.z for draw in draws])
    assert abs(gamma.mean()) < 3 * gamma.std() / np.sqrt(len(draws))
    assert abs(z.mean()) < 3 / np.sqrt(len(draws))
    assert z.std() == pytest.approx(1, abs=0.1)


# Moran's I, global as the mean of the local


@pytest.mark.parametrize(
    ("year", "by_order", "by_label"),
    [
        (1940, 0.0958724, 0.1075426),
        (1950, 0.2080031, 0.2054452),
        (1960, 0.2743394, 0.2891269),
        (1970, 0.3403051, 0.3559020),
        (1980, 0.0704219, 0.0775970),
        (1990, 0.1325537, 0.1424054),
        (2000, 0.1425092, 0.1513412),
    ],
)
def test_moran_of_mexican_states(year: int, by_order: float, by_label: float) -> None:
    """Rows of mexico.csv and entries of mexico.gal.

    The published values pair them in order. Two pairs of entries (10 and 11, 23 and 24: Guanajuato and Guerrero, San
    Luis Potosí and Sinaloa) stand in the file the other way round, so that four states get another's neighbours.
    Paired by label, as this package does, the neighbours are those of the map but for Durango and Jalisco.
    """
    income = pd.read_csv(get_path("mexico.csv"))[f"pcgdp{year}"]
    graph = gal("mexico.gal").transform("r")
    assert global_moran(income.set_axis(graph.unique_ids), graph) == pytest.approx(by_order, abs=1e-7)
    assert global_moran(income.set_axis(income.index.astype(str)), graph) == pytest.approx(by_label, abs=1e-7)


def test_moran_of_saint_louis_and_north_carolina() -> None:
    homicides = gpd.read_file(get_path("stl_hom.shp"))
    rate = homicides["HR8893"].set_axis((homicides.index + 1).astype(str))
    assert global_moran(rate, gal("stl.gal").transform("r")) == pytest.approx(0.2436558262, abs=1e-9)
    deaths = gpd.read_file(get_path("sids2.shp"))
    deaths.index = deaths["FIPSNO"].astype(int).astype(str)
    graph = gal("sids2.gal").transform("r")
    assert global_moran(deaths["SIDR74"], graph) == pytest.approx(0.2477251932, abs=1e-7)
    rate = standardized_rate(deaths["SID79"], deaths["BIR79"])
    assert global_moran(rate, graph) == pytest.approx(0.1662234355, abs=1e-9)


def test_moran_of_columbus_by_queen_and_rook() -> None:
    table = gpd.read_file(get_path("columbus.shp"))
    queen = Graph.build_contiguity(table, rook=False).transform("r")
    rook = Graph.build_contiguity(table, rook=True).transform("r")
    assert global_moran(table["CRIME"], queen) == pytest.approx(0.5001885572, abs=1e-9)
    assert global_moran(table["CRIME"], rook) == pytest.approx(0.5236702128, abs=1e-9)


# Local statistics, unit by unit


def test_local_moran_equals_spdep() -> None:
    crime, queen = columbus()
    expected = pd.read_csv(HERE / "spdep_columbus.csv")
    assert crime.to_numpy() == pytest.approx(expected["crime"].to_numpy(), abs=1e-12)  # the same city in both packages
    result = local_moran(crime, queen.transform("r"), permutations=0, seed=0)
    for ours, theirs in {"local_i": "local_i", "z": "z", "p_analytic": "p", "p": "p"}.items():
        assert result[ours].to_numpy() == pytest.approx(expected[theirs].to_numpy(), rel=1e-10)
    assert (result["quadrant"] == expected["quadrant"].str.lower()).all()


def test_multiple_testing_of_columbus() -> None:
    """Of 49 units 15 are below 5 %, 4 after Benjamini-Hochberg, 1 after Bonferroni; smallest p at unit 24."""
    crime, queen = columbus()
    result = local_moran(crime, queen.transform("r"), permutations=0, seed=0)
    p = result["p_analytic"]
    assert (p < 0.05).sum() == 15
    assert benjamini_hochberg(p).sum() == result["significant"].sum() == 4
    assert (p * 49 < 0.05).sum() == 1
    assert p.idxmin() + 1 == 24
    assert p.min() == pytest.approx(0.00077759, abs=1e-8)


def test_permutations_of_saint_louis() -> None:
    """Of 78 counties 4 are below 5 % by folded permutation, none after Benjamini-Hochberg.

    The smallest p is .0012 and .00064 would do: with 9,999 permutations one seed in twenty or so finds it.
    """
    homicides = gpd.read_file(get_path("stl_hom.shp"))
    rate = homicides["HR8893"].set_axis((homicides.index + 1).astype(str))
    result = local_moran(rate, gal("stl.gal").transform("r"), permutations=199_999, seed=12345)
    assert (result["p"] < 0.05).sum() == 4
    assert result["significant"].sum() == 0


def test_local_moran_of_the_older_columbus_equals_spdep() -> None:
    expected = pd.read_csv(HERE / "spdep_oldcol.csv")
    neighbours = {unit + 1: [int(one) for one in line.split()] for unit, line in enumerate(expected["neighbours"])}
    graph = Graph.from_dicts(neighbours).transform("r")
    crime = expected["crime"].set_axis(expected.index + 1)
    result = local_moran(crime, graph, permutations=0, seed=0)
    assert result["local_i"].to_numpy() == pytest.approx(expected["local_i"].to_numpy(), rel=1e-10)
    assert result["z"].to_numpy() == pytest.approx(expected["z"].to_numpy(), rel=1e-10)
    assert global_moran(crime, graph) == pytest.approx(0.5109512641, abs=1e-9)


def test_hot_spots_of_columbus_equal_spdep() -> None:
    crime, queen = columbus()
    expected = pd.read_csv(HERE / "spdep_columbus.csv")
    for star, column in [(False, "g"), (True, "g_star")]:
        for graph in (queen, queen.transform("r")):  # a factor over all weights of a unit changes nothing
            z = hot_spots(crime, graph, star=star, permutations=0, seed=0)["z"]
            assert z.to_numpy() == pytest.approx(expected[column].to_numpy(), rel=1e-10)


@pytest.mark.parametrize(
    ("reach", "g", "g_star"),
    [
        (30, 1.221979, 1.450780),
        (60, 1.748098, 1.900559),
        (90, 1.986135, 2.096939),
        (120, 1.893374, 1.981907),
    ],
)
def test_hot_spots_of_getis_and_ord(reach: int, g: float, g_star: float) -> None:
    """The raster of Getis and Ord (1996): cell 120 as published, and every cell as in spdep."""
    table = pd.read_csv(HERE / "spdep_getisord.csv")
    places = gpd.GeoSeries(gpd.points_from_xy(table["x"], table["y"]))
    graph = Graph.build_distance_band(places, threshold=reach + 1e-6)
    for star, name, cell in [(False, "g", g), (True, "g_star", g_star)]:
        z = hot_spots(table["value"], graph, star=star, permutations=0, seed=0)["z"]
        assert z[119] == pytest.approx(cell, abs=1e-6)
        assert z.to_numpy() == pytest.approx(table[f"{name}_{reach}"].to_numpy(), rel=1e-9)


def test_hot_spots_of_esda_documentation() -> None:
    places = gpd.GeoSeries(gpd.points_from_xy([10, 20, 40, 15, 30, 30], [10, 10, 10, 20, 20, 30]))
    graph = Graph.build_distance_band(places, threshold=15)
    values = pd.Series([2, 3, 3.2, 5, 8, 7])
    z = hot_spots(values, graph, star=False, permutations=0, seed=0)["z"]
    assert z.to_numpy() == pytest.approx(
        [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941], abs=1e-8
    )
    z = hot_spots(values, graph, star=True, permutations=0, seed=0)["z"]
    assert z.to_numpy() == pytest.approx(
        [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331], abs=1e-8
    )


def test_local_statistics_agree_with_esda() -> None:
    """Contract: esda's local I is (n - 1) / n of ours, its moments and its z of G are ours."""
    from esda.getisord import G_Local
    from esda.moran import Moran_Local

    crime, queen = columbus()
    n = len(crime)
    theirs = Moran_Local(crime.to_numpy(), queen, transformation="r", permutations=0)
    ours = local_moran(crime, queen.transform("r"), permutations=0, seed=0)
    assert ours["local_i"].to_numpy() * (n - 1) / n == pytest.approx(theirs.Is, rel=1e-10)
    z = (theirs.Is * n / (n - 1) - theirs.EIc) / np.sqrt(theirs.VIc)
    assert ours["z"].to_numpy() == pytest.approx(z, rel=1e-10)
    quadrants = {1: "high-high", 2: "low-high", 3: "low-low", 4: "high-low"}
    assert ours["quadrant"].tolist() == [quadrants[q] for q in theirs.q]
    for star in (False, True):
        g = G_Local(crime.to_numpy(), queen, transform="B", permutations=0, star=star)
        z = hot_spots(crime, queen, star=star, permutations=0, seed=0)["z"].to_numpy()
        assert z == pytest.approx(g.Zs, rel=1e-10)


# Clusters


@pytest.mark.parametrize(
    ("eps", "min_samples", "sizes", "noise"), [(0.7, 5, [97, 50], 3), (0.4, 4, [47, 38, 36, 4], 25)]
)
def test_density_clusters_of_iris(eps: float, min_samples: int, sizes: list[int], noise: int) -> None:
    from scipy.spatial.distance import cdist
    from sklearn.datasets import load_iris

    flowers = load_iris().data
    apart = cdist(flowers, flowers)
    i, j = np.nonzero(apart <= eps)
    labels = density_clusters(i, j, apart[i, j], len(flowers), min_samples)
    assert sorted(np.unique(labels[labels >= 0], return_counts=True)[1], reverse=True) == sizes
    assert (labels < 0).sum() == noise


def test_density_clusters_of_scikit_learns_demonstration() -> None:
    from scipy.spatial.distance import cdist
    from sklearn import metrics
    from sklearn.datasets import make_blobs
    from sklearn.preprocessing import StandardScaler

    points, truth = make_blobs(n_samples=750, centers=[[1, 1], [-1, -1], [1, -1]], cluster_std=0.4, random_state=0)
    points = StandardScaler().fit_transform(points)
    apart = cdist(points, points)
    i, j = np.nonzero(apart <= 0.3)
    labels = density_clusters(i, j, apart[i, j], len(points), 10)
    assert len(np.unique(labels[labels >= 0])) == 3
    assert (labels < 0).sum() == 18
    agreement = [
        measure(truth, labels)
        for measure in (
            metrics.homogeneity_score,
            metrics.completeness_score,
            metrics.v_measure_score,
            metrics.adjusted_rand_score,
        )
    ]
    assert agreement == pytest.approx([0.953, 0.883, 0.917, 0.952], abs=5e-4)


def test_eps_is_geodesic_kilometres() -> None:
    """Four points 9.9 km apart going east: no cluster below that, though a sphere makes them 9.87979 km apart."""
    lon, lat = [-106.40], [31.70]
    for _ in range(3):
        east, north, _ = GEOD.fwd(lon[-1], lat[-1], 90, 9_900)
        lon, lat = [*lon, east], [*lat, north]
    for eps_km in (9.85, 9.89):
        assert clusters(lon, lat, eps_km=eps_km, min_samples=2).isna().all()
    assert clusters(lon, lat, eps_km=9.95, min_samples=2).tolist() == [1, 1, 1, 1]


def test_clusters_agree_with_scikit_learn() -> None:
    """Contract: the same core points together and the same noise; points between clusters may differ."""
    from sklearn.cluster import DBSCAN

    rng = np.random.default_rng(7)
    lon, lat = -100 + rng.normal(size=300).cumsum() * 0.05, 25 + rng.normal(size=300) * 0.1
    ours = clusters(lon, lat, eps_km=6.0, min_samples=4)
    theirs = DBSCAN(eps=6.0, min_samples=4, metric="precomputed").fit(distance_km(lon[:, None], lat[:, None], lon, lat))
    core = theirs.core_sample_indices_
    pairs = pd.DataFrame({"ours": ours.to_numpy()[core], "theirs": theirs.labels_[core]}).drop_duplicates()
    assert pairs["ours"].is_unique
    assert pairs["theirs"].is_unique
    assert (ours.isna().to_numpy() == (theirs.labels_ < 0)).all()


# Reach


def test_market_potential_of_reat() -> None:
    """Hansen accessibility with distance squared: shops of 5,000 and 10,000 at 10 and 5, and at 5 and 15 km."""
    from scipy.optimize import brentq

    def place(first_km: float, second_km: float) -> tuple[float, float]:
        """So far from the first shop, in the direction that is so far from the second."""

        def gap(azimuth: float) -> float:
            x, y, _ = GEOD.fwd(lon[0], lat[0], azimuth, 1000 * first_km)
            return float(distance_km(x, y, lon[1], lat[1])) - second_km

        x, y, _ = GEOD.fwd(lon[0], lat[0], brentq(gap, 90, 270, xtol=1e-13), 1000 * first_km)
        return x, y

    lon, lat = [-100.0], [25.0]
    east, north, _ = GEOD.fwd(lon[0], lat[0], 90, 14_000)
    lon, lat = [*lon, east], [*lat, north]
    shops = pd.DataFrame({"lon": lon, "lat": lat, "weight": [5_000, 10_000]})
    from_lon, from_lat = zip(place(10, 5), place(5, 15), strict=True)
    access = market_potential(from_lon, from_lat, shops, decay="inverse", power=2, self_km=0.1)
    assert access.tolist() == pytest.approx([450, 244.4444444], abs=1e-6)
    parts = [
        market_potential(from_lon, from_lat, shops.iloc[[k]], decay="inverse", power=2, self_km=0.1) / access
        for k in (0, 1)
    ]
    assert parts[0].tolist() == pytest.approx([0.1111111, 0.8181818], abs=1e-7)
    assert parts[1].tolist() == pytest.approx([0.8888889, 0.1818182], abs=1e-7)
