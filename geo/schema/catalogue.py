"""Every layer of the design, declared once: columns, units, ranges, labels in Spanish and English."""

from __future__ import annotations

from geo.schema.columns import changed, derived, flag, number, text, whole, year
from geo.schema.findings import CONTRADICTIONS, FINDINGS, VERDICTS
from geo.schema.measured import (
    CORRIDOR_TEST,
    CURVES,
    INDUSTRY_AGGLOMERATION,
    MUNICIPALITY_MEASURES,
    OWNERSHIP_RULES,
    PARK_MARKET,
    PARK_MORE,
    SENSITIVITY,
    WAGE_GRADIENT,
    ZONING_TABLE,
    corridor_areas,
    establishment_hexagons,
)
from geo.schema.model import Column, Layer
from geo.schema.papers import PAPER_LAYERS

KINDS = (
    "industrial_park", "industrial_city", "logistics_park", "technology_park", "industrial_zone",
    "industrial_corridor", "complex",
)  # fmt: skip
STUDY_SET_KINDS = KINDS[:4]
ROLES = ("owner", "developer", "promoter", "administrator")
PARTY_RELATIONS_THAT_BIND = ("subsidiary_of", "merged_into", "renamed_to")
OWNER_KINDS = ("private_national", "private_foreign", "public", "reit", "mixed")
LQ_CODES = ("3361", "3363", "336320", "336360")

_CVEGEO = r"\d{5}"
_CODE = r"[a-z][a-z0-9_]*"


LON = number("lon", "degrees", "Longitude", "Longitud", "WGS84 longitude", low=-180, high=180)
LAT = number("lat", "degrees", "Latitude", "Latitud", "WGS84 latitude", low=-90, high=90)
POINT = (LON, LAT)
SURE_POINT = (changed(LON, nullable=False), changed(LAT, nullable=False))
STATE_CODE = text("cve_ent", "State code", "Clave de la entidad", "[[Code_authority.en]] code of the state, two digits",
                   pattern=r"\d{2}", nullable=False, refers_to="states.cve_ent")  # fmt: skip
STATE = text("state", "State", "Entidad", "Name of the state", nullable=False)
CVEGEO = text("cvegeo", "Municipality code", "Clave del municipio",
               "[[Code_authority.en]] code of the municipality that holds the point (or the reported one, without a "
               "point)",
               pattern=_CVEGEO, nullable=False, refers_to="municipalities.cvegeo")  # fmt: skip
MUNICIPALITY = text("municipality", "Municipality", "Municipio", "Name of the municipality", nullable=False)
METRO = text("metro_area", "Metropolitan area", "Zona metropolitana",
              "Metropolitan area of the municipality; blank outside all of them")  # fmt: skip
SOURCES = text("source_ids", "Sources", "Fuentes", "Keys of the table sources, separated by |",
                nullable=False, refers_to="sources.source_id")  # fmt: skip
LOCATION_ERROR = number("location_error_m", "m", "Location error", "Error de ubicación",
                         "Estimated radius that holds the true place in 90 % of cases")  # fmt: skip
CVEGEO_REPORTED = text("cvegeo_reported", "Reported municipality code", "Clave del municipio reportada",
                        "Code as the source gives it, before the point was put on the map",
                        pattern=_CVEGEO, nullable=False, derived=True)  # fmt: skip
DUPLICATE_OF = text("duplicate_of", "Duplicate of", "Duplicado de",
                     "plant_id of the same works under another register number; a row is left out of "
                     "counts where that one stands in the same layer")  # fmt: skip
BORDER_KM = number("border_km", "km", "Distance to the [[border.en]]", "Distancia a la [[border.es]]",
                    "Geodesic distance to the nearest point of the [[border_line.en]]", derived=True)  # fmt: skip
PORT_NAME = text("port_name", "Nearest port of entry", "Cruce fronterizo más cercano",
                  "Nearest land crossing open to trucks, by geodesic distance", derived=True)  # fmt: skip
PORT_KM = number("port_km", "km", "Distance to the port of entry", "Distancia al cruce fronterizo",
                  "Geodesic distance to port_name", derived=True)  # fmt: skip
CORRIDOR = derived(
    text("corridor_branch", "Corridor branch", "Ramal del corredor",
          "Branch with the smallest offset; at a tie the first in the order trunk first", pattern=_CODE),
    number("chainage_km", "km", "Chainage", "Cadenamiento",
            "Geodesic km along the branch's highway line from its first place; blank on one-point enclaves"),
    number("offset_km", "km", "Offset from the corridor", "Distancia al corredor",
            "Geodesic distance to the branch's line (or point, for an enclave)"),
)  # fmt: skip
PLACE_JOINS = (BORDER_KM, PORT_NAME, PORT_KM, *CORRIDOR)
NEAREST_PARK = derived(
    text("park_id", "Nearest park", "Parque más cercano", "park_id of the nearest located park"),
    text("park_name", "Name of the nearest park", "Nombre del parque más cercano"),
    number("park_km", "km", "Distance to the nearest park", "Distancia al parque más cercano",
            "Geodesic distance to the nearest located park; read it with both location errors"),
)  # fmt: skip

