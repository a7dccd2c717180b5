"""The atlas: one HTML file with the map, the data and everything that draws them; it asks the network nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import jinja2
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from geo._words import said_all, study_words
from geo.export.atlas_payload import density_block, table_blocks
from geo.export.atlas_shapes import LINE_SCALE, POLYGON_SCALE, lines, merged_lines, topology, whole_rings
from geo.export.atlas_tables import safe_json
from geo.export.basemap import Basemap
from geo.export.policy import content_policy
from geo.export.style import style_table
from geo.geodesy import GEODETIC_CRS
from geo.schema import LAYERS

SCRIPTS = (
    "core", "data", "words", "symbols", "link", "filters", "layers", "areas", "scene", "labels", "selection",
    "geodesic", "charts", "holdings", "legend", "panel", "facts", "around", "claimed", "owner", "card", "tools",
    "search", "measure", "unlocated", "filterpanel", "rows", "download", "tableview", "about", "contrast", "compare",
    "print", "tour", "app",
)  # fmt: skip
"""Our own scripts, in the order they build on each other."""

TICK_KM = 100
DRAWN_TOLERANCE_M = {"border": 50.0, "corridor": 50.0}

_TEMPLATES = resources.files("geo.export") / "templates"
_GEOD = Geod(ellps="WGS84")


def write_atlas(
    tables: Mapping[str, pd.DataFrame],
    drawing: Mapping[str, gpd.GeoDataFrame],
    *,
    about: Mapping[str, Any],
    path: Path,
    switches: Sequence[str] | None = None,
    basemap: Basemap | None = None,
) -> None:
    """Write the atlas of a run as one HTML file.

    Parameters
    ----------
    tables
        The run's published layers by name, with the columns of the schema.
    drawing
        Simplified copies for drawing, in any reference system: ``municipalities`` (cvegeo), ``states``
        (cve_ent) and ``highways``; also ``density``, a table of lon, lat and parks_per_1000_km2, and
        ``state_places``, a table with border_km of where the people of each state are (index cve_ent).
    about
        What the atlas says of itself: ``title`` and ``notes`` by language, ``date``, ``version``,
        ``licences`` (name, id, url) and ``counts`` (rows by layer).
        Three may be left out: ``lang``, the language it opens in, ``bounds``, the west, south, east and north that
        it opens on, and ``left_out``, layers of which it carries no row.
    path
        The file to write.
    switches
        Keys of ``LAYER_STYLES`` that the reader can switch, all of them on; None for all, on as the style says.
    basemap
        Tiles to lay under the map; None for none.

    Notes
    -----
    The same arguments give the same bytes. The page's own policy forbids it every request, or, with a basemap, every
    request but those for its tiles.
    """
    text = atlas_html(tables, drawing, about=about, switches=switches, basemap=basemap)
    path.write_bytes(text.encode("utf-8", "replace"))


def atlas_html(
    tables: Mapping[str, pd.DataFrame],
    drawing: Mapping[str, gpd.GeoDataFrame],
    *,
    about: Mapping[str, Any],
    switches: Sequence[str] | None = None,
    basemap: Basemap | None = None,
) -> str:
    """Return the text of the atlas; see ``write_atlas``."""
    strings = atlas_strings()
    left_out = about.get("left_out", ())
    tables = {name: table for name, table in tables.items() if name not in left_out}
    map_html, map_script = _map(basemap)
    if basemap is not None:
        about = {**about, "tiles": basemap.host}
    modules = "\n".join(_read(f"js/{name}.js") for name in SCRIPTS)
    scripts = [leaflet("leaflet.js"), f"{modules}\n{map_script}\nCorredor.start(map_atlas);"]
    styles = [leaflet("leaflet.css"), _read("atlas.css"), _read("tools.css"), _read("explore.css")]
    title = about["title"]["es"]
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return page.from_string(_read("atlas.html.j2")).render(
        policy=content_policy(
            styles=styles, scripts=scripts, images=("data:", "blob:", *(() if basemap is None else basemap.origins))
        ),
        title=f"{strings['ui']['app_name']['es']} · {title}",
        heading=title,
        ui=strings["ui"],
        styles=styles,
        map_html=map_html,
        data=_data(tables, drawing, about, {"strings": strings, "style": style_table(switches, left_out)}),
        scripts=scripts,
    )


def atlas_strings() -> dict[str, Any]:
    """Return every word of the atlas, those of the study at work among them."""
    strings: dict[str, Any] = said_all(json.loads(_read("strings.json")))
    words = study_words()
    strings["values"] |= {name: words.names[name] for name in ("corridor_branch", "measure")}
    return strings | {
        "places": words.names["places"],
        "ground_names": [_ground_name(each) for each in words.place_names],
        "compared": words.compared,
        "country_claims": sorted(name for name, row in words.claim_subjects.items() if row == "national"),
    }


def _ground_name(name: Mapping[str, Any]) -> dict[str, Any]:
    """Return a name on the ground with what a study may leave out."""
    said = {"size": 14, "kind": "country", "zoom": 0, **name}
    return {key: said[key] for key in ("lon", "lat", "size", "kind", "es", "en")} | {"from": said["zoom"]}


def _data(
    tables: Mapping[str, pd.DataFrame],
    drawing: Mapping[str, gpd.GeoDataFrame],
    about: Mapping[str, Any],
    words: Mapping[str, Any],
) -> list[tuple[str, str]]:
    """Return the data blocks of the page: (id of the element, JSON)."""
    titles = {name: {"es": layer.es, "en": layer.en} for name, layer in LAYERS.items()}
    density = [("data-density", density_block(drawing["density"]))] if "density" in drawing else []
    return [
        *((f"data-{name}", safe_json(content)) for name, content in words.items()),
        ("data-about", safe_json({**about, "layers": titles})),
        ("data-shapes", _shapes(tables, drawing)),
        *density,
        *_state_places(drawing),
        *table_blocks(tables),
    ]


def _state_places(drawing: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Return the block of the states' distances to the border, by code; none without them."""
    if "state_places" not in drawing:
        return []
    places = drawing["state_places"]["border_km"].round(1)
    return [("data-state-places", safe_json({str(code): [float(km)] for code, km in places.items()}))]


