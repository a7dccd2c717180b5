"""Questions about single parks: from where each is reached in time, and the planner's checklist."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import jinja2
import pandas as pd

from geo._words import named, said
from geo.about import about, timestamp
from geo.errors import ChoiceError
from geo.export.coverage_words import read_template
from geo.export.files import whole_files
from geo.export.geopackage import write_geopackage
from geo.export.policy import content_policy
from geo.export.style import GROUND
from geo.export.tables import csv_table
from geo.export.vector import write_csv_wkt, write_flatgeobuf, write_geoparquet
from geo.geodesy import GEODETIC_CRS
from geo.join import coordinates
from geo.measures.checklist import ABSENT, park_checklist
from geo.measures.reach import parse_within
from geo.planning.inputs import Asked, area_of, network_of, parks_named
from geo.planning.tables import published
from geo.runs import Run
from geo.streets import isochrones
from geo.study import with_its_study

#: Formats of isochrones.
FORMATS = ("gpkg", "geoparquet", "fgb", "csv")
_VECTOR = {"geoparquet": write_geoparquet, "fgb": write_flatgeobuf, "csv": write_csv_wkt}
CHECKLIST_FILES = ("checklist.csv", "checklist.html")

#: Column of the checklist -> its words, and the decimals it is shown with.
_COLUMNS = {
    "name": ({"es": "Parque", "en": "Park"}, None),
    "location_error_m": ({"es": "Error de ubicación (m)", "en": "Location error (m)"}, 0),
    "highway_km": ({"es": "Carretera más cercana (km)", "en": "Nearest highway (km)"}, 1),
    "port_of_entry": ({"es": "Cruce fronterizo más cercano", "en": "Nearest port of entry"}, None),
    "port_of_entry_km": ({"es": "Cruce, línea recta (km)", "en": "Port of entry, geodesic (km)"}, 0),
    "port_of_entry_road_km": ({"es": "Cruce, carretera (km)", "en": "Port of entry, road (km)"}, 0),
    "port_of_entry_minutes": ({"es": "Cruce, carretera (min)", "en": "Port of entry, road (min)"}, 0),
    "border_km": ({"es": "[[Border.es]] (km)", "en": "[[Border.en]] (km)"}, 0),
    "elevation_m": ({"es": "Altitud (m)", "en": "Elevation (m)"}, 0),
    "slope_percent": ({"es": "Pendiente (%)", "en": "Slope (%)"}, 1),
}  # fmt: skip
_TITLE = {"es": "Lista de verificación por parque", "en": "Checklist by park"}
_NOTES = {
    "es": ["Distancias a la carretera, al cruce y a la frontera: geodésicas desde el punto del parque, que lleva el "
           "error de la segunda columna. Por carretera: por la red incluida, con velocidades supuestas, al cruce al "
           "que se llega antes, que puede ser otro.", "– : no hay dato."],
    "en": ["Distances to highway, port of entry and border are geodesics from the park's point, which has the error of "
           "the second column. By road: along the shipped graph, speeds assumed, to the port reached soonest, which "
           "may be another.", "–: no datum."],
}  # fmt: skip
_ABSENT = {"es": "Lo que falta y quién lo publica", "en": "What is missing, and who publishes it"}


@with_its_study
def write_isochrones(
    run: Run, asked: Asked, out: Path, *, park: str, within: Sequence[str], formats: Sequence[str] = ("gpkg",)
) -> list[Path]:
    """Write from where a park is reached within each time or distance, as polygons.

    Parameters
    ----------
    run
        The run.
    asked
        The network, and the area it was prepared for.
    out
        Folder to write to; files of the same names are replaced, others are kept.
    park
        The park's id.
    within
        Reaches of one unit, as ``15min`` and ``30min``; km are along the roads.
    formats
        Of ``FORMATS``.

    Raises
    ------
    geo.errors.CorredorError
        If the park, a reach, a format or the network is refused; nothing is written.
    """
    wrong = [each for each in formats if each not in FORMATS]
    if wrong or not formats:
        raise ChoiceError(f"--format {', '.join(wrong)}: give some of {', '.join(FORMATS)}.")
    reaches = [parse_within(each, road=True) for each in _with_units(within)]
    if len({each.unit for each in reaches}) != 1:
        raise ChoiceError(f"--within {','.join(within)}: give minutes or km, not both.")
    with whole_files(out) as folder:
        parks = gpd.GeoDataFrame(parks_named(run.tables["parks"], park)).to_crs(GEODETIC_CRS)
        if parks.geometry.isna().any():
            raise ChoiceError(f"--park {park}: its place is not known, so nothing can be measured from it.")
        streets = network_of(run, asked, area_of(run, asked))
        if streets is None:
            raise ChoiceError("Isochrones need a network: leave out --network none.")
        unit = reaches[0].unit
        run.progress("widening the streets in reach")
        # The widest lies below the others.
        limits = sorted((each.amount for each in reaches), reverse=True)
        shapes = isochrones(streets, *coordinates(parks), within=limits, by="minutes" if unit == "min" else "km")
        if shapes.geometry.is_empty.all():
            raise ChoiceError(f"--park {park}: the network has no road from which it is reached in that time.")
        shapes = shapes[~shapes.geometry.is_empty].assign(
            park_id=park, name=parks["name"].iloc[0], unit=unit, network=streets.note
        )
        table = {"isochrones": published("isochrones", shapes)}
        written = _write_formats(run, table, formats, folder)
    return [out / name for name in written]


def _write_formats(run: Run, table: dict[str, pd.DataFrame], formats: Sequence[str], folder: Path) -> list[str]:
    for each in dict.fromkeys(formats):
        if each == "gpkg":
            words = about(run.study, run.tables)
            words["title"] = {"es": "Isócronas", "en": "Isochrones"}
            write_geopackage(table, folder / "isochrones.gpkg", timestamp=timestamp(run.study), about=words)
        else:
            _VECTOR[each](table, folder)
    return sorted(path.name for path in folder.iterdir())


def _with_units(within: Sequence[str]) -> list[str]:
    """Return reaches each with its unit: ``15,30,45min`` means minutes throughout."""
    unit = "".join(letter for letter in within[-1] if letter.isalpha()) if within else ""
    return [each if any(letter.isalpha() for letter in each) else each + unit for each in within]


@with_its_study
def write_checklist(
    run: Run, asked: Asked, out: Path, *, park: str | None = None, heights: Path | None = None, lang: str = "es"
) -> tuple[list[Path], pd.DataFrame]:
    """Write the checklist of a park, or of all parks of an area, as CSV and as a page.

    Parameters
    ----------
    run
        The run.
    asked
        The area, and whether all parks or the study set.
    out
        Folder to write to; files of the same names are replaced, others are kept.
    park
        One park's id; None for those of the area.
    heights
        Raster of heights in metres; None leaves elevation and slope out.
    lang
        Language of the page.

    Returns
    -------
    files, table
        The files written, and the checklist.
    """
    with whole_files(out) as folder:
        parks = gpd.GeoDataFrame(run.tables["parks"]).to_crs(GEODETIC_CRS)
        if park is not None:
            parks = gpd.GeoDataFrame(parks_named(parks, park))
        else:
            kept = area_of(run, asked).holds(parks["cvegeo"])
            parks = parks[kept & (asked.all_parks | parks["study_set"].astype(bool).to_numpy())]
        if not len(parks):
            raise ChoiceError("There is no park of the study set there; ask for --all-parks or another area.")
        run.progress("measuring the ways in and out")
        ports = run.layers["ports_of_entry"]
        good = (
            run.tables["ports_of_entry"].set_index("port_id")["quality"].reindex(ports["port_id"]).to_numpy() != "bad"
        )
        layers = {
            "ports_of_entry": gpd.GeoDataFrame(ports[good]).to_crs(GEODETIC_CRS),
            "highways": gpd.GeoDataFrame(run.layers["highways"]),
            "border": gpd.GeoDataFrame(run.layers["border"]),
        }
        leg = run.study.parameters.access_leg_km
        table = park_checklist(parks, layers, access_leg_km=leg, heights=heights).reset_index(drop=True)
        rounded = table.round({name: digits for name, (_, digits) in _COLUMNS.items() if digits is not None} |
                              {name: 3 for name in map(str, table) if name.endswith("_km")})  # fmt: skip
        csv_table(rounded).to_csv(
            folder / CHECKLIST_FILES[0], index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL, encoding="utf-8"
        )
        (folder / CHECKLIST_FILES[1]).write_bytes(_page(table, heights, lang).encode("utf-8", "replace"))
    return [out / name for name in CHECKLIST_FILES], table


def absent(heights: Path | None, lang: str) -> list[str]:
    """Return what the checklist cannot say, sentence by sentence."""
    return [
        (named("absent", name) or words)[lang]
        for name, words in ABSENT.items()
        if name != "elevation" or heights is None
    ]


def _page(table: pd.DataFrame, heights: Path | None, lang: str) -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    style = environment.from_string(read_template("checklist.css")).render(ground=GROUND["light"])
    shown = {name: told for name, told in _COLUMNS.items() if name in table and not table[name].isna().all()}
    rows = [[_cell(row[name], digits) for name, (_, digits) in shown.items()] for row in table.to_dict("records")]
    return environment.from_string(read_template("checklist.html.j2")).render(
        policy=content_policy(styles=[style], scripts=[]), style=style, lang=lang, title=_TITLE[lang],
        columns=[(said(words[lang]), digits is not None) for words, digits in shown.values()], rows=rows,
        notes=_NOTES[lang], absent_title=_ABSENT[lang], absent=absent(heights, lang),
    )  # fmt: skip


def _cell(value: object, digits: int | None) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "–"
    return str(value) if digits is None else f"{value:,.{digits}f}"
