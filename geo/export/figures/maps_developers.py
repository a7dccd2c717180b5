"""The home regions of the largest developers: one small map each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo._words import study_words
from geo.errors import ChoiceError
from geo.export.figures.captions import MAPS
from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.frame import (
    BELOW_MM,
    LEFT_MM,
    RIGHT_MM,
    TOP_MM,
    draw_areas,
    draw_ground,
    extent_of,
    graticule,
    map_axes,
    north_arrow,
    planar,
    scale_bar,
)
from geo.export.figures.look import POINTS_PER_MM, Look, note, note_height_mm, styled, text_width_mm
from geo.export.figures.marks import border_entry, draw_marks, mark_size
from geo.export.figures.sheet import (
    BOUNDARY_WORDS,
    PARKS_WORDS,
    Legend,
    area_entry,
    crs_words,
    mark_entry,
)
from geo.export.ownership_words import run_ownership
from geo.export.style import FAINT, GROUND, LAYER_STYLES, NO_DATA, Words
from geo.ownership import controllers, ultimate_owners

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 8
ROLES = ("owner", "developer")
STRONG = LAYER_STYLES["developers"].stylings[0].classes[1]
HOME_HATCH = "/////"


@dataclass(frozen=True)
class Holder:
    """A developer with the parks of the study set that it controls."""

    name: str
    parks: pd.DataFrame
    home: str | None
    home_code: str | None
    at_home: int


def largest(tables: Tables, most: int = MOST) -> list[Holder]:
    """Return the developers that control most parks of the study set, and the state where each has most.

    Notes
    -----
    A park's controllers are its owners where known, else its developers, of the run's year and as ultimate owners where
    it asks for them; a park of several counts for each. Of equal numbers, the order is that of the names; of states
    with equally many, the first by code.
    """
    parks = tables["parks"][tables["parks"]["study_set"].astype(bool)]
    year, ultimate = run_ownership(tables)
    held = controllers(tables["park_developers"], precedence=ROLES, year=year)
    if ultimate:
        held = ultimate_owners(held, tables["party_relations"], year=year)
    held = held[held["park_id"].isin(parks["park_id"])]
    names = tables["developers"].set_index("developer_id")["name"]
    count = held.groupby("developer_id").size().rename("parks").reset_index()
    count["name"] = count["developer_id"].map(names)
    count = count.sort_values(["parks", "name"], ascending=[False, True], kind="stable").head(most)
    found = []
    for key, name in zip(count["developer_id"], count["name"], strict=True):
        own = parks[parks["park_id"].isin(held.loc[held["developer_id"] == key, "park_id"])]
        by_state = own.groupby("cve_ent").agg(parks=("park_id", "size"), state=("state", "first"))
        by_state = by_state.sort_values("parks", ascending=False, kind="stable")
        home = None if by_state.empty else by_state.iloc[0]
        found.append(
            Holder(
                str(name), own, None if home is None else str(home["state"]),
                None if home is None else str(by_state.index[0]), 0 if home is None else int(home["parks"]),
            )
        )  # fmt: skip
    return found


@styled
def developers(tables: Tables, look: Look) -> Figure:
    """Draw, for each of the largest developers, its parks and the state where it has most of them."""
    holders = largest(tables)
    if not holders:
        raise ChoiceError("this study knows no controller of a park of the study set, so there is nobody to show.")
    columns = 2 if look.narrow else 4
    rows = -(-len(holders) // columns)
    extent = extent_of(planar(tables["states_drawing"]))
    gap, line = 1.5, look.small_pt * 1.25 / POINTS_PER_MM
    width = (look.width_mm - LEFT_MM - RIGHT_MM - gap * (columns - 1)) / columns
    titles = [_title(look, holder, width) for holder in holders]
    head = max(title.count("\n") + 1 for title, _ in titles) * line + line + 1.2
    legend = _legend(look)
    text = " ".join(look.say(each) for each in (PARKS_WORDS, BOUNDARY_WORDS, crs_words()))
    foot = note_height_mm(look, text) + legend.height_mm + 1.8 + BELOW_MM
    step = extent.height_mm(width) + head
    figure = look.canvas(foot + rows * step + TOP_MM)
    note(figure, look, text)
    legend.draw(figure, left_mm=LEFT_MM, top_mm=foot - BELOW_MM)
    everyone = planar(tables["parks"])
    everyone = everyone[everyone["study_set"].astype(bool)]
    for place, (holder, title) in enumerate(zip(holders, titles, strict=True)):
        row, column = divmod(place, columns)
        left, bottom = LEFT_MM + column * (width + gap), foot + (rows - 1 - row) * step
        axes = map_axes(figure, look, extent, left_mm=left, bottom_mm=bottom, width_mm=width)
        draw_ground(axes, look, tables)
        graticule(axes, look, extent, lines=2, left=column == 0, below=row == rows - 1)
        _draw_holder(axes, look, tables, holder, everyone)
        _write_title(axes, look, title, line)
        if place == 0:
            scale_bar(axes, look, extent, share=0.4)
            north_arrow(axes, look, extent, across=0.07, up=0.5, length_mm=3.5)
    return figure


def _draw_holder(axes: Axes, look: Look, tables: Tables, holder: Holder, everyone: gpd.GeoDataFrame) -> None:
    states = planar(tables["states_drawing"])
    home = states[states["cve_ent"] == holder.home_code]
    style: dict[str, Any] = {"edgecolor": look.fill(GROUND["light"]["label_soft"]), "linewidth": 0.3, "zorder": 2}
    draw_areas(axes, home.geometry, facecolor=look.fill(FAINT), hatch=HOME_HATCH, **style)
    size = mark_size(look)
    draw_marks(axes, look, everyone, "o", NO_DATA, 0.35 * size, linewidths=0, zorder=3)
    own = planar(holder.parks)
    draw_marks(axes, look, own, "o", STRONG.fill, 0.9 * size)


def _title(look: Look, holder: Holder, width_mm: float) -> tuple[str, str]:
    """Return the name, broken where it is wider than its map, and the line below it."""
    name, lines = look.printable(holder.name), list[str]()
    for word in name.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and 1.15 * text_width_mm(longer, look, look.small_pt) <= width_mm:
            lines[-1] = longer
        else:
            lines.append(word)
    words = Words(
        f"{holder.at_home} de {len(holder.parks)} en {_state(holder, 'es')}",
        f"{holder.at_home} of {len(holder.parks)} in {_state(holder, 'en')}",
    )
    words = Words(look.printable(words.es), look.printable(words.en))
    return "\n".join(lines[:2]), look.say(words)


def _state(holder: Holder, lang: str) -> str:
    """Return the name of a holder's state; one that is named as the country says that it is the state."""
    country = study_words().terms["country"]
    if holder.home == country["es"]:
        return f"el Estado de {country['es']}" if lang == "es" else f"the State of {country['en']}"
    return str(holder.home)


