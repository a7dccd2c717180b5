"""Write data/datapackage.json and docs/data-dictionary.md from the schema; both are generated, never edited.

Run it after a change of geo/schema; a test compares the files with what this script would write.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geo._words import said
from geo.schema import DECIMALS, LAYERS, LICENCES, Column, Layer

ROOT = Path(__file__).resolve().parent.parent
FRICTIONLESS_TYPES = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def data_package() -> dict[str, Any]:
    """Return the Frictionless descriptor of the shipped data."""
    return {
        "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
        "name": "corredor",
        "title": "Industrial parks, plants, wages and the auto corridor of Mexico",
        "profile": "data-package",
        "licenses": [{"name": LICENCES["facts"][1], "path": LICENCES["facts"][2], "title": LICENCES["facts"][0]}],
        "sources": [{"title": "The table sources.csv, by source_ids", "path": "sources.csv"}],
        "resources": [_resource(layer) for layer in LAYERS.values() if layer.file is not None],
    }


def _resource(layer: Layer) -> dict[str, Any]:
    words, short, address = LICENCES[layer.licence]
    resource: dict[str, Any] = {
        "name": layer.name,
        "path": layer.file,
        "title": layer.en,
        "description": layer.description,
        "licenses": [{"name": short, "path": address, "title": words}],
        "sources": [{"title": words, "path": address}],
    }
    fields = [_field(column) for column in layer.file_columns]
    if str(layer.file).endswith(".csv"):
        return resource | {
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {"fields": fields, "missingValues": [""], **({"primaryKey": layer.key} if layer.key else {})},
        }
    # GeoParquet is no tabular resource of the standard: its columns are described under a name of our own.
    geometry = {"name": "geometry", "type": "any", "description": layer.geometry}
    return resource | {"format": "parquet", "geoparquet": {"fields": [*fields, geometry]}}


def _field(column: Column) -> dict[str, Any]:
    constraints = {
        "required": None if column.nullable else True,
        "unique": True if column.unique else None,
        "minimum": column.low if column.kind == "number" or column.low is None else int(column.low),
        "maximum": column.high if column.kind == "number" or column.high is None else int(column.high),
        "enum": list(column.allowed) if column.allowed else None,
        "pattern": column.pattern,
    }
    field: dict[str, Any] = {
        "name": column.name,
        "type": FRICTIONLESS_TYPES[column.kind],
        "title": column.en,
        "description": column.description or column.en,
        "constraints": {key: value for key, value in constraints.items() if value is not None},
    }
    if column.kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.unit is not None:
        field["unit"] = column.unit
    return field


def data_dictionary() -> str:
    """Return the data dictionary as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        "Written by `make docs` from `geo/schema`; do not edit it here.",
        "",
        "Missing is blank in CSV and null elsewhere: never an empty text, 0 or -1. Names end in their unit. Codes are "
        "text with leading zeros. Distances are geodesic (WGS84). Layers with geometry are in EPSG:6372; lon and lat "
        "are WGS84 degrees. Numbers are published with these decimals: "
        + ", ".join(f"{said(unit)} {decimals}" for unit, decimals in DECIMALS.items())
        + "; others 6.",
        "",
        '"Shipped" columns stand in the file under `data/`; "computed" ones are made by a run.',
    ]
    for title, layers in (
        ("Layers of the outputs", [layer for layer in LAYERS.values() if layer.published]),
        ("Files that a run reads and does not publish", [layer for layer in LAYERS.values() if not layer.published]),
    ):
        lines += ["", f"## {title}"]
        for layer in layers:
            lines += _section(layer)
    return "\n".join(lines) + "\n"


def _section(layer: Layer) -> list[str]:
    facts = [
        f"{layer.geometry or 'no geometry'}",
        f"file `data/{layer.file}`" if layer.file else "computed",
        f"licence {LICENCES[layer.licence][1]}",
    ]
    return [
        "",
        f"### {layer.name}",
        "",
        f"{layer.en} / {layer.es}. {layer.description}",
        "",
        f"*{'; '.join(facts)}*",
        "",
        "| column | type | unit | en | es | rule | from |",
        "|---|---|---|---|---|---|---|",
        *(_row(column) for column in layer.columns),
    ]


def _row(column: Column) -> str:
    rule = column.description
    if column.allowed:
        rule += (". " if rule else "") + "One of: " + ", ".join(column.allowed)
    if not column.nullable:
        rule += (". " if rule else "") + "Never blank"
    came = "computed" if column.derived else ("shipped, not published" if column.dropped else "shipped")
    cells = (f"`{column.name}`", column.kind, column.unit or "", column.en, column.es, rule, came)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def files() -> dict[Path, str]:
    """Return each generated file with its content."""
    package = json.dumps(data_package(), ensure_ascii=False, indent=2) + "\n"
    return {
        ROOT / "data" / "datapackage.json": package,
        ROOT / "docs" / "data-dictionary.md": data_dictionary(),
    }


def main() -> None:
    """Write the files."""
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
