"""The terms that a study may name in its table ``words``, and what is said where none is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Term(NamedTuple):
    """A word or sentence of a study.

    Attributes
    ----------
    es, en
        What is said where neither the study nor the data that it reads have a word for it.
    layers
        What the term speaks of: a study that reads one of these from the shipped data takes the shipped word.
    """

    es: str
    en: str
    layers: tuple[str, ...]


TERMS: Mapping[str, Term] = {
    "country": Term("la región", "the region", ("states",)),
    "neighbour": Term("el país vecino", "the neighbouring country", ("border",)),
    "border": Term("frontera", "border", ("border",)),
    "border_long": Term("frontera", "border", ("border",)),
    "border_name": Term("frontera", "border", ("border",)),
    "border_line": Term("línea fronteriza", "border line", ("border",)),
    "far_side": Term("del otro lado", "far-side", ("ports_of_entry",)),
    "border_zone": Term("zona fronteriza", "border zone", ("municipalities",)),
    "wage_zone": Term("zona fronteriza de salario mínimo", "border minimum-wage zone", ("municipalities",)),
    "capital": Term("la capital", "the capital", ("states",)),
    "national_private": Term("privado nacional", "private, national", ("developers",)),
    "investment_trust": Term("fideicomiso inmobiliario", "real-estate trust", ("developers",)),
    "competition": Term(
        "otros países publican sus propios criterios", "other countries publish criteria of their own", ("states",)
    ),
    "export_programme": Term("de exportación", "export", ("states",)),
    "corridor": Term("un corredor de punta a punta", "a corridor from end to end", ("corridor",)),
    "trunk": Term("de punta a punta", "end to end", ("corridor",)),
    "currency": Term("moneda", "currency", ("wages",)),
    "money": Term("unidades de moneda", "units of currency", ("wages",)),
    "wage": Term("salario diario", "daily wage", ("wages",)),
    "wages_note": Term("Los salarios son los del estudio, por entidad.", "Wages are the study's, by state.",
                       ("wages",)),
    "wages_credit": Term("Salarios y lugares: los del estudio.", "Wages and places: the study's.", ("wages",)),
    "industry_codes": Term("de actividad", "industry", ("establishments",)),
    "code_authority": Term("oficial", "official", ("municipalities",)),
    "register": Term("registro del estudio", "the study's register", ("parks",)),
    "register_dated": Term("registro del estudio", "the study's register", ("establishments",)),
    "inventory_note": Term("El inventario es el que trae el estudio.",
                           "The inventory is the one that the study brings.", ("parks",)),
    "inventory_made": Term("El inventario es el que trae el estudio.",
                           "The inventory is the one that the study brings.", ("parks",)),
    "parks_credit": Term("Parques: los del estudio.", "Parks: the study's.", ("parks",)),
    "plants_credit": Term("Plantas: las del estudio.", "Plants: the study's.", ("auto_parts_plants",)),
    "boundaries_credit": Term("Límites: los del estudio.", "Boundaries: the study's.", ("municipality_boundaries",)),
    "line_credit": Term("Traza: la del estudio.", "Line: the study's.", ("corridor",)),
    "roads_credit": Term("Traza y carreteras: las del estudio.", "Line and highways: the study's.",
                         ("corridor", "highways")),
    "people_source": Term("población del estudio", "the study's population", ("places",)),
    "places_note": Term("Una localidad cuenta entera en su punto.", "A place counts whole at its point.", ("places",)),
    "places_credit": Term("Localidades: las del estudio.", "Places: the study's.", ("places",)),
    "people_credit": Term("Población: la del estudio.", "Population: the study's.", ("places",)),
    "credits": Term("Los datos son del estudio: véase su tabla de fuentes. Mapa: Leaflet.",
                    "The data are the study's: see its table of sources. Map: Leaflet.",
                    ("highways", "corridor", "municipality_boundaries", "establishments", "places")),
    "attribution": Term("Datos del estudio", "The study's data",
                        ("highways", "corridor", "municipality_boundaries", "establishments", "places")),
}  # fmt: skip
"""Every term; a study names those it wants in ``[words.terms]``."""

NAME_GROUPS: Mapping[str, tuple[str, ...]] = {
    "corridor_branch": ("corridor",),
    "measure": ("wages",),
    "places": ("claims",),
    "short_names": ("states",),
    "official": ("states",),
    "absent": ("states",),
}
"""Groups of codes of the data that a study may name in ``[words.names.GROUP]``, and the layers they stand in."""