def _shapes(tables: Mapping[str, pd.DataFrame], drawing: Mapping[str, gpd.GeoDataFrame]) -> str:
    """Write polygons, lines and the places of state names as JSON, one arc a line."""
    polygons = topology(
        {"states": (drawing["states"], "cve_ent"), "municipalities": (drawing["municipalities"], "cvegeo")}
    )
    arcs, features = polygons.arcs, polygons.features
    if "establishment_hexagons" in tables:
        hexagons = gpd.GeoDataFrame(tables["establishment_hexagons"])
        more, features["establishment_hexagons"] = whole_rings(hexagons, "hexagon_id", first=len(arcs))
        arcs = [*arcs, *more]
    drawn = {"highways": [{"key": None, "scale": POLYGON_SCALE, "parts": _highways(drawing)}]}
    for name in ("border", "corridor"):
        drawn[name] = _keyed_lines(name, tables[name])
    return (
        f'{{"polygon_scale":{POLYGON_SCALE},\n"arcs":[\n'
        + ",\n".join(map(safe_json, arcs))
        + '\n],\n"features":{\n'
        + ",\n".join(
            f"{safe_json(layer)}:{{\n"
            + ",\n".join(f"{safe_json(key)}:{safe_json(parts)}" for key, parts in shapes.items())
            + "\n}"
            for layer, shapes in features.items()
        )
        + f'\n}},\n"lines":{safe_json(drawn)},\n"anchors":{safe_json(_anchors(drawing["states"]))}}}'
    )


def _highways(drawing: Mapping[str, gpd.GeoDataFrame]) -> list[str]:
    return merged_lines(drawing["highways"], scale=POLYGON_SCALE) if "highways" in drawing else []


