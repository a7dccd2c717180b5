"""Roads as a graph: INEGI's Red Nacional de Caminos, or OpenStreetMap read through osmnx."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import ChoiceError, DownloadError
from geo.formats import refuse_doctype
from geo.geodesy import GEODETIC_CRS, line_length_km, planar_crs
from geo.sources.archives import extract, names_in
from geo.sources.area import Bounds, bounds_of
from geo.sources.content import content_problem
from geo.sources.download import Remote
from geo.sources.source import INEGI, OSM, Ask, Cleaned, Get, Job, Licence, Source, rejects_table
from geo.study import Study

RNC_URL = (
    "https://www.inegi.org.mx/contenidos/productos/prod_serv/contenidos/espanol/bvinegi/productos/geografia/caminos/2025/"
    "794551163030_gpk.zip"
)
RNC_LAYER = "red_vial"
#: Kinds of the RNC that are highways, and the pieces that join them; streets, paths and ferries are left out.
RNC_KINDS = ("Carretera", "Autopista", "Enlace", "Glorieta", "Retorno")

#: Where osmnx asks by default, and the roads that are asked for.
OVERPASS = "https://overpass-api.de/api/interpreter"
OSM_KINDS = "motorway|motorway_link|trunk|trunk_link|primary|primary_link"
OVERPASS_SECONDS = 900

#: Ends this near are one node; lines are drawn simplified by this, and carry the length they had before.
NODE_M = 1.0
DRAWN_M = 20.0

_BLOCK_ROWS = 200_000


def _download(ask: Ask, study: Study, get: Get) -> Sequence[Path]:
    network = ask.network or "rnc"
    if network == "rnc":
        if ask.states:
            raise ChoiceError("roads: the RNC is one file for the country; --state goes with --network osm.")
        return [get(Remote("rnc_2025.zip", RNC_URL, "zip", INEGI.name, check=_has_layer))]
    if network != "osm":
        raise ChoiceError(f"roads: there are the networks rnc and osm, not {network}.")
    url = overpass_url(bounds_of(study, ask.states))
    # Another box or another choice of roads is another file.
    name = f"osm_{'-'.join(ask.states) or 'region'}_{hashlib.sha256(url.encode()).hexdigest()[:8]}.osm"
    return [get(Remote(name, url, "osm", OSM.name))]


def overpass_url(box: Bounds) -> str:
    """Return the address of an Overpass query for the main roads of a box, with their nodes, as OSM XML."""
    west, south, east, north = box
    query = (
        f"[out:xml][timeout:{OVERPASS_SECONDS}];"
        f'way["highway"~"^({OSM_KINDS})$"]({south:.4f},{west:.4f},{north:.4f},{east:.4f});'
        "(._;>;);out body;"
    )
    return f"{OVERPASS}?{urlencode({'data': query})}"


def _has_layer(path: Path) -> str | None:
    return None if any(name.lower().endswith(".gpkg") for name in names_in(path)) else "the archive holds no GeoPackage"


def _adapt(job: Job) -> Cleaned:
    path = job.files[0]
    is_osm = path.suffix.lower() in {".osm", ".xml"}
    lines, read, rejects, left_out = _osm(path) if is_osm else _rnc(path, job)
    edges, no_length, lost = graph(lines)
    left_out["roads of no length"] = no_length
    left_out["roads that are not connected with the main network"] = lost
    edges.to_parquet(job.folder / "highways.parquet", index=False, compression="zstd")
    length = f"{edges['km'].sum():,.0f} km"
    credit = OSM.name if is_osm else "INEGI, Red Nacional de Caminos"
    return Cleaned(
        read=read, kept=len(lines) - no_length - lost, rejects=rejects, left_out=left_out, unit="roads",
        layers={"highways": "highways.parquet"}, licence=OSM if is_osm else INEGI,
        notes=[(
            f"Red de carreteras de {credit}, {length}; los tramos se recorren en ambos sentidos.",
            f"Highway network of {credit}, {length}; pieces are travelled both ways.",
        )],
    )  # fmt: skip


def _rnc(path: Path, job: Job) -> tuple[gpd.GeoDataFrame, int, pd.DataFrame, dict[str, int]]:
    """Read the RNC block by block, keeping highways only."""
    import pyogrio

    package = path
    if path.suffix.lower() == ".zip":
        found = extract(path, job.scratch, wanted=lambda name: name.lower().endswith(".gpkg"))
        if not found:
            raise DownloadError(f"{path.name}: holds no GeoPackage. See docs/sources.md.")
        package = found[0]
    try:
        layers = [str(name) for name in pyogrio.list_layers(package)[:, 0]]
        if RNC_LAYER not in layers:
            raise DownloadError(f"{path.name}: has no layer {RNC_LAYER}; it has {', '.join(layers) or 'none'}.")
        info = pyogrio.read_info(package, layer=RNC_LAYER)
        columns = {str(name).upper(): str(name) for name in info["fields"]}
        if "TIPO_VIAL" not in columns:
            raise DownloadError(f"{path.name}: {RNC_LAYER} has no column TIPO_VIAL. See docs/sources.md.")
        return _rnc_blocks(package, columns["TIPO_VIAL"], int(info["features"]), job)
    except pyogrio.errors.DataSourceError as error:
        raise DownloadError(
            f"{path.name}: cannot be read as a GeoPackage ({error}). Fetch it with --refresh."
        ) from error


def _rnc_blocks(
    package: Path, kind: str, features: int, job: Job
) -> tuple[gpd.GeoDataFrame, int, pd.DataFrame, dict[str, int]]:
    import pyogrio

    kept: list[gpd.GeoDataFrame] = []
    refused: list[tuple[str, int | None, str, str, str, str]] = []
    other = 0
    for start in range(0, features, _BLOCK_ROWS):
        job.say(f"roads: reading {start:,} of {features:,}")
        block = pyogrio.read_dataframe(
            package, layer=RNC_LAYER, columns=[kind], skip_features=start, max_features=_BLOCK_ROWS
        )
        highway = block[kind].fillna("").str.strip().isin(RNC_KINDS)
        other += int((~highway).sum())
        roads = block.loc[highway]
        bad = roads.geometry.isna() | roads.geometry.is_empty
        refused += [
            (
                RNC_LAYER,
                start + int(row) + 1,
                "",
                str(roads.at[row, kind]),
                "the road has no line",
                "Look at it in a map",
            )
            for row in roads.index[bad]
        ]
        kept.append(roads.loc[~bad, ["geometry"]].to_crs(GEODETIC_CRS))
    if not kept or not sum(map(len, kept)):
        raise DownloadError(f"{RNC_LAYER}: has no highway of the kinds {', '.join(RNC_KINDS)}. See docs/sources.md.")
    lines = gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), geometry="geometry", crs=GEODETIC_CRS)
    lines["geometry"] = shapely.force_2d(shapely.line_merge(lines.geometry.to_numpy()))
    # A road drawn in several separate pieces has no two ends to join it by.
    apart = lines.geometry.geom_type != "LineString"
    refused += [(RNC_LAYER, None, "", "", "the road is drawn in separate pieces", "Look at it in a map")] * int(
        apart.sum()
    )
    return lines.loc[~apart].reset_index(drop=True), features, rejects_table(refused), {"no highway": other}


def _osm(path: Path) -> tuple[gpd.GeoDataFrame, int, pd.DataFrame, dict[str, int]]:
    """Read OSM XML into simplified edges between junctions."""
    import osmnx

    problem = content_problem(path, "osm")
    if problem is not None:
        raise DownloadError(f"{path.name}: {problem}.")
    refuse_doctype(path)
    try:
        directed = osmnx.graph_from_xml(path, retain_all=True)
        edges = osmnx.graph_to_gdfs(osmnx.convert.to_undirected(directed), nodes=False)
    except Exception as error:
        raise DownloadError(f"{path.name}: holds no road that can be read ({error}). Ask for another part.") from error
    lines = gpd.GeoDataFrame(geometry=edges.geometry.to_numpy(), crs=GEODETIC_CRS)
    return lines, len(lines), rejects_table([]), {}


def graph(lines: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int, int]:
    """Make the layer highways of lines that meet at their ends.

    Parameters
    ----------
    lines
        LineStrings in EPSG:4326.

    Returns
    -------
    tuple
        u and v (numbers of the nodes, from 0 without a gap), km (geodesic length of the line at full resolution) and
        the line, simplified by ``DRAWN_M``; how many lines of no length were left out; how many lines off the largest
        connected part were.

    Raises
    ------
    DownloadError
        If no two places are joined, or a line has a place that is none.

    Notes
    -----
    A line that ends where it begins is cut in two at its middle vertex, as an edge has two ends.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    full, of = _open_loops(lines.geometry.to_numpy())
    shapes = gpd.GeoSeries(full, crs=GEODETIC_CRS).to_crs(planar_crs()).to_numpy()
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise DownloadError("A road leads off the globe: it has a place that is none. Fetch the roads with --refresh.")
    ends = np.vstack([_ends(shapes, 0), _ends(shapes, -1)])
    _, node = np.unique(np.round(ends / NODE_M).astype(np.int64), axis=0, return_inverse=True)
    u, v = node[: len(shapes)], node[len(shapes) :]
    short = u == v
    size = int(node.max()) + 1
    _, part = connected_components(coo_array((np.ones(len(u)), (u, v)), shape=(size, size)), directed=False)
    # The largest part by its edges: a part of many nodes without roads between them does not exist.
    main = np.bincount(part[u[~short]]).argmax() if (~short).any() else -1
    kept = ~short & (part[u] == main)
    if not kept.any():
        raise DownloadError("The roads have no two places joined. Ask for another part.")
    first, last = np.unique(np.concatenate([u[kept], v[kept]]), return_inverse=True)[1].reshape(2, -1)
    turned = first > last
    drawn = gpd.GeoSeries(shapely.simplify(shapes[kept], DRAWN_M), crs=planar_crs()).to_crs(GEODETIC_CRS).to_numpy()
    frame = gpd.GeoDataFrame(
        {
            "u": np.where(turned, last, first).astype(np.int32),
            "v": np.where(turned, first, last).astype(np.int32),
            "km": np.round([line_length_km(line) for line in full[kept]], 6),
        },
        geometry=np.where(turned, shapely.reverse(drawn), drawn),
        crs=GEODETIC_CRS,
    ).sort_values(["u", "v", "km"], kind="stable", ignore_index=True)
    in_graph = np.unique(of[kept])
    no_length = np.setdiff1d(of[short & (part[u] == main)], in_graph).size
    return frame, int(no_length), int(len(lines) - in_graph.size - no_length)


