"""The layers that a planner's question gives: coverage, proposed sites, isochrones. A run does not write them."""

from __future__ import annotations

from collections.abc import Mapping

from geo.schema.columns import derived, flag, number, text, whole
from geo.schema.model import Column, Layer

STATUSES = ("covered", "uncovered", "unreached")
"""What a place is: within reach, beyond it, or not connected by the network."""

ORIGINS = ("inventory", "scenario", "file")
"""Where a facility comes from: the study's parks, a scenario of the planner's, or a file of the planner's."""

_UNIT = "In the unit of the demand, which coverage_summary names"


def _shares() -> tuple[Column, ...]:
    """Return the sums and the shares with their interval."""
    return (
        number("total", None, "Demand", "Demanda", _UNIT),
        number("covered", None, "Demand within reach", "Demanda dentro del alcance", _UNIT),
        number("uncovered", None, "Demand beyond reach", "Demanda fuera del alcance", _UNIT),
        number("covered_share", "share", "Share within reach", "Proporción dentro del alcance",
               "Of the demand, not of places; blank where there is no demand", high=1),
        number("share_low", "share", "Share, 5 %", "Proporción, 5 %",
               "With facilities moved within their location errors; blank where an error is not known", high=1),
        number("share_median", "share", "Share, median", "Proporción, mediana", "As share_low", high=1),
        number("share_high", "share", "Share, 95 %", "Proporción, 95 %", "As share_low", high=1),
        number("share_at_most", "share", "Share at most", "Proporción, a lo más",
               "As share_high, with all counted whom a park without a point might cover", high=1),
    )  # fmt: skip


def _access() -> Column:
    return number("access_per_1000", None, "Access per thousand", "Acceso por mil",
                  "Supply of the parks within reach for a thousand of the demand, shared with all others in reach of "
                  "them (two-step floating catchment); coverage_summary says which supply")  # fmt: skip


def _nearest(what: str, cual: str) -> tuple[Column, ...]:
    return (
        text("nearest_id", "Nearest facility, id", "Parque más cercano, clave", f"By geodesic, {what}"),
        text("nearest_name", "Nearest facility", "Parque más cercano", f"By geodesic, {what}"),
        number("nearest_km", "km", "Distance to the nearest", f"Distancia al más cercano{cual}", "Geodesic"),
        number("road_minutes", None, "Minutes by road", "Minutos por carretera",
               "To the facility reached soonest, which may be another; speeds assumed; blank where none is reached"),
        number("road_km", "km", "Kilometres by road", "Kilómetros por carretera", "Along the way of road_minutes"),
    )  # fmt: skip


_LONLAT = (
    number("lon", "degrees", "Longitude", "Longitud", low=-180, high=180),
    number("lat", "degrees", "Latitude", "Latitud", low=-90, high=90),
)

