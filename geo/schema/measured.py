"""The columns and tables that only measuring makes: inference on the parks, and one small table a question."""

from __future__ import annotations

from geo.schema.columns import changed, derived, flag, number, text, whole
from geo.schema.model import Column, Layer

BANDWIDTHS_KM = (25, 10, 50)
"""Bandwidths of local ownership; the first is the headline."""

HEXAGONS_KM = (25, 50, 100)
"""Distances between the centres of hexagons that official areas are held against."""

ZONINGS = ("states", "metro_areas", "municipalities", *(f"hexagons_{km}km" for km in HEXAGONS_KM))


def _hot_spot(what: str) -> tuple[Column, ...]:
    return (
        number("gi_star_z", None, "Hot spot, z", "Punto caliente, z", f"Getis-Ord Gi* of {what}", low=None),
        number("gi_star_p", None, "Hot spot, p", "Punto caliente, p", "Two-sided, conditional permutation", high=1),
        flag("gi_star_significant", "Hot spot, significant", "Punto caliente, significativo",
             "Benjamini-Hochberg over the map at 5 %", nullable=True),
    )  # fmt: skip


def _excess(km: int) -> tuple[Column, ...]:
    prefix = "owner_excess" if km == BANDWIDTHS_KM[0] else f"owner_excess_{km}km"
    return (
        number(f"owner_excess_{km}km", None, f"Ownership excess, {km} km", f"Exceso de propiedad, {km} km",
               "Local concentration of owners beyond chance: 0 under random ownership of the same sites, 1 for one "
               "owner; parks with a known controller; blank with fewer than 3 effective parks", low=None, high=1),
        number(f"{prefix}_p", None, f"Ownership excess, p, {km} km", f"Exceso de propiedad, p, {km} km",
               "Two-sided, owners shuffled over the fixed sites", high=1),
        flag(f"{prefix}_significant", f"Ownership excess, significant, {km} km",
             f"Exceso de propiedad, significativo, {km} km", "Benjamini-Hochberg over the map at 5 %", nullable=True),
    )  # fmt: skip


_KNOWN_25 = (
    number("owner_known_share_25km", "share", "Known controllers nearby", "Controladores conocidos cerca",
           "Kernel-weighted share of the parks around (25 km) whose controller is known", high=1),
    number("owner_hhi_25km_low", "share", "Local HHI of owners, low", "HHI local de propietarios, mínimo",
           "Kernel-weighted (25 km); every unknown controller a separate owner", high=1),
    number("owner_hhi_25km_high", "share", "Local HHI of owners, high", "HHI local de propietarios, máximo",
           "Kernel-weighted (25 km); all unknown controllers one owner", high=1),
)  # fmt: skip

PARK_MARKET = derived(
    number("market_potential", None, "Market potential", "Potencial de mercado",
           "People of the municipalities (2020) by distance, exp(-km/100); what lies across the border is missing"),
    whole("cluster_id", "Cluster", "Conglomerado",
          "DBSCAN of the located study set, 10 km, at least 4 parks, 1 the largest; blank outside every cluster"),
    *_hot_spot("the plants registered in the parks within 25 km"),
    *_KNOWN_25,
    *_excess(BANDWIDTHS_KM[0]),
)  # fmt: skip
"""Columns of the layer parks between assembly_km and wage_daily_mxn."""

PARK_MORE = derived(*(column for km in BANDWIDTHS_KM[1:] for column in _excess(km)))
"""Columns of the layer parks after the contract: the other bandwidths."""

MUNICIPALITY_MEASURES = derived(
    whole("population_without_park_30km", "People without a park within 30 km", "Personas sin parque a 30 km",
          "Census 2020 people in places farther than 30 km from every located park of the study set"),
    *_hot_spot("the study set's parks in the municipality and those that touch it"),
)  # fmt: skip

CURVES = Layer(
    "curves", "Clustering by distance", "Agrupamiento por distancia",
    "M(r) and K_d(r) of parks by owner and of auto-parts plants by class, with the global envelope of random labels. "
    "Parks of one owner within 1 km of each other count as one site.",
    derived(
        text("statistic", "Statistic", "Estadístico", nullable=False, allowed=("m", "kd")),
        text("subject", "Subject", "Sujeto", nullable=False, allowed=("owners_pooled", "owner", "part_class")),
        text("name", "Name", "Nombre", "developer_id or class of parts; blank where all owners are pooled"),
        whole("points", "Points", "Puntos", "Points of the subject", nullable=False),
        number("r_km", "km", "Distance", "Distancia", nullable=False),
        number("observed", None, "Observed", "Observado", "1 is no clustering for M; density per km for K_d"),
        number("low", None, "Envelope, low", "Banda, mínimo", "Global 95 % envelope", low=None),
        number("high", None, "Envelope, high", "Banda, máximo", "Global 95 % envelope", low=None),
        flag("outside", "Outside the envelope", "Fuera de la banda", nullable=True),
        number("p", None, "p of the whole curve", "p de toda la curva", high=1),
        whole("permutations", "Permutations", "Permutaciones", nullable=False),
        *(
            number(f"jitter_{end}", None, f"Under location errors, {en}", f"Con errores de ubicación, {es}",
                   "Over random displacements within the location errors; blank for classes of parts")
            for end, en, es in (("low", "5 %", "5 %"), ("median", "median", "mediana"), ("high", "95 %", "95 %"))
        ),
    ),
)  # fmt: skip