PARKS = Layer(
    "parks", "Industrial parks", "Parques industriales",
    "Industrial parks, cities, zones and corridors. A park without a point keeps its row with no geometry.",
    (
        text("park_id", "Park id", "Clave del parque", nullable=False, unique=True),
        text("name", "Name", "Nombre", nullable=False),
        text("kind", "Kind", "Tipo", nullable=False, allowed=KINDS),
        STATE_CODE, STATE, CVEGEO, MUNICIPALITY, changed(METRO, derived=True),
        *derived(
            text("developers", "Developers", "Desarrolladores",
                  "Names of the parties with the role developer, joined by '; '"),
            text("owner_kind", "Kind of owner", "Tipo de propietario",
                  "Kind of the park's controller (its owner where one is known, else its developer); mixed where "
                  "controllers differ; blank where the controller or its kind is unknown", allowed=OWNER_KINDS),
        ),
        number("area_ha", "ha", "Area", "Superficie"),
        text("area_basis", "Basis of the area", "Base de la superficie", allowed=("reported", "measured")),
        year("opened_year", "Year opened", "Año de apertura"),
        year("first_seen_year", "First seen in the register", "Primer año en el registro",
              "First year a plant of the register names the park; 2004 means 2004 or before"),
        year("last_seen_year", "Last seen in the register", "Último año en el registro"),
        whole("plants_registered", "Plants in the register", "Plantas en el registro",
               "Plants of the pollutant register that name the park; blank where nobody looked"),
        flag("vintage_2018", "Evidence of existing by 2018", "Evidencia de existir en 2018",
              "False means no evidence found, not opened later"),
        flag("study_set", "In the study set", "En el conjunto de estudio",
              "vintage_2018 and kind park, city, logistics or technology park", derived=True),
        text("confidence", "Confidence", "Confianza", nullable=False, allowed=("high", "medium", "low")),
        text("location_basis", "Basis of the location", "Base de la ubicación", nullable=False,
              allowed=("plants", "census_point", "postcode", "none", "given")),
        LOCATION_ERROR, SOURCES, BORDER_KM, PORT_NAME, PORT_KM,
        *derived(
            number("port_road_km", "km", "Road distance to the port of entry", "Distancia por carretera al cruce",
                    "Shortest way over the highway graph to port_name, straight access legs included; blank where "
                    "the nearest highway is over 50 km away or not connected"),
        ),
        *CORRIDOR,
        *derived(
            whole("parks_25km", "Other parks within 25 km", "Otros parques a 25 km",
                   "Other located parks of the study set within 25 km"),
            whole("establishments_25km", "Manufacturing plants within 25 km", "Plantas manufactureras a 25 km",
                   "Register plants of [[industry_codes.en]] 31-33 within 25 km, duplicates left out"),
            whole("auto_plants_25km", "Auto plants within 25 km", "Plantas automotrices a 25 km",
                   "Assembly plants and auto-parts plants within 25 km, each works once"),
            text("assembly_plant", "Nearest assembly plant", "Planta armadora más cercana",
                  "Nearest located assembly plant not merely planned"),
            number("assembly_km", "km", "Distance to the assembly plant", "Distancia a la planta armadora"),
        ),
        *PARK_MARKET,
        *derived(
            number("wage_daily_mxn", "[[currency.en]]/day", "Daily wage of the state", "Salario diario de la entidad",
                    "Mean [[wage.en]] of the area named by wage_level"),
            year("wage_year", "Year of the wage", "Año del salario",
                  "Latest year with a value of the same series for every state"),
            text("wage_level", "Level of the wage", "Nivel del salario", allowed=("state", "municipality")),
            text("min_wage_zone", "Minimum-wage zone", "Zona de salario mínimo",
                  "The border zone or the rest of the country",
                  allowed=("northern_border", "general")),
            whole("population_30km", "Population within 30 km", "Población a 30 km",
                   "Census 2020 people in places within 30 km"),
            CVEGEO_REPORTED,
            text("owners", "Owners", "Propietarios", "Names of the parties with the role owner"),
            text("promoters", "Promoters", "Promotores", "Names of the parties with the role promoter; not owners"),
            text("administrators", "Administrators", "Administradores",
                  "Names of the parties with the role administrator; not owners"),
        ),
        *PARK_MORE,
        text("alt_names", "Other names", "Otros nombres", "Other names, separated by |"),
        *POINT,
        whole("n_plants_basis", "Plants behind the location", "Plantas que sustentan la ubicación", nullable=False),
        whole("firms_reported", "Firms reported", "Empresas reportadas"),
        whole("workers_reported", "Workers reported", "Trabajadores reportados"),
        year("reported_year", "Year of the report", "Año del reporte"),
    ),
    "parks.csv", "Point", "facts", optional_geometry=True,
)  # fmt: skip

