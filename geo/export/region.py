"""A part of the country: which rows and shapes of a run lie in a state or a box."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import geopandas as gpd
import pandas as pd
import shapely

from geo.errors import ChoiceError
from geo.geodesy import GEODETIC_CRS
from geo.schema import PARTY_RELATIONS_THAT_BIND

Box = tuple[float, float, float, float]

_POINTS = ("parks", "assembly_plants", "auto_parts_plants", "establishments", "ports_of_entry", "places")


@dataclass(frozen=True)
class Region:
    """A state, or a box of longitudes and latitudes.

    Parameters
    ----------
    es, en
        What it is called in Spanish and English.
    shape
        Its outline in degrees.
    cve_ent
        Code of the state; None for a box.
    """

    es: str
    en: str
    shape: shapely.Geometry
    cve_ent: str | None = None

    @property
    def bounds(self) -> Box:
        """West, south, east, north in degrees."""
        west, south, east, north = self.shape.bounds
        return (west, south, east, north)


def find_region(part: Box | str, states: gpd.GeoDataFrame) -> Region:
    """Return a state by its name or code, or a box by its west, south, east and north.

    Raises
    ------
    geo.errors.ChoiceError
        If there is no such state, or the box is none or holds nothing of the country.
    """
    return state_region(part, states) if isinstance(part, str) else box_region(part, states)


def state_region(text: str, states: gpd.GeoDataFrame) -> Region:
    """Return a state by its name or its two-digit code; accents and case do not matter.

    Raises
    ------
    geo.errors.ChoiceError
        If there is no such state.
    """
    names = dict(zip(states["cve_ent"].astype(str), states["name"].astype(str), strict=True))
    wanted = _plain(text)
    found = [code for code, name in names.items() if wanted in {code, code.lstrip("0"), _plain(name)}]
    if not found:
        near = get_close_matches(wanted, map(_plain, names.values()), n=1)
        known = {_plain(name): name for name in names.values()}
        cure = f"Did you mean {known[near[0]]}?" if near else f"Known: {', '.join(known.values())}."
        raise ChoiceError(f"--state {text}: there is no such state. {cure}")
    row = states[states["cve_ent"] == found[0]]
    shape = shapely.union_all(row.geometry.to_crs(GEODETIC_CRS).to_numpy())
    return Region(names[found[0]], names[found[0]], shape, found[0])


def box_region(box: Box, states: gpd.GeoDataFrame) -> Region:
    """Return a box of west, south, east, north in degrees.

    Raises
    ------
    geo.errors.ChoiceError
        If it is no box, or holds nothing of the country.
    """
    west, south, east, north = box
    said = ",".join(f"{each:g}" for each in box)
    cure = "Give west,south,east,north in degrees, as --bbox=-101,25,-99,26.5."
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ChoiceError(f"--bbox {said}: is no box. {cure}")
    shape = shapely.box(west, south, east, north)
    if not states.to_crs(GEODETIC_CRS).intersects(shape).any():
        raise ChoiceError(f"--bbox {said}: holds nothing of the study's states. {cure}")
    return Region(f"{south:g}–{north:g}° N, {-east:g}–{-west:g}° O", f"{south:g}–{north:g}° N, {-east:g}–{-west:g}° W",
                  shape)  # fmt: skip


def cut_tables(tables: Mapping[str, pd.DataFrame], region: Region) -> dict[str, pd.DataFrame]:
    """Return a run's tables with the rows of a region.

    Parameters
    ----------
    tables
        A run's published layers.
    region
        The part to keep.

    Returns
    -------
    dict of str to pandas.DataFrame
        Points inside the region, and parks and plants without a point whose municipality is in it; states and
        municipalities that meet it; hexagons of establishments that meet it, each with its whole count; what belongs
        to those rows (roles, parties, wages, sensitivity, metropolitan areas, sources). Tables about the whole country,
        the corridor and the border are whole. Row labels start at 0.

    Notes
    -----
    A state holds what carries its code. In a box a point on the edge is in.
    """
    cut = dict(tables)
    cut["states"] = _areas(tables["states"], region)
    if "establishment_hexagons" in tables:
        cut["establishment_hexagons"] = _meeting(tables["establishment_hexagons"], region)
    towns = _areas(tables["municipalities"], region)
    cut["municipalities"] = towns
    for name in _POINTS:
        if name in tables:
            cut[name] = _points(tables[name], region, set(towns["cvegeo"]))
    parks = set(cut["parks"]["park_id"])
    _keep(cut, "park_developers", "park_id", parks)
    _keep(cut, "sensitivity", "park_id", parks)
    parties = _with_parents(set(cut["park_developers"]["developer_id"]), tables.get("party_relations"))
    _keep(cut, "developers", "developer_id", parties)
    _keep(cut, "party_relations", "developer_id", parties)
    _keep(cut, "party_relations", "parent_id", parties)
    _keep(cut, "wages", "cve_ent", set(cut["states"]["cve_ent"]))
    _keep(cut, "metro_areas", "metro_area_code", set(towns["metro_area_code"].dropna()))
    cited = {
        source
        for name, table in cut.items()
        if "source_ids" in table
        for ids in table["source_ids"].dropna()
        for source in ids.split("|")
    }
    _keep(cut, "sources", "source_id", cited)
    return {name: table.reset_index(drop=True) for name, table in cut.items()}


def cut_drawing(
    drawing: Mapping[str, pd.DataFrame], cut: Mapping[str, pd.DataFrame], region: Region
) -> dict[str, pd.DataFrame]:
    """Return the drawing copies of a region: the shapes of the kept areas, highways and density inside it.

    Parameters
    ----------
    drawing
        As ``write_atlas`` takes it.
    cut
        What ``cut_tables`` gave.
    region
        The part to keep.
    """
    kept = dict(drawing)
    _keep(kept, "states", "cve_ent", set(cut["states"]["cve_ent"]))
    _keep(kept, "municipalities", "cvegeo", set(cut["municipalities"]["cvegeo"]))
    if "highways" in kept:
        roads = gpd.GeoDataFrame(kept["highways"]).to_crs(GEODETIC_CRS)
        kept["highways"] = roads[roads.intersects(region.shape)].clip(region.shape).sort_index()
    if "density" in kept:
        density = kept["density"]
        inside = shapely.intersects_xy(region.shape, density["lon"].to_numpy(), density["lat"].to_numpy())
        kept["density"] = density[inside].reset_index(drop=True)
    return kept


def _with_parents(parties: set[str], relations: pd.DataFrame | None) -> set[str]:
    """Return parties with those that they belong, or belonged, to in the end."""
    if relations is None:
        return parties
    binding = relations[relations["relation"].isin(PARTY_RELATIONS_THAT_BIND)]
    found, fresh = set(parties), set(parties)
    while fresh:
        fresh = set(binding.loc[binding["developer_id"].isin(fresh), "parent_id"]) - found
        found |= fresh
    return found


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))


def _areas(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    if region.cve_ent is not None:
        return table[table["cve_ent"] == region.cve_ent]
    met = _meeting(table, region)
    if "parent_cvegeo" in table:
        met = table[table.index.isin(met.index) | table["parent_cvegeo"].isin(met["cvegeo"])]
    return met


def _meeting(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return the rows whose shape meets a region; one that only touches it shows nothing in it."""
    shapes = gpd.GeoDataFrame(table).geometry.to_crs(GEODETIC_CRS)
    return table[shapes.intersects(region.shape) & ~shapes.touches(region.shape)]


def _points(table: pd.DataFrame, region: Region, towns: set[str]) -> pd.DataFrame:
    if region.cve_ent is not None:
        code = table["cve_ent"] if "cve_ent" in table else table["cvegeo"].str[:2]
        return table[code == region.cve_ent]
    lon, lat = table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float)
    inside = pd.Series(shapely.intersects_xy(region.shape, lon, lat), index=table.index)
    return table[inside | (table["lon"].isna() & table["cvegeo"].isin(towns))]


def _keep(tables: dict[str, pd.DataFrame], name: str, column: str, values: set[str]) -> None:
    if name in tables:
        tables[name] = tables[name][tables[name][column].isin(values)]
