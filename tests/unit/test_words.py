"""The words of a study: texts take them when they are shown, and the program has none of its own."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from geo._terms import NAME_GROUPS, TERMS
from geo._words import named, said, said_all, study_words
from geo.errors import StudyError
from geo.export.atlas import atlas_strings
from geo.export.atlas_tables import safe_json
from geo.export.style import LAYER_STYLES, Words, style_table
from geo.schema import LAYERS, LICENCES
from geo.schema.columns import changed, derived
from geo.study import Study, at_work, load_study, shipped_data, shipped_head, with_its_study
from geo.study_words import Pair, StudyTerms

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "otra_region" / "geo.toml"

#: Names that belong to the shipped study.
MEXICO = re.compile(
    r"(?<![A-Za-zÁÉÍÓÚáéíóúñ_])(M[ée]xic\w*|Estados Unidos|United States|EE\. ?UU\.?|US|U\.S\.|INEGI|IMSS|CREA|SEMARNAT"
    r"|RETC|DENUE|CONAPO|SEDATU|AMPIP|FIBRA|IMMEX|SIMPPI|AFAC|SEMAR|ARTF|SCIAN|MXN|pesos|Zona Libre|Ju[áa]rez"
    r"|Quer[ée]taro|Monterrey|Saltillo|Baj[ií]o|Zacatecas|Aguascalientes|Puebla|Toluca|Tijuana|Hermosillo|Guaymas"
    r"|Sonora|Coahuila|Chihuahua|Nuevo Le[óo]n|Guatemala|CDMX)(?![A-Za-zÁÉÍÓÚáéíóúñ_])"
)

#: Adapters of Mexico's official sources and of their formats, and what reads Spanish names: that is what they are.
ADAPTERS = ("geo/sources/", "geo/inventory/", "geo/ingest/", "geo/synthetic.py", "geo/scale/registers.py")

#: Strings that may say it: file, what the string contains, why.
ALLOWED = (
    ("geo/schema/model.py", "SEMARNAT, Registro", "terms that shipped layers come under"),
    ("geo/schema/model.py", "INEGI", "terms that shipped layers come under"),
    ("geo/schema/model.py", "US public domain", "terms that shipped layers come under"),
    ("geo/export/qgis_layout.py", "SEMARNAT, RETC", "credit of the terms that shipped layers come under"),
    ("geo/export/qgis_layout.py", "INEGI, uso libre", "credit of the terms that shipped layers come under"),
    ("geo/export/qgis_layout.py", "dominio público", "credit of the terms that shipped layers come under"),
    ("geo/export/figures/charts_ownership.py", "1,000", "thresholds that are published by US agencies"),
    ("geo/export/figures/maps_hermosillo.py", "Guaymas", "figure of a published study's place; drawn with its insets"),
    ("geo/export/figures/captions.py", "Contreras", "figure of a published study's place; drawn with its insets"),
    ("geo/commands/inventory.py", "retc", "names of the registers that an adapter reads"),
    ("geo/commands/inventory.py", "the RETC", "names of the registers that an adapter reads"),
    ("geo/commands/sources.py", "SCIAN", "codes of the official source that an adapter reads"),
)  # fmt: skip


@cache
def strings() -> tuple[tuple[str, str], ...]:
    """Return (file, text) of every string of the package that is not a docstring."""
    found = []
    for path in sorted((ROOT / "geo").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # A string that stands alone is a docstring, of a module, a function or the constant above it.
        alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
                found.append((path.relative_to(ROOT).as_posix(), node.value))
    return tuple(found)


def test_no_string_of_the_program_names_mexico() -> None:
    found, used = [], set()
    for file, text in strings():
        if file.startswith(ADAPTERS) or not MEXICO.search(text):
            continue
        excuse = next((at for at, (where, part, _) in enumerate(ALLOWED) if where == file and part in text), None)
        if excuse is None:
            found.append(f"{file}: {text[:120]!r}")
        used.add(excuse)
    assert not found
    assert set(range(len(ALLOWED))) <= used, "an excuse that nothing needs"


def test_no_template_names_mexico_but_those_of_the_published_claims() -> None:
    shown = {
        "findings/contradictions.toml": "the published claims themselves: a card stands only where a study claims them",
        "findings/hypotheses.toml": "thresholds of concentration that US authorities publish",
        "findings/ui.toml": "labels of those cards' figures",
        "paper/methods.bib": "titles of cited papers",
    }
    folder, locales, found = ROOT / "geo" / "export" / "templates", re.compile(r'"(es-MX|en-US)"'), {}
    for path in sorted(folder.rglob("*")):
        # A locale says how numbers are written, of every study alike.
        text = locales.sub("", path.read_text(encoding="utf-8")) if path.is_file() else ""
        if names := sorted(set(MEXICO.findall(text))):
            found[path.relative_to(folder).as_posix()] = names
    assert set(found) == set(shown), found


def test_every_place_of_a_text_names_a_term_and_every_term_is_taken() -> None:
    texts = [text for _, text in strings()]
    texts += [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "geo" / "export" / "templates").rglob("*")
        if path.suffix in {".toml", ".json", ".j2"}
    ]
    places = re.compile(r"\[\[(\w+)\.(?:es|en)\]\]|\bsay\.(\w+)")
    taken = {(one or other).lower() for text in texts for one, other in places.findall(text)}
    assert taken <= set(TERMS)
    by_key = {text for file, text in strings() if file != "geo/_terms.py"}
    assert set(TERMS) <= taken | by_key
    assert set(NAME_GROUPS) <= by_key


def test_the_shipped_study_names_every_term_and_what_it_names_is_known() -> None:
    shipped = load_study()
    assert set(shipped.words.terms) == set(TERMS)
    assert set(shipped.words.names) == set(NAME_GROUPS)
    assert set(shipped.words.descriptions.layers) <= set(LAYERS)
    columns = {column.name for layer in LAYERS.values() for column in layer.columns}
    assert set(shipped.words.descriptions.columns) <= columns


def test_texts_take_the_words_of_the_study_at_work() -> None:
    border = LAYERS["border"]
    km = next(column for column in LAYERS["parks"].columns if column.name == "border_km")
    assert (km.en, border.es) == ("Distance to the US border", "Frontera México-Estados Unidos")
    with at_work(load_study(EXAMPLE)):
        assert (km.en, border.es) == ("Distance to the northern line", "Raya norte")
        assert LAYER_STYLES["border"].label.es == "Raya norte con Ultranorte"
        assert "Ultranorte" in str(style_table())
        assert named("corridor_branch", "oriente") == {"es": "Ramal oriente", "en": "Eastern branch"}
    assert km.en == "Distance to the US border"


def test_a_changed_column_keeps_its_places() -> None:
    with at_work(load_study(EXAMPLE)):
        km = next(column for column in LAYERS["parks"].columns if column.name == "border_km")
        (twin,) = derived(changed(km, nullable=False))
    assert twin.en == km.en == "Distance to the US border"
    assert twin.derived
    assert not twin.nullable
    with pytest.raises(TypeError, match="no colour"):
        changed(km, colour="red")


def test_units_of_money_are_the_studys() -> None:
    wage = next(column for column in LAYERS["parks"].columns if column.name == "wage_daily_mxn")
    assert (wage.unit, wage.decimals) == ("MXN/day", 2)
    with at_work(load_study(EXAMPLE)):
        assert (wage.unit, wage.decimals) == ("shells/day", 2)


def write(folder: Path, words: str, layers: str = "") -> Study:
    path = folder / "geo.toml"
    path.write_text(f"{shipped_head()}{words}\n[layers]\n{layers}", encoding="utf-8")
    return load_study(path)


def test_words_left_out_are_shipped_only_where_the_shipped_data_are_read(tmp_path: Path) -> None:
    (tmp_path / "parks.csv").write_bytes((shipped_data() / "parks.csv").read_bytes())
    with at_work(write(tmp_path, "", 'parks = "parks.csv"\n')):
        assert said("[[border.en]]") == "US border"  # the border that is read is the shipped one
        assert said("[[inventory_note.en]]") == "The inventory is the one that the study brings."
        assert LAYERS["parks"].description.startswith("Industrial parks, cities, zones and corridors. A park without")
        assert (LAYERS["parks"].licence, LAYERS["states"].licence) == ("own", "inegi")
        assert "OpenStreetMap" in said("[[credits.en]]")
    every = "".join(f'{name} = "x"\n' for name, layer in LAYERS.items() if layer.file is not None)
    with at_work(write(tmp_path, "", every)):
        assert said_all({"[[border.es]]": ["[[Register.en]]"]}) == {"frontera": ["The study's register"]}
        assert not MEXICO.search(str(study_words().names) + str(study_words().layers) + said("[[credits.es]]"))
        assert not study_words().place_names
        assert {layer.licence for layer in LAYERS.values()} == {"own"}
        assert LICENCES["own"][1] == "see sources"


def test_a_study_of_ones_own_says_its_own_words(tmp_path: Path) -> None:
    words = '[words.terms]\nborder = {es = "linde sur", en = "southern edge"}\n'
    with at_work(write(tmp_path, words)):
        assert Words("[[Border.es]]", "to the [[border.en]]") == Words("Linde sur", "to the southern edge")
        assert said("[[border_line.en]]") == "US-Mexico line"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('[words.terms]\nbordr = {es = "a", en = "b"}', "words.terms.bordr is not a known key"),
        ('[words.names.corridor]\ntrunk = {es = "a", en = "b"}', "words.names.corridor is not a known key"),
        ('[words.terms]\nborder = {es = "a"}', "words.terms.border.en is missing"),
        ('[words.terms]\nborder = {es = "{a}", en = "b"}', "words.terms.border.es"),
        ('[words.terms]\nborder = {es = "[[capital.es]]", en = "b"}', "words.terms.border.es"),
        ('[words.terms]\nborder = {es = "a\\nb", en = "b"}', "words.terms.border.es"),
        ('[words.claim_kinds]\n"parks seen" = "pigs"', "words.claim_kinds.parks seen"),
    ],
)
def test_words_that_no_text_can_take_are_refused(tmp_path: Path, words: str, told: str) -> None:
    with pytest.raises(StudyError, match=re.escape(told)):
        write(tmp_path, words)


def test_a_function_works_with_the_words_of_the_study_that_it_is_given(tmp_path: Path) -> None:
    @with_its_study
    def tell(_study: Study) -> str:
        return said("[[money.en]]")

    assert (tell(load_study(EXAMPLE)), tell(load_study())) == ("shells", "pesos")


def test_a_new_study_takes_no_words_of_the_shipped_one() -> None:
    assert not re.search(r"^\[words", shipped_head(), re.MULTILINE)
    assert "[parameters]" in shipped_head()


def test_words_of_a_study_are_shown_in_the_atlas_and_never_run() -> None:
    hostile = "</script><script>x(1)</script> <img src=x onerror=x> & 'q'"
    terms = {key: Pair(es=hostile, en=hostile) for key in TERMS}
    with at_work(load_study(EXAMPLE).model_copy(update={"words": StudyTerms(terms=terms)})):
        assert hostile in said("[[border.es]]")
        assert "<" not in safe_json(atlas_strings()) + safe_json(style_table())
