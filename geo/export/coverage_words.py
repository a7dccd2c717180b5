"""The sentences of a planner's answer, filled with its figures."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from geo._words import said_all
from geo.export.coverage_story import Story, measured, people, share

_TEMPLATES = resources.files("geo.export") / "templates" / "coverage"


def coverage_words(lang: str) -> dict[str, str]:
    """Return every word of the map and the report in a language, with those of the study at work."""
    filled: dict[str, str] = said_all(_templates()[lang])
    return filled


@cache
def _templates() -> dict[str, dict[str, str]]:
    return tomllib.loads(_TEMPLATES.joinpath("words.toml").read_text(encoding="utf-8"))


def read_template(name: str) -> str:
    """Return a file of the coverage templates."""
    return _TEMPLATES.joinpath(name).read_text(encoding="utf-8")


def hero(story: Story, lang: str) -> dict[str, Any]:
    """Return the one figure of an answer: ``figure``, ``what``, and the ``notes`` that belong to it."""
    words = coverage_words(lang)
    area, unit = story.area[lang], story.unit[lang]
    if story.mode == "cost" and story.plan is not None:
        plan = story.plan
        kind = words["worst_cost" if "worst" in plan.question["en"] else "mean_cost"]
        figure = f"{measured(plan.cost_after)} {plan.unit}"
        notes = [words["before"].format(value=f"{measured(plan.cost_before)} {plan.unit}")]
        return {"figure": figure, "what": words["hero_cost_mean"].format(kind=kind, area=area), "notes": notes}
    summary = story.shown[-1 if story.plan is not None else 0].summary
    people_of = {"es": "las personas", "en": "the people"}[lang] if unit in {"personas", "people"} else unit
    notes = interval_words(summary, lang)
    if story.plan is not None:
        notes.insert(0, words["before"].format(value=share(story.shown[0].summary["covered_share"])) + ".")
    what = words["hero_share" if story.plan is None else "hero_sites"].format(unit=people_of, area=area)
    return {"figure": share(summary["covered_share"]), "what": what, "notes": notes}


def interval_words(summary: Any, lang: str) -> list[str]:
    """Return what location errors and parks without a point leave open."""
    words = coverage_words(lang)
    if summary["moved"]:
        said = [words["interval"].format(low=share(summary["share_low"]), high=share(summary["share_high"]))]
    else:
        said = [words["no_interval"]]
    count = int(summary["facilities_unlocated"] or 0)
    if count:
        said.append(words["at_most"].format(most=share(summary["share_at_most"]), count=count))
    else:
        said.append(words["all_located"])
    return said


def sums(story: Story, lang: str) -> list[tuple[str, str]]:
    """Return the sums that belong to the figure of ``hero``: (words, figure)."""
    words, unit = coverage_words(lang), story.unit[lang]
    if story.mode == "cost":
        total = story.shown[0].towns["total"].sum()
        return [(words["total"].format(Unit=unit[:1].upper() + unit[1:]), people(total))]
    summary = story.shown[-1 if story.plan is not None else 0].summary
    said = [
        (words["total"].format(Unit=unit[:1].upper() + unit[1:]), people(summary["total"])),
        (words["covered"], people(summary["covered"])),
        (words["uncovered"], people(summary["uncovered"])),
    ]
    if summary["unreached_places"]:
        said.append((words["unreached"], people(summary["unreached"])))
    what = story.facilities[lang][:1].upper() + story.facilities[lang][1:]
    located, unlocated = int(summary["facilities_located"]), int(summary["facilities_unlocated"])
    # Proposals are measured beside the parks, but are none.
    located -= 0 if story.plan is None else len(story.plan.sites)
    said.append((f"{what}: {words['parks_located']}", f"{located:,}"))
    if unlocated:
        said.append((f"{what}: {words['parks_unlocated']}", f"{unlocated:,}"))
    return said


def change_sentence(story: Story, lang: str) -> str:
    """Return who gains and who loses between two situations."""
    words, changes = coverage_words(lang), story.changes
    if changes is None or not len(changes):
        return words["no_change"]
    first, second = (each.summary["covered_share"] for each in story.shown[:2])
    return words["change_total"].format(
        gained=people(changes["gained"].sum()), lost=people(changes["lost"].sum()), unit=story.unit[lang],
        first=share(first), second=share(second),
    )  # fmt: skip


def plan_sentences(story: Story, lang: str) -> list[str]:
    """Return what the siting model answered and how good that is."""
    plan, words = story.plan, coverage_words(lang)
    if plan is None:
        return []
    said = [plan.question[lang], plan.proof[lang]]
    if plan.gained is not None:
        said.insert(1, words["gained_total"].format(gained=people(plan.gained), unit=story.unit[lang]))
    said.append(words["candidates"].format(what=plan.candidates[lang]))
    if plan.unreached:
        said.append(words["left_out"].format(count=people(plan.unreached), unit=story.unit[lang]))
    return said


def asked_words(story: Story, lang: str) -> list[str]:
    """Return what was asked, sentence by sentence."""
    words = coverage_words(lang)
    said = [words["reached"].format(what=story.facilities[lang]), words["counted"].format(what=story.demand[lang])]
    if story.network is not None:
        said.append(words["network"].format(what=story.network[lang]))
    return said


def headline(story: Story, lang: str) -> list[str]:
    """Return the answer in a few lines, for the terminal."""
    top = hero(story, lang)
    said = [" ".join([top["figure"], top["what"] + ".", *top["notes"]])]
    if story.changes is not None and story.plan is None:
        said.append(change_sentence(story, lang))
    return said + plan_sentences(story, lang)