INDUSTRY_AGGLOMERATION = Layer(
    "industry_agglomeration", "Agglomeration by industry", "Aglomeración por industria",
    "Ellison-Glaeser gamma of four auto industries over states, metropolitan areas, municipalities and hexagons. The "
    "register has no head-counts, so every plant has size 1.",
    derived(
        text("industry", "[[Industry_codes.en]] code", "Código [[industry_codes.es]]", nullable=False),
        text("zoning", "Areas", "Zonificación", nullable=False, allowed=ZONINGS),
        whole("areas", "Areas", "Áreas", nullable=False),
        whole("plants", "Plants", "Plantas", nullable=False),
        number("gamma", None, "Ellison-Glaeser gamma", "Gamma de Ellison-Glaeser", low=None),
        number("g", None, "Raw concentration G", "Concentración bruta G"),
        number("h", None, "Plant Herfindahl H", "Herfindahl de plantas H"),
        number("z", None, "z against the dartboard", "z contra el azar", low=None),
    ),
)  # fmt: skip

ZONING_TABLE = Layer(
    "zonings", "The same index on other areas", "El mismo índice con otras áreas",
    "How ownership and specialisation change with the areas they are measured on (the modifiable areal unit problem).",
    derived(
        text("zoning", "Areas", "Zonificación", nullable=False, allowed=ZONINGS),
        text("index", "Index", "Índice", nullable=False),
        whole("areas", "Areas measured", "Áreas medidas", nullable=False),
        *(
            number(name, None, en, es, rule, low=None)
            for name, en, es, rule in (
                ("mean", "Mean", "Media", "Weighted by parks (ownership) or manufacturing plants (quotients)"),
                ("median", "Median", "Mediana", ""),
                ("low", "5 %", "5 %", "5 % quantile over areas"),
                ("high", "95 %", "95 %", "95 % quantile over areas"),
            )
        ),
    ),
)  # fmt: skip

CORRIDOR_TEST = Layer(
    "corridor_test", "Is the auto industry on the corridor?", "¿Está la industria automotriz en el corredor?",
    "Share of auto plants near the trunk against the same line shifted and turned over the register's manufacturing "
    "plants.",
    derived(
        whole("within_km", "Within", "A menos de", "Distance to the trunk, km", nullable=False),
        whole("plants", "Auto plants within", "Plantas automotrices a esa distancia", nullable=False),
        whole("all_plants", "Auto plants", "Plantas automotrices", nullable=False),
        number("share", "share", "Share of auto plants", "Proporción de plantas automotrices", high=1),
        number("base_share", "share", "Share of manufacturing plants", "Proporción de plantas manufactureras", high=1),
        number("expected", "share", "Mean share of random lines", "Proporción media de líneas al azar", high=1),
        number("low", "share", "Envelope, low", "Banda, mínimo", "Global 95 % envelope", high=1),
        number("high", "share", "Envelope, high", "Banda, máximo", "Global 95 % envelope", high=1),
        flag("outside", "Outside the envelope", "Fuera de la banda"),
        number("p", None, "p of this distance", "p de esta distancia", "Two-sided", high=1),
        number("p_all", None, "p of all distances", "p de todas las distancias", "Global", high=1),
        whole("shifts", "Random lines", "Líneas al azar", nullable=False),
        *(
            number(f"share_jitter_{end}", "share", f"Share under location errors, {en}",
                   f"Proporción con errores de ubicación, {es}", high=1)
            for end, en, es in (("low", "5 %", "5 %"), ("median", "median", "mediana"), ("high", "95 %", "95 %"))
        ),
    ),
)  # fmt: skip

OWNERSHIP_RULES = Layer(
    "ownership_rules", "Who counts as controller", "Quién cuenta como controlador",
    "National concentration of owners under the study's rule and with promoters and administrators added.",
    derived(
        text("rule", "Roles that control", "Papeles que controlan", nullable=False, unique=True),
        flag("headline", "Rule of this run", "Regla de esta corrida"),
        whole("parks", "Parks of the study set", "Parques del conjunto de estudio", nullable=False),
        whole("parks_controller_known", "Parks with a known controller", "Parques con controlador conocido"),
        *(
            number(f"owner_{index}_{size}_{end}", "share", f"{label}, {words_en}, {end}", f"{label}, {words_es}, {fin}",
                   high=1)
            for index, label in (("hhi", "HHI"), ("cr4", "CR4"))
            for size, words_en, words_es in (("count", "parks", "parques"), ("ha", "hectares", "hectáreas"))
            for end, fin in (("low", "mínimo"), ("high", "máximo"))
        ),
        whole("ownership_year", "Year of ownership", "Año de la propiedad", "Blank where relations of any year count"),
        flag("ultimate_owners", "By ultimate owners", "Por propietarios últimos",
             "Whether a party's parks count as those of the party it belongs to in the end"),
    ),
)  # fmt: skip

