"""Maps of the parks: who owns them, and where owners concentrate beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geo.export.figures.captions import MAPS
from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.country import city_labels, country
from geo.export.figures.look import Look, styled
from geo.export.figures.marks import class_legend, draw_classes, located_study_set
from geo.export.figures.sheet import BOUNDARY_WORDS, PARKS_WORDS
from geo.export.style import LAYER_STYLES, Styling, Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OWNER = next(each for each in LAYER_STYLES["parks"].stylings if each.column == "owner_kind")
EXCESS = LAYER_STYLES["ownership"].stylings[0]


@styled
def parks_by_owner(tables: Tables, look: Look) -> Figure:
    """Draw the located parks of the study set by the kind of their owner."""
    return _parks_map(tables, look, OWNER)


@styled
def ownership_excess(tables: Tables, look: Look) -> Figure:
    """Draw where owners concentrate beyond chance; parks where chance alone would do are faint."""
    return _parks_map(tables, look, EXCESS)


def _parks_map(tables: Tables, look: Look, styling: Styling) -> Figure:
    parks = located_study_set(tables)
    page = country(look, tables, [class_legend(look, styling, parks)], (PARKS_WORDS, BOUNDARY_WORDS))
    draw_classes(page.sheet.axes, look, styling, parks)
    rest = parks
    for part in page.insets:
        inside = parks[part.extent.has(parks.geometry.x, parks.geometry.y)]
        draw_classes(part.axes, look, styling, inside, larger=1.1)
        city_labels(part.axes, look, inside, part.taken, most=4 if look.narrow else 8)
        rest = rest.loc[rest.index.difference(inside.index)]
    city_labels(page.sheet.axes, look, rest, page.taken, most=5 if look.narrow else 7)
    return page.sheet.figure


def _owner_facts(tables: Tables, look: Look) -> Mapping[str, str]:
    parks = located_study_set(tables)
    unknown = int(parks["owner_kind"].isna().sum())
    return {
        "n": look.number(len(parks)),
        "n_kind": look.number(len(parks) - unknown),
        "n_unknown": look.number(unknown),
    }


def _excess_facts(tables: Tables, look: Look) -> Mapping[str, str]:
    parks = located_study_set(tables)
    strong = parks["owner_excess_significant"].fillna(False).astype(bool)
    return {
        "n": look.number(len(parks)),
        "n_measured": look.number(int(parks["owner_excess_25km"].notna().sum())),
        "n_significant": look.number(int(strong.sum())),
    }


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "parks_by_owner",
        Words("Parques industriales por tipo de propietario", "Industrial parks by kind of owner"),
        MAPS["parks_by_owner"],
        ("parks", "national", "states_drawing", "border"),
        parks_by_owner,
        _owner_facts,
    ),
    FigureSpec(
        "ownership_excess",
        Words("Exceso local de concentración de dueños", "Local excess of ownership concentration"),
        MAPS["ownership_excess"],
        ("parks", "national", "states_drawing", "border"),
        ownership_excess,
        _excess_facts,
    ),
)
