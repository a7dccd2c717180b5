"""What an area holds and how concentrated its parks are: one row an area, for any way of cutting the country."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.metrics.agglomeration import location_quotient
from geo.metrics.concentration import concentration_ratio, herfindahl, ownership_bounds

#: Column of establishments that stand for several plants each: how many.
COUNT = "plants"

INDICES: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "hhi": herfindahl,
    "cr4": partial(concentration_ratio, k=4),
}


@dataclass(frozen=True)
class AreaInputs:
    """Tables that are counted by area; each carries a column for every way of cutting the country.

    Attributes
    ----------
    parks
        All parks: park_id, study_set, located, area_ha, plants_registered.
    held
        Controllers of parks: park_id, developer_id, share (shares of a park sum to 1).
    establishments
        Register plants without duplicates: scian, manufacturing; one row a plant, or one row for as many as its column
        ``plants`` says.
    auto_parts, assembly
        Auto-parts plants and assembly plants that count.
    """

    parks: pd.DataFrame
    held: pd.DataFrame
    establishments: pd.DataFrame
    auto_parts: pd.DataFrame
    assembly: pd.DataFrame


def area_metrics(
    inputs: AreaInputs, *, by: str, areas: pd.Index, industries: tuple[str, ...], base: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count parks and plants and measure ownership and specialisation by area.

    Parameters
    ----------
    inputs
        What is counted.
    by
        Column of every table that names the area of a row; rows without an area count nowhere.
    areas
        Codes of all areas, also of those that hold nothing.
    industries
        SCIAN codes (or their beginnings) to take location quotients of.
    base
        Establishments of the whole country, where ``inputs`` holds a part of them only.

    Returns
    -------
    pandas.DataFrame
        Index ``areas``; counts are whole numbers (0 where there is nothing), indices in [0, 1] and missing where
        there is no park to measure. Ownership is on the study set, a park of several controllers shared out equally.

    Notes
    -----
    Location quotients are by establishments with all manufacturing plants of the register as base.
    """
    parks, plants = inputs.parks, inputs.establishments
    study = parks[parks["study_set"]]
    sized = study[study["area_ha"].notna()]
    count = partial(_count, by=by, areas=areas)
    manufacturing = plants[plants["manufacturing"]]
    whole = manufacturing if base is None else base[base["manufacturing"]]
    table = pd.DataFrame(
        {
            "parks": count(parks),
            "parks_study_set": count(study),
            "parks_not_located": count(parks[~parks["located"]]),
            "area_ha_known": sized.groupby(by)["area_ha"].sum().reindex(areas),
            "parks_with_area": count(sized),
            "plants_in_parks": study.groupby(by)["plants_registered"].sum(min_count=1).reindex(areas, fill_value=0),
            "establishments": count(plants),
            "manufacturing_establishments": count(manufacturing),
            "auto_parts_plants": count(inputs.auto_parts),
            "assembly_plants": count(inputs.assembly),
        },
        index=areas,
    )
    table = table.join(_ownership(study, inputs.held, by=by, areas=areas))
    for code in industries:
        industry = manufacturing[manufacturing["scian"].str.startswith(code, na=False)]
        table[f"establishments_{code}"] = count(industry)
        table[f"lq_{code}"] = location_quotient(
            table[f"establishments_{code}"],
            table["manufacturing_establishments"],
            national=total(whole[whole["scian"].str.startswith(code, na=False)]),
            national_total=total(whole),
        )
    return table


def total(rows: pd.DataFrame) -> int:
    """Return how many plants rows stand for."""
    return int(rows[COUNT].sum()) if COUNT in rows else len(rows)


def totals(rows: pd.DataFrame, by: str) -> pd.Series:
    """Return how many plants rows stand for by area, index the areas that have any."""
    groups = rows.groupby(by)
    return groups[COUNT].sum() if COUNT in rows else groups.size()


def _count(rows: pd.DataFrame, *, by: str, areas: pd.Index) -> pd.Series:
    return totals(rows, by).reindex(areas, fill_value=0)


def _ownership(study: pd.DataFrame, held: pd.DataFrame, *, by: str, areas: pd.Index) -> pd.DataFrame:
    """Measure the concentration of controllers by area, as the interval that unknown ones leave."""
    holdings = study[["park_id", by, "area_ha"]].merge(held, on="park_id", how="left", validate="one_to_many")
    share = holdings["share"].fillna(1.0)
    holdings = holdings.assign(count=share, ha=share * holdings["area_ha"])
    known = holdings[holdings["developer_id"].notna()]
    total = _count(study, by=by, areas=areas)
    with_controller = known.groupby(by)["park_id"].nunique().reindex(areas, fill_value=0)
    rows = {area: _bounds(group) for area, group in holdings.groupby(by)}
    names = [f"owner_{index}_{size}_{end}" for index in INDICES for size in ("count", "ha") for end in ("low", "high")]
    return pd.DataFrame(
        {
            "developers": known.groupby(by)["developer_id"].nunique().reindex(areas, fill_value=0),
            "parks_controller_known": with_controller,
            "controller_known_share": with_controller / total.where(total > 0),
        }
    ).join(pd.DataFrame.from_dict(rows, orient="index", columns=names).reindex(areas))


def _bounds(holdings: pd.DataFrame) -> list[float]:
    owners = holdings["developer_id"].to_numpy(object)
    return [
        value
        for index in INDICES.values()
        for size in ("count", "ha")
        for value in ownership_bounds(holdings[size].to_numpy(float), owners, index=index)
    ]
