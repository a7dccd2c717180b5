"""How concentrated the ownership of parks is: Lorenz curves, and the interval of the HHI by area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.charts import INK, LABEL_MM, LINE_MM, TICKS_MM, TITLE_MM, panel, panel_title, widest_mm
from geo.export.figures.look import DASHES, Look, note, note_height_mm, styled
from geo.export.figures.sheet import PARKS_WORDS
from geo.export.style import BLUE, GREEN, OTHER, SERIES, VERMILION, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Areas with fewer parks of the study set are not shown: their index is high by arithmetic.
MIN_PARKS = 15
US_THRESHOLDS = (1_000, 1_800)
ROW_MM = LINE_MM + 0.75
_HHI = Words("HHI de controladores, por parques (puntos)", "HHI of controllers, by parks (points)")
_READINGS = (
    ("left_out", Words("{name}, conocidos", "{name}, known"), SERIES["light"][0], 0, 1.6),
    ("separate", Words("{name}, cada desconocido aparte", "{name}, each unknown apart"), OTHER, 1, 1.0),
    ("one_owner", Words("{name}, desconocidos como uno", "{name}, unknown as one"), VERMILION, 2, 1.2),
)
_AREAS = (("states", GREEN, 3), ("metro_areas", BLUE, 4))


@styled
def concentration(tables: Tables, look: Look) -> Figure:
    """Draw the Lorenz curves and, below or beside them, the HHI intervals of the country, states and any cities."""
    states, cities = _rows(tables, "states"), _rows(tables, "metro_areas")
    country = _rows(tables, "national")
    country["name"] += look.say(Words(" (país)", " (country)"))
    upper = pd.concat([country, states], ignore_index=True)
    blocks = [(upper, Words("País y entidades", "Country and states")), (cities, Words("Ciudades", "Cities"))]
    blocks = [(block, words) for block, words in blocks if len(block)]
    text = look.say(PARKS_WORDS)
    foot = note_height_mm(look, text)
    names = widest_mm(look, [name for block, _ in blocks for name in block["name"]]) + 2.0
    counts = widest_mm(look, [_known(row) for block, _ in blocks for _, row in block.iterrows()]) + 2.5
    heights = [ROW_MM * len(block) for block, _ in blocks]
    column = sum(heights) + len(blocks) * (TITLE_MM + LINE_MM + TICKS_MM + LABEL_MM)
    if look.narrow:
        square = look.width_mm - 24.0
        page = foot + column + square + TITLE_MM + TICKS_MM + LABEL_MM + 1.0
        left, top = names + 1.0, page - TITLE_MM - square - TICKS_MM - LABEL_MM - 1.0
    else:
        around = TITLE_MM + TICKS_MM + LABEL_MM
        square = min(74.0, max(column - around, 45.0))
        page = foot + max(column, square + around) + 1.0
        left, top = 12.0 + square + 6.0 + names, page - 1.0
    figure = look.canvas(page)
    note(figure, look, text)
    axes = panel(
        figure, look, left_mm=12.0, bottom_mm=page - TITLE_MM - 1.0 - square, width_mm=square, height_mm=square
    )
    _lorenz(axes, look, tables["lorenz"])
    for letter, (block, words), height in zip("bc"[: len(blocks)], blocks, heights, strict=True):
        top -= TITLE_MM + LINE_MM + height
        width = look.width_mm - left - counts - 1.0
        axes = panel(figure, look, left_mm=left, bottom_mm=top, width_mm=width, height_mm=height)
        _intervals(axes, look, block)
        panel_title(axes, look, letter, look.say(words), left_mm=names - 1.0)
        top -= TICKS_MM + LABEL_MM
    return figure


def _rows(tables: Tables, name: str) -> pd.DataFrame:
    """Return the areas with enough parks, those with most first."""
    rows = pd.DataFrame(tables[name]).dropna(subset="owner_hhi_count_low")
    rows = rows[rows["parks_study_set"] >= MIN_PARKS]
    return rows.sort_values(["parks_study_set", "name"], ascending=[False, True], ignore_index=True)


def _known(row: pd.Series) -> str:
    return f"{int(row['parks_controller_known'])}/{int(row['parks_study_set'])}"


def _intervals(axes: Axes, look: Look, rows: pd.DataFrame) -> None:
    """Draw the interval of each area as a bar between two marks, with the count of known controllers beside it."""
    colour = look.fill(SERIES["light"][0])
    places = np.arange(len(rows))[::-1]
    low, high = 1e4 * rows["owner_hhi_count_low"], 1e4 * rows["owner_hhi_count_high"]
    axes.hlines(places, low, high, color=colour, linewidth=1.4, zorder=3)
    axes.plot(low, places, "|", color=colour, markersize=4.5, markeredgewidth=1.0, zorder=3)
    axes.plot(high, places, "|", color=colour, markersize=4.5, markeredgewidth=1.0, zorder=3)
    axes.set_yticks(places, rows["name"].map(look.printable))
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, 10_000)
    ticks = (0, 5_000, 10_000)
    axes.set_xticks(ticks, [look.number(tick) for tick in ticks])
    axes.set_xticks([2_500, 7_500], minor=True)
    axes.set_xlabel(look.say(_HHI))
    for place, (_, row) in zip(places, rows.iterrows(), strict=True):
        axes.annotate(
            _known(row), (1, place), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
            ha="left", va="center", size=look.small_pt, color=look.fill(INK["label"]), annotation_clip=False,
        )  # fmt: skip
    for threshold in US_THRESHOLDS:
        axes.axvline(threshold, color=look.fill(INK["label_soft"]), linewidth=0.5, linestyle=(0, (1, 2)), zorder=1)
    axes.annotate(
        look.say(Words("EE. UU.: 1,000 y 1,800", "US: 1,000 and 1,800")), (US_THRESHOLDS[0], 1),
        xycoords=("data", "axes fraction"), xytext=(0, 1.5), textcoords="offset points", ha="left", va="bottom",
        size=look.small_pt, color=look.fill(INK["label_soft"]), annotation_clip=False,
    )  # fmt: skip
    axes.annotate(
        "n", (1, 1), xycoords="axes fraction", xytext=(3, 1.5), textcoords="offset points", ha="left", va="bottom",
        size=look.small_pt, color=look.fill(INK["label_soft"]), annotation_clip=False, style="italic",
    )  # fmt: skip


def _lorenz(axes: Axes, look: Look, curves: pd.DataFrame) -> None:
    """Draw the curves of the country under three readings, and of the best known state and city."""
    axes.plot([0, 1], [0, 1], color=look.fill(INK["label_soft"]), linewidth=0.5)
    for curve, words, colour, dash, width in _curves(curves):
        name, gini = look.printable(str(curve["name"].iloc[0])), look.number(curve["gini"].iloc[0], 2)
        axes.plot(
            curve["owner_share"], curve["size_share"], color=look.fill(colour), linewidth=width,
            linestyle=DASHES[dash], label=f"{look.say(words).format(name=name)} ({gini})",
        )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1))
    shares = (0, 0.5, 1)
    axes.set_xticks(shares, ["0", "50", "100"])
    axes.set_yticks(shares, ["0", "50", "100"])
    axes.set_xlabel(look.say(Words("Dueños, de menos a más parques (%)", "Owners, fewest parks first (%)")))
    axes.set_ylabel(look.say(Words("Parques que tienen (%)", "Parks they hold (%)")))
    panel_title(axes, look, "a", look.say(Words("Curvas de Lorenz", "Lorenz curves")), left_mm=10.5)
    # The corner above the diagonal is empty on every study.
    legend = axes.legend(
        loc="upper left", title="Gini", handlelength=2.6, labelspacing=0.3, borderaxespad=0.2, borderpad=0,
        alignment="left", labelcolor=look.fill(INK["label"]), title_fontsize=look.small_pt,
    )  # fmt: skip
    legend.get_title().set_color(look.fill(INK["label"]))


def _curves(curves: pd.DataFrame) -> list[tuple[pd.DataFrame, Words, str, int, float]]:
    found = []
    for unknown, words, colour, dash, width in _READINGS:
        curve = curves[(curves["zoning"] == "national") & (curves["unknown"] == unknown)]
        if len(curve):
            found.append((curve, words, colour, dash, width))
    for zoning, colour, dash in _AREAS:
        known = curves[(curves["zoning"] == zoning) & (curves["unknown"] == "left_out")]
        if len(known):
            best = known.sort_values(["parks", "code"], ascending=[False, True])["code"].iloc[0]
            found.append((known[known["code"] == best], Words("{name}, conocidos", "{name}, known"), colour, dash, 1.0))
    return found


def _facts(tables: Tables, look: Look) -> Mapping[str, str]:
    return {
        "least": look.number(MIN_PARKS),
        "n_states": look.number(len(_rows(tables, "states"))),
        "n_cities": look.number(len(_rows(tables, "metro_areas"))),
    }


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "concentration",
        Words("Concentración de la propiedad de parques", "Concentration of park ownership"),
        Words(
            "(a) Curvas de Lorenz de los parques del conjunto de estudio entre sus controladores: el país bajo tres "
            "lecturas de los parques de controlador desconocido (fuera; cada uno de un dueño; todos de uno solo) y, "
            "solo con conocidos, la entidad y la ciudad con más parques de controlador conocido. (b, c) HHI por "
            "parques como intervalo: de cada desconocido aparte a todos uno solo; a la derecha, parques con "
            "controlador conocido entre parques. El país, las {n_states} entidades y las {n_cities} zonas "
            "metropolitanas con {least} parques o más del conjunto de estudio. Líneas punteadas: umbrales de las "
            "autoridades de EE. UU. (1,000 y 1,800 puntos), hechos para ventas y no para parques. {inventory}",
            "(a) Lorenz curves of the study set's parks over their controllers: the country under three readings of "
            "the parks of unknown controller (left out; each of an owner of its own; all of one), and, of known ones "
            "only, the state and the city with most parks of known controller. (b, c) HHI by parks as an interval: "
            "from each unknown apart to all one owner; on the right, parks with a known controller of parks. The "
            "country, the {n_states} states and the {n_cities} metropolitan areas with {least} parks of the study set "
            "or more. Dotted: thresholds of the US agencies (1,000 and 1,800 points), made for sales and not for "
            "parks. {inventory}",
        ),
        ("lorenz", "national", "states", "metro_areas", "parks"),
        concentration,
        _facts,
    ),
)
