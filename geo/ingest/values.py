"""Values as people write them, as the schema wants them: text in one form, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from geo.formats import CONTROLS
from geo.inventory.names import parse, plain
from geo.schema import KINDS, Column

Decimal = Literal["comma", "point"]

#: What stands for a missing value, as ``plain`` writes it.
_MISSING = frozenset({"", "NA", "N A", "ND", "N D", "SD", "S D", "NULL", "NONE", "NAN", "SIN DATO", "SIN DATOS",
                      "NO DISPONIBLE", "DESCONOCIDO", "UNKNOWN", "SE DESCONOCE"})  # fmt: skip
_YES = frozenset({"SI", "S", "YES", "Y", "TRUE", "VERDADERO", "V", "1", "X"})
_NO = frozenset({"NO", "N", "FALSE", "FALSO", "F", "0"})
#: Unit -> what one of it is in the unit of the schema.
UNITS: dict[str, dict[str, float]] = {
    "ha": {"HA": 1, "HAS": 1, "HECTAREA": 1, "HECTAREAS": 1, "HECTARE": 1, "HECTARES": 1, "M2": 1e-4,
           "METROS CUADRADOS": 1e-4, "SQM": 1e-4, "KM2": 100, "ACRE": 0.40468564224, "ACRES": 0.40468564224,
           "AC": 0.40468564224},
    "m": {"M": 1, "METROS": 1, "METRES": 1, "METERS": 1, "KM": 1000},
    "km": {"KM": 1, "M": 1e-3, "MI": 1.609344},
}  # fmt: skip
_QUANTITY = re.compile(r"([+-]?[\d.,'’\s\u00a0\u202f]*\d[\d.,]*)\s*(\D.*)?")
_DATE = re.compile(r"(?:\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?|\d{1,2}[-/](?:\d{1,2}[-/])?\d{4})(?:[ T][\d:.]+)?")
#: Text that a spreadsheet would run: = and @ at its start, or a call or a command after a sign.
_FORMULA = re.compile(r"[=@]|[+-].*[(|!]")
_SPACES = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3})")


class Read(NamedTuple):
    """A value in the schema's form, '' where it is missing; or the reason it is refused for, with its words."""

    text: str
    reason: str | None = None
    words: dict[str, object] = {}  # noqa: RUF012 - never changed


def is_missing(text: str) -> bool:
    """Whether a value stands for a missing one: blank, a dash, N/A, s/d and the like."""
    stripped = text.strip()
    return not stripped or (len(stripped) < 20 and plain(stripped) in _MISSING)


def decimal_sign(texts: Iterable[str]) -> Decimal | None:
    """Return the decimal sign that values show beyond doubt; None where none does, or both do.

    A comma or point shows itself where it is the last of two kinds of sign (1.234,5), or is followed by other than
    three digits (12,5), or by three after a lone zero (0,125).

    Examples
    --------
    >>> decimal_sign(["12,5", "1,234"])
    'comma'
    >>> decimal_sign(["1,234"]) is None
    True
    """
    shown: set[Decimal] = set()
    for text in texts:
        found = _QUANTITY.fullmatch(text.strip())
        if found is None:
            continue
        number = _SPACES.sub("", found[1])
        signs = re.findall(r"[.,]", number)
        if not signs:
            continue
        last: Decimal = "comma" if signs[-1] == "," else "point"
        tail = re.split(r"[.,]", number)
        if len(set(signs)) == 2:
            shown.add(last)
        elif len(signs) > 1:
            shown.add("point" if last == "comma" else "comma")  # 1,234,567: the other one is the decimal sign
        elif len(tail[1]) != 3 or tail[0].lstrip("+-") in {"0", ""} or len(tail[0].lstrip("+-")) > 3:
            shown.add(last)
    return shown.pop() if len(shown) == 1 else None


