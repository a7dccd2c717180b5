"""The cards of the findings: words filled from the run's tables, one card a hypothesis or contradiction."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from geo._words import named, said_all
from geo.export.findings_charts import Line, Mark, placed
from geo.export.findings_words import fill, in_unit, shown
from geo.schema.findings import ALPHA, FINDING_IDS, PER_PEOPLE, REGISTER_START, STAGNANT

LANGUAGES = ("es", "en")

_TEMPLATES = resources.files("geo.export") / "templates" / "findings"
_AT = re.compile(r"_\d+km$")

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Card:
    """One card in one language, ready to be laid out; every text is plain and not yet escaped.

    Parameters
    ----------
    key
        H1-H14 or X1-X13.
    title
        Name of the claim.
    verdict, badge
        Key and words of the verdict.
    texts
        Heading and paragraph, in the order of the card.
    sources
        Quote or subject, and source, of the published figures that the claim rests on.
    parts
        Part, role, verdict and reason of each part.
    caveats
        What a reader must know.
    official
        Which source would answer; None where none is needed.
    marks, legend
        Lines of the chart, and the words of its signs: (sign, words).
    figures
        Names of the paper figures that show it in full.
    rows
        Every number: label, value, interval, what it is held against, p, n, set.
    tables
        Tables of the run that the numbers are from.
    """

    key: str
    title: str
    verdict: str
    badge: str
    texts: list[tuple[str, str]]
    sources: list[tuple[str, str]]
    parts: list[tuple[str, str, str, str]]
    caveats: list[str]
    official: str | None
    marks: list[Mark]
    legend: list[tuple[str, str]]
    figures: list[str]
    rows: list[tuple[str, ...]]
    tables: list[str]


def words(name: str) -> dict[str, Any]:
    """Return the words of a file of templates, with those of the study at work: hypotheses, contradictions or ui."""
    filled: dict[str, Any] = said_all(templates(name))
    return filled


@cache
def templates(name: str) -> dict[str, Any]:
    """Return a file of templates as it stands, with the places of the study's words in it."""
    return tomllib.loads(_TEMPLATES.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def constants(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that texts may name: those of the run, and the constants of the tests."""
    return {
        **parameters,
        "alpha": 100 * ALPHA,
        "people": PER_PEOPLE,
        "register_start": REGISTER_START,
        "stagnant": STAGNANT,
    }


def sentence(template: str, tables: Tables, parameters: Mapping[str, Any], language: str) -> str:
    """Fill a template of the page itself, which may name parameters and published figures."""
    return fill(template, _shared(tables, parameters), unknown=words("ui")[language]["unknown"])


def cards(tables: Tables, parameters: Mapping[str, Any], language: str) -> list[Card]:
    """Return every card in one language, H1-H14 and then those of X1-X13 that the published figures speak of.

    Parameters
    ----------
    tables
        The run's published tables: findings, verdicts, contradictions and claims.
    parameters
        The parameters of the run.
    language
        es or en.

    Returns
    -------
    list of Card
    """
    shared = _shared(tables, parameters)
    judged = set(tables["verdicts"]["finding_id"])
    make = {"H": _hypothesis, "X": _contradiction}
    return [make[key[0]](key, tables, shared, language) for key in FINDING_IDS if key in judged]


def _shared(tables: Tables, parameters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what every template may name: parameters, and the published figures by figure_id."""
    claims = tables["claims"]
    figures = {
        str(row["figure_id"]): {
            **{str(name): value for name, value in row.items()},
            "counted": row["value"],
            "source": _source(row),
        }
        for row in claims.to_dict("records")
    }
    return {"param": constants(parameters), **figures}


def _source(claim: Mapping[Any, Any]) -> str:
    title, address = claim["source_title"], claim["source_url"]
    return str(title) if isinstance(title, str) else str(address) if isinstance(address, str) else ""


def _hypothesis(key: str, tables: Tables, shared: dict[str, dict[str, Any]], language: str) -> Card:
    own, ui = words("hypotheses")[key], words("ui")[language]
    text = own[language]
    records = _records(tables["findings"], key)
    rows = shared | {str(row["statistic"]): row for row in records}
    unknown = ui["unknown"]

    def say(template: str) -> str:
        return fill(template, rows, unknown=unknown)

    overall, parts = _verdicts(tables["verdicts"], key)
    return Card(
        key=key,
        title=say(text["title"]),
        verdict=overall["verdict"],
        badge=ui["verdicts"][overall["verdict"]],
        texts=[(ui["claim"], say(text["claim"])), (ui["test"], say(text["test"])), (ui["result"], say(text["number"]))],
        sources=_sources(own["sources"], shared),
        parts=[
            (ui["parts"][part["part"]] if part["part"] in ui["parts"] else _named(part["part"]), ui[part["role"]],
             ui["verdicts"][part["verdict"]], ui["reasons"][part["reason"]])
            for part in parts
        ],
        caveats=[say(each) for each in text["caveats"]],
        official=_official(key, text, language),
        marks=_interval_chart(records, ui),
        legend=_interval_legend(records, ui),
        figures=own["figures"],
        rows=[_numbers(row, ui) for row in records],
        tables=_tables("findings", records),
    )  # fmt: skip


def _official(key: str, text: Mapping[str, Any], language: str) -> str | None:
    """Return which source would answer: the study's own words where it has some."""
    if "official" not in text:
        return None
    own = named("official", key)
    return str(text["official"] if own is None else own[language])


def _contradiction(key: str, tables: Tables, shared: dict[str, dict[str, Any]], language: str) -> Card:
    own, ui = words("contradictions")[key], words("ui")[language]
    text = own[language]
    records = _records(tables["contradictions"], key)
    rows = dict(shared)
    for row in records:
        if row["kind"] == "published":
            rows[row["figure_id"]] = {**shared.get(row["figure_id"], {}), **row}
        else:
            rows[row["definition"] if row["kind"] != "difference" else f"difference_{row['measure']}"] = row

    def say(template: str) -> str:
        return fill(template, rows, unknown=ui["unknown"])

    overall, _ = _verdicts(tables["verdicts"], key)
    return Card(
        key=key,
        title=say(text["title"]),
        verdict=overall["verdict"],
        badge=ui["settled"][overall["verdict"]],
        texts=[(ui["published"], say(text["text"])), (ui["data"], say(text["data"])), (ui["note"], say(text["note"])),
               (ui["verdict"], _capital(ui["reasons"][overall["reason"]]) + ".")],
        sources=_sources((row["figure_id"] for row in records if row["kind"] == "published"), shared),
        parts=[],
        caveats=[],
        official=None,
        marks=_published_chart(records, ui),
        legend=_published_legend(records, ui),
        figures=own["figures"],
        rows=[_figure(row, ui) for row in records],
        tables=_tables("contradictions", records),
    )  # fmt: skip


def _records(table: pd.DataFrame, key: str) -> list[dict[str, Any]]:
    chosen = table[table["finding_id"] == key]
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in chosen.to_dict("records")
    ]


def _verdicts(table: pd.DataFrame, key: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    rows = _records(table, key)
    return next(row for row in rows if row["part"] == "overall"), [row for row in rows if row["part"] != "overall"]


def _cited(claim: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a published figure says, in its own words where it is quoted, and where."""
    quoted = claim.get("quote")
    said = f"“{quoted}”" if isinstance(quoted, str) else f"{claim['what']}, {claim['place']}"
    return said, str(claim["source"])


def _sources(figures: Iterable[str], shared: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return what the published figures say and where, with their keys; figures of one sentence together."""
    named: dict[tuple[str, str], list[str]] = {}
    for figure in figures:
        if figure in shared:
            named.setdefault(_cited(shared[figure]), []).append(figure)
    return [(said, f"{source} ({', '.join(keys)})") for (said, source), keys in named.items()]


def _drawn(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the chart: those marked, in the unit of the first."""
    drawn = [row for row in records if row["drawn"]]
    return [row for row in drawn if row["unit"] == drawn[0]["unit"]]


def _interval_legend(records: list[dict[str, Any]], ui: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = _drawn(records)
    signs = []
    if any(row["value"] is not None for row in rows):
        signs.append(("own", ui["legend_value"]))
    kinds = dict.fromkeys(ui["intervals"].get(row["interval"], "") for row in rows)
    signs.append(("range", "; ".join(filter(None, kinds))))
    if any(row["reference"] is not None for row in rows):
        signs.append(("reference", ui["legend_reference"]))
    return signs


def _interval_chart(records: list[dict[str, Any]], ui: Mapping[str, Any]) -> list[Mark]:
    alike = _drawn(records)
    return placed(
        [
            Line(_label(row, ui), _in_words(row, ui), row["value"], row["low"], row["high"], row["reference"], own=True)
            for row in alike
        ]
    )


def _compared(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the chart: the figures of the first measure."""
    return [row for row in records if row["measure"] == records[0]["measure"] and row["kind"] != "difference"]


def _published_legend(records: list[dict[str, Any]], ui: Mapping[str, Any]) -> list[tuple[str, str]]:
    kinds = {row["kind"] == "published" for row in _compared(records)}
    signs = (("value", "legend_published", True), ("own", "legend_own", False))
    return [(sign, ui[name]) for sign, name, published in signs if published in kinds]


def _published_chart(records: list[dict[str, Any]], ui: Mapping[str, Any]) -> list[Mark]:
    alike = _compared(records)
    return placed(
        [
            Line(_figure_label(row, ui), _figure_words(row, ui), row["value"], row["value_low"], row["value_high"],
                 own=row["kind"] != "published")
            for row in alike
        ]
    )  # fmt: skip


def _label(row: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    statistic = _AT.sub("", str(row["statistic"]))
    at = shown(row["at"], "year" if row["at_unit"] == "year" else "0", unknown="")
    return str(ui["labels"].get(statistic, _named(statistic))).replace("{at}", at)


def _named(key: str) -> str:
    """Return the key of something that has no words of its own, as a reader can bear it."""
    return _capital(key.replace("_", " "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_words(row: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    between = _between(row["low"], row["high"], row["unit"], ui)
    against = "" if row["reference"] is None else (
        f"{ui['against']} {in_unit(row['reference'], row['unit'], unknown=ui['unknown'])}"
    )  # fmt: skip
    if row["value"] is None:
        return "; ".join(filter(None, [between or str(ui["unknown"]), against]))
    value = in_unit(row["value"], row["unit"], unknown=ui["unknown"])
    beside = "; ".join(filter(None, [between, against]))
    return f"{value} ({beside})" if beside else value


def _between(low: Any, high: Any, unit: Any, ui: Mapping[str, Any]) -> str:
    if low is None or high is None:
        return ""
    low, high = (in_unit(end, unit, unknown=ui["unknown"]) for end in (low, high))
    return str(ui["from_to"]).replace("{low}", low).replace("{high}", high)


def _numbers(row: Mapping[str, Any], ui: Mapping[str, Any]) -> tuple[str, ...]:
    unknown = ""
    label = _label(row, ui) + (f": {row['subject']}" if row["statistic"] == "largest_owner" and row["subject"] else "")
    kind = ui["intervals"].get(row["interval"], "")
    between = _between(row["low"], row["high"], row["unit"], ui)
    return (
        label,
        in_unit(row["value"], row["unit"], unknown=unknown),
        f"{between}, {kind}" if between else "",
        in_unit(row["reference"], row["unit"], unknown=unknown),
        shown(row["p"], "p", unknown=unknown).removeprefix("= "),
        shown(row["n"], "0", unknown=unknown),
        ui["sets"].get(row["on"], ""),
    )


def _figure_label(row: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    if row["kind"] == "published":
        dated = f", {row['year']}" if row["year"] else ""
        return f"{row['source'] or row['what']}{dated} ({row['figure_id']})"
    return str(ui["definitions"].get(row["definition"] or row["kind"], row["definition"]))


def _figure_words(row: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    unit = str(ui["units"].get(row["unit"], row["unit"] or ""))
    form = "year" if row["unit"] == "year" else _decimals(row["value"])
    ends = [shown(row[end], form if form == "year" else "0", unknown="") for end in ("value_low", "value_high")]
    numbers = [shown(row["value"], form, unknown="")] if row["value"] is not None else [each for each in ends if each]
    text = " - ".join(numbers) if numbers else str(ui["unknown"])
    return f"{text} {unit}".strip()


def _decimals(value: Any) -> str:
    """Return the decimals of a figure as it was published; of a computed one that is not whole, two."""
    return "0" if value is None or float(value).is_integer() else "2"


def _figure(row: Mapping[str, Any], ui: Mapping[str, Any]) -> tuple[str, ...]:
    what = f"{row['what']}, {row['place']}" if row["kind"] == "published" else ""
    return _figure_label(row, ui), _figure_words(row, ui), what


def _tables(first: str, records: list[dict[str, Any]]) -> list[str]:
    named = dict.fromkeys(name for row in records for name in str(row["source_tables"]).split("|"))
    return [first, *(name for name in named if name != first)]
