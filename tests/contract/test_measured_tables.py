"""The measured columns and tables of a whole run: recomputed by other means, ordered, and consistent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.schema import BANDWIDTHS_KM, LAYERS


def table(built: Path, name: str) -> Any:
    path = built / "tables" / f"{name}.parquet"
    return gpd.read_parquet(path) if LAYERS[name].geometry else pd.read_parquet(path)


@pytest.fixture(scope="session")
def parks(built: Path) -> gpd.GeoDataFrame:
    return table(built, "parks")


def step_up(p: pd.Series, alpha: float = 0.05) -> set[int]:
    """Benjamini and Hochberg's step-up rule as they wrote it: the largest k with p_(k) <= k alpha / m."""
    ordered = p.dropna().sort_values(kind="stable")
    below = ordered.to_numpy() <= alpha * np.arange(1, len(ordered) + 1) / len(ordered)
    cut = ordered.iloc[np.flatnonzero(below).max()] if below.any() else -1.0
    return set(ordered.index[ordered <= cut])


@pytest.mark.parametrize(
    ("name", "p", "significant"),
    [
        ("parks", "gi_star_p", "gi_star_significant"),
        ("parks", "owner_excess_p", "owner_excess_significant"),
        ("parks", "owner_excess_10km_p", "owner_excess_10km_significant"),
        ("parks", "owner_excess_50km_p", "owner_excess_50km_significant"),
        ("municipalities", "gi_star_p", "gi_star_significant"),
    ],
)
def test_significance_is_the_step_up_rule_over_the_map(built: Path, name: str, p: str, significant: str) -> None:
    rows = table(built, name)
    assert rows[p].isna().tolist() == rows[significant].isna().tolist()
    assert set(rows.index[rows[significant].fillna(False).astype(bool)]) == step_up(rows[p])
    assert rows[p].dropna().between(1e-5 if name == "municipalities" else 1e-4, 1).all()


def test_local_metrics_are_on_the_located_study_set_only(parks: gpd.GeoDataFrame) -> None:
    outside = parks[~parks["study_set"] | parks.geometry.isna()]
    local = [column for column in parks if str(column).startswith(("owner_excess", "owner_hhi", "gi_star"))]
    assert outside[local].isna().all().all()
    assert outside["cluster_id"].isna().all()
    inside = parks[parks["study_set"] & parks.geometry.notna()]
    assert inside["owner_excess_25km"].notna().sum() > 200
    assert inside["gi_star_z"].notna().sum() > 400


def test_ownership_excess_of_one_park_by_hand(built: Path, parks: gpd.GeoDataFrame) -> None:
    """The index of one park from its definition, with geographiclib's distances and plain loops."""
    from geographiclib.geodesic import Geodesic

    park = parks[parks["owner_excess_25km"].notna()].iloc[0]
    roles = table(built, "park_developers")
    controllers: dict[str, list[str]] = {}
    for role in ("developer", "owner"):  # an owner goes before a developer
        found = roles[roles["role"] == role].groupby("park_id")["developer_id"].agg(list)
        controllers |= found.to_dict()
    holdings = []
    for row in parks[parks["study_set"] & parks["lon"].notna()].to_dict("records"):
        names = list(dict.fromkeys(controllers.get(row["park_id"], [])))
        km = Geodesic.WGS84.Inverse(park["lat"], park["lon"], row["lat"], row["lon"])["s12"] / 1000
        h = BANDWIDTHS_KM[0]
        if km <= 3 * h:
            weight = float(np.exp(-(km**2) / (2 * h**2)))
            holdings += [(name, weight / len(names)) for name in names]
    everywhere = []
    for row in parks[parks["study_set"] & parks["lon"].notna()].to_dict("records"):
        everywhere += list(dict.fromkeys(controllers.get(row["park_id"], [])))
    total = sum(weight for _, weight in holdings)
    owners = {name for name, _ in holdings}
    h_index = sum((sum(w for n, w in holdings if n == owner) / total) ** 2 for owner in owners)
    floor = sum((w / total) ** 2 for _, w in holdings)
    counts = [everywhere.count(owner) for owner in set(everywhere)]
    chance = sum(n * (n - 1) for n in counts) / (len(everywhere) * (len(everywhere) - 1))
    excess = ((h_index - floor) / (1 - floor) - chance) / (1 - chance)
    assert park["owner_excess_25km"] == pytest.approx(excess, abs=2e-4)


