"""Agglomeration: where an industry stands thicker than industry as a whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.metrics._points import floats, require_sizes
from geo.metrics.autocorrelation import hot_spots, local_moran
from geo.metrics.clustering import clusters
from geo.metrics.density import kernel_density
from geo.metrics.potential import accessible_within, market_potential, self_distance_km

__all__ = [
    "EllisonGlaeser",
    "accessible_within",
    "clusters",
    "ellison_glaeser",
    "hot_spots",
    "kernel_density",
    "local_moran",
    "location_quotient",
    "market_potential",
    "self_distance_km",
]


class EllisonGlaeser(NamedTuple):
    """The Ellison-Glaeser index of an industry and what it is made of.

    Attributes
    ----------
    gamma
        Index: 0 on average for plants thrown at random, near 1 for all in one region that has little else.
    g
        Raw geographic concentration.
    h
        Herfindahl index of the plants' sizes.
    z
        Standard deviations of ``g`` from its mean under random location.
    plants
        Plants that counted.
    """

    gamma: float
    g: float
    h: float
    z: float
    plants: int


def location_quotient(local: pd.Series, local_total: pd.Series, *, national: float, national_total: float) -> pd.Series:
    r"""Return the location quotient of an industry by area.

    The industry's share of the area's plants over its share of the country's: above 1 the area is specialised in it.

    .. math:: LQ_{sj} = \frac{E_{sj} / E_s}{E_j / E}

    Parameters
    ----------
    local
        Plants (or jobs) of the industry by area, index the areas.
    local_total
        All plants (or jobs) by area, same index.
    national
        Plants of the industry in the country.
    national_total
        All plants in the country.

    Returns
    -------
    pandas.Series
        Ratio, float64, same index, named ``location_quotient``; missing in an area without plants, and everywhere
        where the country has none of the industry.

    Raises
    ------
    ValueError
        If the indices differ.

    Notes
    -----
    Small denominators make it jump: read it with the number of plants beside it.

    References
    ----------
    Isard, W. (1960). Methods of Regional Analysis. MIT Press.

    Examples
    --------
    >>> one = pd.Series([1714.0])
    >>> lq = location_quotient(one, pd.Series([79006.0]), national=879213, national_total=15593224)
    >>> float(lq.iloc[0].round(7))
    0.3847623
    """
    if not local.index.equals(local_total.index):
        raise ValueError("The indices of local and local_total differ; align them first.")
    total = local_total.astype(float).where(local_total > 0)
    base = national / national_total if national > 0 and national_total > 0 else np.nan
    return (local.astype(float) / total / base).rename("location_quotient")


def ellison_glaeser(
    plants: pd.DataFrame | pd.Series, region_totals: pd.Series, *, times: ArrayLike | None = None
) -> EllisonGlaeser:
    r"""Measure whether an industry's plants stand closer together than its few large plants alone explain.

    Plants thrown like darts at a board, a region being hit in proportion to all industry, give 0 on average, however
    unequal they are. Above 0 they attract each other or the same advantages; below, they keep apart.

    .. math::
        \gamma = \frac{G - (1 - \sum_r x_r^2) H}{(1 - \sum_r x_r^2)(1 - H)}, \qquad
        G = \sum_r (s_r - x_r)^2, \quad H = \sum_k z_k^2

    with s the regions' shares of the industry, x their shares of all industry, z the plants' shares of the industry.
    Under random location E(G) = (1 - sum x^2) H, and

    .. math::
        Var(G) = 2 \Bigl\{ H^2 \bigl[\textstyle\sum x^2 - 2 \sum x^3 + (\sum x^2)^2\bigr]
        - \sum_k z_k^4 \bigl[\sum x^2 - 4 \sum x^3 + 3 (\sum x^2)^2\bigr] \Bigr\}

    Parameters
    ----------
    plants
        One row a plant with columns ``region`` and ``size`` (workers, hectares; 1 to count); or a Series of sizes
        whose index is the regions.
    region_totals
        Size of all industry by region, same unit or any other, index the regions; regions without a plant too.
    times
        How many plants of that size and region each row stands for; None for one each.

    Returns
    -------
    EllisonGlaeser
        gamma, g, h, z and the number of plants.

    Raises
    ------
    ValueError
        If a size or total is negative or infinite, a total is missing, regions repeat in ``region_totals``, or a plant
        is in a region that is not there.

    Notes
    -----
    Regions are matched by label, never by order. A plant without region or size, or of size 0, does not count. No
    plant: all nan. One plant: h is 1 and gamma nan, as there is nothing to stand together with. All industry in one
    region: gamma and z nan. A region whose total is 0 counts as one no dart can hit.

    A plant counts at one place: coordinates do not matter, and the zoning does. Sizes taken from bands bias h.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997). Geographic Concentration in U.S. Manufacturing Industries: A Dartboard
    Approach. Journal of Political Economy 105(5).

    Examples
    --------
    Farhauer and Kröll's example, ten plants in three regions:

    >>> sizes = [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000]
    >>> towns = ["Wien"] * 5 + ["Linz"] * 4 + ["Graz"]
    >>> totals = pd.Series({"Graz": 100_000, "Linz": 400_000, "Wien": 500_000})
    >>> round(ellison_glaeser(pd.Series(sizes, index=towns), totals).gamma, 8)
    0.05990628
    """
    share, of_plants, many = _region_shares(plants, region_totals, times)
    count = round(float(many.sum()))
    if count == 0 or not share.sum() > 0:
        return EllisonGlaeser(float("nan"), float("nan"), float("nan"), float("nan"), count)
    x = share.to_numpy()
    z = of_plants.to_numpy()
    s = (of_plants * many).groupby(level=0).sum().reindex(share.index, fill_value=0.0).to_numpy()
    x2, x3 = float(np.sum(x**2)), float(np.sum(x**3))
    g, h = float(np.sum((s - x) ** 2)), float(np.sum(many * z**2))
    variance = 2 * (h**2 * (x2 - 2 * x3 + x2**2) - float(np.sum(many * z**4)) * (x2 - 4 * x3 + 3 * x2**2))
    excess, room = g - (1 - x2) * h, (1 - x2) * (1 - h)
    return EllisonGlaeser(
        gamma=excess / room if room > 1e-12 else float("nan"),
        g=g,
        h=h,
        z=excess / variance**0.5 if variance > 1e-12 * h**2 else float("nan"),
        plants=count,
    )


def _region_shares(
    plants: pd.DataFrame | pd.Series, region_totals: pd.Series, times: ArrayLike | None
) -> tuple[pd.Series, pd.Series, NDArray[np.float64]]:
    """Return the regions' shares of all industry, the plants' of theirs by region, and how many plants each is."""
    if region_totals.index.has_duplicates:
        raise ValueError("Regions repeat in region_totals; give each region one total.")
    totals = pd.Series(floats(region_totals), index=region_totals.index)
    if totals.isna().any():
        raise ValueError(f"{totals.isna().sum()} regions have no total; complete region_totals.")
    require_sizes(floats(totals), "Region totals")
    if isinstance(plants, pd.DataFrame):
        lacking = {"region", "size"} - set(plants.columns)
        if lacking:
            raise ValueError(f"plants has no column {', '.join(sorted(lacking))}; give it region and size.")
        plants = plants.set_index("region")["size"]
    size = floats(plants)
    require_sizes(size, "Plant sizes")
    many = np.ones(len(size)) if times is None else np.asarray(times, dtype=np.float64)
    if many.shape != size.shape:
        raise ValueError(f"times has {many.size} values for {size.size} plants; give one for each.")
    require_sizes(many, "Numbers of plants")
    known = (size > 0) & (many > 0) & plants.index.notna()
    sizes = pd.Series(size[known], index=plants.index[known])
    unknown = sizes.index.difference(totals.index)
    if len(unknown):
        raise ValueError(f"Plants are in {len(unknown)} regions without a total, such as {unknown[:3].tolist()}.")
    return totals / totals.sum(), sizes / float(np.sum(sizes.to_numpy() * many[known])), many[known]
