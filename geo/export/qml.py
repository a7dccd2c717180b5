"""How a layer looks in QGIS: its classes and colours from the style table, its columns' names in Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import pandas as pd

from geo.export.qgis_xml import QGIS_VERSION, add, colour, document, identifier, quoted, shown
from geo.export.style import GROUND, LAYER_STYLES, PLANNING_STYLES, LayerStyle, Shape, StyleClass, Styling, Words
from geo.schema import DECLARED, Layer

_MM_PER_PIXEL = 25.4 / 96
_OUTLINE = GROUND["light"]["outline"]
_COAST = GROUND["light"]["coast"]
_BOUNDARY = GROUND["light"]["boundary"]
_MARKERS: Mapping[Shape, str] = {
    "circle": "circle", "square": "square", "diamond": "diamond", "triangle": "triangle", "cross": "cross_fill",
    "ring": "circle", "text": "circle",
}  # fmt: skip
_GEOMETRY = {"Point": "marker", "LineString": "line", "MultiPolygon": "fill"}
_GEOMETRY_CODES = {"Point": "0", "LineString": "1", "MultiPolygon": "2", None: "4"}

#: Layers without a switch of their own in the table -> (the switch whose colour they take, radius in pixels).
BORROWED = {"corridor_waypoints": ("corridor", 3.0), "corridor_points": ("corridor", 1.2), "places": ("places", 1.5)}


@dataclass(frozen=True, slots=True)
class EmbeddedStyle:
    """One style of a layer, ready for the GeoPackage's table layer_styles.

    Attributes
    ----------
    layer
        Layer it belongs to.
    name
        Name in the list of styles, in Spanish.
    description
        The same in English.
    qml
        The style as QGIS writes it: symbology and fields.
    default
        Whether the layer opens with it.
    """

    layer: str
    name: str
    description: str
    qml: str
    default: bool


def embedded_styles(tables: Mapping[str, pd.DataFrame]) -> list[EmbeddedStyle]:
    """Return the styles of every published layer, the default of each first; a table's names its columns.

    Parameters
    ----------
    tables
        Published tables; ranked classes are named after their most frequent values.

    Returns
    -------
    list of EmbeddedStyle
        In the order of the tables.
    """
    found = []
    for name, table in tables.items():
        layer = DECLARED[name]
        if layer.geometry is None:
            found.append(EmbeddedStyle(name, "Campos", "Fields", _fields_only(layer), default=True))
            continue
        for place, (style, styling) in enumerate(_stylings(name)):
            ranked = _ranked(styling, table)
            found.append(EmbeddedStyle(name, ranked.label.es, ranked.label.en, _qml(layer, style, ranked), place == 0))
    return found


def _stylings(name: str) -> list[tuple[LayerStyle, Styling]]:
    """Return the ways to draw a layer: those of its switches, the first of the first switch as default."""
    known = [*LAYER_STYLES.values(), *PLANNING_STYLES.values()]
    switches = [style for style in known if style.layer == name and name not in BORROWED]
    if name in BORROWED:
        key, size = BORROWED[name]
        lent = LAYER_STYLES[key]
        fill = next((each.fill for each in lent.stylings[0].classes if each.fill), _OUTLINE)
        words = Words(DECLARED[name].es, DECLARED[name].en)
        one = Styling(None, words, (StyleClass("all", words, fill),))
        return [(LayerStyle(name, name, words, lent.group, "circle", size, (one,)), one)]
    # Outlines open a layer of areas: they hide nothing.
    switches.sort(key=lambda style: style.shape != "outline" and name == "states")
    return [(style, styling) for style in switches for styling in style.stylings]


def _ranked(styling: Styling, table: pd.DataFrame) -> Styling:
    """Return a styling whose ranked classes carry the most frequent values of the table and their names."""
    if styling.rule != "ranked" or styling.column is None:
        return styling
    counts = table[styling.column].dropna().value_counts(sort=False)
    order = counts.sort_index().sort_values(ascending=False, kind="stable").index.tolist()
    classes, rank = [], 0
    for each in styling.classes:
        if each.key == styling.other:
            classes.append(each)
        elif rank < len(order):
            value = str(order[rank])
            classes.append(replace(each, label=Words(value, value), values=(value,)))
            rank += 1
    return replace(styling, classes=tuple(classes), rule="values")


def _qml(layer: Layer, style: LayerStyle, styling: Styling) -> str:
    root = ElementTree.Element("qgis", version=QGIS_VERSION, styleCategories="Symbology|Fields")
    root.append(_renderer(layer, style, styling))
    for tag, words in (("blendMode", "0"), ("featureBlendMode", "0"), ("layerOpacity", "1")):
        add(root, tag, words)
    _add_fields(root, layer)
    return document(root)


def _fields_only(layer: Layer) -> str:
    root = ElementTree.Element("qgis", version=QGIS_VERSION, styleCategories="Fields")
    _add_fields(root, layer)
    return document(root)


def _add_fields(root: ElementTree.Element, layer: Layer) -> None:
    aliases = add(root, "aliases")
    for place, column in enumerate(layer.output_columns, start=1):  # 0 is the feature id
        add(aliases, "alias", None, {"field": column.name, "index": str(place), "name": column.es})
    add(root, "layerGeometryType", _GEOMETRY_CODES[layer.geometry])


def _renderer(layer: Layer, style: LayerStyle, styling: Styling) -> ElementTree.Element:
    classes = [*styling.classes]
    if styling.no_data is not None and styling.no_data.key not in {each.key for each in classes}:
        classes.append(styling.no_data)
    if styling.gated is not None:
        classes.append(styling.gated)
    if styling.rule == "one":
        renderer = ElementTree.Element("renderer-v2", type="singleSymbol", enableorderby="0", forceraster="0",
                                       symbollevels="0")  # fmt: skip
        symbols = ElementTree.SubElement(renderer, "symbols")
        symbols.append(_symbol("0", layer, style, classes[0]))
        return renderer
    ordered = "1" if layer.geometry == "Point" else "0"
    renderer = ElementTree.Element("renderer-v2", type="RuleRenderer", enableorderby=ordered, forceraster="0",
                                   symbollevels="0")  # fmt: skip
    rules = ElementTree.SubElement(renderer, "rules", key=_key(layer.name, styling, "root"))
    symbols = ElementTree.SubElement(renderer, "symbols")
    for place, each in enumerate(classes):
        rule = {
            "key": _key(layer.name, styling, each.key),
            "label": shown(each.label.es),
            "description": each.label.en,
            "symbol": str(place),
            "filter": _filter(styling, each),
        }
        ElementTree.SubElement(rules, "rule", rule)
        symbols.append(_symbol(str(place), layer, style, each))
    if layer.geometry == "Point":
        order = add(renderer, "orderby")
        add(order, "orderByClause", _order(styling), {"asc": "1", "nullsFirst": "1"})
    return renderer


def _order(styling: Styling) -> str:
    """Return what points are drawn by, last on top: no point of a named class lies under unknown or other ones."""
    value = _value(styling)
    if styling.gate is not None:
        return f'"{styling.gate}"'
    if styling.other is not None and styling.rule == "values":
        named = [each for each in styling.classes if each.key != styling.other]
        return f"{value} IN ({', '.join(quoted(text) for each in named for text in each.values)})"
    return value


def _value(styling: Styling) -> str:
    column = f'"{styling.column}"'
    return column if styling.instead is None else f'coalesce({column}, "{styling.instead}")'


def _key(layer: str, styling: Styling, name: str) -> str:
    return identifier(layer, str(styling.column), name)


def _filter(styling: Styling, each: StyleClass) -> str:
    """Return the QGIS expression that a class holds for."""
    value = _value(styling)
    if styling.no_data is not None and each is styling.no_data:
        return f"{value} IS NULL"
    if styling.gated is not None and each is styling.gated:
        return f'{value} IS NOT NULL AND NOT "{styling.gate}"'
    if each.key == styling.other and not each.values:
        return "ELSE"
    if styling.rule == "values":
        test = f"{value} IN ({', '.join(map(quoted, each.values))})"
        if styling.no_data is not None and each.key == styling.no_data.key:
            test = f"{value} IS NULL OR {test}"
    elif styling.rule == "prefixes":
        test = " OR ".join(f"{value} LIKE {quoted(prefix + '%')}" for prefix in each.values)
    else:
        bounds = [f"{value} >= {each.low!r}"] if each.low is not None else []
        bounds += [f"{value} < {each.high!r}"] if each.high is not None else []
        test = " AND ".join(bounds)
    return test if styling.gate is None else f'"{styling.gate}" AND {test}'


def _symbol(name: str, layer: Layer, style: LayerStyle, each: StyleClass) -> ElementTree.Element:
    kind = _GEOMETRY[str(layer.geometry)]
    symbol = ElementTree.Element("symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    size = each.size if each.size is not None else style.size
    shape = each.shape or style.shape
    if kind == "marker":
        options = {
            "name": _MARKERS.get(shape, "circle"),
            "color": colour(each.fill, transparent=each.fill is None or shape == "ring"),
            "outline_color": colour(_OUTLINE),
            "outline_style": "solid",
            "outline_width": "0.2",
            "outline_width_unit": "MM",
            "size": _mm(2 * size),
            "size_unit": "MM",
        }
        return _with_layer(symbol, "SimpleMarker", options)
    if kind == "line":
        options = {
            "line_color": colour(each.fill or _OUTLINE),
            "line_style": "dash" if shape == "dashes" else "solid",
            "line_width": _mm(size),
            "line_width_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        }
        return _with_layer(symbol, "SimpleLine", options)
    outline = shape == "outline"
    options = {
        "color": colour(each.fill, transparent=each.fill is None),
        "style": "no" if each.fill is None else "solid",
        "outline_color": colour(_COAST if outline else _BOUNDARY),
        "outline_style": "solid",
        "outline_width": "0.26" if outline else "0.1",
        "outline_width_unit": "MM",
    }
    return _with_layer(symbol, "SimpleFill", options)


def _with_layer(symbol: ElementTree.Element, kind: str, options: Mapping[str, str]) -> ElementTree.Element:
    drawn = ElementTree.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    box = ElementTree.SubElement(drawn, "Option", type="Map")
    for name, value in sorted(options.items()):
        ElementTree.SubElement(box, "Option", name=name, type="QString", value=value)
        ElementTree.SubElement(drawn, "prop", k=name, v=value)
    return symbol


def _mm(pixels: float) -> str:
    return f"{pixels * _MM_PER_PIXEL:.3g}"
