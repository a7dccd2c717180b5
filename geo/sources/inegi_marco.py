"""INEGI's Marco Geoestadístico: boundaries of municipalities and states, for joining and for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.coverages import clean_coverage, dissolve_states, simplify_coverage
from geo.errors import DownloadError
from geo.geodesy import planar_crs
from geo.sources.archives import extract, inner_archive, names_in
from geo.sources.download import Remote
from geo.sources.source import INEGI, Ask, Cleaned, Get, Job, Source, codes, read_plain, rejects_table
from geo.study import Study

URL = (
    "https://www.inegi.org.mx/contenidos/productos/prod_serv/contenidos/espanol/bvinegi/productos/geografia/marcogeo/"
    "794551163061_s.zip"
)
EDITION = 2025

#: As the shipped boundaries: what docs/shapes.md says of cleaning and of the two tolerances holds here too.
JOIN_TOLERANCE_M = 100.0
DRAWING_TOLERANCE_M = 1000.0

_NAMES = {"CVEGEO": "cvegeo", "CVE_ENT": "cve_ent", "NOMGEO": "name"}


def _download(_ask: Ask, _study: Study, get: Get) -> Sequence[Path]:
    return [get(Remote(f"marco_geoestadistico_{EDITION}.zip", URL, "zip", INEGI.name, check=_has_municipalities))]


def _is_inner(name: str) -> bool:
    return name.rsplit("/", 1)[-1].lower() == f"mg_{EDITION}_integrado.zip" or name.lower().endswith("_integrado.zip")


def _is_shape(name: str) -> bool:
    stem, _, ending = name.rsplit("/", 1)[-1].lower().rpartition(".")
    return stem in {"00mun", "00ent"} and ending in {"shp", "shx", "dbf", "prj", "cpg"}


def _has_municipalities(path: Path) -> str | None:
    names = names_in(path)
    if any(_is_inner(name) or _is_shape(name) for name in names):
        return None
    return "the archive holds neither mg_*_integrado.zip nor the layer 00mun"


def _adapt(job: Job) -> Cleaned:
    raw, states = _read(job)
    job.say("inegi_marco: cleaning and simplifying the boundaries")
    census = set(read_plain(job.study.path("municipalities"))["cvegeo"])
    young = codes(job.study.path("young_municipalities"), "cvegeo", "parent_cvegeo")
    whole, rejects, merged = _merge_young(raw, census, young)
    clean = clean_coverage(whole)
    for suffix, tolerance_m in (("", JOIN_TOLERANCE_M), ("_drawing", DRAWING_TOLERANCE_M)):
        simple = _simplified(clean, tolerance_m)
        _write(simple, job.folder / f"municipalities{suffix}.parquet")
        _write(dissolve_states(simple, states), job.folder / f"states{suffix}.parquet")
    return Cleaned(
        read=len(raw),
        kept=len(whole),
        rejects=rejects,
        left_out={"younger than the census: its area went to the municipality it was split from": merged},
        unit="municipalities",
        layers={
            "municipality_boundaries": "municipalities.parquet", "states": "states.parquet",
            "municipalities_drawing": "municipalities_drawing.parquet", "states_drawing": "states_drawing.parquet",
        },
        notes=[(
            f"Límites de INEGI (Marco Geoestadístico), simplificados a {JOIN_TOLERANCE_M:g} m para unir y a "
            f"{DRAWING_TOLERANCE_M:g} m para dibujar.",
            f"Boundaries of INEGI (Marco Geoestadístico), simplified at {JOIN_TOLERANCE_M:g} m for joining and at "
            f"{DRAWING_TOLERANCE_M:g} m for drawing.",
        )],
    )  # fmt: skip


def _simplified(clean: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    try:
        return simplify_coverage(clean, tolerance_m)
    except ValueError as error:
        raise DownloadError(f"inegi_marco: {error}") from error


def _read(job: Job) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return the municipalities at full resolution in EPSG:6372, and the names of the states by code."""
    with inner_archive(job.files[0], _is_inner, job.scratch) as archive:
        files = extract(archive, job.scratch, wanted=_is_shape)
    found = {path.stem.lower(): path for path in files if path.suffix.lower() == ".shp"}
    missing = [name for name in ("00mun", "00ent") if name not in found]
    if missing:
        raise DownloadError(f"{job.files[0].name}: holds no layer {missing[0]}. See docs/sources.md.")
    municipalities = _layer(found["00mun"], ("CVEGEO", "CVE_ENT", "NOMGEO"))
    states = _layer(found["00ent"], ("CVE_ENT", "NOMGEO"))
    return municipalities.sort_values("cvegeo", ignore_index=True), states.set_index("cve_ent")["name"]


