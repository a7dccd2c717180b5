"""Why a row is refused and what mends it, in Spanish and English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason and its cure in both languages; names in braces are filled in from the refusal."""

    es: str
    en: str
    cure_es: str
    cure_en: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing wrong with one row.

    Parameters
    ----------
    row
        Number of the row as a spreadsheet shows it; of the feature in a file of geometries.
    column
        Column of the file the value stands in; '' where the whole row is meant.
    value
        The value as it came.
    reason
        Key of ``REASONS``.
    words
        What the reason and its cure name.
    """

    row: int
    column: str
    value: str
    reason: str
    words: dict[str, object] = field(default_factory=dict)

    def said(self, language: str) -> tuple[str, str]:
        """Return reason and cure in ``es`` or ``en``."""
        reason = REASONS[self.reason]
        pair = (reason.es, reason.cure_es) if language == "es" else (reason.en, reason.cure_en)
        return pair[0].format(**self.words), pair[1].format(**self.words)


def numbered(values: pd.Series) -> Iterator[tuple[int, str]]:
    """Go through the texts of a column with their rows' numbers."""
    return zip((int(row) for row in values.index), values, strict=True)


REASONS = {
    "too_long": Reason(
        "la fila tiene {got} valores y el encabezado {wanted}",
        "the row has {got} values and the header {wanted}",
        "Ponga entre comillas los valores que llevan el separador",
        "Put quotes around values that hold the separator",
    ),
    "too_short": Reason(
        "la fila tiene {got} valores y el encabezado {wanted}",
        "the row has {got} values and the header {wanted}",
        "Complete la fila",
        "Fill the row",
    ),
    "formula_without_result": Reason(
        "la celda tiene una fórmula cuyo resultado no está guardado",
        "the cell holds a formula whose result is not stored",
        "Abra y guarde el libro en una hoja de cálculo, o escriba el valor",
        "Open and save the workbook in a spreadsheet program, or write the value",
    ),
    "error_value": Reason(
        "la celda tiene un error de la hoja de cálculo",
        "the cell holds an error of the spreadsheet",
        "Corrija la fórmula o escriba el valor",
        "Correct the formula or write the value",
    ),
    "control_signs": Reason(
        "el texto lleva caracteres de control",
        "the text holds control characters",
        "Escríbalo sin ellos",
        "Write it without them",
    ),
    "formula_text": Reason(
        "el texto empieza como una fórmula",
        "the text begins like a formula",
        "Escriba el valor sin =, +, - o @ al principio",
        "Write the value without =, +, - or @ before it",
    ),
    "not_number": Reason(
        "no es un número",
        "is not a number",
        "Escriba un número como 12.5, o deje la celda vacía",
        "Write a number such as 12.5, or leave the cell blank",
    ),
    "not_whole": Reason(
        "no es un número entero",
        "is not a whole number",
        "Escriba un número entero como 12, o deje la celda vacía",
        "Write a whole number such as 12, or leave the cell blank",
    ),
    "two_readings": Reason(
        "puede leerse como {comma} o como {point}",
        "can be read as {comma} or as {point}",
        "Diga cuál es el signo decimal: --decimal comma o --decimal point",
        "Say which sign is the decimal one: --decimal comma or --decimal point",
    ),
    "not_boolean": Reason(
        "no es sí ni no",
        "is neither yes nor no",
        "Escriba sí o no",
        "Write yes or no",
    ),
    "not_year": Reason(
        "no es un año",
        "is not a year",
        "Escriba un año como 2015, o deje la celda vacía",
        "Write a year such as 2015, or leave the cell blank",
    ),
    "out_of_range": Reason(
        "está fuera de lo que la columna admite: {range_es}",
        "is outside what the column allows: {range_en}",
        "Corrija el valor",
        "Correct the value",
    ),
    "not_allowed": Reason(
        "no es un valor admitido en {target}",
        "is not a value that {target} allows",
        "Escriba uno de: {allowed}",
        "Write one of: {allowed}",
    ),
    "wrong_form": Reason(
        "no tiene la forma {pattern}",
        "does not have the form {pattern}",
        "Escríbalo en esa forma",
        "Write it in that form",
    ),
    "blank": Reason(
        "falta {target}, que es obligatorio",
        "{target} is blank and is needed",
        "Complete la celda, o dé un valor para todas las filas con --set {target}=VALOR",
        "Fill the cell, or give one value for every row with --set {target}=VALUE",
    ),
    "repeated": Reason(
        "ya está en la fila {first}",
        "stands already in row {first}",
        "Dé a cada fila su propia clave, o borre una de las dos",
        "Give every row its own key, or remove one of the two",
    ),
    "same_row": Reason(
        "el mismo nombre y lugar están en la fila {first}",
        "the same name and place stand in row {first}",
        "Borre una de las dos filas",
        "Remove one of the two rows",
    ),
    "unknown_key": Reason(
        "no existe en la capa {layer}",
        "does not exist in the layer {layer}",
        "Corrija la clave, o agréguela a la capa {layer}",
        "Correct the key, or add it to the layer {layer}",
    ),
    "half_point": Reason(
        "falta una de las dos coordenadas",
        "one coordinate is given without the other",
        "Dé las dos, o deje vacías las dos",
        "Give both, or leave both blank",
    ),
    "no_point": Reason(
        "la fila no tiene coordenadas",
        "the row has no coordinates",
        "Dé longitud y latitud",
        "Give longitude and latitude",
    ),
    "not_coordinate": Reason(
        "no se lee como coordenada",
        "cannot be read as a coordinate",
        "Escriba grados como -100.3125, o como 100°18'45\"W",
        "Write degrees such as -100.3125, or such as 100°18'45\"W",
    ),
    "not_degrees": Reason(
        "no son grados",
        "are not degrees",
        "Si son metros, diga su sistema con --crs EPSG:CÓDIGO",
        "If they are metres, say their reference system with --crs EPSG:CODE",
    ),
    "swapped": Reason(
        "longitud y latitud parecen intercambiadas: al revés, el punto cae en la región",
        "longitude and latitude look swapped: the other way round the point lies in the region",
        "Corrija la fila, o pida el intercambio con --fix swap",
        "Correct the row, or ask for the swap with --fix swap",
    ),
    "unsigned": Reason(
        "a la coordenada parece faltarle el signo: con él, el punto cae en la región",
        "the coordinate seems to lack its sign: with it the point lies in the region",
        "Escriba el signo menos, o pídalo con --fix sign",
        "Write the minus sign, or ask for it with --fix sign",
    ),
    "swapped_unsigned": Reason(
        "longitud y latitud parecen intercambiadas y sin signo",
        "longitude and latitude look swapped, and without their sign",
        "Corrija la fila, o pida las dos cosas con --fix swap --fix sign",
        "Correct the row, or ask for both with --fix swap --fix sign",
    ),
    "outside": Reason(
        "el punto está a más de {km:g} km fuera de {country}",
        "the point lies more than {km:g} km outside {country}",
        "Corrija las coordenadas, o déjelas vacías si no se conocen",
        "Correct the coordinates, or leave them blank where they are not known",
    ),
    "no_place": Reason(
        "no hay punto, y el estado y el municipio no dicen un municipio conocido",
        "there is no point, and state and municipality name no known municipality",
        "Dé las coordenadas, o el municipio con su estado",
        "Give the coordinates, or the municipality with its state",
    ),
    "no_geometry": Reason(
        "falta la geometría",
        "the geometry is missing",
        "Dibújela o borre la fila",
        "Draw it or remove the row",
    ),
    "wrong_geometry": Reason(
        "la geometría es {got}; la capa lleva {wanted}",
        "the geometry is a {got}; the layer holds {wanted}",
        "Dé la geometría que la capa lleva",
        "Give the geometry that the layer holds",
    ),
    "invalid_geometry": Reason(
        "la geometría se cruza a sí misma ({why})",
        "the geometry crosses itself ({why})",
        "Repárela, por ejemplo con make_valid",
        "Repair it, for instance with make_valid",
    ),
}
"""Key -> reason; the keys are what the code names."""
