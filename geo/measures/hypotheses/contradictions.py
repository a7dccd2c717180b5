"""X1-X13: published figures that contradict each other, beside what the data give under a stated definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.measures.counting import built_assembly
from geo.measures.hypotheses.rules import CANNOT_TELL, CONTRADICTED, SUPPORTED
from geo.schema import STUDY_SET_KINDS
from geo.schema.findings import CONTRADICTIONS

Tables = Mapping[str, Any]

JUAREZ = "08037"
#: A value within this share of another counts as the same; a year, within one year.
SAME, SAME_YEARS = 0.05, 1
#: Contradictions whose first measure the data can settle: by a counterexample (X3) or by arithmetic on the published
#: figures themselves (X4, X5). An inventory that is not the published list settles none of the others.
SETTLED_BY_DATA = frozenset({"X3", "X4", "X5"})

#: Contradiction -> (what is compared, the published figures of it). The first of each is drawn.
PUBLISHED: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "X1": (("year_of_first_count", ("FIG-001", "FIG-047")),),
    "X2": (("parks_2018", ("FIG-002", "FIG-045")), ("area_2018", ("FIG-003", "FIG-046"))),
    "X3": (("first_park", ("FIG-015", "FIG-206")),),
    "X4": (("parts_workers", ("FIG-027", "FIG-195")), ("auto_workers", ("FIG-019", "FIG-193")),
           ("assembly_share", ("FIG-021",))),
    "X5": (("rd_ratio", ("FIG-211",)), ("rd_total", ("FIG-207", "FIG-208")),
           ("rd_workers", ("FIG-209", "FIG-210"))),
    "X6": (("end_of_the_firms", ("FIG-212", "FIG-213")), ("told_of_the_firms", ("FIG-214", "FIG-215"))),
    "X7": (("born", ("FIG-216",)), ("mayor_from", ("FIG-217",))),
    "X8": (("parks_bermudez", ("FIG-014", "FIG-070", "FIG-218")), ("workers_bermudez", ("FIG-011", "FIG-219")),
           ("firms_bermudez", ("FIG-012", "FIG-220"))),
    "X9": (("assembly_plants", ("FIG-041", "FIG-044", "FIG-196", "FIG-221", "FIG-223")), ("makers", ("FIG-222",)),
           ("states_with_plants", ("FIG-042",))),
    "X10": (("parks_finsa", ("FIG-005", "FIG-010", "FIG-068", "FIG-224")),),
    "X11": (),
    "X12": (("small_firm", ("FIG-225", "FIG-226")),),
    "X13": (("parks_juarez", ("FIG-065", "FIG-227")),),
}  # fmt: skip
#: What a claim says is a year, where the figure itself counts something else.
DATED = frozenset({"year_of_first_count"})


def contradictions(tables: Tables) -> pd.DataFrame:
    """Return every published figure of each contradiction, what the data give, and how far apart they are.

    Parameters
    ----------
    tables
        The measured tables: claims, parks, developers, assembly_plants, national.

    Returns
    -------
    pandas.DataFrame
        finding_id, measure, kind (published, computed, derived, difference), figure_id, value, value_low, value_high,
        unit, year, what, place, source, definition, source_tables.

    Notes
    -----
    A published figure that the table ``claims`` does not have is left out, and a contradiction without any with it:
    what a study does not claim is not held against it. ``computed`` comes from the layers,
    ``derived`` from published figures alone, ``difference`` is the largest over the smallest published value.
    """
    claims = tables["claims"].set_index("figure_id")
    rows: list[dict[str, Any]] = []
    for finding, measures in PUBLISHED.items():
        own = [
            _published(claims, figure, measure) for measure, figures in measures for figure in figures
            if figure in claims.index
        ]  # fmt: skip
        if measures and not own:
            continue
        own += COMPUTED.get(finding, _nothing)(tables, claims)
        own += _differences(own)
        rows += [{"finding_id": finding, **each} for each in own]
    return pd.DataFrame(rows, columns=[column.name for column in CONTRADICTIONS.output_columns])


def settled(rows: pd.DataFrame) -> tuple[str, str]:
    """Return the verdict on a contradiction: what the data say about its first measure, and why.

    Notes
    -----
    Only where the data can settle it. ``supported``: the data's value is that of one published figure and of no other.
    ``contradicted``: it is that of none. Else it cannot be told, and the reason says whether there is no figure, no
    value of the data, one under another definition, or one that several published figures share.
    """
    if rows.empty:
        return CANNOT_TELL, "no_figures"
    first = rows[rows["measure"] == rows["measure"].iloc[0]]
    given = first[first["kind"] == "published"].dropna(subset=["value"]).drop_duplicates("value")
    own = first.loc[first["kind"].isin(["computed", "derived"]), "value"].dropna()
    if own.empty or given.empty:
        return CANNOT_TELL, "no_data"
    if rows["finding_id"].iloc[0] not in SETTLED_BY_DATA:
        return CANNOT_TELL, "other_definition"
    if first["measure"].iloc[0] == "first_park":
        # Only an earlier park refutes a first one; a later one tells nothing.
        refuted = given["value"].astype(float) > float(own.iloc[0]) + SAME_YEARS
        return (CONTRADICTED, "earlier_park") if refuted.any() else (CANNOT_TELL, "no_earlier_park")
    allowed = np.where(given["unit"] == "year", SAME_YEARS, SAME * float(own.iloc[0]))
    near = int(((given["value"].astype(float) - float(own.iloc[0])).abs() <= allowed).sum())
    if near == 1:
        return SUPPORTED, "near_one"
    return (CONTRADICTED, "near_none") if near == 0 else (CANNOT_TELL, "near_several")


def _published(claims: pd.DataFrame, figure: str, measure: str) -> dict[str, Any]:
    claim: Any = claims.loc[figure]
    source = claim["source_title"] if isinstance(claim["source_title"], str) else claim["source_url"]
    value, unit = claim["value"], claim["unit"]
    if measure in DATED:
        value, unit = _year(claims, figure), "year"
    return {
        "measure": measure, "kind": "published", "figure_id": figure, "value": value, "value_low": claim["value_low"],
        "value_high": claim["value_high"], "unit": unit, "year": claim["year"], "what": claim["what"],
        "place": claim["place"], "source": source, "definition": None, "source_tables": "claims",
    }  # fmt: skip


def _own(measure: str, definition: str, value: float | None, unit: str, *tables: str) -> dict[str, Any]:
    kind = "derived" if tables == ("claims",) else "computed"
    return {
        "measure": measure, "kind": kind, "definition": definition, "value": value, "unit": unit,
        "source_tables": "|".join(tables),
    }  # fmt: skip


def _differences(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return how many times the smallest published value the largest is; for years, how many years lie between."""
    table = pd.DataFrame([each for each in rows if each["kind"] == "published"])
    if table.empty:
        return []
    found = []
    for measure, group in table.groupby("measure", sort=False):
        values = group["value"].dropna().astype(float)
        if values.nunique() < 2:
            continue
        years = (group["unit"] == "year").all()
        value = values.max() - values.min() if years else values.max() / values.min()
        found.append({"measure": measure, "kind": "difference", "value": value, "unit": "years" if years else "times",
                      "source_tables": "claims"})  # fmt: skip
    return found


