"""INEGI's boundaries, in an archive inside an archive, become the layers of municipalities and states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.coverages import simplify_coverage
from geo.errors import DownloadError
from geo.layers.files import read_shapes
from geo.sources.studyfile import set_layers
from geo.study import load_study

PATH = "/contenidos/productos/prod_serv/contenidos/espanol/bvinegi/productos/geografia/marcogeo/794551163061_s.zip"
#: INEGI's own definition of EPSG:6372, without the code.
WKT = (
    'PROJCS["MEXICO_ITRF_2008_LCC",GEOGCS["MEXICO_ITRF_2008",DATUM["D_ITRF_2008",SPHEROID["GRS_1980",6378137.0,'
    '298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],'
    'PARAMETER["False_Easting",2500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-102.0],'
    'PARAMETER["Standard_Parallel_1",17.5],PARAMETER["Standard_Parallel_2",29.5],PARAMETER["Latitude_Of_Origin",12.0],'
    'UNIT["Meter",1.0]]'
)


@pytest.fixture
def real() -> gpd.GeoDataFrame:
    """Return San Luis Potosí's municipalities as INEGI names them; Villa de Pozos is cut out of the capital."""
    shipped = gpd.read_parquet(load_study().path("municipality_boundaries"))
    frame = shipped[shipped["cve_ent"] == "24"].reset_index(drop=True)
    west, south, east, _ = frame.loc[frame["cvegeo"] == "24028", "geometry"].iloc[0].bounds
    half = shapely.box(west, south - 1e6, (west + east) / 2, south + 1e6)
    capital = frame["cvegeo"] == "24028"
    pozos = frame[capital].assign(cvegeo="24059", name="Villa de Pozos", geometry=frame[capital].intersection(half))
    frame.loc[capital, "geometry"] = frame.loc[capital].difference(half)
    return pd.concat([frame, pozos], ignore_index=True)


def shapefile(frame: gpd.GeoDataFrame, name: str, folder: Path, *, cpg: bool) -> dict[str, bytes]:
    """Write a shapefile as INEGI does: its own projection text; Latin-1, or UTF-8 with a .cpg file that says so."""
    folder.mkdir(exist_ok=True)
    frame.to_file(folder / f"{name}.shp", encoding="UTF-8" if cpg else "ISO-8859-1", engine="pyogrio")
    (folder / f"{name}.prj").write_text(WKT)
    members = {f"conjunto_de_datos/{path.name}": path.read_bytes() for path in sorted(folder.glob(f"{name}.*"))}
    return {name: body for name, body in members.items() if cpg or not name.endswith(".cpg")}


@pytest.fixture
def archive(real: gpd.GeoDataFrame, zipped: Any, tmp_path: Path) -> Callable[..., bytes]:
    def make(frame: gpd.GeoDataFrame = real, *, cpg: bool = False, flat: bool = False) -> bytes:
        names = {"cvegeo": "CVEGEO", "cve_ent": "CVE_ENT", "name": "NOMGEO"}
        towns = frame.rename(columns=names).assign(CVE_MUN=frame["cvegeo"].str[2:])
        states = gpd.GeoDataFrame(
            {"CVEGEO": ["24"], "CVE_ENT": ["24"], "NOMGEO": ["San Luis Potosí"]},
            geometry=[frame.geometry.union_all()], crs=frame.crs,
        )  # fmt: skip
        inner = shapefile(towns, "00mun", tmp_path / "shp", cpg=cpg) | shapefile(
            states, "00ent", tmp_path / "shp", cpg=cpg
        )
        inner["conjunto_de_datos/00a.shp"] = b"agebs, not read"
        return zipped(inner) if flat else zipped({
            "01_aguascalientes.zip": b"PK not read", "mg_2025_integrado.zip": zipped(inner), "leeme.txt": b"x",
        })  # fmt: skip

    return make


