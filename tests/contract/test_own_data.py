"""One's own data: a messy table becomes a map in two commands, and wrong rows are listed with their reasons."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

from geo.cli import main
from geo.errors import DataError
from geo.ingest import Wishes, clean, guess, read_any
from geo.ingest.reasons import REASONS
from geo.layers import read_layers
from geo.schema import LAYERS
from geo.study import load_study, shipped_data

HEADER = ["No.", "NOMBRE DEL PARQUE", "Edo.", "Mpio.", "Latitud (N)", "Longitud (W)", "Sup. (ha)", "Año de inicio",
          "Tipo", "Desarrollador", "Observaciones"]  # fmt: skip
WRONG = [
    ["31", "Intercambiado", "Nuevo León", "Apodaca", "-100,19", "25,77", "10", "2000", "", "", ""],
    ["32", "En Texas", "Nuevo León", "Apodaca", "29,76", "-95,36", "10", "2000", "", "", ""],
    ["33", "Sin superficie", "Nuevo León", "Apodaca", "25,77", "-100,19", "como 12", "2000", "", "", ""],
    ["5", "Repetido", "Nuevo León", "Apodaca", "25,78", "-100,18", "10", "2000", "", "", ""],
    ["34", "=2+2", "Nuevo León", "Apodaca", "25,78", "-100,18", "10", "2000", "", "", ""],
    ["35", "", "Nuevo León", "Apodaca", "25,78", "-100,18", "10", "2000", "", "", ""],
]


def sexagesimal(degrees: float, letters: str, form: int) -> str:
    """Write degrees as people do: with a comma, with all the signs, or with blanks and no letter at all."""
    letter = letters[degrees < 0]
    minutes, seconds = divmod(abs(degrees) * 3600, 60)
    whole, minutes = divmod(int(minutes), 60)
    return [f"{degrees:.5f}".replace(".", ","), f"{whole}°{minutes:02d}'{seconds:05.2f}\"{letter}",
            f"{whole} {minutes} {seconds:.2f}"][form]  # fmt: skip


def messy(*, wrong: bool = True) -> tuple[bytes, pd.DataFrame]:
    """Return thirty parks as a newcomer's spreadsheet writes them, and where they really are."""
    parks = pd.read_csv(shipped_data() / "parks.csv", dtype={"cvegeo": str})
    parks = parks[parks["state"].isin(["Nuevo León", "Querétaro"]) & parks["lon"].notna()].iloc[::3].head(30)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([["Padrón de parques industriales"] + [""] * 10, [""] * 11, HEADER])
    for number, park in enumerate(parks.itertuples(), start=1):
        lat, lon = (sexagesimal(value, letters, number % 3) for value, letters in ((park.lat, "NS"), (park.lon, "EO")))
        owner, opened = ["", "FINSA; Vesta"][number % 2], ["", "1995", "2016-05-01"][number % 3]
        area = f"{number + 0.5}".replace(".", ",")
        writer.writerow([number, park.name, park.state.upper(), park.municipality, lat, lon, area, opened,
                         "Parque industrial", owner, "Ñ"])  # fmt: skip
    if wrong:
        writer.writerows(WRONG)
    return out.getvalue().encode("latin-1"), parks


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def geo(*words: str, fails: bool = False) -> str:
    done: Result = CliRunner().invoke(main, list(words), catch_exceptions=False)
    assert (done.exit_code != 0) is fails, done.output
    return done.output


