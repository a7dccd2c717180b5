"""The findings of the shipped study: every card is there, and every number in it is one of the run's tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from geo.about import about
from geo.export.findings import write_findings
from geo.export.findings_cards import LANGUAGES, constants, words
from geo.schema import LAYERS
from geo.schema.findings import FINDING_IDS
from geo.study import load_study

NUMBER = re.compile(r"(<\s*)?(?<![\w.])(-?\d[\d,]*(?:\.\d+)?)(?!\w)")
HUNDREDTHS = ("share", "per_year")


@pytest.fixture(scope="module")
def tables(built: Path) -> dict[str, Any]:
    return {
        name: (gpd if LAYERS[name].geometry else pd).read_parquet(built / "tables" / f"{name}.parquet")
        for name in LAYERS if LAYERS[name].published
    }  # fmt: skip


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    return constants(load_study().parameters.model_dump(mode="json"))


@pytest.fixture(scope="module")
def written(tables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("findings")
    paths = write_findings(tables, folder, about=about(load_study(), tables))
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


class Articles(HTMLParser):
    """The text of each card of a page, by the id of its article."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            self.inside = dict(attrs)["id"]
            self.texts[str(self.inside)] = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.inside = None

    def handle_data(self, data: str) -> None:
        if self.inside is not None:
            self.texts[self.inside].append(data)


def page_cards(page: str) -> dict[tuple[str, str], str]:
    """Return (language, finding) -> text of the card in the page."""
    found = Articles()
    found.feed(page)
    return {(key[:2], key[3:]): " \n ".join(texts) for key, texts in found.texts.items()}


def text_cards(text: str) -> dict[tuple[str, str], str]:
    """Return (language, finding) -> text of the card in the Markdown file."""
    import html

    halves = text.split(f"# {words('ui')['en']['page']}: ")
    return {
        (language, found[1]): html.unescape(found[2]).replace("\\", "")
        for language, half in zip(LANGUAGES, halves, strict=True)
        for found in re.finditer(r"^### ([HX]\d+)\. (.*?)(?=^#|^---$|\Z)", half, re.M | re.S)
    }


def known(tables: dict[str, Any], finding: str, parameters: dict[str, Any]) -> list[float]:
    """Return every number that a card may show: those of its rows and of its published figures, and parameters."""
    rows = tables["findings"].query("finding_id == @finding")
    hundredths = rows["unit"].isin(HUNDREDTHS).map({True: 100, False: 1})
    numbers = [rows[column] * hundredths for column in ("value", "low", "high", "reference")]
    numbers += [rows[column].astype(float) for column in ("at", "p", "n", "permutations")]
    figures = tables["contradictions"].query("finding_id == @finding")
    numbers += [figures[column] for column in ("value", "value_low", "value_high")]
    claims = tables["claims"][tables["claims"]["figure_id"].isin(figures["figure_id"])]
    numbers += [claims["value"], *(claims["year"].str.extract(r"(\d{4})(?:-(\d\d))?").astype(float)[i] for i in (0, 1))]
    named = [float(number) for number in parameters.values() if isinstance(number, (int, float))]
    shown = [100 * parameters["stagnant"]]
    return [*pd.concat(numbers).dropna().astype(float), *named, *shown]


def without_quotes(text: str, claims: pd.DataFrame) -> str:
    """Take the words of published figures, their keys and the names of sources out of a text."""
    columns = ["quote", "source_title", "source_url", "what", "place", "unit"]
    quoted = {value for column in columns for value in claims[column].dropna() if re.search(r"\d", value)}
    for words_of_others in sorted(quoted, key=len, reverse=True):
        text = text.replace(words_of_others, " ")
    return re.sub(r"FIG-\d+|\b[HX]\d+\b|\bCR4\b", " ", text)


def strangers(text: str, numbers: list[float], claims: pd.DataFrame) -> Iterator[str]:
    """Return the numbers of a text that are none of the known ones at the decimals they are written with."""
    for least, token in NUMBER.findall(without_quotes(text, claims)):
        decimals = len(token.partition(".")[2])
        number = float(token.replace(",", ""))
        allowed = 0.5 * 10.0**-decimals + 1e-9
        if least and any(0 <= each < number for each in numbers):
            continue
        if not any(abs(each - number) <= allowed for each in numbers):
            yield token


