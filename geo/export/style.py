"""The one table of how each layer looks: classes, breaks, colours, symbols, words in Spanish and English.

The atlas reads it; so does every other output that draws. Categories take Okabe and Ito's colours (at most
seven and "other"), quantities take cividis or batlow: both stay apart under the common colour-vision
deficiencies. Some of these colours are faint on a light ground, so a marker always carries an outline that
keeps a contrast of 3:1 with the ground, and never relies on its fill alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from geo._words import Said

Shape = Literal[
    "circle", "square", "diamond", "triangle", "cross", "ring", "line", "dashes", "area", "cells", "outline", "text"
]
Group = Literal["industry", "corridor", "territory", "ground"]

ORANGE, SKY, GREEN, YELLOW = "#e69f00", "#56b4e9", "#009e73", "#f0e442"
BLUE, VERMILION, PURPLE, OTHER = "#0072b2", "#d55e00", "#cc79a7", "#8c8c8c"
OKABE_ITO = (BLUE, ORANGE, GREEN, SKY, VERMILION, PURPLE, YELLOW)
"""Okabe and Ito's colours without black, which outlines take."""

CIVIDIS = ("#fee838", "#bbad6c", "#7d7c78", "#424e6c", "#00224e")
"""Five steps of cividis, from little (light) to much (dark)."""

BATLOW = ("#faccfa", "#f19d6b", "#828231", "#226061", "#011959")
"""Five steps of batlow, from little (light) to much (dark)."""

BATLOW_8 = ("#faccfa", "#fdb7bc", "#f8a17b", "#d29343", "#9d892b", "#687b3e", "#1c5a62", "#011959")
"""Eight steps of batlow, from little (light) to much (dark), for a series that spans years."""

NO_DATA = "#c4c8cb"
SERIES = {"light": (BLUE, VERMILION), "dark": (SKY, ORANGE)}
"""Colours of the first and the second of two things in a chart, by theme: 3:1 with the page's paper."""

FAINT = "#e7e5dd"
"""What is known but tells apart from nothing: a figure that chance alone explains."""

GROUND = {
    "light": {
        "outside": "#e3e8ea", "land": "#fbfaf6", "boundary": "#b5b2a8", "fine_boundary": "#d5d2c9",
        "coast": "#848d92", "highway": "#c3bba9", "label": "#262d33", "label_soft": "#5b646b",
        "label_halo": "#fbfaf6", "outline": "#1d2830", "halo": "#ffffff", "selection": "#111a20",
        "no_data": "#d9dbd9",
    },
    "dark": {
        "outside": "#14191d", "land": "#242a2f", "boundary": "#505a62", "fine_boundary": "#363e45",
        "coast": "#77838b", "highway": "#4c4a43", "label": "#eef0f1", "label_soft": "#9aa5ad",
        "label_halo": "#1a1f23", "outline": "#f4f6f7", "halo": "#14191d", "selection": "#ffffff",
        "no_data": "#434b52",
    },
}  # fmt: skip
"""Colours of the ground that everything else stands on, by theme."""


@dataclass(frozen=True)
class Words:
    """The same words in Spanish and in English; ``[[term.es]]`` in them takes a term of the study at work."""

    es: Said[str] = Said()
    en: Said[str] = Said()


