"""The charts: what they draw is what the tables hold, and a journal's art check finds nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from geo.errors import ChoiceError
from geo.export.figures.catalogue import FIGURES, draw_figure, figure_caption
from geo.export.figures.check import faults, seen_texts
from geo.export.figures.look import Look, save

Tables = Mapping[str, pd.DataFrame]
CHARTS = ("concentration", "clustering", "harness_plants", "wage_gradient", "first_dates")
LOOKS = [
    Look(width_mm=width, lang=lang, grey=grey, date="2026-11")
    for width in (85, 180) for lang in ("es", "en") for grey in (False, True)
]  # fmt: skip


def written(figure: Figure) -> list[str]:
    return [text.get_text() for text in seen_texts(figure)]


def lines(axes: Any) -> dict[str, Any]:
    return {line.get_label(): line for line in axes.lines}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(
    "look", LOOKS, ids=lambda look: f"{look.width_mm}-{look.lang}-{'grey' if look.grey else 'colour'}"
)
def test_art_check(figure_tables: Tables, name: str, look: Look) -> None:
    figure = draw_figure(name, figure_tables, look)
    assert faults(figure, look) == []
    texts = list(seen_texts(figure))
    assert min(text.get_fontsize() for text in texts) >= 6
    assert {tuple(text.get_fontfamily()) for text in texts} == {(look.font,)}


@pytest.mark.parametrize("name", CHARTS)
def test_grey_has_no_colour_and_colour_has_some(figure_tables: Tables, name: str) -> None:
    spread = {}
    for grey in (True, False):
        figure = draw_figure(name, figure_tables, Look(width_mm=85, grey=grey))
        canvas: Any = figure.canvas
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
        spread[grey] = int((pixels.max(axis=2) - pixels.min(axis=2)).max())
    assert spread[True] <= 2
    assert spread[False] > 60


@pytest.mark.parametrize("name", CHARTS)
def test_same_bytes_twice_with_embedded_fonts_and_text(figure_tables: Tables, name: str, tmp_path: Path) -> None:
    look = Look(width_mm=85, lang="es", date="2026-11")
    files = []
    for turn in range(2):
        for fmt in ("pdf", "svg"):
            path = tmp_path / f"{turn}.{fmt}"
            save(draw_figure(name, figure_tables, look), path, fmt, look)
            files.append(path.read_bytes())
    assert files[:2] == files[2:]
    pdf, svg = files[:2]
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"<text" in svg
    assert "frontera" in svg.decode() or "parques" in svg.decode().lower()


def test_all_charts_as_pdf_are_quick(figure_tables: Tables, tmp_path: Path) -> None:
    start = time.perf_counter()
    for name in CHARTS:
        look = Look(width_mm=180)
        save(draw_figure(name, figure_tables, look), tmp_path / f"{name}.pdf", "pdf", look)
    assert time.perf_counter() - start < 30


@pytest.mark.parametrize("name", CHARTS)
def test_a_study_without_the_layer_is_told_which(figure_tables: Tables, name: str) -> None:
    for layer in FIGURES[name].needs:
        without = {key: table for key, table in figure_tables.items() if key != layer}
        with pytest.raises(ChoiceError, match=f"figure {name}: this study has no .*{layer}"):
            draw_figure(name, without, Look())


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_captions_name_their_facts(figure_tables: Tables, name: str, lang: str) -> None:
    caption = figure_caption(name, figure_tables, Look(lang=lang, date="2026-11"))
    assert "{" not in caption
    counted = figure_tables["national"]["parks_study_set"].iloc[0]
    assert f"{counted:,}" in caption or name in {"harness_plants", "wage_gradient"}
    assert "CREA" in caption or name in {"harness_plants", "wage_gradient"}


@pytest.mark.parametrize("name", CHARTS)
def test_tables_stay_as_they_were(figure_tables: Tables, name: str) -> None:
    before = {layer: figure_tables[layer].copy() for layer in FIGURES[name].needs}
    draw_figure(name, figure_tables, Look())
    for layer, table in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(figure_tables[layer]))


def test_concentration_draws_the_intervals_of_the_tables(figure_tables: Tables) -> None:
    figure = draw_figure("concentration", figure_tables, Look(lang="en"))
    lorenz, upper, cities = figure.axes
    country = figure_tables["national"].iloc[0]
    bars = upper.collections[0].get_segments()
    assert bars[0][:, 0] == pytest.approx([1e4 * country["owner_hhi_count_low"], 1e4 * country["owner_hhi_count_high"]])
    areas = figure_tables["metro_areas"]
    shown = areas[areas["parks_study_set"] >= 15].sort_values(["parks_study_set", "name"], ascending=[False, True])
    assert [label.get_text() for label in cities.get_yticklabels()] == shown["name"].tolist()
    low = [segment[0, 0] for segment in cities.collections[0].get_segments()]
    assert low == pytest.approx((1e4 * shown["owner_hhi_count_low"]).tolist())
    assert f"{country['parks_controller_known']}/{country['parks_study_set']}" in written(figure)
    curves = [line for name, line in lines(lorenz).items() if not name.startswith("_")]
    assert len(curves) == 5
    for curve in curves:
        x, y = curve.get_xdata(), curve.get_ydata()
        assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
        assert (y <= x + 1e-6).all()
        gini = 1 - np.sum(np.diff(x) * (y[1:] + y[:-1]))
        assert f"({gini:.2f})" in curve.get_label()


def test_clustering_has_a_panel_for_every_curve_of_m(figure_tables: Tables) -> None:
    figure = draw_figure("clustering", figure_tables, Look(lang="en"))
    curves = figure_tables["curves"].query("statistic == 'm'")
    groups = curves.groupby(["subject", "name"], dropna=False)
    assert len(figure.axes) == groups.ngroups + 1
    harness = curves[curves["name"] == "harness_electrical"]
    head = f"Harnesses, electrical\nn = {harness['points'].iloc[0]}, p = {harness['p'].iloc[0]:.4f}".rstrip("0")
    axes = next(axes for axes in figure.axes if head in [text.get_text() for text in axes.texts])
    drawn = 10 ** np.asarray(axes.lines[1].get_ydata())
    assert drawn == pytest.approx(harness["observed"].to_numpy())
    full, hollow = (10 ** np.asarray(axes.lines[at].get_ydata()) for at in (2, 3))
    assert full == pytest.approx(harness.loc[harness["outside"].astype(bool), "observed"].to_numpy())
    assert len(full) + len(hollow) == len(harness)


def test_harness_plants_cross_half_at_the_median_of_the_plants(figure_tables: Tables) -> None:
    figure = draw_figure("harness_plants", figure_tables, Look(lang="en"))
    plants = figure_tables["auto_parts_plants"]
    border = plants.loc[
        (plants["part_class"] == "harness_electrical") & ~plants["duplicate_of"].isin(plants["plant_id"])
        & plants["assembly_plant_id"].isna(), "border_km",
    ]  # fmt: skip
    line = lines(figure.axes[0])[f"harnesses ({border.notna().sum()}; {border.median():,.0f})"]
    assert np.interp(50, line.get_ydata(), line.get_xdata()) == pytest.approx(border.median(), abs=1e-3)
    assert line.get_xdata().max() == pytest.approx(border.max(), abs=1e-3)
    assert len([name for name in lines(figure.axes[0]) if not name.startswith("_")]) == 4
    assert len([name for name in lines(figure.axes[1]) if not name.startswith("_")]) == 3


def test_wage_gradient_shows_every_state_and_the_band(figure_tables: Tables) -> None:
    figure = draw_figure("wage_gradient", figure_tables, Look(lang="en"))
    assert len(figure.axes) == 3
    points, fitted = figure_tables["wage_points"], figure_tables["wage_lines"]
    for period, axes in zip(("before", "after", "change"), figure.axes, strict=True):
        rows = points[points["period"] == period]
        line, zone, rest = axes.lines[:3]
        assert len(zone.get_xdata()) + len(rest.get_xdata()) == len(rows)
        assert len(zone.get_xdata()) == (rows["border_zone"] > 0).sum()
        own = fitted[fitted["period"] == period]
        assert 10 ** np.asarray(line.get_ydata()) == pytest.approx(np.exp(own["estimate"].to_numpy()))
        band = axes.collections[0].get_paths()[0].vertices
        assert 10 ** band[:, 1].max() == pytest.approx(np.exp(own["high"].max()))
        assert 10 ** band[:, 1].min() == pytest.approx(np.exp(own["low"].min()))
        drawn = np.sort(np.concatenate([10 ** np.asarray(zone.get_ydata()), 10 ** np.asarray(rest.get_ydata())]))
        assert drawn == pytest.approx(np.sort(np.exp(rows["ln_wage_adjusted"])))


def test_a_period_without_wages_has_no_panel(figure_tables: Tables) -> None:
    only = {key: table[table["period"] == "before"] for key, table in figure_tables.items() if key.startswith("wage_")
            and "period" in table}  # fmt: skip
    figure = draw_figure("wage_gradient", {**figure_tables, **only}, Look(lang="en"))
    assert len(figure.axes) == 1
    assert "after no data" in figure_caption("wage_gradient", {**figure_tables, **only}, Look(lang="en"))


def test_first_dates_shows_both_readings_of_127_parks(figure_tables: Tables) -> None:
    figure = draw_figure("first_dates", figure_tables, Look(lang="en"))
    axes = figure.axes[0]
    ways = [
        (np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist())
        for line in axes.lines if len(line.get_xdata()) == 2
    ]  # fmt: skip
    assert ([1968, 2018], [127, 564]) in ways
    assert ([1986, 2018], [127, 564]) in ways
    shown = written(figure)
    for words in ("127 (1968) [1]", "127 (1986) [2]", "564 (2018) [1]", "516 (2018) [3]", "550 (2015) [2]"):
        assert words in shown
    note = next(text for text in shown if "[1]" in text and "Cypher" in text).replace("\n", " ")
    assert "[2] mexicoinfrastructurereview.com 2015" in note
    parks = figure_tables["parks"]
    first = parks[["opened_year", "first_seen_year"]].astype("Float64").min(axis=1)
    dated = lines(axes)["Inventory: opening or register"]
    assert dated.get_ydata()[-1] == first.notna().sum()
    assert np.asarray(dated.get_ydata())[np.asarray(dated.get_xdata()) == 2010] == (first <= 2010).sum()
    assert sum(bar.get_height() for bar in figure.axes[1].patches) == parks["opened_year"].notna().sum()


@pytest.mark.parametrize("name", ["concentration", "wage_gradient", "clustering", "first_dates"])
def test_hostile_names_are_drawn_as_they_are(figure_tables: Tables, name: str) -> None:
    tables = dict(figure_tables)
    hostile = r"$\frac{1}{0}$ <b>%s"
    for layer in ("states", "developers"):
        tables[layer] = tables[layer].copy()
        tables[layer]["name"] = hostile
    claims = tables["claims"].copy()
    claims["source_title"] = hostile
    tables["claims"] = claims
    look = Look(width_mm=180, lang="en")
    figure = draw_figure(name, tables, look)
    assert any(hostile in text for text in written(figure))
    assert faults(figure, look) == []


def test_fewer_areas_make_a_smaller_figure(figure_tables: Tables) -> None:
    states = figure_tables["states"]
    few = {**figure_tables, "states": states[states["name"] == "Nuevo León"]}
    look = replace(LOOKS[0])
    figure, whole = (draw_figure("concentration", tables, look) for tables in (few, figure_tables))
    assert figure.get_figheight() < whole.get_figheight()
    assert faults(figure, look) == []