def test_every_hypothesis_and_contradiction_has_a_card_in_both_languages(written: dict[str, str]) -> None:
    wanted = {(language, key) for language in LANGUAGES for key in FINDING_IDS}
    assert set(page_cards(written["findings.html"])) == wanted
    assert set(text_cards(written["findings.md"])) == wanted


@pytest.mark.parametrize("file", ["findings.html", "findings.md"])
def test_every_number_of_a_card_is_in_a_table_of_the_run(
    file: str, written: dict[str, str], tables: dict[str, Any], parameters: dict[str, Any]
) -> None:
    found = page_cards(written[file]) if file.endswith("html") else text_cards(written[file])
    foreign = {
        key: strange
        for key, text in found.items()
        if (strange := list(strangers(text, known(tables, key[1], parameters), tables["claims"])))
    }
    assert not foreign


def test_the_scan_sees_numbers_at_all_and_finds_one_that_is_typed(
    written: dict[str, str], tables: dict[str, Any], parameters: dict[str, Any]
) -> None:
    text = page_cards(written["findings.html"])["es", "H5"]
    numbers = known(tables, "H5", parameters)
    assert len(NUMBER.findall(without_quotes(text, tables["claims"]))) > 20
    assert list(strangers(f"{text} 4,321.7 y 61.3 %", numbers, tables["claims"])) == ["4,321.7", "61.3"]


def test_the_scan_finds_a_number_that_the_run_no_longer_gives(
    written: dict[str, str], tables: dict[str, Any], parameters: dict[str, Any]
) -> None:
    text = page_cards(written["findings.html"])["en", "H5"]
    moved = {**tables, "findings": tables["findings"].assign(value=tables["findings"]["value"] * 0.9)}
    assert list(strangers(text, known(moved, "H5", parameters), tables["claims"]))


def test_each_card_shows_the_verdict_of_the_table(written: dict[str, str], tables: dict[str, Any]) -> None:
    overall = tables["verdicts"].query("part == 'overall'").set_index("finding_id")["verdict"]
    for (language, key), text in page_cards(written["findings.html"]).items():
        kind = "verdicts" if key.startswith("H") else "settled"
        assert words("ui")[language][kind][overall[key]] in text, key


def test_a_part_without_its_source_names_the_official_one(tables: dict[str, Any]) -> None:
    lacking = tables["verdicts"].query("reason in ['no_source', 'few_years', 'unknown_owners']")["finding_id"].unique()
    assert len(lacking) > 0
    for key in lacking:
        assert all("official" in words("hypotheses")[key][language] for language in LANGUAGES), key


def test_every_key_of_the_tables_has_words_in_both_languages(tables: dict[str, Any]) -> None:
    for language in LANGUAGES:
        ui = words("ui")[language]
        assert set(tables["verdicts"]["reason"]) <= {*ui["reasons"], *ui["parts"], "all_parts"}
        assert set(tables["verdicts"]["part"]) <= {*ui["parts"], "overall"}
        statistics = tables["findings"]["statistic"].str.replace(r"_\d+km$", "", regex=True)
        assert set(statistics) <= set(ui["labels"])
        assert set(tables["findings"]["on"].dropna()) <= set(ui["sets"])
        assert set(tables["contradictions"]["definition"].dropna()) <= set(ui["definitions"])


def test_every_row_names_tables_that_the_run_wrote(built: Path, tables: dict[str, Any]) -> None:
    named = pd.concat([tables["findings"]["source_tables"], tables["contradictions"]["source_tables"]])
    for name in named.str.split("|").explode().unique():
        assert (built / "tables" / f"{name}.csv").is_file(), name


def test_the_figures_named_are_those_of_the_program() -> None:
    known_figures = {"parks_by_owner", "corridor", "developers", "concentration", "ownership_excess", "agglomeration",
                     "clustering", "wage_gradient", "harness_plants", "first_dates", "coverage",
                     "hermosillo"}  # fmt: skip
    for name in ("hypotheses", "contradictions"):
        for block in words(name).values():
            assert set(block["figures"]) <= known_figures


def test_every_source_of_a_hypothesis_is_a_published_figure(tables: dict[str, Any]) -> None:
    claims = tables["claims"].set_index("figure_id")
    for block in words("hypotheses").values():
        assert block["sources"]
        for figure in block["sources"]:
            assert claims.loc[figure, ["source_title", "source_url"]].notna().any()
