"""Two inventories of parks side by side: which parks are the same, new, gone, moved or renamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.geodesy import distance_km, pairs_within
from geo.inventory.grouping import FAMILIES, SAME_SCORE, contains, likeness
from geo.inventory.names import own_name, parse, same_phase

#: One name within the words of another counts where the points are this near.
CONTAINED_KM = 3.0
CONTAINED_SCORE = 80.0
#: Taken off where the name is a place's and the types differ (PARQUE INDUSTRIAL TOLUCA, ZONA INDUSTRIAL TOLUCA).
OTHER_TYPE = 10.0
#: A park whose point differs by more than this and by more than the two location errors together has moved.
MOVED_KM = 1.0
#: Two parks of different names, both unmatched, this near each other are one park renamed.
RENAMED_KM = 0.3

STATUSES = ("same", "moved", "renamed", "gone", "new")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two inventories matched park by park.

    Attributes
    ----------
    rows
        status, park_id_a, name_a, park_id_b, name_b, cvegeo, score, distance_km: one row a pair or a park without one.
    parks_a, parks_b
        Parks compared.
    """

    rows: pd.DataFrame
    parks_a: int
    parks_b: int

    @property
    def matched(self) -> int:
        """Parks found in both by name and municipality."""
        return int(self.rows["status"].isin(["same", "moved"]).sum())

    @property
    def recall(self) -> float:
        """Share of A's parks that B has by name and municipality; nan where A is empty."""
        return self.matched / self.parks_a if self.parks_a else np.nan

    @property
    def precision(self) -> float:
        """Share of B's parks that A has by name and municipality; nan where B is empty."""
        return self.matched / self.parks_b if self.parks_b else np.nan

    @property
    def median_km(self) -> float:
        """Median distance between the points of the parks found in both; nan without any."""
        return float(self.rows.loc[self.rows["status"].isin(["same", "moved"]), "distance_km"].median())


def compare(a: pd.DataFrame, b: pd.DataFrame, *, places: Mapping[str, Sequence[str]]) -> Comparison:
    """Match two inventories.

    Parameters
    ----------
    a, b
        park_id, name, alt_names, cvegeo, lon, lat, location_error_m: the layer's columns, in any order of rows.
    places
        cvegeo -> cores of the place names its parks may carry.

    Returns
    -------
    Comparison
        Rows in the order of status, then of municipality and name.

    Notes
    -----
    Parks match one to one within a municipality: of all pairs of their names (the other names included) the best must
    be as like as ``SAME_SCORE`` with the same phase, or one contained in the other with points within ``CONTAINED_KM``.
    The assignment with the greatest sum of scores is taken. What is left and stands within ``RENAMED_KM`` of each other
    in one municipality is renamed; it does not count as found.
    """
    a, b = (frame.sort_values(["cvegeo", "park_id"]).reset_index(drop=True) for frame in (a, b))
    names_a, names_b = _names(a, places), _names(b, places)
    found: list[dict[str, object]] = []
    in_b = b.groupby("cvegeo").indices
    for code, rows_a in sorted(a.groupby("cvegeo").indices.items()):
        rows_b = in_b.get(code)
        if rows_b is None:
            continue
        found += _assign(a, b, np.asarray(rows_a), np.asarray(rows_b), names_a, names_b)
    taken_a, taken_b = {row["row_a"] for row in found}, {row["row_b"] for row in found}
    found += _renamed(a, b, taken_a, taken_b)
    taken_a, taken_b = {row["row_a"] for row in found}, {row["row_b"] for row in found}
    found += [{"status": "gone", "row_a": row, "row_b": -1} for row in range(len(a)) if row not in taken_a]
    found += [{"status": "new", "row_a": -1, "row_b": row} for row in range(len(b)) if row not in taken_b]
    return Comparison(_table(found, a, b), len(a), len(b))


Name = tuple[str, str, str]


def _names(frame: pd.DataFrame, places: Mapping[str, Sequence[str]]) -> list[list[Name]]:
    """Return core, phase and (where the core is a place's name) family of every name of each park."""
    result = []
    for row in frame.itertuples():
        near = places.get(str(row.cvegeo), ())
        texts = [str(row.name), *(str(row.alt_names).split("|") if isinstance(row.alt_names, str) else [])]
        cores = []
        for text in texts:
            parsed = parse(text)
            core, phase = own_name(parsed, near)
            # "Zona Industrial (Saltillo)" has no name but its type: it bears the municipality's.
            core = core or (near[0] if parsed.typed and near else "")
            cores.append((core, phase, FAMILIES.get(parsed.kind or "", "") if core in near else ""))
        result.append(list(dict.fromkeys(each for each in cores if each[0])))
    return result


