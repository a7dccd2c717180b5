"""H7 and H13: whether labour is cheaper near the border, and whether wages stagnate where parks are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.geodesy import GEODETIC_CRS, BorderIndex, distance_km
from geo.layers.wages import annual
from geo.measures.counting import built_assembly, parts_plants
from geo.measures.hypotheses.rules import (
    CANNOT_TELL,
    CONTRADICTED,
    SUPPORTED,
    Finding,
    Ground,
    Part,
    contrast_row,
    row,
    side,
)
from geo.metrics.contrasts import rank_contrast, rank_correlation
from geo.metrics.gradient import ols_conley
from geo.schema.findings import ALPHA, PER_PEOPLE, STAGNANT

CONLEY_KM = 250
#: Constant, two distances and the border zone.
STATE_TERMS = 4
HARNESS = "harness_electrical"
#: Distances shorter than this count as this, so that a logarithm does not run away at the line.
FLOOR_KM = 5.0


def arbitrage(ground: Ground) -> Finding:
    """H7: wages are lower near the border, and the labour-intensive plants stand there."""
    rows = [*_state_gradient(ground), *_harness(ground)]
    nearer = next(each for each in rows if each["statistic"] == "nearer_harness")
    plants = Part("harness", *side(nearer["p"], nearer["value"] - 0.5), role="context")
    if ground.official.municipal_wages is None:
        gradient = _gradient([each for each in rows if each["part"] == "state_wages"])
        return Finding(rows, [Part("state_wages", *gradient), Part("municipal_wages", CANNOT_TELL, "no_source",
                                                                   role="needed"), plants])  # fmt: skip
    found = _municipal_gradient(ground)
    return Finding([*rows, *found], [Part("municipal_wages", *_gradient(found)), plants])


def _state_gradient(ground: Ground) -> list[dict[str, Any]]:
    table = ground.tables["wage_gradient"]
    chosen = table[(table["model"] == "ols") & (table["term"] == "ln_border_km")]
    return [
        _gradient_row(f"elasticity_{each.period}", each.estimate, getattr(each, f"conley_{CONLEY_KM}km"), n=each.n,
                      freedom=each.n - STATE_TERMS, part="change" if each.period == "change" else "state_wages",
                      subject=each.period, on="states", tables=("wage_gradient",))
        for each in chosen.itertuples()
    ]  # fmt: skip


def _gradient_row(statistic: str, estimate: float, error: float, *, freedom: int, **rest: Any) -> dict[str, Any]:
    from scipy.stats import t

    reach = float(t.ppf(1 - ALPHA / 2, freedom)) * error
    p = float(2 * t.sf(abs(estimate / error), freedom)) if error else np.nan
    return row(
        statistic, estimate, low=estimate - reach, high=estimate + reach, interval="conley_95", reference=0.0, p=p,
        at=float(CONLEY_KM), at_unit="km", unit="elasticity", method="conley", drawn=True, **rest,
    )  # fmt: skip


def _gradient(rows: list[dict[str, Any]]) -> tuple[str, str]:
    """Judge the gradients of both periods: a positive one means lower wages near the border."""
    if not rows:
        return CANNOT_TELL, "nothing_measured"
    if all(each["high"] < 0 for each in rows):
        return CONTRADICTED, "higher_near_border"
    if all(each["low"] > 0 for each in rows):
        return SUPPORTED, "lower_near_border"
    return CANNOT_TELL, "interval_holds_zero"


def _harness(ground: Ground) -> list[dict[str, Any]]:
    parts = parts_plants(ground.tables["auto_parts_plants"])
    near = parts.loc[parts["part_class"] == HARNESS, "border_km"].to_numpy(float)
    assembly = built_assembly(ground.tables["assembly_plants"])["border_km"].to_numpy(float)
    found = rank_contrast(np.concatenate([near, assembly]), np.arange(near.size + assembly.size) < near.size,
                          **ground.draws)  # fmt: skip
    on: dict[str, Any] = {"part": "harness", "tables": ("auto_parts_plants", "assembly_plants"), "on": "auto_plants"}
    return [
        contrast_row("nearer_harness", found, unit="share", method="relabelled_plants",
                     permutations=ground.draws["permutations"], **on),
        row("median_harness", float(np.nanmedian(near)) if near.size else np.nan, unit="km", n=near.size,
            method="count", **on),
        row("median_assembly", float(np.nanmedian(assembly)) if assembly.size else np.nan, unit="km",
            n=int(np.isfinite(assembly).sum()), method="count", **on),
    ]  # fmt: skip


def _municipal_gradient(ground: Ground) -> list[dict[str, Any]]:
    """Regress the municipalities' mean log wage on log distances and on the border zone, before and after it."""
    wages = ground.official.municipal_wages
    assert wages is not None
    places = ground.layers["municipalities"].drop_duplicates("cvegeo").set_index("cvegeo")
    split = ground.study.study.border_zone_year
    rows = []
    for period, panel in (("before", wages[wages["year"] < split]), ("after", wages[wages["year"] >= split])):
        pay = panel["wage_daily_mxn"].astype(float).map(np.log).groupby(panel["cvegeo"]).mean()
        here = places.loc[places.index.isin(pay.index)]
        x = _regressors(ground, here)
        if len(here) <= x.shape[1]:
            continue
        fit = ols_conley(pay.reindex(here.index), x, here["seat_lon"], here["seat_lat"], cutoff_km=CONLEY_KM)
        rows.append(
            _gradient_row(f"elasticity_municipal_{period}", fit.params["ln_border_km"], fit.std_err["ln_border_km"],
                          n=fit.n, freedom=fit.n - x.shape[1], part="municipal_wages", subject=period,
                          on="municipalities", tables=("municipalities",))
        )  # fmt: skip
    return rows


