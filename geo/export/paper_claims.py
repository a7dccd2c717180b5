"""Published figures beside the figure of the run that speaks of the like quantity, and how the two differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo._words import study_words
from geo.export.style import Words

Tables = Mapping[str, pd.DataFrame]
Row = Mapping[str, Any]

_KINDS = {
    "industrial parks": "parks", "industrial parks in operation": "parks", "parks and zones": "parks",
    "industrial developments": "parks", "industrial park area": "area", "industrial park area in operation": "area",
    "industrial polygons area": "area", "parks operated": "operated", "auto-sector parks operated": "operated",
    "largest park area": "held", "park area": "park_area", "large park developers": "developers",
    "assembly plants": "assembly_plants", "Light-vehicle assembly plants": "assembly_plants",
    "OEM mass-production plants": "assembly_plants", "automakers (OEMs) with complexes": "assembly_plants",
    "foreign suppliers related with assembly plants": "suppliers", "auto corridor length": "corridor",
}  # fmt: skip
"""What the table claims counts, in general words -> key of the figure of the run that speaks of it."""

REGISTER_YEAR = 2004
"""First year of the register: earlier parks are known by their opening year only."""

_CODES = {"states": "cve_ent", "municipalities": "cvegeo", "developers": "developer_id", "parks": "park_id"}


@dataclass(frozen=True)
class Found:
    """A figure of the run that speaks of what a claim speaks of.

    Attributes
    ----------
    value
        The figure.
    unit
        Its unit.
    column
        Table and column that it stands in.
    differs
        How its definition differs from the claim's.
    """

    value: float
    unit: Words
    column: str
    differs: Words


_UNITS = {
    "parks": Words("parques", "parks"), "ha": Words("ha", "ha"), "plants": Words("plantas", "plants"),
    "km": Words("km", "km"),
    "money/day": Words("[[currency.es]]/día", "[[currency.en]]/day"), "workers": Words("trabajadores", "workers"),
    "firms": Words("empresas", "firms"), "developers": Words("controladores", "controllers"),
}  # fmt: skip


def place_of(tables: Tables, place: str) -> tuple[str, pd.DataFrame] | None:
    """Return the table and the row of the area that a claim's place names; None where no area is meant."""
    name, code = _subject(place)
    if name in {"national", "states", "municipalities"}:
        area = tables.get(name)
        if area is None:
            return None
        found = area if name == "national" else area[area[_CODES[name]] == code]
    else:
        states = tables.get("states")
        if states is None:
            return None
        # A source may shorten a state's name: Coahuila for Coahuila de Zaragoza.
        name = "states"
        found = states[(states["name"] == place) | states["name"].str.startswith(f"{place} de ")]
    return (name, found.iloc[:1]) if len(found) else None


def country_claims() -> list[str]:
    """Return the places of the table claims that are the whole country."""
    return [place for place, row in study_words().claim_subjects.items() if row == "national"]


def _subject(name: object) -> tuple[str, str]:
    """Return the table and the key of the row that a claim's place or party is; nothing where the study says none."""
    table, _, key = study_words().claim_subjects.get(str(name), "").partition(".")
    return table, key


def first_year(date: object) -> int | None:
    """Return the year that a claim's date begins with.

    Examples
    --------
    >>> first_year("about 2016"), first_year("2025-02"), first_year(None)
    (2016, 2025, None)
    """
    found = re.search(r"\b(1[89]|20)\d\d", date) if isinstance(date, str) else None
    return int(found.group()) if found else None


def counterpart(tables: Tables, claim: Row) -> Found | None:
    """Return the run's figure that speaks of what a claim speaks of; None where no table has one.

    Parameters
    ----------
    tables
        The run's published tables.
    claim
        A row of the table claims.
    """
    find = _FINDERS.get(claim_kind(claim["what"]) or "")
    return None if find is None else find(tables, claim)


def claim_kind(what: object) -> str | None:
    """Return what a claim counts, a key of the figures that the run has; None where it has none of the kind."""
    return study_words().claim_kinds.get(str(what)) or _KINDS.get(str(what))


def _found(table: pd.DataFrame | None, name: str, column: str, unit: str, differs: Words) -> Found | None:
    """Return the figure in the first row of a table; None without a row or where it is missing."""
    if table is None or table.empty or pd.isna(table[column].iloc[0]):
        return None
    return Found(float(table[column].iloc[0]), _UNITS[unit], f"{name}.{column}", differs)


def _rows(tables: Tables, name: str, key: str, value: object) -> pd.DataFrame | None:
    table = tables.get(name)
    return None if table is None else table[table[key] == value]


def _named(tables: Tables, name: str, claim: Row) -> pd.DataFrame | None:
    """Return the row of a table that a claim speaks of, by its place or by what it counts."""
    keys = [key for table, key in map(_subject, (claim["place"], claim["what"])) if table == name]
    return _rows(tables, name, _CODES[name], keys[0] if keys else None)