def _score(one: Sequence[Name], other: Sequence[Name], apart_km: float) -> float:
    best = 0.0
    for core, phase, family in one:
        for other_core, other_phase, other_family in other:
            if not same_phase(phase, other_phase):
                continue
            score = likeness(core, other_core)
            if score < SAME_SCORE:
                score = CONTAINED_SCORE if apart_km <= CONTAINED_KM and contains(core, other_core) else 0.0
            if family != other_family:
                score -= OTHER_TYPE
            best = max(best, score)
    return best


def _assign(
    a: pd.DataFrame,
    b: pd.DataFrame,
    rows_a: np.ndarray,
    rows_b: np.ndarray,
    names_a: Sequence[Sequence[Name]],
    names_b: Sequence[Sequence[Name]],
) -> list[dict[str, object]]:
    from scipy.optimize import linear_sum_assignment

    apart = _distances(a.loc[rows_a], b.loc[rows_b])
    score = np.array([
        [_score(names_a[one], names_b[other], apart[i, j]) for j, other in enumerate(rows_b)]
        for i, one in enumerate(rows_a)
    ])  # fmt: skip
    # Among equal names the nearer pair: a tenth of a point a kilometre, one point at most.
    gain = score - np.minimum(np.nan_to_num(apart, nan=10.0) / 10, 1.0) * (score > 0)
    pairs = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
    return [
        {
            "status": "moved" if _moved(a, b, rows_a[i], rows_b[j], apart[i, j]) else "same",
            "row_a": int(rows_a[i]), "row_b": int(rows_b[j]), "score": round(float(score[i, j]), 1),
            "distance_km": round(float(apart[i, j]), 3),
        }
        for i, j in pairs
        if score[i, j] > 0
    ]  # fmt: skip


def _moved(a: pd.DataFrame, b: pd.DataFrame, one: int, other: int, apart_km: float) -> bool:
    errors = a["location_error_m"].fillna(0).iloc[one] + b["location_error_m"].fillna(0).iloc[other]
    return bool(apart_km > MOVED_KM and apart_km * 1000 > errors)


def _distances(a: pd.DataFrame, b: pd.DataFrame) -> np.ndarray:
    lon, lat = a["lon"].to_numpy(float)[:, None], a["lat"].to_numpy(float)[:, None]
    return np.asarray(distance_km(lon, lat, b["lon"].to_numpy(float)[None, :], b["lat"].to_numpy(float)[None, :]))


def _renamed(a: pd.DataFrame, b: pd.DataFrame, taken_a: set[object], taken_b: set[object]) -> list[dict[str, object]]:
    """Pair what is left and stands at one place, the nearest first."""
    left_a = np.array([row for row in range(len(a)) if row not in taken_a], dtype=int)
    left_b = np.array([row for row in range(len(b)) if row not in taken_b], dtype=int)
    coordinates = (*_lon_lat(a, left_a), *_lon_lat(b, left_b))
    pairs = zip(*pairs_within(*coordinates, RENAMED_KM), strict=True)
    near = [(float(km), int(left_a[i]), int(left_b[j])) for i, j, km in pairs]
    found: list[dict[str, object]] = []
    used_a: set[int] = set()
    used_b: set[int] = set()
    for km, one, other in sorted(near):
        if one in used_a or other in used_b or a["cvegeo"].iloc[one] != b["cvegeo"].iloc[other]:
            continue
        used_a.add(one)
        used_b.add(other)
        found.append({"status": "renamed", "row_a": one, "row_b": other, "distance_km": round(km, 3)})
    return found


def _lon_lat(frame: pd.DataFrame, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return frame["lon"].to_numpy(float)[rows], frame["lat"].to_numpy(float)[rows]


def _table(found: Sequence[dict[str, object]], a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    columns = ["status", "row_a", "row_b", "score", "distance_km"]
    table = pd.DataFrame(list(found), columns=columns).astype({"score": float, "distance_km": float})
    for side, frame in (("a", a), ("b", b)):
        rows = table[f"row_{side}"].astype(int)
        for name in ("park_id", "name", "cvegeo"):
            table[f"{name}_{side}"] = frame[name].reindex(rows.where(rows >= 0)).array
    table["cvegeo"] = table["cvegeo_a"].where(table["cvegeo_a"].notna(), table["cvegeo_b"])
    order = table["status"].map({status: place for place, status in enumerate(STATUSES)})
    table = table.assign(order=order, shown=table["name_a"].where(table["name_a"].notna(), table["name_b"]))
    table = table.sort_values(["order", "cvegeo", "shown", "park_id_a", "park_id_b"], kind="stable")
    return table[
        ["status", "cvegeo", "park_id_a", "name_a", "park_id_b", "name_b", "score", "distance_km"]
    ].reset_index(drop=True)