def table(path: str | Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.mark.slow
def test_a_messy_table_becomes_a_map_in_two_commands(here: Path) -> None:
    content, truth = messy()
    Path("parques.csv").write_bytes(content)
    said = geo("ingest", "parques.csv", "--as", "parks")
    assert "rows in 36 = rows out 30 + rejects 6" in said
    geo("build", "--permutations", "99", "--quiet")
    parks = gpd.read_parquet("maps/tables/parks.parquet").to_crs(4326)
    assert len(parks) == 30
    assert parks["name"].tolist() == truth["name"].tolist()
    assert abs(parks.geometry.x.to_numpy() - truth["lon"].to_numpy()).max() < 1e-4
    assert abs(parks.geometry.y.to_numpy() - truth["lat"].to_numpy()).max() < 1e-4
    assert parks["municipality"].tolist() == truth["municipality"].tolist()
    assert parks["border_km"].between(50, 900).all()
    assert parks["location_error_m"].isna().all()
    assert (parks["developers"] == "FINSA; Vesta").sum() == 15
    atlas = Path("maps/atlas.html").read_text(encoding="utf-8")
    assert "parques.csv" in atlas
    rows = json.loads(Path("maps/manifest.json").read_text(encoding="utf-8"))["rows"]
    assert rows["parks"]["rows_in"] == rows["parks"]["rows_out"] == 30


def test_wrong_rows_are_listed_with_row_column_reason_and_cure(here: Path) -> None:
    Path("parques.csv").write_bytes(messy()[0])
    geo("ingest", "parques.csv", "--as", "parks")
    rejects = table("data/parks_rejects.csv")
    found = dict(zip(rejects["row"].astype(int), rejects["reason_en"], strict=True))
    expected = {
        34: "swapped", 35: "outside", 36: "not_number", 37: "repeated", 38: "formula_text", 39: "blank",
    }  # fmt: skip
    for row, key in expected.items():
        assert REASONS[key].en.split("{")[0] in found[row]
    assert len(found) == len(expected)
    assert "--fix swap" in rejects["cure_es"][0]
    assert rejects["NOMBRE DEL PARQUE"].tolist()[:2] == ["Intercambiado", "En Texas"]
    assert rejects["NOMBRE DEL PARQUE"][4] == "'=2+2", "a spreadsheet must not run it"
    assert rejects["column"][2] == "Sup. (ha)"


def test_swapped_rows_are_mended_only_where_asked(here: Path) -> None:
    Path("parques.csv").write_bytes(messy()[0])
    said = geo("ingest", "parques.csv", "--as", "parks", "--fix", "swap")
    assert "rows out 31 + rejects 5" in said
    assert "swapped back, as --fix swap says" in said
    parks = table("data/parks.csv").set_index("park_id")
    assert parks.loc["31", ["lon", "lat"]].tolist() == ["-100.19", "25.77"]


def test_the_study_passes_every_check_and_says_where_it_comes_from(here: Path) -> None:
    Path("parques.csv").write_bytes(messy()[0])
    geo("ingest", "parques.csv", "--as", "parks", "--title", 'Parques "propios" \\ 2024', "--licence", "CC0")
    layers = read_layers(load_study(Path("geo.toml")))
    assert len(layers["parks"]) == 30
    assert set(layers["parks"]["source_ids"]) == {"own_parques"}
    assert layers["developers"]["name"].tolist() == ["FINSA", "Vesta"]
    assert len(layers["park_developers"]) == 30
    study = tomllib.loads(Path("geo.toml").read_text(encoding="utf-8"))
    assert study["study"]["title_es"] == 'Parques "propios" \\ 2024'
    source = table("data/sources.csv").set_index("source_id").loc["own_parques"]
    assert (source["title"], source["licence"]) == ("parques.csv", "CC0")


def test_the_same_file_gives_the_same_bytes(here: Path) -> None:
    Path("parques.csv").write_bytes(messy()[0])
    for folder in ("one", "two"):
        geo("ingest", "parques.csv", "--as", "parks", "--out", folder)
    for path in Path("one").rglob("*.csv"):
        assert path.read_bytes() == Path("two", *path.parts[1:]).read_bytes()


def test_made_keys_do_not_depend_on_the_order_of_the_rows(here: Path) -> None:
    rows = ["Uno,Apodaca,Nuevo León,25.77,-100.19", "Dos,Apodaca,Nuevo León,25.78,-100.18", "Tres,León,Guanajuato,,"]
    for name, lines in (("a", rows), ("b", rows[::-1])):
        Path(f"{name}.csv").write_text("\n".join(["nombre,municipio,estado,lat,lon", *lines]) + "\n", encoding="utf-8")
        geo("ingest", f"{name}.csv", "--as", "parks", "--out", name)
    one, two = (table(f"{name}/data/parks.csv").set_index("name")["park_id"].to_dict() for name in "ab")
    assert one == two
    assert all(re.fullmatch(r"[a-z]+-[0-9a-f]{6}", key) for key in one.values())


def test_a_row_without_a_point_keeps_its_municipality_and_no_place_is_refused(here: Path) -> None:
    text = "nombre,municipio,estado,lat,lon,año\nUno,Apodaca,NL,,,\nDos,Nowhere,NL,,,\nTres,,,25.77,-100.19,2001\n"
    Path("a.csv").write_text(text, encoding="utf-8")
    said = geo("ingest", "a.csv", "--as", "parks")
    assert "1 rows have no point" in said
    parks = table("data/parks.csv").set_index("name")
    assert parks.loc["Uno", ["cvegeo", "state", "lon", "location_basis"]].tolist() == [
        "19006",
        "Nuevo León",
        "",
        "none",
    ]
    assert parks.loc["Tres", ["cvegeo", "location_basis", "vintage_2018"]].tolist() == ["19006", "given", "true"]
    assert parks.loc["Uno", ["vintage_2018", "plants_registered", "location_error_m"]].tolist() == ["false", "", ""]
    (reason,) = table("data/parks_rejects.csv")["reason_es"]
    assert "no dicen un municipio conocido" in reason


def test_nothing_is_written_where_no_row_is_left_or_a_needed_column_is_missing(here: Path) -> None:
    Path("a.csv").write_text("nombre,lat,lon\nUno,-100.19,25.77\nDos,-100.2,25.78\n", encoding="utf-8")
    said = geo("ingest", "a.csv", "--as", "parks", fails=True)
    assert "rows 2-3" in said
    assert "--fix swap" in said
    Path("b.csv").write_text("superficie,lat,lon\n12,25.77,-100.19\n", encoding="utf-8")
    said = geo("ingest", "b.csv", "--as", "parks", fails=True)
    assert "no column was taken for name" in said
    assert sorted(path.name for path in here.iterdir()) == ["a.csv", "b.csv"]


def test_metres_are_refused_with_the_systems_that_would_fit(here: Path) -> None:
    points = gpd.GeoSeries.from_xy([-100.19, -100.3], [25.77, 25.6], crs=4326).to_crs(32614)
    rows = [f"Parque {k},{x:.1f},{y:.1f}" for k, (x, y) in enumerate(zip(points.x, points.y, strict=True))]
    Path("a.csv").write_text("\n".join(["nombre,utm x,utm y", *rows]) + "\n", encoding="utf-8")
    said = geo("ingest", "a.csv", "--as", "parks", fails=True)
    assert "are not degrees" in said
    assert "--crs EPSG:32614" in said
    geo("ingest", "a.csv", "--as", "parks", "--crs", "EPSG:32614")
    parks = table("data/parks.csv")
    assert parks["lon"].astype(float).round(4).tolist() == [-100.19, -100.3]


def test_earlier_files_are_kept_unless_replaced_on_purpose(here: Path) -> None:
    Path("a.csv").write_text("nombre,lat,lon\nUno,25.77,-100.19\n", encoding="utf-8")
    geo("ingest", "a.csv", "--as", "parks")
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    Path("b.csv").write_text("nombre,lat,lon\nOtro,25.78,-100.18\n", encoding="utf-8")
    said = geo("ingest", "b.csv", "--as", "parks", fails=True)
    assert "already there" in said
    assert "--force" in said
    assert all(path.read_bytes() == content for path, content in before.items())
    geo("ingest", "b.csv", "--as", "parks", "--force")
    assert table("data/parks.csv")["name"].tolist() == ["Otro"]


def test_a_failed_write_puts_everything_back(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.csv").write_text("nombre,lat,lon\nUno,25.77,-100.19\n", encoding="utf-8")
    geo("ingest", "a.csv", "--as", "parks")
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if Path(target).name == "geo.toml":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    said = geo("ingest", "a.csv", "--as", "parks", "--force", fails=True)
    assert "No space left" in said
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


def test_a_second_layer_joins_the_study_and_its_words_stay(here: Path) -> None:
    Path("a.csv").write_text("nombre,lat,lon\nUno,25.77,-100.19\n", encoding="utf-8")
    geo("ingest", "a.csv", "--as", "parks")
    Path("geo.toml").write_text(Path("geo.toml").read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.append(["Planta", "Empresa", "lat", "lon", "segment", "status", "Empleados"])
    book.active.append(["Ensamble Norte", "ACME", 25.9, -100.2, "light_vehicle", "operating", 1200])
    book.save("plantas.xlsx")
    geo("ingest", "plantas.xlsx", "--as", "assembly_plants")
    assert "# mine" in Path("geo.toml").read_text(encoding="utf-8")
    layers = read_layers(load_study(Path("geo.toml")))
    assert layers["assembly_plants"]["employees"].tolist() == [1200]
    assert layers["parks"]["name"].tolist() == ["Uno"]
    assert layers["auto_parts_plants"]["assembly_plant_id"].isna().all()
    assert {"own_a", "own_plantas"} <= set(layers["sources"]["source_id"])


def test_files_left_with_references_that_lead_nowhere_are_named(here: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "otra_region"
    shutil.copytree(example, "study")
    Path("a.csv").write_text("nombre;lat;lon\nUno;15,5;-111,2\nDos;25,7;-100,3\n", encoding="utf-8")
    said = geo("ingest", "a.csv", "--as", "parks", "--out", "study")
    assert "5 km outside Región de ejemplo" in said, "the study's own region and country hold"
    assert "warning: park_developers.csv: 40 rows name a park_id that parks lacks now" in said
    assert "next:" not in said


def test_areas_become_points_with_their_measured_hectares(here: Path) -> None:
    square = shapely.box(-100.2, 25.77, -100.19, 25.78)
    frame = gpd.GeoDataFrame(
        {"nombre": ["Uno", "Línea"]}, geometry=[square, shapely.LineString([(-100, 25), (-100, 26)])]
    )
    frame.set_crs(4326).to_crs(6372).to_file("a.gpkg")
    said = geo("ingest", "a.gpkg", "--as", "parks")
    assert "rows in 2 = rows out 1 + rejects 1" in said
    (park,) = table("data/parks.csv").to_dict("records")
    assert float(park["area_ha"]) == pytest.approx(111.0, rel=0.01)
    assert park["area_basis"] == "measured"
    assert shapely.Point(float(park["lon"]), float(park["lat"])).within(square)


def test_lines_and_areas_become_layers_of_their_own(here: Path) -> None:
    line, knot = shapely.LineString([(-117, 32), (-97, 26)]), shapely.Point(0, 0)
    gpd.GeoDataFrame({"nombre": ["Frontera", "Punto"]}, geometry=[line, knot], crs=4326).to_file("b.geojson")
    said = geo("ingest", "b.geojson", "--as", "border")
    assert "rows out 1 + rejects 1" in said
    assert gpd.read_parquet("data/border.parquet")["name"].tolist() == ["Frontera"]


def test_a_template_is_filled_in_and_taken(here: Path) -> None:
    geo("template", "parks")
    lines = list(csv.reader(io.StringIO(Path("parks_template.csv").read_text(encoding="utf-8"))))
    assert lines[0] == [column.name for column in LAYERS["parks"].file_columns]
    assert [len(line) for line in lines] == [len(lines[0])] * 3
    said = geo("ingest", "parks_template.csv", "--as", "parks", fails=True)
    assert "a header and no rows" in said
    row = dict.fromkeys(lines[0], "") | {"name": "Uno", "lon": "-100.19", "lat": "25.77"}
    with Path("parks_template.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(row.values())
    assert "rows in 1 = rows out 1" in geo("ingest", "parks_template.csv", "--as", "parks")
    assert "already there" in geo("template", "parks", fails=True)


def test_a_template_explains_every_layer_that_is_a_table(here: Path) -> None:
    said = geo("template", "--list")
    names = [name for name, layer in LAYERS.items() if str(layer.file).endswith(".csv")]
    assert all(name in said for name in names)
    for name in names:
        geo("template", name)
        header, spanish, english = csv.reader(io.StringIO(Path(f"{name}_template.csv").read_text(encoding="utf-8")))
        assert len(header) == len(spanish) == len(english)
        assert spanish[0].startswith("# ")
    assert "Did you mean parks" in geo("template", "park", fails=True)


def test_init_writes_a_study_that_is_the_shipped_one(here: Path) -> None:
    geo("init")
    study, shipped = load_study(Path("geo.toml")), load_study()
    assert (study.region, study.parameters, study.layers) == (shipped.region, shipped.parameters, {})
    assert "already there" in geo("init", fails=True)


def test_signs_that_steer_a_terminal_are_not_printed(here: Path) -> None:
    text = "nombre\x1b[31m,lat,lon\nUno\x1b]0;x\x07,25.77,-100.19\nDos,25.78,-100.2\n"
    Path("a.csv").write_text(text, encoding="utf-8")
    said = geo("ingest", "a.csv", "--as", "parks", "--map", "lat=lat")
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "the text holds control characters" in said


TABLES = [name for name, layer in LAYERS.items() if str(layer.file).endswith(".csv")]


def plainly(text: str) -> str:
    """Return a value without what a table may say in two ways: blanks, zeros after the point, N/A."""
    text = " ".join(text.split())
    if re.fullmatch(r"-?\d+\.\d+", text):
        text = text.rstrip("0").removesuffix(".")
    return "" if text in {"ND", "_"} else text


@pytest.mark.parametrize("name", TABLES)
def test_every_shipped_table_comes_through_as_it_is(name: str) -> None:
    layer, study = LAYERS[name], load_study()
    path = shipped_data() / str(layer.file)
    if table(path).empty:  # shipped without rows, for a study to fill: nothing of it can be taken
        with pytest.raises(DataError, match="a header and no rows"):
            read_any(path)
        return
    raw = read_any(path)
    matches = guess(list(raw.cells.columns), layer)
    assert all(match.column == match.target for match in matches)
    cleaned = clean(raw, layer, matches, study, Wishes())
    assert cleaned.refused == []
    assert len(cleaned.table) == raw.rows == len(table(path))
    shipped = table(path)[list(cleaned.table.columns)].map(plainly)
    assert shipped.equals(cleaned.table.map(plainly).reset_index(drop=True).astype("str"))


@pytest.mark.parametrize("seed", range(4))
def test_rows_in_are_rows_out_and_rejects_whatever_is_spoilt(here: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [line.split(";") for line in messy()[0].decode("latin-1").splitlines() if '"' not in line][3:]
    spoils = ["", "x", "=1", "-1", "999999", "N/A", "1,234", "25,77", "-100,19", "mall"]
    for row in rows:
        for place in range(len(row)):
            if rng.random() < 0.1:
                row[place] = str(rng.choice(spoils))
    rows = [row[: rng.integers(9, 13)] if rng.random() < 0.1 else row for row in rows]
    text = "\n".join(";".join(row) for row in [HEADER, *rows])
    Path("a.csv").write_bytes(text.encode("latin-1"))
    raw = read_any(Path("a.csv"))
    assert raw.rows + raw.blank == len(rows)
    layer = LAYERS["parks"]
    cleaned = clean(raw, layer, guess(list(raw.cells.columns), layer), load_study(), Wishes())
    out, refused = set(cleaned.table.index), set(cleaned.rejected)
    assert not out & refused
    assert len(out) + len(refused) == raw.rows
    assert all(each.said(language)[0] for each in cleaned.refused for language in ("es", "en"))
