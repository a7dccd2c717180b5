"""Two coverages side by side: who gains a park within reach, who loses it, and where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.errors import ChoiceError
from geo.measures.coverage import Coverage


@dataclass(frozen=True)
class Comparison:
    """What differs between two coverages.

    Attributes
    ----------
    summary
        One row: total, covered_first, covered_second, gained, lost, share_first, share_second, share_difference.
    municipalities
        cvegeo, municipality, state, total, covered_first, covered_second, gained, lost; those that change, most changed
        first.
    places
        id, name, cvegeo, lon, lat, weight, covered_first, covered_second, nearest_id and nearest_km of both; those that
        change.
    """

    summary: pd.DataFrame
    municipalities: pd.DataFrame
    places: pd.DataFrame


def compare_coverage(first: Coverage, second: Coverage) -> Comparison:
    """Return what differs between two coverages of the same demand and reach.

    Raises
    ------
    geo.errors.ChoiceError
        If the demand, the area or the reach differ: the difference would not be the facilities'.

    Notes
    -----
    Both have the same demand, so the difference of the shares is exact for the points as given; location errors are
    those of each coverage's own interval.
    """
    before, after = first.places, second.places
    same = before["id"].equals(after["id"]) and before["weight"].equals(after["weight"])
    if not same or first.within != second.within:
        raise ChoiceError("The two coverages are not of the same demand, area and reach: they cannot be compared.")
    weight, was, now = before["weight"], before["covered"], after["covered"]
    table = before[["id", "name", "cvegeo", "lon", "lat", "weight"]].assign(
        covered_first=was,
        covered_second=now,
        nearest_id_first=before["nearest_id"],
        nearest_id_second=after["nearest_id"],
        nearest_km_first=before["nearest_km"],
        nearest_km_second=after["nearest_km"],
    )
    sums = pd.DataFrame(
        {
            "total": weight,
            "covered_first": weight.where(was, 0.0),
            "covered_second": weight.where(now, 0.0),
            "gained": weight.where(now & ~was, 0.0),
            "lost": weight.where(was & ~now, 0.0),
        }
    )
    towns = sums.groupby(before["cvegeo"]).sum()
    towns = towns[(towns["gained"] > 0) | (towns["lost"] > 0)].rename_axis("cvegeo").reset_index()
    names = first.municipalities.set_index("cvegeo")[["municipality", "state"]].reindex(towns["cvegeo"])
    for place, name in enumerate(names.columns, start=1):
        towns.insert(place, name, names[name].to_numpy())
    order = np.lexsort((towns["cvegeo"], -(towns["gained"] + towns["lost"])))
    whole = sums.sum().to_frame().T
    shares = {f"share_{end}": whole[f"covered_{end}"] / whole["total"] for end in ("first", "second")}
    whole = whole.assign(**shares, share_difference=shares["share_second"] - shares["share_first"])
    return Comparison(whole, towns.iloc[order].reset_index(drop=True), table[was != now].reset_index(drop=True))
