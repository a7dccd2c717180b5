"""Where people have no park in reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd

from geo.export.figures.areas import class_entries, classified, draw_classified
from geo.export.figures.captions import MAPS
from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.country import country
from geo.export.figures.frame import draw_areas, planar
from geo.export.figures.look import Look, styled
from geo.export.figures.marks import border_entry, draw_marks, located_study_set, mark_size
from geo.export.figures.sheet import BOUNDARY_WORDS, PARKS_WORDS, Legend, mark_entry
from geo.export.style import GROUND, LAYER_STYLES, ORANGE, Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMN = "population_without_park_30km"
REACH = next(each for each in LAYER_STYLES["municipalities"].stylings if each.column == COLUMN)
PLACES_WORDS = Words("[[places_credit.es]]", "[[places_credit.en]]")


def people_drawn(tables: Tables) -> gpd.GeoDataFrame:
    """Return the drawn municipalities with their people out of reach; a young one counts in the one it left."""
    table = tables["municipalities"]
    shape = table["cvegeo"].where(table["parent_cvegeo"].isna(), table["parent_cvegeo"])
    people = table.groupby(shape)[COLUMN].sum(min_count=1)
    drawn = planar(tables["municipalities_drawing"])
    return drawn.assign(**{COLUMN: drawn["cvegeo"].map(people)})


@styled
def coverage(tables: Tables, look: Look) -> Figure:
    """Draw the municipalities by their people farther than 30 km from every located park of the study set."""
    rows, parks = people_drawn(tables), located_study_set(tables)
    size = 0.8 * mark_size(look)
    entries = class_entries(look, REACH, [each for each in REACH.classes if _has(rows, each.key)])
    words = look.say(Words("Parque del conjunto de estudio", "Park of the study set"))
    legend = Legend(
        look, [*entries, mark_entry(look, words, "o", ORANGE, size_pt=1.1 * size, edge_pt=0.25), border_entry(look)],
        title=look.say(REACH.label),
    )  # fmt: skip
    page = country(look, tables, [legend], (PARKS_WORDS, PLACES_WORDS, BOUNDARY_WORDS), figure=None)
    axes = page.sheet.axes
    draw_classified(axes, look, REACH, rows)
    states = planar(tables["states_drawing"])
    line = look.fill(GROUND["light"]["outline"])
    draw_areas(axes, states.geometry, facecolor="none", edgecolor=line, linewidth=0.25, zorder=2)
    draw_marks(axes, look, parks, "o", ORANGE, size, linewidths=0.2)
    return page.sheet.figure


def _has(rows: gpd.GeoDataFrame, key: str) -> bool:
    return key == "none" or any(each.key == key for each, _ in classified(REACH, rows))


def _facts(tables: Tables, look: Look) -> Mapping[str, str]:
    table = tables["municipalities"]
    out, everyone = int(table[COLUMN].sum()), int(table["pop_2020"].sum())
    return {
        "n": look.number(len(located_study_set(tables))),
        "n_municipalities": look.number(len(table)),
        "n_out": look.number(int((table[COLUMN] > 0).sum())),
        "people": look.number(out / 1e6, 1),
        "share": look.number(100 * out / everyone if everyone else None, 1),
    }


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "coverage",
        REACH.label,
        MAPS["coverage"],
        ("municipalities", "municipalities_drawing", "parks", "national", "states_drawing", "border"),
        coverage,
        _facts,
    ),
)