def test_gamma_of_the_auto_parts_industry_by_hand(built: Path) -> None:
    """Ellison and Glaeser's formula on the counts of the table of states."""
    states = table(built, "states")
    s = states["establishments_3363"].to_numpy(float) / states["establishments_3363"].sum()
    x = states["manufacturing_establishments"].to_numpy(float) / states["manufacturing_establishments"].sum()
    h = 1 / states["establishments_3363"].sum()
    g = ((s - x) ** 2).sum()
    spread = 1 - (x**2).sum()
    found = table(built, "industry_agglomeration").set_index(["industry", "zoning"]).loc[("3363", "states")]
    assert found["gamma"] == pytest.approx((g - spread * h) / (spread * (1 - h)), abs=1e-6)
    assert found["plants"] == states["establishments_3363"].sum()


def test_every_index_is_reported_on_every_zoning(built: Path) -> None:
    zonings = table(built, "zonings")
    assert zonings.groupby("zoning").size().nunique() == 1
    assert set(zonings["zoning"]) == {
        "states", "metro_areas", "municipalities", "hexagons_25km", "hexagons_50km", "hexagons_100km"
    }  # fmt: skip
    states = table(built, "states")
    row = zonings.set_index(["zoning", "index"]).loc[("states", "owner_hhi_count_low")]
    assert row["median"] == pytest.approx(states["owner_hhi_count_low"].median(), abs=1e-4)
    weighted = (zonings["low"] <= zonings["median"]) & (zonings["median"] <= zonings["high"])
    assert weighted[zonings["areas"] > 0].all()


def test_the_headline_rule_is_the_national_row(built: Path) -> None:
    rules = table(built, "ownership_rules")
    headline = rules[rules["headline"]].iloc[0]
    country = table(built, "national").iloc[0]
    shared = [column for column in rules if column in country.index and str(column).startswith("owner_")]
    assert len(shared) == 8
    assert headline[shared].tolist() == country[shared].tolist()
    known = rules.set_index("rule")["parks_controller_known"]
    assert known["owner > developer > promoter > administrator"] > known["owner > developer"] > known["owner"]


def test_more_lies_within_100_km_of_the_corridor_than_within_25(built: Path) -> None:
    areas = table(built, "corridor_areas").pivot(index="branch", columns="within_km", values="parks")
    assert (areas[25] <= areas[50]).all()
    assert (areas[50] <= areas[100]).all()
    assert len(areas) == 10
    test = table(built, "corridor_test").set_index("within_km")
    assert test["share"].is_monotonic_increasing
    assert test.loc[25, "share"] > test.loc[25, "expected"]
    assert (test["shifts"] == 999).all()
    assert (test["share_jitter_low"] <= test["share_jitter_high"]).all()


def test_curves_carry_their_envelopes(built: Path) -> None:
    curves = table(built, "curves")
    tested = curves.dropna(subset=["low", "high", "observed"])
    outside = (tested["observed"] < tested["low"]) | (tested["observed"] > tested["high"])
    assert outside.tolist() == tested["outside"].astype(bool).tolist()
    assert set(curves["subject"]) == {"owners_pooled", "owner", "part_class"}
    assert {"harness_electrical", "seats_interior"} <= set(curves["name"].dropna())
    pooled = curves[curves["subject"] == "owners_pooled"]
    assert set(pooled["statistic"]) == {"m", "kd"}
    assert pooled["jitter_median"].notna().all()
    assert curves["p"].between(0, 1).all()


def test_location_errors_give_an_interval_round_each_value(built: Path, parks: gpd.GeoDataFrame) -> None:
    spread = table(built, "sensitivity")
    assert (spread["low"] <= spread["median"] + 1e-9).all()
    assert (spread["median"] <= spread["high"] + 1e-9).all()
    assert set(spread["index"]) <= set(parks.columns)
    border = spread[spread["index"] == "border_km"].set_index("park_id")
    located = parks[parks["study_set"] & parks.geometry.notna()].set_index("park_id")
    assert border.index.tolist() == located.index.tolist()
    assert border["value"].tolist() == pytest.approx(located["border_km"].tolist(), abs=6e-4)
    far = border[border["value"] > 100]
    # Far from the line the distance moves about as far as the point: 5-95 % of it within 2.2 errors.
    width = far["high"] - far["low"]
    assert (width < 2.2 * located.loc[far.index, "location_error_m"] / 1000).all()
    assert far["median"].sub(far["value"]).abs().max() < 1.5


def test_wage_gradient_tells_all_periods_and_models(built: Path) -> None:
    gradient = table(built, "wage_gradient")
    assert set(gradient["period"]) == {"before", "after", "change"}
    assert set(gradient["model"]) == {"ols", "ml_lag", "ml_error"}
    ols = gradient[gradient["model"] == "ols"]
    assert ols[["std_err", "hc1", "conley_100km", "conley_250km", "conley_500km", "r2"]].notna().all().all()
    assert (gradient["n"] == 32).all()
    assert gradient.groupby("period")["years"].first().to_dict() == {"before": 13, "after": 4, "change": 17}