@dataclass(frozen=True, slots=True)
class StyleClass:
    """One class of a legend.

    Parameters
    ----------
    key
        Name of the class, stable between releases.
    label
        Words of the legend.
    fill
        Colour as ``#rrggbb``; None draws nothing.
    values
        Values of the styled column that fall in the class; a value of a code column may be a prefix.
    low, high
        Bounds of a class of a quantity: low <= value < high; None is open.
    shape, size
        Symbol and size of the class where they differ from the layer's.
    """

    key: str
    label: Words
    fill: str | None
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    shape: Shape | None = None
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Styling:
    """One way to colour a layer: by a column's categories, by its quantities, or all alike.

    Parameters
    ----------
    column
        The styled column; None where every row looks the same.
    label
        Words of the choice in the legend.
    classes
        The classes in the order of the legend; the first that fits a value wins.
    rule
        How a value finds its class: ``one`` class for all, equal ``values``, ``prefixes``, or ``breaks``.
        ``ranked`` classes take the values that are most frequent in the run's table, in order; the drawing names them.
    other
        Key of the class for values that none of the classes names; None sends them to ``no_data``.
    no_data
        Class for missing values; None only where the column cannot be missing.
    instead
        Column that serves where the styled one is missing.
    gate
        Flag column; a row whose flag is false falls in ``gated``, whatever its value.
    gated
        Class of the rows that the gate stops.
    flips
        Whether the colours run the other way on a dark ground, so that much stands out on either.
    note
        What a reader of the classes must know.
    """

    column: str | None
    label: Words
    classes: tuple[StyleClass, ...]
    rule: Literal["one", "values", "prefixes", "breaks", "ranked"] = "one"
    other: str | None = None
    no_data: StyleClass | None = None
    instead: str | None = None
    gate: str | None = None
    gated: StyleClass | None = None
    flips: bool = False
    note: Words | None = None

    def classify(self, value: object, *, passes: bool = True) -> StyleClass | None:
        """Return the class of a value; None where it has none and the styling has no class for missing values."""
        if self.rule == "one":
            return self.classes[0]
        if value is None or value != value:  # noqa: PLR0124 - a missing number differs from itself
            return self.no_data
        if not passes:
            return self.gated
        found = next((each for each in self.classes if self._fits(each, value)), None)
        if found is None and self.other is not None:
            found = next(each for each in self.classes if each.key == self.other)
        return found or self.no_data

    def _fits(self, each: StyleClass, value: object) -> bool:
        if self.rule in {"values", "ranked"}:
            return value in each.values
        if self.rule == "prefixes":
            return str(value).startswith(each.values) if each.values else False
        number = float(value)  # type: ignore[arg-type]
        return (each.low is None or number >= each.low) and (each.high is None or number < each.high)


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How one layer is drawn and switched.

    Parameters
    ----------
    key
        Name of the switch.
    layer
        Layer of the schema it draws.
    label
        Words of the switch.
    group
        Part of the layer list it stands in.
    shape
        Symbol of its features.
    size
        Radius of a marker, or width of a line, in pixels at the scale of a metropolitan area.
    stylings
        Ways to colour it, the default first.
    sizings
        Ways to size its markers, the default first; each class has a size and no colour.
    alone
        Switches that share a word here are never on together: they would hide or blend each other.
    on
        Whether it is shown when the map opens.
    note
        What a reader of the drawing must know.
    stands_for
        Layer that it sums up: where that one is left out of an atlas, this one opens it.
    """

    key: str
    layer: str
    label: Words
    group: Group
    shape: Shape
    size: float
    stylings: tuple[Styling, ...]
    sizings: tuple[Styling, ...] = ()
    alone: str | None = None
    on: bool = False
    note: Words | None = None
    stands_for: str | None = None


def _no_data(es: str = "Sin dato", en: str = "No data") -> StyleClass:
    return StyleClass("no_data", Words(es, en), NO_DATA)


def _one(es: str, en: str, fill: str | None) -> tuple[Styling, ...]:
    return (Styling(None, Words(es, en), (StyleClass("all", Words(es, en), fill),)),)


def _categories(rows: Sequence[tuple[str, str, str, str | tuple[str, ...]]]) -> tuple[StyleClass, ...]:
    """Build classes of (key, es, en, fill) or, with several values, (key, es, en, (fill, value, ...))."""
    classes = []
    for key, es, en, rest in rows:
        fill, values = (rest, (key,)) if isinstance(rest, str) else (rest[0], rest[1:])
        classes.append(StyleClass(key, Words(es, en), fill, values))
    return tuple(classes)


def _steps(edges: Sequence[float], fills: Sequence[str | None], unit: str = "") -> tuple[StyleClass, ...]:
    """Build classes of whole numbers between edges; the last is open."""
    classes = []
    for index, fill in enumerate(fills):
        low = edges[index]
        high = edges[index + 1] if index + 1 < len(edges) else None
        if high is None:
            es, en = f"{low:,}{unit} o más", f"{low:,}{unit} or more"
        elif high - low == 1:
            es = en = f"{low:,}{unit}"
        else:
            es = en = f"{low:,}–{high - 1:,}{unit}"
        classes.append(StyleClass(f"from_{low:g}", Words(es, en), fill, low=low, high=high))
    return tuple(classes)


def _ranges(edges: Sequence[float], fills: Sequence[str | None], unit: str = "") -> tuple[StyleClass, ...]:
    """Build classes of measured numbers between edges; the first and the last are open."""
    first, last = edges[0], edges[-1]
    classes = [
        StyleClass(
            f"under_{first:g}", Words(f"menos de {first:,g}{unit}", f"under {first:,g}{unit}"), fills[0], high=first
        )
    ]
    for low, high, fill in zip(edges, edges[1:], fills[1:], strict=False):
        es, en = f"{low:,g} a <{high:,g}{unit}", f"{low:,g} to <{high:,g}{unit}"
        classes.append(StyleClass(f"from_{low:g}", Words(es, en), fill, low=low, high=high))
    classes.append(
        StyleClass(f"from_{last:g}", Words(f"{last:,g}{unit} o más", f"{last:,g}{unit} or more"), fills[-1], low=last)
    )
    return tuple(classes)


def _sizes(classes: Sequence[StyleClass], sizes: Sequence[float]) -> tuple[StyleClass, ...]:
    """Turn classes into sizes of a marker."""
    return tuple(replace(each, fill=None, size=size) for each, size in zip(classes, sizes, strict=True))


def _quotient(code: str, es: str, en: str) -> Styling:
    """Colour municipalities by their location quotient in one industry."""
    return Styling(
        f"lq_{code}", Words(f"Especialización: {es} ({code})", f"Specialisation: {en} ({code})"),
        (
            StyleClass("none", Words("0: ninguna planta", "0: no plant"), None, low=0, high=0.0001),
            *(replace(each, low=each.low or 0.0001) for each in _ranges((1, 2, 4, 8), CIVIDIS)),
        ),
        "breaks", no_data=_no_data("Sin manufactura en el registro", "No manufacturing in the register"), flips=True,
        note=Words("Cociente de localización: 1 es lo normal en el país; con pocas plantas sube mucho.",
                   "Location quotient: 1 is the country's normal; with few plants it rises fast."),
    )  # fmt: skip


_PARK_KIND = Styling(
    "kind", Words("Tipo", "Kind"),
    _categories((
        ("industrial_park", "Parque industrial", "Industrial park", BLUE),
        ("industrial_city", "Ciudad industrial", "Industrial city", VERMILION),
        ("logistics_park", "Parque logístico", "Logistics park", GREEN),
        ("technology_park", "Parque tecnológico", "Technology park", PURPLE),
        ("industrial_zone", "Zona industrial", "Industrial zone", SKY),
        ("industrial_corridor", "Corredor industrial", "Industrial corridor", ORANGE),
        ("complex", "Complejo", "Complex", YELLOW),
    )),
    "values", no_data=_no_data(),
)  # fmt: skip
_PARK_OWNER = Styling(
    "owner_kind", Words("Tipo de propietario", "Kind of owner"),
    _categories((
        ("private_national", "[[National_private.es]]", "[[National_private.en]]", BLUE),
        ("private_foreign", "Privado extranjero", "Private, foreign", ORANGE),
        ("public", "Público", "Public", GREEN),
        ("reit", "[[Investment_trust.es]]", "[[Investment_trust.en]]", PURPLE),
        ("mixed", "Mixto", "Mixed", YELLOW),
    )),
    "values", no_data=_no_data("Se desconoce", "Unknown"),
)  # fmt: skip
_PARK_CONFIDENCE = Styling(
    "confidence", Words("Confianza", "Confidence"),
    _categories((
        ("high", "Alta", "High", CIVIDIS[4]),
        ("medium", "Media", "Medium", CIVIDIS[2]),
        ("low", "Baja", "Low", CIVIDIS[0]),
    )),
    "values", no_data=_no_data(),
)  # fmt: skip
_PARK_DEVELOPER = Styling(
    "developers", Words("Desarrollador", "Developer"),
    (
        *(
            StyleClass(f"ranked_{rank}", Words(f"El {rank}.º con más parques", f"Number {rank} by parks"), fill)
            for rank, fill in enumerate(OKABE_ITO, 1)
        ),
        StyleClass("other", Words("Otros desarrolladores", "Other developers"), OTHER),
    ),
    "ranked", other="other", no_data=_no_data("Se desconoce", "Unknown"),
    note=Words("Los siete con más parques en el inventario.", "The seven with most parks in the inventory."),
)  # fmt: skip
_PARK_YEAR = Styling(
    "opened_year", Words("Año", "Year"),
    (
        StyleClass("to_2004", Words("2004 o antes", "2004 or before"), BATLOW[4], high=2005),
        StyleClass("from_2005", Words("2005–2009", "2005–2009"), BATLOW[3], low=2005, high=2010),
        StyleClass("from_2010", Words("2010–2014", "2010–2014"), BATLOW[2], low=2010, high=2015),
        StyleClass("from_2015", Words("2015–2019", "2015–2019"), BATLOW[1], low=2015, high=2020),
        StyleClass("from_2020", Words("2020 o después", "2020 or later"), BATLOW[0], low=2020),
    ),
    "breaks", no_data=_no_data("Sin año", "No year"), instead="first_seen_year",
    note=Words("Apertura; si no consta, primera aparición en el registro, que empieza en 2004.",
               "Opening; where unknown, first appearance in the register, which begins in 2004."),
)  # fmt: skip
_PARK_EXCESS = Styling(
    "owner_excess_25km", Words("Exceso de propiedad a 25 km", "Ownership excess within 25 km"),
    _ranges((0.05, 0.1, 0.2), (BATLOW[0], BATLOW[1], BATLOW[2], BATLOW[4])),
    "breaks",
    no_data=StyleClass("no_data", Words("Sin cálculo: pocos dueños conocidos", "Not computed: few known owners"),
                       NO_DATA, size=2.4),
    gate="owner_excess_significant",
    gated=StyleClass("not_significant", Words("No significativo", "Not significant"), FAINT, size=3),
    note=Words("0: como si los dueños se hubieran repartido al azar; 1: un solo dueño alrededor. Radio de 25 km, "
               "parques con dueño o desarrollador conocido.",
               "0: as if owners had been dealt at random; 1: one owner around. Within 25 km, parks with a known owner "
               "or developer."),
)  # fmt: skip
_ONE_SIZE = Styling(None, Words("Todos iguales", "All alike"),
                    (StyleClass("all", Words("Todos iguales", "All alike"), None, size=5),))  # fmt: skip
_SIZE_AREA = Styling(
    "area_ha", Words("Superficie", "Area"), _sizes(_ranges((50, 200, 500), (None,) * 4, " ha"), (4, 6, 8.5, 11.5)),
    "breaks", no_data=StyleClass("no_data", Words("Superficie desconocida", "Area unknown"), None, size=2.8),
)  # fmt: skip
_SIZE_PLANTS = Styling(
    "plants_registered", Words("Plantas en el registro", "Plants in the register"),
    _sizes(_steps((0, 1, 5, 20, 50), (None,) * 5), (2.8, 4, 6, 8.5, 11.5)), "breaks",
    no_data=StyleClass("no_data", Words("Plantas desconocidas", "Plants unknown"), None, size=2.8),
)  # fmt: skip
_ROLE = Styling(
    "role", Words("Papel en el parque", "Role in the park"),
    _categories((
        ("owner", "Propietario", "Owner", ORANGE),
        ("developer", "Desarrollador", "Developer", BLUE),
        ("promoter", "Promotor", "Promoter", GREEN),
        ("administrator", "Administrador", "Administrator", PURPLE),
    )),
    "values",
)  # fmt: skip
_SEGMENT = Styling(
    "segment", Words("Segmento", "Segment"),
    _categories((
        ("light_vehicle", "Vehículos ligeros", "Light vehicles", VERMILION),
        ("engine_transmission", "Motores y transmisiones", "Engines and transmissions", BLUE),
        ("heavy_truck", "Camiones pesados", "Heavy trucks", GREEN),
        ("bus", "Autobuses", "Buses", YELLOW),
        ("motorcycle_recreational", "Motocicletas y recreativos", "Motorcycles, recreational", PURPLE),
    )),
    "values", no_data=_no_data(),
)  # fmt: skip
_PARTS = Styling(
    "part_class", Words("Clase de autopartes", "Class of parts"),
    _categories((
        ("electrical", "Arneses y partes eléctricas", "Harnesses and electrical parts",
         (ORANGE, "harness_electrical", "electrical_electronics", "batteries")),
        ("powertrain", "Motor y transmisión", "Engine and transmission",
         (BLUE, "engine", "transmission_drivetrain")),
        ("chassis", "Frenos, dirección y suspensión", "Brakes, steering and suspension",
         (GREEN, "brakes", "steering_suspension")),
        ("metal", "Estampado, fundición y metal", "Stamping, casting and metal",
         (SKY, "stamping", "casting_foundry", "metal_forming_finishing")),
        ("plastic", "Plástico, hule y vidrio", "Plastic, rubber and glass",
         (YELLOW, "plastic_parts", "tires_rubber", "glass")),
        ("interior", "Asientos e interiores", "Seats and interiors",
         (PURPLE, "seats_interior", "textile_leather_interior")),
        ("vehicles", "Vehículos, carrocerías y remolques", "Vehicles, bodies and trailers",
         (VERMILION, "vehicle_assembly", "truck_bus_assembly", "bodies_trailers", "motorcycle_recreational")),
        ("other", "Otras autopartes", "Other parts", (OTHER, "other_parts", "other_auto_sector")),
        ("no_data", "Sin clasificar", "Not classified", (NO_DATA, "unclassified")),
    )),
    "values", other="other", no_data=_no_data("Sin clasificar", "Not classified"),
)  # fmt: skip
_ESTABLISHMENT = Styling(
    "scian", Words("Actividad", "Activity"),
    (
        StyleClass("manufacturing", Words("Manufactura ([[industry_codes.es]] 31-33)",
                                          "Manufacturing ([[industry_codes.en]] 31-33)"), SKY, ("31", "32", "33")),
        StyleClass("other", Words("Otras actividades", "Other activities"), OTHER),
    ),
    "prefixes", other="other", no_data=_no_data(),
)  # fmt: skip
_PER_HEXAGON = Styling(
    "establishments", Words("Establecimientos por hexágono de 25 km", "Establishments per hexagon of 25 km"),
    _steps((1, 10, 100, 1_000, 10_000), CIVIDIS), "breaks", no_data=_no_data(), flips=True,
    note=Words("Cuenta todos los establecimientos con punto, sin duplicados; 25 km de centro a centro. No sigue los "
               "filtros.",
               "Counts every establishment with a point, duplicates left out; 25 km from centre to centre. It does not "
               "follow the filters."),
)  # fmt: skip
_PORT = Styling(
    "quality", Words("Calidad del punto", "Quality of the point"),
    (
        StyleClass("good", Words("Cruce fronterizo", "Port of entry"), YELLOW, ("good",)),
        StyleClass("off_line", Words("Punto algo fuera de la línea", "Point somewhat off the line"), ORANGE,
                   ("off_line",)),
        StyleClass("bad", Words("Punto lejos de la línea: no se usa", "Point far off the line: not used"), VERMILION,
                   ("bad",), shape="cross"),
    ),
    "values", no_data=_no_data(),
)  # fmt: skip
_BRANCH = Styling(
    "branch", Words("Ramal", "Branch"),
    (
        StyleClass("trunk", Words("Tronco: [[trunk.es]]", "Trunk: [[trunk.en]]"), VERMILION,
                   ("trunk",)),
        StyleClass("branch", Words("Ramales", "Branches"), VERMILION, size=2),
    ),
    "values", other="branch",
)  # fmt: skip
_WAGE = Styling(
    "wage_daily_mxn", Words("Salario diario ([[currency.es]])", "Daily wage ([[currency.en]])"),
    _ranges((200, 240, 280, 330, 390, 460, 540), BATLOW_8), "breaks", no_data=_no_data(), flips=True,
    note=Words("[[Money.es]] corrientes de cada año.", "[[Money.en]] of each year, not adjusted for prices."),
)  # fmt: skip
_MUNICIPAL_PARKS = Styling(
    "parks", Words("Parques en el inventario", "Parks in the inventory"),
    (
        StyleClass("none", Words("Ninguno", "None"), None, low=0, high=1),
        *_steps((1, 2, 5, 10, 25), CIVIDIS),
    ),
    "breaks", no_data=_no_data(), flips=True,
)  # fmt: skip
_HOT_SPOT = Styling(
    "gi_star_z", Words("Puntos calientes de parques", "Hot spots of parks"),
    (
        StyleClass("cold", Words("Frío: menos que por azar", "Cold: fewer than by chance"), BLUE, high=0),
        StyleClass("hot", Words("Caliente: más que por azar", "Hot: more than by chance"), VERMILION, low=0),
    ),
    "breaks", no_data=_no_data(), gate="gi_star_significant",
    gated=StyleClass("not_significant", Words("No significativo", "Not significant"), None),
    note=Words("Gi* de Getis y Ord, con control de falsos hallazgos.", "Getis-Ord Gi*, false discoveries controlled."),
)  # fmt: skip
_OUT_OF_REACH = Styling(
    "population_without_park_30km", Words("Personas sin parque a 30 km", "People without a park within 30 km"),
    (
        StyleClass("none", Words("Nadie", "Nobody"), None, low=0, high=1),
        *_steps((1, 5_000, 20_000, 50_000, 100_000), CIVIDIS),
    ),
    "breaks", no_data=_no_data(), flips=True,
)  # fmt: skip
_DENSITY = Styling(
    "parks_per_1000_km2", Words("Parques por 1,000 km²", "Parks per 1,000 km²"),
    _ranges((0.1, 0.5, 1, 2, 5), (None, *CIVIDIS)), "breaks", flips=True,
    note=Words("Conjunto de estudio, núcleo de 25 km; se cuentan celdas de 0.2°. No sigue los filtros.",
               "Study set, 25 km kernel; the counts are of 0.2° cells. It does not follow the filters."),
)  # fmt: skip

LAYER_STYLES: Mapping[str, LayerStyle] = {
    style.key: style
    for style in (
        LayerStyle("parks", "parks", Words("Parques industriales", "Industrial parks"), "industry",
                   "circle", 5, (_PARK_KIND, _PARK_OWNER, _PARK_DEVELOPER, _PARK_CONFIDENCE, _PARK_YEAR),
                   sizings=(_ONE_SIZE, _SIZE_AREA, _SIZE_PLANTS), alone="parks", on=True),
        LayerStyle("ownership", "parks", Words("Concentración local de dueños", "Local concentration of owners"),
                   "industry", "circle", 5, (_PARK_EXCESS,), alone="parks"),
        LayerStyle("developers", "park_developers", Words("Parques de un desarrollador", "Parks of one developer"),
                   "industry", "ring", 8, (_ROLE,)),
        LayerStyle("assembly_plants", "assembly_plants", Words("Plantas armadoras", "Assembly plants"), "industry",
                   "square", 5.5, (_SEGMENT,), on=True),
        LayerStyle("auto_parts_plants", "auto_parts_plants", Words("Plantas de autopartes", "Auto-parts plants"),
                   "industry", "triangle", 4.5, (_PARTS,)),
        LayerStyle("establishments", "establishments",
                   Words("Establecimientos del registro", "Register establishments"), "industry",
                   "circle", 2.4, (_ESTABLISHMENT,)),
        LayerStyle("corridor", "corridor", Words("Corredor automotriz", "Auto corridor"), "corridor",
                   "line", 3.5, (_BRANCH,), on=True,
                   note=Words("Marcas cada 100 km de cadenamiento", "Ticks every 100 km of chainage")),
        LayerStyle("border", "border", Words("[[Border_long.es]]", "[[Border_long.en]]"),
                   "corridor", "dashes", 2.5, _one("Línea fronteriza", "Border line", None), on=True),
        LayerStyle("ports_of_entry", "ports_of_entry", Words("Cruces fronterizos", "Ports of entry"), "corridor",
                   "diamond", 5, (_PORT,), on=True),
        LayerStyle("density", "density", Words("Densidad de parques", "Density of parks"), "territory",
                   "cells", 1, (_DENSITY,), alone="fill"),
        LayerStyle("establishment_hexagons", "establishment_hexagons",
                   Words("Establecimientos por hexágono", "Establishments by hexagon"), "territory",
                   "area", 1, (_PER_HEXAGON,), alone="fill", stands_for="establishments"),
        LayerStyle("states_wage", "states", Words("Salario diario por entidad", "Daily wage by state"), "territory",
                   "area", 1, (_WAGE,), alone="fill"),
        LayerStyle("municipalities", "municipalities", Words("Municipios", "Municipalities"), "territory",
                   "area", 1,
                   (_MUNICIPAL_PARKS,
                    _quotient("3361", "armado", "assembly"),
                    _quotient("3363", "autopartes", "auto parts"),
                    _quotient("336320", "eléctricas", "electrical"),
                    _quotient("336360", "asientos", "seats"),
                    _HOT_SPOT, _OUT_OF_REACH),
                   alone="fill"),
        LayerStyle("highways", "highways", Words("Carreteras", "Highways"), "ground", "line", 1,
                   _one("Carretera", "Highway", None),
                   note=Words("Tramos rectos entre nodos: no siguen la traza",
                              "Straight between nodes: they do not follow the road")),
        LayerStyle("states", "states", Words("Entidades federativas", "States"), "ground", "outline", 1,
                   _one("Límite estatal", "State line", None), on=True),
        LayerStyle("places", "places", Words("Nombres de lugares", "Place names"), "ground", "text", 11,
                   _one("Localidad", "Place", None), on=True),
    )
}  # fmt: skip
"""Every switch by its key, in the order of the layer list."""

_COVERED_SHARE = Styling(
    "covered_share", Words("Personas con parque a su alcance", "People with a park within reach"),
    tuple(
        StyleClass(f"from_{low}", Words(f"{low} a {'' if low == 80 else '<'}{low + 20} %",
                                        f"{low} to {'' if low == 80 else '<'}{low + 20} %"),
                   fill, low=low / 100, high=None if low == 80 else (low + 20) / 100)
        for low, fill in zip(range(0, 100, 20), CIVIDIS, strict=True)
    ),
    "breaks", no_data=_no_data("Sin población en los datos", "No people in the data"),
    note=Words("Proporción de la demanda, no de los lugares.", "Share of the demand, not of places."),
)  # fmt: skip
_OUTSIDE = Styling(
    "uncovered", Words("Personas fuera del alcance", "People beyond reach"),
    (
        StyleClass("none", Words("Nadie", "Nobody"), None, low=0, high=1),
        *_steps((1, 5_000, 20_000, 50_000, 100_000), CIVIDIS),
    ),
    "breaks", no_data=_no_data("Sin población en los datos", "No people in the data"),
)  # fmt: skip
_STATUS = Styling(
    "status", Words("Alcance", "Reach"),
    _categories((
        ("covered", "Con parque a su alcance", "With a park within reach", SKY),
        ("uncovered", "Fuera del alcance", "Beyond reach", ORANGE),
        ("unreached", "Sin conexión en la red", "Not connected by the network", OTHER),
    )),
    "values",
)  # fmt: skip
_ORIGIN = Styling(
    "origin", Words("Origen", "Origin"),
    _categories((
        ("inventory", "Parque del inventario", "Park of the inventory", VERMILION),
        ("scenario", "Parque supuesto del escenario", "Assumed park of the scenario", PURPLE),
        ("file", "Sitio del archivo", "Site of the file", GREEN),
    )),
    "values",
)  # fmt: skip
_COST_AFTER = Styling(
    "cost_after", Words("Distancia al más cercano (km o min)", "Way to the nearest (km or min)"),
    _ranges((15, 30, 60, 120), CIVIDIS), "breaks", no_data=_no_data("No llega a ninguno", "Reaches none"),
)  # fmt: skip
_CHANGE = Styling(
    "change", Words("Cambio", "Change"),
    _categories((
        ("gained", "Gana un parque a su alcance", "Gains a park within reach", GREEN),
        ("lost", "Pierde el que tenía", "Loses the one it had", VERMILION),
    )),
    "values",
)  # fmt: skip
_WITHIN = Styling(
    "within", Words("Alcance (min o km)", "Reach (min or km)"),
    (
        *(StyleClass(f"to_{high}", Words(f"hasta {high}", f"up to {high}"), fill, high=high + 0.001)
          for high, fill in zip((15, 30, 45, 60), CIVIDIS[::-1], strict=False)),
        StyleClass("beyond", Words("más de 60", "over 60"), CIVIDIS[0], low=60.001),
    ),
    "breaks",
)  # fmt: skip

PLANNING_STYLES: Mapping[str, LayerStyle] = {
    style.key: style
    for style in (
        LayerStyle("facilities", "facilities", Words("Parques que existen", "Parks that are there"), "industry",
                   "circle", 4, (_ORIGIN,), on=True),
        LayerStyle("proposed_sites", "proposed_sites",
                   Words("Sitios propuestos (no son parques)", "Proposed sites (not parks)"), "industry",
                   "diamond", 7, _one("Sitio propuesto", "Proposed site", PURPLE), on=True),
        LayerStyle("coverage_places", "coverage_places", Words("Lugares por su alcance", "Places by their reach"),
                   "industry", "circle", 2, (_STATUS,), on=True),
        LayerStyle("site_costs", "site_costs", Words("Lugares por su distancia", "Places by their distance"),
                   "industry", "circle", 2.5, (_COST_AFTER,), on=True),
        LayerStyle("changed_places", "changed_places", Words("Lugares que cambian", "Places that change"), "industry",
                   "circle", 3, (_CHANGE,), on=True),
        LayerStyle("isochrones", "isochrones", Words("Isócronas", "Isochrones"), "territory", "area", 1,
                   (_WITHIN,), on=True),
        LayerStyle("coverage_municipalities", "coverage_municipalities",
                   Words("Cobertura por municipio", "Coverage by municipality"), "territory", "area", 1,
                   (_COVERED_SHARE, _OUTSIDE), on=True),
    )
}  # fmt: skip
"""How the layers of a planner's question are drawn; the atlas has no switch for them."""