_LAYERS = (
    Layer(
        "coverage_municipalities", "Coverage by municipality", "Cobertura por municipio",
        "One row a municipality of the area asked about: who has a facility within reach, and how far the nearest is.",
        derived(
            text("cvegeo", "Municipality code", "Clave del municipio", nullable=False, unique=True),
            text("municipality", "Municipality", "Municipio"),
            text("cve_ent", "State code", "Clave de la entidad"),
            text("state", "State", "Entidad"),
            *_shares(),
            number("mean_km", "km", "Mean distance", "Distancia media", "Geodesic, weighted by the demand"),
            *_nearest("to the largest place of the municipality", " (lugar mayor)"),
            _access(),
        ),
        geometry="MultiPolygon", licence="inegi", optional_geometry=True, published=False,
    ),
    Layer(
        "coverage_places", "Places and their nearest facility", "Lugares y su parque más cercano",
        "One row a demand point of the area asked about. A place counts whole at its point.",
        derived(
            text("place_id", "Place id", "Clave del lugar"),
            text("name", "Name", "Nombre"),
            text("cvegeo", "Municipality code", "Clave del municipio"),
            *_LONLAT,
            number("weight", None, "Demand", "Demanda", _UNIT),
            flag("covered", "Within reach", "Dentro del alcance"),
            text("status", "Reach", "Alcance", "unreached: the network connects it to no facility", nullable=False,
                 allowed=STATUSES),
            *_nearest("to the place", ""),
            _access(),
        ),
        geometry="Point", licence="geonames", published=False,
    ),
    Layer(
        "facilities", "Facilities that are there", "Parques que existen",
        "What was to be reached: located facilities of the area and around it. [[inventory_note.en]] Parks of a "
        "scenario are marked; proposed sites are in a layer of their own.",
        derived(
            text("facility_id", "Facility id", "Clave"),
            text("name", "Name", "Nombre"),
            text("origin", "Origin", "Origen", "inventory, a what-if (scenario), or the planner's file", nullable=False,
                 allowed=ORIGINS),
            number("location_error_m", "m", "Location error", "Error de ubicación"),
            *_LONLAT,
        ),
        geometry="Point", published=False,
    ),
    Layer(
        "proposed_sites", "Proposed sites (not parks)", "Sitios propuestos (no son parques)",
        "One row a site that the model chose among the candidates. It is a proposal: nothing stands there.",
        derived(
            whole("rank", "Order", "Orden", "The one that adds most first", nullable=False, unique=True, low=1),
            text("candidate_id", "Candidate", "Candidato"),
            text("name", "Name", "Nombre"),
            text("cvegeo", "Municipality code", "Clave del municipio"),
            text("municipality", "Municipality", "Municipio"),
            text("state", "State", "Entidad"),
            *_LONLAT,
            number("added", None, "Demand it adds", "Demanda que suma", "Beyond those before; blank without a reach"),
            number("within_reach", None, "Demand in its reach", "Demanda a su alcance",
                   "Whoever else serves it; blank without a reach"),
            number("served", None, "Demand nearest to it", "Demanda más cercana a él"),
        ),
        geometry="Point", published=False,
    ),
    Layer(
        "site_costs", "Distance before and after the proposals", "Distancia antes y después de las propuestas",
        "One row a demand point that the model served: what it took to the nearest park, and what it would take.",
        derived(
            text("place_id", "Place id", "Clave del lugar"),
            text("name", "Name", "Nombre"),
            text("cvegeo", "Municipality code", "Clave del municipio"),
            *_LONLAT,
            number("weight", None, "Demand", "Demanda", _UNIT),
            number("cost_before", None, "Before", "Antes", "km or minutes, as cost_unit says; blank: none is reached"),
            number("cost_after", None, "After", "Después", "As cost_before"),
            text("cost_unit", "Unit", "Unidad", nullable=False, allowed=("km", "min")),
            text("candidate_id", "Proposed site", "Sitio propuesto", "Blank where an existing park stays the nearest"),
        ),
        geometry="Point", licence="geonames", published=False,
    ),
    Layer(
        "coverage_changes", "Municipalities that change", "Municipios que cambian",
        "One row a municipality where somebody gains or loses a facility within reach between the two situations.",
        derived(
            text("cvegeo", "Municipality code", "Clave del municipio", nullable=False, unique=True),
            text("municipality", "Municipality", "Municipio"),
            text("state", "State", "Entidad"),
            number("total", None, "Demand", "Demanda", _UNIT),
            number("covered_first", None, "Within reach, first", "Dentro del alcance, primera"),
            number("covered_second", None, "Within reach, second", "Dentro del alcance, segunda"),
            number("gained", None, "Gained", "Ganada"),
            number("lost", None, "Lost", "Perdida"),
        ),
        licence="inegi", published=False,
    ),
    Layer(
        "changed_places", "Places that change", "Lugares que cambian",
        "One row a demand point that gains or loses a facility within reach between the two situations.",
        derived(
            text("place_id", "Place id", "Clave del lugar"),
            text("name", "Name", "Nombre"),
            text("cvegeo", "Municipality code", "Clave del municipio"),
            *_LONLAT,
            number("weight", None, "Demand", "Demanda", _UNIT),
            text("change", "Change", "Cambio", nullable=False, allowed=("gained", "lost")),
            text("nearest_id_first", "Nearest facility, first", "Parque más cercano, primera"),
            number("nearest_km_first", "km", "Distance, first", "Distancia, primera", "Geodesic"),
            text("nearest_id_second", "Nearest facility, second", "Parque más cercano, segunda"),
            number("nearest_km_second", "km", "Distance, second", "Distancia, segunda", "Geodesic"),
        ),
        geometry="Point", licence="geonames", published=False,
    ),
    Layer(
        "coverage_states", "Coverage by state", "Cobertura por entidad", "One row a state of the area asked about.",
        derived(
            text("cve_ent", "State code", "Clave de la entidad", nullable=False, unique=True),
            text("state", "State", "Entidad"),
            *_shares(),
        ),
        licence="inegi", published=False,
    ),
    Layer(
        "coverage_summary", "The question and its answer", "La pregunta y su respuesta",
        "One row: the whole area, with what was asked in words.",
        derived(
            text("area", "Area", "Zona", nullable=False),
            text("rule", "Rule", "Regla", "In Spanish", nullable=False),
            text("demand", "Demand", "Demanda", "Layer or file it was read from", nullable=False),
            text("demand_unit", "Unit of the demand", "Unidad de la demanda", nullable=False),
            text("facilities", "Facilities", "Parques", "In Spanish", nullable=False),
            text("network", "Network", "Red", "With the speeds assumed"),
            text("supply", "Supply of access_per_1000", "Oferta de access_per_1000"),
            *_shares(),
            whole("places", "Demand points", "Puntos de demanda"),
            whole("facilities_located", "Facilities with a point", "Parques con punto"),
            whole("facilities_unlocated", "Facilities without a point", "Parques sin punto",
                  "They count in share_at_most only"),
            whole("unreached_places", "Points not connected", "Puntos sin conexión"),
            number("unreached", None, "Demand not connected", "Demanda sin conexión", _UNIT),
            whole("replicas", "Moves of the facilities", "Movimientos de los parques", "0: an error is not known"),
            whole("seed", "Seed", "Semilla"),
        ),
        published=False,
    ),
    Layer(
        "isochrones", "Isochrones", "Isócronas",
        "From where a park is reached within a time or distance: the streets themselves, widened; not a hull.",
        derived(
            text("park_id", "Park id", "Clave del parque", nullable=False),
            text("name", "Name", "Nombre"),
            number("within", None, "Within", "Dentro de", nullable=False),
            text("unit", "Unit", "Unidad", nullable=False, allowed=("km", "min")),
            text("network", "Network", "Red", "With the speeds assumed", nullable=False),
        ),
        geometry="MultiPolygon", licence="osm", published=False,
    ),
)  # fmt: skip

PLANNING_LAYERS: Mapping[str, Layer] = {layer.name: layer for layer in _LAYERS}
"""Layers that writers take beside ``LAYERS``; no study names them, no run publishes them."""
