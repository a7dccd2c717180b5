"""What the parks hold for each person within reach: plants, hectares or jobs a thousand people."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.demand import Demand
from geo.errors import ChoiceError
from geo.geodesy import pairs_within
from geo.join import coordinates
from geo.measures.reach import Within
from geo.metrics.accessibility import gravity_access, two_step_catchment
from geo.metrics.siting import Costs
from geo.streets import Streets
from geo.streets.graph import By

#: Columns of the layer parks that may be what is shared out.
SUPPLIES = ("workers_reported", "plants_registered", "area_ha", "firms_reported")
PER_PEOPLE = 1000.0


@dataclass(frozen=True)
class Access:
    """The answer, and what it could not use.

    Attributes
    ----------
    places
        id, name, cvegeo, lon, lat, weight, access (supply a thousand of the demand), one row a demand point.
    summary
        One row: supply known, parks with it, parks without it, parks without a point, weight with any access, and the
        mean access weighted by people.
    supply, within
        What was asked.
    """

    places: pd.DataFrame
    summary: pd.DataFrame
    supply: str
    within: Within


def measure_access(
    demand: Demand,
    parks: gpd.GeoDataFrame,
    supply: str,
    within: Within,
    *,
    streets: Streets | None = None,
    theta: float | None = None,
    gravity: bool = False,
) -> Access:
    """Measure how much of the parks' supply there is for each person, shared with all others in reach.

    Parameters
    ----------
    demand
        Who shares, in the whole country or at least as far around as the reach: who is left out shares nothing.
    parks
        Parks with points in EPSG:4326 and the column of supply; rows without a point or supply are left out and told.
    supply
        One of ``SUPPLIES``, or another column of numbers.
    within
        The catchment; for gravity the farthest pair that counts.
    streets
        A network, for minutes.
    theta
        Cost at which a person counts 37 %; gravity needs one.
    gravity
        The gravity potential instead of the two-step catchment.

    Raises
    ------
    geo.errors.ChoiceError
        If the column is not there, no park has supply and a point, or a network or theta is missing.
    """
    if supply not in parks:
        raise ChoiceError(f"--supply {supply}: parks have no such column; take one of {', '.join(SUPPLIES)}.")
    if within.by_road and streets is None:
        raise ChoiceError(f"--within {within} is by road: it needs a network of roads.")
    if gravity and theta is None:
        raise ChoiceError("The gravity potential needs theta, the cost at which a person counts 37 %.")
    amount = parks[supply].to_numpy(np.float64, na_value=np.nan)
    located, known = parks.geometry.notna().to_numpy(), amount > 0
    used = located & known
    if not used.any():
        raise ChoiceError(f"No located park has a known {supply}.")
    lon, lat = coordinates(parks[used])
    if within.by_road and streets is not None:
        by: By = "minutes" if within.unit == "min" else "km"
        found = streets.pairs(demand.lon, demand.lat, lon, lat, by=by, within=within.amount)
    else:
        found = pairs_within(demand.lon, demand.lat, lon, lat, within.amount)
    costs = Costs(*found, (len(demand.table), int(used.sum())))
    if gravity and theta is not None:
        share = gravity_access(costs, demand.weight, amount[used], theta=theta)
    else:
        share = two_step_catchment(costs, demand.weight, amount[used], within=within.amount, theta=theta)
    places = demand.table.assign(access=share.to_numpy() * PER_PEOPLE)
    total = float(demand.weight.sum())
    summary = pd.DataFrame(
        {
            "supply": [float(amount[used].sum())],
            "parks_with_supply": [int(used.sum())],
            "parks_without_supply": [int((located & ~known).sum())],
            "parks_without_point": [int((~located).sum())],
            "weight_with_access": [float(demand.weight[share.to_numpy() > 0].sum())],
            "mean_access": [float(demand.weight @ places["access"].to_numpy()) / total],
        }
    )
    return Access(places, summary, supply, within)
