"""A network of streets with lengths and minutes, one-way where the street is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from geo.errors import ChoiceError
from geo.geodesy import GEODETIC_CRS, distance_km, planar_crs
from geo.streets.speeds import ACCESS_KMH

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
By = Literal["minutes", "km"]

# Costs held at once while pairs are searched: 80 MB.
_BLOCK_COSTS = 10_000_000
# Nearer than this to the end of a street is at the end: a millimetre.
_NODE_KM = 1e-6


@dataclass(frozen=True)
class Access:
    """Where points meet the network.

    Attributes
    ----------
    street
        Row of the street; -1 where the point is missing or too far from all.
    share
        Part of the street behind the foot, from 0 to 1.
    leg_km
        Length of the straight leg to the foot.
    """

    street: Integers
    share: Floats
    leg_km: Floats


class _Search(NamedTuple):
    """The network with points and targets hung onto it, turned round so that one searches from the targets."""

    graph: Any
    other: dict[str, Floats]
    keys: Integers
    first_point: int
    first_target: int


class Streets:
    """Streets between nodes, each with its length and the minutes it takes, either way.

    Parameters
    ----------
    table
        One row a street: ``u``, ``v`` (node numbers from 0), ``km``, ``minutes`` (from u to v), ``minutes_back`` (from
        v to u, missing where one may not) and a line from u to v.
    access_leg_km
        Farthest straight leg between a point and the network; points farther away reach nothing.
    access_kmh
        Speed on that leg.
    note
        What the network is and which speeds it assumes.

    Raises
    ------
    ValueError
        If a length or time is negative, or missing where it may not be.

    Notes
    -----
    A point meets the network at the nearest place of the nearest street (the first at a tie), in the plane of
    EPSG:6372; the leg is the geodesic to it. On a one-way street it goes on only the way the street runs. What cannot
    be reached has no distance, never 0.
    """

    def __init__(
        self, table: gpd.GeoDataFrame, *, access_leg_km: float = 50.0, access_kmh: float = ACCESS_KMH, note: str = ""
    ) -> None:
        self.table = table.reset_index(drop=True)
        self.access_leg_km, self.access_kmh, self.note = access_leg_km, access_kmh, note
        self.u, self.v = self.table["u"].to_numpy(np.int64), self.table["v"].to_numpy(np.int64)
        self.km = self.table["km"].to_numpy(np.float64)
        ahead = self.table["minutes"].to_numpy(np.float64)
        back = self.table["minutes_back"].to_numpy(np.float64)
        if not ((self.km >= 0).all() and (ahead >= 0).all() and not (back < 0).any()):
            raise ValueError("Lengths and minutes of streets must be 0 or more; only minutes_back may be missing.")
        #: Cost of a whole street from u to v and from v to u, infinite where one may not.
        self.ahead = {"minutes": ahead, "km": self.km}
        self.back = {
            name: np.where(np.isnan(back), np.inf, cost) for name, cost in (("minutes", back), ("km", self.km))
        }
        self.shapes = self.table.to_crs(planar_crs()).geometry.to_numpy()
        self.nodes = int(max(self.u.max(), self.v.max())) + 1 if len(self.table) else 0
        self._tree = shapely.STRtree(self.shapes)
        self._graphs: dict[str, Any] = {}

    def access(self, lon: ArrayLike, lat: ArrayLike) -> Access:
        """Return where points meet the network."""
        x, y = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (lon, lat))
        street = np.full(x.size, -1, dtype=np.int64)
        share, leg = np.full(x.size, np.nan), np.full(x.size, np.nan)
        given = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if not given.size or not len(self.table):
            return Access(street, share, leg)
        to_planar = Transformer.from_crs(GEODETIC_CRS, planar_crs(), always_xy=True)
        points = shapely.points(*to_planar.transform(x[given], y[given]))
        row, hit = self._tree.query_nearest(points, all_matches=True)
        nearest = np.full(given.size, len(self.shapes), dtype=np.int64)
        np.minimum.at(nearest, row, hit)
        lines = self.shapes[nearest]
        part = shapely.line_locate_point(lines, points, normalized=True)
        feet = shapely.line_interpolate_point(lines, part, normalized=True)
        foot = to_planar.transform(shapely.get_x(feet), shapely.get_y(feet), direction="INVERSE")
        leg[given] = distance_km(x[given], y[given], *foot)
        near = leg[given] <= self.access_leg_km
        # A foot at the end of a street stands on the node, where every street of the node begins.
        part = np.where(part * self.km[nearest] < _NODE_KM, 0.0, part)
        part = np.where((1 - part) * self.km[nearest] < _NODE_KM, 1.0, part)
        street[given[near]], share[given[near]] = nearest[near], part[near]
        leg[street < 0] = np.nan
        return Access(street, share, leg)

    def nearest(
        self, lon: ArrayLike, lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike, *, by: By = "minutes"
    ) -> pd.DataFrame:
        """Return the target that each point reaches soonest, with the minutes and kilometres of the way there.

        Parameters
        ----------
        lon, lat
            Points in degrees.
        to_lon, to_lat
            Targets in degrees.
        by
            What is least: minutes or km.

        Returns
        -------
        pandas.DataFrame
            ``target`` (position, -1 where none is reached), ``minutes`` and ``km`` along the chosen way, NaN there;
            row labels from 0.

        Raises
        ------
        geo.errors.ChoiceError
            If no target is near the network.

        Notes
        -----
        The way goes from the point to the target; one-way streets make the other way longer or shorter.
        """
        from scipy.sparse.csgraph import dijkstra

        here, there = self.access(lon, lat), self.access(to_lon, to_lat)
        self._require_targets(there)
        search = self._search(here, there, by)
        targets = search.first_target + np.arange(there.street.size)
        cost, before, root = dijkstra(
            search.graph, directed=True, indices=targets, min_only=True, return_predecessors=True
        )
        along = _along(search, before, "km" if by == "minutes" else "minutes")
        rows = search.first_point + np.arange(here.street.size)
        reached = np.isfinite(cost[rows])
        found = {by: np.where(reached, cost[rows], np.nan), "km" if by == "minutes" else "minutes":
                 np.where(reached, along[rows], np.nan)}  # fmt: skip
        target = np.where(reached, root[rows] - search.first_target, -1)
        return pd.DataFrame({"target": target.astype(np.int64), "minutes": found["minutes"], "km": found["km"]})

    def least(self, here: Access, there: Access, *, by: By) -> Floats:
        """Return the least cost from each point to any target, both met with the network before; NaN for none.

        The same as ``nearest``, faster where one asks many times.
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        self._require_targets(there)
        base = self._turned(by)
        # All targets are one node more, from which the ends of their streets are reached at what is left to go.
        ends = self._ends(there, 0, leaving=False)[["start", by]]
        ends = ends[np.isfinite(ends[by])].groupby("start")[by].min()
        indptr = np.append(base.indptr, base.indptr[-1] + len(ends)).astype(np.int32)
        indices = np.concatenate([base.indices, ends.index.to_numpy()]).astype(np.int32)
        graph = csr_array((np.concatenate([base.data, ends.to_numpy()]), indices, indptr), shape=(self.nodes + 1,) * 2)
        cost = dijkstra(graph, directed=True, indices=self.nodes)[: self.nodes]
        leaving = self._ends(here, 0, leaving=True)
        found = np.full(here.street.size, np.inf)
        np.minimum.at(found, leaving["start"].to_numpy(), leaving[by].to_numpy() + cost[leaving["to"].to_numpy()])
        along = self._same_street(here, there, 0, 0)
        np.minimum.at(found, along["start"].to_numpy(), along[by].to_numpy())
        return np.where(np.isfinite(found), found, np.nan)

    def _turned(self, by: By) -> Any:
        """Return the streets turned round, the cheapest of parallel ones, made once."""
        from scipy.sparse import csr_array

        if by not in self._graphs:
            table = self._street_edges()
            table = table[np.isfinite(table[by])].sort_values(["to", "start", by], kind="stable")
            table = table.drop_duplicates(["to", "start"])
            pairs = (table["to"].to_numpy(), table["start"].to_numpy())
            self._graphs[by] = csr_array((table[by].to_numpy(), pairs), shape=(self.nodes, self.nodes))
        return self._graphs[by]

    def top_kmh(self) -> float:
        """Return the greatest speed anywhere, legs included."""
        slow = self.ahead["minutes"] > 0
        fastest = (self.km[slow] * 60 / np.fmin(self.ahead["minutes"], self.back["minutes"])[slow]).max(initial=0.0)
        return float(max(fastest, self.access_kmh))

    def pairs(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        to_lon: ArrayLike,
        to_lat: ArrayLike,
        *,
        by: By = "minutes",
        within: float = np.inf,
    ) -> tuple[Integers, Integers, Floats]:
        """Return every pair of a point and a target that it reaches within so much, inclusive.

        Returns
        -------
        i, j : ndarray
            Positions of point and target, ascending by i, then j; pairs that are not connected are not there.
        cost : ndarray
            Minutes or km.

        Raises
        ------
        geo.errors.ChoiceError
            If no target is near the network.
        """
        from scipy.sparse.csgraph import dijkstra

        here, there = self.access(lon, lat), self.access(to_lon, to_lat)
        self._require_targets(there)
        search = self._search(here, there, by)
        size, points = search.graph.shape[0], np.arange(here.street.size)
        parts = []
        for block in np.array_split(np.arange(there.street.size), -(-size * there.street.size // _BLOCK_COSTS) or 1):
            limit = float(np.nextafter(within, np.inf))
            cost = dijkstra(search.graph, directed=True, indices=search.first_target + block, limit=limit)
            cost = cost[:, search.first_point + points]
            column, row = np.nonzero(cost <= min(within, np.finfo(float).max))
            parts.append((row, block[column], cost[column, row]))
        i, j, cost = (np.concatenate([part[k] for part in parts]) for k in range(3))
        order = np.lexsort((j, i))
        return i[order].astype(np.int64), j[order].astype(np.int64), cost[order]

    def costs_to(self, lon: float, lat: float, *, by: By) -> tuple[Floats, Access]:
        """Return the cost from every node to one target, infinite where there is no way, and where it stands."""
        from scipy.sparse.csgraph import dijkstra

        there = self.access(lon, lat)
        self._require_targets(there)
        nobody = Access(np.empty(0, np.int64), np.empty(0), np.empty(0))
        search = self._search(nobody, there, by)
        cost = dijkstra(search.graph, directed=True, indices=search.first_target)
        return cost[: self.nodes], there

    def leg_cost(self, km: Floats, by: By) -> Floats:
        """Return the cost of straight legs."""
        return np.asarray(km * 60 / self.access_kmh if by == "minutes" else km, dtype=np.float64)

    def _require_targets(self, there: Access) -> None:
        if not (there.street >= 0).any():
            raise ChoiceError(
                f"None of the {there.street.size} facilities lies within {self.access_leg_km:g} km of the network; "
                "take the network of their state, or a longer access leg."
            )

    def _search(self, here: Access, there: Access, by: By) -> _Search:
        """Hang points and targets onto the network; of parallel edges the cheapest counts."""
        from scipy.sparse import csr_array

        first_point, first_target = self.nodes, self.nodes + here.street.size
        size = first_target + there.street.size
        edges = [self._street_edges(), self._ends(here, first_point, leaving=True),
                 self._ends(there, first_target, leaving=False), self._same_street(here, there, first_point,
                                                                                    first_target)]  # fmt: skip
        table = pd.concat(edges, ignore_index=True)
        table = table[np.isfinite(table[by])]
        # Turned round: searching from a target finds the ways that lead to it.
        table = table.sort_values(["to", "start", by], kind="stable").drop_duplicates(["to", "start"])
        start, to = table["start"].to_numpy(np.int64), table["to"].to_numpy(np.int64)
        graph = csr_array((table[by].to_numpy(), (to, start)), shape=(size, size))
        # Old and new scipy differ in the width of indices; dijkstra takes 32 bits.
        graph.indices, graph.indptr = graph.indices.astype(np.int32), graph.indptr.astype(np.int32)
        other = {name: table[name].to_numpy(np.float64) for name in ("minutes", "km")}
        return _Search(graph, other, to * size + start, first_point, first_target)

    def _street_edges(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "start": np.concatenate([self.u, self.v]),
                "to": np.concatenate([self.v, self.u]),
                "minutes": np.concatenate([self.ahead["minutes"], self.back["minutes"]]),
                "km": np.concatenate([self.ahead["km"], self.back["km"]]),
            }
        )

    def _ends(self, access: Access, first: int, *, leaving: bool) -> pd.DataFrame:
        """Return edges between points and the ends of their streets."""
        rows = np.flatnonzero(access.street >= 0)
        street, share = access.street[rows], access.share[rows]
        self_node = first + rows
        parts = []
        # A leaving point goes on to v by the rest of the street, or back to u; an arriving one comes from u or v.
        for node, part, cost in (
            (self.v, 1 - share, self.ahead) if leaving else (self.u, share, self.ahead),
            (self.u, share, self.back) if leaving else (self.v, 1 - share, self.back),
        ):
            ends = {"start": self_node, "to": node[street]} if leaving else {"start": node[street], "to": self_node}
            costs = {
                name: _part_of(part, cost[name][street]) + self.leg_cost(access.leg_km[rows], name)
                for name in ("minutes", "km")
            }
            parts.append(pd.DataFrame(ends | costs))
        return pd.concat(parts, ignore_index=True)

    def _same_street(self, here: Access, there: Access, first_point: int, first_target: int) -> pd.DataFrame:
        """Return edges straight along a street from a point to a target that both stand on."""
        frames = []
        for access, first in ((here, first_point), (there, first_target)):
            frame = pd.DataFrame({"street": access.street, "share": access.share, "leg": access.leg_km})
            frames.append(frame.assign(node=first + np.arange(len(frame)))[frame["street"] >= 0])
        both = frames[0].merge(frames[1], on="street", suffixes=("", "_to"))
        street, on = both["street"].to_numpy(np.int64), (both["share_to"] - both["share"]).to_numpy(np.float64)
        legs = (both["leg"] + both["leg_to"]).to_numpy(np.float64)
        costs = {
            name: np.where(on >= 0, _part_of(on, self.ahead[name][street]), _part_of(-on, self.back[name][street]))
            + self.leg_cost(legs, name)
            for name in ("minutes", "km")
        }
        return pd.DataFrame({"start": both["node"], "to": both["node_to"]} | costs)


def _part_of(share: Floats, cost: Floats) -> Floats:
    """Return the cost of a part of a street; infinite where it may not be travelled, unless for none of it."""
    known = np.isfinite(cost)
    return np.where(known | (share == 0), share * np.where(known, cost, 0.0), np.inf)


def _along(search: _Search, before: NDArray[np.int32], name: str) -> Floats:
    """Return another cost along the ways found, by doubling the pointers to the step before."""
    size = before.size
    node = np.flatnonzero(before >= 0)
    total = np.zeros(size)
    # The graph is turned round: its entry (step before, node) is the street from the node on.
    order = np.argsort(search.keys, kind="stable")
    place = order[np.searchsorted(search.keys[order], before[node].astype(np.int64) * size + node)]
    total[node] = search.other[name][place]
    pointer = np.where(before >= 0, before, np.arange(size)).astype(np.int64)
    while True:
        following = pointer[pointer]
        if (following == pointer).all():
            return total
        total = total + np.where(following == pointer, 0.0, total[pointer])
        pointer = following