DEVELOPERS = Layer(
    "developers", "Developers, owners and other parties", "Desarrolladores, propietarios y otras partes",
    "Firms, trusts and governments that develop, own, promote or administer parks. What they say of themselves "
    "(reported_*) stands beside what the inventory holds (parks, parks_study_set).",
    (
        text("developer_id", "Developer id", "Clave del desarrollador", nullable=False, unique=True),
        text("name", "Name", "Nombre", nullable=False),
        text("kind", "Kind", "Tipo", "Blank where unknown", allowed=OWNER_KINDS),
        text("headquarters", "Headquarters", "Sede"),
        year("founded_year", "Year founded", "Año de fundación"),
        whole("reported_parks", "Parks reported", "Parques reportados"),
        number("reported_ha", "ha", "Area reported", "Superficie reportada"),
        year("reported_year", "Year of the report", "Año del reporte"),
        *derived(
            whole("parks", "Parks in the inventory", "Parques en el inventario", "In any role"),
            whole("parks_study_set", "Parks in the study set", "Parques en el conjunto de estudio", "In any role"),
            whole("parks_controlled", "Parks controlled", "Parques controlados",
                   "Parks of the study set that it controls alone or with others"),
            number("area_ha_known", "ha", "Known area of the controlled parks",
                    "Superficie conocida de los parques controlados"),
        ),
        SOURCES,
        text("note", "Note", "Nota"),
    ),
    "developers.csv",
)  # fmt: skip

PARK_DEVELOPERS = Layer(
    "park_developers", "Who has which role in which park", "Quién tiene qué papel en qué parque",
    "One row a park, party and role. An administrator or a promoter is not an owner.",
    (
        text("park_id", "Park id", "Clave del parque", nullable=False, refers_to="parks.park_id"),
        text("developer_id", "Developer id", "Clave del desarrollador", nullable=False,
              refers_to="developers.developer_id"),
        text("role", "Role", "Papel", nullable=False, allowed=ROLES),
        text("basis", "Basis", "Base", nullable=False, allowed=("press", "brand_in_name", "own_list")),
        year("as_of_year", "As of", "Fecha", "Year of the text, not of the purchase"),
        year("until_year", "Until", "Hasta", "Last year of a relation that is known to have ended"),
        SOURCES,
    ),
    "park_developers.csv",
)  # fmt: skip

PARTY_RELATIONS = Layer(
    "party_relations", "Who belongs to whom", "Quién pertenece a quién",
    "Relations between parties, by year. subsidiary_of: the parent controls the party, as holder of more than half of "
    "it, or as the government whose body or trust it is. merged_into: the party ended and all of it is the parent's. "
    "renamed_to: the same party under another id. assets_to: it sold or handed over assets and does not belong to the "
    "buyer. It is no register of companies: it holds what the cited sources say.",
    (
        text("developer_id", "Party", "Parte", nullable=False, refers_to="developers.developer_id"),
        text("parent_id", "Parent or buyer", "Matriz o comprador", nullable=False,
              refers_to="developers.developer_id"),
        text("relation", "Relation", "Relación", nullable=False, allowed=(*PARTY_RELATIONS_THAT_BIND, "assets_to")),
        year("from_year", "Since", "Desde", "First year of the relation; blank where no source tells it"),
        year("to_year", "Until", "Hasta", "Last year of the relation; blank where it stands"),
        number("share_pct", "percent", "Share held", "Participación",
                "The parent's share of the party when the relation began", high=100),
        SOURCES,
        text("note", "Note", "Nota"),
    ),
    "party_relations.csv",
)  # fmt: skip

ASSEMBLY_PLANTS = Layer(
    "assembly_plants", "Assembly plants", "Plantas armadoras",
    "Works that assemble vehicles or build their engines and transmissions.",
    (
        text("plant_id", "Plant id", "Clave de la planta", nullable=False, unique=True),
        text("name", "Name", "Nombre", nullable=False),
        text("company", "Company", "Empresa", nullable=False),
        text("brand_origin_country", "Country of the brand", "País de la marca", "ISO 3166 code", pattern="[A-Z]{2}"),
        text("segment", "Segment", "Segmento", nullable=False,
              allowed=("light_vehicle", "engine_transmission", "heavy_truck", "bus", "motorcycle_recreational")),
        changed(STATE_CODE, derived=True), STATE, CVEGEO, MUNICIPALITY, changed(METRO, derived=True),
        LOCATION_ERROR,
        text("location_basis", "Basis of the location", "Base de la ubicación"),
        year("opened_year", "Year opened", "Año de apertura"),
        year("closed_year", "Year closed", "Año de cierre"),
        text("status", "Status", "Situación", nullable=False,
              allowed=("operating", "announced_closure", "planned", "closed")),
        text("status_date", "Date of the status", "Fecha de la situación", pattern=r"\d{4}(-\d{2}){0,2}"),
        text("products", "Products", "Productos"),
        whole("employees", "Employees", "Empleados"),
        year("employees_year", "Year of the employees", "Año de los empleados"),
        text("employees_basis", "Basis of the employees", "Base de los empleados",
              allowed=("actual", "plan", "complex")),
        text("nra", "Register number", "Número de registro ambiental"),
        *PLACE_JOINS, *NEAREST_PARK, CVEGEO_REPORTED, *POINT,
        text("note", "Note", "Nota"),
        SOURCES,
    ),
    "assembly_plants.csv", "Point", "semarnat", optional_geometry=True,
)  # fmt: skip