def _value(claims: pd.DataFrame, figure: str) -> float:
    return float(claims["value"].get(figure, np.nan))


def _year(claims: pd.DataFrame, figure: str) -> int | None:
    """Return the year a figure is published for; None where its date is more than a year, or it is not there."""
    date = str(claims["year"].get(figure))
    return int(date) if re.fullmatch(r"\d{4}", date) else None


def _growth(tables: Tables, claims: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the growth to the later count under both dates of the earlier, and the inventory's dated parks."""
    until = _year(claims, "FIG-002")
    opened = tables["parks"]["opened_year"].dropna().astype(int)
    rows = [_own("opened_by", "inventory_years_known", len(opened), "parks", "parks")]
    for figure, whose in (("FIG-001", "paper"), ("FIG-047", "other")):
        year = _year(claims, figure)
        if year is None:
            continue
        rows.append(_own("opened_by", f"inventory_opened_by_{whose}", int((opened <= year).sum()), "parks", "parks"))
        if until is None or until <= year:
            continue
        years = until - year
        rate = 100 * ((_value(claims, "FIG-002") / _value(claims, figure)) ** (1 / years) - 1)
        rows += [
            _own("growth", f"growth_from_{whose}", rate, "percent_per_year", "claims"),
            _own("growth_years", f"years_from_{whose}", years, "years", "claims"),
        ]
    return rows


def _inventory(tables: Tables, claims: pd.DataFrame) -> list[dict[str, Any]]:
    country = tables["national"].iloc[0]
    pairs = (("FIG-003", "FIG-002", "mean_area_paper"), ("FIG-046", "FIG-045", "mean_area_report"))
    means = [
        _own("mean_area", name, _value(claims, area) / _value(claims, parks), "ha", "claims")
        for area, parks, name in pairs
    ]
    return [
        _own("parks_2018", "inventory_study_set", country["parks_study_set"], "parks", "national"),
        _own("all_rows", "inventory_all", country["parks"], "parks", "national"),
        _own("area_known", "inventory_area_known", country["area_ha_known"], "ha", "national"),
        *means,
    ]


def _first(tables: Tables, _claims: pd.DataFrame) -> list[dict[str, Any]]:
    parks = tables["parks"].dropna(subset=["opened_year"])
    of_kind = parks.loc[parks["kind"].isin(STUDY_SET_KINDS), "opened_year"]
    return [
        _own(measure, definition, None if years.empty else int(years.min()), "year", "parks")
        for measure, definition, years in (
            ("first_park", "inventory_first_park", of_kind),
            ("first_of_any_kind", "inventory_first_year", parks["opened_year"]),
        )
    ]


def _parts(_tables: Tables, claims: pd.DataFrame) -> list[dict[str, Any]]:
    parts = _value(claims, "FIG-019") * (1 - _value(claims, "FIG-021") / 100)
    return [_own("parts_workers", "parts_of_auto_workers", parts, "workers", "claims")]


def _research(_tables: Tables, claims: pd.DataFrame) -> list[dict[str, Any]]:
    there, here = (
        1e6 * _value(claims, total) / _value(claims, workers)
        for total, workers in (("FIG-207", "FIG-209"), ("FIG-208", "FIG-210"))
    )
    if np.isnan(there) or np.isnan(here):
        return []
    return [
        _own("rd_ratio", "rd_ratio_recomputed", there / here, "times", "claims"),
        _own("rd_per_worker", "rd_per_worker_compared", there, "USD", "claims"),
        _own("rd_per_worker", "rd_per_worker_mexico", here, "USD", "claims"),
    ]


def _bermudez(tables: Tables, _claims: pd.DataFrame) -> list[dict[str, Any]]:
    park = tables["parks"].set_index("park_id").reindex(["chh-juarez-antonio-j-bermudez"]).iloc[0]
    return [
        *_holdings(tables, "bermudez", "parks_bermudez"),
        _own("workers_bermudez", "inventory_workers_reported", park["workers_reported"], "workers", "parks"),
        _own("firms_bermudez", "inventory_firms_reported", park["firms_reported"], "firms", "parks"),
    ]


def _finsa(tables: Tables, _claims: pd.DataFrame) -> list[dict[str, Any]]:
    return _holdings(tables, "finsa", "parks_finsa")


def _holdings(tables: Tables, developer: str, measure: str) -> list[dict[str, Any]]:
    found = tables["developers"].set_index("developer_id").reindex([developer]).iloc[0]
    return [
        _own(measure, f"{measure}_any", found["parks"], "parks", "developers"),
        _own("controlled", f"{measure}_controlled", found["parks_controlled"], "parks", "developers"),
    ]


def _plants(tables: Tables, _claims: pd.DataFrame) -> list[dict[str, Any]]:
    light = built_assembly(tables["assembly_plants"])
    light = light[light["segment"] == "light_vehicle"]
    return [
        _own("assembly_plants", "light_vehicle_plants", len(light), "plants", "assembly_plants"),
        _own("makers", "light_vehicle_makers", light["company"].nunique(), "makers", "assembly_plants"),
        _own("states_with_plants", "light_vehicle_states", light["state"].nunique(), "states", "assembly_plants"),
    ]


def _juarez(tables: Tables, _claims: pd.DataFrame) -> list[dict[str, Any]]:
    parks = tables["parks"]
    here = parks["cvegeo"] == JUAREZ
    return [
        _own("parks_juarez", "inventory_juarez", int((here & parks["study_set"]).sum()), "parks", "parks"),
        _own("juarez_all", "inventory_juarez_all", int(here.sum()), "parks", "parks"),
    ]


def _nothing(_tables: Tables, _claims: pd.DataFrame) -> list[dict[str, Any]]:
    return []


COMPUTED: Mapping[str, Callable[[Tables, pd.DataFrame], list[dict[str, Any]]]] = {
    "X1": _growth, "X2": _inventory, "X3": _first, "X4": _parts, "X5": _research, "X8": _bermudez, "X9": _plants,
    "X10": _finsa, "X13": _juarez,
}  # fmt: skip


def verdict_rows(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Return one row a contradiction for the table ``verdicts``."""
    for finding in PUBLISHED if len(table) else ():
        if PUBLISHED[finding] and not (table["finding_id"] == finding).any():
            continue
        verdict, reason = settled(table[table["finding_id"] == finding])
        yield {"finding_id": finding, "part": "overall", "role": "overall", "verdict": verdict, "reason": reason}
