"""Parts of a run in the shape somebody asks for: a smaller atlas, layers in other formats."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import geopandas as gpd

from geo.about import about
from geo.errors import ChoiceError
from geo.export.atlas import write_atlas
from geo.export.basemap import Basemap
from geo.export.folder import whole_file
from geo.export.region import Box, cut_drawing, cut_tables, find_region
from geo.export.style import LAYER_STYLES
from geo.runs import Run

#: Big layers that a smaller map leaves out where it has no switch for them.
OPTIONAL = frozenset({"assembly_plants", "auto_parts_plants", "establishments"})


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
    _check_switches(switches)
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


def _check_switches(switches: Sequence[str] | None) -> None:
    unknown = [key for key in switches or () if key not in LAYER_STYLES]
    if unknown or (switches is not None and not switches):
        near = get_close_matches(unknown[0], LAYER_STYLES, n=1) if unknown else []
        cure = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(LAYER_STYLES)}."
        raise ChoiceError(f"--layers {', '.join(unknown) or 'names none'}: no such layer. {cure}")