_PLANT_HEAD = (
    text("plant_id", "Plant id", "Clave de la planta", nullable=False, unique=True),
    text("name", "Name", "Nombre", nullable=False),
    text("scian", "[[Industry_codes.en]] code", "Código [[industry_codes.es]]", "Code of the industry",
          pattern=r"\d{2,6}"),
)  # fmt: skip
_PLANT_TAIL = (
    LOCATION_ERROR,
    text("coord_check", "Check of the coordinates", "Verificación de las coordenadas",
          allowed=("in_municipality", "within_2km_of_municipality", "in_municipality_of_register_number")),
    text("park_name_reported", "Park named by the plant", "Parque que nombra la planta"),
    year("first_year", "First year in the register", "Primer año en el registro", "2004 means 2004 or before"),
    year("last_year", "Last year in the register", "Último año en el registro", "Not proof of closure"),
)  # fmt: skip
_PLANT_PLACE = (changed(STATE_CODE, derived=True), STATE, CVEGEO, MUNICIPALITY, changed(METRO, derived=True))

AUTO_PARTS_PLANTS = Layer(
    "auto_parts_plants", "Auto-parts plants", "Plantas de autopartes",
    "Plants of [[industry_codes.en]] 3361-3363 or of the register's automotive sector. Rows with assembly_plant_id "
    "are assembly works and rows with duplicate_of are counted under the other number: both stay out of counts.",
    (
        *_PLANT_HEAD,
        text("part_class", "Class of parts", "Clase de autopartes", nullable=False),
        *_PLANT_PLACE, *_PLANT_TAIL,
        text("parent_group", "Parent group", "Grupo", "Given only where the name leaves no doubt"),
        text("assembly_plant_id", "Assembly plant", "Planta armadora", "plant_id of the assembly works it is",
              refers_to="assembly_plants.plant_id"),
        DUPLICATE_OF, *PLACE_JOINS, *NEAREST_PARK, CVEGEO_REPORTED, *SURE_POINT, SOURCES,
    ),
    "auto_parts_plants.csv", "Point", "semarnat",
)  # fmt: skip

ESTABLISHMENTS = Layer(
    "establishments", "Register establishments", "Establecimientos del registro",
    "Every plant of the register with a usable point, of all sectors. It is not a "
    "census: plants without federal reports are missing.",
    (
        *_PLANT_HEAD,
        text("scian_desc", "Activity", "Actividad"),
        text("sector", "Sector of the register", "Sector del registro", nullable=False),
        *_PLANT_PLACE, *_PLANT_TAIL, DUPLICATE_OF, *PLACE_JOINS, *NEAREST_PARK, CVEGEO_REPORTED, *SURE_POINT,
        SOURCES,
    ),
    "establishments.csv", "Point", "semarnat",
)  # fmt: skip


def _reject_columns(*extra: Column) -> tuple[Column, ...]:
    return (
        text("plant_id", "Plant id", "Clave de la planta", nullable=False, unique=True),
        text("name", "Name", "Nombre", nullable=False),
        text("scian", "[[Industry_codes.en]] code", "Código [[industry_codes.es]]"),
        *extra,
        text("cvegeo_reported", "Reported municipality code", "Clave del municipio reportada", pattern=_CVEGEO),
        text("state", "State", "Entidad"),
        number("lon_reported", "degrees", "Reported longitude", "Longitud reportada", low=-180, high=180),
        number("lat_reported", "degrees", "Reported latitude", "Latitud reportada", low=-90, high=90),
        year("first_year", "First year in the register", "Primer año en el registro"),
        year("last_year", "Last year in the register", "Último año en el registro"),
        text("reason", "Reason", "Motivo", nullable=False),
        SOURCES,
    )


AUTO_PARTS_REJECTS = Layer(
    "auto_parts_rejects", "Auto-parts rows refused", "Filas de autopartes rechazadas",
    "Register rows left out of auto_parts_plants, each with its reason.",
    _reject_columns(text("part_class", "Class of parts", "Clase de autopartes")),
    "auto_parts_rejects.csv", licence="semarnat", published=False,
)  # fmt: skip
ESTABLISHMENTS_REJECTS = Layer(
    "establishments_rejects", "Establishment rows refused", "Filas de establecimientos rechazadas",
    "Register rows left out of establishments, each with its reason.",
    _reject_columns(text("sector", "Sector of the register", "Sector del registro")),
    "establishments_rejects.csv", licence="semarnat", published=False,
)  # fmt: skip

