"""The words of park names: abbreviations, types, numbers, and words that tell nothing."""

from __future__ import annotations

import re

ARTICLES = frozenset({"DE", "DEL", "LA", "LAS", "EL", "LOS", "Y", "E", "EN", "THE", "OF", "LO"})

#: Written short -> written out, a token each. Those of one letter stand in `_expanded`, which sees the neighbour.
ABBREVIATIONS = {
    "AMP": "AMPLIACION", "AMPL": "AMPLIACION", "CARR": "CARRETERA", "CD": "CIUDAD", "COL": "COLONIA",
    "CORR": "CORREDOR", "CPO": "COMPLEJO", "CTRO": "CENTRO", "DESARR": "DESARROLLO", "FCO": "FRANCISCO",
    "FRAC": "FRACCIONAMIENTO", "FRACC": "FRACCIONAMIENTO", "FRACCION": "FRACCIONAMIENTO",
    "FRACCTO": "FRACCIONAMIENTO", "FRACTO": "FRACCIONAMIENTO", "FRACCIONAM": "FRACCIONAMIENTO",
    "GRAL": "GENERAL", "IND": "INDUSTRIAL", "INDL": "INDUSTRIAL", "INDS": "INDUSTRIAL", "INT": "INTERNACIONAL",
    "INTERNAC": "INTERNACIONAL", "INTL": "INTERNACIONAL", "INDUSTRIALES": "INDUSTRIAL",
    "LOG": "LOGISTICO", "MTY": "MONTERREY", "MEX": "MEXICO", "NTE": "NORTE", "OTE": "ORIENTE", "PARQ": "PARQUE",
    "PARQUES": "PARQUE", "PQE": "PARQUE", "PQUE": "PARQUE", "PTE": "PONIENTE", "QRO": "QUERETARO", "RCHO": "RANCHO",
    "SN": "SAN", "STA": "SANTA", "STO": "SANTO", "TEC": "TECNOLOGICO", "TECNO": "TECNOLOGICO", "TECH": "TECHNOLOGY",
    "AGS": "AGUASCALIENTES", "GTO": "GUANAJUATO", "CHIH": "CHIHUAHUA", "JAL": "JALISCO",
    "NVA": "NUEVA", "NVO": "NUEVO", "TIJ": "TIJUANA", "HGO": "HIDALGO",
    "PUE": "PUEBLA", "TAMPS": "TAMAULIPAS", "COAH": "COAHUILA", "VER": "VERACRUZ",
}  # fmt: skip

#: Titles that are left out of a name.
TITLES = frozenset({"LIC", "ING", "DR", "PROF", "PROFR", "SR", "ARQ", "CP"})

#: Words that carry a park's type, and how many slips of the pen still read as the word.
TYPE_WORDS = {
    "INDUSTRIAL": 3, "FRACCIONAMIENTO": 3, "PEQUENA": 1, "COMERCIAL": 1, "PARQUE": 2, "CORREDOR": 1,
    "COMPLEJO": 1, "CIUDAD": 1,
    "CONDOMINIO": 2, "DESARROLLO": 2, "TECNOLOGICO": 2, "LOGISTICO": 2,
}  # fmt: skip
#: Words near a type word that are words of their own.
NOT_SLIPS = frozenset({"INDUSTRIA", "INDUSTRIAS", "PAQUETE", "PARRA", "PARQUIN", "DUQUE", "CORREDORES", "LOGISTICA",
                        "TECNOLOGICA", "BOSQUE", "LOGISTIK", "LOGISTICS", "TECNOLOGIAS"})  # fmt: skip

