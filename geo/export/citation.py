"""How to cite a run: the program, the sources behind the rows, the papers behind the methods, as BibTeX or words."""

from __future__ import annotations

import re
import unicodedata
from importlib import resources
from typing import Any

import pandas as pd

from geo.export.paper_formats import inert_latex

#: Not one of the letters an address may stand with inside \url{...}.
_UNSAFE_IN_URL = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")


def bibliography(sources: pd.DataFrame, about: dict[str, Any]) -> str:
    """Return references.bib: the program with its data, the papers of the methods, and every source.

    Parameters
    ----------
    sources
        The published table ``sources``.
    about
        What ``geo.about.about`` says of the run.

    Returns
    -------
    str
        BibTeX in UTF-8; keys are ``corredor``, those of the methods' papers, and the sources' ids.

    Notes
    -----
    Text from data is escaped: a title cannot open a command. A source without a year has none in its entry.
    """
    papers = resources.files("geo.export").joinpath("templates/paper/methods.bib").read_text(encoding="utf-8")
    entries = [_entry("misc", "corredor", _program(about)), papers.strip()]
    for row in sources.to_dict("records"):
        fields = {
            "title": _field(str(row["title"])),
            "author": "" if pd.isna(row["publisher"]) else "{" + _field(str(row["publisher"])) + "}",
            "year": "" if pd.isna(row["year"]) else _field(str(row["year"])),
            "howpublished": _address(row["url"]),
            "note": _field(f"Taken: {row['what_taken']}. Terms: {row['licence']}"),
        }
        entries.append(_entry("misc", citation_key(row["source_id"]), fields))
    return "\n\n".join(entries) + "\n"


def citation(about: dict[str, Any], lang: str) -> str:
    """Return one line that cites the program, its version and the date of its data.

    Parameters
    ----------
    about
        What ``geo.about.about`` says of the run.
    lang
        ``es`` or ``en``.
    """
    title, date, number = about["title"][lang], about["date"], about["version"]
    if lang == "es":
        return f"Quienes contribuyen a Corredor ({date[:4]}). {title}. Corredor {number}; datos de {date}."
    return f"The Corredor contributors ({date[:4]}). {title}. Corredor {number}; data of {date}."


def citation_key(text: str) -> str:
    """Return a BibTeX key of ASCII letters, digits, dashes and underscores."""
    plain = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]", "-", plain)


def _program(about: dict[str, Any]) -> dict[str, str]:
    return {
        "author": "{The Corredor contributors}",
        "title": "{" + _field(about["title"]["en"]) + "}",
        "year": about["date"][:4],
        "note": _field(f"Corredor {about['version']}, data of {about['date']}"),
    }


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _address(url: Any) -> str:
    if pd.isna(url):
        return ""
    address, *rest = str(url).split(" ", 1)
    shown = r"\url{" + _UNSAFE_IN_URL.sub("", address).replace("%", r"\%").replace("#", r"\#") + "}"
    return shown if not rest else f"{shown} {_field(rest[0])}"


def _field(text: str) -> str:
    """Return text for a field: BibTeX counts braces, escaped ones too."""
    return inert_latex(text).replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")
