"""The rows of a paper's tables: published rows selected, joined and sorted, and the facts that the notes name."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.export.paper_claims import claim_kind, counterpart, first_year, place_of
from geo.export.paper_model import Tables
from geo.export.style import Words

LEVELS = {
    "national": Words("país", "country"), "states": Words("entidad", "state"),
    "metro_areas": Words("ciudad", "city"),
}  # fmt: skip
"""Levels of the table on concentration, from large areas to small."""


def inventory(tables: Tables) -> dict[str, Any]:
    """Return the counts that every note on parks names."""
    country = tables["national"].iloc[0]
    return {
        "parks": f"{len(tables['parks']):,}",
        "study": f"{int(country['parks_study_set']):,}",
        "known": f"{int(country['parks_controller_known']):,}",
        "with_area": f"{int(country['parks_with_area']):,}",
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def developer_rows(tables: Tables) -> pd.DataFrame:
    """Return the parties with parks in the inventory or a published number of parks, those with most parks first."""
    records = tables["developer_records"]
    rows = tables["developers"].merge(records, on="developer_id", how="left", validate="one_to_one")
    rows = rows[(rows["parks"] > 0) | rows["reported_parks"].notna()]
    return rows.sort_values(["parks", "parks_controlled", "developer_id"], ascending=[False, False, True])


def park_rows(tables: Tables) -> pd.DataFrame:
    """Return a row a place and published count, and a row a state that nobody published a count of."""
    counts = tables["claims"][tables["claims"]["what"].map(claim_kind) == "parks"]
    rows: list[dict[str, Any]] = []
    for claim in _records(counts):
        place = place_of(tables, claim["place"])
        if place is not None:
            area = place[1].iloc[0]
            rows.append(_counted(place[0], area, tables) | claim | {"kind": claim["what"]})
    named = {row["area"] for row in rows if row["order"] == 1}
    states = tables["states"]
    rows += [_counted("states", area, tables) for _, area in states.iterrows() if area["name"] not in named]
    table = pd.DataFrame(
        rows, columns=["order", "area", "parks", "study", "value", "kind", "unit", "year", "source_title"]
    )
    table["first"] = table["year"].map(first_year)
    table = table.sort_values(["order", "area", "first"], kind="stable", ignore_index=True)
    # The country and one of its states may share a name.
    names = [
        name if order else Words(f"{name} (país)", f"{name} (country)")
        for name, order in zip(table["area"], table["order"], strict=True)
    ]
    return table.assign(area=pd.Series(names, dtype="object"))


def _counted(level: str, area: pd.Series, tables: Tables) -> dict[str, Any]:
    state = ""
    if level == "municipalities":
        names = tables["states"].set_index("cve_ent")["name"]
        state = f" ({names.get(area['cve_ent'], '')})"
    return {
        "order": ("national", "states", "municipalities").index(level), "area": f"{area['name']}{state}",
        "parks": area["parks"], "study": area["parks_study_set"],
    }  # fmt: skip


def concentration_rows(tables: Tables) -> pd.DataFrame:
    """Return country, states and metropolitan areas that hold a park of the study set."""
    parts = [tables[level].assign(level=level) for level in LEVELS]
    rows = pd.concat([part[part["parks_study_set"] > 0] for part in map(pd.DataFrame, parts)], ignore_index=True)
    order = rows["level"].map({level: at for at, level in enumerate(LEVELS)})
    return rows.assign(order=order).sort_values(
        ["order", "parks_study_set", "name"], ascending=[True, False, True], ignore_index=True
    )


def regression_rows(tables: Tables) -> pd.DataFrame:
    """Return the least-squares rows of the wage gradient."""
    rows = tables["wage_gradient"]
    return rows[rows["model"] == "ols"].reset_index(drop=True)


def claim_rows(tables: Tables) -> pd.DataFrame:
    """Return every claim with the run's figure of the like quantity beside it.

    First those that contradict each other, case by case, then the others that have a figure beside them.
    """
    cases = _cases(tables)
    rows = []
    for claim in _records(tables["claims"]):
        found = counterpart(tables, claim)
        beside: dict[str, Any] = dict.fromkeys(("data_value", "data_unit", "differs"))
        if found is not None:
            beside = {"data_value": found.value, "data_unit": found.unit, "differs": found.differs}
        case = cases.get(claim["figure_id"])
        order = (*(_case_order(case) if case else (10_000,)), found is None)
        rows.append(claim | beside | {"case": case, "order": order})
    rows.sort(key=lambda row: row["order"])
    return pd.DataFrame(rows)


def _cases(tables: Tables) -> dict[str, str]:
    """Return the contradictions that a published figure is part of, where the run has them: X1; X3."""
    if "contradictions" not in tables:
        return {}
    rows = tables["contradictions"].dropna(subset="figure_id").drop_duplicates(["figure_id", "finding_id"])
    joined = rows.groupby("figure_id")["finding_id"].agg("; ".join)
    return {str(figure): str(case) for figure, case in joined.items()}


def _case_order(case: str) -> tuple[int]:
    """Return the number of the first case: X2 comes before X10."""
    digits = "".join(sign for sign in case.split(";", maxsplit=1)[0] if sign.isdigit())
    return (int(digits or 0),)


def wage_facts(tables: Tables) -> dict[str, Any]:
    """Return n and the years of each period."""
    rows = regression_rows(tables)
    years = rows.groupby("period")["years"].first()
    return {"n": int(rows["n"].iloc[0]), "before": years.get("before", 0), "after": years.get("after", 0)}


def claim_facts(tables: Tables) -> dict[str, Any]:
    """Return how many claims there are and how many have a figure of the run beside them."""
    rows = claim_rows(tables)
    return inventory(tables) | {"claims": len(rows), "beside": int(rows["data_value"].notna().sum())}
