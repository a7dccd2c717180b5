"""Text that tries to be code is text in every output: one study full of it, run from its files to the last page."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from click.testing import CliRunner
from driver import DESKTOP
from hostile import LINKS, PAYLOADS, write_hostile_study

from geo.cli import main
from geo.demand import read_demand
from geo.errors import ChoiceError, DataError, Problem, StudyError, visible
from geo.export.tables import FORMULA_STARTS
from geo.formats import CONTROLS
from geo.layers import read_layer
from geo.runs import Run
from geo.scenario import read_scenario
from geo.study import load_study

PAGES = ("atlas.html", "findings.html", "coverage/coverage_map.html", "coverage/coverage_report.html",
         "checklist/checklist.html")  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hostile_study(tmp_path_factory.mktemp("hostile") / "study")


@pytest.fixture(scope="module")
def run(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with everything that the program makes of the study."""
    from geo.extract import export
    from geo.pipeline import build
    from geo.planning import Asked, write_checklist, write_coverage

    out, asked = tmp_path_factory.mktemp("out") / "maps", Asked(state="20", network="none")
    read = _read(study)
    build(read, out)
    run = Run(read, out)
    export(run, out / "export", formats=["qgz"])
    write_coverage(run, asked, out / "coverage")
    write_checklist(run, asked, out / "checklist")
    return out


@pytest.fixture(scope="module")
def figures(study: Path, run: Path) -> dict[str, Any]:
    """Return the tables that figures are drawn from, with short names."""
    tables = dict(Run(_read(study), run).figure_tables)
    return {name: _short(table) if isinstance(table, pd.DataFrame) else table for name, table in tables.items()}


def _short(table: pd.DataFrame) -> pd.DataFrame:
    texts = {name: table[name].str[:60] for name in table if pd.api.types.is_string_dtype(table[name])}
    keys = [name for name in texts if name.endswith("_id") or name == "source_ids"]
    return table.assign(**{name: texts[name] for name in texts if name not in keys})


def _read(path: Path) -> Any:
    return load_study(path, permutations=99, map_permutations=99, curve_simulations=99, replicas=20)


@pytest.fixture(scope="module")
def tables(run: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_parquet(path) for path in (run / "tables").glob("*.parquet")}


def test_every_payload_is_a_name_of_the_run(tables: dict[str, pd.DataFrame]) -> None:
    names = [*tables["parks"]["name"], *tables["developers"]["name"], *tables["claims"]["what"]]
    for payload in PAYLOADS:
        assert any(name.startswith(payload) for name in names), payload[:60]
    assert tables["parks"]["park_id"].str.contains("<script>", regex=False).all()


def test_a_csv_holds_the_same_rows_and_no_formula(run: Path, tables: dict[str, pd.DataFrame]) -> None:
    guarded = 0
    for path in [
        *(run / "tables").glob("*.csv"),
        *(run / "coverage").glob("*.csv"),
        *(run / "checklist").glob("*.csv"),
    ]:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
        assert {len(row) for row in rows} <= {len(header)}, path.name
        if path.stem in tables:
            assert len(rows) == len(tables[path.stem]), path.name
        for value in (value for row in rows for value in row):
            guarded += value.startswith("'")
            assert not value.startswith(FORMULA_STARTS) or re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", value), value[:80]
    assert guarded > 20


