"""Figures to files: one, or all, with their captions; each file whole or not at all."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from geo.errors import ChoiceError
from geo.export.figures.catalogue import FIGURES, Tables, draw_figure, figure_caption, find_figure
from geo.export.figures.look import FORMATS, Look, save
from geo.export.folder import whole_file

Progress = Callable[[str], None]


def parse_width(text: str) -> float:
    """Return millimetres from ``85mm`` or ``85``.

    Raises
    ------
    ChoiceError
        If it is no length in millimetres.

    Examples
    --------
    >>> parse_width("85mm"), parse_width("180")
    (85.0, 180.0)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:mm)?\s*", text)
    if found is None:
        raise ChoiceError(f"width {text!r}: give millimetres, such as 85mm (one column) or 180mm (two columns).")
    return float(found.group(1))


def write_figure(name: str, tables: Tables, look: Look, path: Path, fmt: str) -> None:
    """Draw a figure and write it to a file; an earlier file is replaced when all went well.

    Parameters
    ----------
    name
        Name of the figure.
    tables
        The run's published tables, with the drawing layers that the figure needs.
    look
        Width, language, colour.
    path
        The file.
    fmt
        ``pdf``, ``svg`` or ``png``.

    Raises
    ------
    ChoiceError
        If there is no such figure or format, the tables lack a layer, or the page is too narrow; nothing is written.
    geo.errors.OutputError
        If the file cannot be written.
    """
    _check_format(fmt)
    figure = draw_figure(name, tables, look)
    with whole_file(path) as file:
        save(figure, file, fmt, look)


def write_figures(
    tables: Tables,
    look: Look,
    folder: Path,
    fmt: str,
    *,
    names: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> tuple[list[Path], list[str]]:
    """Write several figures and their captions to a folder; one that cannot be drawn keeps none of the others.

    Parameters
    ----------
    tables
        The run's published tables, with the drawing layers.
    look
        Width, language, colour.
    folder
        Where ``NAME.pdf`` (or svg, png) and ``captions.LANG.md`` go.
    fmt
        ``pdf``, ``svg`` or ``png``.
    names
        Names of the figures; None for all.
    progress
        Called with a short line before each figure.

    Returns
    -------
    written : list of pathlib.Path
        The files written.
    refused : list of str
        One sentence a figure that this study cannot have, with the reason.

    Raises
    ------
    ChoiceError
        If a name or the format is not known; nothing is written.
    geo.errors.OutputError
        If a file cannot be written.
    """
    _check_format(fmt)
    wanted = [find_figure(name).name for name in (FIGURES if names is None else names)]
    written, refused, captions = list[Path](), list[str](), list[str]()
    for name in wanted:
        if progress is not None:
            progress(f"drawing {name}")
        path = folder / f"{name}.{fmt}"
        try:
            caption = figure_caption(name, tables, look)
            write_figure(name, tables, look, path, fmt)
        except ChoiceError as error:
            refused.append(str(error))
            continue
        written.append(path)
        title = look.say(FIGURES[name].title)
        captions.append(f"## {title}\n\n`{path.name}`\n\n{html.escape(caption, quote=False)}\n")
    if captions:
        path = folder / f"captions.{look.lang}.md"
        with whole_file(path) as file:
            file.write_text("\n".join(captions), encoding="utf-8")
        written.append(path)
    return written, refused


def _check_format(fmt: str) -> None:
    if fmt not in FORMATS:
        raise ChoiceError(f"format {fmt!r}: figures are written as {', '.join(FORMATS)}.")