def read_number(text: str, column: Column, *, decimal: Decimal | None, unit: str | None = None) -> Read:
    """Read a number with its thousands, its decimal sign and its unit.

    Parameters
    ----------
    text
        The value.
    column
        The schema's column, for its unit and whether it is whole.
    decimal
        Decimal sign of the file, which decides where a number can be read in two ways (1.234); None where nothing
        shows it: then a point is the decimal sign and a comma is refused.
    unit
        Unit that the header names; a unit in the value wins.

    Returns
    -------
    Read
        The number in the column's unit.
    """
    found = _QUANTITY.fullmatch(text.strip())
    factor = _factor(found[2] if found else None, unit, column)
    if found is None or factor is None:
        return Read("", "not_number")
    number = _SPACES.sub("", found[1]).strip()
    if decimal is None and "," in number and _is_ambiguous(number):
        words: dict[str, object] = {"comma": number.replace(",", "."), "point": number.replace(",", "")}
        return Read("", "two_readings", words)
    value = _value(number, decimal)
    if value is None:
        return Read("", "not_number")
    value *= factor
    if column.kind == "integer" and not value.is_integer():
        return Read("", "not_whole")
    return Read(str(int(value)) if column.kind == "integer" else f"{value:.10g}")


def _factor(written: str | None, unit: str | None, column: Column) -> float | None:
    known = UNITS.get(column.unit or "", {})
    if written is not None and written.strip(" .²"):
        return known.get(plain(written.replace("²", "2")).replace("M 2", "M2").replace("KM 2", "KM2"))
    return known.get(unit, 1.0) if unit is not None else 1.0


def _is_ambiguous(number: str) -> bool:
    """Whether a lone sign may part thousands or decimals: it stands before exactly three digits."""
    parts = re.split(r"[.,]", number)
    head = parts[0].lstrip("+-")
    return len(parts) == 2 and len(parts[1]) == 3 and head.strip("0") != "" and len(head) <= 3


def _value(number: str, decimal: Decimal | None) -> float | None:
    """Return the value of a number; the file's decimal sign counts only where the number can be read in two ways."""
    signs = re.findall(r"[.,]", number)
    mark = signs[-1] if signs else "."
    if len(signs) > 1 and len(set(signs)) == 1:
        mark = "." if mark == "," else ","  # 1,234,567: a sign that repeats parts thousands
    elif _is_ambiguous(number):
        mark = "," if decimal == "comma" else "."
    thousands = "." if mark == "," else ","
    grouped = rf"[+-]?\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?:{re.escape(mark)}\d*)?"
    if thousands in number and not re.fullmatch(grouped, number):
        return None
    try:
        return float(number.replace(thousands, "").replace(mark, "."))
    except ValueError:
        return None


def read_year(text: str) -> Read:
    """Read a year, alone or within a date."""
    years = re.findall(r"(?<!\d)(1[6-9]\d\d|2[01]\d\d)(?!\d)", text)
    plainly = re.fullmatch(r"\s*\d{4}(?:[.,]0+)?\s*", text)
    dated = re.fullmatch(
        r"\s*(?:\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?|\d{1,2}[-/](?:\d{1,2}[-/])?\d{4})(?:[ T][\d:.]+)?\s*", text
    )
    if len(years) != 1 or not (plainly or dated):
        return Read("", "not_year")
    return Read(years[0])


def read_boolean(text: str) -> Read:
    """Read yes or no in Spanish or English."""
    word = plain(text)
    if word in _YES:
        return Read("true")
    return Read("false") if word in _NO else Read("", "not_boolean")


def read_text(text: str, column: Column) -> Read:
    """Read a text: single blanks, no formula, one of the allowed values whatever its case, codes with their zeros."""
    shown = " ".join(text.split())
    if CONTROLS.search(shown):
        return Read("", "control_signs")
    if _FORMULA.match(shown):
        return Read("", "formula_text")
    if column.allowed is not None:
        return _read_allowed(shown, column)
    if column.pattern is None or re.fullmatch(column.pattern, shown):
        return Read(shown)
    padded = _padded(shown, column.pattern)
    return Read(padded) if padded is not None else Read("", "wrong_form", {"pattern": column.pattern})


