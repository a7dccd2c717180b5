"""Everything an author needs of a run, in one folder: figures, tables, captions, references, methods."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from geo._words import study_words
from geo.about import about, timestamp
from geo.errors import ChoiceError
from geo.export.citation import bibliography, citation
from geo.export.figures.look import Look
from geo.export.figures.write import write_figures
from geo.export.findings import write_findings
from geo.export.folder import MANIFEST, whole_folder
from geo.export.manifest import identity, write_manifest
from geo.export.paper_formats import SUFFIXES
from geo.export.paper_tables import PAPER_TABLES, render
from geo.runs import Run
from geo.study import with_its_study

LANGUAGES = ("es", "en")

#: What a paper's folder holds at its top.
OUTPUTS = frozenset({"README.md", "findings.html", "findings.md", "figures", "methods.en.md", "methods.es.md",
                     "references.bib", "tables", MANIFEST})  # fmt: skip

_ROLES = {
    "es": {"owner": "propietario", "developer": "desarrollador", "promoter": "promotor",
           "administrator": "administrador"},
    "en": {"owner": "owner", "developer": "developer", "promoter": "promoter", "administrator": "administrator"},
}  # fmt: skip
_OR = {"es": " o, si no se conoce, su ", "en": " or, where that is not known, its "}


@with_its_study
def write_paper(
    run: Run, out: Path, *, fmt: str = "pdf", width_mm: float = 180.0, grey: bool = False
) -> tuple[list[Path], list[str]]:
    """Write figures, tables, captions, references and methods of a run, all or none.

    Parameters
    ----------
    run
        The run.
    out
        Folder to write to; an earlier paper's files in it are replaced, everything else is kept.
    fmt
        Format of the figures: ``pdf``, ``svg`` or ``png``.
    width_mm
        Width of the figures, mm.
    grey
        Draw without colour.

    Returns
    -------
    written : list of pathlib.Path
        The files written.
    refused : list of str
        One sentence a figure or table that the study cannot have; the README lists them too.

    Raises
    ------
    geo.errors.ChoiceError
        If the format is not known or the width is too small for every figure; nothing is written.
    geo.errors.OutputError
        If the folder cannot be written; what was in it is untouched.
    """
    words = about(run.study, run.tables)
    refused: list[str] = []
    with whole_folder(out, OUTPUTS) as folder:
        for lang in LANGUAGES:
            look = Look(width_mm, lang, grey, date=run.study.study.date)
            place = folder / "figures" / lang
            refused += write_figures(run.figure_tables, look, place, fmt, progress=run.progress)[1]
            run.progress(f"writing tables ({lang})")
            refused += _tables(run, folder / "tables" / lang, lang)
            (folder / f"methods.{lang}.md").write_text(methods(run, words, lang), encoding="utf-8")
        (folder / "references.bib").write_text(bibliography(run.tables["sources"], words), encoding="utf-8")
        write_findings(run.tables, folder, about=words)
        readme = _render("README.md.j2", cite={lang: citation(words, lang) for lang in LANGUAGES}, about=words,
                         refused=dict.fromkeys(refused), fmt=fmt, width=width_mm)  # fmt: skip
        (folder / "README.md").write_text(readme, encoding="utf-8")
        look_of = {"format": fmt, "width_mm": width_mm, "grey": grey}
        write_manifest(folder, {**identity(run.study), "figures": look_of, "timestamp": timestamp(run.study)})
        written = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [out / path for path in written], list(dict.fromkeys(refused))


def methods(run: Run, words: Mapping[str, Any], lang: str) -> str:
    """Return the paragraphs that state definitions, parameters and seed, for a paper's methods section.

    Parameters
    ----------
    run
        The run.
    words
        What ``geo.about.about`` says of it.
    lang
        ``es`` or ``en``.
    """
    parameters = run.study.parameters
    country = run.tables["national"].iloc[0]
    facts = {
        "parks": len(run.tables["parks"]),
        "study_set": int(country["parks_study_set"]),
        "not_located": int(country["parks_not_located"]),
        "known": int(country["parks_controller_known"]),
    }
    roles = _OR[lang].join(_ROLES[lang][role] for role in parameters.controller_roles)
    counts = {name: f"{number:,}" for name, number in facts.items()}
    draws = {name: f"{getattr(parameters, name):,}" for name in ("permutations", "map_permutations",
                                                                "curve_simulations", "replicas")}  # fmt: skip
    return _render(f"methods.{lang}.md.j2", n=counts, draws=draws, roles=roles, seed=parameters.seed,
                   say={key: html.escape(pair[lang], quote=False) for key, pair in study_words().terms.items()},
                   year=parameters.ownership_year, ultimate=parameters.ultimate_owners,
                   crs=run.study.study.crs, date=words["date"], version=words["version"])  # fmt: skip


def _tables(run: Run, folder: Path, lang: str) -> list[str]:
    """Write every table in every format; return why some cannot be."""
    folder.mkdir(parents=True)
    refused = []
    for name, table in PAPER_TABLES.items():
        for fmt, suffix in SUFFIXES.items():
            try:
                text = render(table, run.tables, fmt, lang)
            except ChoiceError as error:
                refused.append(str(error))
                break
            (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")
    return refused


def _render(name: str, **content: Any) -> str:
    source = resources.files("geo.export").joinpath("templates/paper", name).read_text(encoding="utf-8")
    environment = jinja2.Environment(  # noqa: S701 - Markdown of the program's own words and numbers
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["plain"] = partial(html.escape, quote=False)
    return environment.from_string(source).render(content)