UNIT = "INDUSTRIAL"
#: Names that are type and name at once, and words in an unusual order -> as they are read.
WHOLE = (
    ("PUERTO INTERIOR", "PUERTOINTERIOR INDUSTRIAL PARK"),
    ("PARQUE ECOLOGICO INDUSTRIAL", "PARQUE INDUSTRIAL ECOLOGICO"),
    ("PARQUE PEQUENA MEDIANA INDUSTRIAL", "PARQUE INDUSTRIAL PEQUENAYMEDIANA"),
    ("PARQUE PEQUENA MEDIANA INDUSTRIA", "PARQUE INDUSTRIAL PEQUENAYMEDIANA"),
)
#: Type phrase (articles left out) -> kind; longer phrases first.
PHRASES: tuple[tuple[tuple[str, ...], str], ...] = tuple(
    (tuple(words.split()), kind)
    for words, kind in sorted(
        {
            "PARQUE COMERCIAL INDUSTRIAL": "industrial_park", "PARQUE INDUSTRIAL TECNOLOGICO": "industrial_park",
            "PARQUE INDUSTRIAL LOGISTICO": "logistics_park", "PARQUE INDUSTRIAL": "industrial_park",
            "PARQUE MODULO INDUSTRIAL": "industrial_park", "PARQUE MICROINDUSTRIAL": "industrial_park",
            "PARQUE AGROINDUSTRIAL": "industrial_park", "FRACCIONAMIENTO AGROINDUSTRIAL": "industrial_park",
            "PARQUE MANUFACTURERO": "industrial_park", "PARQUE TECNOINDUSTRIAL": "industrial_park",
            "INDUSTRIAL PARK": "industrial_park", "BUSINESS PARK": "industrial_park",
            "PARQUE EMPRESARIAL": "industrial_park", "INDUSTRIAL CENTER": "industrial_park",
            "INDUSTRIAL CAMPUS": "industrial_park", "CENTRO INDUSTRIAL": "industrial_park",
            "MODULO INDUSTRIAL": "industrial_park", "CONDOMINIO INDUSTRIAL": "industrial_park",
            "DESARROLLO INDUSTRIAL": "industrial_park", "CONJUNTO INDUSTRIAL": "industrial_park",
            "UNIDAD INDUSTRIAL": "industrial_park", "POLIGONO INDUSTRIAL": "industrial_park",
            "POLIGONO EMPRESARIAL": "industrial_park", "COMPLEJO PARQUE INDUSTRIAL": "industrial_park",
            "TECHNOLOGY PARK": "technology_park", "PARQUE TECNOLOGICO": "technology_park",
            "PARQUE TECNOLOGIA": "technology_park", "PARQUE AEROESPACIAL": "technology_park",
            "PARQUE INVESTIGACION INNOVACION TECNOLOGICA": "technology_park", "TECNOPOLO": "technology_park",
            "PARQUE LOGISTICO": "logistics_park", "CENTRO LOGISTICO": "logistics_park",
            "LOGISTIC CENTER": "logistics_park", "LOGISTIC PARK": "logistics_park", "FERROPUERTO": "logistics_park",
            "CIUDAD INDUSTRIAL": "industrial_city",
            "CORREDOR INDUSTRIAL": "industrial_corridor", "CORDON INDUSTRIAL": "industrial_corridor",
            "COMPLEJO INDUSTRIAL": "complex", "PUERTO INDUSTRIAL PESQUERO": "complex", "PUERTO INDUSTRIAL": "complex",
            "ZONA INDUSTRIAL": "industrial_zone", "AREA INDUSTRIAL": "industrial_zone",
            "FRACCIONAMIENTO INDUSTRIAL": "industrial_zone", "COLONIA INDUSTRIAL": "industrial_zone",
            "RESIDENCIAL INDUSTRIAL": "industrial_zone", "JARDIN INDUSTRIAL": "industrial_park",
            "INTERPUERTO": "logistics_park", "BUSINESS CENTER": "industrial_park",
            "INDUSTRIAL VILLAGE": "industrial_park",
            "CENTRO NEGOCIOS": "industrial_park", "PARK": "industrial_park",
        }.items(),
        key=lambda item: -len(item[0].split()),
    )
)  # fmt: skip
#: Prepositions that put a place beside a park, not in it.
BESIDE = re.compile(
    r"^(?:(?:LATERAL|FRENTE|JUNTO|CERCA|ATRAS|DETRAS|CONTIGUO|ALEDANO|COLINDANTE|ADJUNTO"
    r"|A UN COSTADO|A LADO|AL LADO|CERCANO|CERCANA|RESERVA"
    r"|FUERA|PROXIMO|PROLONGACION|CARRETERA|ENTRONQUE|CAMINO|ANTES|DESPUES|SALIDA|ENTRE|CRUCE|LIMITE)\b)"
)
NOTHING = frozenset({
    "", "NA", "N A", "ND", "N D", "NO APLICA", "NINGUNO", "NINGUNA", "SN", "S N", "SIN NOMBRE", "NO", "OTRO", "OTROS",
    "CONOCIDO", "DOMICILIO CONOCIDO", "PARTICULAR", "0", "X", "XX", "XXX", "PARQUE", "INDUSTRIA", "NO DISPONIBLE",
    "NINGUN", "SIN DATO", "SIN DATOS", "MIXTO", "MIXTA", "CENTRO", "CIUDAD", "CARRETERA", "NO EXISTE", "NO TIENE",
    "FRACCIONAMIENTO", "ZONA", "CORREDOR", "COMPLEJO", "URBANA", "RURAL",
})  # fmt: skip
SETTLEMENTS = ("COLONIA", "BARRIO", "PUEBLO", "UNIDAD HABITACIONAL", "EJIDO", "CIUDAD", "FRACCIONAMIENTO", "ZONA",
                "AMPLIACION", "RANCHO", "HACIENDA", "INTERIOR", "PREDIO", "CONDOMINIO", "PRIVADA", "COMPLEJO",
                "GRUPO", "DENTRO", "LOCALIDAD", "CORREDOR")  # fmt: skip

ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10, "XI": 11,
          "XII": 12, "XX": 20, "XXI": 21}  # fmt: skip