def _padded(text: str, pattern: str) -> str | None:
    r"""Return a code with the zeros that spreadsheets take away, for patterns such as ``\d{5}``."""
    digits = re.fullmatch(r"\\d\{(\d+)\}", pattern)
    whole = re.sub(r"\.0+$", "", text)
    if digits and whole.isdigit() and int(digits[1]) - len(whole) in {0, 1}:
        return whole.zfill(int(digits[1]))
    return None


def _read_allowed(text: str, column: Column) -> Read:
    wanted = plain(text)
    for value in column.allowed or ():
        if wanted == plain(value.replace("_", " ")):
            return Read(value)
    if column.allowed == KINDS:
        kind = parse(text).kind or _KIND_WORDS.get(wanted)
        if kind is not None:
            return Read(kind)
    meant = _ALLOWED_WORDS.get(wanted)
    if meant is not None and meant in (column.allowed or ()):
        return Read(meant)
    allowed = ", ".join(column.allowed or ())
    return Read("", "not_allowed", {"target": column.name, "allowed": allowed})


_KIND_WORDS = {"INDUSTRIAL": "industrial_park", "PARQUE": "industrial_park", "PARK": "industrial_park",
               "LOGISTICO": "logistics_park", "LOGISTICS": "logistics_park", "TECNOLOGICO": "technology_park",
               "ZONA": "industrial_zone", "CORREDOR": "industrial_corridor", "COMPLEJO": "complex",
               "CIUDAD": "industrial_city"}  # fmt: skip
_ALLOWED_WORDS = {
    "ALTA": "high", "ALTO": "high", "MEDIA": "medium", "MEDIO": "medium", "BAJA": "low", "BAJO": "low",
    "PRIVADO NACIONAL": "private_national", "NACIONAL": "private_national", "PRIVADO EXTRANJERO": "private_foreign",
    "EXTRANJERO": "private_foreign", "PUBLICO": "public", "GOBIERNO": "public", "FIBRA": "reit", "MIXTO": "mixed",
    "PROPIETARIO": "owner", "DUENO": "owner", "DESARROLLADOR": "developer", "PROMOTOR": "promoter",
    "ADMINISTRADOR": "administrator", "PRENSA": "press", "LISTA PROPIA": "own_list", "OPERANDO": "operating",
    "EN OPERACION": "operating", "CERRADA": "closed", "CERRADO": "closed", "PLANEADA": "planned",
    "VEHICULOS LIGEROS": "light_vehicle", "MOTORES": "engine_transmission", "CAMIONES": "heavy_truck",
    "AUTOBUSES": "bus", "MOTOCICLETAS": "motorcycle_recreational", "MEDIDO": "measured", "MEDIDA": "measured",
    "REPORTADO": "reported", "REPORTADA": "reported",
}  # fmt: skip


def read_value(text: str, column: Column, *, decimal: Decimal | None, unit: str | None = None) -> Read:
    """Read one value as the schema's column wants it, within its bounds."""
    if is_missing(text):
        return Read("")
    if column.kind == "text":
        return read_text(text, column)
    if column.kind == "boolean":
        return read_boolean(text)
    is_year = column.kind == "integer" and column.low == 1900
    read = read_year(text) if is_year else read_number(text, column, decimal=decimal, unit=unit)
    if read.reason is None and not _within(float(read.text), column):
        return Read("", "out_of_range", _range_words(column))
    return read


def _within(value: float, column: Column) -> bool:
    return (column.low is None or value >= column.low) and (column.high is None or value <= column.high)


def _range_words(column: Column) -> dict[str, object]:
    low = None if column.low is None else f"{column.low:g}"
    high = None if column.high is None else f"{column.high:g}"
    en = " and ".join(part for part in (low and f"at least {low}", high and f"at most {high}") if part)
    es = " y ".join(part for part in (low and f"al menos {low}", high and f"a lo más {high}") if part)
    return {"range_es": es, "range_en": en}
