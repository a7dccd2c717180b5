"""Which column is which."""

from __future__ import annotations

import pytest

from geo.errors import DataError
from geo.ingest.mapping import given_pairs, guess
from geo.schema import LAYERS

PARKS = LAYERS["parks"]


def mapped(*headers: str, **options: object) -> dict[str, str | None]:
    return {match.column: match.target for match in guess(headers, PARKS, **options)}  # type: ignore[arg-type]


def test_messy_spanish_headers_are_recognised() -> None:
    assert mapped(
        "No.", "NOMBRE DEL PARQUE INDUSTRIAL", "Edo.", "Mpio.", "Lat. (N)", "Long (W)", "Sup. total (ha)",
        "Año de inicio", "Desarrollador", "Empresas instaladas", "Observaciones",
    ) == {
        "No.": "park_id", "NOMBRE DEL PARQUE INDUSTRIAL": "name", "Edo.": "state", "Mpio.": "municipality",
        "Lat. (N)": "lat", "Long (W)": "lon", "Sup. total (ha)": "area_ha", "Año de inicio": "opened_year",
        "Desarrollador": "developers", "Empresas instaladas": "firms_reported", "Observaciones": None,
    }  # fmt: skip


def test_english_and_misspelt_headers_are_recognised() -> None:
    found = mapped("Park name", "Municipo", "longitude", "Latitude", "Hectares", "type")
    assert found == {
        "Park name": "name", "Municipo": "municipality", "longitude": "lon", "Latitude": "lat",
        "Hectares": "area_ha", "type": "kind",
    }  # fmt: skip


def test_no_target_is_taken_twice_and_the_nearest_name_wins() -> None:
    found = mapped("nombre comercial", "name", "nombre")
    assert found == {"nombre comercial": None, "name": "name", "nombre": None}


def test_the_unit_of_the_header_is_kept() -> None:
    (match,) = guess(["Superficie (m²)"], PARKS)
    assert (match.target, match.unit) == ("area_ha", "M2")


def test_columns_of_coordinates_are_left_where_the_file_has_a_geometry() -> None:
    assert mapped("x", "y", "nombre", has_geometry=True) == {"x": None, "y": None, "nombre": "name"}


def test_the_readers_word_wins_in_either_order() -> None:
    headers = ["A", "B", "C", "nombre"]
    given = given_pairs(["A=name", "area_ha=B", "C="], headers, PARKS, "f.csv")
    assert given == {"A": "name", "B": "area_ha", "C": None}
    assert mapped(*headers, given=given) == {"A": "name", "B": "area_ha", "C": None, "nombre": None}


@pytest.mark.parametrize(
    ("pair", "said"),
    [("A", "has no ="), ("A=colour", "is not a column of the layer"), ("Z=name", "there is no column 'Z'")],
)
def test_a_wrong_mapping_says_what_there_is(pair: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        given_pairs([pair], ["A"], PARKS, "f.csv")


def test_two_columns_for_one_target_are_refused() -> None:
    with pytest.raises(DataError, match="two columns are mapped to name"):
        given_pairs(["A=name", "B=name"], ["A", "B"], PARKS, "f.csv")
