"""Clustering by distance: whether parks of one owner, and plants of one class, stand closer than by chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.join import coordinates
from geo.measures.counting import counted
from geo.measures.parks import located_study_set
from geo.metrics.agglomeration import clusters
from geo.metrics.patterns import kd_envelope, kd_simulations, m_envelope, m_envelopes, m_function
from geo.metrics.uncertainty import interval
from geo.schema import LAYERS
from geo.study import Study

R_KM = (5, 10, 25, 50, 100, 200, 400)
#: Kernel-smoothed densities are read up to here; twice as far feeds the bandwidth.
KD_R_KM = (5, 10, 25, 50, 100, 200)
CLASS_R_KM = (5, 10, 25, 50, 100, 200)
MIN_PARKS = 10
#: Parks of one controller nearer to each other than this are one site.
CAMPUS_KM = 1.0
#: Classes of auto parts with fewer plants are not drawn.
MIN_PLANTS = 40
#: The class that is no class.
UNCLASSIFIED = "unclassified"


def curves(tables: Mapping[str, Any], held: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return M(r) and K_d(r) by owner, pooled over owners, and M(r) by class of auto parts, with global envelopes.

    Returns
    -------
    pandas.DataFrame
        One row a curve and distance, with the columns of the table ``curves``.
    """
    rows = [*_owners(tables["parks"], held, study), *_classes(tables, study)]
    return pd.DataFrame(rows, columns=[column.name for column in LAYERS["curves"].output_columns])


def _owners(parks: gpd.GeoDataFrame, held: pd.DataFrame, study: Study) -> Iterator[dict[str, Any]]:
    """Owners are shuffled over the located sites of the study set whose controller is known."""
    owned = owned_sites(parks, held)
    if owned.empty:
        return
    owner, ones = owned["developer_id"], np.ones(len(owned))
    places = owned["lon"], owned["lat"], owned["location_error_m"]
    movable = bool(owned["location_error_m"].notna().all())  # a site without a known error cannot be moved within it
    sizes = owner.value_counts(sort=False)
    options: dict[str, Any] = {"simulations": study.parameters.permutations, "seed": study.parameters.seed}
    jittered: dict[str, Any] = {"replicas": study.parameters.replicas, "seed": study.parameters.seed}
    for name in (None, *sizes.index[sizes >= MIN_PARKS]):
        subject, points = ("owners_pooled", len(owned)) if name is None else ("owner", int(sizes[name]))

        def m(lon: Any, lat: Any, name: str | None = name) -> pd.Series:
            return m_function(lon, lat, owner, ones, R_KM, reference=name)

        found = m_envelope(owned["lon"], owned["lat"], owner, ones, R_KM, reference=name, **options)
        spread = interval(m, *places, **jittered) if movable else None
        yield from _rows("m", subject, name, points, found, study, spread)

        def kd(lon: Any, lat: Any, name: str | None = name) -> pd.Series:
            return kd_simulations(
                lon, lat, owner, ones, KD_R_KM, reference=name, weighted=False, simulations=0, seed=0
            ).observed

        found = kd_envelope(owned["lon"], owned["lat"], owner, ones, KD_R_KM, reference=name, weighted=False, **options)
        spread = interval(kd, *places, **jittered) if movable else None
        yield from _rows("kd", subject, name, points, found, study, spread)


def owned_sites(parks: gpd.GeoDataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Return the located parks of the study set by controller, those of one controller within 1 km merged.

    Phases of one campus stand in the inventory as parks of their own; counted as several they would make any owner
    look clustered. The first of the merged parks stands for all.

    Returns
    -------
    pandas.DataFrame
        park_id, developer_id, lon, lat, location_error_m: one row a controller and site.
    """
    sites = located_study_set(parks)
    lon, lat = coordinates(sites)
    places = sites[["park_id", "location_error_m"]].assign(lon=lon, lat=lat)
    owned = pd.DataFrame(places).merge(held[["park_id", "developer_id"]], on="park_id")
    if owned.empty:
        return owned
    campus = pd.concat(
        [
            clusters(rows["lon"], rows["lat"], eps_km=CAMPUS_KM, min_samples=1)
            for _, rows in owned.groupby("developer_id", sort=False)
        ]
    )
    return owned.assign(campus=campus).drop_duplicates(["developer_id", "campus"]).drop(columns="campus")


def _classes(tables: Mapping[str, Any], study: Study) -> Iterator[dict[str, Any]]:
    """Classes of parts are shuffled over all establishments of the register."""
    plants = tables["establishments"][counted(tables["establishments"])]
    classes = tables["auto_parts_plants"].set_index("plant_id")["part_class"]
    kind = plants["plant_id"].map(classes).fillna("other")
    lon, lat = coordinates(plants)
    sizes = kind.value_counts().drop(["other", UNCLASSIFIED], errors="ignore")
    found = m_envelopes(
        lon,
        lat,
        kind.to_numpy(object),
        np.ones(len(plants)),
        CLASS_R_KM,
        references=sizes.index[sizes >= MIN_PLANTS].tolist(),
        simulations=study.parameters.curve_simulations,
        seed=study.parameters.seed,
    )
    for name, envelope in found.items():
        yield from _rows("m", "part_class", str(name), int(sizes[name]), envelope, study)


def _rows(
    statistic: str,
    subject: str,
    name: str | None,
    points: int,
    found: Any,
    study: Study,
    spread: pd.DataFrame | None = None,
) -> Iterator[dict[str, Any]]:
    parameters = study.parameters
    permutations = parameters.curve_simulations if subject == "part_class" else parameters.permutations
    for r, observed in found.observed.items():
        low, high = found.lo[r], found.hi[r]
        tested = pd.notna(low) and pd.notna(high)
        yield {
            "statistic": statistic,
            "subject": subject,
            "name": name,
            "points": points,
            "r_km": float(r),
            "observed": observed,
            "low": low,
            "high": high,
            "outside": bool(observed < low or observed > high) if tested else None,
            "p": found.p,
            "permutations": permutations,
            **{f"jitter_{end}": np.nan if spread is None else spread.loc[r, end] for end in ("low", "median", "high")},
        }
