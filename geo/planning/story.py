"""From measured answers to the words, tables and outlines that the map and the report show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import pandas as pd

from geo._words import said_all
from geo.demand import Demand
from geo.export.coverage_story import Both, Shown
from geo.measures.coverage import Coverage
from geo.measures.planning_area import PlanningArea
from geo.planning.inputs import Situation, units
from geo.planning.tables import plain
from geo.runs import Run

AS_IS: Both = {"es": "Situación actual", "en": "As it is"}
WITH_PROPOSALS: Both = {"es": "Con los sitios propuestos", "en": "With the proposed sites"}

_DEMAND = {
    "places": {"es": "población de 2020 por localidad", "en": "population of 2020 by place"},
    "municipalities": {"es": "población de 2020 en la cabecera municipal", "en": "population of 2020 at the seat"},
    "raster": {"es": "ráster {source}", "en": "raster {source}"},
    "points": {"es": "puntos de {source}", "en": "points of {source}"},
    "polygons": {"es": "polígonos de {source}", "en": "polygons of {source}"},
}
_SOURCES = {
    "es": {
        "parks": "[[parks_credit.es]]",
        "population": "[[people_credit.es]]",
        "outlines": "[[boundaries_credit.es]]",
        "network": "Red vial: {note}.",
        "file": "Del usuario: {source}.",
    },
    "en": {
        "parks": "[[parks_credit.en]]",
        "population": "[[people_credit.en]]",
        "outlines": "[[boundaries_credit.en]]",
        "network": "Roads: {note}.",
        "file": "The user's: {source}.",
    },
}


def shown_of(found: Coverage, tables: Mapping[str, pd.DataFrame], name: Both) -> Shown:
    """Return one measured situation as the map and the report show it, from its published tables."""
    towns = pd.DataFrame(tables["coverage_municipalities"].drop(columns="geometry"))
    places = pd.DataFrame(tables["coverage_places"].drop(columns="geometry"))
    return Shown(
        name=name,
        towns=towns.assign(value=towns["covered_share"]),
        places=places.assign(value=places["status"]),
        facilities=pd.DataFrame(tables["facilities"].drop(columns="geometry")),
        sites=None,
        summary=plain(tables["coverage_summary"].iloc[0]) | {"moved": found.moves.replicas > 0},
    )


def name_of(situation: Situation) -> Both:
    """Return what a situation is called; a scenario by its own title."""
    if situation.title is None:
        return AS_IS
    return {"es": f"Escenario: {situation.title}", "en": f"Scenario: {situation.title}"}


def story_words(
    run: Run, area: PlanningArea, demand: Demand, network: str | None, situation: Situation
) -> dict[str, Any]:
    """Return the parts of a story that every question has."""
    drawing = gpd.GeoDataFrame(run.layers["municipalities_drawing"])
    states = gpd.GeoDataFrame(run.layers["states_drawing"])
    towns = drawing[area.holds(drawing["cvegeo"])]
    kept = states["cve_ent"].isin(towns["cvegeo"].str[:2])
    return {
        "area": {"es": area.es, "en": area.en},
        "unit": units(demand),
        "demand": {lang: words.format(source=demand.source) for lang, words in _DEMAND[demand.basis].items()},
        "network": None if network is None else network_words(network),
        "sources": {lang: _sources(lang, demand, network, situation) for lang in ("es", "en")},
        "date": run.study.study.date,
        "version": version("corredor"),
        "outlines": towns,
        "states": states[kept],
    }


def network_words(note: str) -> Both:
    """Return what a network is; the note of the core is English, so Spanish is made from its parts."""
    speeds = re.findall(r"([\d.]+) km/h", note)
    if "shipped" in note and len(speeds) >= 2:
        return {
            "es": f"red de carreteras incluida, {speeds[0]} km/h en carretera y {speeds[1]} km/h en los accesos en "
            "línea recta (velocidades supuestas)",
            "en": note,
        }
    found = re.match(r"streets of (.*) \(OpenStreetMap\)", note)
    es = f"calles de {found[1]} (OpenStreetMap), velocidad señalada o por clase de vía (supuesta)" if found else note
    return {"es": es, "en": note}


def _sources(lang: str, demand: Demand, network: str | None, situation: Situation) -> list[str]:
    words = said_all(_SOURCES[lang])
    own = words["file"].format(source=situation.facilities.what[lang])
    said = [own if situation.parks is None else words["parks"]]
    shipped = demand.basis in {"places", "municipalities"}
    said.append(words["population"] if shipped else words["file"].format(source=demand.source))
    said.append(words["outlines"])
    if network is not None:
        said.append(words["network"].format(note=network_words(network)[lang]))
    return said
