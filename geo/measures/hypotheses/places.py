"""H5 and H10: whether the auto industry lies on the corridor, and whether parks lie nearer to infrastructure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEODETIC_CRS, nearest
from geo.join import coordinates
from geo.measures.counting import manufacturing_plants
from geo.measures.hypotheses.rules import (
    CANNOT_TELL,
    CONTRADICTED,
    SUPPORTED,
    Finding,
    Ground,
    Part,
    contrast_row,
    row,
    side,
)
from geo.metrics.contrasts import rank_contrast
from geo.metrics.inference import benjamini_hochberg
from geo.schema.findings import ALPHA


def corridor(ground: Ground) -> Finding:
    """H5: the auto corridor exists."""
    rows = [
        row(f"on_corridor_{each.within_km}km", each.share, part="corridor", low=each.low, high=each.high,
            interval="global_envelope_95", reference=each.expected, at=float(each.within_km), at_unit="km",
            p=each.p_all, n=each.all_plants, unit="share", on="auto_plants", method="random_lines",
            permutations=each.shifts, drawn=True, tables=("corridor_test",))
        for each in ground.tables["corridor_test"].itertuples()
    ]  # fmt: skip
    rows += [
        row(f"base_{each.within_km}km", each.base_share, part="corridor", at=float(each.within_km), at_unit="km",
            unit="share", on="register_manufacturing", method="count", tables=("corridor_test",))
        for each in ground.tables["corridor_test"].itertuples()
    ]  # fmt: skip
    return Finding(rows, [Part("corridor", *_beyond_random_lines(ground.tables["corridor_test"]))])


def _beyond_random_lines(test: pd.DataFrame) -> tuple[str, str]:
    if test.empty or test["p_all"].isna().all():
        return CANNOT_TELL, "nothing_measured"
    if (test["p_all"] > ALPHA).any():
        return CONTRADICTED, "like_chance"
    return (SUPPORTED, "beyond_chance") if (test["share"] > test["high"]).any() else (CONTRADICTED, "other_way")


def infrastructure(ground: Ground) -> Finding:
    """H10: parks are served by public infrastructure, so they lie nearer to it than other plants."""
    plants = manufacturing_plants(ground.tables["establishments"])
    plants = plants[plants["park_name_reported"].isna()]
    lon, lat = (np.concatenate(pair) for pair in zip(coordinates(ground.sites), coordinates(plants), strict=True))
    is_park = np.arange(lon.size) < len(ground.sites)
    border = np.concatenate([ground.sites["port_km"].to_numpy(float), plants["port_km"].to_numpy(float)])
    tables = ("parks", "establishments")
    measured = {"highway": nearest(lon, lat, *_highway_junctions(ground))[1], "port_of_entry": border}
    other = ground.official.infrastructure
    if other is not None:
        measured |= {
            str(kind): nearest(lon, lat, points["lon"], points["lat"])[1]
            for kind, points in other.groupby("kind", sort=True)
        }
    rows = []
    for kind, km in measured.items():
        found = rank_contrast(km, is_park, **ground.draws)
        common: dict[str, Any] = {"part": kind, "tables": tables, "method": "relabelled_sites"}
        rows += [
            contrast_row(f"nearer_{kind}", found, unit="share", on="parks_and_plants", drawn=True,
                         permutations=ground.draws["permutations"], **common),
            row(f"median_parks_{kind}", float(np.median(km[is_park])) if is_park.any() else np.nan, unit="km",
                n=int(is_park.sum()), on="located_study_set", **common),
            row(f"median_plants_{kind}", float(np.median(km[~is_park])) if (~is_park).any() else np.nan, unit="km",
                n=int((~is_park).sum()), on="register_manufacturing", **common),
        ]  # fmt: skip
    tested = [each for each in rows if str(each["statistic"]).startswith("nearer_")]
    for each, passes in zip(tested, benjamini_hochberg(pd.Series([t["p"] for t in tested], dtype=float)), strict=True):
        each["significant"] = passes
    error = ground.sites["location_error_m"].median() / 1000
    rows.append(row("location_error", error, part="highway", unit="km", n=len(ground.sites), on="located_study_set",
                    method="median", tables=("parks",)))  # fmt: skip
    found_rows = {str(each["statistic"]): each for each in rows}
    parts = [
        Part(str(each["part"]), *_nearer(each, found_rows, error),
             role="context" if each["part"] == "port_of_entry" else "decides")
        for each in tested
    ]  # fmt: skip
    missing = [] if other is not None else [Part("rail_air_sea", CANNOT_TELL, "no_source", role="needed")]
    return Finding(rows, [*parts, *missing])


def _nearer(tested: dict[str, Any], rows: dict[str, dict[str, Any]], error_km: float) -> tuple[str, str]:
    """Judge one kind of infrastructure; a gap smaller than the parks' own location error tells nothing."""
    verdict = side(float(tested["p"]), float(tested["value"]) - 0.5)
    parks, plants = (float(rows[f"median_{who}_{tested['part']}"]["value"]) for who in ("parks", "plants"))
    if verdict[1] != "nothing_measured" and abs(parks - plants) < error_km:
        return CANNOT_TELL, "within_location_error"
    return (CONTRADICTED, "like_chance") if verdict[0] == SUPPORTED and not tested["significant"] else verdict


def _highway_junctions(ground: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Return the places where edges of the highway graph meet or end: a chord between them is not the road itself."""
    lines = ground.layers["highways"].to_crs(GEODETIC_CRS).geometry
    lon, lat = np.unique(shapely.get_coordinates(lines.to_numpy()), axis=0).T
    return lon, lat
