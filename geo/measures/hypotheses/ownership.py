"""H1 and H2: whether a few national owners hold the parks, and whether owners keep to their home."""

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
    contrast_row,
    row,
    side,
)
from geo.metrics.concentration import gini
from geo.metrics.contrasts import NOTHING, Contrast, against_draws
from geo.schema import BANDWIDTHS_KM
from geo.schema.findings import ALPHA

#: HHI above which US authorities call a market highly concentrated, and below which not concentrated (2023).
HIGH_HHI, LOW_HHI = 0.18, 0.10
TOP = 10
ABROAD = ("private_foreign", "reit")


def rentier(ground: Ground) -> Finding:
    """H1: parks belong to a small, national group of owners."""
    country = ground.tables["national"].iloc[0]
    known = float(country["controller_known_share"])
    rows = [*_national(country), *_local(ground), *_largest(ground)]
    found = {each["statistic"]: each for each in rows}
    parts = [
        Part("national", *_concentrated(found["owner_hhi_count"]), role="needed"),
        Part("local", *_clustered_owners(found)),
        Part("nationality", *_of_the_country(found["top_private_national"], known)),
    ]
    return Finding(rows, parts)


def _national(country: pd.Series) -> list[dict[str, Any]]:
    on: dict[str, Any] = {"on": "study_set", "n": int(country["parks_study_set"]), "tables": ("national",)}
    shares = [
        row(
            f"owner_{index}_{size}",
            None,
            part="national",
            unit="index" if index == "hhi" else "share",
            low=country[f"owner_{index}_{size}_low"],
            high=country[f"owner_{index}_{size}_high"],
            interval="unknown_owners",
            method="bounds",
            reference=HIGH_HHI if index == "hhi" else None,
            drawn=index == "hhi",
            **(on if size == "count" else on | {"n": int(country["parks_with_area"])}),
        )
        for index in ("hhi", "cr4")
        for size in ("count", "ha")
    ]  # fmt: skip
    return [
        *shares,
        row("hhi_not_concentrated", LOW_HHI, part="national", unit="index", method="threshold", **on),
        row("controllers_known", country["parks_controller_known"], part="national", method="count", **on),
        row("controllers_known_share", country["controller_known_share"], part="national", unit="share",
            method="count", **on),
        row("area_known", country["parks_with_area"], part="national", method="count", **on),
    ]  # fmt: skip


def _local(ground: Ground) -> list[dict[str, Any]]:
    parks = ground.tables["parks"]
    rows = []
    for km in BANDWIDTHS_KM:
        prefix = "owner_excess" if km == BANDWIDTHS_KM[0] else f"owner_excess_{km}km"
        tested = parks[parks[f"{prefix}_p"].notna()]
        excess = tested[f"owner_excess_{km}km"]
        beyond = tested[f"{prefix}_significant"].fillna(False).astype(bool) & (excess > 0)
        low, high = excess.quantile([0.05, 0.95]) if len(tested) else (np.nan, np.nan)
        on: dict[str, Any] = {
            "on": "located_study_set",
            "at": float(km),
            "at_unit": "km",
            "n": len(tested),
            "tables": ("parks",),
            "part": "local",
            "method": "relabelled_owners",
            "permutations": ground.study.parameters.permutations,
        }
        rows += [
            row(f"excess_share_{km}km", float(beyond.mean()) if len(tested) else np.nan, unit="share", **on),
            row(f"excess_parks_{km}km", int(beyond.sum()), **on),
            row(f"excess_median_{km}km", excess.median(), low=low, high=high, interval="places_90", reference=0.0,
                unit="index", **on),
        ]  # fmt: skip
    return rows


def _largest(ground: Ground) -> list[dict[str, Any]]:
    """Parks of the largest known controllers, by their kind; those whose kind is unknown are none of the kinds."""
    owners = ground.tables["developers"]
    holding = owners[owners["parks_controlled"] > 0]
    ordered = holding.sort_values(["parks_controlled", "developer_id"], ascending=[False, True])
    top = ordered.head(TOP)
    total = float(top["parks_controlled"].sum())
    on: dict[str, Any] = {
        "on": "study_set",
        "part": "nationality",
        "tables": ("developers",),
        "n": len(top),
        "method": "count",
    }

    def share(kinds: tuple[str, ...]) -> float:
        return float(top.loc[top["kind"].isin(kinds), "parks_controlled"].sum()) / total if total else np.nan

    largest = ordered.iloc[0] if len(ordered) else None
    return [
        row("top_owners", len(top), **on),
        row("top_parks", total, **on),
        row("top_private_national", share(("private_national",)), unit="share", reference=0.5, **on),
        row("top_abroad", share(ABROAD), unit="share", reference=0.5, **on),
        row("largest_owner", None if largest is None else largest["parks_controlled"],
            subject=None if largest is None else largest["name"], **on),
        row("owner_gini", gini(holding["parks_controlled"].to_numpy(float)) if len(holding) else np.nan,
            unit="index", **(on | {"n": len(holding)})),
    ]  # fmt: skip