def _write_title(axes: Axes, look: Look, title: tuple[str, str], line_mm: float) -> None:
    figure = axes.get_figure(root=True)
    assert figure is not None
    page = figure.get_figheight() * 25.4
    place = axes.get_position()
    style: dict[str, Any] = {"ha": "left", "va": "bottom", "linespacing": 1.1, "size": look.small_pt}
    figure.text(place.x0, place.y1 + 0.5 / page, title[1], color=look.fill(GROUND["light"]["label"]), **style)
    figure.text(place.x0, place.y1 + (0.5 + line_mm) / page, title[0], weight="bold", **style)


def _legend(look: Look) -> Legend:
    size = mark_size(look)
    words = (
        Words("Parque del desarrollador", "Park of the developer"),
        Words("Entidad con más parques suyos", "State with most of its parks"),
        Words("Los demás parques del conjunto de estudio", "Other parks of the study set"),
    )
    entries = [
        mark_entry(look, look.say(words[0]), "o", STRONG.fill, size_pt=1.1 * size),
        area_entry(look, look.say(words[1]), FAINT, HOME_HATCH),
        mark_entry(look, look.say(words[2]), "o", NO_DATA, size_pt=0.5 * size, edge_pt=0),
    ]
    return Legend(look, [*entries, border_entry(look)])


def _facts(tables: Tables, look: Look) -> Mapping[str, str]:
    holders = largest(tables)
    shown = pd.concat([holder.parks for holder in holders]).drop_duplicates("park_id")
    off = int(gpd.GeoDataFrame(shown).geometry.isna().sum())
    return {"n_holders": look.number(len(holders)), "n_shown": look.number(len(shown)), "n_off": look.number(off)}


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "developers",
        Words("Regiones de origen de los mayores desarrolladores", "Home regions of the largest developers"),
        MAPS["developers"],
        ("parks", "developers", "park_developers", "national", "states_drawing", "border"),
        developers,
        _facts,
    ),
)
