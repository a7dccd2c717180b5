"""The tables of an inventory: parks in the layer's columns, details, footprints, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEOD, GEODETIC_CRS, planar_crs
from geo.inventory.grouping import Group, Mention, Merge
from geo.inventory.intake import interval_sum
from geo.inventory.merging import Ground
from geo.inventory.names import parse, plain
from geo.inventory.points import core_of, footprint
from geo.inventory.spelling import shown, spelled_right
from geo.schema import LAYERS

#: Evidence of existing by this year puts a park into the study set.
VINTAGE_YEAR = 2018
#: Plants from which the confidence is high, and medium.
HIGH_PLANTS, MEDIUM_PLANTS = 8, 3
_TYPE_NAMES = {
    "industrial_park": "Parque Industrial", "logistics_park": "Parque Logístico",
    "technology_park": "Parque Tecnológico",
    "industrial_zone": "Zona Industrial", "industrial_city": "Ciudad Industrial",
    "industrial_corridor": "Corredor Industrial", "complex": "Complejo Industrial",
}  # fmt: skip

EVIDENCE_COLUMNS = ("cvegeo", "text", "rule", "into", "score", "distance_km", "park_id")


@dataclass(frozen=True, slots=True)
class Listed:
    """A park of the inventory.

    Attributes
    ----------
    group
        Its texts and plants.
    name
        Name that people decided; None where the register's is taken.
    """

    group: Group
    name: str | None = None


def park_name(park: Listed, municipality: str) -> str:
    """Return the name a park is shown by.

    Parameters
    ----------
    park
        The park.
    municipality
        Name of its municipality.

    Notes
    -----
    What people decided; else the text that most plants write, with its accents where any plant writes them; a type
    alone is the type and the municipality in brackets.
    """
    if park.name is not None:
        return _clean(park.name)
    group = park.group
    first = _first(group)
    if not parse(first.text).core:
        return f"{_TYPE_NAMES[group.kind]} ({municipality})"
    name = shown(_clean(accented(first, group.mentions)))
    number = group.phase.rpartition("(")[2].rstrip(")") if group.phase.endswith(")") else ""
    return f"{name} ({number})" if number else name


def _first(group: Group) -> Mention:
    """Return the mention that names a group: typed, in the park field, of the most plants."""
    return max(
        group.mentions,
        key=lambda each: (
            parse(each.text).kind == group.kind,
            parse(each.text).typed,
            spelled_right(each.text),
            each.in_park_field,
            len(each.plants),
            -len(each.text),
            each.text,
        ),
    )


def accented(mention: Mention, mentions: Sequence[Mention]) -> str:
    """Return the spelling with the most accents among the mentions of the same words."""
    same = [
        each.text
        for each in mentions
        if plain(each.text) == plain(mention.text) and len(each.text) == len(mention.text)
    ]
    return max(
        [mention.text, *same], key=lambda text: (sum(not sign.isascii() for sign in text if sign.isalpha()), text)
    )


def _clean(text: str) -> str:
    """Return a text without what would break a list of names or a line."""
    return " ".join(text.replace("|", "/").split())


def parks_table(
    listed: Sequence[Listed], plants: pd.DataFrame, ground: Ground, municipalities: pd.DataFrame, *, source_id: str
) -> pd.DataFrame:
    """Return the parks in the columns of the layer ``parks``.

    Parameters
    ----------
    listed
        Parks in the order of the rows.
    plants
        Table of ``years_and_jobs``.
    ground
        Points of plants.
    municipalities
        Layer municipalities, index cvegeo.
    source_id
        Key of the table sources.

    Returns
    -------
    pandas.DataFrame
        What the register does not tell (area, opening, firms, workers) is missing.
    """
    rows = []
    used: dict[str, int] = {}
    for park in listed:
        group = park.group
        place = municipalities.loc[group.cvegeo]
        name = park_name(park, str(place["name"]))
        years = plants.reindex(sorted(group.plants))
        centre = ground.centre(group)
        lon, lat = (None, None) if centre is None else ground.lon_lat(centre)
        first, last = years["first_year"].min(), years["last_year"].max()
        rows.append({
            "park_id": _new_id(f"{group.cvegeo}-{_slug(name)}", used), "name": name, "kind": group.kind,
            "cve_ent": group.cvegeo[:2], "state": place["state"], "cvegeo": group.cvegeo, "municipality": place["name"],
            "first_seen_year": first, "last_seen_year": last, "plants_registered": len(group.plants),
            "vintage_2018": bool(pd.notna(first) and first <= VINTAGE_YEAR),
            "confidence": _confidence(len(group.plants)), "location_basis": "none" if centre is None else "plants",
            "location_error_m": None if centre is None else centre.error_m, "source_ids": source_id,
            "alt_names": _other_names(group, name), "lon": None if lon is None else round(lon, 5),
            "lat": None if lat is None else round(lat, 5), "n_plants_basis": 0 if centre is None else centre.plants,
        })  # fmt: skip
    columns = LAYERS["parks"].file_columns
    table = pd.DataFrame(rows).reindex(columns=[column.name for column in columns])
    return table.astype({column.name: column.dtype for column in columns})


def _confidence(plants: int) -> str:
    if plants >= HIGH_PLANTS:
        return "high"
    return "medium" if plants >= MEDIUM_PLANTS else "low"


def _slug(name: str) -> str:
    return "-".join(plain(name).lower().split()) or "park"


def _new_id(slug: str, used: dict[str, int]) -> str:
    used[slug] = used.get(slug, 0) + 1
    return slug if used[slug] == 1 else _new_id(f"{slug}-{used[slug]}", used)


def _other_names(group: Group, name: str) -> str | None:
    """Return the other names of a park, one spelling each, the most used first."""
    seen = {plain(name)}
    names: list[str] = []
    for mention in sorted(group.mentions, key=lambda each: (-len(each.plants), each.text)):
        key = " ".join(sorted({parse(mention.text).key, parse(mention.text).kind or ""}))
        if plain(mention.text) in seen or key in seen or not parse(mention.text).core:
            continue
        seen |= {plain(mention.text), key}
        other = shown(_clean(mention.text))
        if plain(other) not in seen or plain(other) == plain(mention.text):
            names.append(other)
        seen.add(plain(other))
    return "|".join(dict.fromkeys(each for each in names if each != name)) or None


def details_table(
    listed: Sequence[Listed], plants: pd.DataFrame, ground: Ground, footprints: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return what the layer has no column for: plants with a point, staff as an interval, ground that the plants span.

    Returns
    -------
    pandas.DataFrame
        cvegeo, core, phase, family, plants, plants_located, jobs_low, jobs_high (missing where a plant's band is open
        or not given), plants_without_jobs, footprint_ha; one row a park in the order given.
    """
    hectares = {
        int(place): abs(GEOD.geometry_area_perimeter(shape)[0]) / 10_000
        for place, shape in zip(footprints["place"], footprints.geometry, strict=True)
    }
    rows = []
    for place, park in enumerate(listed):
        group = park.group
        known = plants.reindex(sorted(group.plants))
        low, high = interval_sum(known["jobs_low"], known["jobs_high"])
        rows.append({
            "cvegeo": group.cvegeo, "core": group.core, "phase": group.phase, "family": group.family,
            "plants": len(group.plants), "plants_located": len(ground.located(group)),
            "jobs_low": low, "jobs_high": high, "plants_without_jobs": int(known["jobs_low"].isna().sum()),
            "footprint_ha": round(hectares[place], 1) if place in hectares else None,
        })  # fmt: skip
    columns = ["cvegeo", "core", "phase", "family", "plants", "plants_located", "jobs_low", "jobs_high",
               "plants_without_jobs", "footprint_ha"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"jobs_low": "Int64", "jobs_high": "Int64", "footprint_ha": "float64"})