def _regressors(ground: Ground, here: pd.DataFrame) -> pd.DataFrame:
    lon, lat = here["seat_lon"].to_numpy(float), here["seat_lat"].to_numpy(float)
    line = ground.layers["border"].to_crs(GEODETIC_CRS).geometry.iloc[0]
    capital = ground.layers["municipalities"]
    capital = capital[capital["cve_ent"] == ground.study.study.capital]
    weights = capital["pop_2020"].astype(float)
    centre = [float(np.average(capital[column], weights=weights)) for column in ("seat_lon", "seat_lat")]
    logs = {
        "ln_border_km": BorderIndex(line).distance(lon, lat)[0],
        "ln_mexico_city_km": distance_km(lon, lat, *centre),
    }
    x = pd.DataFrame({"constant": 1.0, **{name: np.log(np.maximum(km, FLOOR_KM)) for name, km in logs.items()}},
                     index=here.index)  # fmt: skip
    zone = here["zlfn"].astype(float)
    return x.assign(border_zone=zone) if zone.nunique() > 1 else x


def stagnation(ground: Ground) -> Finding:
    """H13: real wages stagnate where parks are."""
    states = ground.tables["states"].set_index("cve_ent")
    growth = _nominal_growth(ground.layers["wages"])
    density = states["parks_study_set"].astype(float) / states["pop_2020"].astype(float) * PER_PEOPLE
    found = rank_correlation(density, growth.reindex(states.index), **ground.draws)
    rows = [
        contrast_row("growth_and_parks", found, part="states", unit="correlation", method="spearman", on="states",
                     permutations=ground.draws["permutations"], drawn=True, tables=("states", "wages")),
    ]  # fmt: skip
    states_part = Part("states", *side(found.p, -found.value), role="context")
    if ground.official.municipal_wages is None or ground.official.price_index is None:
        return Finding(rows, [states_part, Part("municipal_panel", CANNOT_TELL, "no_source")])
    panel = _real_growth(ground)
    rows += panel
    return Finding(rows, [states_part, Part("municipal_panel", *_stagnant(panel[0]))])


def _nominal_growth(wages: pd.DataFrame) -> pd.Series:
    """Return the yearly growth of each state's wage over the derived series."""
    yearly = annual(wages)
    series = yearly[yearly["basis"] == "derived"].pivot_table(index="cve_ent", columns="year", values="value")
    if series.shape[1] < 2:
        return pd.Series(dtype=float)
    first, last = series.columns[0], series.columns[-1]
    return (series[last] / series[first]).map(np.log) / (int(last) - int(first))


def _real_growth(ground: Ground) -> list[dict[str, Any]]:
    """Return the median yearly growth of real wages in municipalities with parks, and in those without."""
    wages, prices = ground.official.municipal_wages, ground.official.price_index
    assert wages is not None
    assert prices is not None
    level = prices.set_index("year")["index"].astype(float)
    real = np.log(wages["wage_daily_mxn"].astype(float) / wages["year"].map(level))
    panel = wages.assign(real=real).dropna(subset=["real"]).sort_values("year").groupby("cvegeo")
    years = panel["year"].last() - panel["year"].first()
    growth = ((panel["real"].last() - panel["real"].first()) / years.where(years > 0)).dropna()
    parks = ground.tables["municipalities"].set_index("cvegeo")["parks_study_set"]
    has_park = growth.index.map(parks.fillna(0) > 0).to_numpy(bool, na_value=False)
    found = rank_contrast(growth, has_park, **ground.draws)
    on: dict[str, Any] = {
        "part": "municipal_panel",
        "on": "municipalities",
        "tables": ("municipalities",),
        "unit": "per_year",
    }
    return [
        _median_row("real_growth_with_parks", growth[has_park], **on),
        _median_row("real_growth_without_parks", growth[~has_park], **on),
        contrast_row("slower_with_parks", found, method="relabelled_areas",
                     permutations=ground.draws["permutations"], **(on | {"unit": "share"})),
    ]  # fmt: skip


def _median_row(statistic: str, values: pd.Series, **rest: Any) -> dict[str, Any]:
    """Return the median with its distribution-free interval: the order statistics that a sign test does not reject."""
    from scipy.stats import binom

    ordered = np.sort(values.to_numpy(float))
    rank = int(binom.ppf(ALPHA / 2, len(ordered), 0.5)) if len(ordered) else 0
    known = rank >= 1
    return row(
        statistic, float(np.median(ordered)) if len(ordered) else np.nan,
        low=ordered[rank - 1] if known else np.nan, high=ordered[len(ordered) - rank] if known else np.nan,
        interval="sign_test_95", reference=STAGNANT, n=len(ordered), method="median", drawn=True, **rest,
    )  # fmt: skip


def _stagnant(growth: dict[str, Any]) -> tuple[str, str]:
    if pd.isna(growth["low"]) or pd.isna(growth["high"]):
        return CANNOT_TELL, "nothing_measured"
    if growth["high"] <= STAGNANT:
        return SUPPORTED, "stagnant"
    return (CONTRADICTED, "rising") if growth["low"] > STAGNANT else (CANNOT_TELL, "interval_holds_threshold")
