"""Colours and the words of legends are written in geo/export/style.py and nowhere else.

What is searched, and what is not:

- Python: every string of the package that is no docstring, outside style.py. No ``#rrggbb``, ``rgb()``, ``hsl()``, no
  ``r,g,b,a`` that shows, and no colour's name standing alone (red, green and blue alone are names of channels, grey of
  a way to print).
- The atlas's scripts and page: the same. What they draw takes its colours from the style table in the page.
- The atlas's style sheets: the page's own furniture (paper, ink, rules, buttons) is theirs, and its colours stand there
  alone; no colour that data are drawn in may. The sea behind the map must be the table's.
- Words: a label of a layer, of a way to colour it or of a class, of two words or more, stands in no other Python file
  than style.py and the schema, whose titles and column names are its own; synthetic.py writes another's format.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib.colors import CSS4_COLORS

from geo.export.style import (
    BATLOW,
    BATLOW_8,
    CIVIDIS,
    FAINT,
    GROUND,
    LAYER_STYLES,
    NO_DATA,
    OKABE_ITO,
    OTHER,
    RASTER_STYLES,
)

PACKAGE = Path(__file__).parents[2] / "geo"
TEMPLATES = PACKAGE / "export" / "templates"
STYLE = PACKAGE / "export" / "style.py"
PYTHON = sorted(path for path in PACKAGE.rglob("*.py") if path != STYLE)
PAGE = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".js", ".j2", ".json", ".html"})
SHEETS = sorted(TEMPLATES.rglob("*.css"))

HEX = r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})(?![0-9a-zA-Z_-])"
LITERAL = re.compile(rf"{HEX}|\b(?:rgb|hsl)a?\(|\b\d{{1,3}},\d{{1,3}},\d{{1,3}},[1-9]\d*\b")
NAMES = frozenset(CSS4_COLORS) - {"red", "green", "blue", "grey"}
NAMED = re.compile(rf"""["'](?:{"|".join(sorted(NAMES))})["']""")
STYLINGS = [*(styling for style in LAYER_STYLES.values() for styling in style.stylings), *RASTER_STYLES.values()]
CLASSES = [
    each
    for styling in STYLINGS
    for each in (*styling.classes, styling.no_data, styling.gated)
    if each is not None
]  # fmt: skip
DATA = {each.lower() for each in (*OKABE_ITO, *CIVIDIS, *BATLOW, *BATLOW_8, OTHER, NO_DATA, FAINT)} | {
    each.fill.lower() for each in CLASSES if each.fill
}
LABELS = [
    *(style.label for style in LAYER_STYLES.values()),
    *(styling.label for styling in STYLINGS),
    *(each.label for each in CLASSES),
]
WORDS = {words for label in LABELS for words in (label.es, label.en) if " " in words}


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def strings(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of every string of a program but its docstrings."""
    tree = ast.parse(text)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def colours_in_python(text: str) -> list[str]:
    return [f"{line}: {each}" for line, each in strings(text) if LITERAL.search(each) or each.lower() in NAMES]


def colours_in_page(text: str) -> list[str]:
    lines = enumerate(text.splitlines(), 1)
    return [f"{place}: {line.strip()}" for place, line in lines if LITERAL.search(line) or NAMED.search(line)]


def data_colours(text: str) -> list[str]:
    return [each for each in re.findall(HEX, text) if each.lower() in DATA]


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_no_program_names_a_colour(path: Path) -> None:
    assert colours_in_python(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", PAGE, ids=named)
def test_no_script_of_the_page_names_a_colour(path: Path) -> None:
    assert colours_in_page(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_no_style_sheet_names_a_colour_of_the_data(path: Path) -> None:
    assert data_colours(path.read_text(encoding="utf-8")) == []


def test_the_sea_of_the_page_is_that_of_the_map() -> None:
    found = {each for path in SHEETS for each in re.findall(rf"--sea:\s*({HEX})", path.read_text(encoding="utf-8"))}
    assert found == {GROUND["light"]["outside"], GROUND["dark"]["outside"]}


@pytest.mark.parametrize(
    "path", [path for path in PYTHON if "schema" not in path.parts and path.name != "synthetic.py"], ids=named
)
def test_no_program_repeats_the_words_of_a_legend(path: Path) -> None:
    assert [each for _, each in strings(path.read_text(encoding="utf-8")) if each in WORDS] == []


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ('"""Doc #e69f00."""\nx = "#e69f00"', 1),
        ('x = f"{y} rgb(1, 2, 3)"', 1),
        ('x = "White"', 1),
        ('x = "1,2,3,255"', 1),
        ('x = "1,2,3,0"', 0),
        ('x = ("red", "#tools-list", "issue #12 of us")', 0),
    ],
)
def test_the_search_finds_colours_in_programs(program: str, found: int) -> None:
    assert len(colours_in_python(program)) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [('fill: "#fff"', 1), ("fill: 'white'", 1), ("stroke: rgba(0,0,0,.5)", 1), ('href: "#map", id: "tools"', 0)],
)
def test_the_search_finds_colours_in_pages(line: str, found: int) -> None:
    assert len(colours_in_page(line)) == found


def test_the_search_finds_colours_of_the_data_in_style_sheets() -> None:
    assert data_colours("a { color: #0072B2; border: 1px solid #8b969d }") == ["#0072B2"]


def test_the_search_has_something_to_search() -> None:
    assert len(PYTHON) > 30
    assert len(PAGE) > 20
    assert len(SHEETS) >= 3
    assert len(WORDS) > 50
