"""Clustering by distance, and where harness and seat plants stand: small panels of curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.errors import ChoiceError
from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.charts import (
    INK,
    LABEL_MM,
    LINE_MM,
    TICKS_MM,
    TITLE_MM,
    log_axis,
    panel,
    panel_title,
)
from geo.export.figures.look import DASHES, Look, note, note_height_mm, styled
from geo.export.figures.sheet import PARKS_WORDS, PLANTS_WORDS
from geo.export.style import BLUE, GREEN, GROUND, OTHER, SERIES, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASSES = {
    "harness_electrical": Words("Arneses y eléctricas", "Harnesses, electrical"),
    "electrical_electronics": Words("Electrónica", "Electronics"),
    "batteries": Words("Baterías", "Batteries"),
    "engine": Words("Motores", "Engines"),
    "transmission_drivetrain": Words("Transmisiones", "Drivetrain"),
    "brakes": Words("Frenos", "Brakes"),
    "steering_suspension": Words("Dirección, suspensión", "Steering, suspension"),
    "stamping": Words("Estampado", "Stamping"),
    "casting_foundry": Words("Fundición", "Casting"),
    "metal_forming_finishing": Words("Formado de metal", "Metal forming"),
    "plastic_parts": Words("Plásticos", "Plastic parts"),
    "tires_rubber": Words("Llantas y hule", "Tyres, rubber"),
    "glass": Words("Vidrio", "Glass"),
    "seats_interior": Words("Asientos, interiores", "Seats, interiors"),
    "textile_leather_interior": Words("Textiles y piel", "Textiles, leather"),
    "vehicle_assembly": Words("Armado de vehículos", "Vehicle assembly"),
    "truck_bus_assembly": Words("Camiones, autobuses", "Trucks, buses"),
    "bodies_trailers": Words("Carrocerías, remolques", "Bodies, trailers"),
    "motorcycle_recreational": Words("Motocicletas", "Motorcycles"),
    "other_parts": Words("Otras partes", "Other auto parts"),
    "other_auto_sector": Words("Otras del sector", "Others of the sector"),
}
"""Short names of the classes of auto parts, for the head of a small panel."""

_POOLED = Words("Dueños, todos", "Owners, all")
_R_TICKS = (5, 20, 100, 400)
_M_LOW, _M_MARGIN = 0.3, 1.15
_KEY = Words("Plantas (n; mediana, km)", "Plants (n; median, km)")
_GROUPS = (
    ("harness_electrical", Words("arneses", "harnesses"), SERIES["light"][1], 0, 1.6),
    ("seats_interior", Words("asientos", "seats"), BLUE, 1, 1.3),
    ("other_parts_all", Words("otras partes", "other parts"), OTHER, 2, 1.1),
    ("assembly", Words("armadoras", "assembly"), GREEN, 3, 1.3),
)


@styled
def clustering(tables: Tables, look: Look) -> Figure:
    """Draw M(r) of owners and of classes of parts with their global envelopes, a small panel each."""
    curves = _m_curves(tables["curves"])
    text = " ".join(look.say(words) for words in (PARKS_WORDS, PLANTS_WORDS))
    foot = note_height_mm(look, text)
    columns = 3 if look.narrow else 4
    rows = -(-(len(curves) + 1) // columns)
    left, gap, high = 9.0, 3.0, 17.0 if look.narrow else 24.0
    head = 2 * LINE_MM + 1.2
    width = (look.width_mm - left - 1.5 - gap * (columns - 1)) / columns
    page = foot + LABEL_MM + TICKS_MM + rows * (high + head) + (rows - 1) * 2.0 + 0.5
    figure = look.canvas(page)
    note(figure, look, text)
    names = dict(zip(tables["developers"]["developer_id"], tables["developers"]["name"], strict=True))
    top = _M_MARGIN * max(float(curve[["observed", "high"]].max().max()) for curve in curves)
    for at, curve in enumerate(curves):
        row, column = divmod(at, columns)
        axes = panel(
            figure, look, left_mm=left + column * (width + gap), width_mm=width, height_mm=high,
            bottom_mm=page - 0.5 - (row + 1) * (head + high) - row * 2.0,
        )  # fmt: skip
        _m_panel(axes, look, curve, top)
        lowest = at + columns >= len(curves)
        axes.tick_params(labelleft=column == 0, labelbottom=lowest)
        if lowest:
            axes.set_xlabel("r (km)")
        if column == 0:
            axes.set_ylabel("M(r)")
        _m_head(axes, look, curve, names)
    row, column = divmod(len(curves), columns)
    key = panel(
        figure, look, left_mm=left + column * (width + gap), width_mm=width, height_mm=high,
        bottom_mm=page - 0.5 - (row + 1) * (head + high) - row * 2.0,
    )  # fmt: skip
    _m_key(key, look)
    return figure


def _m_curves(curves: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the curves of M that can be drawn: all owners pooled, single owners, then classes of parts by size."""
    m = curves[(curves["statistic"] == "m") & curves["observed"].notna()]
    if m.empty:
        raise ChoiceError("no curve of M(r) could be measured in this study, so there is nothing to show.")
    order = {"owners_pooled": 0, "owner": 1, "part_class": 2}
    parts = [part for _, part in m.groupby(["subject", "name"], sort=False, dropna=False)]
    return sorted(
        parts, key=lambda part: (order[part["subject"].iloc[0]], -part["points"].iloc[0], str(part["name"].iloc[0]))
    )