_SHARE = "Interval: every unknown controller a separate owner ... all unknown one owner"
AREA_METRICS = derived(
    whole("parks", "Parks", "Parques", "All rows of the inventory"),
    whole("parks_study_set", "Parks of the study set", "Parques del conjunto de estudio",
           "Evidence of existing by 2018 and kind park, city, logistics or technology park"),
    whole("parks_not_located", "Parks without a point", "Parques sin ubicación", "Of all rows"),
    number("area_ha_known", "ha", "Known area", "Superficie conocida",
            "Sum over the parks of the study set with a known area; areas may overlap"),
    whole("parks_with_area", "Parks with a known area", "Parques con superficie conocida", "Of the study set"),
    whole("plants_in_parks", "Plants that name a park", "Plantas que nombran un parque", "Of the study set"),
    whole("establishments", "Establishments", "Establecimientos", "Register plants, duplicates left out"),
    whole("manufacturing_establishments", "Manufacturing plants", "Plantas manufactureras",
           "Register plants of [[industry_codes.en]] 31-33, duplicates left out"),
    whole("auto_parts_plants", "Auto-parts plants", "Plantas de autopartes",
           "Duplicates and assembly works left out"),
    whole("assembly_plants", "Assembly plants", "Plantas armadoras", "Planned ones left out"),
    whole("developers", "Controllers known", "Controladores conocidos",
           "Different parties that control a park of the study set"),
    whole("parks_controller_known", "Parks with a known controller", "Parques con controlador conocido",
           "Of the study set"),
    number("controller_known_share", "share", "Share of parks with a known controller",
            "Proporción de parques con controlador conocido", high=1),
    *(
        number(f"owner_{index}_{size}_{end}", "share", f"{label} of owners by {size_en}, {end_en}",
                f"{label} de propietarios por {size_es}, {end_es}", _SHARE, high=1)
        for index, label in (("hhi", "HHI"), ("cr4", "CR4"))
        for size, size_en, size_es in (("count", "parks", "parques"), ("ha", "known hectares", "hectáreas conocidas"))
        for end, end_en, end_es in (("low", "low", "mínimo"), ("high", "high", "máximo"))
    ),
    *(
        column
        for code in LQ_CODES
        for column in (
            whole(f"establishments_{code}", f"Plants of [[industry_codes.en]] {code}",
                   f"Plantas [[industry_codes.es]] {code}", "Register plants, duplicates left out"),
            number(f"lq_{code}", "ratio", f"Location quotient of [[industry_codes.en]] {code}",
                    f"Cociente de localización [[industry_codes.es]] {code}",
                    "By establishments, base all manufacturing plants of the register; blank without any"),
        )
    ),
)  # fmt: skip

_SEAT = (
    number("seat_lon", "degrees", "Longitude of the seat", "Longitud de la cabecera", low=-180, high=180,
            nullable=False),
    number("seat_lat", "degrees", "Latitude of the seat", "Latitud de la cabecera", low=-90, high=90, nullable=False),
)  # fmt: skip
MUNICIPALITIES = Layer(
    "municipalities", "Municipalities", "Municipios",
    "The municipalities with their boundaries; one younger than the boundaries has none of its own there and names the "
    "municipality that holds it.",
    (
        changed(CVEGEO, unique=True, refers_to=None, description="[[Code_authority.en]] code of the municipality"),
        text("name", "Municipality", "Municipio", nullable=False),
        STATE_CODE, STATE,
        whole("pop_2020", "Population 2020", "Población 2020", "Census 2020", nullable=False),
        text("metro_area_code", "Code of the metropolitan area", "Clave de la zona metropolitana"),
        text("metro_area_name", "Metropolitan area", "Zona metropolitana"),
        text("metro_delimitation", "Delimitation", "Delimitación", dropped=True),
        flag("zlfn", "[[Border_zone.en]]", "[[Border_zone.es]]", "Where a higher minimum wage holds"),
        text("parent_cvegeo", "Municipality it was split from", "Municipio de origen",
              "Set where the municipality is younger than the boundaries: its parks and plants count there",
              pattern=_CVEGEO, derived=True),
        *AREA_METRICS, *MUNICIPALITY_MEASURES, *_SEAT, SOURCES,
    ),
    "municipalities.csv", "MultiPolygon", "inegi", optional_geometry=True,
)  # fmt: skip

STATES = Layer(
    "states", "States", "Entidades federativas", "The states, with their boundaries.",
    (
        changed(STATE_CODE, unique=True, refers_to=None),
        text("name", "State", "Entidad", nullable=False),
        *derived(
            whole("pop_2020", "Population 2020", "Población 2020", "Census 2020"),
            number("wage_daily_mxn", "[[currency.en]]/day", "Daily wage", "Salario diario", "Mean [[wage.en]]"),
            year("wage_year", "Year of the wage", "Año del salario"),
        ),
        *AREA_METRICS,
    ),
    "shapes/states.parquet", "MultiPolygon", "inegi",
)  # fmt: skip

METRO_AREAS = Layer(
    "metro_areas", "Metropolitan areas", "Zonas metropolitanas",
    "The 74 metropolitan areas of the 2015 delimitation, a table without geometry.",
    derived(
        text("metro_area_code", "Code", "Clave", nullable=False, unique=True),
        text("name", "Metropolitan area", "Zona metropolitana", nullable=False),
        whole("municipalities", "Municipalities", "Municipios"),
        whole("pop_2020", "Population 2020", "Población 2020"),
        *AREA_METRICS,
    ),
    licence="inegi",
)  # fmt: skip
NATIONAL = Layer(
    "national", "The whole country", "Todo el país", "One row: the national figures.",
    derived(
        text("name", "Country", "País", nullable=False, unique=True),
        whole("pop_2020", "Population 2020", "Población 2020"),
        *AREA_METRICS,
    ),
)  # fmt: skip

BORDER = Layer(
    "border", "[[Border_name.en]]", "[[Border_name.es]]",
    "The line that distances to the border are measured to, at full resolution.",
    (
        text("name", "Name", "Nombre", nullable=False, unique=True),
        number("length_km", "km", "Length", "Longitud", "Geodesic length", derived=True),
    ),
    "shapes/border.parquet", "LineString", "inegi",
)  # fmt: skip

