"""Values as people write them."""

from __future__ import annotations

import pytest

from geo.ingest.values import Decimal, decimal_sign, is_missing, read_value
from geo.schema import LAYERS

COLUMNS = {column.name: column for column in LAYERS["parks"].columns}


@pytest.mark.parametrize(
    ("text", "decimal", "hectares"),
    [
        ("12.5", None, "12.5"),
        ("12,5", None, "12.5"),
        ("1.234,5", None, "1234.5"),
        ("1,234.5", None, "1234.5"),
        ("1 234,5", None, "1234.5"),
        ("1,234,567", None, "1234567"),
        ("0,125", None, "0.125"),
        ("1,234", "comma", "1.234"),
        ("1,234", "point", "1234"),
        ("1.234", "comma", "1234"),
        ("1.234", None, "1.234"),
        ("57 ha", None, "57"),
        ("57,5 has.", None, "57.5"),
        ("570000 m²", None, "57"),
        ("5.7 km2", None, "570"),
    ],
)
def test_numbers_are_read_with_their_signs_and_units(text: str, decimal: Decimal | None, hectares: str) -> None:
    assert read_value(text, COLUMNS["area_ha"], decimal=decimal).text == hectares


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("area_ha", "1,234", "two_readings"),
        ("area_ha", "about 12", "not_number"),
        ("area_ha", "1.2.3", "not_number"),
        ("area_ha", "12 metros", "not_number"),
        ("area_ha", "-3", "out_of_range"),
        ("firms_reported", "12.5", "not_whole"),
        ("opened_year", "2015-2018", "not_year"),
        ("opened_year", "95", "not_year"),
        ("opened_year", "1899", "out_of_range"),
        ("vintage_2018", "quizás", "not_boolean"),
        ("kind", "centro comercial", "not_allowed"),
        ("cvegeo", "Apodaca", "wrong_form"),
        ("name", "=HYPERLINK(A1)", "formula_text"),
    ],
)
def test_wrong_values_are_refused_with_their_reason(column: str, text: str, reason: str) -> None:
    read = read_value(text, COLUMNS[column], decimal=None)
    assert (read.text, read.reason) == ("", reason)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("opened_year", "01/06/2015", "2015"),
        ("opened_year", "2015-06-01 00:00:00", "2015"),
        ("vintage_2018", "Sí", "true"),
        ("vintage_2018", "falso", "false"),
        ("kind", "PARQUE LOGÍSTICO", "logistics_park"),
        ("kind", "Industrial park", "industrial_park"),
        ("kind", "zona industrial", "industrial_zone"),
        ("cvegeo", "1001", "01001"),
        ("cvegeo", "19006.0", "19006"),
        ("name", "  Parque \n Norte ", "Parque Norte"),
        ("confidence", "Alta", "high"),
    ],
)
def test_values_take_the_schemas_form(column: str, text: str, value: str) -> None:
    assert read_value(text, COLUMNS[column], decimal=None).text == value


def test_the_decimal_sign_is_the_one_that_shows_itself_beyond_doubt() -> None:
    assert decimal_sign(["1,234", "12,5"]) == "comma"
    assert decimal_sign(["1.234", "12.5"]) == "point"
    assert decimal_sign(["1,234,567"]) == "point"
    assert decimal_sign(["1,234", "77", "x"]) is None
    assert decimal_sign(["12,5", "12.5"]) is None


@pytest.mark.parametrize("text", ["", " ", "N/A", "n.d.", "s/d", "Sin dato", "-", "--"])
def test_what_stands_for_missing_is_missing(text: str) -> None:
    assert is_missing(text)
    assert read_value(text, COLUMNS["area_ha"], decimal=None) == ("", None, {})
