"""What a text of a register says about a park."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.inventory.names import own_name, parse, place_names, plain, same_phase
from geo.inventory.spelling import is_development, shown, spelled_right

APODACA = place_names("Apodaca", "Monterrey", "San Nicolás de los Garza", "Nuevo León")
TOLUCA = place_names("Toluca", "Lerma", "México")

WORDS = [
    "PARQUE", "INDUSTRIAL", "IND.", "Fracc.", "ZONA", "CD.", "EXPORTEC", "II", "2", "3ERA", "ETAPA", "NORTE", "La",
    "SILLA",
    "S.A. de C.V.", "(Apodaca)", "#", "«", "O´DONNELL", "NINGUNO", "Toluca", "2000", "KM", "5 DE MAYO", "¿", "PEÑA",
    "P.I.",
    "<b>", "=1+1", "\x00", "İ", "ﬁ", "C.I.M.A.",
]  # fmt: skip
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))


@pytest.mark.parametrize(
    ("text", "kind", "core", "phase"),
    [
        ("PARQUE INDUSTRIAL LA SILLA", "industrial_park", "SILLA", ""),
        ("PARQUE IND. LA SILLA", "industrial_park", "SILLA", ""),
        ("P. I. LA SILLA", "industrial_park", "SILLA", ""),
        ("P.IND. LA SILLA", "industrial_park", "SILLA", ""),
        ("PARUQE INDUTRIAL LA SILLA", "industrial_park", "SILLA", ""),
        ("COLONIA PARQUE INDUSTRIAL LA SILLA", "industrial_park", "SILLA", ""),
        ("La Silla Industrial Park", "industrial_park", "SILLA", ""),
        ("FRACC. IND. CARTAGENA", "industrial_zone", "CARTAGENA", ""),
        ("CD. INDUSTRIAL XICOHTENCATL 1.", "industrial_city", "XICOHTENCATL", "1"),
        ("PARQUE INDUSTRIAL EXPORTEC II", "industrial_park", "EXPORTEC", "2"),
        ("PARQUE INDUSTRIAL EXPORTEC 2", "industrial_park", "EXPORTEC", "2"),
        ("PARQUE INDUSTRIAL LAGUNERO 4A ETAPA", "industrial_park", "LAGUNERO", "4"),
        ("3ERA ETAPA PARQUE INDUSTRIAL BERNARDO QUINTANA", "industrial_park", "BERNARDO QUINTANA", "3"),
        ("PARQUE INDUSTRIAL REYNOSA (SECCION NORTE)", "industrial_park", "REYNOSA", "NORTE"),
        ("PARQUE INDUSTRIAL DEL NORTE", "industrial_park", "NORTE", ""),
        ("PUEBLA 2000", None, "PUEBLA 2000", ""),
        ("PARQUE INDUSTRIAL TOLUCA2000", "industrial_park", "TOLUCA 2000", ""),
        ("PARQUE INDUSTRIAL 5 DE MAYO", "industrial_park", "5 MAYO", ""),
        ("PARQUE INDUSTRIAL CINCO DE MAYO", "industrial_park", "5 MAYO", ""),
        ("PARQUE INDUSTRIAL O´DONNELL", "industrial_park", "ODONNELL", ""),
        ("PARQUE INDUSTRIAL O DONNELL", "industrial_park", "ODONNELL", ""),
        ("PARQUE TECNOLÓGICO BAFAR", "technology_park", "BAFAR", ""),
        ("CORREDOR INDUSTRIAL DE EL SALTO", "industrial_corridor", "SALTO", ""),
        ("ZONA INDUSTRIAL", "industrial_zone", "", ""),
        ("Zona Industrial (Saltillo)", "industrial_zone", "", ""),
        ("NO APLICA", None, "", ""),
        ("", None, "", ""),
    ],
)  # fmt: skip
def test_a_text_reads_as_type_core_and_phase(text: str, kind: str | None, core: str, phase: str) -> None:
    name = parse(text)
    assert (name.kind, name.core, name.phase) == (kind, core, phase)


@pytest.mark.parametrize("text", ["LATERAL AL PARQUE IND. MONTERREY", "FRENTE A PARQUE INDUSTRIAL MILIMEX"])
def test_beside_a_park_is_not_in_it(text: str) -> None:
    assert parse(text).beside


def test_place_names_leave_a_name_but_never_leave_nothing() -> None:
    assert own_name(parse("PARQUE INDUSTRIAL LA SILLA APODACA"), APODACA) == ("SILLA", "")
    assert own_name(parse("PARQUE INDUSTRIAL LA SILLA APODCA, N.L."), APODACA) == ("SILLA", "")
    assert own_name(parse("PARQUE INDUSTRIAL APODACA"), APODACA) == ("APODACA", "")
    assert own_name(parse("PARQUE INDUSTRIAL TOLUCA 2000"), TOLUCA) == ("TOLUCA 2000", "")
    assert own_name(parse("PARQUE INDUSTRIAL BENITO JUAREZ"), place_names("Juárez", "Nuevo León")) == (
        "BENITO JUAREZ",
        "",
    )


def test_a_bare_number_is_a_phase_of_the_town() -> None:
    assert own_name(parse("PARQUE INDUSTRIAL III"), APODACA) == ("APODACA", "3")


@pytest.mark.parametrize(
    "text", ["ZONA INDUSTRIAL-HABITACIONAL", "ZONA SEMI INDUSTRIAL", "AREA COMERCIAL E INDUSTRIAL"]
)
def test_a_use_of_land_is_no_name(text: str) -> None:
    assert own_name(parse(text), APODACA) == ("", "")


def test_the_first_phase_is_the_one_without_a_number() -> None:
    assert same_phase("1", "")
    assert not same_phase("1", "2")
    assert not same_phase("NORTE", "SUR")
    assert not same_phase("NORTE", "")


@given(texts)
def test_plain_is_idempotent(text: str) -> None:
    assert plain(plain(text)) == plain(text)


TYPES = {
    "industrial_park": [
        "PARQUE INDUSTRIAL", "PARQUE IND.", "PARQ. IND", "P. IND.", "Parque  Indutrial", "PARUQE INDUSTRIAL"
    ],
    "industrial_city": ["CIUDAD INDUSTRIAL", "CD. INDUSTRIAL", "Cd Ind."],
    "industrial_corridor": ["CORREDOR INDUSTRIAL", "Corr. Ind."],
}  # fmt: skip
CORES = ["EXPORTEC", "BERNARDO QUINTANA", "MARQUÉS", "Peña", "TRES NACIONES", "O'DONNELL", "KALOS"]
NUMBERS = {"": [""], "2": ["2", "II", "2A. ETAPA", "SEGUNDA ETAPA", "Fase II"], "NORTE": ["NORTE", "Nte."]}


@given(
    st.sampled_from(sorted(TYPES)), st.sampled_from(CORES), st.sampled_from(sorted(NUMBERS)),
    st.sampled_from(["", "EL", "De La", "los"]), st.data(),
)  # fmt: skip
def test_every_writing_of_a_name_is_one_name(
    kind: str, core: str, phase: str, article: str, data: st.DataObject
) -> None:
    written = " ".join(
        [data.draw(st.sampled_from(TYPES[kind])), article, core, data.draw(st.sampled_from(NUMBERS[phase]))]
    )
    written = data.draw(
        st.sampled_from([written, written.lower(), written.upper(), plain(written), f"COLONIA {written}"])
    )
    name = parse(written)
    assert (name.kind, name.core, name.phase) == (kind, parse(core).core, phase)
    assert parse(f"{TYPES[kind][0]} {name.key}") == name


@given(texts)
def test_case_accents_and_blanks_do_not_matter(text: str) -> None:
    assert parse(f"  {plain(text).lower()}  ").key == parse(plain(text)).key


@given(texts)
def test_a_shown_name_is_one_line(text: str) -> None:
    assert not set(shown(text).strip()) & set("\n\r\t") or not plain(text)


def test_a_shown_name_reads_well() -> None:
    assert shown("COLONIA PARQUE IND. EL MARQUÉS II") == "Parque Industrial el Marqués II"
    assert shown("PARQUE INDUSTRIAL PABELLÓN S.A. DE C.V.") == "Parque Industrial Pabellón"
    assert shown("P.I. LA NORIA") == "Parque Industrial LA Noria".replace("LA", "la")


def test_spelling_tells_how_far_to_trust() -> None:
    assert spelled_right("PARQUE INDUSTRIAL X")
    assert not spelled_right("PARUQE INDUSTRIAL X")
    assert is_development("FRACC. IND. CARTAGENA")
    assert not is_development("ZONA INDUSTRIAL CARTAGENA")