PORTS_OF_ENTRY = Layer(
    "ports_of_entry", "Ports of entry", "Cruces fronterizos",
    "Land ports of entry on the [[border_name.en]], and single bridges under their port.",
    (
        text("port_id", "Port id", "Clave del cruce", nullable=False, unique=True),
        text("level", "Level", "Nivel", nullable=False, allowed=("port", "bridge")),
        text("name", "Name", "Nombre", nullable=False),
        text("us_port", "[[Far_side.en]] port", "Puerto [[far_side.es]]", nullable=False),
        text("us_port_code", "[[Far_side.en]] port code", "Clave del puerto [[far_side.es]]", pattern=r"\d{4}",
              nullable=False),
        text("us_state", "[[Far_side.en]] state", "Estado [[far_side.es]]", nullable=False, pattern="[A-Z]{2}"),
        text("mx_place", "Place in [[country.en]]", "Lugar en [[country.es]]", nullable=False),
        text("mx_municipality", "Municipality", "Municipio", nullable=False),
        changed(CVEGEO, description="Nearest municipality of the study"),
        text("mx_state", "State", "Entidad", nullable=False),
        text("modes", "Modes", "Modos", "commercial means trucks; separated by ;", nullable=False),
        LOCATION_ERROR,
        changed(BORDER_KM, description="Geodesic distance of the given point to the [[border_line.en]]"),
        text("quality", "Quality of the point", "Calidad del punto",
              "off_line: the given point lies over 200 m off the border line; bad: over 500 m, so that it serves no "
              "distance (both limits are parameters of the study)", allowed=("good", "off_line", "bad"), derived=True),
        number("distance_to_border_line_m", "m", "Distance to the line in the source table",
                "Distancia a la línea en la tabla de origen", dropped=True),
        number("distance_to_mx_municipality_m", "m", "Distance to the municipality", "Distancia al municipio",
                dropped=True),
        *SURE_POINT, SOURCES,
    ),
    "ports_of_entry.csv", "Point", "public_domain",
)  # fmt: skip

_BRANCH = text("branch", "Branch", "Ramal", nullable=False, pattern=_CODE)
CORRIDOR_WAYPOINTS = Layer(
    "corridor_waypoints", "Places along the corridor", "Lugares a lo largo del corredor",
    "The places each branch passes, in order; branches of one place are enclaves.",
    (
        _BRANCH,
        whole("order", "Order", "Orden", low=1, nullable=False),
        text("name", "Place", "Lugar", nullable=False),
        CVEGEO, MUNICIPALITY, STATE,
        number("segment_geodesic_km", "km", "Straight distance from the previous place",
                "Distancia recta desde el lugar anterior"),
        number("cumulative_geodesic_km", "km", "Cumulative straight distance", "Distancia recta acumulada"),
        number("segment_road_km_model", "km", "Road distance from the previous place",
                "Distancia por carretera desde el lugar anterior", "Over the highway graph, with access legs"),
        text("published_road_note", "Published road length", "Longitud de carretera publicada"),
        text("note", "Note", "Nota"),
        *SURE_POINT, SOURCES,
    ),
    "corridor.csv", "Point",
)  # fmt: skip
CORRIDOR_LINES = Layer(
    "corridor", "Auto corridor", "Corredor automotriz",
    "The branches of the corridor along the highway graph, the trunk first.",
    (
        changed(_BRANCH, unique=True),
        whole("waypoints", "Places", "Lugares", nullable=False),
        number("length_geodesic_km", "km", "Length of the line", "Longitud de la línea",
                "Geodesic length of the drawn line; chainage_km runs along it"),
        number("length_road_km", "km", "Road length", "Longitud por carretera",
                "Sum of the highway graph's true km along the line"),
        number("length_road_with_access_km", "km", "Road length with access legs",
                "Longitud por carretera con accesos", "With the straight legs into each municipal seat and out"),
        number("length_waypoints_geodesic_km", "km", "Length along the places", "Longitud entre lugares",
                "Geodesic length of the line through the places themselves"),
    ),
    "shapes/osm/corridor.parquet", "LineString", "osm",
)  # fmt: skip
CORRIDOR_POINTS = Layer(
    "corridor_points", "Points along the corridor", "Puntos a lo largo del corredor",
    "Every vertex of the branches' lines with its geodesic and its road chainage; enclaves are one point.",
    (
        _BRANCH,
        whole("vertex_order", "Order", "Orden", nullable=False),
        text("waypoint", "Place", "Lugar", "Name of the place whose nearest node this is"),
        number("chainage_geodesic_km", "km", "Chainage", "Cadenamiento", "Geodesic km along the drawn line"),
        number("chainage_road_km", "km", "Road chainage", "Cadenamiento por carretera",
                "True km of the highway graph"),
        *SURE_POINT,
    ),
    "shapes/osm/corridor_points.parquet", "Point", "osm",
)  # fmt: skip
HIGHWAYS = Layer(
    "highways", "Highways", "Carreteras",
    "Highway graph: one row an edge, drawn as a straight chord that carries its true length.",
    (
        Column("u", "integer", "From node", "Nodo inicial", low=0, nullable=False),
        Column("v", "integer", "To node", "Nodo final", low=0, nullable=False),
        number("km", "km", "True length", "Longitud real", nullable=False),
    ),
    "shapes/osm/highways.parquet", "LineString", "osm", published=False,
)  # fmt: skip

