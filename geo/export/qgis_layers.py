"""What the QGIS project shows: its layers from the top of the map to its bottom, and its map themes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd

from geo.export.qml import BORROWED, EmbeddedStyle, embedded_styles
from geo.export.style import LAYER_STYLES, Group, Words
from geo.schema import LAYERS

#: Groups from the top of the map to its bottom; what outlines and names stands above what fills.
GROUPS: tuple[Group, ...] = ("industry", "corridor", "ground", "territory")
TABLES = Words("Tablas", "Tables")

_RANKS = {"Point": 0, "LineString": 1, "MultiPolygon": 2}


@dataclass(frozen=True, slots=True)
class Theme:
    """A map theme: what is shown, and by which column each layer is drawn.

    Attributes
    ----------
    name
        Its name in Spanish and English.
    columns
        Layer of the project -> the column that colours it; None for its first style.
    credits
        Further layers whose data went into what is shown.
    """

    name: Words
    columns: Mapping[str, str | None]
    credits: tuple[str, ...] = ()


THEMES = (
    Theme(Words("Parques", "Parks"), {"parks": "kind", "border": None, "ports_of_entry": None, "states": None}),
    Theme(Words("Propiedad", "Ownership"), {"parks": "developers", "border": None, "states": None}),
    Theme(
        Words("Corredor", "Corridor"),
        {
            "assembly_plants": None,
            "auto_parts_plants": None,
            "ports_of_entry": None,
            "corridor_waypoints": None,
            "corridor": None,
            "border": None,
            "states": None,
        },
    ),
    Theme(
        Words("Cobertura", "Coverage"),
        {"states": None, "municipalities": "population_without_park_30km"},
        credits=("parks", "places"),
    ),
)


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """One layer of the project.

    Attributes
    ----------
    key
        Its name in this program: the switch of the style table, or the table.
    table
        Layer of the GeoPackage that it draws.
    label
        Its name in the list.
    group
        Group it stands in; None for a table.
    styles
        The ways to draw it, the one it opens with first.
    columns
        Column that colours each style, in the same order.
    on
        Whether it is shown when the project opens.
    """

    key: str
    table: str
    label: Words
    group: Group | None
    styles: tuple[EmbeddedStyle, ...]
    columns: tuple[str | None, ...]
    on: bool

    @property
    def id(self) -> str:
        """Identifier of the layer in QGIS, which takes none of ten letters or fewer."""
        return f"corredor_{self.key}"

    def style_by(self, column: str | None) -> EmbeddedStyle:
        """Return the style that a column colours; the first where None is asked."""
        return self.styles[0 if column is None else self.columns.index(column)]

    def column_of(self, style: EmbeddedStyle) -> str | None:
        """Return the column that colours a style; None where all its features look the same."""
        return self.columns[self.styles.index(style)]


def project_layers(tables: Mapping[str, pd.DataFrame]) -> list[ProjectLayer]:
    """Return the layers of the project from the top of the map to its bottom, then the tables.

    Parameters
    ----------
    tables
        Layer name -> published table.

    Returns
    -------
    list of ProjectLayer
        One a layer, and a second one where a layer is drawn both as outlines and as filled areas. In a group points
        stand above lines and these above areas, and few features above many: nothing hides a whole layer.
    """
    styles: dict[str, list[EmbeddedStyle]] = {}
    for each in embedded_styles(tables):
        styles.setdefault(each.layer, []).append(each)
    drawn = [_switched(key, styles) for key in _first_switches(tables)]
    for name, (lender, _) in BORROWED.items():
        if name in tables and name not in LAYER_STYLES:
            label = Words(LAYERS[name].es, LAYERS[name].en)
            group = LAYER_STYLES[lender].group
            drawn.append(ProjectLayer(name, name, label, group, tuple(styles[name]), (None,), on=False))
    drawn.sort(key=lambda each: _place(each, tables))
    plain = [
        ProjectLayer(name, name, Words(LAYERS[name].es, LAYERS[name].en), None, tuple(styles[name]), (None,), on=False)
        for name in tables
        if LAYERS[name].geometry is None
    ]
    return [*drawn, *plain]


def _first_switches(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the switches that become layers: the first of a table, and those of another kind of drawing."""
    found: dict[tuple[str, bool], str] = {}
    for key, style in LAYER_STYLES.items():
        if style.layer in tables and LAYERS[style.layer].geometry is not None:
            found.setdefault((style.layer, style.shape == "outline"), key)
    return list(found.values())


def _switched(key: str, styles: Mapping[str, Sequence[EmbeddedStyle]]) -> ProjectLayer:
    first = LAYER_STYLES[key]
    outlined = first.shape == "outline"
    alike = [
        each for each in LAYER_STYLES.values() if each.layer == first.layer and (each.shape == "outline") == outlined
    ]
    found = styles[first.layer]
    columns: list[str | None] = [None] * len(found)
    if first.layer not in BORROWED:
        stylings = {styling.label.es: styling.column for each in alike for styling in each.stylings}
        found = [each for each in found if each.name in stylings]
        columns = [stylings[each.name] for each in found]
    on = first.on and first.layer not in BORROWED
    return ProjectLayer(key, first.layer, first.label, first.group, tuple(found), tuple(columns), on)


def _place(layer: ProjectLayer, tables: Mapping[str, pd.DataFrame]) -> tuple[int, int, int]:
    group = GROUPS.index(layer.group or "ground")
    return (group, _RANKS[str(LAYERS[layer.table].geometry)], len(tables[layer.table]))


@cache
def group_words(group: Group) -> Words:
    """Return the name of a group of layers, the atlas's own."""
    text = (resources.files("geo.export") / "templates" / "strings.json").read_text(encoding="utf-8")
    words = json.loads(text)["ui"][f"group_{group}"]
    return Words(words["es"], words["en"])


def shown_by(theme: Theme, layers: Sequence[ProjectLayer]) -> list[tuple[ProjectLayer, EmbeddedStyle]]:
    """Return what a theme shows, in the order of the map."""
    return [(each, each.style_by(theme.columns[each.key])) for each in layers if each.key in theme.columns]
