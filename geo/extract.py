"""Parts of a run in the shape somebody asks for: a smaller atlas, layers in other formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.about import about, timestamp
from geo.errors import ChoiceError
from geo.export.atlas import write_atlas
from geo.export.basemap import Basemap
from geo.export.folder import MANIFEST, whole_file, whole_folder
from geo.export.geopackage import write_geopackage
from geo.export.manifest import identity, write_manifest
from geo.export.pmtiles import write_pmtiles
from geo.export.postgis import write_postgis
from geo.export.qgis_project import write_project
from geo.export.rasters import write_rasters
from geo.export.region import Box, cut_drawing, cut_tables, find_region
from geo.export.style import LAYER_STYLES
from geo.export.vector import write_csv_wkt, write_flatgeobuf, write_geoparquet
from geo.geodesy import planar_crs
from geo.measures.surfaces import surfaces
from geo.runs import Run
from geo.schema import LAYERS
from geo.study import with_its_study

#: Big layers that a smaller map leaves out where it has no switch for them.
OPTIONAL = frozenset({"assembly_plants", "auto_parts_plants", "establishments", "establishment_hexagons"})

GEOPACKAGE = "corredor.gpkg"


@dataclass(frozen=True)
class Selection:
    """The part of a run that an export names.

    Attributes
    ----------
    run
        The whole run.
    tables
        The chosen tables, cut to the part, in the chosen reference system.
    words
        What ``geo.about.about`` says of them.
    """

    run: Run
    tables: Mapping[str, pd.DataFrame]
    words: dict[str, Any]

    @property
    def timestamp(self) -> str:
        """The time stamped on files."""
        return timestamp(self.run.study)


@dataclass(frozen=True)
class Format:
    """A way to write layers into a folder.

    Attributes
    ----------
    what
        What it is, for the progress line.
    files
        Names that it writes at the top of the folder.
    write
        Called with the selection and the folder.
    own_crs
        Reference system it is always written in; None where the caller chooses.
    """

    what: str
    files: tuple[str, ...]
    write: Callable[[Selection, Path], object]
    own_crs: str | None = None


def _geopackage(chosen: Selection, folder: Path) -> None:
    # A project that was named first has written it already.
    if not (folder / GEOPACKAGE).exists():
        write_geopackage(chosen.tables, folder / GEOPACKAGE, timestamp=chosen.timestamp, about=chosen.words)


def _project(chosen: Selection, folder: Path) -> None:
    _geopackage(chosen, folder)
    path = folder / "corredor.qgz"
    write_project(chosen.tables, path, geopackage=GEOPACKAGE, timestamp=chosen.timestamp, about=chosen.words)


def _pmtiles(chosen: Selection, folder: Path) -> None:
    left_out = write_pmtiles(chosen.tables, folder / "corredor.pmtiles", title=chosen.words["title"]["es"])
    for name, count in left_out.items():
        chosen.run.progress(f"{count:,} rows of {name} have no place and are in no tile")


def _rasters(chosen: Selection, folder: Path) -> None:
    run = chosen.run
    write_rasters(*surfaces(run.tables, run.layers, run.study), folder / "rasters", timestamp=chosen.timestamp)


FORMATS: Mapping[str, Format] = {
    "gpkg": Format("GeoPackage, styled and described", (GEOPACKAGE,), _geopackage),
    "qgz": Format("QGIS project beside its GeoPackage", (GEOPACKAGE, "corredor.qgz"), _project),
    "geoparquet": Format(
        "GeoParquet 1.1", ("geoparquet",), lambda chosen, folder: write_geoparquet(chosen.tables, folder / "geoparquet")
    ),
    "fgb": Format(
        "FlatGeobuf", ("flatgeobuf",), lambda chosen, folder: write_flatgeobuf(chosen.tables, folder / "flatgeobuf")
    ),
    "csv": Format("CSV with WKT", ("csv",), lambda chosen, folder: write_csv_wkt(chosen.tables, folder / "csv")),
    "pmtiles": Format("vector tiles for the web", ("corredor.pmtiles",), _pmtiles, own_crs="EPSG:3857"),
    "cog": Format("rasters", ("rasters",), _rasters, own_crs="the study's own"),
}


@with_its_study
def draw_map(
    run: Run,
    out: Path,
    *,
    switches: Sequence[str] | None = None,
    part: Box | str | None = None,
    lang: str | None = None,
    basemap: Basemap | None = None,
) -> Path:
    """Write a smaller atlas: of a state or a box, with the layers that are named.

    Parameters
    ----------
    run
        The run to show a part of; everything is measured on all of it.
    out
        The file to write; an earlier one is replaced when all went well.
    switches
        Keys of ``geo.export.style.LAYER_STYLES``; None for every layer.
    part
        What to keep: west, south, east, north in degrees, or the name or code of a state; None for all.
    lang
        Language it opens in, ``es`` or ``en``; None for the reader's own.
    basemap
        Online tiles; None keeps the file from the network.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    geo.errors.ChoiceError
        If a layer or a state is not known, or the box is none of the country's; nothing is written.
    geo.errors.DataError
        If a layer is refused; nothing is written.
    geo.errors.OutputError
        If the file cannot be written.
    """
    if switches is not None:
        _require(switches, list(LAYER_STYLES), "--layers", "layer")
        if run.study.register is not None and "establishments" in switches:
            raise ChoiceError(
                "--layers establishments: the register is in partitions, and a map draws none of its points. Name "
                "establishment_hexagons, which counts all of them."
            )
    with whole_file(out) as file:
        region = None if part is None else find_region(part, gpd.GeoDataFrame(run.layers["states"]))
        tables, drawing = run.tables, run.drawing
        run.progress(f"writing {out.name}")
        if region is not None:
            tables = cut_tables(tables, region)
            drawing = cut_drawing(drawing, tables, region)
        words = about(run.study, tables, basemap=basemap, region=region) | ({} if lang is None else {"lang": lang})
        if switches is not None:
            needed = {LAYER_STYLES[key].layer for key in switches}
            tables = {name: table for name, table in tables.items() if name in needed or name not in OPTIONAL}
            drawing = {name: table for name, table in drawing.items() if name != "highways" or name in switches}
        write_atlas(tables, drawing, about=words, path=file, switches=switches, basemap=basemap)
    return out


@with_its_study
def export(
    run: Run,
    out: Path,
    *,
    formats: Sequence[str],
    names: Sequence[str] | None = None,
    part: Box | str | None = None,
    crs: str | None = None,
) -> list[Path]:
    """Write layers of a run in other formats, all or none.

    Parameters
    ----------
    run
        The run; everything in it is measured on the whole study.
    out
        Folder to write to. Files of the same formats in it are replaced, everything else is kept.
    formats
        Keys of ``FORMATS``.
    names
        Published layers to write; None for all of them. Rasters are written whatever the layers.
    part
        What to keep: west, south, east, north in degrees, or the name or code of a state; None for all. Rasters
        are of the whole study.
    crs
        Reference system of the geometry, as ``EPSG:4326``; None for EPSG:6372.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    geo.errors.ChoiceError
        If a format, layer, state, box or reference system is not known or cannot serve; nothing is written.
    geo.errors.DataError
        If a layer is refused; nothing is written.
    geo.errors.OutputError
        If the folder cannot be written; what was in it is untouched.
    """
    chosen = _chosen_formats(formats, crs)
    system = _reference_system(crs)
    files = frozenset(name for each in chosen for name in each.files)
    with whole_folder(out, files | {MANIFEST}) as folder:
        selection = _selected(run, names, part, system)
        for each in chosen:
            run.progress(f"writing {each.what}")
            each.write(selection, folder)
        what = {"layers": list(selection.tables), "part": part, "crs": crs or planar_crs()}
        write_manifest(folder, {**identity(run.study), "export": what, "timestamp": selection.timestamp})
        written = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [out / path for path in written]


@with_its_study
def export_postgis(
    run: Run,
    dsn: str,
    *,
    schema: str = "corredor",
    names: Sequence[str] | None = None,
    part: Box | str | None = None,
    crs: str | None = None,
) -> None:
    """Write layers of a run into a PostGIS database, in one transaction.

    Parameters
    ----------
    run, names, part, crs
        As ``export`` takes them.
    dsn
        Address of the database: ``postgresql://user:password@host/database``.
    schema
        Schema to write to; the tables of an earlier export in it are replaced, others are kept.

    Raises
    ------
    geo.errors.ChoiceError
        As ``export``.
    geo.errors.OutputError
        If the database does not answer or refuses; it is as it was.
    """
    selection = _selected(run, names, part, _reference_system(crs))
    run.progress("writing to PostGIS")
    write_postgis(selection.tables, dsn, schema=schema)


def _selected(run: Run, names: Sequence[str] | None, part: Box | str | None, crs: CRS | None) -> Selection:
    """Return the tables that an export names, cut to its part and in its reference system."""
    known = [name for name, layer in LAYERS.items() if layer.published]
    if names is not None:
        _require(names, known, "--layers", "layer")
    region = None if part is None else find_region(part, gpd.GeoDataFrame(run.layers["states"]))
    tables = dict(run.tables) if region is None else cut_tables(run.tables, region)
    words = about(run.study, tables, region=region)
    kept = {name: table for name, table in tables.items() if names is None or name in names}
    if crs is not None:
        kept = {name: _in_system(table, crs) for name, table in kept.items()}
    return Selection(run, kept, words)


def _in_system(table: pd.DataFrame, crs: CRS) -> pd.DataFrame:
    if not isinstance(table, gpd.GeoDataFrame):
        return table
    moved = table.to_crs(crs)
    if not np.isfinite(moved.total_bounds).all() and not table.geometry.isna().all():
        raise ChoiceError(f"--crs {crs.to_string()}: does not reach the study's region. Choose one made for it.")
    return moved


def _reference_system(text: str | None) -> CRS | None:
    if text is None:
        return None
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        cure = "Give a code such as EPSG:4326 or EPSG:6372."
        raise ChoiceError(f"--crs {text}: there is no such reference system. {cure}") from None
    if not (crs.is_geographic or crs.is_projected):
        raise ChoiceError(f"--crs {text}: is no system of places on a map. Give a code such as EPSG:4326 or EPSG:6372.")
    return crs


def _chosen_formats(keys: Sequence[str], crs: str | None) -> list[Format]:
    _require(keys, list(FORMATS), "--format", "format")
    chosen = [FORMATS[key] for key in dict.fromkeys(keys)]
    for key, each in zip(dict.fromkeys(keys), chosen, strict=True):
        if crs is not None and each.own_crs is not None:
            raise ChoiceError(f"--crs {crs}: {key} is always in {each.own_crs}. Leave --crs out for it.")
    return chosen


def _require(given: Sequence[str], known: Sequence[str], option: str, what: str) -> None:
    """Refuse names that are not known, or none at all."""
    unknown = [each for each in given if each not in known]
    if unknown or not given:
        first, shown = ("", "names none") if not unknown else (unknown[0], ", ".join(unknown))
        raise ChoiceError.no_such(what, first, known, where=f"{option} {shown}")