PLACES = Layer(
    "places", "Places with population", "Localidades con población",
    "Places with their population.",
    (
        text("place_id", "Place id", "Clave de la localidad", nullable=False, unique=True),
        text("name", "Place", "Localidad", nullable=False),
        *SURE_POINT, CVEGEO, MUNICIPALITY,
        text("match", "How the municipality was found", "Cómo se halló el municipio", nullable=False,
              allowed=("in_polygon", "nearest_polygon", "nearest_seat", "municipality_seat", "census")),
        whole("population_geonames", "Population in GeoNames", "Población en GeoNames"),
        whole("population_2020", "Population 2020 (scaled)", "Población 2020 (ajustada)",
               "Estimate: the municipality's census population shared out by GeoNames population", nullable=False),
        text("basis", "Basis", "Base"),
        SOURCES,
    ),
    "places.csv", "Point", "geonames",
)  # fmt: skip
PLACES_REJECTS = Layer(
    "places_rejects", "Places refused", "Localidades rechazadas", "Rows left out of places, with the reason.",
    (
        text("place_id", "Place id", "Clave de la localidad", nullable=False, unique=True),
        text("name", "Place", "Localidad", nullable=False),
        *SURE_POINT,
        whole("population_geonames", "Population in GeoNames", "Población en GeoNames"),
        text("reason", "Reason", "Motivo", nullable=False),
        SOURCES,
    ),
    "places_rejects.csv", licence="geonames", published=False,
)  # fmt: skip

WAGES = Layer(
    "wages", "Wages by state", "Salarios por entidad",
    "[[Wage.en]] by state: an annual series and single values.",
    (
        STATE_CODE, STATE,
        year("year", "Year", "Año", nullable=False),
        whole("month", "Month", "Mes", low=1, high=12),
        text("measure", "Measure", "Medida", nullable=False,
              allowed=("imss_sbc_daily_mxn", "imss_sbc_daily_mxn_mean_jan_jun")),
        number("value", "[[currency.en]]/day", "Daily wage", "Salario diario", nullable=False),
        text("basis", "Basis", "Base", nullable=False, allowed=("derived", "published")),
        SOURCES,
    ),
    "state_wages.csv",
)  # fmt: skip
MUNICIPAL_WAGES = Layer(
    "municipal_wages", "Wages by municipality", "Salarios por municipio",
    "[[Wage.en]] by municipality and year. The shipped table has no row: a study fetches or brings them.",
    (
        changed(CVEGEO, description="[[Code_authority.en]] code of the municipality"),
        year("year", "Year", "Año", nullable=False),
        number("wage_daily_mxn", "[[currency.en]]/day", "Daily wage", "Salario diario", nullable=False),
        whole("workers", "Workers behind the wage", "Trabajadores del salario",
              "Summed over the months of the year that were read"),
        SOURCES,
    ),
    "municipal_wages.csv", published=False,
)  # fmt: skip
WAGE_CONTEXT = Layer(
    "wage_context", "Wages and prices by year", "Salarios y precios por año",
    "Exchange rate, minimum wages and the few published auto and manufacturing wages.",
    (
        year("year", "Year", "Año", nullable=False, unique=True),
        number("usd_mxn", "[[currency.en]]/USD", "Exchange rate", "Tipo de cambio"),
        whole("usd_mxn_days", "Days behind the rate", "Días del tipo de cambio"),
        number("min_wage_general_mxn_day", "[[currency.en]]/day", "General minimum wage", "Salario mínimo general"),
        number("min_wage_border_mxn_day", "[[currency.en]]/day", "Border minimum wage", "Salario mínimo fronterizo"),
        number("min_wage_zone_a_mxn_day", "[[currency.en]]/day", "Minimum wage, zone A", "Salario mínimo, zona A"),
        number("min_wage_zone_b_mxn_day", "[[currency.en]]/day", "Minimum wage, zone B", "Salario mínimo, zona B"),
        number("usmca_lvc_usd_hour", "USD/hour", "Labour value content wage", "Salario del contenido laboral (T-MEC)"),
        number("auto_assembly_mxn_hour", "[[currency.en]]/hour", "Auto assembly wage",
               "Salario en ensamble automotriz"),
        number("auto_assembly_usd_hour", "USD/hour", "Auto assembly wage", "Salario en ensamble automotriz"),
        number("manufacturing_usd_hour", "USD/hour", "Manufacturing wage", "Salario manufacturero"),
        number("manufacturing_imss_sbc_mxn_day", "[[currency.en]]/day", "Manufacturing base wage",
               "Salario base manufacturero"),
        text("note", "Note", "Nota"),
        SOURCES,
    ),
    "wage_context.csv",
)  # fmt: skip
STATE_CONTEXT = Layer(
    "state_context", "States in context", "Contexto de las entidades",
    "Exports 2007-2021, census population and insured workers by state.",
    (
        STATE_CODE, STATE,
        year("year", "Year", "Año", nullable=False),
        whole("month", "Month", "Mes", low=1, high=12),
        text("measure", "Measure", "Medida", nullable=False,
              allowed=("exports_thousand_usd", "imss_insured_workers", "population_census")),
        number("value", None, "Value", "Valor", nullable=False),
        text("basis", "Basis", "Base", nullable=False,
              allowed=("as_in_source", "published", "corrected_bc_bcs_swap")),
        SOURCES,
    ),
    "state_context.csv",
)  # fmt: skip

