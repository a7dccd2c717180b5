"""What an author takes home: figures, tables, references that compile, and a way to cite."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from geo.cli import main
from geo.export.citation import bibliography, citation, citation_key
from geo.export.figures.catalogue import FIGURES
from geo.export.paper_tables import PAPER_TABLES

ABOUT = {"title": {"es": "Título & más", "en": "Title {x} 100%"}, "date": "2026-11", "version": "0.1.0"}


def geo(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def paper(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("paper") / "paper"
    result = geo("paper", "--run", str(built), "--out", str(out), "--quiet", "--width", "85mm", "--style", "grey")
    assert result.exit_code == 0, result.output
    named = {str(Path(line).relative_to(out)) for line in result.stdout.splitlines()}
    assert named == {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert result.stderr == ""
    return out


@pytest.mark.slow
def test_the_folder_holds_everything_in_both_languages(paper: Path) -> None:
    for lang in ("es", "en"):
        assert {path.stem for path in (paper / "figures" / lang).glob("*.pdf")} == set(FIGURES)
        captions = (paper / "figures" / lang / f"captions.{lang}.md").read_text("utf-8")
        assert captions.count("\n## ") + 1 == len(FIGURES)
        assert "CREA" in captions
        for suffix in ("csv", "tex", "md"):
            assert {path.stem for path in (paper / "tables" / lang).glob(f"*.{suffix}")} == set(PAPER_TABLES)
    assert {path.name for path in paper.iterdir()} == {
        "README.md", "figures", "tables", "findings.html", "findings.md", "manifest.json", "methods.en.md",
        "methods.es.md", "references.bib",
    }  # fmt: skip
    manifest = json.loads((paper / "manifest.json").read_text("utf-8"))
    assert manifest["figures"] == {"format": "pdf", "width_mm": 85.0, "grey": True}


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_methods_state_the_numbers_of_the_run(paper: Path, built: Path, lang: str) -> None:
    text = (paper / f"methods.{lang}.md").read_text("utf-8")
    country = pd.read_parquet(built / "tables" / "national.parquet").iloc[0]
    parameters = json.loads((built / "manifest.json").read_text("utf-8"))["study"]["parameters"]
    for number in ("parks_study_set", "parks_controller_known", "parks_not_located"):
        assert f" {country[number]:,} " in text.replace("\n", " "), number
    for name in ("permutations", "map_permutations", "curve_simulations", "replicas"):
        assert f"{parameters[name]:,}" in text, name
    assert re.search(rf"\b{parameters['seed']}\b", text)
    assert "{{" not in text


@pytest.mark.slow
def test_the_references_compile_and_keep_every_source(paper: Path, built: Path, tmp_path: Path) -> None:
    sources = pd.read_parquet(built / "tables" / "sources.parquet")
    bib = (paper / "references.bib").read_text("utf-8")
    keys = re.findall(r"^@\w+\{([^,]+),", bib, re.MULTILINE)
    assert len(keys) == len(set(keys))
    assert {citation_key(each) for each in sources["source_id"]} < set(keys)
    log = compiled(bib, tmp_path)
    assert "Warning--I didn't find a database entry" not in log
    assert "error message" not in log


def compiled(bib: str, folder: Path) -> str:
    """Return BibTeX's log of a document that cites everything; it must compile."""
    assert shutil.which("pdflatex"), "pdflatex is missing: apt install texlive-latex-base texlive-latex-recommended"
    (folder / "references.bib").write_text(bib, encoding="utf-8")
    (folder / "paper.tex").write_text(
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{lmodern,url,textcomp}\begin{document}x\nocite{*}"
        r"\bibliographystyle{plain}\bibliography{references}\end{document}",
        encoding="utf-8",
    )
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    subprocess.run(latex, cwd=folder, check=True, capture_output=True)
    subprocess.run(["bibtex", "paper"], cwd=folder, check=True, capture_output=True)
    found = subprocess.run(latex, cwd=folder, check=False, capture_output=True, text=True, errors="replace")
    assert found.returncode == 0, found.stdout[-2000:]
    return (folder / "paper.blg").read_text("utf-8", "replace")


def test_hostile_sources_are_inert_in_the_references(tmp_path: Path) -> None:
    evil = r"\input{/etc/passwd} \write18{id} } @misc{x, % $ # ^ ~ _ & \end{document}" + "\x00\u202e"
    rows = {"source_id": [r"a}{,\b ñ"], "title": [evil], "publisher": [evil], "year": [evil], "licence": [evil],
            "url": [r"http://x/%}\input{y} more $"], "what_taken": [evil]}  # fmt: skip
    bib = bibliography(pd.DataFrame(rows), ABOUT)
    assert re.search(r"(?<!\\textbackslash)\\(input|write|end)\b", bib.replace(r"\textbackslash{}", "")) is None
    compiled(bib, tmp_path)
    assert r"\input" not in (tmp_path / "paper.bbl").read_text("utf-8")


def test_a_line_cites_the_program(built: Path) -> None:
    assert citation(ABOUT, "en") == "The Corredor contributors (2026). Title {x} 100%. Corredor 0.1.0; data of 2026-11."
    shown = geo("cite", "--lang", "es")
    assert shown.exit_code == 0
    assert shown.output.startswith("Quienes contribuyen a Corredor (2026). Parques industriales")
    assert geo("cite", "--format", "bibtex").output.startswith("@misc{corredor,\n")


def test_figures_and_tables_are_listed_and_a_wrong_name_is_told(built: Path, tmp_path: Path) -> None:
    listed = geo("figure")
    assert [line.split()[0] for line in listed.output.splitlines()] == list(FIGURES)
    assert [line.split()[0] for line in geo("table").output.splitlines()] == list(PAPER_TABLES)
    wrong = geo("figure", "coridor", "--run", str(built), "--out", str(tmp_path / "x.pdf"))
    assert wrong.exit_code == 1
    assert "Did you mean corridor?" in wrong.output
    wrong = geo("table", "nonsense", "--run", str(built))
    assert "no such table. Known: developers," in wrong.output
    wrong = geo("figure", "corridor", "--all")
    assert "give one" in wrong.output
    wrong = geo("figure", "corridor", "--run", str(built), "--width", "wide", "--out", str(tmp_path / "x.pdf"))
    assert "give millimetres, such as 85mm" in wrong.output
    wrong = geo("figure", "corridor", "--run", str(built), "--width", "30mm", "--quiet", "--out", str(tmp_path / "x"))
    assert "too narrow" in wrong.output
    assert list(tmp_path.iterdir()) == []


def test_one_figure_and_one_table_go_where_they_are_asked(built: Path, tmp_path: Path) -> None:
    run = ("--run", str(built), "--quiet")
    path = tmp_path / "new" / "f.svg"
    shown = geo("figure", "first_dates", "--format", "svg", "--lang", "es", "--out", str(path), *run)
    assert shown.exit_code == 0, shown.output
    assert "Aperturas conocidas" in path.read_text("utf-8")
    text = geo("table", "concentration", "--format", "csv", "--lang", "es", *run).output
    table = tmp_path / "t.csv"
    assert geo("table", "concentration", "--format", "csv", "--lang", "es", "--out", str(table), *run).exit_code == 0
    assert table.read_text("utf-8") == text