class Reader(HTMLParser):
    """Gathers what a page could run or ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action", "data", "srcset"}]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_tag_handler_or_link_of_the_data(run: Path, name: str) -> None:
    reader = Reader()
    reader.feed((run / name).read_text(encoding="utf-8"))
    assert reader.handlers == []
    assert not {"iframe", "object", "embed", "base", "form"}.intersection(reader.tags)
    assert [each for each in reader.links if not re.match(r"https?://|#|data:image/|mailto:|[\w-]+\.\w+$", each)] == []


@pytest.mark.browser
@pytest.mark.enable_socket
def test_nothing_runs_in_a_browser(run: Path, chromium: Any, record_property: Callable[[str, object], None]) -> None:
    said: list[str] = []
    ran: list[str] = []
    for name in PAGES:
        context = chromium.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, offline=True)
        page = context.new_page()
        page.on("request", lambda request: None if _is_local(request.url) else said.append(request.url))
        page.on("dialog", lambda dialog: (said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: said.append(f"error {error}"))
        page.on("console", lambda message: said.append(f"{message.type} {message.text}"))
        page.goto((run / name).as_uri())
        if name.endswith(("atlas.html", "coverage_map.html")):
            page.locator("html[data-ready]").wait_for(state="attached")
        if name == "atlas.html":
            _look_everywhere(page)
        if page.evaluate("() => window.pwned") is not None:
            ran.append(name)
        assert page.locator("[onerror], [onload], [onmouseover], [onclick]").count() == 0
        assert page.locator("svg[onload], img[src=x]").count() == 0
        context.close()
    record_property("payloads", len(PAYLOADS))
    record_property("pages", len(PAGES))
    record_property("scripts run", len(ran))
    assert ran == []
    assert said == []


def _is_local(url: str) -> bool:
    return url.startswith(("file:", "data:", "blob:"))


def _look_everywhere(page: Any) -> None:
    """Search for each payload, open the card of what is found, and every text of the page."""
    for payload in PAYLOADS:
        page.locator("#search").fill(payload.strip()[:40])
        page.keyboard.press("Enter")
    page.locator("#tabs [data-view=unlocated]").click()
    page.locator("[data-open-about]").click()
    for summary in page.locator("#about summary").all():
        summary.click()


def test_the_geopackage_keeps_names_and_its_xml_is_whole(run: Path, tables: dict[str, pd.DataFrame]) -> None:
    with sqlite3.connect(run / "corredor.gpkg") as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = [name for (name,) in base.execute("SELECT name FROM parks ORDER BY fid")]
        styles = [text for (text,) in base.execute("SELECT styleQML FROM layer_styles")]
        notes = [text for (text,) in base.execute("SELECT metadata FROM gpkg_metadata")]
    base.close()
    assert sorted(kept) == sorted(tables["parks"]["name"])
    assert len(styles) > 5
    assert not any("[%" in text for text in styles)  # QGIS computes what stands in such brackets
    for text in [*styles, *(note for note in notes if note.lstrip().startswith("<"))]:
        root = ElementTree.fromstring(text)
        assert not [each for each in root.iter() if str(each.tag).lower().endswith("script")]


def test_the_project_is_whole_xml_without_expressions_of_the_data(run: Path) -> None:
    (path,) = (run / "export").glob("*.qgz")
    with zipfile.ZipFile(path) as archive:
        text = archive.read(next(name for name in archive.namelist() if name.endswith(".qgs"))).decode()
    root = ElementTree.fromstring(text)
    assert not [each for each in root.iter() if str(each.tag).lower().endswith("script")]
    labels = [value for each in root.iter() for key, value in each.attrib.items() if key in {"label", "labelText"}]
    assert labels
    assert not any("[%" in label and "@project_path" in label for label in labels)


@pytest.mark.parametrize("name", ["developers", "corridor"])
def test_a_figure_holds_no_code(figures: dict[str, Any], tmp_path: Path, name: str) -> None:
    from geo.export.figures.look import Look
    from geo.export.figures.write import write_figure

    for fmt in ("svg", "pdf"):
        write_figure(name, figures, Look(180, "en", False, date="2026-11"), tmp_path / f"a.{fmt}", fmt)
    root = ElementTree.fromstring((tmp_path / "a.svg").read_text(encoding="utf-8"))
    for each in root.iter():
        assert str(each.tag).rpartition("}")[2] not in {"script", "foreignObject", "a", "iframe"}
        assert not [key for key in each.attrib if key.lower().startswith("on")]
        links = [value for key, value in each.attrib.items() if key.endswith("href")]
        assert all(link.startswith(("#", "data:image/png")) for link in links)
    content = (tmp_path / "a.pdf").read_bytes()
    assert not re.search(rb"/(JavaScript|JS|OpenAction|Launch|URI|SubmitForm|EmbeddedFile)\b", content)


@pytest.mark.parametrize("sign", ["\ufeff", "\u202e", "\u200b", "\u2028"])
def test_a_sign_without_a_glyph_does_not_break_a_figure(sign: str) -> None:
    from geo.export.figures.catalogue import _Shown

    tables = {"developers": pd.DataFrame({"name": [f"a{sign}b", None], "founded_year": [1, 2]})}
    assert _Shown(tables)["developers"]["name"].tolist()[0] == "ab"
    assert tables["developers"]["name"][0] == f"a{sign}b"


def test_a_name_that_no_page_holds_is_refused_in_a_sentence(figures: dict[str, Any], tmp_path: Path) -> None:
    from geo.export.figures.look import Look
    from geo.export.figures.write import write_figure

    long = figures["developers"]["name"] + "x" * 10_000
    tables = {**figures, "developers": figures["developers"].assign(name=long)}
    with pytest.raises(ChoiceError, match="too narrow for its labels") as refused:
        write_figure("developers", tables, Look(180, "en", False, date="2026-11"), tmp_path / "a.svg", "svg")
    assert len(str(refused.value)) < 1000
    assert not list(tmp_path.iterdir())


def test_latex_tables_compile_and_run_nothing(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    from geo.export.paper_tables import PAPER_TABLES, render

    made = [
        render(table, tables, "latex", "en") for name, table in PAPER_TABLES.items() if name in {"developers", "claims"}
    ]
    assert made
    text = "\n".join(made)
    assert "pwned" in text
    assert r"\input{" not in text and r"\write18" not in text.replace(r"\textbackslash{}", "")
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{lmodern,array,booktabs,longtable,pdflscape}"
    (tmp_path / "a.tex").write_text(f"{head}\\begin{{document}}{text}\\end{{document}}", encoding="utf-8")
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "a.tex"]
    found = subprocess.run(latex, cwd=tmp_path, check=False, capture_output=True, text=True, errors="replace")
    assert found.returncode == 0, found.stdout[-1500:]
    assert not (tmp_path / "pwned").exists()


def test_markdown_and_the_manifest_are_plain(run: Path, study: Path) -> None:
    text = (run / "findings.md").read_text(encoding="utf-8")
    assert "<script" not in text and "<img" not in text and "<svg" not in text
    assert "](javascript:" not in text
    manifest = (run / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(manifest)["study"]
    assert str(study.parent) not in manifest


def test_a_term_of_the_program_in_a_name_is_no_term(tables: dict[str, pd.DataFrame], run: Path) -> None:
    names = tables["parks"]["name"]
    assert names.str.startswith("[[country.en]][[Code_authority.es]]").any()
    assert "[[country.en]][[Code_authority.es]]" in (run / "atlas.html").read_text(encoding="utf-8")


CONTROL = ["a\0b", "a\x1b[2Jb", "a\x07b", "a\rb", "\x9b31m", "\x7f", "a\ufffeb", "\x85"]


@pytest.mark.parametrize("text", CONTROL)
def test_signs_that_cannot_be_stored_are_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    header, row = Path(load_study().path("developers")).read_bytes().splitlines(keepends=True)[:2]
    key, _, rest = row.decode().split(",", 2)
    table = tmp_path / "developers.csv"
    table.write_bytes(header + f'{key},"{text}",{rest}'.encode())
    study = load_study().model_copy(update={"layers": {"developers": str(table)}})
    with pytest.raises(DataError, match=r"control characters|NUL") as refused:
        read_layer(study, "developers")
    assert not CONTROLS.search(str(refused.value))
    path = tmp_path / "s.csv"
    path.write_text(f'id,name,lon,lat,weight\n1,"{text}",-100,20,5\n', encoding="utf-8", newline="")
    with pytest.raises(DataError):
        read_demand(path)
    # A scenario may mend its names: the blanks around them are no part of them.
    path.write_text(f'action,park_id,name,lon,lat\nadd,p,"{text}",-100,20\n', encoding="utf-8", newline="")
    try:
        kept = read_scenario(path).changes[0].name or ""
    except DataError as error:
        kept = str(error)
    assert not CONTROLS.search(kept)


def test_a_study_title_with_controls_is_refused(study: Path, tmp_path: Path) -> None:
    text = re.sub(r"^title_en = .*$", 'title_en = "a\\\\u001b[2J"', study.read_text(encoding="utf-8"), flags=re.M)
    path = tmp_path / "geo.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"study\.title_en holds control characters"):
        load_study(path)


HIDDEN = "\x1b]0;pwned\x07\x1b[2J\u202e\u200b\x9b"


def test_a_refusal_shows_on_a_terminal_as_text(tmp_path: Path) -> None:
    path = tmp_path / "geo.toml"
    path.write_text(f'[study]\nid = "{HIDDEN.encode("unicode_escape").decode()}"\n'.replace("\\x", "\\u00"), "utf-8")
    table = tmp_path / "a.csv"
    table.write_text(f"nombre,{HIDDEN}lat,lon\nUno{HIDDEN},x,y\n", encoding="utf-8")
    for arguments in (["check", "--study", str(path)], ["ingest", str(table), "--as", "parks", "--out", str(tmp_path)],
                      ["ingest", str(table), "--as", HIDDEN], ["figure", HIDDEN], ["table", HIDDEN]):  # fmt: skip
        shown = CliRunner().invoke(main, arguments)
        assert shown.exit_code != 0
        assert visible(shown.output, keep="\n\t") == shown.output, arguments
        assert shown.output.strip()
    assert str(Problem(HIDDEN, HIDDEN, HIDDEN)).isprintable()
    assert len(str(Problem("a.csv", "x" * 10_000, "y" * 10_000))) < 4000


def test_no_link_of_the_data_leads_off_the_web(run: Path) -> None:
    text = (run / "atlas.html").read_text(encoding="utf-8")
    assert not re.search(r"href=[\"']?\s*(javascript|data:text|vbscript|file):", text, re.IGNORECASE)
    assert json.dumps(LINKS[-1])[1:-1] in text  # an honest one is there
