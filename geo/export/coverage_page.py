"""The coverage map: one HTML file with map, table and everything that draws them; it asks the network nothing."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import jinja2
import pandas as pd
import shapely

from geo.export.atlas import leaflet
from geo.export.atlas_shapes import POLYGON_SCALE, topology
from geo.export.atlas_tables import safe_json
from geo.export.coverage_story import LANGUAGES, Shown, Story, class_numbers, legend
from geo.export.coverage_words import asked_words, change_sentence, coverage_words, hero, plan_sentences, read_template
from geo.export.coverage_words import sums as sums_of
from geo.export.policy import content_policy
from geo.export.style import GROUND, PLANNING_STYLES, StyleClass
from geo.geodesy import GEODETIC_CRS, planar_crs

#: Columns of a municipality that the page carries, with the decimals of numbers.
_TOWN = {"municipality": None, "state": None, "total": 0, "uncovered": 0, "covered_share": 4, "share_low": 4,
         "share_high": 4, "share_at_most": 4, "mean_km": 1, "nearest_name": None, "nearest_km": 1, "road_minutes": 1,
         "access_per_1000": 2, "cost_before": 1, "cost_after": 1}  # fmt: skip
_LINKS: dict[str, int | None] = {"nearest_km": 1, "road_minutes": 1}


def coverage_page(story: Story) -> str:
    """Return the map of a story as one HTML page, in Spanish and English.

    Parameters
    ----------
    story
        What to show; it opens in its language. Two situations stand side by side.

    Notes
    -----
    The same story gives the same bytes. The page's own policy forbids it every request. Names from the data are put in
    as text.
    """
    styles = [leaflet("leaflet.css"), _style()]
    scripts = [leaflet("leaflet.js"), read_template("map.js")]
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    words = coverage_words(story.lang)
    return page.from_string(read_template("map.html.j2")).render(
        policy=content_policy(styles=styles, scripts=scripts, images=("data:",)),
        lang=story.lang,
        title=f"Corredor · {words['map_title']} · {story.area[story.lang]}",
        w=words,
        styles=styles,
        scripts=scripts,
        count=len(story.shown),
        data=safe_json(_payload(story)),
    )


def _style() -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(read_template("map.css")).render(ground=GROUND["light"])


def _payload(story: Story) -> dict[str, Any]:
    shapes = topology({"towns": (story.outlines, "cvegeo"), "states": (story.states, "cve_ent")})
    first = story.shown[0]
    frame = gpd.GeoSeries([shapely.box(*story.frame)], crs=planar_crs())
    west, south, east, north = frame.to_crs(GEODETIC_CRS).total_bounds
    return {
        "lang": story.lang,
        "mode": story.mode,
        "words": {lang: coverage_words(lang) for lang in LANGUAGES},
        "said": {lang: _said(story, lang) for lang in LANGUAGES},
        "ground": GROUND["light"],
        "bounds": [[round(float(south), 3), round(float(west), 3)], [round(float(north), 3), round(float(east), 3)]],
        "legends": {
            "towns": _legend(legend(story.town_styling)),
            "places": _legend(legend(story.place_styling)),
            "parks": _legend(legend(PLANNING_STYLES["facilities"].stylings[0])),
            "sites": _legend(legend(PLANNING_STYLES["proposed_sites"].stylings[0])),
        },
        "titles": {
            "towns": {lang: story.town_label(lang) for lang in LANGUAGES},
            "places": {lang: _place_label(story, lang) for lang in LANGUAGES},
        },
        "unit": None if story.plan is None else story.plan.unit,
        "shapes": {"scale": POLYGON_SCALE, "arcs": shapes.arcs, **shapes.features},
        "places": _rows(first.places, {"name": None, "lon": 4, "lat": 4, "weight": 0}),
        "columns": list(_TOWN),
        "shown": [_shown(story, each) for each in story.shown],
        "changes": None if story.changes is None else _rows(
            story.changes, {"cvegeo": None, "municipality": None, "state": None, "gained": 0, "lost": 0}),
    }  # fmt: skip


def _place_label(story: Story, lang: str) -> str:
    if story.mode == "cost":
        return story.town_label(lang)
    return story.place_styling.label.es if lang == "es" else story.place_styling.label.en


def _said(story: Story, lang: str) -> dict[str, Any]:
    """Return the sentences of the page."""
    words, top = coverage_words(lang), hero(story, lang)
    lines = [*plan_sentences(story, lang)]
    if story.changes is not None:
        lines.append(change_sentence(story, lang))
    return {
        "title": f"Corredor · {words['map_title']} · {story.area[lang]}",
        "area": story.area[lang],
        "unit": story.unit[lang],
        "hero": top,
        "sums": sums_of(story, lang),
        "lines": lines,
        "rule": story.rule[lang],
        "asked": asked_words(story, lang),
        "blind": [*story.blind[lang], *([words["proposals_note"]] if story.plan is not None else [])],
        "sources": [*story.sources[lang], words["dated"].format(date=story.date, version=story.version)],
    }


def _shown(story: Story, shown: Shown) -> dict[str, Any]:
    classes = class_numbers(story.town_styling, shown.towns["value"])
    towns = _rows(shown.towns, _TOWN)
    return {
        "name": dict(shown.name),
        "towns": {
            str(code): [number, *row] for code, number, row in zip(shown.towns["cvegeo"], classes, towns, strict=True)
        },
        "order": [str(code) for code in shown.towns["cvegeo"]],
        "places": class_numbers(story.place_styling, shown.places["value"]),
        "values": _rows(shown.places, {"value": 1}) if story.mode == "cost" else None,
        "nearest": _nearest(shown),
        "links": _rows(shown.places, _LINKS),
        "parks": [
            [row[0], row[1], row[2], _origin(row[3])]
            for row in _rows(shown.facilities, {"name": None, "lon": 5, "lat": 5, "origin": None})
        ],
        "sites": [] if shown.sites is None else _rows(
            shown.sites, {"rank": 0, "name": None, "municipality": None, "lon": 5, "lat": 5, "added": 0}),
    }  # fmt: skip


def _nearest(shown: Shown) -> dict[str, Any]:
    """Return the names of the nearest parks once, and the number of each place's."""
    if "nearest_name" not in shown.places:
        return {"names": [], "of": []}
    numbers, names = pd.factorize(shown.places["nearest_name"])
    return {"names": [str(each) for each in names], "of": [int(each) for each in numbers]}


def _origin(value: object) -> int:
    keys = [each.key for each in legend(PLANNING_STYLES["facilities"].stylings[0])]
    return keys.index(str(value))


def _legend(classes: list[StyleClass]) -> list[dict[str, Any]]:
    return [{"es": each.label.es, "en": each.label.en, "fill": each.fill} for each in classes]


def _rows(table: pd.DataFrame, columns: dict[str, int | None]) -> list[list[Any]]:
    """Return rows for JSON: text as it is, numbers with so many decimals, missing as None."""
    found: list[list[Any]] = []
    for name, digits in columns.items():
        values = table[name] if name in table else pd.Series([None] * len(table))
        if digits is None:
            found.append([None if pd.isna(value) else str(value) for value in values])
        else:
            found.append([None if pd.isna(value) else _number(value, digits) for value in values])
    return [list(row) for row in zip(*found, strict=True)]


def _number(value: Any, digits: int) -> float | int:
    return round(float(value), digits) if digits else round(float(value))
