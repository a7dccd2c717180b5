"""The findings: each hypothesis and each contradiction on a card, as a page and as a text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from geo.export.findings_cards import LANGUAGES, cards, sentence, words
from geo.export.policy import content_policy
from geo.export.style import GROUND, OTHER, SERIES

#: Files that ``write_findings`` writes.
FILES = ("findings.html", "findings.md")

_TEMPLATES = resources.files("geo.export") / "templates" / "findings"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#!|~])")


def write_findings(tables: Mapping[str, pd.DataFrame], folder: Path, *, about: Mapping[str, Any]) -> list[Path]:
    """Write the findings of a run as findings.html and findings.md, each in Spanish and English.

    Parameters
    ----------
    tables
        The run's published tables: findings, verdicts, contradictions, claims.
    folder
        Folder to write into.
    about
        What the run says of itself: title and notes by language, date, version, parameters.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Notes
    -----
    The page is one file, asks nothing of the network (its own policy forbids it) and can be read without scripts. The
    same tables give the same bytes. Names from the data are escaped in both files.
    """
    written = []
    for name, text in ((FILES[0], findings_html(tables, about=about)), (FILES[1], findings_md(tables, about=about))):
        path = folder / name
        path.write_bytes(text.encode("utf-8", "replace"))
        written.append(path)
    return written


def findings_html(tables: Mapping[str, pd.DataFrame], *, about: Mapping[str, Any]) -> str:
    """Return the page of the findings; see ``write_findings``."""
    page = _environment()
    style = page.from_string(_read("findings.css")).render(ground=GROUND, series=SERIES, other=OTHER)
    script = _read("findings.js")
    return page.from_string(_read("findings.html.j2")).render(
        policy=content_policy(styles=[style], scripts=[script]), style=style, script=script, **_content(tables, about)
    )


def findings_md(tables: Mapping[str, pd.DataFrame], *, about: Mapping[str, Any]) -> str:
    """Return the text of the findings, Spanish first; see ``write_findings``."""
    return _environment().from_string(_read("findings.md.j2")).render(**_content(tables, about))


def markdown_safe(text: object) -> Markup:
    r"""Return a text that Markdown shows as it stands: no markup, no HTML, one line.

    Examples
    --------
    >>> markdown_safe("a|b <i>c</i> [d](e)")
    Markup('a\\|b &lt;i&gt;c&lt;/i&gt; \\[d\\](e)')
    """
    line = " ".join(str(text).split())
    escaped = html.escape(_MARKDOWN.sub(r"\\\1", line), quote=False)
    # Bare addresses would be made links of.
    return Markup(escaped.replace("://", "&#58;//").replace("www.", "www&#46;"))  # noqa: S704 - escaped above


def _content(tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> dict[str, Any]:
    parameters = about["parameters"]
    pages = []
    for language in LANGUAGES:
        ui = words("ui")[language]
        pages.append(
            {
                "language": language,
                "ui": ui,
                "title": about["title"][language],
                "inventory": sentence(ui["inventory"], tables, parameters, language),
                "method": sentence(ui["method_note"], tables, parameters, language),
                "notes": about["notes"][language],
                "cards": cards(tables, parameters, language),
            }
        )
    return {"pages": pages, "date": about["date"], "version": about["version"]}


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["md"] = markdown_safe
    return environment


def _read(name: str) -> str:
    return _TEMPLATES.joinpath(name).read_text(encoding="utf-8")
