"""The second study: a made-up region with every layer of its own, and nothing of Mexico in its figures."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import build_example
import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import rasterio
from pmtiles.reader import MmapSource, Reader
from pyproj import Geod

from geo._terms import TERMS
from geo.about import about
from geo.errors import ChoiceError
from geo.export.figures.look import Look
from geo.export.figures.write import write_figures
from geo.export.findings import findings_html, findings_md
from geo.export.paper_formats import SUFFIXES
from geo.export.paper_tables import PAPER_TABLES, render
from geo.extract import draw_map, export
from geo.paper import methods
from geo.pipeline import build
from geo.planning.coverage import write_coverage
from geo.planning.inputs import Asked
from geo.runs import Run
from geo.scale.partitions import write_partitions
from geo.scale.sampling import write_sample
from geo.schema import LAYERS
from geo.study import at_work, load_study
from geo.study_words import Pair, StudyTerms

EXAMPLE = Path(__file__).parents[2] / "examples" / "otra_region"
#: Names that belong to the shipped study.
MEXICO = re.compile(
    r"(?<![\wáéíóúñ])(M[ée]xic\w*|Estados Unidos|United States|EE\. ?UU\.?|US|U\.S\.|INEGI|IMSS|CREA|SEMARNAT|RETC"
    r"|DENUE|CONAPO|SEDATU|AMPIP|FIBRA|IMMEX|SIMPPI|AFAC|SEMAR|SCIAN|MXN|pesos?|Zona Libre|OpenStreetMap|Ju[áa]rez"
    r"|Quer[ée]taro|Monterrey|Saltillo|Baj[ií]o|Zacatecas|Tijuana|Hermosillo|Guaymas|Guatemala|564 par\w+)"
    r"(?![\wáéíóúñ])"
)
#: What outputs of any study say all the same, and why.
EVERYWHERE = {
    r"(?:Canada|Northwest Territories)[^\"]*United States \(USA\)\.": "EPSG's own words on where EPSG:32612 is used",
    r'"(?:es-MX|en-US)"': "locales: how numbers are written, of every study alike",
    r"autoridades de competencia de Estados Unidos|one US competition authorities": "thresholds that they publish",
    r"autoridades de EE\. UU\.|thresholds of the US agencies|EE\. UU\.: 1,000|US: 1,000": "the same, on the figure",
}
GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("example") / "maps"
    build(load_study(EXAMPLE / "geo.toml", permutations=99, ownership_year=2018, ultimate_owners=True), out)
    return out


def read(run: Path, name: str) -> pd.DataFrame:
    geometry = LAYERS[name].geometry is not None
    return (gpd if geometry else pd).read_parquet(run / "tables" / f"{name}.parquet")


def test_the_study_names_every_layer_and_says_that_it_is_made_up() -> None:
    study = load_study(EXAMPLE / "geo.toml")
    assert set(study.layers) == {name for name, layer in LAYERS.items() if layer.file is not None}
    assert "sintéticos" in study.study.title_es
    assert "synthetic" in study.study.title_en


def test_the_files_are_what_the_script_writes(tmp_path: Path) -> None:
    build_example.main(tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert written
    for path in written:
        if path.suffix == ".csv":
            assert (EXAMPLE / path).read_bytes() == (tmp_path / path).read_bytes(), path
        else:
            assert gpd.read_parquet(EXAMPLE / path).equals(gpd.read_parquet(tmp_path / path)), path


@pytest.mark.slow
def test_a_run_counts_the_ultimate_owners_of_its_year_and_says_so(run: Path) -> None:
    """Firma 1 belongs to Firma 0 since 2010; Firma 3 merged into Firma 4 in 2019 only."""
    roles, parks = read(run, "park_developers"), read(run, "parks").set_index("park_id")
    study_set = roles[roles["park_id"].map(parks["study_set"])]
    alone = study_set["developer_id"].value_counts()
    controlled = read(run, "developers").set_index("developer_id")["parks_controlled"]
    assert controlled["firma-0"] == alone["firma-0"] + alone["firma-1"]
    assert controlled["firma-1"] == 0
    assert controlled[["firma-3", "firma-4"]].tolist() == alone[["firma-3", "firma-4"]].tolist()
    rules = read(run, "ownership_rules")
    assert (rules["ownership_year"] == 2018).all()
    assert rules["ultimate_owners"].all()
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["study"]["parameters"]["ultimate_owners"] is True
    said = "La propiedad es la del año 2018. Los parques de una parte cuentan como los de su propietario último."
    assert said in (run / "findings.html").read_text(encoding="utf-8")
    assert said in (run / "atlas.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_run_reads_and_shows_only_the_studys_own(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert not any(each["shipped"] for each in manifest["inputs"])
    assert {each["licence"] for each in manifest["inputs"]} == {"see sources"}
    page = (run / "findings.html").read_text(encoding="utf-8")
    assert "Los parques son los del archivo parks.csv de este estudio" in page
    assert "se armó con un registro federal" not in page
    assert all(each["rows_in"] == each["rows_out"] + each["rejects"] for each in manifest["rows"].values())
    assert read(run, "states")["name"].tolist() == list(build_example.NAMES)
    assert read(run, "national")["name"].tolist() == ["Región de ejemplo"]
    assert len(read(run, "municipalities")) == 80
    assert (run / "atlas.html").stat().st_size > 100_000


@pytest.mark.slow
def test_outputs_are_in_the_studys_own_plane(run: Path) -> None:
    assert gpd.read_parquet(run / "tables" / "parks.parquet").crs.to_string() == "EPSG:32612"
    for name, shape in gpd.list_layers(run / "corredor.gpkg")[["name", "geometry_type"]].itertuples(index=False):
        if isinstance(shape, str):
            assert gpd.read_file(run / "corredor.gpkg", layer=name).crs.to_string() == "EPSG:32612", name
    with rasterio.open(next((run / "rasters").glob("*.tif"))) as raster:
        assert raster.crs.to_epsg() == 32612


@pytest.mark.slow
def test_hexagons_hold_all_establishments_of_the_country(run: Path) -> None:
    hexagons, plants, country = (read(run, name) for name in ("establishment_hexagons", "establishments", "national"))
    assert plants["lon"].notna().all()
    for column in ("establishments", "manufacturing_establishments"):
        assert hexagons[column].sum() == country[column].sum() > 0
    plain = plants[~plants["duplicate_of"].isin(plants["plant_id"])]
    joined = gpd.sjoin(hexagons, plain[["geometry"]])["hexagon_id"].value_counts()
    assert joined.to_dict() == hexagons.set_index("hexagon_id")["establishments"].to_dict()
    assert gpd.read_file(run / "corredor.gpkg", layer="establishment_hexagons")["establishments"].sum() == len(plain)
    assert hexagons.crs.to_string() == "EPSG:32612"


@pytest.fixture(scope="module")
def in_partitions(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the same study with its register in partitions and a sample of a third of it, measured already."""
    folder = tmp_path_factory.mktemp("partitioned") / "study"
    shutil.copytree(EXAMPLE, folder)
    study = load_study(EXAMPLE / "geo.toml", permutations=99, ownership_year=2018, ultimate_owners=True)
    rows = pd.read_csv(folder / "establishments.csv", dtype={"cvegeo": str, "scian": str})
    with at_work(study):
        write_partitions([pa.Table.from_pandas(rows, preserve_index=False)], folder / "register", synthetic=False,
                         finish=lambda part, made: write_sample(made, part, study, rows=100))  # fmt: skip
    text = (folder / "geo.toml").read_text(encoding="utf-8")
    text = text.replace('establishments = "establishments.csv"', 'establishments = "register"')
    (folder / "geo.toml").write_text(text, encoding="utf-8")
    tables, drawn = Run(study, run).tables, pd.read_csv(folder / "register" / "sample.csv")["plant_id"]
    plants = tables["establishments"]
    made = Run(load_study(folder / "geo.toml"))
    vars(made)["tables"] = {**tables, "establishments": plants[plants["plant_id"].isin(drawn)]}
    return made


