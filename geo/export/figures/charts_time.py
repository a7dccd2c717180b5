"""Parks by first date, and the published counts that contradict each other: 127 parks in 1968, or in 1986."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.charts import INK, LABEL_MM, TICKS_MM, TITLE_MM, box_mm, panel, panel_title
from geo.export.figures.labels import Label, place_labels
from geo.export.figures.look import DASHES, Look, note, note_height_mm, styled
from geo.export.figures.sheet import PARKS_WORDS
from geo.export.paper_claims import REGISTER_YEAR, country_claims, first_year
from geo.export.style import GREEN, OTHER, SERIES, VERMILION, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CLAIMED = ("industrial parks", "industrial parks in operation")
_DOUBTED, _LATER = 127, 564
_DATED = Words("Inventario: apertura o registro", "Inventory: opening or register")
_OPENED = Words("Inventario: apertura conocida", "Inventory: opening known")
_REGISTER = Words("registro", "register")
_SOURCE = Words("Conteos publicados:", "Published counts:")


@styled
def first_dates(tables: Tables, look: Look) -> Figure:
    """Draw the inventory's parks by first date against the published counts, both readings of 127 parks among them."""
    years, claims = tables["park_years"], _claims(tables["claims"])
    text = f"{look.say(PARKS_WORDS)} {look.say(_SOURCE)} {_sources(look, claims)}"
    foot = note_height_mm(look, text)
    left = 10.5
    high, low = (54.0, 17.0) if look.narrow else (70.0, 22.0)
    page = foot + 2 * (TITLE_MM + TICKS_MM) + LABEL_MM + high + low + 2.5
    figure = look.canvas(page)
    note(figure, look, text)
    width = look.width_mm - left - 3.0
    axes = panel(figure, look, left_mm=left, bottom_mm=page - 1.0 - TITLE_MM - high, width_mm=width, height_mm=high)
    panel_title(axes, look, "a", look.say(Words("Parques hasta cada año", "Parks up to each year")), left_mm=left - 2.0)
    # The counts of the last years are named right of their marks.
    span = (min(int(years["year"].min()), 1965) - 2, int(years["year"].max()) + (20 if look.narrow else 10))
    axes.set_xlim(span)
    axes.set_ylim(0, 1.12 * max(float(claims["value"].max()), float(years["first_dated_total"].max())))
    _totals(axes, look, years, claims)
    axes.set_ylabel(look.say(Words("Parques", "Parks")))
    axes = panel(figure, look, left_mm=left, bottom_mm=foot + TICKS_MM + LABEL_MM, width_mm=width, height_mm=low)
    axes.set_xlim(span)
    _openings(axes, look, years)
    return figure