SENSITIVITY = Layer(
    "sensitivity", "What location errors do to the figures", "Efecto de los errores de ubicación",
    "Figures of each located park under random displacements within its location error: median and 5-95 %.",
    derived(
        text("park_id", "Park id", "Clave del parque", nullable=False, refers_to="parks.park_id"),
        text("index", "Column", "Columna", "Column of the layer parks", nullable=False),
        number("value", None, "Value at the given point", "Valor en el punto dado", low=None),
        number("median", None, "Median", "Mediana", low=None),
        number("low", None, "5 %", "5 %", low=None),
        number("high", None, "95 %", "95 %", low=None),
        whole("replicas", "Replicas", "Réplicas", nullable=False),
    ),
)  # fmt: skip

_TESTS = (
    ("residual_moran", "Moran's I of the residuals", "I de Moran de los residuos"),
    ("lm_lag", "LM test, lag", "Prueba LM, rezago"),
    ("lm_error", "LM test, error", "Prueba LM, error"),
    ("rlm_lag", "Robust LM test, lag", "Prueba LM robusta, rezago"),
    ("rlm_error", "Robust LM test, error", "Prueba LM robusta, error"),
)
WAGE_GRADIENT = Layer(
    "wage_gradient", "Wages and distance", "Salarios y distancia",
    "Mean log daily wage of the states on log distance to the border and to [[capital.en]] and on the share of "
    "people in the [[wage_zone.en]], before and after 2019. Wages are by state: one point each.",
    derived(
        text("period", "Period", "Periodo", "before 2019, after, or the change between them", nullable=False,
             allowed=("before", "after", "change")),
        text("model", "Model", "Modelo", nullable=False, allowed=("ols", "ml_lag", "ml_error")),
        text("term", "Term", "Término", nullable=False),
        number("estimate", None, "Estimate", "Estimación", low=None),
        number("std_err", None, "Standard error", "Error estándar", "The model's own"),
        number("hc1", None, "Standard error, HC1", "Error estándar, HC1"),
        *(
            number(f"conley_{km}km", None, f"Standard error, Conley {km} km", f"Error estándar, Conley {km} km")
            for km in (100, 250, 500)
        ),
        whole("n", "States", "Entidades", nullable=False),
        whole("years", "Years behind the mean", "Años de la media", nullable=False),
        number("r2", None, "R squared", "R cuadrada", low=None, high=1),
        *(
            column
            for name, en, es in _TESTS
            for column in (
                number(name, None, en, es, low=None),
                number(f"{name}_p", None, f"{en}, p", f"{es}, p", high=1),
            )
        ),
        number("log_likelihood", None, "Log-likelihood", "Log-verosimilitud", low=None),
    ),
)  # fmt: skip


def establishment_hexagons(area_metrics: tuple[Column, ...], centre: tuple[Column, ...]) -> Layer:
    """Return the layer of register establishments summed up in hexagons."""
    km = HEXAGONS_KM[0]
    counted = ("establishments", "manufacturing_establishments")
    return Layer(
        "establishment_hexagons", "Establishments by hexagon", "Establecimientos por hexágono",
        f"All register establishments with a point, duplicates left out, summed up in hexagons whose centres are {km} "
        "km apart; a hexagon without any has no row. It counts every row of a register of which the layer "
        "establishments holds a sample.",
        derived(
            text("hexagon_id", "Hexagon id", "Clave del hexágono",
                 f"h{km}_<q>_<r>: axial coordinates in the tiling of the study's plane from its origin",
                 pattern=rf"h{km}_-?\d+_-?\d+", nullable=False, unique=True),
            *(changed(column, nullable=False) for column in area_metrics if column.name in counted),
            *(changed(column, description="WGS84, of the centre") for column in centre),
        ),
        geometry="MultiPolygon", licence="semarnat", counts="establishments",
    )  # fmt: skip


def corridor_areas(area_metrics: tuple[Column, ...], branch: Column) -> Layer:
    """Return the table of what lies near each branch of the corridor."""
    return Layer(
        "corridor_areas", "What lies along the corridor", "Lo que hay a lo largo del corredor",
        "The figures of the area tables for what lies within 25, 50 and 100 km of each branch; a park or plant belongs "
        "to its nearest branch.",
        derived(
            changed(branch, unique=False, nullable=False),
            whole("within_km", "Within", "A menos de", "Distance to the branch, km", nullable=False),
            *area_metrics,
        ),
    )  # fmt: skip