def _m_panel(axes: Axes, look: Look, curve: pd.DataFrame, top: float) -> None:
    """Draw one curve in logarithms; an envelope that reaches 0 runs off the lower edge."""
    r = np.log10(curve["r_km"].to_numpy(float))
    low, high, observed = (
        np.log10(curve[name].clip(lower=_M_LOW / 2).to_numpy(float)) for name in ("low", "high", "observed")
    )
    colour = look.fill(SERIES["light"][0])
    axes.fill_between(r, low, high, color=look.fill(INK["no_data"]), linewidth=0, zorder=1)
    axes.axhline(0, color=look.fill(INK["label_soft"]), linewidth=0.5, zorder=2)
    axes.plot(r, observed, color=colour, linewidth=1.1, zorder=3)
    outside = curve["outside"].fillna(False).to_numpy(bool)
    size = 2.6 if look.narrow else 3.2
    style: dict[str, Any] = {
        "linestyle": "none",
        "marker": "o",
        "markersize": size,
        "markeredgecolor": colour,
        "zorder": 4,
    }
    axes.plot(r[outside], observed[outside], markerfacecolor=colour, **style)
    axes.plot(r[~outside], observed[~outside], markerfacecolor=GROUND["light"]["halo"], markeredgewidth=0.6, **style)
    axes.set_ylim(np.log10(_M_LOW), np.log10(top))
    axes.set_xlim(np.log10(4.2), np.log10(480))
    log_axis(axes.xaxis, _R_TICKS, look)
    log_axis(axes.yaxis, [tick for tick in (0.5, 1, 2, 5, 10, 20, 50) if tick <= top], look, decimals=1)