def _claims(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the published counts of the country's parks with the year that each date begins with."""
    rows = claims[claims["what"].isin(_CLAIMED) & claims["place"].isin(country_claims())].dropna(subset="value")
    rows = rows.assign(at=rows["year"].map(first_year)).dropna(subset="at")
    rows = rows.sort_values(["at", "value", "figure_id"], ignore_index=True)
    # Sources are numbered in the order in which they are first met.
    return rows.assign(source=pd.factorize(rows["source_title"].fillna(""))[0] + 1)


def _sources(look: Look, claims: pd.DataFrame) -> str:
    """Return the numbered sources of the published counts."""
    first = claims.drop_duplicates("source")
    listed = [
        f"[{number}] {look.printable(str(title))}"
        for number, title in zip(first["source"], first["source_title"], strict=True)
    ]
    return "; ".join(listed) + "."


def _totals(axes: Axes, look: Look, years: pd.DataFrame, claims: pd.DataFrame) -> None:
    """Draw the inventory's two lines, the published counts, and the two ways from 127 parks to 564."""
    at = years["year"].to_numpy(float)
    ink, soft = look.fill(INK["label"]), look.fill(INK["label_soft"])
    for column, words, colour, dash in (
        ("first_dated_total", _DATED, SERIES["light"][0], 0), ("opened_total", _OPENED, GREEN, 3),
    ):  # fmt: skip
        axes.step(
            at, years[column].to_numpy(float), where="post", color=look.fill(colour), linewidth=1.2,
            linestyle=DASHES[dash], label=look.say(words),
        )  # fmt: skip
    axes.axvline(REGISTER_YEAR, color=soft, linewidth=0.5, linestyle=(0, (1, 2)), zorder=1)
    later = claims[claims["value"] == _LATER]
    for _, early in claims[claims["value"] == _DOUBTED].iterrows():
        for _, late in later.iterrows():
            axes.plot(
                [early["at"], late["at"]], [early["value"], late["value"]], color=look.fill(VERMILION), linewidth=0.9,
                linestyle=DASHES[1 if early["at"] < 1980 else 2], zorder=2,
            )  # fmt: skip
    doubted = (claims["value"] == _DOUBTED).to_numpy(bool)
    for part, marker, face in ((doubted, "D", VERMILION), (~doubted, "o", OTHER)):
        axes.plot(
            claims["at"][part], claims["value"][part], linestyle="none", marker=marker, markersize=3.6,
            markerfacecolor=look.fill(face), markeredgecolor=ink, markeredgewidth=0.5, zorder=4,
        )  # fmt: skip
    legend = axes.legend(
        loc="upper left", handlelength=2.6, labelspacing=0.3, borderaxespad=0.2, borderpad=0, labelcolor=ink,
    )  # fmt: skip
    _year_ticks(axes, look)
    start = axes.annotate(
        f"{REGISTER_YEAR}: {look.say(_REGISTER)}", (REGISTER_YEAR, 0.06), xycoords=("data", "axes fraction"),
        xytext=(-1.5, 0), textcoords="offset points", rotation=90, ha="right", va="bottom", size=look.small_pt,
        color=soft,
    )  # fmt: skip
    taken = [box_mm(axes, artist) for artist in (legend, start, *_doubted(axes, look, claims))]
    others = claims[~doubted].sort_values("value", key=lambda value: value != _LATER, kind="stable")
    labels = [Label(_said(look, claim), claim["at"], claim["value"]) for _, claim in others.iterrows()]
    place_labels(axes, look, labels, points=_marks(at, years, claims), taken=taken)


def _doubted(axes: Axes, look: Look, claims: pd.DataFrame) -> list[Any]:
    """Write the readings of 127 parks: below their marks and clear of both lines, the earliest to the left."""
    written = []
    for order, (_, claim) in enumerate(claims[claims["value"] == _DOUBTED].iterrows()):
        off, across = ((6, -4), "right") if order == 0 else ((2, -4), "center")
        written.append(
            axes.annotate(
                _said(look, claim), (claim["at"], claim["value"]), xytext=off, textcoords="offset points", ha=across,
                va="top", size=look.small_pt, weight="bold", color=look.fill(INK["label"]),
            )
        )  # fmt: skip
    return written


def _marks(at: np.ndarray, years: pd.DataFrame, claims: pd.DataFrame) -> np.ndarray:
    """Return places that labels had better not cover: along the lines and at the counts."""
    parts = [np.column_stack([at, years[column].to_numpy(float)]) for column in ("first_dated_total", "opened_total")]
    parts.append(claims[["at", "value"]].to_numpy(float))
    late = claims[claims["value"] == _LATER]
    for _, early in claims[claims["value"] == _DOUBTED].iterrows():
        if len(late):
            share = np.linspace(0, 1, 40)
            x = early["at"] + share * (late["at"].iloc[0] - early["at"])
            parts.append(np.column_stack([x, early["value"] + share * (late["value"].iloc[0] - early["value"])]))
    return np.vstack(parts)


def _said(look: Look, claim: pd.Series) -> str:
    """Return a count as its source has it: the number, the date and the number of the source."""
    more = "> " if "more than" in str(claim["unit"]) else ""
    return f"{more}{look.number(claim['value'])} ({_date(look, str(claim['year']))}) [{claim['source']}]"


def _date(look: Look, date: str) -> str:
    return date.replace("after", look.say(Words("después de", "after"))).replace(
        "about", look.say(Words("hacia", "about"))
    )


def _openings(axes: Axes, look: Look, years: pd.DataFrame) -> None:
    """Draw how many parks opened in each year, of those whose opening is known."""
    from matplotlib.ticker import MaxNLocator

    style: dict[str, Any] = {"color": look.fill(GREEN), "edgecolor": look.fill(INK["label"]), "linewidth": 0.3}
    axes.bar(years["year"], years["opened"], width=0.8, **style)
    n = look.number(int(years["opened"].sum()))
    words = Words(f"Aperturas conocidas por año (n = {n})", f"Known openings by year (n = {n})")
    panel_title(axes, look, "b", look.say(words), left_mm=8.5)
    axes.set_ylim(0, 1.1 * max(int(years["opened"].max()), 1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    axes.set_ylabel(look.say(Words("Parques", "Parks")))
    axes.set_xlabel(look.say(Words("Año", "Year")))
    _year_ticks(axes, look)


def _year_ticks(axes: Axes, look: Look) -> None:
    first, last = axes.get_xlim()
    last -= 8
    step = 20 if look.narrow else 10
    axes.set_xticks([year for year in range(1900, 2101, step) if first <= year <= last])
    axes.set_xticks([year for year in range(1900, 2101, 10) if first <= year <= last], minor=True)


def _facts(tables: Tables, look: Look) -> Mapping[str, str]:
    years = tables["park_years"]
    dated = int(years["first_dated"].sum())
    return {
        "opened": look.number(int(years["opened"].sum())),
        "dated": look.number(dated),
        "undated": look.number(len(tables["parks"]) - dated),
    }


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "first_dates",
        Words("Parques por primera fecha y conteos publicados", "Parks by first date and published counts"),
        Words(
            "(a) Parques del inventario hasta cada año, por apertura conocida ({opened}) y por primera fecha, la "
            "apertura o la primera vez que una planta del registro nombra el parque ({dated}; {undated} sin fecha no "
            "se cuentan), y los conteos publicados del país. El registro empieza en 2004: el salto de ese año es suyo "
            "y no de los parques. «127 parques» se lee en las fuentes como de 1968 y de 1986; se muestran ambas "
            "lecturas, cada una unida con los 564 de 2018, y la figura no elige. (b) Aperturas conocidas por año: son "
            "las que una fuente dice, no una muestra. {inventory}",
            "(a) Parks of the inventory up to each year, by known opening ({opened}) and by first date, the opening "
            "or the first time that a plant of the register names the park ({dated}; {undated} without a date are not "
            "counted), and the published counts of the country. The register begins in 2004: the leap of that year is "
            "its own, not the parks'. The sources date “127 parks” to 1968 and to 1986; both readings are shown, each "
            "joined to the 564 of 2018, and the figure does not choose. (b) Known openings by year: those that a "
            "source tells, not a sample. {inventory}",
        ),
        ("park_years", "claims", "parks", "national"),
        first_dates,
        _facts,
    ),
)
