"""Tables for papers: what they show equals the run, every format compiles, and hostile text stays text."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.errors import ChoiceError
from geo.export.paper_claims import counterpart
from geo.export.paper_formats import FORMATS, inert_latex, inert_markdown
from geo.export.paper_tables import PAPER_TABLES, find_paper_table, render
from geo.schema import LAYERS

Tables = Mapping[str, pd.DataFrame]
HOSTILE = (
    r"\input{/etc/passwd} \write18{touch pwned} \def\x{$", "a|b\n| c | d |", "<script>alert(1)</script>",
    "[x](javascript:alert(1)) **b** `c` ![i](//h)", "=HYPERLINK(\"http://x\")", "100% #1 & _2_ ^3 ~4 {}",
    "Ñandú — “Parque” ‘El Águila’ 工業 Őz ü\u00ad\u202e", "%\\end{tabular}\\input x", "''``--- ?` !`", "@SUM(A1)\t=1",
)  # fmt: skip
PREAMBLE = (
    r"\documentclass[10pt,a4paper]{article}\usepackage[margin=22mm]{geometry}\usepackage[T1]{fontenc}"
    r"\usepackage{lmodern,array,booktabs,longtable,pdflscape}\begin{document}"
)


@pytest.fixture(scope="session")
def run(built: Path) -> Tables:
    """Return the tables of a full run without their geometry."""
    names = [name for name, layer in LAYERS.items() if layer.published]
    return {name: pd.read_parquet(built / "tables" / f"{name}.parquet") for name in names}


def pdflatex(source: str, folder: Path) -> str:
    """Compile a document twice and return the log of the second pass."""
    program = shutil.which("pdflatex")
    assert program is not None, "pdflatex is missing: install texlive-latex-recommended and lmodern."
    (folder / "paper.tex").write_text(source, encoding="utf-8")
    for _ in range(2):
        done = subprocess.run(
            [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"],
            cwd=folder, capture_output=True, check=False,
        )  # fmt: skip
        log = done.stdout.decode("utf-8", errors="replace")
        assert done.returncode == 0, log[-2000:]
    return log


def csv_rows(text: str) -> pd.DataFrame:
    """Return the rows of a table's CSV, without the notes below."""
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    end = next(at for at, row in enumerate(rows) if not any(row))
    return pd.DataFrame(rows[1:end], columns=rows[0])


def numbers(column: pd.Series) -> np.ndarray:
    return pd.to_numeric(column.replace("", np.nan)).to_numpy(float)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_table_compiles_within_the_page(run: Tables, lang: str, tmp_path: Path) -> None:
    bodies = [render(table, run, "latex", lang) for table in PAPER_TABLES.values()]
    log = pdflatex(PREAMBLE + r"\clearpage ".join(bodies) + r"\end{document}", tmp_path)
    assert re.findall(r"Overfull \\hbox \((\d{2,}|[2-9])\.", log) == []
    assert re.findall("undefined|Missing character", log) == []
    for body in bodies:
        assert all(rule in body for rule in (r"\toprule", r"\midrule", r"\bottomrule"))


@pytest.mark.parametrize("name", PAPER_TABLES)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_format_says_title_units_and_note(run: Tables, name: str, lang: str) -> None:
    table = PAPER_TABLES[name]
    for fmt in FORMATS:
        text = render(table, run, fmt, lang)
        assert text == render(table, run, fmt, lang)
        assert "{" not in text or fmt == "latex"
        said = getattr(table.note, lang).split("{")[0][:30]
        assert said in re.sub(r"\\(?=[#_|[\]])", "", text).replace("{-}", "-").replace("{[}", "[").replace("{]}", "]")
    markdown = render(table, run, "markdown", lang)
    bars = {len(re.findall(r"(?<!\\)\|", line)) for line in markdown.splitlines() if line.startswith("|")}
    assert bars == {len(table.columns) + 1}


def test_developers_are_the_run_s(run: Tables) -> None:
    rows = csv_rows(render(PAPER_TABLES["developers"], run, "csv")).set_index("Party")
    parties = run["developers"].set_index("name")
    shown = parties[(parties["parks"] > 0) | parties["reported_parks"].notna()]
    assert sorted(rows.index) == sorted(shown.index)
    shown = shown.loc[rows.index]
    for head, column in (
        ("Parks", "parks"), ("Study set", "parks_study_set"), ("Controlled", "parks_controlled"),
        ("Hectares (ha)", "area_ha_known"), ("Hectares published (ha)", "reported_ha"),
    ):  # fmt: skip
        assert numbers(rows[head]) == pytest.approx(shown[column].to_numpy(float, na_value=np.nan), nan_ok=True)
    parks, roles = run["parks"].set_index("park_id"), run["park_developers"]
    for name in ("FINSA", "Lintel"):
        own = parks.loc[roles.loc[roles["developer_id"] == parties.loc[name, "developer_id"], "park_id"].unique()]
        assert rows.loc[name, "States"].split("; ") == list(own.sort_values("cve_ent")["state"].unique())
        assert rows.loc[name, "First year"] == str(own["opened_year"].min())
        assert rows.loc[name, "Register"] == str(own["first_seen_year"].min())