@pytest.mark.slow
def test_the_atlas_of_a_register_in_partitions_has_no_point_of_it(in_partitions: Run, tmp_path: Path) -> None:
    made = in_partitions
    assert made.study.register is not None
    assert len(made.tables["establishments"]) == 100
    whole = draw_map(made, tmp_path / "whole.html").read_text(encoding="utf-8")
    part = draw_map(made, tmp_path / "part.html", part=build_example.NAMES[0]).read_text(encoding="utf-8")
    counted = made.tables["national"]["establishments"].sum()
    assert f"son una muestra al azar de 100 de {counted} establecimientos" in whole
    assert f"are a random sample of 100 of {counted} establishments" in whole
    assert f"in a random sample of the {counted} establishments of the country" in part
    # An auto-parts plant has its own point, under the same key.
    keys = set(made.tables["establishments"]["plant_id"]) - set(made.tables["auto_parts_plants"]["plant_id"])
    assert len(keys) > 50
    for page in (whole, part):
        assert not [key for key in keys if f'"{key}"' in page]
        assert 'id="table-establishments"' not in page
        assert '"h25_' in page
    with pytest.raises(ChoiceError, match="Name establishment_hexagons"):
        draw_map(made, tmp_path / "refused.html", switches=["establishments"])
    assert not (tmp_path / "refused.html").exists()
    named = draw_map(made, tmp_path / "named.html", switches=["establishment_hexagons"]).read_text(encoding="utf-8")
    assert 'id="table-establishment_hexagons"' in named