def _open_loops(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the lines with each loop cut in two, and the position of the line that each piece is of."""
    closed = shapely.is_closed(lines) & (shapely.get_num_points(lines) > 3)
    pieces = [line for loop in lines[closed] for line in _halves(loop)]
    of = np.flatnonzero(closed).repeat(2)
    return np.concatenate([lines[~closed], np.array(pieces, dtype=object)]), np.concatenate(
        [np.flatnonzero(~closed), of]
    )


def _halves(loop: shapely.LineString) -> tuple[shapely.LineString, shapely.LineString]:
    xy = shapely.get_coordinates(loop)
    middle = len(xy) // 2
    return shapely.LineString(xy[: middle + 1]), shapely.LineString(xy[middle:])


def _ends(shapes: NDArray[np.object_], at: int) -> NDArray[np.float64]:
    points = shapely.get_point(shapes, at)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


_BOTH = Licence(
    "RNC: INEGI, free use with credit; OSM: OpenStreetMap contributors, ODbL 1.0", "INEGI-free-use or ODbL-1.0",
    "https://opendatacommons.org/licenses/odbl/1-0/",
)  # fmt: skip


SOURCE = Source(
    key="roads",
    es="Carreteras (RNC u OpenStreetMap)",
    en="Roads (RNC or OpenStreetMap)",
    publisher="INEGI; OpenStreetMap contributors",
    licence=_BOTH,
    kinds=("zip", "geopackage", "osm"),
    adapt=_adapt,
    download=_download,
    layers=("highways",),
    takes=("states", "network"),
)