NUMBER_WORDS = {
    "UNO": 1, "PRIMERA": 1, "PRIMER": 1, "SEGUNDA": 2, "SEGUNDO": 2, "DOS": 2, "TERCERA": 3, "TERCER": 3, "TRES": 3,
    "CUARTA": 4, "CUARTO": 4, "CUATRO": 4, "QUINTA": 5, "CINCO": 5, "SEXTA": 6,
}  # fmt: skip
ORDINAL = re.compile(r"^(\d{1,2})(?:A|O|RA|DA|TA|ER|ERA|RO|DO|TO|ERO|VA|MA)$")
STAGES = frozenset({"ETAPA", "ET", "SECCION", "SECC", "SEC", "FASE", "SECTOR", "MODULO", "UNIDAD"})
DIRECTIONS = frozenset({"NORTE", "SUR", "ORIENTE", "PONIENTE"})
STREET = re.compile(
    r"\b(?:KM|KILOMETRO|LOTES?|NAVES?|BODEGAS?|MANZANA|MZA|MZ|LT|NUM|NO|CALLE|AVENIDA|AV|BOULEVARD|BLVD)\b.*$"
)


#: Words that tell nothing of which park it is, wherever they stand.
NOISE = frozenset({
    "NINGUNO", "NINGUNA", "COLONIA", "UBICADO", "UBICADA", "INTERIOR", "PARQUE", "SECCION", "ETAPA", "BODEGA", "NAVE",
    "PREDIO", "TERRENO", "ESTADO", "EDO", "MUNICIPIO", "MPIO", "SA", "CV", "NL", "DGO", "MOR", "SIN", "GRUPO", "NINGUN",
    "BC", "QROO", "LOCALIDAD", "DELEGACION", "PROLONGACION", "INDUST", "INDUSTRIA", "COMPLEJO", "PARCELA", "POLIGONO",
    "AL", "A", "CON", "O", "SU", "POR", "DENTRO", "SE", "N", "L", "S", "C", "#",
})  # fmt: skip
#: Words that describe a use of land; a name of these alone is no name.
DESCRIPTIONS = frozenset({
    "SEMI", "HABITACIONAL", "COMERCIAL", "COMERCIO", "SERVICIOS", "SERVICIO", "AGRICOLA", "MIXTO", "MIXTA", "POBLADO",
    "PLANTA", "USO", "SUELO", "VOCACION", "RIESGO", "ACTIVIDAD", "ACTIVIDADES", "AREA", "CLASE", "PARA", "RURAL",
    "URBANA", "URBANO", "LIGERA", "PESADA", "NUEVO", "NUEVA", "DESARROLLO", "CAMPO", "CENTRO", "POBLACION", "BODEGAS",
    "ALGO", "MAQUILADORA", "PARTICULAR", "RESIDENCIAL", "CIUDAD", "ZONA", "CORREDOR", "PLAN", "DIRECTOR", "CARRETERA",
    "REGION", "SUBURBANA", "CONURBADA", "INDUSTRIALIZADA", "EXTRACTIVA", "PUERTO", "PRIVADO", "PRIVADA", "PUBLICO",
    "LOTE", "AMPLIACION", "HACIENDA", "EJIDO", "DONDE", "UBICACION", "ENCUENTRA", "CONSIDERA", "ES", "UNA", "UN",
    "NO", "SI", "FRACCIONAMIENTO", "PROPIEDAD", "B", "Q", "TIPO", "ALTO", "BAJO", "MEDIO", "MEDIANO", "DENOMINADA",
})  # fmt: skip
#: First words that belong to the place name after them (BENITO JUAREZ, NUEVA TIJUANA, SAN MIGUEL).
BOUND = frozenset({
    "BENITO", "MIGUEL", "LAZARO", "SAN", "SANTA", "SANTO", "VALLE", "VILLA", "RIO", "PUERTO", "CIUDAD", "NUEVA",
    "NUEVO", "PUERTA", "VALLES", "ALTOS", "PLAZA", "ANTIGUA", "GRAN", "GENERAL", "EX", "LOMAS", "PRESA",
})  # fmt: skip