@pytest.mark.parametrize("shape", ["nested", "flat", "cpg"])
def test_boundaries_are_read_merged_and_made_a_coverage(
    server: Any,
    run: Callable[..., Any],
    archive: Callable[..., bytes],
    real: gpd.GeoDataFrame,
    tmp_path: Path,
    shape: str,
) -> None:
    server.put(PATH, archive(flat=shape == "flat", cpg=shape == "cpg"))
    fetched = run("inegi_marco")
    account = fetched.cleaned
    assert (account.read, account.kept, len(account.rejects)) == (59, 58, 0)
    assert sum(account.left_out.values()) == 1
    set_layers(tmp_path / "geo.toml", fetched.layers)
    study = load_study(tmp_path / "geo.toml")
    towns = read_shapes(study, "municipality_boundaries").set_index("cvegeo")
    assert "24059" not in towns.index
    assert towns["name"].to_dict() == real.set_index("cvegeo")["name"].drop("24059").to_dict()
    assert not towns["name"].str.isascii().all()
    before = real[real["cvegeo"].isin(["24028", "24059"])].geometry.area.sum()
    assert towns.loc["24028", "geometry"].area == pytest.approx(before, rel=0.01)
    assert shapely.coverage_is_valid(towns.geometry.to_numpy())
    states = read_shapes(study, "states")
    assert states["name"].tolist() == ["San Luis Potosí"]
    drawing = read_shapes(study, "municipalities_drawing")
    assert shapely.get_num_coordinates(drawing.geometry.to_numpy()).sum() < (
        shapely.get_num_coordinates(towns.geometry.to_numpy()).sum()
    )
    assert sorted(path.name for path in fetched.folder.iterdir()) == [
        "municipalities.parquet", "municipalities_drawing.parquet", "rejects.csv", "source.json", "states.parquet",
        "states_drawing.parquet",
    ]  # fmt: skip


def test_a_municipality_that_nobody_knows_is_refused(
    server: Any, run: Callable[..., Any], archive: Callable[..., bytes], real: gpd.GeoDataFrame
) -> None:
    real.loc[real["cvegeo"] == "24059", "cvegeo"] = "24099"
    server.put(PATH, archive(real))
    fetched = run("inegi_marco")
    assert (fetched.cleaned.read, fetched.cleaned.kept) == (59, 58)
    (reject,) = fetched.cleaned.rejects.to_dict("records")
    assert (reject["id"], reject["value"]) == ("24099", "Villa de Pozos")
    assert "young_municipalities" in reject["cure"]


def test_an_archive_without_the_layer_is_not_kept(
    server: Any, run: Callable[..., Any], zipped: Any, tmp_path: Path
) -> None:
    server.put(PATH, zipped({"leeme.txt": b"x"}))
    with pytest.raises(DownloadError, match="neither"):
        run("inegi_marco")
    assert not list((tmp_path / "cache" / "inegi_marco").glob("*.zip"))
    server.put(PATH, zipped({"mg_2025_integrado.zip": zipped({"conjunto_de_datos/00ent.shp": b"x"})}))
    with pytest.raises(DownloadError, match="holds no layer 00mun"):
        run("inegi_marco")
    assert not (tmp_path / "sources" / "inegi_marco").exists()


def test_the_large_archive_is_asked_for(server: Any, run: Callable[..., Any], archive: Callable[..., bytes]) -> None:
    server.put(PATH, server.whole(archive(), length=2_770_000_000))
    with pytest.raises(DownloadError, match=r"has 2,770 MB\. Ask for it with --yes"):
        run("inegi_marco")


def test_a_polygon_lost_in_simplifying_is_said(real: gpd.GeoDataFrame) -> None:
    # In a coverage each polygon keeps at least a triangle; an empty one never was there.
    broken = real.iloc[:2].copy()
    broken.loc[0, "geometry"] = shapely.Polygon()
    with pytest.raises(ValueError, match=str(broken["cvegeo"].iloc[0])):
        simplify_coverage(broken, 100.0)
