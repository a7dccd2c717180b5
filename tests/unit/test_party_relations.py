"""The table of who belongs to whom: what is refused when it is read, and when a study has none."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.errors import DataError
from geo.export.figures.catalogue import common_facts
from geo.export.figures.look import Look
from geo.export.manifest import inputs
from geo.export.ownership_words import ownership_words, run_ownership, run_ownership_words
from geo.export.paper_tables import PAPER_TABLES, _note
from geo.export.region import _with_parents
from geo.layers import party_relations, read_layer
from geo.schema import LAYERS
from geo.study import Study, load_study

HEAD = ",".join(column.name for column in LAYERS["party_relations"].file_columns)


def study(tmp_path: Path, *rows: str, **layers: str) -> Study:
    """Return a study whose relations are the rows: developer,parent,relation,from,to,share."""
    lines = [HEAD, *(f"{row},s," for row in rows)]
    (tmp_path / "relations.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_study().model_copy(
        update={"folder": tmp_path, "layers": {"party_relations": "relations.csv", **layers}}
    )


def refused(tmp_path: Path, *rows: str) -> list[str]:
    with pytest.raises(DataError) as refusal:
        party_relations.read(study(tmp_path, *rows))
    return [str(problem) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["a,b,subsidiary_of,2010,2009,"], "row 2: the relation ends before it begins"),
        (["a,b,merged_into,2010,2012,"], "row 2: a merger and a change of name do not end. Leave to_year blank"),
        (["a,a,subsidiary_of,,,"], "row 2: the party is its own parent"),
        (["a,b,owns,,,"], "Write one of: subsidiary_of, merged_into, renamed_to, assets_to"),
        (["a,b,subsidiary_of,,,101"], "Write a value of at least 0 and at most 100"),
        (
            ["a,b,subsidiary_of,2000,,", "x,y,assets_to,,,", "b,c,merged_into,2005,,", "c,a,subsidiary_of,2008,,"],
            "rows 2, 4-5: parties belong to each other in a circle: 'a', 'b', 'c'",
        ),
        (
            ["a,b,subsidiary_of,,,", "b,a,renamed_to,,,"],
            "rows 2-3: parties belong to each other in a circle: 'a', 'b'",
        ),
        (
            ["a,b,subsidiary_of,2000,2010,60", "a,c,subsidiary_of,2010,,"],
            "rows 2-3: 'a' has several parents at one time, and not every share_pct is known",
        ),
        (["a,b,subsidiary_of,,,60", "a,c,subsidiary_of,,,0"], "not every share_pct is known"),
        (["a,b,subsidiary_of,,,60", "a,c,subsidiary_of,2001,,50"], "the parents of 'a' hold more than 100 percent"),
        (["a,b,subsidiary_of,,,60", "a,b,subsidiary_of,2001,,40"], "'a' has the same parent twice at one time"),
    ],
)
def test_a_table_that_gives_no_clear_answer_is_refused(tmp_path: Path, rows: list[str], said: str) -> None:
    problems = refused(tmp_path, *rows)
    assert any(said in problem for problem in problems), problems
    assert len(problems) == 1, problems


@pytest.mark.parametrize(
    "rows",
    [
        ["a,b,subsidiary_of,2000,2009,", "b,a,subsidiary_of,2010,,"],
        ["a,b,subsidiary_of,2000,2009,", "a,c,subsidiary_of,2010,,"],
        ["a,b,subsidiary_of,,,60", "a,c,subsidiary_of,,,40"],
        ["a,b,assets_to,2007,,", "b,a,assets_to,2014,,"],
        ["a,b,subsidiary_of,,1999,", "a,b,subsidiary_of,2005,,"],
    ],
)
def test_what_is_clear_in_every_year_is_read(tmp_path: Path, rows: list[str]) -> None:
    assert len(party_relations.read(study(tmp_path, *rows))) == 2


def test_every_problem_of_a_table_is_listed(tmp_path: Path) -> None:
    problems = refused(tmp_path, "a,a,subsidiary_of,,,", "b,c,subsidiary_of,2010,2009,", "d,e,renamed_to,2001,2002,")
    assert len(problems) == 3


def test_a_study_with_parties_of_its_own_has_no_shipped_relations(tmp_path: Path) -> None:
    own = study(tmp_path).model_copy(update={"layers": {"developers": "mine.csv"}})
    found = read_layer(own, "party_relations")
    assert list(found.columns) == [column.name for column in LAYERS["party_relations"].file_columns]
    assert found.empty
    assert str(found["from_year"].dtype) == "Int64"
    assert own.reads("developers")
    assert not own.reads("party_relations")
    assert len(read_layer(study(tmp_path, "a,b,renamed_to,,,", developers="mine.csv"), "party_relations")) == 1


def test_the_manifest_names_the_shipped_relations_only_where_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("x\n", encoding="utf-8")
    own = load_study().model_copy(update={"folder": tmp_path, "layers": {"developers": "mine.csv"}})
    assert "party_relations" not in {entry["layer"] for entry in inputs(own)}
    other = load_study().model_copy(update={"folder": tmp_path, "layers": {"parks": "mine.csv"}})
    assert "party_relations" in {entry["layer"] for entry in inputs(other)}


def test_every_shipped_relation_that_binds_has_known_parties_and_a_source() -> None:
    found = read_layer(load_study(), "party_relations").set_index(["developer_id", "relation"])
    assert found["source_ids"].notna().all()
    assert found.loc[("terrafina", "subsidiary_of"), "share_pct"] == pytest.approx(77.14)
    assert found.loc[("finsa", "assets_to"), "parent_id"] == "fibra_uno"
    assert not found.index.duplicated().any()


def test_a_part_of_the_country_keeps_the_parents_of_its_parties() -> None:
    relations = pd.DataFrame(
        [("a", "b", "merged_into"), ("b", "c", "subsidiary_of"), ("a", "x", "assets_to"), ("y", "a", "subsidiary_of")],
        columns=["developer_id", "parent_id", "relation"],
    )
    assert _with_parents({"a"}, relations) == {"a", "b", "c"}
    assert _with_parents({"a"}, None) == {"a"}


def test_the_words_tell_year_and_ultimate_owners_and_are_silent_by_default() -> None:
    assert ownership_words(year=None, ultimate=False).en == ""
    said = ownership_words(year=2018, ultimate=True)
    assert (
        said.es
        == " La propiedad es la del año 2018. Los parques de una parte cuentan como los de su propietario último."
    )
    assert said.en == " Ownership is that of the year 2018. A party's parks count as those of its ultimate owner."
    rules = pd.DataFrame({"ownership_year": pd.array([2018], dtype="Int64"), "ultimate_owners": [True]})
    assert run_ownership({"ownership_rules": rules}) == (2018, True)
    assert run_ownership({}) == (None, False)
    assert run_ownership_words({"ownership_rules": rules}) == said


def test_captions_and_notes_of_tables_say_it_too() -> None:
    counts = {"parks_study_set": 2, "parks_controller_known": 1, "parks_not_located": 0, "parks_with_area": 1}
    rules = pd.DataFrame({"ownership_year": pd.array([2018], dtype="Int64"), "ultimate_owners": [True]})
    tables = {"parks": pd.DataFrame({"park_id": ["p", "q"]}), "national": pd.DataFrame([counts])}
    said = ownership_words(year=2018, ultimate=True)
    concentration = PAPER_TABLES["concentration"]
    for lang in ("es", "en"):
        look = Look(180, lang)
        words = getattr(said, lang)
        assert words not in common_facts(tables, look)["inventory"]
        assert words in common_facts(tables | {"ownership_rules": rules}, look)["inventory"]
        assert not _note(concentration, tables, lang).endswith(words)
        assert _note(concentration, tables | {"ownership_rules": rules}, lang).endswith(words)
