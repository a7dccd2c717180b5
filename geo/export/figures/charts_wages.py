"""Wages against the distance to the border, before and after 2019, with bands of errors alike among neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo._words import named
from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.charts import INK, LABEL_MM, TICKS_MM, TITLE_MM, log_axis, panel, panel_title
from geo.export.figures.labels import Label, place_labels
from geo.export.figures.look import Look, note, note_height_mm, styled
from geo.export.style import GROUND, SERIES, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WAGE = Words("Salario ([[money.es]] al día)", "Wage ([[money.en]] a day)")
_PERIODS = (
    ("before", Words("Antes (hasta 2018)", "Before (to 2018)"), _WAGE),
    (
        "after",
        Words("Después (desde 2019)", "After (from 2019)"),
        _WAGE,
    ),
    ("change", Words("Cambio", "Change"), Words("Después entre antes", "After over before")),
)
_KM_TICKS = (20, 50, 100, 200, 500, 1_000)
_SOURCE = Words("[[wages_credit.es]]", "[[wages_credit.en]]")
#: States named in a panel: those on the border, and as many of the farthest from the line.
_NAMED = 4


@styled
def wage_gradient(tables: Tables, look: Look) -> Figure:
    """Draw the states, the fitted line and its band for each period."""
    points, lines = tables["wage_points"], tables["wage_lines"]
    shown = [each for each in _PERIODS if (lines["period"] == each[0]).any()]
    text = look.say(_SOURCE)
    foot = note_height_mm(look, text)
    left, gap, count = 10.5, 2.5, len(shown)
    high = 40.0 if look.narrow else 52.0
    width = look.width_mm - left - 2.0 if look.narrow else (look.width_mm - 2.0 - gap * (count - 1)) / count - left
    block = TITLE_MM + high + TICKS_MM + LABEL_MM
    page = foot + (count * block + 1.5 * (count - 1) if look.narrow else block) + 1.0
    figure = look.canvas(page)
    note(figure, look, text)
    names = dict(zip(tables["states"]["cve_ent"], tables["states"]["name"], strict=True))
    for at, (period, title, unit) in enumerate(shown):
        across, down = (0, at) if look.narrow else (at, 0)
        axes = panel(
            figure, look, left_mm=left + across * (width + left + gap), width_mm=width, height_mm=high,
            bottom_mm=page - 1.0 - TITLE_MM - high - down * (block + 1.5),
        )  # fmt: skip
        rows = points[points["period"] == period].assign(name=lambda own: own["cve_ent"].map(names))
        axes.set_ylabel(look.say(unit))
        axes.set_xlabel(look.say(Words("Distancia a la frontera (km)", "Distance to the border (km)")))
        panel_title(axes, look, "abc"[at], look.say(title), left_mm=left - 2.0)
        _period(axes, look, rows, lines[lines["period"] == period])
    return figure


def _period(axes: Axes, look: Look, rows: pd.DataFrame, line: pd.DataFrame) -> None:
    """Draw one period; both axes in logarithms, labelled in kilometres and pesos."""
    colour, other = (look.fill(each) for each in SERIES["light"])
    per_decade = np.log(10)
    km, x = np.log10(line["border_km"].to_numpy(float)), rows["ln_border_km"].to_numpy(float) / per_decade
    y = rows["ln_wage_adjusted"].to_numpy(float) / per_decade
    low, high, middle = (line[name].to_numpy(float) / per_decade for name in ("low", "high", "estimate"))
    axes.fill_between(km, low, high, color=look.fill(INK["no_data"]), linewidth=0, zorder=1)
    axes.plot(km, middle, color=other, linewidth=1.3, zorder=2)
    zone = rows["border_zone"].to_numpy(float) > 0
    size = 2.8 if look.narrow else 3.4
    for part, marker, face in ((zone, "s", colour), (~zone, "o", GROUND["light"]["halo"])):
        axes.plot(
            x[part], y[part], linestyle="none", marker=marker, markersize=size, markerfacecolor=face,
            markeredgecolor=colour, markeredgewidth=0.6, zorder=3,
        )  # fmt: skip
    ends = np.concatenate([low[np.isfinite(low)], high[np.isfinite(high)], y])
    room = 0.06 * (ends.max() - ends.min())
    axes.set_ylim(ends.min() - room, ends.max() + room)
    nearest, farthest = km.min() - 0.14, km.max() + 0.14
    axes.set_xlim(nearest, farthest)
    log_axis(axes.xaxis, [tick for tick in _KM_TICKS if nearest <= np.log10(tick) <= farthest], look)
    bottom, top = 10 ** np.array(axes.get_ylim())
    ratio = top < 10
    ticks = [tick for tick in (_RATIOS if ratio else _PESOS) if bottom <= tick <= top]
    axes.yaxis.set_ticks(np.log10(ticks), [look.number(tick, 1 if ratio else 0) for tick in ticks])
    away = np.abs(y - np.interp(x, km, middle))
    order = [*np.flatnonzero(zone)[np.argsort(x[zone])], *np.argsort(-away)]
    picked = list(dict.fromkeys(order))[: int(zone.sum()) + _NAMED]
    names = [str(name) for name in rows["name"]]
    labels = [Label(look.printable(_short(names[at], look)), x[at], y[at]) for at in picked]
    marks = np.vstack([np.column_stack([x, y]), np.column_stack([km, middle])])
    place_labels(axes, look, labels, points=marks, gap_mm=0.9)


def _short(name: str, look: Look) -> str:
    """Return the study's short name of a state; its name where it has none."""
    short = named("short_names", name)
    return name if short is None else short[look.lang]