def _keyed_lines(name: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    located = gpd.GeoDataFrame(frame).dropna(subset=["geometry"])
    parts = lines(located, tolerance_m=DRAWN_TOLERANCE_M[name], scale=LINE_SCALE)
    keys = located[LAYERS[name].key].astype(str)
    ticks = map(_ticks, located.geometry.to_crs(GEODETIC_CRS)) if name == "corridor" else [[] for _ in parts]
    return [
        {"key": key, "scale": LINE_SCALE, "parts": each, "ticks": tick}
        for key, each, tick in zip(keys, parts, ticks, strict=True)
    ]


def _ticks(line: shapely.Geometry) -> list[list[float]]:
    """Return [km, lon, lat] at every 100 km of geodesic chainage inside a line."""
    if line.geom_type != "LineString":
        return []
    lon, lat = shapely.get_coordinates(line).T
    km = np.concatenate([[0.0], np.cumsum(_GEOD.line_lengths(lon, lat)) / 1000])
    at = np.arange(TICK_KM, km[-1], TICK_KM, dtype=float)
    places = zip(at, np.interp(at, km, lon), np.interp(at, km, lat), strict=True)
    return [[int(where), round(float(x), 4), round(float(y), 4)] for where, x, y in places]


def _anchors(states: gpd.GeoDataFrame) -> list[list[Any]]:
    """Return [code, lon, lat] of a place well inside each state, for its name."""
    globe = states.geometry.to_crs(GEODETIC_CRS)
    largest = [max(shapely.get_parts(shape), key=shapely.area) for shape in globe]
    centres = shapely.get_coordinates(shapely.get_point(shapely.maximum_inscribed_circle(largest, 0.05), 0))
    return [
        [code, round(float(x), 3), round(float(y), 3)]
        for code, (x, y) in zip(states["cve_ent"].astype(str), centres, strict=True)
    ]


def _map(basemap: Basemap | None) -> tuple[str, str]:
    """Return the HTML and the script of the map that folium composes, with the same names every time.

    Folium's page around them is left out: it loads a dozen files from the network.
    """
    west, south, east, north = study_words().region
    wide, high = max(8.0, 0.75 * (east - west)), max(8.0, 0.6 * (north - south))
    base = folium.Map(
        location=[round((south + north) / 2, 1), round((west + east) / 2, 1)],
        tiles=None,
        zoom_start=5,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.25,
        wheel_px_per_zoom_level=90,
        max_bounds=True,
        min_lat=round(south - high),
        min_lon=round(west - wide),
        max_lat=round(north + high),
        max_lon=round(east + wide),
        max_bounds_viscosity=0.6,
    )
    scene = folium.map.CustomPane("scene", z_index=400)
    scene.add_to(base)
    base._id, scene._id = "atlas", "scene"
    if basemap is not None:
        # A page on a disk has no address to send; servers that ask where a request comes from get the site's name.
        tiles = folium.TileLayer(basemap.url, attr=basemap.attribution, max_zoom=16, max_native_zoom=basemap.max_zoom,
                                 subdomains=list(basemap.subdomains) or "abc",
                                 referrer_policy="strict-origin-when-cross-origin")  # fmt: skip
        tiles.add_to(base)
        tiles._id = "tiles"
    figure = base.get_root()
    figure.render()
    return figure.html.render(), figure.script.render()


def _read(name: str) -> str:
    return _TEMPLATES.joinpath(name).read_text(encoding="utf-8")


@cache
def leaflet(name: str) -> str:
    """Return a file of Leaflet's distribution, without the addresses of files that are not in the page."""
    import xstatic.pkg.leaflet

    text = Path(xstatic.pkg.leaflet.BASE_DIR, name).read_text(encoding="utf-8")
    text = re.sub(r"/[/*]# sourceMappingURL=\S+( \*/)?", "", text)
    return re.sub(r"url\(images/[^)]*\)", "none", text)
