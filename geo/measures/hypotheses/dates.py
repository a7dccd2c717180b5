"""H3 and H4: whether parks multiplied after the opening of the economy, and whether they moved to the border."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.measures.hypotheses.rules import (
    CANNOT_TELL,
    CONTRADICTED,
    ENOUGH_KNOWN,
    SUPPORTED,
    Finding,
    Ground,
    Part,
    row,
)
from geo.schema.findings import ALPHA, REGISTER_START

#: First and last year of the opening of Mexico's economy, and the years compared on either side of its start.
OPENING, OPENED, SPAN = 1987, 1993, 17
NEAR_BORDER_KM = 100.0
_ON = {"on": "study_set", "tables": ("parks",)}


def boom(ground: Ground) -> Finding:
    """H3: the boom of parks followed the opening of 1987-1993."""
    from scipy.stats import binomtest

    parks = ground.tables["parks"]
    study = parks[parks["study_set"]]
    years = study["opened_year"].dropna().astype(int)
    before, after = _between(years, OPENING - SPAN, OPENING - 1), _between(years, OPENING, OPENING + SPAN - 1)
    both = int(before.sum() + after.sum())
    test = binomtest(int(after.sum()), both, 0.5) if both else None
    bounds = test.proportion_ci(1 - ALPHA, "exact") if test else None
    rows = [
        *_known(study),
        row("opened_before", int(before.sum()), part="boom", at=OPENING - SPAN, at_unit="year", n=len(years),
            method="count", **_ON),
        row("opened_after", int(after.sum()), part="boom", at=OPENING + SPAN - 1, at_unit="year", n=len(years),
            method="count", **_ON),
        row("after_share", after.sum() / both if both else np.nan, part="boom", at=OPENING, at_unit="year",
            low=bounds.low if bounds else np.nan, high=bounds.high if bounds else np.nan, interval="exact_95",
            reference=0.5, p=test.pvalue if test else np.nan, n=both, unit="share", method="binomial", drawn=True,
            **_ON),
        row("opening_ends", OPENED, part="boom", unit="year", method="definition", **_ON),
        *_public(study),
    ]  # fmt: skip
    return Finding(rows, [Part("boom", *_dated(rows, "after_share"))])


def _public(study: pd.DataFrame) -> list[dict[str, Any]]:
    """Public controllers among the dated parks of known kind, before and from the opening on."""
    dated = study.dropna(subset=["opened_year", "owner_kind"])
    early = dated["opened_year"] < OPENING
    return [
        row(f"public_{when}", int((rows["owner_kind"] == "public").sum()), part="boom", n=len(rows), at=OPENING,
            at_unit="year", method="count", **_ON)
        for when, rows in (("before", dated[early]), ("after", dated[~early]))
    ]  # fmt: skip


def to_the_border(ground: Ground) -> Finding:
    """H4: parks moved from the centre to the border."""
    from scipy.stats import fisher_exact

    sites = ground.sites
    dated = sites.dropna(subset=["opened_year"])
    near, late = dated["border_km"] <= NEAR_BORDER_KM, dated["opened_year"] >= OPENING
    table = [[int((near & late).sum()), int((~near & late).sum())],
             [int((near & ~late).sum()), int((~near & ~late).sum())]]  # fmt: skip
    p = float(fisher_exact(table).pvalue) if len(dated) else np.nan
    rows = [
        *_known(ground.tables["parks"][ground.tables["parks"]["study_set"]]),
        _near_share("near_before", near[~late], p=np.nan, at=OPENING),
        _near_share("near_after", near[late], p=p, at=OPENING),
        *(
            _near_share(f"near_seen_{when}", group["border_km"] <= NEAR_BORDER_KM, p=np.nan, at=REGISTER_START,
                        part="register")
            for when, group in (("first", sites[sites["first_seen_year"] <= REGISTER_START]),
                                ("later", sites[sites["first_seen_year"] > REGISTER_START]))
        ),
        row("near_km", NEAR_BORDER_KM, part="border", unit="km", method="definition", **_ON),
    ]  # fmt: skip
    return Finding(rows, [Part("border", *_dated(rows, "near_after", than="near_before"))])


def _near_share(statistic: str, near: pd.Series, *, p: float, at: int, part: str = "border") -> dict[str, Any]:
    from scipy.stats import binomtest

    bounds = binomtest(int(near.sum()), len(near)).proportion_ci(1 - ALPHA, "exact") if len(near) else None
    return row(
        statistic, float(near.mean()) if len(near) else np.nan, part=part, at=at, at_unit="year",
        low=bounds.low if bounds else np.nan, high=bounds.high if bounds else np.nan, interval="exact_95", p=p,
        n=len(near), unit="share", method="fisher", drawn=True, on="located_study_set", tables=("parks",),
    )  # fmt: skip


def _between(years: pd.Series, first: int, last: int) -> pd.Series:
    return (years >= first) & (years <= last)


def _known(study: pd.DataFrame) -> list[dict[str, Any]]:
    years = study["opened_year"]
    return [
        row("years_known", int(years.notna().sum()), part="coverage", n=len(study), method="count", **_ON),
        row("years_known_share", float(years.notna().mean()) if len(study) else np.nan, part="coverage", n=len(study),
            unit="share", reference=ENOUGH_KNOWN, method="count", **_ON),
        row("first_year_known", None if years.dropna().empty else int(years.min()), part="coverage", unit="year",
            n=int(years.notna().sum()), method="count", **_ON),
    ]  # fmt: skip


def _dated(rows: list[dict[str, Any]], statistic: str, *, than: str | None = None) -> tuple[str, str]:
    """Judge a share that the claim says is high, where enough opening years are known."""
    found = {each["statistic"]: each for each in rows}
    known, tested = found["years_known_share"]["value"], found[statistic]
    if pd.isna(known) or float(known) < ENOUGH_KNOWN:
        return CANNOT_TELL, "few_years"
    if pd.isna(tested["p"]):
        return CANNOT_TELL, "nothing_measured"
    if float(tested["p"]) > ALPHA:
        return CONTRADICTED, "like_chance"
    against = tested["reference"] if than is None else found[than]["value"]
    rises = float(tested["value"]) > float(against)
    return (SUPPORTED, "beyond_chance") if rises else (CONTRADICTED, "other_way")
