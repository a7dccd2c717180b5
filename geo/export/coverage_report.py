"""The report of a planner's question: two pages of A4, one language, to print or to read on a screen."""

from __future__ import annotations

from typing import Any

import jinja2
import pandas as pd

from geo.export.coverage_drawing import park_mark, report_map, site_mark
from geo.export.coverage_story import Story, legend, measured, people, share
from geo.export.coverage_words import (
    asked_words,
    change_sentence,
    coverage_words,
    hero,
    plan_sentences,
    read_template,
    sums,
)
from geo.export.policy import content_policy
from geo.export.style import GROUND

#: Rows that the tables of the second page have room for.
ROWS_OUT, ROWS_IN, ROWS_CHANGED, ROWS_COST = 24, 12, 12, 40
#: Rows that the tables of sites and of changes on the first page have room for.
ROWS_SITES, ROWS_CHANGED_FIRST = 5, 6


def coverage_report(story: Story) -> str:
    """Return the report of a story as one HTML page, in the story's language.

    Parameters
    ----------
    story
        What to say.

    Returns
    -------
    str
        A page that asks nothing of the network (its own policy forbids it), has no script, and prints on exactly two
        pages of A4 whatever is in the tables: long names are cut with an ellipsis.
    """
    lang, words = story.lang, coverage_words(story.lang)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    style = environment.from_string(read_template("report.css")).render(ground=GROUND["light"])
    last = story.shown[-1]
    title = words["report_title" if story.plan is None else "report_title_sites"]
    return environment.from_string(read_template("report.html.j2")).render(
        policy=content_policy(styles=[style], scripts=[]),
        style=style,
        lang=lang,
        w=words,
        title=title,
        area=story.area[lang],
        hero=hero(story, lang),
        sums=sums(story, lang),
        maps=[(each.name[lang], report_map(story, each, words["map_of"].format(name=each.name[lang])))
              for each in story.shown],
        legend=[(each.label.es if lang == "es" else each.label.en, each.fill or GROUND["light"]["land"])
                for each in legend(story.town_styling)],
        legend_title=story.town_label(lang),
        outline=GROUND["light"]["outline"],
        park_mark=park_mark(),
        park_words=story.facilities[lang][:1].upper() + story.facilities[lang][1:],
        site_mark=site_mark() if last.sites is not None else None,
        rule=story.rule[lang],
        asked=asked_words(story, lang),
        blind=story.blind[lang],
        sources=story.sources[lang],
        dated=words["dated"].format(date=story.date, version=story.version),
        plan=_plan(story),
        changes=_changes(story),
        tables=_tables(story),
    )  # fmt: skip


def _tables(story: Story) -> list[dict[str, Any]]:
    """Return the tables of the second page: title, note, columns (words, numeric), rows."""
    if story.mode == "cost":
        return [_cost_table(story)]
    words, unit = coverage_words(story.lang), story.unit[story.lang]
    towns, named = story.shown[-1].towns, _named(story)
    outside = towns[towns["uncovered"] > 0].sort_values(["uncovered", "cvegeo"], ascending=[False, True])
    inside = towns[(towns["uncovered"] == 0) & (towns["total"] > 0)]
    inside = inside.sort_values(["total", "cvegeo"], ascending=[False, True])
    tables = [_town_table(story, outside, words["ranked_out"].format(unit=unit) + named, ROWS_OUT, words["none_out"])]
    if story.plan is None:
        tables.append(_town_table(story, inside, words["ranked_in"].format(unit=unit), ROWS_IN, words["none_in"]))
    return tables


def _named(story: Story) -> str:
    """Return the name of the situation that the tables are of, where there are two."""
    return "" if len(story.shown) == 1 else f" · {story.shown[-1].name[story.lang]}"


def _town_table(story: Story, towns: pd.DataFrame, title: str, most: int, none: str) -> dict[str, Any]:
    words, unit = coverage_words(story.lang), story.unit[story.lang]
    columns = [
        (words["municipality"], "name"), (words["state"], "state"),
        (words["people"].format(Unit=unit[:1].upper() + unit[1:]), "number"), (words["outside"], "number"),
        (words["share"], "percent"), (words["range"], "number"),
        (words["nearest" if story.plan is None else "nearest_any"], "park"), (words["km"], "short"),
        (words["minutes"], "short"),
    ]  # fmt: skip
    rows = [
        [_text(row["municipality"]), _text(row["state"]), people(row["total"]), people(row["uncovered"]),
         share(row["covered_share"]), _range(row["share_low"], row["share_high"]), _text(row["nearest_name"]),
         measured(row["nearest_km"]), measured(row["road_minutes"])]
        for row in towns.head(most).to_dict("records")
    ]  # fmt: skip
    note = words["of_rows"].format(shown=len(rows), all=f"{len(towns):,}") + " " + words["nearest_note"]
    grid = _without_state(columns, rows, towns)
    return {"title": title, "note": note if rows else none.format(unit=unit), **grid}


