"""Published figures beside the figure of the run that speaks of the like quantity, and how the two differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.export.style import Words

Tables = Mapping[str, pd.DataFrame]
Row = Mapping[str, Any]

COUNTS = (
    "industrial parks", "industrial parks in operation", "AMPIP member parks", "parks and zones",
    "industrial developments",
)  # fmt: skip
"""What the table claims calls a count of parks."""

REGISTER_YEAR = 2004
"""First year of the register: earlier parks are known by their opening year only."""

_PLACES = {
    "Mexico": ("national", ""), "National": ("national", ""), "México (state)": ("states", "15"),
    "Apodaca": ("municipalities", "19006"), "Ciudad Juárez": ("municipalities", "08037"),
    "Tijuana": ("municipalities", "02004"),
}  # fmt: skip
_CODES = {"states": "cve_ent", "municipalities": "cvegeo"}
_DEVELOPERS = {
    "Finsa": "finsa", "VYNMSA": "vynmsa", "Grupo IAMSA": "iamsa", "Grupo Bermúdez": "bermudez", "Lintel": "lintel",
    "Grupo Amistad": "amistad", "Grupo Alianza": "alianza",
}  # fmt: skip
_PARKS = {
    "Parque Bermúdez": "chh-juarez-antonio-j-bermudez",
    "Interpuerto Monterrey": "nle-salinas-victoria-interpuerto-monterrey",
    "Puerto Interior, Silao": "gua-silao-de-la-victoria-guanajuato-puerto-interior",
}  # fmt: skip


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
    "km": Words("km", "km"), "MXN/day": Words("MXN/día", "MXN/day"), "workers": Words("trabajadores", "workers"),
    "firms": Words("empresas", "firms"), "developers": Words("controladores", "controllers"),
}  # fmt: skip


def place_of(tables: Tables, place: str) -> tuple[str, pd.DataFrame] | None:
    """Return the table and the row of the area that a claim's place names; None where no area is meant."""
    if place in _PLACES:
        name, code = _PLACES[place]
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
    for fits, find in _FINDERS:
        if fits(claim["what"]):
            return find(tables, claim)
    return None


def _found(table: pd.DataFrame | None, name: str, column: str, unit: str, differs: Words) -> Found | None:
    """Return the figure in the first row of a table; None without a row or where it is missing."""
    if table is None or table.empty or pd.isna(table[column].iloc[0]):
        return None
    return Found(float(table[column].iloc[0]), _UNITS[unit], f"{name}.{column}", differs)


def _rows(tables: Tables, name: str, key: str, value: object) -> pd.DataFrame | None:
    table = tables.get(name)
    return None if table is None else table[table[key] == value]


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
            Words("Conjunto de estudio: evidencia de existir en 2018, desde cuando sea; no es la lista de CREA",
                  "Study set: evidence of existing by 2018, since whenever; not CREA's list"),
        )  # fmt: skip
    return _found(
        area[1], area[0], "parks", "parks",
        Words("Todo el inventario: toda fecha y todo tipo, también zonas; no solo socios de la AMPIP",
              "Whole inventory: every date and kind, zones too; not AMPIP members only"),
    )  # fmt: skip


def _area(tables: Tables, claim: Row) -> Found | None:
    area = place_of(tables, claim["place"])
    differs = Words("Solo parques del conjunto de estudio con superficie conocida, que son pocos",
                    "Only parks of the study set whose area is known, which are few")  # fmt: skip
    return None if area is None else _found(area[1], area[0], "area_ha_known", "ha", differs)


def _operated(tables: Tables, claim: Row) -> Found | None:
    rows = _rows(tables, "developers", "developer_id", _DEVELOPERS.get(claim["place"]))
    differs = Words("Parques del inventario que una fuente nombra uno a uno, en cualquier papel",
                    "Parks of the inventory that a source names one by one, in any role")  # fmt: skip
    return _found(rows, "developers", "parks", "parks", differs)


def _held(tables: Tables, claim: Row) -> Found | None:
    rows = _rows(tables, "developers", "developer_id", _DEVELOPERS.get(claim["place"]))
    differs = Words("Hectáreas conocidas de los parques que controla en el conjunto de estudio",
                    "Known hectares of the parks it controls in the study set")  # fmt: skip
    return _found(rows, "developers", "area_ha_known", "ha", differs)


def _park(column: str, unit: str, name: str | None = None) -> Callable[[Tables, Row], Found | None]:
    def find(tables: Tables, claim: Row) -> Found | None:
        rows = _rows(tables, "parks", "park_id", _PARKS.get(name or claim["place"]))
        differs = Words("El inventario, según otra fuente o fecha", "The inventory, of another source or date")
        return _found(rows, "parks", column, unit, differs)

    return find


def _country(column: str, unit: str, differs: Words) -> Callable[[Tables, Row], Found | None]:
    def find(tables: Tables, _claim: Row) -> Found | None:
        return _found(tables.get("national"), "national", column, unit, differs)

    return find


def _corridor(tables: Tables, _claim: Row) -> Found | None:
    differs = Words("Tramo principal de Juárez a Querétaro como lo lee este proyecto; 1,000 millas son 1,609 km",
                    "Trunk from Juárez to Querétaro as this project reads it; 1,000 miles are 1,609 km")  # fmt: skip
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
    return _found(rows, "wages", "value", "MXN/day", differs)


_OPENED = Words("Parques del inventario abiertos hasta ese año, de los pocos cuya apertura se conoce",
                "Parks of the inventory opened up to that year, of the few whose opening is known")  # fmt: skip
_ASSEMBLY = Words("También plantas de motores, camiones, autobuses y motocicletas, de cualquier fecha",
                  "Engine, truck, bus and motorcycle plants too, of any date")  # fmt: skip
_SUPPLIERS = Words("Plantas del registro ambiental 2004-2022, no empresas",
                   "Plants of the environmental register 2004-2022, not firms")  # fmt: skip
_LARGE = Words("Todos los controladores conocidos del conjunto de estudio, grandes o no",
               "All known controllers of the study set, large or not")  # fmt: skip


def _is(*names: str) -> Callable[[str], bool]:
    return lambda what: what in names


_FINDERS: tuple[tuple[Callable[[str], bool], Callable[[Tables, Row], Found | None]], ...] = (
    (_is(*COUNTS), _parks),
    (_is("industrial park area", "industrial park area in operation", "industrial polygons area"), _area),
    (_is("parks operated", "parks founded in Juárez", "auto-sector parks operated"), _operated),
    (_is("largest park area", "park area, Derramadero"), _held),
    (_is("park area"), _park("area_ha", "ha")),
    (_is("workers in Parque Bermúdez"), _park("workers_reported", "workers", "Parque Bermúdez")),
    (_is("TNCs in Parque Bermúdez"), _park("firms_reported", "firms", "Parque Bermúdez")),
    (_is("large park developers"), _country("developers", "developers", _LARGE)),
    (
        _is("assembly plants", "Light-vehicle assembly plants", "light-vehicle plants (INEGI RAIAVL)",
            "OEM mass-production plants", "automakers (OEMs) with complexes"),
        _country("assembly_plants", "plants", _ASSEMBLY),
    ),
    (
        _is("auto-parts supplier firms (INA)", "foreign suppliers related with assembly plants"),
        _country("auto_parts_plants", "plants", _SUPPLIERS),
    ),
    (_is("auto corridor length"), _corridor),
    (_is("IMSS daily SBC"), _wage),
)  # fmt: skip
