"""Every figure by its name, and how one is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import ChoiceError
from geo.export.figures.check import OFF_PAGE, faults
from geo.export.figures.look import COLUMN_MM, Look
from geo.export.ownership_words import run_ownership_words
from geo.export.style import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Tables = Mapping[str, pd.DataFrame]

#: Signs without a glyph: of direction, width and byte order.
_MARKS = "[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"


def _nothing(_tables: Tables, _look: Look) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class FigureSpec:
    """One figure: what it is called, what it says, what it needs, how it is drawn.

    Parameters
    ----------
    name
        Name it is asked for by.
    title
        Words of the list of figures.
    caption
        What a reader must know: definition, n, set, source. ``{name}`` stands for a fact that ``facts`` counts from the
        tables; ``{inventory}`` for the sentence on the inventory, the known controllers and the date, which
        ``catalogue.common_facts`` makes.
    needs
        Layers of the run, or drawing layers, that it cannot do without.
    draw
        Makes the figure from the tables.
    facts
        Counts the facts that the caption names, as they are printed.
    """

    name: str
    title: Words
    caption: Words
    needs: tuple[str, ...]
    draw: Callable[[Tables, Look], Figure]
    facts: Callable[[Tables, Look], Mapping[str, Any]] = _nothing


#: Layers that every caption counts from.
CAPTION_NEEDS = ("parks", "national")

#: Modules that each have a tuple FIGURES of FigureSpec, in the order of the list.
MODULES = (
    "maps_parks", "maps_corridor", "maps_developers", "charts_ownership", "maps_patterns", "charts_patterns",
    "charts_wages", "charts_time", "maps_reach", "maps_hermosillo",
)  # fmt: skip


class _Figures(Mapping[str, FigureSpec]):
    """The figures by name; the modules are imported when the first is asked for, for they import this one."""

    @cached_property
    def _found(self) -> dict[str, FigureSpec]:
        modules = [import_module(f"{__package__}.{name}") for name in MODULES]
        return {spec.name: spec for module in modules for spec in module.FIGURES}

    def __getitem__(self, name: str) -> FigureSpec:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


FIGURES: Mapping[str, FigureSpec] = _Figures()
"""Every figure by its name, in the order of the list."""


def find_figure(name: str) -> FigureSpec:
    """Return a figure by its name.

    Raises
    ------
    ChoiceError
        If there is none; the sentence names the nearest or those that are there.
    """
    if name in FIGURES:
        return FIGURES[name]
    raise ChoiceError.no_such("figure", name, FIGURES)


def draw_figure(name: str, tables: Tables, look: Look) -> Figure:
    """Draw a figure.

    Parameters
    ----------
    name
        Name of the figure.
    tables
        The run's published tables, with the drawing layers that the figure needs.
    look
        Width, language, colour.

    Raises
    ------
    ChoiceError
        If there is no such figure, the tables lack a layer that it needs or what of it the figure shows, or the page
        is too narrow for its labels.
    """
    spec = find_figure(name)
    _check_layers(name, tables, spec.needs)
    try:
        with look.context():
            figure = spec.draw(_Shown(tables), look)
    except ChoiceError as error:
        raise ChoiceError(f"figure {name}: {error}") from error
    _check_room(name, figure, look)
    return figure


class _Shown(Mapping[str, Any]):
    """Tables whose texts hold no signs without a glyph.

    Marks of direction would turn what stands beside a name, and the writer of PDF breaks on the mark of byte order.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> Any:
        table = self._tables[name]
        if not isinstance(table, pd.DataFrame):
            return table
        texts = {str(each): table[each] for each in table if pd.api.types.is_string_dtype(table[each].dtype)}
        marked = {each: values for each, values in texts.items() if values.str.contains(_MARKS, na=False).any()}
        clean = {each: values.str.replace(_MARKS, "", regex=True) for each, values in marked.items()}
        return table.assign(**clean) if clean else table

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def _check_layers(name: str, tables: Tables, needs: Sequence[str]) -> None:
    missing = [layer for layer in needs if layer not in tables or tables[layer].empty]
    if missing:
        raise ChoiceError(
            f"figure {name}: this study has no {', '.join(missing)}, which the figure needs. "
            "Name the layer in the study, or draw another figure."
        )


def _check_room(name: str, figure: Figure, look: Look) -> None:
    """Raise where text runs off the page, or where on a page narrower than a column texts cover each other."""
    found = faults(figure, look)
    if look.width_mm >= COLUMN_MM:
        found = [each for each in found if OFF_PAGE in each]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise ChoiceError(
            f"figure {name}: {look.width_mm:g} mm is too narrow for its labels: {found[0][:200]}{more}. "
            f"Take a wider page with --width; {COLUMN_MM:g} mm is the narrowest that the figures are made for."
        )


def common_facts(tables: Tables, look: Look) -> dict[str, str]:
    """Return the facts that every caption may name, counted from the tables.

    Parameters
    ----------
    tables
        The run's published tables; ``parks`` among them.
    look
        Language of the sentence.

    Returns
    -------
    dict
        ``n_parks``, ``n_study_set``, ``n_not_located``, ``n_known`` and ``known_share`` (controller known, of the study
        set), as they are printed, and ``inventory``: the sentence that says them.
    """
    parks = tables["parks"]
    country = tables["national"].iloc[0]
    total, known = int(country["parks_study_set"]), int(country["parks_controller_known"])
    facts = {
        "n_parks": look.number(len(parks)),
        "n_study_set": look.number(total),
        "n_not_located": look.number(int(country["parks_not_located"])),
        "n_known": look.number(known),
        "known_share": look.number(100 * known / total if total else None),
    }
    sentence = Words(
        "Inventario Corredor: {n_parks} parques, de ellos {n_study_set} en el conjunto de estudio (parques, ciudades, "
        "parques logísticos y tecnológicos con evidencia de existir en 2018); se conoce quién controla {n_known} de "
        "estos ({known_share} %). [[inventory_note.es]]",
        "Corredor inventory: {n_parks} parks, {n_study_set} of them in the study set (parks, cities, logistics and "
        "technology parks with evidence of existing by 2018); who controls a park is known for {n_known} of these "
        "({known_share}%). [[inventory_note.en]]",
    )
    date = "" if look.date is None else f" {look.say(Words('Datos', 'Data'))}: {look.date}."
    said = look.say(sentence).format(**facts) + look.say(run_ownership_words(tables))
    return facts | {"inventory": said + date}


def figure_caption(name: str, tables: Tables, look: Look) -> str:
    """Return the words that go below a figure in a paper.

    Raises
    ------
    ChoiceError
        If there is no such figure, or the tables lack a layer that the figure or its caption needs.
    """
    spec = find_figure(name)
    _check_layers(name, tables, tuple(dict.fromkeys((*spec.needs, *CAPTION_NEEDS))))
    try:
        facts = {**common_facts(tables, look), **spec.facts(tables, look)}
    except ChoiceError as error:
        raise ChoiceError(f"figure {name}: {error}") from error
    return look.say(spec.caption).format(**facts)