def _cost_table(story: Story) -> dict[str, Any]:
    words, unit = coverage_words(story.lang), story.unit[story.lang]
    towns = story.shown[-1].towns.sort_values(["cost_after", "cvegeo"], ascending=[False, True])
    of_plan = "" if story.plan is None else f" ({story.plan.unit})"
    columns = [
        (words["municipality"], "name"), (words["state"], "state"),
        (words["people"].format(Unit=unit[:1].upper() + unit[1:]), "number"),
        (words["cost_before"] + of_plan, "wide"), (words["cost_after"] + of_plan, "wide"),
    ]  # fmt: skip
    rows = [
        [_text(row["municipality"]), _text(row["state"]), people(row["total"]), measured(row["cost_before"]),
         measured(row["cost_after"])]
        for row in towns.head(ROWS_COST).to_dict("records")
    ]  # fmt: skip
    note = words["of_rows"].format(shown=len(rows), all=f"{len(towns):,}")
    return {"title": words["ranked_cost"], "note": note, **_without_state(columns, rows, towns)}


def _without_state(columns: list[tuple[str, str]], rows: list[list[str]], towns: pd.DataFrame) -> dict[str, Any]:
    """Return a table without its column of states where all rows are of one."""
    if towns["state"].nunique() > 1:
        return {"columns": columns, "rows": rows}
    kept = [place for place, (_, kind) in enumerate(columns) if kind != "state"]
    return {"columns": [columns[place] for place in kept], "rows": [[row[place] for place in kept] for row in rows]}


def _plan(story: Story) -> dict[str, Any] | None:
    """Return the block of proposed sites; None without a plan."""
    if story.plan is None:
        return None
    words = coverage_words(story.lang)
    sites = story.plan.sites
    last = ("added", words["added"]) if story.mode == "share" else ("served", words["served"])
    rows = [
        [f"P{row['rank']}", _text(row["name"]) if not pd.isna(row["name"]) else _text(row["candidate_id"]),
         _text(row["municipality"]), _text(row["state"]), people(row[last[0]])]
        for row in sites.head(ROWS_SITES).to_dict("records")
    ]  # fmt: skip
    more = len(sites) - len(rows)
    columns = [("#", "rank"), (words["site"], "name"), (words["municipality"], "name"), (words["state"], "state"),
               (last[1], "wide")]  # fmt: skip
    said = plan_sentences(story, story.lang)
    if more:
        said.append(words["more_rows"].format(count=more))
    return {"title": words["sites"], "said": [*said, words["proposals_note"]], "columns": columns, "rows": rows}


def _changes(story: Story) -> dict[str, Any] | None:
    """Return the table of municipalities that change; None without a second situation."""
    if story.changes is None:
        return None
    words, unit = coverage_words(story.lang), story.unit[story.lang]
    first, second = (each.name[story.lang] for each in story.shown[:2])
    columns = [
        (words["municipality"], "name"), (words["state"], "state"),
        (words["people"].format(Unit=unit[:1].upper() + unit[1:]), "number"), (words["gained"], "number"),
        (words["lost"], "number"),
    ]  # fmt: skip
    rows = [
        [_text(row["municipality"]), _text(row["state"]), people(row["total"]), people(row["gained"]),
         people(row["lost"])]
        for row in story.changes.head(ROWS_CHANGED_FIRST if story.plan is None else ROWS_CHANGED).to_dict("records")
    ]  # fmt: skip
    note = words["of_rows"].format(shown=len(rows), all=f"{len(story.changes):,}") if rows else ""
    title = words["changes"].format(first=first, second=second)
    return {"title": title, "said": change_sentence(story, story.lang), "note": note, "columns": columns, "rows": rows}


def _range(low: float, high: float) -> str:
    if pd.isna(low):
        return "–"
    return f"{100 * low:.1f}–{100 * high:.1f}"


def _text(value: Any) -> str:
    return "–" if value is None or bool(pd.isna(value)) else str(value)
