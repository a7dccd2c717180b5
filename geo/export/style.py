"""The one table of how each layer looks: classes, breaks, colours, symbols, words in Spanish and English.

The atlas reads it; so does every other output that draws. Categories take Okabe and Ito's colours (at most
seven and "other"), quantities take cividis or batlow: both stay apart under the common colour-vision
deficiencies. Some of these colours are faint on a light ground, so a marker always carries an outline that
keeps a contrast of 3:1 with the ground, and never relies on its fill alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Shape = Literal["circle", "square", "diamond", "triangle", "cross", "line", "dashes", "area", "outline", "text"]
Group = Literal["industry", "corridor", "territory", "ground"]

ORANGE, SKY, GREEN, YELLOW = "#e69f00", "#56b4e9", "#009e73", "#f0e442"
BLUE, VERMILION, PURPLE, OTHER = "#0072b2", "#d55e00", "#cc79a7", "#8c8c8c"
OKABE_ITO = (BLUE, ORANGE, GREEN, SKY, VERMILION, PURPLE, YELLOW)
"""Okabe and Ito's colours without black, which outlines take."""

CIVIDIS = ("#fee838", "#bbad6c", "#7d7c78", "#424e6c", "#00224e")
"""Five steps of cividis, from little (light) to much (dark)."""

BATLOW = ("#faccfa", "#f19d6b", "#828231", "#226061", "#011959")
"""Five steps of batlow, from little (light) to much (dark)."""

NO_DATA = "#c4c8cb"

GROUND = {
    "light": {
        "outside": "#e3e8ea", "land": "#fbfaf6", "boundary": "#b5b2a8", "fine_boundary": "#d5d2c9",
        "coast": "#848d92", "highway": "#c3bba9", "label": "#262d33", "label_soft": "#5b646b",
        "label_halo": "#fbfaf6", "outline": "#1d2830", "halo": "#ffffff", "selection": "#111a20",
    },
    "dark": {
        "outside": "#14191d", "land": "#242a2f", "boundary": "#505a62", "fine_boundary": "#363e45",
        "coast": "#77838b", "highway": "#4c4a43", "label": "#eef0f1", "label_soft": "#9aa5ad",
        "label_halo": "#1a1f23", "outline": "#f4f6f7", "halo": "#14191d", "selection": "#ffffff",
    },
}  # fmt: skip
"""Colours of the ground that everything else stands on, by theme."""


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Spanish and in English."""

    es: str
    en: str


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
    other
        Key of the class for values that none of the classes names; None sends them to ``no_data``.
    no_data
        Class for missing values; None only where the column cannot be missing.
    """

    column: str | None
    label: Words
    classes: tuple[StyleClass, ...]
    rule: Literal["one", "values", "prefixes", "breaks"] = "one"
    other: str | None = None
    no_data: StyleClass | None = None

    def classify(self, value: object) -> StyleClass | None:
        """Return the class of a value; None where it has none and the styling has no class for missing values."""
        if self.rule == "one":
            return self.classes[0]
        if value is None or value != value:  # noqa: PLR0124 - a missing number differs from itself
            return self.no_data
        found = next((each for each in self.classes if self._fits(each, value)), None)
        if found is None and self.other is not None:
            found = next(each for each in self.classes if each.key == self.other)
        return found or self.no_data

    def _fits(self, each: StyleClass, value: object) -> bool:
        if self.rule == "values":
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
    on
        Whether it is shown when the map opens.
    note
        What a reader of the drawing must know.
    """

    key: str
    layer: str
    label: Words
    group: Group
    shape: Shape
    size: float
    stylings: tuple[Styling, ...]
    on: bool = False
    note: Words | None = None


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


def _steps(edges: Sequence[float], fills: Sequence[str], unit: str = "") -> tuple[StyleClass, ...]:
    """Build classes of whole numbers between edges; the first and last are open where the edge is None."""
    classes = []
    for index, fill in enumerate(fills):
        low = edges[index]
        high = edges[index + 1] if index + 1 < len(edges) else None
        if high is None:
            es, en = f"{low:g}{unit} o más", f"{low:g}{unit} or more"
        elif high - low == 1:
            es = en = f"{low:g}{unit}"
        else:
            es = en = f"{low:g}–{high - 1:g}{unit}"
        classes.append(StyleClass(f"from_{low:g}", Words(es, en), fill, low=low, high=high))
    return tuple(classes)


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
        ("private_national", "Privado nacional", "Private, Mexican", BLUE),
        ("private_foreign", "Privado extranjero", "Private, foreign", ORANGE),
        ("public", "Público", "Public", GREEN),
        ("reit", "Fideicomiso inmobiliario (FIBRA)", "Real-estate trust (FIBRA)", PURPLE),
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
        StyleClass("manufacturing", Words("Manufactura (SCIAN 31-33)", "Manufacturing (SCIAN 31-33)"), SKY,
                   ("31", "32", "33")),
        StyleClass("other", Words("Otras actividades", "Other activities"), OTHER),
    ),
    "prefixes", other="other", no_data=_no_data(),
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
        StyleClass("trunk", Words("Tronco: Ciudad Juárez–Querétaro", "Trunk: Ciudad Juárez–Querétaro"), VERMILION,
                   ("trunk",)),
        StyleClass("branch", Words("Ramales", "Branches"), VERMILION, size=2),
    ),
    "values", other="branch",
)  # fmt: skip
_WAGE = Styling(
    "wage_daily_mxn", Words("Salario diario (MXN)", "Daily wage (MXN)"),
    (
        StyleClass("under_375", Words("menos de 375", "under 375"), BATLOW[0], high=375),
        *(
            StyleClass(f"from_{low}", Words(f"{low} a <{low + 50}", f"{low} to <{low + 50}"), fill,
                       low=low, high=low + 50)
            for low, fill in zip((375, 425, 475), BATLOW[1:4], strict=True)
        ),
        StyleClass("from_525", Words("525 o más", "525 or more"), BATLOW[4], low=525),
    ),
    "breaks", no_data=_no_data(),
)  # fmt: skip
_MUNICIPAL_PARKS = Styling(
    "parks", Words("Parques en el inventario", "Parks in the inventory"),
    (
        StyleClass("none", Words("Ninguno", "None"), None, low=0, high=1),
        *_steps((1, 2, 5, 10, 25), CIVIDIS),
    ),
    "breaks", no_data=_no_data(),
)  # fmt: skip

LAYER_STYLES: Mapping[str, LayerStyle] = {
    style.key: style
    for style in (
        LayerStyle("parks", "parks", Words("Parques industriales", "Industrial parks"), "industry",
                   "circle", 5, (_PARK_KIND, _PARK_OWNER, _PARK_CONFIDENCE), on=True),
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
        LayerStyle("border", "border", Words("Frontera con Estados Unidos", "Border with the United States"),
                   "corridor", "dashes", 2.5, _one("Línea fronteriza", "Border line", None), on=True),
        LayerStyle("ports_of_entry", "ports_of_entry", Words("Cruces fronterizos", "Ports of entry"), "corridor",
                   "diamond", 5, (_PORT,), on=True),
        LayerStyle("states_wage", "states", Words("Salario diario por entidad", "Daily wage by state"), "territory",
                   "area", 1, (_WAGE,)),
        LayerStyle("municipalities", "municipalities", Words("Parques por municipio", "Parks by municipality"),
                   "territory", "area", 1, (_MUNICIPAL_PARKS,)),
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


def style_table() -> dict[str, Any]:
    """Return the whole table as JSON-able values."""
    return {"ground": GROUND, "layers": [asdict(style) for style in LAYER_STYLES.values()]}


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