def _layer(path: Path, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    # Latin-1 gives every byte back, so that what INEGI really wrote can be seen, whatever a .cpg file says.
    try:
        frame = gpd.read_file(path, encoding="ISO-8859-1")
    except pyogrio.errors.DataSourceError as error:
        raise DownloadError(
            f"{path.name}: cannot be read as a shapefile ({error}). Fetch it with --refresh."
        ) from error
    missing = [column for column in columns if column not in frame]
    if missing or frame.empty:
        what = f"has no column {', '.join(missing)}" if missing else "is empty"
        raise DownloadError(f"{path.name}: {what}. The edition is laid out otherwise; see docs/sources.md.")
    # Its own definition of EPSG:6372 is written without the code; to_crs brings any other to it.
    frame = frame.set_crs(planar_crs()) if frame.crs is None else frame.to_crs(planar_crs())
    frame = frame.rename(columns=_NAMES)[[*(_NAMES[column] for column in columns), "geometry"]]
    return frame.assign(name=frame["name"].map(_decoded))


def _decoded(name: str) -> str:
    r"""Return a name that was read as Latin-1; editions differ in whether it is that or UTF-8.

    Examples
    --------
    >>> _decoded("Tamazunchale"), _decoded("Cerro de San Pedro"), _decoded("Axtla de Terrazas ")
    ('Tamazunchale', 'Cerro de San Pedro', 'Axtla de Terrazas')
    >>> _decoded("\u00c3\u0081lamos"), _decoded("\u00c1lamos")
    ('Álamos', 'Álamos')
    """
    try:
        return name.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return name.strip()


def _merge_young(
    raw: gpd.GeoDataFrame, census: set[str], young: dict[str, str]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, int]:
    """Give the area of municipalities that the study's table lacks to the ones they were split from.

    Returns
    -------
    tuple
        One row a municipality of the table; the refused ones; how many were merged.
    """
    known = raw["cvegeo"].isin(census)
    present = set(raw.loc[known, "cvegeo"])
    parents = raw["cvegeo"].map(young).where(~known)
    merged = parents.isin(present)
    twice = raw["cvegeo"].duplicated()
    lost = (~known & ~merged) | raw.geometry.isna() | raw.geometry.is_empty | twice
    rejects = rejects_table(
        ("00mun", int(row) + 2, str(raw["cvegeo"].iloc[row]), str(raw["name"].iloc[row]), *_refusal(twice.iloc[row]))
        for row in np.flatnonzero(lost)
    )
    kept = raw.loc[~lost].copy()
    kept["geometry"] = shapely.make_valid(kept.geometry.to_numpy())
    kept["whole"] = kept["cvegeo"].where(known, parents)
    groups = kept.groupby("whole", sort=True).indices
    shapes = kept.geometry.to_numpy()
    own = kept[known.loc[kept.index]].set_index("cvegeo").loc[list(groups)]
    geometry = [_polygons(shapely.union_all(shapes[rows])) if len(rows) > 1 else _polygons(shapes[rows[0]])
                for rows in groups.values()]  # fmt: skip
    whole = gpd.GeoDataFrame(
        {"cvegeo": list(groups), "cve_ent": own["cve_ent"].to_numpy(), "name": own["name"].to_numpy()},
        geometry=geometry, crs=raw.crs,
    )  # fmt: skip
    return whole, rejects, int((merged & ~lost).sum())


def _refusal(twice: bool) -> tuple[str, str]:
    if twice:
        return "the municipality stands twice", "Keep the row that is right"
    return (
        "the municipality is in no row of the layer municipalities, or has no shape",
        "Name the municipality it was split from in young_municipalities, or add it to municipalities",
    )


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape: repairing may leave lines and points beside them."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shape if shape.geom_type in {"Polygon", "MultiPolygon"} else shapely.union_all(parts)


def _write(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False, compression="zstd", compression_level=19)


SOURCE = Source(
    key="inegi_marco",
    es=f"Marco Geoestadístico {EDITION}",
    en=f"Marco Geoestadístico {EDITION} (geostatistical framework)",
    publisher="INEGI",
    licence=INEGI,
    size="2.77 GB, of which 245 MB are read",
    kinds=("zip",),
    adapt=_adapt,
    download=_download,
    layers=("municipality_boundaries", "municipalities_drawing", "states", "states_drawing"),
)