def _m_head(axes: Axes, look: Look, curve: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Write what a panel shows, how many points it has and the p of its curve."""
    first = curve.iloc[0]
    name = str(first["name"])
    if first["subject"] == "owners_pooled":
        words = look.say(_POOLED)
    elif first["subject"] == "owner":
        words = look.printable(names.get(name, name))
    else:
        words = look.say(CLASSES[name]) if name in CLASSES else look.printable(name)
    counted = f"n = {look.number(int(first['points']))}, p = {look.number(first['p'], 4).rstrip('0')}"
    axes.annotate(
        f"{words}\n{counted}", (0, 1), xycoords="axes fraction", xytext=(0, 1.5), textcoords="offset points",
        ha="left", va="bottom", size=look.small_pt, color=look.fill(INK["label"]), linespacing=1.1,
        annotation_clip=False,
    )  # fmt: skip


def _m_key(axes: Axes, look: Look) -> None:
    """Explain the marks in the place of one more panel."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    colour = look.fill(SERIES["light"][0])
    axes.set_axis_off()
    mark: dict[str, Any] = {
        "color": colour,
        "linewidth": 1.1,
        "marker": "o",
        "markersize": 3.0,
        "markeredgecolor": colour,
    }
    handles = [
        Line2D([], [], markerfacecolor=colour, **mark),
        Line2D([], [], markerfacecolor=GROUND["light"]["halo"], markeredgewidth=0.6, **mark),
        Patch(facecolor=look.fill(INK["no_data"]), linewidth=0),
        Line2D([], [], color=look.fill(INK["label_soft"]), linewidth=0.5),
    ]
    words = (
        Words("fuera de banda", "outside band"), Words("en la banda", "inside band"),
        Words("banda 95 %", "95% band"), Words("azar: 1", "chance: 1"),
    )  # fmt: skip
    axes.legend(
        handles, [look.say(each) for each in words], loc="upper left", borderaxespad=0, borderpad=0, handlelength=1.4,
        labelspacing=0.4, labelcolor=look.fill(INK["label"]),
    )  # fmt: skip


@styled
def harness_plants(tables: Tables, look: Look) -> Figure:
    """Draw which share of harness, seat, other parts and assembly plants stands within each distance."""
    rows = tables["plant_distances"]
    text = look.say(PLANTS_WORDS)
    foot = note_height_mm(look, text)
    panels = (
        ("a", "border", Words("A la [[border.es]]", "To the [[border.en]]")),
        ("b", "assembly_plant", Words("A la armadora más cercana", "To the nearest assembly plant")),
    )
    left, gap = 9.5, 4.0
    width = look.width_mm - left - 4.0 if look.narrow else (look.width_mm - 2 * left - gap - 4.0) / 2
    high = 42.0 if look.narrow else 55.0
    block = TITLE_MM + high + TICKS_MM + LABEL_MM
    count = len(panels)
    page = foot + (count * block + 2.0 * (count - 1) if look.narrow else block) + 1.0
    figure = look.canvas(page)
    note(figure, look, text)
    for at, (letter, measure, words) in enumerate(panels):
        across, down = (0, at) if look.narrow else (at, 0)
        axes = panel(
            figure, look, left_mm=left + across * (width + left + gap), width_mm=width, height_mm=high,
            bottom_mm=page - 1.0 - TITLE_MM - high - down * (block + 2.0),
        )  # fmt: skip
        _shares(axes, look, rows, measure)
        axes.set_ylabel(look.say(Words("Plantas a esa distancia o menos (%)", "Plants at this distance or less (%)")))
        axes.set_xlabel(look.say(Words("Distancia geodésica (km)", "Geodesic distance (km)")))
        panel_title(axes, look, letter, look.say(words), left_mm=left - 2.0)
    return figure


#: First and last distance that a panel shows, km.
_REACH_KM = {"border": (0.0, 1_000.0), "assembly_plant": (0.5, 500.0)}
_KM_TICKS = {"border": (0, 250, 500, 750, 1_000), "assembly_plant": (1, 5, 20, 100, 500)}


def _groups(rows: pd.DataFrame, measure: str) -> list[tuple[pd.DataFrame, Words, str, int, float]]:
    found = []
    for group, words, colour, dash, width in _GROUPS:
        part = rows[(rows["plant_group"] == group) & (rows["measure"] == measure)]
        if len(part):
            found.append((part, words, colour, dash, width))
    return found


def _shares(axes: Axes, look: Look, rows: pd.DataFrame, measure: str) -> None:
    """Draw the lines of a panel; the distances to assembly plants, most of them short, in logarithms."""
    first, last = _REACH_KM[measure]
    for part, words, colour, dash, width in _groups(rows, measure):
        km = part["km"].to_numpy(float)
        middle = part.loc[part["share"] == 0.5, "km"].iloc[0]
        n = look.number(int(part["plants"].iloc[0]))
        axes.plot(
            np.log10(km.clip(first / 2)) if first else km, 100 * part["share"], color=look.fill(colour),
            linewidth=width, linestyle=DASHES[dash],
            label=f"{look.say(words)} ({n}; {look.number(middle)})",
        )  # fmt: skip
    ticks = _KM_TICKS[measure]
    if first:
        axes.set_xlim(np.log10(first), np.log10(last))
        log_axis(axes.xaxis, ticks, look)
    else:
        axes.set_xlim(first, last)
        axes.set_xticks(ticks, [look.number(tick) for tick in ticks])
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.axhline(50, color=look.fill(INK["label_soft"]), linewidth=0.4, zorder=1)
    # Shares rise to the right, so that the lower right corner is free.
    legend = axes.legend(
        loc="lower right", title=look.say(_KEY), handlelength=2.6, labelspacing=0.3, borderaxespad=0.4, borderpad=0.1,
        labelcolor=look.fill(INK["label"]), title_fontsize=look.small_pt, alignment="left",
    )  # fmt: skip
    legend.get_title().set_color(look.fill(INK["label"]))


def _clustering_facts(tables: Tables, look: Look) -> Mapping[str, str]:
    curves = tables["curves"]
    runs = curves.loc[curves["statistic"] == "m"].groupby("subject")["permutations"].first()
    return {
        "permutations": look.number(runs.get("owners_pooled")),
        "simulations": look.number(runs.get("part_class")),
    }


def _plant_facts(tables: Tables, look: Look) -> Mapping[str, str]:
    rows = tables["plant_distances"]
    border = rows[rows["measure"] == "border"].groupby("plant_group")["plants"].first()
    return {group: look.number(border.get(group, 0)) for group, *_ in _GROUPS}


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "clustering",
        Words(
            "Agrupamiento por distancia de dueños y clases de autopartes",
            "Clustering by distance of owners and classes of auto parts",
        ),
        Words(
            "M(r) de Marcon y Puech: cuántas veces más denso es el propio tipo a r km o menos que en el conjunto; 1 "
            "es el azar. Dueños: parques localizados del conjunto de estudio con controlador conocido, los de un "
            "dueño a menos de 1 km como un solo sitio, contra {permutations} permutaciones de dueños; clases de "
            "autopartes: plantas del registro con su clase, contra {simulations} permutaciones de clases entre todos "
            "los establecimientos. Banda global de 95 %; p es de toda la curva, bilateral. Ejes logarítmicos. "
            "{inventory}",
            "Marcon and Puech's M(r): how many times thicker the own kind is within r km than overall; 1 is chance. "
            "Owners: located parks of the study set with a known controller, those of one owner within 1 km as one "
            "site, against {permutations} permutations of owners; classes of auto parts: plants of the register with "
            "their class, against {simulations} permutations of classes over all establishments. Global 95% band; p "
            "is of the whole curve, two-sided. Logarithmic axes. {inventory}",
        ),
        ("curves", "developers", "national", "parks"),
        clustering,
        _clustering_facts,
    ),
    FigureSpec(
        "harness_plants",
        Words("Plantas de arneses y asientos frente a armadoras", "Harness and seat plants against assembly plants"),
        Words(
            "Proporción de plantas a cada distancia geodésica o menos: (a) a la [[border_line.es]]; (b) a la armadora "
            "más cercana. Arneses y partes eléctricas ([[industry_codes.es]] 336320, n = {harness_electrical}), "
            "asientos e interiores (336360, n = {seats_interior}), las demás plantas de autopartes (n = "
            "{other_parts_all}) y armadoras, también de motores, camiones y autobuses (n = {assembly}). Con n y "
            "mediana; en (b) el eje es logarítmico. Cada planta una vez. [[plants_credit.es]] El registro no cubre "
            "toda la industria.",
            "Share of plants at each geodesic distance or less: (a) to the [[border_line.en]]; (b) to the nearest "
            "assembly plant. Harnesses and electrical parts ([[industry_codes.en]] 336320, n = {harness_electrical}), "
            "seats and interiors (336360, n = {seats_interior}), all other auto-parts plants (n = {other_parts_all}) "
            "and assembly plants, those of engines, trucks and buses too (n = {assembly}). With n and median; in (b) "
            "the axis is logarithmic. Each works once. [[plants_credit.en]] The register does not cover the whole "
            "industry.",
        ),
        ("plant_distances",),
        harness_plants,
        _plant_facts,
    ),
)
