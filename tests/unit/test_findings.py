"""How the findings are written: numbers in their places, charts on one axis, hostile names inert."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.export.findings import findings_html, findings_md, markdown_safe, write_findings
from geo.export.findings_cards import LANGUAGES, cards, templates, words
from geo.export.findings_charts import Line, placed
from geo.export.findings_words import PLACE, fill, in_unit, shown
from geo.schema.findings import FINDING_IDS, INTERVALS

HOSTILE = "<img src=x onerror=alert(1)>|{{7*7}}[a](javascript:alert(1))*_`</script>{param.alpha|0}"
ABOUT = {
    "title": {"es": "Título", "en": "Title"},
    "notes": {"es": ["Nota"], "en": ["Note"]},
    "date": "2026-11",
    "version": "0",
    "parameters": {"permutations": 199, "seed": 5},
}


def tables(name: str = "Quiet") -> dict[str, pd.DataFrame]:
    row = {"finding_id": "H1", "part": "nationality", "statistic": "largest_owner", "subject": name, "at": np.nan,
           "at_unit": None, "value": 13.0, "low": 3.0, "high": 21.5, "interval": "exact_95", "reference": 4.0, "p": 0.5,
           "significant": None, "n": 7, "on": "study_set", "unit": None, "method": "m", "permutations": None,
           "drawn": True, "source_tables": "developers"}  # fmt: skip
    figure = {"finding_id": "X13", "measure": "parks_juarez", "kind": "published", "figure_id": "FIG-065",
              "value": 38.0, "value_low": np.nan, "value_high": np.nan, "unit": name, "year": "2018", "what": name,
              "place": name, "source": name, "definition": None, "source_tables": "claims"}  # fmt: skip
    verdicts = [{"finding_id": key, "part": "overall", "role": "overall", "verdict": "cannot_be_told",
                 "reason": "no_data"} for key in FINDING_IDS]  # fmt: skip
    claim = {"figure_id": "FIG-065", "what": name, "place": name, "year": "2018", "value": 38.0, "quote": name,
             "source_title": name, "source_url": name}  # fmt: skip
    return {
        "findings": pd.DataFrame([row]),
        "verdicts": pd.DataFrame(verdicts),
        "contradictions": pd.DataFrame([figure, {**figure, "value": 300.0}]),
        "claims": pd.DataFrame([claim]),
    }


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (0.12345, "pct", "12.3"),
        (52000.0, "0", "52,000"),
        (-0.0001, "2", "0.00"),
        (1968.0, "year", "1968"),
        (0.00001, "p", "< 0.0001"),
        (0.0001, "p", "= 0.0001"),
        (np.nan, "2", "?"),
        (None, "text", "?"),
        ("A & B", "text", "A & B"),
    ],
)
def test_a_value_is_written_by_its_form(value: object, form: str, expected: str) -> None:
    assert shown(value, form, unknown="?") == expected


def test_a_place_takes_its_number_and_a_missing_row_says_so() -> None:
    rows = {"a_25km": {"value": 0.5, "p": None}}
    assert fill("{a_25km.value|pct} % (p {a_25km.p|p}), {b.value|0}", rows, unknown="?") == "50.0 % (p ?), ?"


@pytest.mark.parametrize("template", ["{a}", "{a.value}", "a}", "{a.value|0"])
def test_a_place_of_another_form_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="has a place"):
        fill(template, {}, unknown="?")


def test_a_unit_follows_a_number_but_not_a_missing_one() -> None:
    assert in_unit(0.5, "share", unknown="?") == "50.0\u00a0%"
    assert in_unit(None, "share", unknown="?") == "?"
    assert in_unit(1234.0, None, unknown="?") == "1,234"


def test_a_chart_places_every_number_on_one_axis() -> None:
    first, second = placed([Line("a", "", 0.0, -1.0, 1.0, 0.5), Line("b", "", 3.0)])
    assert [first.low, first.at, first.reference, first.high] == [3.0, 26.5, 38.25, 50.0]
    assert (second.at, second.low, second.reference) == (97.0, None, None)
    assert placed([Line("a", "", 2.0), Line("b", "", 2.0)]) == []
    assert placed([]) == []


def test_no_template_types_a_number() -> None:
    """Codes of methods (CR4) and of acts stand in the words; other figures come from a place or the study's words."""

    def texts(node: object) -> list[str]:
        if isinstance(node, str):
            return [node]
        values = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        return [text for value in values for text in texts(value)]

    for name in ("hypotheses", "contradictions", "ui"):
        for key, block in templates(name).items():
            spoken = [text for language in LANGUAGES if language in block for text in texts(block[language])]
            for text in spoken if name != "ui" else texts(block):
                assert not re.search(r"\d", PLACE.sub("", text).replace("CR4", "")), (name, key, text)


def test_both_languages_have_the_same_words_and_places() -> None:
    def shape(node: object) -> object:
        if isinstance(node, dict):
            return {key: shape(value) for key, value in node.items()}
        if isinstance(node, list):
            return [shape(value) for value in node]
        return sorted(set(PLACE.findall(str(node))))

    ui = words("ui")
    assert shape(ui["es"]) == shape(ui["en"])
    for name in ("hypotheses", "contradictions"):
        for key, block in words(name).items():
            assert shape(block["es"]) == shape(block["en"]), key


def test_every_interval_has_words() -> None:
    for language in LANGUAGES:
        assert set(words("ui")[language]["intervals"]) == set(INTERVALS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_a_card_even_with_almost_no_rows(language: str) -> None:
    made = cards(tables(), ABOUT["parameters"], language)  # type: ignore[arg-type]
    assert [card.key for card in made] == list(FINDING_IDS)
    assert made[0].marks[0].reference is not None
    assert made[1].marks == []


def test_hostile_names_are_inert() -> None:
    page = findings_html(tables(HOSTILE), about=ABOUT)
    assert "<img" not in page
    assert page.count("</script>") == 1
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "{param.alpha|0}" in page  # a name is not a template
    text = findings_md(tables(HOSTILE), about=ABOUT)
    assert "<img" not in text
    assert "[a](" not in text
    assert r"\|\{\{7\*7\}\}\[a\](javascript:alert(1))\*\_\`" in text


def test_markdown_makes_no_link_of_an_address() -> None:
    assert "://" not in markdown_safe("see https://a.b and www.c.d\n# no heading")
    assert "\n" not in markdown_safe("a\nb")


def test_the_page_forbids_itself_every_request_and_hashes_its_own_parts() -> None:
    import base64
    import hashlib

    page = findings_html(tables(), about=ABOUT)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;")
    for tag in ("style", "script"):
        inner = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        assert inner is not None
        digest = base64.b64encode(hashlib.sha256(inner[1].encode()).digest()).decode()
        assert f"sha256-{digest}" in policy[1].replace("&#43;", "+")
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "style=" not in page


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_findings(tables(), tmp_path, about=ABOUT)]
    second = [path.read_bytes() for path in write_findings(tables(), tmp_path, about=ABOUT)]
    assert first == second