_PESOS = (100, 150, 200, 250, 300, 350, 400, 500, 600, 700, 800, 1_000)
_RATIOS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.2, 2.5, 3.0)


def _facts(tables: Tables, look: Look) -> Mapping[str, str]:
    points, lines = tables["wage_points"], tables["wage_lines"]
    ols = tables["wage_gradient"].query("model == 'ols' and term == 'ln_border_km'").set_index("period")
    cutoff = int(lines["cutoff_km"].iloc[0])
    said = {}
    for period, *_ in _PERIODS:
        row = ols[ols.index == period]
        said[period] = look.number(None)
        if len(row):
            slope, error = float(row["estimate"].iloc[0]), float(row[f"conley_{cutoff}km"].iloc[0])
            said[period] = f"{look.number(slope, 3)} ({look.number(error, 3)})"
    return said | {"n": look.number(points["cve_ent"].nunique()), "cutoff": look.number(cutoff)}


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "wage_gradient",
        Words("Salario y distancia a la frontera", "Wage and distance to the border"),
        Words(
            "[[Wage.es]] de las {n} entidades y distancia de su gente a la [[border_line.es]], (a) antes y (b) después "
            "de enero de 2019, cuando empezó la [[wage_zone.es]], y (c) el cociente de ambos. Medias geométricas de "
            "los años, en [[money.es]] corrientes; cada entidad, a "
            "la distancia a [[capital.es]] y la proporción en la zona medias (residuo parcial). Cuadros llenos: "
            "entidades con municipios en la zona. Recta: mínimos cuadrados; banda: 95 %, error de Conley hasta "
            "{cutoff} km, t de Student, en cada distancia por separado. Elasticidad (error de Conley): antes "
            "{before}, después {after}, cambio {change}. Describe y no explica: {n} puntos, y la distancia y la zona "
            "van casi juntas. Ejes logarítmicos. [[wages_credit.es]]",
            "[[Wage.en]] of the {n} states and the distance of their people to the [[border_line.en]], (a) before and "
            "(b) after January 2019, when the [[wage_zone.en]] began, and (c) the ratio of the two. Geometric means "
            "over the years, current [[money.en]]; each state at the mean distance to [[capital.en]] and the mean "
            "share in the zone (partial residual). Full squares: states with municipalities in the zone. Line: least "
            "squares; band: 95%, Conley's error to {cutoff} km, Student's t, at each distance alone. Elasticity "
            "(Conley error): before {before}, after {after}, change {change}. It describes and does not explain: {n} "
            "points, and distance and zone run nearly together. Logarithmic axes. [[wages_credit.en]]",
        ),
        ("wage_points", "wage_lines", "wage_gradient", "states"),
        wage_gradient,
        _facts,
    ),
)