def _concentrated(hhi: dict[str, Any]) -> tuple[str, str]:
    low, high = hhi["low"], hhi["high"]
    if pd.isna(low) or pd.isna(high):
        return CANNOT_TELL, "nothing_measured"
    if float(low) > HIGH_HHI:
        return SUPPORTED, "above_threshold"
    if float(high) < LOW_HHI:
        return CONTRADICTED, "below_threshold"
    return CANNOT_TELL, "unknown_owners"


def _clustered_owners(found: dict[str, dict[str, Any]]) -> tuple[str, str]:
    counts = [(found[f"excess_parks_{km}km"]["value"], found[f"excess_parks_{km}km"]["n"]) for km in BANDWIDTHS_KM]
    if not any(tested for _, tested in counts):
        return CANNOT_TELL, "nothing_measured"
    return (SUPPORTED, "beyond_chance") if any(parks for parks, _ in counts) else (CONTRADICTED, "like_chance")


def _of_the_country(national: dict[str, Any], known: float) -> tuple[str, str]:
    share = national["value"]
    if pd.isna(share):
        return CANNOT_TELL, "nothing_measured"
    if known < ENOUGH_KNOWN:
        return CANNOT_TELL, "unknown_owners"
    return (SUPPORTED, "mostly_national") if float(share) > float(national["reference"]) else (
        CONTRADICTED, "mostly_abroad")  # fmt: skip


def home(ground: Ground) -> Finding:
    """H2: the parks of one owner stand near each other, and in the owner's home state."""
    curves = ground.tables["curves"]
    rows = []
    for statistic in ("m", "kd"):
        pooled = curves[(curves["statistic"] == statistic) & (curves["subject"] == "owners_pooled")]
        rows += [
            row(f"{statistic}_{int(each.r_km)}km", each.observed, part="together", low=each.low, high=each.high,
                interval="global_envelope_95", at=each.r_km, at_unit="km", p=each.p, n=each.points,
                reference=1.0 if statistic == "m" else None, unit="ratio" if statistic == "m" else "per_km",
                on="owned_sites", method="relabelled_owners", permutations=each.permutations, drawn=statistic == "m",
                tables=("curves",))
            for each in pooled.itertuples()
        ]  # fmt: skip
    found, owners = _at_home(ground)
    on: dict[str, Any] = {"part": "home_state", "on": "study_set", "tables": ("park_developers", "parks", "developers")}
    rows += [
        contrast_row("home_share", found, unit="share", method="shuffled_homes", **on,
                     permutations=ground.draws["permutations"]),
        row("home_owners", owners, method="count", n=found.n, **on),
    ]  # fmt: skip
    near = Part("together", *_leaves_envelope(rows))
    return Finding(rows, [near, Part("home_state", *side(found.p, found.value - found.centre))])


def _leaves_envelope(rows: list[dict[str, Any]]) -> tuple[str, str]:
    curve = pd.DataFrame([each for each in rows if str(each["statistic"]).startswith("m_")])
    if curve.empty or curve["p"].isna().all():
        return CANNOT_TELL, "nothing_measured"
    if (curve["p"] > ALPHA).any():
        return CONTRADICTED, "like_chance"
    return (SUPPORTED, "beyond_chance") if (curve["value"] > curve["high"]).any() else (CONTRADICTED, "other_way")


def _at_home(ground: Ground) -> tuple[Contrast, int]:
    """Compare the share of holdings in the owner's home state with that of homes shuffled among the owners.

    Owners keep their parks where they are, so that parks of one owner that stand together do not pass for a home.
    A home is the state at the end of ``headquarters``; owners without one do not count, nor do public ones, which
    a state's law keeps within the state.
    """
    states, owners = ground.tables["states"], ground.tables["developers"]
    private = owners[owners["kind"] != "public"].set_index("developer_id")
    home_of = private["headquarters"].map(lambda words: _state_code(words, states))
    parks = ground.tables["parks"]
    study = parks[parks["study_set"]].set_index("park_id")["cve_ent"]
    owned = ground.held[ground.held["park_id"].isin(study.index)]
    owned = owned.assign(home=owned["developer_id"].map(home_of), state=owned["park_id"].map(study))
    owned = owned.dropna(subset=["home"])
    if owned.empty:
        return NOTHING, 0
    owner, names = pd.factorize(owned["developer_id"])
    codes = states["cve_ent"].to_list()
    state = pd.Categorical(owned["state"], codes).codes
    homes = pd.Categorical(home_of.reindex(names), codes).codes
    rng = np.random.default_rng(ground.study.parameters.seed)
    draws = [np.mean(state == rng.permutation(homes)[owner]) for _ in range(ground.study.parameters.permutations)]
    return against_draws(float(np.mean(state == homes[owner])), draws, n=len(owned)), len(names)


def _state_code(headquarters: object, states: pd.DataFrame) -> str | None:
    """Return the code of the state at the end of a headquarters' name, in its short or long form."""
    if not isinstance(headquarters, str):
        return None
    place = headquarters.rsplit(",", 1)[-1].strip().removeprefix("Estado de ").casefold()
    for name, code in zip(states["name"], states["cve_ent"], strict=True):
        long = name.casefold()
        if place == long or long.startswith((f"{place} de ", f"{place} ")):
            return str(code)
    return None
