"""The notebooks run from top to bottom on the installed package, and the outputs kept are those they give."""

from __future__ import annotations

import importlib
import re
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
runner = importlib.import_module("run_notebooks")

NOTEBOOKS = runner.notebooks()
#: Longest that a notebook may take on a finished run, seconds.
BAR_SECONDS = 60
MOST_BYTES = 1_500_000
#: Numbers that prose may hold: the list that the inventory is not, a quoted claim, the year of the study set, a level.
TYPED = {"564", "1,000", "2018", "95"}

every = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])


def kept(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def words(notebook):
    """Return what each cell shows, without pictures and sizes of files."""
    shown = []
    for cell in code_cells(notebook):
        texts = [str(output.get("text", "")) for output in cell.outputs]
        for output in cell.outputs:
            data = output.get("data", {})
            texts += [str(data[kind]) for kind in sorted(data) if not kind.startswith("image/")]
            texts += ["picture"] * ("image/png" in data)
        shown.append(re.sub(r"[\d.]+ MB", "MB", "\n".join(texts)))
    return shown


def test_there_is_one_notebook_a_number_and_the_list_names_each():
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(1, len(NOTEBOOKS) + 1)]
    listed = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\((\d\d_\w+\.ipynb)\)", listed) == [path.name for path in NOTEBOOKS]


@every
def test_outputs_are_kept_without_errors_warnings_or_paths_of_a_machine(path):
    notebook = kept(path)
    assert runner.faults(notebook) == []
    assert [cell.id for cell in notebook.cells] == [
        f"{path.stem[:2]}-{number:02d}" for number in range(1, len(notebook.cells) + 1)
    ]
    assert all(not cell.metadata for cell in notebook.cells)


def test_all_notebooks_together_stay_small():
    assert sum(path.stat().st_size for path in NOTEBOOKS) < MOST_BYTES


@every
def test_prose_has_a_summary_in_spanish_says_what_cannot_be_told_and_types_no_number(path):
    prose = [cell.source for cell in kept(path).cells if cell.cell_type == "markdown"]
    assert "**En español.**" in prose[0]
    assert any("cannot tell" in text for text in prose)
    for text in prose:
        bare = re.sub(r"`[^`]*`|\]\([^)]*\)", "", text)
        assert set(re.findall(r"(?<![\w])\d[\d.,]*(?<![.,])", bare)) <= TYPED


@every
def test_links_lead_to_files_that_are_there(path):
    prose = "\n".join(cell.source for cell in kept(path).cells if cell.cell_type == "markdown")
    for link in re.findall(r"\]\(([^)#]+)", prose):
        assert (path.parent / link).is_file(), link


@pytest.mark.slow
@every
def test_it_runs_on_a_finished_run_in_time_and_gives_the_outputs_kept(path, built, tmp_path):
    start = time.perf_counter()
    executed = runner.run_notebook(path, maps=built, folder=tmp_path)
    assert time.perf_counter() - start < BAR_SECONDS
    assert runner.faults(executed) == []
    assert words(executed) == words(kept(path)), "run scripts/run_notebooks.py and keep what it writes"


def test_an_error_in_a_cell_is_fatal(tmp_path):
    path = tmp_path / "wrong.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        runner.run_notebook(path, maps=tmp_path, folder=tmp_path)


def test_a_warning_a_path_and_a_cell_not_run_are_found(tmp_path):
    path = tmp_path / "loose.ipynb"
    sources = ["import warnings; warnings.warn('old')", "from pathlib import Path; print(Path.cwd())", "1"]
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    found = runner.faults(runner.run_notebook(path, maps=tmp_path, folder=tmp_path))
    assert [text.split(":")[0] for text in found] == [
        "code cell 1 warns",
        "code cell 1 shows a path of the machine",
        "code cell 2 shows a path of the machine",
    ]
    fresh = new_notebook(cells=[new_code_cell("1")])
    assert runner.faults(fresh) == ["no cell has an output", "code cell 1 was not run in its order"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [("/home/ana/maps", True), ("'/tmp/x'", True), (r"C:\maps", True), ("own/data/parks.csv", False), ("km/h", False)],
)
def test_a_path_of_a_machine_is_told_from_one_of_the_project(text, fault):
    cell = new_code_cell("x", execution_count=1, outputs=[new_output("stream", text=text)])
    assert bool(runner.faults(new_notebook(cells=[cell]))) is fault


def test_two_runs_give_the_same_file(tmp_path):
    source = "import matplotlib.pyplot as plt\n%matplotlib inline\nprint(1)\nplt.plot([1, 2]);"
    path = tmp_path / "twice.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source, id="a-01")]), path)
    one, two = (nbformat.writes(runner.run_notebook(path, maps=tmp_path, folder=tmp_path)) for _ in range(2))
    assert one == two
    assert "image/png" in one
