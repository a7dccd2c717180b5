"""The tables of papers in a whole run, recomputed by other means."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.metrics.gradient import ols_conley
from geo.metrics.wage_lines import line, regressors, wage_lines


def table(built: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(built / "tables" / f"{name}.parquet")


def test_lorenz_of_the_country_under_three_readings(built: Path) -> None:
    curves, country = table(built, "lorenz"), table(built, "national").iloc[0]
    own = curves[curves["zoning"] == "national"].groupby("unknown").first()
    known, parks = country["parks_controller_known"], country["parks_study_set"]
    assert own["parks"].to_dict() == pytest.approx({"left_out": known, "separate": parks, "one_owner": parks})
    assert own["owners"].to_dict() == {
        "left_out": country["developers"], "separate": country["developers"] + parks - known,
        "one_owner": country["developers"] + 1,
    }  # fmt: skip
    assert own["gini"]["separate"] < own["gini"]["left_out"] < own["gini"]["one_owner"]


def test_lorenz_curves_are_of_areas_with_ten_known_parks(built: Path) -> None:
    curves = table(built, "lorenz")
    for zoning, key in (("states", "cve_ent"), ("metro_areas", "metro_area_code")):
        areas = table(built, zoning)
        expected = set(areas.loc[areas["parks_controller_known"] >= 10, key])
        own = curves[curves["zoning"] == zoning]
        assert set(own["code"]) == expected
        known = own[own["unknown"] == "left_out"].groupby("code")["owners"].first()
        assert known.to_dict() == pytest.approx(areas.set_index(key)["developers"].loc[list(known.index)].to_dict())
    assert (curves.groupby(["zoning", "code", "unknown"])["size_share"].max() == 1).all()


def test_developer_records_by_hand(built: Path) -> None:
    records = table(built, "developer_records").set_index("developer_id")
    developers = table(built, "developers")
    assert records.index.tolist() == developers["developer_id"].tolist()
    roles, parks = table(built, "park_developers"), table(built, "parks").set_index("park_id")
    for developer in ("finsa", "prologis", "iamsa"):
        own = parks.loc[roles.loc[roles["developer_id"] == developer, "park_id"].unique()]
        row = records.loc[developer]
        assert row["states"] == own["cve_ent"].nunique()
        if len(own):
            assert set(row["state_names"].split("; ")) == set(own["state"])
            assert row["first_seen_year"] == own["first_seen_year"].min()
        else:
            assert pd.isna(row["state_names"])
            assert pd.isna(row["first_opened_year"])


def test_park_years_add_up(built: Path) -> None:
    years, parks = table(built, "park_years").set_index("year"), table(built, "parks")
    assert years["opened"].sum() == parks["opened_year"].notna().sum()
    assert years["first_seen"].sum() == parks["first_seen_year"].notna().sum()
    dated = parks[["opened_year", "first_seen_year"]].notna().any(axis=1).sum()
    assert years["first_dated_total"].iloc[-1] == years["first_dated"].sum() == dated
    assert years["opened_total"].iloc[-1] == years["opened"].sum()
    assert (np.diff(years.index) == 1).all()
    assert years.loc[:2003, "first_seen"].sum() == 0


def test_plant_distances_are_quantiles_of_geodesic_distances(built: Path) -> None:
    from geographiclib.geodesic import Geodesic

    rows = table(built, "plant_distances")
    plants, assembly = table(built, "auto_parts_plants"), table(built, "assembly_plants")
    assembly = assembly[assembly["status"] != "planned"]
    own = plants[~plants["duplicate_of"].isin(plants["plant_id"]) & plants["assembly_plant_id"].isna()]
    seats = own[own["part_class"] == "seats_interior"]
    found = rows[(rows["plant_group"] == "seats_interior")].set_index(["measure", "share"])["km"]
    for share in (0.1, 0.5, 1.0):
        assert found["border", share] == pytest.approx(seats["border_km"].quantile(share), abs=2e-3)
    nearest = [
        min(
            Geodesic.WGS84.Inverse(lat, lon, y, x)["s12"] for x, y in zip(assembly["lon"], assembly["lat"], strict=True)
        )
        for lon, lat in zip(seats["lon"], seats["lat"], strict=True)
    ]
    for share in (0.0, 0.5, 1.0):
        assert found["assembly_plant", share] == pytest.approx(np.quantile(nearest, share) / 1000, abs=2e-2)
    sizes = rows[rows["measure"] == "border"].groupby("plant_group")["plants"].first()
    assert sizes["assembly"] == len(assembly)
    assert sizes.drop("assembly").sum() == len(own)


def test_the_band_of_the_line_is_the_interval_of_a_shifted_regression() -> None:
    """At x = x0 the fitted value is the constant of the regression on x - x0, and so is its error."""
    generator = np.random.default_rng(7)
    n = 40
    states = pd.DataFrame(
        {
            "lon": generator.uniform(-110, -90, n), "lat": generator.uniform(16, 32, n),
            "border_km": generator.uniform(10, 1500, n), "mexico_city_km": generator.uniform(10, 1500, n),
            "border_zone": generator.uniform(0, 1, n),
        }
    )  # fmt: skip
    x = regressors(states)
    y = pd.Series(6 - 0.1 * x["ln_border_km"] + generator.normal(0, 0.1, n))
    fit = ols_conley(y, x, states["lon"], states["lat"], cutoff_km=250)
    drawn = line(x, fit, points=5, level=0.95)
    others = ["ln_mexico_city_km", "border_zone"]
    for _, at in drawn.iterrows():
        shifted = x.assign(
            ln_border_km=x["ln_border_km"] - at["ln_border_km"], **{name: x[name] - x[name].mean() for name in others}
        )
        moved = ols_conley(y, shifted, states["lon"], states["lat"], cutoff_km=250)
        assert at["estimate"] == pytest.approx(moved.params["constant"])
        # Student's t, 36 degrees of freedom, 97.5 %: 2.028094 (any table).
        assert at["high"] - at["estimate"] == pytest.approx(2.028094 * moved.std_err["constant"], rel=1e-6)
        assert at["estimate"] - at["low"] == pytest.approx(at["high"] - at["estimate"])


def test_a_period_without_a_complete_year_has_no_line() -> None:
    generator = np.random.default_rng(3)
    codes = [f"{code:02d}" for code in range(1, 13)]
    states = pd.DataFrame(
        {
            "lon": generator.uniform(-110, -90, 12), "lat": generator.uniform(16, 32, 12),
            "border_km": generator.uniform(10, 1500, 12), "mexico_city_km": generator.uniform(10, 1500, 12),
            "border_zone": generator.uniform(0, 1, 12),
        },
        index=pd.Index(codes, name="cve_ent"),
    )  # fmt: skip
    wages = pd.DataFrame(
        {
            "cve_ent": codes + codes[:-1],
            "year": [2018] * 12 + [2019] * 11,
            "wage_daily_mxn": generator.uniform(100, 300, 23),
        }
    )
    points, lines = wage_lines(wages, states)
    assert set(points["period"]) == set(lines["period"]) == {"before"}
    assert len(points) == 12
    with pytest.raises(ValueError, match="No period"):
        wage_lines(wages[wages["year"] == 2019], states)
