"""What people call the columns of a layer, in Spanish and English, beside their names and labels in the schema."""

from __future__ import annotations

from collections.abc import Mapping

#: Both coordinates in one column, and the municipality's own three digits: read, but no column of a layer.
COORDINATES, MUNICIPAL_CODE = "coordinates", "cve_mun"
#: Columns that name parties of a park -> the role they play.
PARTIES = {"owners": "owner", "developers": "developer", "promoters": "promoter", "administrators": "administrator"}

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "park_id": ("id", "clave", "id parque", "folio", "no", "num", "numero", "identificador", "park code",
                "clave parque"),
    "plant_id": ("id", "clave", "folio", "nra", "identificador", "plant code", "id planta"),
    "developer_id": ("id", "clave", "id desarrollador", "identificador"),
    "name": ("nombre", "nombre del parque", "nombre parque", "parque", "parque industrial", "denominacion",
             "park", "park name", "title", "titulo", "nombre de la planta", "planta", "nombre comercial",
             "razon social", "establecimiento", "nombre de la unidad economica", "nom estab"),
    "developers.name": ("nombre", "desarrollador", "propietario", "empresa", "developer", "owner", "razon social"),
    "kind": ("tipo", "tipo de parque", "clase", "categoria", "type", "park type", "giro"),
    "alt_names": ("otros nombres", "otro nombre", "alias", "aka", "tambien llamado", "other names"),
    "lon": ("longitud", "longitude", "long", "lng", "x", "coord x", "coordenada x", "longitud w", "longitud oeste",
            "lon wgs84", "longitud decimal", "point x", "xcoord", "este", "utm x", "x utm"),
    "lat": ("latitud", "latitude", "lat", "y", "coord y", "coordenada y", "latitud n", "latitud norte", "lat wgs84",
            "latitud decimal", "point y", "ycoord", "norte", "utm y", "y utm"),
    COORDINATES: ("coordenadas", "coordenada", "ubicacion gps", "gps", "georreferencia", "latlon", "lat lon",
                  "lat long", "latitud longitud", "latitud y longitud", "location", "wkt", "the geom", "coords",
                  "coordinates", "geolocalizacion"),
    "cve_ent": ("cve ent", "clave entidad", "clave estado", "cve estado", "entidad clave", "cve edo", "state code"),
    MUNICIPAL_CODE: ("cve mun", "clave mun", "mun"),
    "state": ("estado", "entidad", "entidad federativa", "edo", "nom ent", "nom estado", "nombre entidad", "province"),
    "cvegeo": ("clave municipio", "clave municipal", "cve municipio", "cvegeo", "clave inegi", "municipality code"),
    "municipality": ("municipio", "mpio", "mun nombre", "nom mun", "nombre municipio", "alcaldia", "delegacion",
                     "ciudad", "city", "county", "town"),
    "area_ha": ("superficie", "sup", "area", "hectareas", "ha", "superficie total", "tamano", "extension", "size",
                "total area", "sup total", "terreno"),
    "opened_year": ("ano", "ano de inicio", "ano apertura", "inicio de operaciones", "apertura", "fundacion", "fundado",
                    "inauguracion", "fecha de inicio", "fecha de apertura", "ano de fundacion", "opened", "year",
                    "start year", "established", "year opened"),
    "firms_reported": ("empresas", "no de empresas", "numero de empresas", "num empresas", "firms", "companies",
                       "tenants", "inquilinos"),
    "workers_reported": ("trabajadores", "empleados", "empleos", "personal", "workers", "employees", "jobs",
                         "no de empleados", "numero de trabajadores"),
    "reported_year": ("ano del dato", "fecha del dato", "ano reporte"),
    "location_error_m": ("error m", "precision m", "accuracy", "precision", "error de ubicacion"),
    "vintage_2018": ("existia en 2018", "antes de 2018", "existe 2018", "in 2018", "existed in 2018"),
    "employees": ("empleados", "empleos", "trabajadores", "employees", "workers"),
    "company": ("empresa", "compania", "marca", "fabricante", "company", "manufacturer"),
    "scian": ("scian", "codigo scian", "codigo act", "naics", "actividad codigo"),
    "scian_desc": ("actividad", "nombre act", "giro", "activity"),
    "part_class": ("clase", "tipo de autoparte", "autoparte", "part class"),
    "note": ("nota", "notas", "observaciones", "comentarios", "notes", "comments"),
    "owners": ("propietario", "propietarios", "dueno", "duenos", "owner"),
    "developers": ("desarrollador", "desarrolladores", "desarrolladora", "developer", "desarrollado por"),
    "promoters": ("promotor", "promotores", "promoter"),
    "administrators": ("administrador", "administradora", "administradores", "administracion", "administrator",
                       "manager"),
}  # fmt: skip
"""Column (or layer.column), or what is made of it -> other names; case, accents and punctuation do not matter."""
