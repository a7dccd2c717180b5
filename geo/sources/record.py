"""The record beside a fetched source's files: what they were made of, read again by outputs that name their origin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geo.schema import LAYERS
from geo.study import Study

RECORD = "source.json"


def write_record(folder: Path, content: dict[str, Any]) -> None:
    """Write the record of a source's folder."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def read_record(folder: Path) -> dict[str, Any] | None:
    """Return the record of a folder; None where it has none that can be read."""
    try:
        content = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and isinstance(content.get("outputs"), list) else None


def origins(study: Study) -> list[dict[str, Any]]:
    """Return where the layers come from that a study does not read from the shipped data.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of dict
        One a layer, in the order of the outputs: ``layer``, ``file`` (its name), and for a file that ``geo fetch``
        made ``source`` (title by language), ``publisher``, ``licence`` (name, id, url) and ``fetched`` (a date, or
        None where the user gave the files). Empty for the shipped study.
    """
    if study.is_shipped:
        return []
    found = []
    for name in LAYERS:
        if name not in study.layers:
            continue
        path = study.path(name)
        entry: dict[str, Any] = {"layer": name, "file": path.name}
        record = read_record(path.parent)
        if record is not None and any(output.get("file") == path.name for output in record["outputs"]):
            entry |= {key: record.get(key) for key in ("key", "source", "publisher", "licence", "fetched")}
        found.append(entry)
    return found