def _footprint(group: Group, ground: Ground) -> shapely.Polygon | None:
    located = ground.located(group)
    return None if located.empty else footprint(core_of(located.sort_values(["x", "y"]), group.kind))


def footprints_table(listed: Sequence[Listed], ground: Ground) -> gpd.GeoDataFrame:
    """Return the ground that the plants of each park span, where enough stand: position in ``listed`` and polygon.

    It is a concave hull of plants, not the boundary of a park.
    """
    shapes = [(place, _footprint(park.group, ground)) for place, park in enumerate(listed)]
    known = [(place, shape) for place, shape in shapes if shape is not None]
    frame = gpd.GeoDataFrame(
        {"place": np.array([place for place, _ in known], dtype=int)},
        geometry=gpd.GeoSeries([shape for _, shape in known], crs=planar_crs()),
    )
    return frame.to_crs(GEODETIC_CRS)


def evidence_table(merges: Sequence[Merge], listed: Sequence[Listed]) -> pd.DataFrame:
    """Return one line a merge: which text joined which, by which rule, how alike, how far apart; and its park.

    Returns
    -------
    pandas.DataFrame
        Columns of ``EVIDENCE_COLUMNS``, ``park_id`` being the position in ``listed``, missing where no park is listed;
        in the order of municipality and text.
    """
    owner = {
        (mention.cvegeo, mention.text): place
        for place, park in enumerate(listed)
        for mention in (*park.group.mentions, *park.group.absorbed)
    }
    rows = [
        (
            merge.cvegeo,
            merge.text,
            merge.rule,
            merge.into,
            merge.score,
            merge.distance_km,
            owner.get((merge.cvegeo, merge.text)),
        )
        for merge in merges
    ]
    table = pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))
    table = table.astype({"score": "float64", "distance_km": "float64", "park_id": "Int64"})
    return table.sort_values(["cvegeo", "text", "rule", "into"], kind="stable").reset_index(drop=True)