@pytest.mark.slow
def test_distances_are_to_the_studys_own_border(run: Path) -> None:
    parks = read(run, "parks").to_crs(4326)
    north = build_example.SOUTH + build_example.LINES * build_example.SIDE
    _, _, metres = GEOD.inv(parks.geometry.x, parks.geometry.y, parks.geometry.x, [north] * len(parks))
    # The border is the parallel: the way due north is within a thousandth of the shortest.
    assert (parks["border_km"] - metres / 1000).abs().max() < 0.2
    assert parks["port_name"].str.startswith("Cruce").all()
    assert (parks["min_wage_zone"] == "northern_border").sum() == (parks.geometry.y > north - 0.25).sum() > 0


def texts(path: Path) -> Iterator[str]:
    """Return every text of a file that a reader may see."""
    if path.suffix == ".qgz":
        with zipfile.ZipFile(path) as parts:
            yield from (parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    elif path.suffix == ".gpkg":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    yield from (value for value in row if isinstance(value, str))
    elif path.suffix == ".parquet":
        yield str(pq.read_schema(path).metadata)
    elif path.suffix == ".pmtiles":
        with path.open("rb") as file:
            yield str(Reader(MmapSource(file)).metadata())
    elif path.suffix == ".fgb":
        yield str(pyogrio.read_info(path))
    elif path.suffix == ".tif":
        with rasterio.open(path) as raster:
            yield str([raster.tags(), raster.tags(1), raster.descriptions, raster.units])
    else:
        yield path.read_text(encoding="utf-8")


def named_mexico(folder: Path) -> dict[str, list[str]]:
    """Return the names of Mexico by file, without what outputs of every study say."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for text in texts(path):
            own = re.sub("|".join(EVERYWHERE), "", text)
            assert not re.search(r"\[\[\w+\.(es|en)\]\]", own), path
            if names := sorted(set(MEXICO.findall(own))):
                found.setdefault(path.relative_to(folder).as_posix(), []).extend(names)
    return found


@pytest.mark.slow
def test_no_output_of_a_run_names_mexico(run: Path) -> None:
    assert named_mexico(run) == {}
    atlas = (run / "atlas.html").read_text(encoding="utf-8")
    for words in ("Raya norte con Ultranorte", "Ramal oriente", "conchas", "Salario diario (conchas)", "Farnorth"):
        assert words in atlas


@pytest.mark.slow
def test_cards_speak_of_the_studys_own_claims(run: Path) -> None:
    verdicts = read(run, "verdicts")
    assert set(verdicts["finding_id"]) == {f"H{number}" for number in range(1, 15)}
    page = (run / "findings.md").read_text(encoding="utf-8")
    assert "se alinea en un corredor de Rada a Cierzo" in page
    assert "lines up in a corridor from Rada to Cierzo" in page
    assert "Contradicciones" not in page.split("## Hipótesis")[0]


@pytest.mark.slow
def test_no_other_output_of_the_study_names_mexico(run: Path, tmp_path: Path) -> None:
    study = load_study(EXAMPLE / "geo.toml", permutations=99)
    made = Run(study, run)
    export(made, tmp_path / "export", formats=["qgz", "csv", "fgb", "cog", "pmtiles"])
    write_coverage(made, Asked(), tmp_path / "es", lang="es")
    write_coverage(made, Asked(), tmp_path / "en", lang="en")
    with at_work(study):
        for lang in ("es", "en"):
            names = ["parks_by_owner", "corridor", "concentration", "wage_gradient", "harness_plants", "coverage"]
            _, refused = write_figures(
                made.figure_tables, Look(180, lang), tmp_path / "figures" / lang, "svg", names=names
            )
            assert refused == []
            words = about(study, made.tables)
            (tmp_path / f"methods.{lang}.md").write_text(methods(made, words, lang), encoding="utf-8")
            for name in ("developers", "concentration", "wage_regression"):
                for fmt, suffix in SUFFIXES.items():
                    text = render(PAPER_TABLES[name], made.tables, fmt, lang)
                    (tmp_path / f"{name}.{lang}.{suffix}").write_text(text, encoding="utf-8")
    assert named_mexico(tmp_path) == {}


@pytest.mark.slow
def test_hostile_words_of_a_study_are_shown_as_text(run: Path) -> None:
    hostile = "<script>x(1)</script> <img src=x> **b** | & 'q' $x$"
    terms = {key: Pair(es=hostile, en=hostile) for key in TERMS}
    study = load_study(EXAMPLE / "geo.toml").model_copy(update={"words": StudyTerms(terms=terms)})
    tables = Run(load_study(EXAMPLE / "geo.toml", permutations=99), run).tables
    made = Run(study)
    vars(made)["tables"] = tables  # measured already
    with at_work(study):
        words = about(study, tables)
        written = {
            "html": findings_html(tables, about=words),
            "md": findings_md(tables, about=words),
            "table": render(PAPER_TABLES["concentration"], tables, "markdown", "es"),
            "methods": methods(made, words, "en"),
        }
    for name, text in written.items():
        assert "x(1)" in text, name
        assert not re.search("<script>x|<img", text), name