CLAIMS = Layer(
    "claims", "Published figures", "Cifras publicadas",
    "Published figures with date, source and definition. Contradicting figures are all kept.",
    (
        text("figure_id", "Figure id", "Clave de la cifra", nullable=False, unique=True),
        text("what", "What", "Qué", nullable=False),
        text("place", "Place", "Lugar", nullable=False),
        text("year", "Date as published", "Fecha publicada", "Text: a year, a month, a span or 'about'"),
        number("value", None, "Value", "Valor", "Blank where the source gives a range or words", low=None),
        number("value_low", None, "Value from", "Valor desde", "Lower end of a published range", low=None),
        number("value_high", None, "Value to", "Valor hasta", "Upper end of a published range, or the limit it stays "
                "under", low=None),
        text("unit", "Unit", "Unidad"),
        text("source_title", "Source", "Fuente"),
        text("source_url", "Address", "Dirección"),
        text("quote", "Quote", "Cita"),
        text("note", "Note", "Nota"),
    ),
    "published_figures.csv",
)  # fmt: skip
SOURCE_TABLE = Layer(
    "sources", "Sources", "Fuentes", "Every source that source_ids name, with its licence and what was taken.",
    (
        text("source_id", "Source id", "Clave de la fuente", nullable=False, unique=True),
        text("title", "Title", "Título", nullable=False),
        text("publisher", "Publisher", "Editor"),
        text("year", "Year", "Año"),
        text("licence", "Licence", "Licencia", nullable=False),
        text("url", "Address", "Dirección"),
        text("what_taken", "What was taken", "Qué se tomó", nullable=False),
    ),
    "sources.csv",
)  # fmt: skip
YOUNG_MUNICIPALITIES = Layer(
    "young_municipalities", "Younger municipalities", "Municipios más recientes",
    "Municipalities younger than the shipped boundaries, with the one each was split from.",
    (
        text("cvegeo", "Municipality code", "Clave del municipio", pattern=_CVEGEO, nullable=False, unique=True),
        text("name", "Municipality", "Municipio", nullable=False),
        text("parent_cvegeo", "Split from", "Municipio de origen", pattern=_CVEGEO, nullable=False),
        text("other_parent_cvegeo", "Also from", "También de", pattern=_CVEGEO),
        SOURCES,
    ),
    "young_municipalities.csv", licence="inegi", published=False,
)  # fmt: skip

CORRIDOR_AREAS = corridor_areas(AREA_METRICS, _BRANCH)
ESTABLISHMENT_HEXAGONS = establishment_hexagons(AREA_METRICS, SURE_POINT)

_BOUNDARY = (
    text("cvegeo", "Municipality code", "Clave del municipio", pattern=_CVEGEO, nullable=False, unique=True),
    changed(STATE_CODE, refers_to=None),
    text("name", "Municipality", "Municipio", nullable=False),
)
MUNICIPALITY_BOUNDARIES = Layer(
    "municipality_boundaries", "Municipal boundaries", "Límites municipales",
    "The municipal boundaries that joins are made on.",
    _BOUNDARY, "shapes/municipalities.parquet", "MultiPolygon", "inegi", published=False,
)  # fmt: skip
MUNICIPALITIES_DRAWING = Layer(
    "municipalities_drawing", "Municipal boundaries for drawing", "Límites municipales para dibujar",
    "The same boundaries simplified at 1 km: drawn, never joined or measured on.",
    _BOUNDARY, "shapes/municipalities_drawing.parquet", "MultiPolygon", "inegi", published=False,
)  # fmt: skip
STATES_DRAWING = Layer(
    "states_drawing", "State boundaries for drawing", "Límites estatales para dibujar",
    "The states simplified at 1 km: drawn, never joined or measured on.",
    (changed(STATE_CODE, unique=True, refers_to=None), text("name", "State", "Entidad", nullable=False)),
    "shapes/states_drawing.parquet", "MultiPolygon", "inegi", published=False,
)  # fmt: skip

LAYERS = {
    layer.name: layer
    for layer in (
        PARKS, DEVELOPERS, PARK_DEVELOPERS, PARTY_RELATIONS, ASSEMBLY_PLANTS, AUTO_PARTS_PLANTS, ESTABLISHMENTS,
        ESTABLISHMENT_HEXAGONS, MUNICIPALITIES, STATES, METRO_AREAS, NATIONAL, BORDER, PORTS_OF_ENTRY,
        CORRIDOR_LINES, CORRIDOR_WAYPOINTS, CORRIDOR_POINTS, CORRIDOR_AREAS, CORRIDOR_TEST, CURVES,
        INDUSTRY_AGGLOMERATION, ZONING_TABLE, OWNERSHIP_RULES, SENSITIVITY, WAGE_GRADIENT, FINDINGS, VERDICTS,
        CONTRADICTIONS, *PAPER_LAYERS, HIGHWAYS, PLACES, WAGES, MUNICIPAL_WAGES, WAGE_CONTEXT, STATE_CONTEXT, CLAIMS,
        SOURCE_TABLE,
        AUTO_PARTS_REJECTS, ESTABLISHMENTS_REJECTS, PLACES_REJECTS, YOUNG_MUNICIPALITIES,
        MUNICIPALITY_BOUNDARIES, MUNICIPALITIES_DRAWING, STATES_DRAWING,
    )
}  # fmt: skip
"""Every layer by its name, in the order of the outputs."""
