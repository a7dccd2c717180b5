"""A study whose every name, note, source, owner and key tries to be something else than text."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import geopandas as gpd

from geo.schema import LAYERS, Column

EXAMPLE = Path(__file__).parents[2] / "examples" / "otra_region"

#: Each sets a flag of the window, asks for a file, runs a program, or breaks out of a quote, where it is not text.
PAYLOADS = (
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=2</script>",
    '"><img src=x onerror="window.pwned=3">',
    "'-window.pwned=4-'",
    "<svg/onload=window.pwned=5>",
    "javascript:window.pwned=6",
    "{{7*7}}${7*7}{% raw %}<%= 7*7 %>",
    '=HYPERLINK("http://evil.example/","x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    r"\input{/etc/passwd}\write18{touch pwned}\def\x{",
    r"$x_1^2$ % & # ~ _ { } \\",
    "'; DROP TABLE parks; --",
    'Robert"); DROP TABLE parks; --',
    "\u202egnp.exe\u2066",
    "a\u200bb\u200d\u00adc\ufeff",
    "🏭👩\u200d🏭🇲🇽\U0001f9ff",
    "]]><!--<![CDATA[&xxe;&#0;&lt;",
    "%s%n{0}{name!r}%(x)s",
    "[a](javascript:window.pwned=7) `b` **c** | d |",
    "[% @project_path %]",
    "../../../etc/passwd",
    "[[country.en]][[Code_authority.es]]",
    "línea\nseconda\u2028tercera",
    "x" * 10_000,
)
LINKS = ("javascript:window.pwned=8", "data:text/html,<script>window.pwned=9</script>", "vbscript:x", "file:///etc/passwd",
         'https://example.org/"onmouseover="window.pwned=10', "//evil.example/x", " javascript:window.pwned=11",
         "java\tscript:window.pwned=12", "http://exa mple.org/<script>", "https://example.org/ok")  # fmt: skip

#: Columns of plain words that the program itself gives a meaning.
_MEANT = {"modes", "year", "sector", "part_class", "unit", "basis", "location_basis", "metro_area_code", "waypoint"}
#: Keys that are hostile too, wherever they stand.
_KEYS = {"park_id", "developer_id", "parent_id", "source_id", "source_ids"}


def hostile(text: str) -> str:
    """Return the hostile form of a text, the same wherever it stands."""
    return f"{PAYLOADS[sum(text.encode()) % len(PAYLOADS)]} {text}"


def _key(text: str) -> str:
    return f"{text}'\"<script>window.pwned=13</script>{{{{7*7}}}}\\"


def changed(column: Column, text: str) -> str:
    """Return what a value becomes."""
    if not text:
        return text
    if column.name in _KEYS:
        return _key(text)
    free = column.kind == "text" and column.pattern is None and column.allowed is None and column.refers_to is None
    return hostile(text) if free and not column.unique and column.name not in _MEANT else text


def write_hostile_study(folder: Path) -> Path:
    """Write the example's study with hostile text in all its files; return its ``geo.toml``."""
    import tomlkit

    shutil.copytree(EXAMPLE, folder)
    study = tomlkit.parse((folder / "geo.toml").read_text(encoding="utf-8"))
    for name, file in study["layers"].items():
        path, columns = folder / file, {column.name: column for column in LAYERS[name].file_columns}
        if path.suffix == ".csv":
            _change_table(path, columns)
        else:
            frame = gpd.read_parquet(path)
            for column in set(columns) & set(frame):
                if columns[column].kind == "text":
                    frame[column] = [changed(columns[column], each) for each in frame[column]]
            frame.to_parquet(path)
    _add(folder / "sources.csv", "sources", [
        {"source_id": f"s{number}", "title": PAYLOADS[number], "publisher": PAYLOADS[-2 - number],
         "licence": PAYLOADS[number], "url": link, "what_taken": PAYLOADS[number]} for number, link in enumerate(LINKS)
    ])  # fmt: skip
    _add(folder / "claims.csv", "claims", [
        {"figure_id": f"f{number}", "what": payload, "place": payload, "year": "2018", "value": "564", "unit": "parks",
         "source_title": payload, "source_url": LINKS[number % len(LINKS)], "quote": payload, "note": payload}
        for number, payload in enumerate(PAYLOADS)
    ])  # fmt: skip
    for key, number in (("title_es", 1), ("title_en", 2), ("country", 6)):
        study["study"][key] = PAYLOADS[number]
    for line in study["straight_lines"]:
        line["name"] = PAYLOADS[0]
    (folder / "geo.toml").write_text(tomlkit.dumps(study), encoding="utf-8")
    return folder / "geo.toml"


def _change_table(path: Path, columns: dict[str, Column]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    longest = {column: max((row[place] for row in rows), default="") for place, column in enumerate(header)}
    made = []
    for number, row in enumerate(rows):
        values = [changed(columns[name], text) for name, text in zip(header, row, strict=True)]
        if "name" in header and number < len(PAYLOADS) and longest["name"] and path.stem in {"parks", "developers"}:
            place = header.index("name")
            values[place] = f"{PAYLOADS[number]} {row[place]}"  # each of them is some park's and some developer's name
        made.append(values)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *made])


def _add(path: Path, layer: str, rows: list[dict[str, str]]) -> None:
    header = [column.name for column in LAYERS[layer].file_columns]
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writerows(rows)


def words_of(value: object) -> str:
    """Return a text as JSON writes it, for looking it up in a page's data."""
    return json.dumps(value, ensure_ascii=False)