def test_parks_by_state_has_every_state_and_every_published_count(run: Tables) -> None:
    rows = csv_rows(render(PAPER_TABLES["parks_by_state"], run, "csv", "es"))
    assert set(run["states"]["name"]) <= set(rows["Entidad o lugar"])
    states = run["states"].set_index("name")
    for _, row in rows[rows["Entidad o lugar"].isin(states.index)].iterrows():
        assert int(row["Inventario"]) == states.loc[row["Entidad o lugar"], "parks"]
    claims = run["claims"]
    counts = claims[claims["unit"].str.startswith(("parks", "developments"), na=False)
                    & ~claims["what"].str.contains("operated|founded")]  # fmt: skip
    assert sorted(numbers(rows["Conteo publicado"][rows["Conteo publicado"] != ""])) == sorted(counts["value"])
    country = rows[rows["Entidad o lugar"] == "México (país)"]
    assert {("127", "1968"), ("127", "1986"), ("564", "2018"), ("516", "2018")} <= set(
        zip(country["Conteo publicado"], country["Fecha"], strict=True)
    )


def test_concentration_shows_the_intervals_of_the_run(run: Tables) -> None:
    rows = csv_rows(render(PAPER_TABLES["concentration"], run, "csv"))
    country = run["national"].iloc[0]
    first = rows.iloc[0]
    assert first["Level"] == "country"
    assert int(first["Parks n"]) == country["parks_study_set"]
    for end in ("low", "high"):
        assert float(first[f"HHI by parks (points), {end}"]) == pytest.approx(1e4 * country[f"owner_hhi_count_{end}"])
        assert float(first[f"CR4 by parks (%), {end}"]) == pytest.approx(100 * country[f"owner_cr4_count_{end}"])
    with_parks = sum((run[name]["parks_study_set"] > 0).sum() for name in ("states", "metro_areas"))
    assert len(rows) == 1 + with_parks
    shown = f"[{1e4 * country['owner_hhi_count_low']:,.0f}, {1e4 * country['owner_hhi_count_high']:,.0f}]"
    assert shown.replace("[", r"\[").replace("]", r"\]") in render(PAPER_TABLES["concentration"], run, "markdown")
    assert shown.replace("[", "{[}").replace("]", "{]}") in render(PAPER_TABLES["concentration"], run, "latex")


def test_regression_shows_the_run_s_figures_with_three_errors(run: Tables) -> None:
    rows = csv_rows(render(PAPER_TABLES["wage_regression"], run, "csv"))
    ols = run["wage_gradient"].query("model == 'ols'")
    heads = {"Estimate": "estimate", "Classical error": "std_err", "HC1 error": "hc1", "Conley 250 km": "conley_250km"}
    for head, column in heads.items():
        assert numbers(rows[head]) == pytest.approx(ols[column].to_numpy())
    assert set(rows["n"]) == {"32"}
    assert f"{ols['estimate'].iloc[1]:.4f}".replace("-", "$-$") in render(PAPER_TABLES["wage_regression"], run, "latex")


def test_claims_are_all_there_with_the_run_s_figure_beside(run: Tables) -> None:
    rows = csv_rows(render(PAPER_TABLES["claims"], run, "csv"))
    assert len(rows) == len(run["claims"])
    note = render(PAPER_TABLES["claims"], run, "markdown").splitlines()[-3]
    assert f"{(rows['In the data'] != '').sum()} have beside them" in note
    workers = run["parks"].set_index("park_id")["workers_reported"]
    beside = {
        "workers in Parque Bermúdez": workers["chh-juarez-antonio-j-bermudez"],
        "auto corridor length": run["corridor"].set_index("branch")["length_road_km"]["trunk"],
        "auto-parts supplier firms (INA)": run["national"]["auto_parts_plants"].iloc[0],
    }  # fmt: skip
    shown = rows.drop_duplicates("What").set_index("What")["In the data"]
    assert {what: float(shown[what]) for what in beside} == pytest.approx(beside)
    finsa = rows[(rows["What"] == "parks operated") & (rows["Place"] == "Finsa")]["In the data"]
    assert set(map(float, finsa)) == {float(run["developers"].set_index("developer_id")["parks"]["finsa"])}


def test_claims_that_contradict_each_other_stand_together(run: Tables) -> None:
    rows = csv_rows(render(PAPER_TABLES["claims"], run, "csv"))
    cases = [case for case in rows["Case"] if case]
    assert rows["Case"].tolist()[: len(cases)] == cases
    numbers_of = [int(case.split(";")[0].removeprefix("X")) for case in cases]
    assert numbers_of == sorted(numbers_of)
    first = rows[rows["Case"].str.split("; ").str[0] == "X1"]
    assert {("127", "1968"), ("127", "1986")} <= set(zip(first["Published"], first["Date"], strict=True))
    opened = run["park_years"].set_index("year")["opened_total"]
    early = first[first["Published"] == "127"].set_index("Date")["In the data"].astype(float)
    assert early.to_dict() == {"1968": opened[1968], "1986": opened[1986]}
    without = {name: table for name, table in run.items() if name != "contradictions"}
    assert set(csv_rows(render(PAPER_TABLES["claims"], without, "csv"))["Case"]) == {""}