_SMOOTHED = Words(
    "Parques ubicados del conjunto de estudio, núcleo gaussiano de 25 km, corregido en costas y fronteras. "
    "[[inventory_note.es]]",
    "Located parks of the study set, Gaussian kernel of 25 km, corrected at coasts and borders. [[inventory_note.en]]",
)
RASTER_STYLES: Mapping[str, Styling] = {
    str(styling.column): styling
    for styling in (
        replace(_DENSITY, column="parks_density", note=_SMOOTHED),
        Styling("auto_plants_density", Words("Plantas automotrices por 1,000 km²", "Auto plants per 1,000 km²"),
                _ranges((0.1, 0.5, 2, 5, 15), (None, *CIVIDIS)), "breaks", flips=True,
                note=Words("Armadoras y autopartes, cada planta una vez. Núcleo gaussiano de 25 km, corregido en "
                           "costas y fronteras; solo puntos ubicados.",
                           "Assembly and auto-parts plants, each works once. Gaussian kernel of 25 km, corrected at "
                           "coasts and borders; located points only.")),
        Styling("ownership_excess", Words("Exceso de propiedad a 25 km", "Ownership excess within 25 km"),
                _ranges((0, 0.05, 0.1, 0.2), (FAINT, BATLOW[0], BATLOW[1], BATLOW[2], BATLOW[4])), "breaks",
                note=Words("0: como si los dueños se hubieran repartido al azar; 1: un solo dueño alrededor. Sin "
                           "prueba por celda; vacío con menos de 3 parques efectivos de controlador conocido.",
                           "0: as if owners had been dealt at random; 1: one owner around. No test by cell; blank "
                           "with fewer than 3 effective parks of known controller.")),
        Styling("port_road_distance", Words("Distancia por carretera al cruce más cercano",
                                            "Road distance to the nearest port of entry"),
                _ranges((100, 250, 500, 1000), CIVIDIS, " km"), "breaks",
                note=Words("Al cruce más cercano por carretera, con tramos rectos de acceso; vacío donde no hay "
                           "carretera cerca o no hay camino.",
                           "To the port nearest by road, with straight access legs; blank where no highway is near "
                           "or no way leads there.")),
    )
}  # fmt: skip
"""How each raster is coloured, by its name."""


def style_table(switches: Sequence[str] | None = None, left_out: Collection[str] = ()) -> dict[str, Any]:
    """Return the whole table as JSON-able values.

    Parameters
    ----------
    switches
        Keys of the layers that can be switched, all of them on but those that another of the same ``alone`` keeps off;
        the others are ``hidden``. None leaves every layer as it is.
    left_out
        Layers whose rows the output does not carry: their switches are ``hidden``, and what stands for them is on.
    """
    layers = [asdict(style) for style in LAYER_STYLES.values()]
    for layer in layers:
        stands_for = layer.pop("stands_for")
        if layer["layer"] in left_out:
            layer.update(on=False, hidden=True)
        elif stands_for in left_out:
            layer["on"] = True
    if switches is not None:
        taken: set[str] = set()
        for layer in layers:
            named = layer["key"] in switches and layer["layer"] not in left_out
            layer.update(on=named and layer["alone"] not in taken, hidden=not named)
            if layer["on"] and layer["alone"] is not None:
                taken.add(layer["alone"])
    return {"ground": GROUND, "series": SERIES, "layers": layers}


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, 0 to 1, as WCAG defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Return WCAG's contrast ratio of two colours, 1 to 21.

    Examples
    --------
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)
