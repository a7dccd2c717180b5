"""The tables of a paper: developers, parks by state, concentration, the wage regression, claims against data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.errors import ChoiceError
from geo.export.ownership_words import run_ownership_words
from geo.export.paper_formats import FORMATS
from geo.export.paper_model import Filled, PaperColumn, PaperTable, Tables
from geo.export.paper_rows import (
    LEVELS,
    claim_facts,
    claim_rows,
    concentration_rows,
    developer_rows,
    inventory,
    park_rows,
    regression_rows,
    wage_facts,
)
from geo.export.style import Words

LANGUAGES = ("es", "en")

_KINDS = {
    "private_national": Words("[[national_private.es]]", "[[national_private.en]]"),
    "private_foreign": Words("privado extranjero", "private, foreign"),
    "public": Words("público", "public"),
    "reit": Words("[[investment_trust.es]]", "[[investment_trust.en]]"),
    "mixed": Words("mixto", "mixed"),
}
_PERIODS = {
    "before": Words("antes", "before"), "after": Words("después", "after"), "change": Words("cambio", "change"),
}  # fmt: skip
_TERMS = {
    "constant": Words("constante", "constant"),
    "ln_border_km": Words("ln km a la frontera", "ln km to the border"),
    "ln_mexico_city_km": Words("ln km a [[capital.es]]", "ln km to [[capital.en]]"),
    "border_zone": Words("proporción en la zona fronteriza", "share in the border zone"),
}
_HA, _SHARE, _POINTS = Words("ha", "ha"), Words("%", "%"), Words("puntos", "points")
_SET = Words("conjunto de estudio", "study set")


def _column(name: str, es: str, en: str, kind: Any = "text", **rest: Any) -> PaperColumn:
    return PaperColumn(name, Words(es, en), kind, **rest)


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)  # noqa: PLR0124 - NaN differs from itself


_DEVELOPERS = PaperTable(
    "developers",
    Words("Desarrolladores y dueños de parques industriales", "Developers and owners of industrial parks"),
    Words(
        "Una fila por parte con parques en el inventario o con un número publicado de parques. Parques: del "
        "inventario ({parks}), en cualquier papel; conjunto de estudio ({study} parques): parques, ciudades, parques "
        "logísticos y tecnológicos con evidencia de existir en 2018; controlados: de estos, aquellos cuyo controlador "
        "es (propietario si se conoce, si no desarrollador; se conoce el de {known}). Hectáreas: las conocidas de los "
        "controlados (superficie conocida de {with_area} parques); «publicados» es lo que la propia empresa o la "
        "prensa dice. Primer año: el de apertura conocido más antiguo de sus parques; registro: primer año en que una "
        "planta del registro ambiental, que empieza en 2004, nombra uno. "
        "[[inventory_note.es]]",
        "One row a party with parks in the inventory or with a published number of parks. Parks: of the inventory "
        "({parks}), in any role; study set ({study} parks): parks, cities, logistics and technology parks with "
        "evidence of existing by 2018; controlled: of these, those whose controller it is (owner where known, else "
        "developer; known for {known}). Hectares: those known of the controlled ones (area known for {with_area} "
        "parks); “published” is what the firm itself or the press says. First year: the earliest known opening of its "
        "parks; register: first year in which a plant of the environmental register, which begins in 2004, names one. "
        "[[inventory_note.en]]",
    ),
    (
        _column("name", "Empresa u organismo", "Party", width_mm=48),
        _column("kind", "Tipo", "Kind", words=_KINDS, width_mm=25),
        _column("parks", "Parques", "Parks", "number"),
        _column("parks_study_set", "Conjunto de estudio", "Study set", "number"),
        _column("parks_controlled", "Controlados", "Controlled", "number"),
        _column("reported_parks", "Parques publicados", "Parks published", "number"),
        _column("area_ha_known", "Hectáreas", "Hectares", "number", unit=_HA),
        _column("reported_ha", "Hectáreas publicadas", "Hectares published", "number", unit=_HA),
        _column("state_names", "Entidades", "States", width_mm=52),
        _column("first_opened_year", "Primer año", "First year", "number", grouped=False),
        _column("first_seen_year", "Registro", "Register", "number", grouped=False),
    ),
    ("developers", "developer_records", "parks", "national"), developer_rows, inventory, wide=True,
)  # fmt: skip

_PARKS = PaperTable(
    "parks_by_state",
    Words("Parques por entidad frente a todo conteo publicado", "Parks by state against every published count"),
    Words(
        "Inventario: {parks} parques de todo tipo y fecha; conjunto de estudio: {study}, parques, ciudades, parques "
        "logísticos y tecnológicos con evidencia de existir en 2018. [[inventory_note.es]] Los conteos publicados "
        "difieren entre sí en fecha y definición. Fuente de los conteos: la última columna, como está en la tabla "
        "claims, en su idioma.",
        "Inventory: {parks} parks of every kind and date; study set: {study}, parks, cities, logistics and technology "
        "parks with evidence of existing by 2018. [[inventory_note.en]] The published "
        "counts differ in date and definition. Source of the counts: the last column, as in the table claims, in its "
        "language.",
    ),
    (
        _column("area", "Entidad o lugar", "State or place", width_mm=23),
        _column("parks", "Inventario", "Inventory", "number"),
        _column("study", "Conjunto de estudio", "Study set", "number"),
        _column("value", "Conteo publicado", "Published count", "number"),
        _column("kind", "De qué", "Of what", width_mm=19),
        _column("unit", "Unidad", "Unit", width_mm=18),
        _column("year", "Fecha", "Date", width_mm=13),
        _column("source_title", "Fuente", "Source", width_mm=37),
    ),
    ("claims", "states", "municipalities", "national", "parks"), park_rows, inventory,
)  # fmt: skip

_CONCENTRATION = PaperTable(
    "concentration",
    Words("Concentración de la propiedad de parques", "Concentration of park ownership"),
    Words(
        "Intervalos [mínimo, máximo]: cada controlador desconocido por separado ... todos los desconocidos uno solo. "
        "HHI de 0 a 10,000 puntos. Parques: conjunto de estudio (n = {study}; controlador conocido en {known}); por "
        "hectáreas solo los de superficie conocida (n = {with_area}). Un área con pocos parques tiene HHI alto por "
        "aritmética: con un solo parque, 10,000. Ciudad: zona metropolitana. [[inventory_note.es]] "
        "Fuente: tablas national, states y metro_areas de la corrida.",
        "Intervals [low, high]: every unknown controller separate ... all unknown ones a single owner. HHI from 0 to "
        "10,000 points. Parks: study set (n = {study}; controller known for {known}); by hectares only those of known "
        "area (n = {with_area}). An area of few parks has a high HHI by arithmetic: with a single park, 10,000. City: "
        "metropolitan area. [[inventory_note.en]] Source: tables national, states and "
        "metro_areas of the run.",
    ),
    (
        _column("level", "Nivel", "Level", words=LEVELS),
        _column("name", "Área", "Area", width_mm=29),
        _column("parks_study_set", "Parques n", "Parks n", "number"),
        _column("parks_controller_known", "Control conocido", "Control known", "number"),
        _column("controller_known_share", "Proporción", "Share known", "number", unit=_SHARE, scale=100, decimals=1),
        _column("owner_hhi_count", "HHI por parques", "HHI by parks", "interval", unit=_POINTS, scale=10_000),
        _column("owner_cr4_count", "CR4 por parques", "CR4 by parks", "interval", unit=_SHARE, scale=100, decimals=1),
        _column("parks_with_area", "Con ha n", "With ha n", "number"),
        _column("owner_hhi_ha", "HHI por hectáreas", "HHI by hectares", "interval", unit=_POINTS, scale=10_000),
    ),
    ("national", "states", "metro_areas", "parks"), concentration_rows, inventory,
)  # fmt: skip


_REGRESSION = PaperTable(
    "wage_regression",
    Words("Salario y distancia a la frontera: mínimos cuadrados con tres errores estándar",
          "Wage and distance to the border: least squares with three standard errors"),
    Words(
        "Variable dependiente: media del logaritmo del [[wage.es]] en los años del "
        "periodo (antes: {before} años hasta 2018; después: {after} desde 2019; cambio: después menos antes). n = {n} "
        "entidades. Errores: clásicos (independientes, de una varianza), HC1 (heteroscedasticidad) y Conley "
        "(parecidos entre vecinos, núcleo de Bartlett, cortes de 100, 250 y 500 km, sin ajuste de muestra pequeña). "
        "Distancias desde el promedio, ponderado por población, de las cabeceras; las menores de 5 km cuentan como 5. "
        "Zona fronteriza: proporción de personas en los municipios de la [[border_zone.es]], que empezó "
        "en enero de 2019; antes es un placebo. Descripción, no causa. Fuente: tabla wage_gradient; datos de la "
        "regresión en wage_points.",
        "Dependent variable: mean log of the [[wage.en]] over the years of the period (before: {before} "
        "years to 2018; after: {after} from 2019; change: after less before). n = {n} states. Errors: classical "
        "(independent, one variance), HC1 (heteroskedasticity) and Conley (alike among neighbours, Bartlett kernel, "
        "cutoffs of 100, 250 and 500 km, no small-sample factor). Distances from the population-weighted mean of the "
        "municipal seats; those under 5 km count as 5. Border zone: share of people in the municipalities of the "
        "[[wage_zone.en]], which began in January 2019; before, it is a placebo. A description, not "
        "a cause. Source: table wage_gradient; data of the regression in wage_points.",
    ),
    (
        _column("period", "Periodo", "Period", words=_PERIODS),
        _column("term", "Término", "Term", words=_TERMS, width_mm=32),
        _column("estimate", "Coeficiente", "Estimate", "number", decimals=4),
        _column("std_err", "Error clásico", "Classical error", "number", decimals=4),
        _column("hc1", "Error HC1", "HC1 error", "number", decimals=4),
        *(
            _column(f"conley_{km}km", f"Conley {km} km", f"Conley {km} km", "number", decimals=4)
            for km in (100, 250, 500)
        ),
        _column("n", "n", "n", "number"),
        _column("years", "Años", "Years", "number"),
        _column("r2", "R²", "R²", "number", decimals=3),
    ),
    ("wage_gradient",), regression_rows, wage_facts,
)  # fmt: skip


_CLAIMS = PaperTable(
    "claims",
    Words("Cifras publicadas frente a los datos", "Published figures against the data"),
    Words(
        "{claims} cifras publicadas, todas, también las que se contradicen; {beside} tienen al lado una cifra de la "
        "corrida que habla de lo mismo, con la diferencia de definición. Caso: contradicción entre cifras publicadas, "
        "de X1 a X13 (tabla contradictions). Que difieran no dice cuál es correcta. Las palabras de la cifra, la "
        "unidad y la fuente están en el idioma de la tabla claims. El inventario tiene {parks} parques, {study} en el "
        "conjunto de estudio. [[inventory_note.es]]",
        "{claims} published figures, all of them, those that contradict each other too; {beside} have beside them a "
        "figure of the run that speaks of the same, with the difference in definition. Case: contradiction between "
        "published figures, from X1 to X13 (table contradictions). That they differ does not say which is right. The "
        "words of the figure, its unit and source are in the language of the table claims. The inventory has {parks} "
        "parks, {study} in the study set. [[inventory_note.en]]",
    ),
    (
        _column("case", "Caso", "Case", width_mm=8),
        _column("what", "Qué", "What", width_mm=28),
        _column("place", "Lugar", "Place", width_mm=25),
        _column("year", "Fecha", "Date", width_mm=17),
        _column("value", "Publicada", "Published", "number", decimals=2, trim=True),
        _column("value_low", "Desde", "From", "number", decimals=2, trim=True),
        _column("value_high", "Hasta", "To", "number", decimals=2, trim=True),
        _column("unit", "Unidad", "Unit", width_mm=21),
        _column("source_title", "Fuente", "Source", width_mm=36),
        _column("data_value", "En los datos", "In the data", "number", decimals=2, trim=True),
        _column("data_unit", "Unidad", "Unit", width_mm=18),
        _column("differs", "Diferencia de definición", "Difference in definition", width_mm=36),
    ),
    ("claims", "national", "parks"), claim_rows, claim_facts, wide=True,
)  # fmt: skip

PAPER_TABLES: Mapping[str, PaperTable] = {
    table.name: table for table in (_DEVELOPERS, _PARKS, _CONCENTRATION, _REGRESSION, _CLAIMS)
}
"""Every table by its name, in the order of the list."""


def find_paper_table(name: str) -> PaperTable:
    """Return a table by its name.

    Raises
    ------
    ChoiceError
        If there is none; the sentence names the nearest or those that are there.
    """
    if name in PAPER_TABLES:
        return PAPER_TABLES[name]
    raise ChoiceError.no_such("table", name, PAPER_TABLES)


def fill(table: PaperTable, tables: Tables, lang: str) -> Filled:
    """Return a table with its rows, in one language.

    Parameters
    ----------
    table
        Which table.
    tables
        The run's published tables.
    lang
        ``es`` or ``en``.

    Raises
    ------
    ChoiceError
        If the language is neither, or a layer that the table needs is missing or empty; the sentence names it.
    """
    if lang not in LANGUAGES:
        raise ChoiceError(f"language {lang!r}: tables speak {' or '.join(LANGUAGES)}.")
    missing = [layer for layer in table.needs if layer not in tables or tables[layer].empty]
    if missing:
        raise ChoiceError(
            f"table {table.name}: this study has no {', '.join(missing)}, which the table needs. "
            "Name the layer in the study, or ask for another table."
        )
    rows = table.rows(tables)
    shown = {}
    for column in table.columns:
        for part in column.parts:
            values = rows[part]
            shown[part] = _translated(values, column, lang) if column.kind == "text" else _scaled(values, column)
    return Filled(
        name=table.name,
        title=str(getattr(table.title, lang)),
        notes=(_note(table, tables, lang),),
        columns=table.columns,
        heads=tuple(_head(column, lang) for column in table.columns),
        frame=pd.DataFrame(shown).reset_index(drop=True),
        wide=table.wide,
    )


def _note(table: PaperTable, tables: Tables, lang: str) -> str:
    """Return the note with its facts; one that speaks of controllers says of which year and whether ultimate owners."""
    note = str(getattr(table.note, lang))
    counted = str(getattr(run_ownership_words(tables), lang)) if "{known}" in note else ""
    return note.format(**table.facts(tables)) + counted


def render(table: PaperTable, tables: Tables, fmt: str, lang: str = "en") -> str:
    r"""Return a table as text.

    Parameters
    ----------
    table
        Which table; ``find_paper_table`` finds it by its name.
    tables
        The run's published tables.
    fmt
        ``csv``, ``latex`` or ``markdown``.
    lang
        ``es`` or ``en``.

    Raises
    ------
    ChoiceError
        If format or language is unknown, or the study lacks a layer that the table needs.
    """
    if fmt not in FORMATS:
        raise ChoiceError(f"format {fmt!r}: tables are written as {', '.join(FORMATS)}.")
    return FORMATS[fmt](fill(table, tables, lang), lang)


def _translated(values: pd.Series, column: PaperColumn, lang: str) -> pd.Series:
    def said(value: object) -> str | None:
        words = value if isinstance(value, Words) else column.words.get(str(value))
        return _text(value) if words is None else str(getattr(words, lang))

    return pd.Series([said(value) for value in values], index=values.index, dtype="object")


def _scaled(values: pd.Series, column: PaperColumn) -> pd.Series:
    return pd.to_numeric(values).astype("float64") * column.scale


def _head(column: PaperColumn, lang: str) -> str:
    head = str(getattr(column.head, lang))
    return head if column.unit is None else f"{head} ({getattr(column.unit, lang)})"