def test_a_claim_without_a_like_figure_has_none_beside(run: Tables) -> None:
    claim = {"what": "vehicles produced", "place": "Mexico", "year": "2019"}
    assert counterpart(run, claim) is None
    unknown = {"what": "industrial parks", "place": "Atlantis", "year": "2019"}
    assert counterpart(run, unknown) is None
    assert counterpart({}, {"what": "parks operated", "place": "Finsa", "year": "2021"}) is None


def test_hostile_names_are_inert(run: Tables, tmp_path: Path) -> None:
    developers = run["developers"].copy()
    developers["name"] = (list(HOSTILE) * (len(developers) // len(HOSTILE) + 1))[: len(developers)]
    claims = run["claims"].copy()
    claims["source_title"] = (list(HOSTILE) * (len(claims) // len(HOSTILE) + 1))[: len(claims)]
    tables = {**run, "developers": developers, "claims": claims}
    names = ("developers", "claims")
    log = pdflatex(
        PREAMBLE + "".join(render(PAPER_TABLES[name], tables, "latex") for name in names) + r"\end{document}", tmp_path
    )
    assert not (tmp_path / "pwned").exists()
    assert "passwd" not in log
    for name in names:
        markdown = render(PAPER_TABLES[name], tables, "markdown")
        assert "<script" not in markdown
        assert re.search(r"(?<!\\)\[x(?<!\\)\]\(", markdown) is None
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in markdown.splitlines() if line.startswith("|")}
        assert bars == {len(PAPER_TABLES[name].columns) + 1}
        cells = [cell for row in csv.reader(io.StringIO(render(PAPER_TABLES[name], tables, "csv"))) for cell in row]
        formulas = [cell for cell in cells if re.match(r"[=+@\t\r-]", cell) and not re.fullmatch(r"-?[\d.]+", cell)]
        assert formulas == []


@pytest.mark.parametrize("text", HOSTILE)
def test_latex_has_no_command_that_the_text_wrote(text: str) -> None:
    shown = inert_latex(text)
    own = {
        "textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar", "textquotedbl",
        "textasciigrave", "textemdash", "textendash", "textquoteleft", "textquoteright", "textquotedblleft",
        "textquotedblright", "allowbreak",
    }  # fmt: skip
    assert set(re.findall(r"\\([A-Za-z]+)", shown)) <= own
    assert "\n" not in shown
    assert "\u202e" not in shown


def test_every_letter_of_spanish_names_survives_latex(tmp_path: Path) -> None:
    letters = "".join(chr(code) for code in range(0x20, 0x180) if chr(code).isprintable())
    assert all(letter in inert_latex(letters) for letter in "ÁÉÍÓÚÜÑáéíóúüñ¿¡çãêöß")
    pdflatex(PREAMBLE + inert_latex(letters) + r"\end{document}", tmp_path)


def test_markdown_escapes_what_it_must() -> None:
    assert inert_markdown("a|b\n<c> [d](e) http://f") == r"a\|b &lt;c&gt; \[d\](e) http&#58;//f"


def test_unknown_names_are_refused_with_those_that_are_there(run: Tables) -> None:
    with pytest.raises(ChoiceError, match=r"Did you mean developers\? Known: developers, parks_by_state, conc"):
        find_paper_table("developer")
    with pytest.raises(ChoiceError, match="csv, latex, markdown"):
        render(PAPER_TABLES["claims"], run, "docx")
    with pytest.raises(ChoiceError, match="es or en"):
        render(PAPER_TABLES["claims"], run, "csv", "fr")


def test_a_study_without_the_layer_is_told_which(run: Tables) -> None:
    with pytest.raises(ChoiceError, match="wage_regression: this study has no wage_gradient"):
        render(PAPER_TABLES["wage_regression"], {**run, "wage_gradient": run["wage_gradient"].iloc[:0]}, "csv")
    without = {name: table for name, table in run.items() if name != "developer_records"}
    with pytest.raises(ChoiceError, match="developers: this study has no developer_records"):
        render(PAPER_TABLES["developers"], without, "csv")


def test_a_missing_figure_is_a_dash_with_a_note_and_a_blank_in_csv(run: Tables) -> None:
    table = replace(PAPER_TABLES["wage_regression"])
    gradient = run["wage_gradient"].copy()
    gradient["hc1"] = np.nan
    tables = {**run, "wage_gradient": gradient}
    assert "–: no data, or does not apply." in render(table, tables, "markdown")
    assert "–: no data" not in render(table, run, "markdown")
    assert r"\textendash{}: sin dato o no aplica." in render(table, tables, "latex", "es")
    assert set(csv_rows(render(table, tables, "csv"))["HC1 error"]) == {""}