def _parks(tables: Tables, claim: Row) -> Found | None:
    area = place_of(tables, claim["place"])
    if area is None:
        return None
    year = first_year(claim["year"])
    if year is not None and year < REGISTER_YEAR:
        rows = _rows(tables, "park_years", "year", year) if area[0] == "national" else None
        return _found(rows, "park_years", "opened_total", "parks", _OPENED)
    if year is not None and year <= 2018 and not str(claim["year"]).startswith("after"):
        return _found(
            area[1], area[0], "parks_study_set", "parks",
            Words("Conjunto de estudio: evidencia de existir en 2018, desde cuando sea. [[inventory_note.es]]",
                  "Study set: evidence of existing by 2018, since whenever. [[inventory_note.en]]"),
        )  # fmt: skip
    return _found(
        area[1], area[0], "parks", "parks",
        Words("Todo el inventario: toda fecha y todo tipo, también zonas; no solo socios de una asociación",
              "Whole inventory: every date and kind, zones too; not members of an association only"),
    )  # fmt: skip


def _area(tables: Tables, claim: Row) -> Found | None:
    area = place_of(tables, claim["place"])
    differs = Words("Solo parques del conjunto de estudio con superficie conocida, que son pocos",
                    "Only parks of the study set whose area is known, which are few")  # fmt: skip
    return None if area is None else _found(area[1], area[0], "area_ha_known", "ha", differs)


def _operated(tables: Tables, claim: Row) -> Found | None:
    rows = _named(tables, "developers", claim)
    differs = Words("Parques del inventario que una fuente nombra uno a uno, en cualquier papel",
                    "Parks of the inventory that a source names one by one, in any role")  # fmt: skip
    return _found(rows, "developers", "parks", "parks", differs)


def _held(tables: Tables, claim: Row) -> Found | None:
    rows = _named(tables, "developers", claim)
    differs = Words("Hectáreas conocidas de los parques que controla en el conjunto de estudio",
                    "Known hectares of the parks it controls in the study set")  # fmt: skip
    return _found(rows, "developers", "area_ha_known", "ha", differs)


def _park(column: str, unit: str) -> Callable[[Tables, Row], Found | None]:
    def find(tables: Tables, claim: Row) -> Found | None:
        rows = _named(tables, "parks", claim)
        differs = Words("El inventario, según otra fuente o fecha", "The inventory, of another source or date")
        return _found(rows, "parks", column, unit, differs)

    return find


def _country(column: str, unit: str, differs: Words) -> Callable[[Tables, Row], Found | None]:
    def find(tables: Tables, _claim: Row) -> Found | None:
        return _found(tables.get("national"), "national", column, unit, differs)

    return find


def _corridor(tables: Tables, _claim: Row) -> Found | None:
    differs = Words("Tronco ([[trunk.es]]) como lo lee este proyecto; 1,000 millas son 1,609 km",
                    "Trunk ([[trunk.en]]) as this project reads it; 1,000 miles are 1,609 km")  # fmt: skip
    return _found(_rows(tables, "corridor", "branch", "trunk"), "corridor", "length_road_km", "km", differs)


def _wage(tables: Tables, claim: Row) -> Found | None:
    """Find the derived annual wage of the claim's state and year."""
    area, wages, year = place_of(tables, claim["place"]), tables.get("wages"), first_year(claim["year"])
    if area is None or area[0] != "states" or wages is None:
        return None
    state = area[1]["cve_ent"].iloc[0]
    annual = wages["month"].isna() & (wages["basis"] == "derived")
    rows = wages[annual & (wages["cve_ent"] == state) & (wages["year"] == year)]
    differs = Words(
        "Valor anual derivado de un panel público (salario real por índice de precios), no del mes",
        "Annual value derived from a public panel (real wage times price index), not of the month",
    )
    return _found(rows, "wages", "value", "money/day", differs)


_OPENED = Words("Parques del inventario abiertos hasta ese año, de los pocos cuya apertura se conoce",
                "Parks of the inventory opened up to that year, of the few whose opening is known")  # fmt: skip
_ASSEMBLY = Words("También plantas de motores, camiones, autobuses y motocicletas, de cualquier fecha",
                  "Engine, truck, bus and motorcycle plants too, of any date")  # fmt: skip
_SUPPLIERS = Words("Plantas del registro ambiental 2004-2022, no empresas",
                   "Plants of the environmental register 2004-2022, not firms")  # fmt: skip
_LARGE = Words("Todos los controladores conocidos del conjunto de estudio, grandes o no",
               "All known controllers of the study set, large or not")  # fmt: skip


_FINDERS: Mapping[str, Callable[[Tables, Row], Found | None]] = {
    "parks": _parks,
    "area": _area,
    "operated": _operated,
    "held": _held,
    "park_area": _park("area_ha", "ha"),
    "workers": _park("workers_reported", "workers"),
    "firms": _park("firms_reported", "firms"),
    "developers": _country("developers", "developers", _LARGE),
    "assembly_plants": _country("assembly_plants", "plants", _ASSEMBLY),
    "suppliers": _country("auto_parts_plants", "plants", _SUPPLIERS),
    "corridor": _corridor,
    "wage": _wage,
}
