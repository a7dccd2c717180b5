"""Tables that the figures and tables of a paper are drawn from: one a question, none of them large."""

from __future__ import annotations

from geo.schema.columns import derived, number, text, whole, year
from geo.schema.model import Layer

LORENZ = Layer(
    "lorenz", "Lorenz curves of controllers", "Curvas de Lorenz de los controladores",
    "Corners of the Lorenz curve of parks over their controllers, in the study set: the country, and the states and "
    "metropolitan areas with at least ten parks of known controller. Three readings of the parks of unknown "
    "controller: left out, each a separate owner, all one owner.",
    derived(
        text("zoning", "Areas", "Zonificación", nullable=False, allowed=("national", "states", "metro_areas")),
        text("code", "Code", "Clave", "cve_ent, metro_area_code, or the name of the country", nullable=False),
        text("name", "Area", "Área", nullable=False),
        text("unknown", "Unknown controllers", "Controladores desconocidos", nullable=False,
             allowed=("left_out", "separate", "one_owner")),
        number("owners", None, "Owners", "Propietarios", "Owners that the reading counts", nullable=False),
        number("parks", None, "Parks", "Parques", "Parks that the reading counts", nullable=False),
        number("gini", None, "Gini", "Gini", "Over the owners of the reading", high=1),
        number("owner_share", None, "Share of owners", "Proporción de propietarios", "Smallest owners first",
               nullable=False, high=1),
        number("size_share", None, "Share of parks", "Proporción de parques", "Held by these owners", nullable=False,
               high=1),
    ),
)  # fmt: skip

DEVELOPER_RECORDS = Layer(
    "developer_records", "Where and since when", "Dónde y desde cuándo",
    "The states and the first year of each party's parks in the inventory, in any role. Not its founding: most parks "
    "have no opening year.",
    derived(
        text("developer_id", "Developer id", "Clave del desarrollador", nullable=False, unique=True,
             refers_to="developers.developer_id"),
        whole("states", "States", "Entidades", "States with a park of the party in the inventory", nullable=False),
        text("state_names", "Names of the states", "Nombres de las entidades", "In the order of their codes"),
        year("first_opened_year", "First opening", "Primera apertura", "Earliest known opening year of its parks"),
        year("first_seen_year", "First in the register", "Primera vez en el registro",
             "First year in which a plant of the register names one of its parks; the register begins in 2004"),
    ),
)  # fmt: skip

WAGE_POINTS = Layer(
    "wage_points", "States of the wage gradient", "Entidades del gradiente salarial",
    "What the table wage_gradient is fitted to: mean log daily wage and regressors of each state by period.",
    derived(
        text("period", "Period", "Periodo", "before 2019, after, or the change between them", nullable=False,
             allowed=("before", "after", "change")),
        text("cve_ent", "State code", "Clave de la entidad", nullable=False, refers_to="states.cve_ent"),
        number("lon", "degrees", "Longitude", "Longitud", "Population-weighted mean of the municipal seats", low=None,
               nullable=False),
        number("lat", "degrees", "Latitude", "Latitud", nullable=False),
        number("border_km", "km", "Distance to the border", "Distancia a la frontera", "From that place",
               nullable=False),
        number("mexico_city_km", "km", "Distance to [[capital.en]]", "Distancia a [[capital.es]]", "From that place",
               nullable=False),
        number("ln_border_km", None, "ln km to the border", "ln km a la frontera", "Distances under 5 km count as 5",
               low=None, nullable=False),
        number("ln_mexico_city_km", None, "ln km to [[capital.en]]", "ln km a [[capital.es]]",
               "Distances under 5 km count as 5", low=None, nullable=False),
        number("border_zone", None, "Share in the border zone", "Proporción en la zona fronteriza",
               "People of 2020 in municipalities of the [[wage_zone.en]]", high=1, nullable=False),
        number("ln_wage", None, "Mean ln wage", "Media de ln salario",
               "ln of [[money.en]] a day, mean over the years of the period; for the change, after less before",
               low=None, nullable=False),
        number("ln_wage_adjusted", None, "Mean ln wage, adjusted", "Media de ln salario, ajustada",
               "At the states' mean ln distance to [[capital.en]] and mean share in the border zone", low=None,
               nullable=False),
    ),
)  # fmt: skip

WAGE_LINES = Layer(
    "wage_lines", "Fitted line of the wage gradient", "Recta ajustada del gradiente salarial",
    "The OLS fit of wage_gradient along the distance to the border, at the states' means of the other regressors, with "
    "its pointwise 95 % band of Conley's standard errors (Bartlett kernel, Student's t).",
    derived(
        text("period", "Period", "Periodo", nullable=False, allowed=("before", "after", "change")),
        number("border_km", "km", "Distance to the border", "Distancia a la frontera", nullable=False),
        number("estimate", None, "Fitted ln wage", "ln salario ajustado", low=None, nullable=False),
        number("low", None, "Band, low", "Banda, mínimo", low=None),
        number("high", None, "Band, high", "Banda, máximo", low=None),
        whole("cutoff_km", "Conley cutoff", "Corte de Conley", "km", nullable=False),
    ),
)  # fmt: skip

PLANT_DISTANCES = Layer(
    "plant_distances", "Distances of harness and seat plants", "Distancias de plantas de arneses y asientos",
    "Quantiles of the distances of assembly plants and classes of auto-parts plants to the border, and of the parts "
    "plants to the nearest assembly plant. Each works once.",
    derived(
        text("plant_group", "Plants", "Plantas", nullable=False,
             allowed=("harness_electrical", "seats_interior", "other_parts_all", "assembly")),
        text("measure", "Distance to", "Distancia a", nullable=False, allowed=("border", "assembly_plant")),
        whole("plants", "Plants", "Plantas", "Plants with a point", nullable=False),
        number("share", "share", "Share of plants", "Proporción de plantas", "At this distance or nearer",
               nullable=False, high=1),
        number("km", "km", "Distance", "Distancia", nullable=False),
    ),
)  # fmt: skip

PARK_YEARS = Layer(
    "park_years", "Parks by first date", "Parques por primera fecha",
    "How many parks of the inventory have a first date in each year, and up to it. A park's first date is the earlier "
    "of its opening year and its first year in the register, which begins in 2004; parks with neither are not counted.",
    derived(
        year("year", "Year", "Año", nullable=False, unique=True),
        whole("opened", "Opened", "Abiertos", "Parks whose known opening year this is", nullable=False),
        whole("first_seen", "First in the register", "Primera vez en el registro", nullable=False),
        whole("first_dated", "First date", "Primera fecha", nullable=False),
        whole("opened_total", "Opened so far", "Abiertos hasta entonces", nullable=False),
        whole("first_dated_total", "First date so far", "Con primera fecha hasta entonces", nullable=False),
    ),
)  # fmt: skip

PAPER_LAYERS = (LORENZ, DEVELOPER_RECORDS, WAGE_POINTS, WAGE_LINES, PLANT_DISTANCES, PARK_YEARS)
"""The tables in the order of the outputs."""
