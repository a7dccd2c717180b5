"""What a planner is given: the same numbers in every file, proposals apart from parks, bad questions refused whole."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from pyproj import Geod

from geo.commands import planner
from geo.errors import ChoiceError, CorredorError, OutputError
from geo.export.coverage_story import people, share
from geo.planning import (
    COVERAGE_FILES,
    Asked,
    SitesAsked,
    prepare_network,
    write_checklist,
    write_coverage,
    write_isochrones,
    write_sites,
)
from geo.planning.coverage import Answer
from geo.runs import Run
from geo.schema import DECLARED
from geo.study import load_study

HOSTILE = "</script><script>alert(1)</script>"
GUANAJUATO = Asked(state="Guanajuato")
PARK = "que-colon-aerotech"


@pytest.fixture(scope="module")
def run(built: Path) -> Run:
    return Run(load_study(), built)


@pytest.fixture(scope="module")
def answer(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return write_coverage(run, GUANAJUATO, tmp_path_factory.mktemp("coverage"))


@pytest.fixture(scope="module")
def planned(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    asked = Asked(state="Colima", within="20km", all_parks=True)
    out = tmp_path_factory.mktemp("sites")
    return (*write_sites(run, asked, SitesAsked(new=2), out), out)


def layer(folder: Path, name: str) -> pd.DataFrame:
    return pyogrio.read_dataframe(folder / "coverage.gpkg", layer=name)


def words(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", path.read_text(encoding="utf-8"), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def rows_of(path: Path, title: str) -> list[list[str]]:
    text = path.read_text(encoding="utf-8")
    part = text[text.index(f"<h2>{title}</h2>") :]
    body = part[part.index("<tbody>") : part.index("</tbody>")]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]
    return [[html.unescape(cell) for cell in row] for row in cells]


def scenario(path: Path, lines: str) -> Path:
    path.write_text(lines, encoding="utf-8")
    return path


def test_every_file_is_written_and_nothing_else(answer: Answer) -> None:
    folder = answer.files[0].parent
    assert sorted(path.name for path in folder.iterdir()) == sorted(COVERAGE_FILES)


def test_the_shares_are_those_of_measuring_every_pair(answer: Answer, run: Run) -> None:
    folder = answer.files[0].parent
    places = layer(folder, "coverage_places")
    parks = gpd.GeoDataFrame(run.tables["parks"])
    parks = parks[parks["study_set"].astype(bool) & parks["lon"].notna()]
    geod = Geod(ellps="WGS84")
    near = np.full(len(places), np.inf)
    for lon, lat in parks[["lon", "lat"]].to_numpy(float):
        _, _, metres = geod.inv(places["lon"], places["lat"], np.full(len(places), lon), np.full(len(places), lat))
        near = np.minimum(near, np.asarray(metres) / 1000)
    inside = near <= 30
    assert places["covered"].astype(bool).tolist() == inside.tolist()
    assert places["nearest_km"].to_numpy() == pytest.approx(near, abs=0.001)
    weight = places["weight"].to_numpy()
    by_town = pd.Series(weight * inside).groupby(places["cvegeo"]).sum() / places.groupby("cvegeo")["weight"].sum()
    towns = layer(folder, "coverage_municipalities").set_index("cvegeo")
    assert towns["covered_share"].sort_index().to_numpy() == pytest.approx(by_town.sort_index().to_numpy(), abs=1e-4)
    whole = layer(folder, "coverage_summary").iloc[0]
    assert whole["covered_share"] == pytest.approx(weight[inside].sum() / weight.sum(), abs=1e-4)


def test_the_report_says_what_the_tables_hold(answer: Answer) -> None:
    folder = answer.files[0].parent
    text = words(folder / "coverage_report.html").replace("\u00a0", " ")
    whole = layer(folder, "coverage_summary").iloc[0]
    for column in ("total", "covered", "uncovered"):
        assert people(whole[column]) in text
    for column in ("covered_share", "share_low", "share_high", "share_at_most"):
        assert share(whole[column]).replace("\u00a0", " ") in text
    assert "30 km exactos cuentan" in text
    assert "564" in text
    towns = layer(folder, "coverage_municipalities").sort_values(["uncovered", "cvegeo"], ascending=[False, True])
    printed = rows_of(folder / "coverage_report.html", "Municipios con más personas fuera del alcance")
    for row, (_, town) in zip(printed, towns.iterrows(), strict=False):
        assert row[:3] == [town["municipality"], people(town["total"]), people(town["uncovered"])]
        assert row[3] == share(town["covered_share"])
        assert row[5:] == [town["nearest_name"], f"{town['nearest_km']:.1f}", f"{town['road_minutes']:.1f}"]
    assert len(printed) == 24
    inside = rows_of(folder / "coverage_report.html", "Municipios cubiertos por completo, los de más personas")
    assert [row[2] for row in inside] == ["0"] * len(inside)
    assert inside[0][0] == "León"


def test_the_csv_is_the_layer_of_the_geopackage(answer: Answer) -> None:
    folder = answer.files[0].parent
    written = pd.read_csv(folder / "coverage.csv", dtype={"cvegeo": str, "cve_ent": str})
    held = layer(folder, "coverage_municipalities").drop(columns="geometry")
    pd.testing.assert_frame_equal(written, pd.DataFrame(held), check_dtype=False)


def test_every_layer_is_declared_and_styled(answer: Answer) -> None:
    folder = answer.files[0].parent
    names = [name for name in pyogrio.list_layers(folder / "coverage.gpkg")[:, 0] if name != "layer_styles"]
    styles = pyogrio.read_dataframe(folder / "coverage.gpkg", layer="layer_styles")
    for name in names:
        table = layer(folder, name)
        assert [column for column in table if column != "geometry"] == [
            column.name for column in DECLARED[name].output_columns
        ]
        DECLARED[name].output_schema.validate(answer.tables[name].drop(columns="geometry", errors="ignore"))
    assert set(styles["f_table_name"]) == set(names)
    default = styles[(styles["f_table_name"] == "coverage_municipalities") & styles["useAsDefault"].astype(bool)]
    assert "covered_share" in default["styleQML"].iloc[0]


def test_the_same_question_gives_the_same_bytes(answer: Answer, run: Run, tmp_path: Path) -> None:
    again = write_coverage(run, GUANAJUATO, tmp_path)
    for one, other in zip(answer.files, again.files, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_access_is_shared_supply(answer: Answer) -> None:
    places = layer(answer.files[0].parent, "coverage_places")
    assert (places.loc[~places["covered"].astype(bool), "access_per_1000"] == 0).all()
    assert places["access_per_1000"].max() > 0


def test_proposals_are_never_among_the_parks(planned: tuple[Any, ...]) -> None:
    found, plan, folder = planned
    sites, parks = layer(folder, "proposed_sites"), layer(folder, "facilities")
    assert sites["rank"].tolist() == [1, 2]
    assert not set(sites["candidate_id"]) & set(parks["facility_id"])
    assert set(parks["origin"]) == {"inventory"}
    text = words(folder / "coverage_report.html")
    assert "no son parques" in text
    gained = plan.answer.covered_weight - plan.answer.covered_before
    assert sites["added"].sum() == pytest.approx(gained)
    assert layer(folder, "coverage_changes")["gained"].sum() == pytest.approx(gained)
    assert people(gained) in text
    assert "Óptimo demostrado (brecha 0)." in text
    before, after = (each.summary["covered_share"] for each in found.story.shown)
    total = plan.answer.total_weight
    assert after - before == pytest.approx(gained / total, abs=2e-4)


def test_the_optimum_is_that_of_trying_every_pair(planned: tuple[Any, ...], run: Run) -> None:
    _, plan, folder = planned
    places = layer(folder, "coverage_places")
    geod, weight = Geod(ellps="WGS84"), places["weight"].to_numpy()
    reach = []
    for lon, lat in plan.candidates.table[["lon", "lat"]].to_numpy():
        _, _, metres = geod.inv(places["lon"], places["lat"], np.full(len(places), lon), np.full(len(places), lat))
        reach.append(np.asarray(metres) <= 20_000)
    there = places["covered"].to_numpy(bool)
    best = max(weight[there | one | other].sum() for one in reach for other in reach)
    assert plan.answer.covered_weight == pytest.approx(best)


def test_shortest_ways_are_told_without_a_reach(run: Run, tmp_path: Path) -> None:
    wanted = SitesAsked("pmedian", new=1)
    found, plan = write_sites(run, Asked(state="Colima", network="none"), wanted, tmp_path, lang="en")
    costs = layer(tmp_path, "site_costs")
    for column, said in (("cost_before", found.story.plan.cost_before), ("cost_after", found.story.plan.cost_after)):  # type: ignore[union-attr]
        assert np.average(costs[column], weights=costs["weight"]) == pytest.approx(said, abs=0.01)
    text = words(tmp_path / "coverage_report.html")
    assert f"{found.story.plan.cost_after:.1f} km" in text  # type: ignore[union-attr]
    assert plan.proof["en"] in text
    assert (costs["cost_after"] <= costs["cost_before"] + 0.01).all()


def test_two_scenarios_side_by_side(run: Run, tmp_path: Path) -> None:
    lines = f"""title = "{HOSTILE}"
[[changes]]
action = "add"
park_id = "new-one"
name = "=HYPERLINK(1){HOSTILE}"
lon = -100.92
lat = 21.16
[[changes]]
action = "remove"
park_id = "gua-san-jose-iturbide-opcion-los-nogales"
"""
    path = scenario(tmp_path / "more.toml", lines)
    out = tmp_path / "out"
    found = write_coverage(run, GUANAJUATO, out, compare=path)
    changes, places = layer(out, "coverage_changes"), layer(out, "changed_places")
    assert changes["gained"].sum() == pytest.approx(places.loc[places["change"] == "gained", "weight"].sum())
    assert changes["lost"].sum() == pytest.approx(places.loc[places["change"] == "lost", "weight"].sum())
    assert changes["gained"].sum() > 100_000
    first, second = (each.summary["covered"] for each in found.story.shown)
    assert second - first == pytest.approx(changes["gained"].sum() - changes["lost"].sum())
    assert people(changes["gained"].sum()) in words(out / "coverage_report.html")
    for name in ("coverage_map.html", "coverage_report.html"):
        assert "<script>alert" not in (out / name).read_text(encoding="utf-8")


def test_names_that_are_formulas_are_neutral_in_the_csv(run: Run, tmp_path: Path) -> None:
    path = scenario(tmp_path / "s.csv", "action,park_id,name,lon,lat\nadd,p1,=1+1,-100.92,21.16\n")
    out = tmp_path / "out"
    asked = Asked(state="Guanajuato", scenario=path)
    write_coverage(run, asked, out, supply=None)
    assert "'=1+1" in (out / "coverage.csv").read_text(encoding="utf-8")
    assert re.search(r"(^|,)=1\+1", (out / "coverage.csv").read_text(encoding="utf-8")) is None
    assert "scenario" in set(layer(out, "facilities")["origin"])


def demand_file(path: Path, rows: str) -> str:
    path.write_text("id,name,lon,lat,weight\n" + rows, encoding="utf-8")
    return str(path)


def raster(path: Path, **changes: Any) -> str:
    import rasterio
    from rasterio import Affine

    values = np.full((30, 30), 10.0, dtype="float32")
    values[0, 0] = changes.pop("corner", 10.0)
    profile = {"driver": "GTiff", "height": 30, "width": 30, "count": 1, "dtype": "float32", "crs": "EPSG:6372",
               "transform": Affine(2000, 0, 2_600_000, 0, -2000, 1_000_000)} | changes  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(values, 1)
    return str(path)


def test_a_raster_in_another_system_counts_all_its_people(run: Run, tmp_path: Path) -> None:
    found = write_coverage(run, Asked(state="Guanajuato", demand=raster(tmp_path / "p.tif")), tmp_path / "out")
    summary = found.story.shown[0].summary
    assert 0 < summary["total"] <= 9000
    assert summary["covered"] + summary["uncovered"] == pytest.approx(summary["total"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(state="Guanajauto"), "Did you mean Guanajuato"),
        (Asked(state="Mé"), "there is no such state"),
        (Asked(metro="Zona Metropolitana de Leon X"), "there is no such metropolitan area"),
        (Asked(state="Colima", metro="Tecomán"), "not both"),
        (Asked(within="30"), "a number with its unit"),
        (Asked(within="-5km"), "a number with its unit"),
        (Asked(within="45min", network="none"), "needs a network of roads"),
        (Asked(demand="workers"), "INEGI"),
        (Asked(demand="nowhere.csv"), "there is no such file"),
        (Asked(facilities="nowhere.csv"), "there is no such file"),
        (Asked(network="nowhere.graphml"), "there is no such file"),
        (Asked(kinds=("castle",)), "there is none of that kind"),
        (Asked(scenario=Path("nowhere.toml")), "does not exist"),
    ],
)
def test_a_bad_question_writes_nothing(run: Run, tmp_path: Path, asked: Asked, said: str) -> None:
    out = tmp_path / "out"
    with pytest.raises(CorredorError, match=said):
        write_coverage(run, asked, out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: demand_file(path / "d.csv", "1,a,-101,21,0\n"), "has no people"),
        (lambda path: demand_file(path / "d.csv", "1,a,-101,21,-4\n"), "the weight is negative"),
        (lambda path: demand_file(path / "d.csv", "1,a,2,48,5\n"), "has no people in Guanajuato"),
        (lambda path: raster(path / "r.tif", corner=-9.0), "are negative"),
        (lambda path: raster(path / "r.tif", crs=None), "no reference system"),
    ],
)
def test_bad_demand_writes_nothing(run: Run, tmp_path: Path, make: Callable[[Path], str], said: str) -> None:
    out = tmp_path / "out"
    with pytest.raises(CorredorError, match=said):
        write_coverage(run, Asked(state="Guanajuato", demand=make(tmp_path)), out)
    assert not out.exists()


def test_a_network_far_from_every_park_is_refused(run: Run, tmp_path: Path) -> None:
    table = {"u": [0], "v": [1], "km": [1.0], "minutes": [1.0], "minutes_back": [1.0]}
    streets = gpd.GeoDataFrame(table, geometry=[shapely.LineString([(-118, 20), (-118, 20.01)])], crs="EPSG:4326")
    streets.to_parquet(tmp_path / "island.parquet")
    asked = Asked(state="Guanajuato", network=str(tmp_path / "island.parquet"), within="45min")
    with pytest.raises(ChoiceError, match="km of the network"):
        write_coverage(run, asked, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("wanted", "within", "said"),
    [
        (SitesAsked(new=11), "20km", "ask for at most 10"),
        (SitesAsked(new=0), "20km", "ask for 1 or more"),
        (SitesAsked(), "20km", "needs a number of new parks"),
        (SitesAsked(new=1), None, "needs a reach"),
        (SitesAsked("pmedian", new=1), "20km", "has no reach"),
        (SitesAsked(new=1, candidates="grid", grid_km=900), "20km", "no candidate site"),
        (SitesAsked(new=1, candidates="nowhere.csv"), "20km", "there is no such file"),
        (SitesAsked("lscp", candidates="seats"), "1km", "reach"),
    ],
)
def test_a_bad_siting_question_writes_nothing(
    run: Run, tmp_path: Path, wanted: SitesAsked, within: str | None, said: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(CorredorError, match=said):
        write_sites(run, Asked(state="Colima", within=within), wanted, out)
    assert not out.exists()


def test_a_folder_that_cannot_be_written_keeps_what_it_is(run: Run, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError):
        write_coverage(run, GUANAJUATO, taken)
    assert taken.read_text(encoding="utf-8") == "mine"


def test_other_files_of_the_folder_are_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_coverage(run, Asked(state="Colima"), tmp_path, supply=None, lang="en")
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert '<html lang="en">' in (tmp_path / "coverage_report.html").read_text(encoding="utf-8")


def test_isochrones_hold_the_park_and_each_other(run: Run, tmp_path: Path) -> None:
    formats = ("gpkg", "geoparquet", "fgb", "csv")
    written = write_isochrones(run, Asked(), tmp_path, park=PARK, within=["15", "30min"], formats=formats)
    assert {path.name for path in written} >= {"isochrones.gpkg", "isochrones.parquet", "isochrones.fgb",
                                               "isochrones.csv"}  # fmt: skip
    table = gpd.read_file(tmp_path / "isochrones.gpkg", layer="isochrones")
    assert table["within"].tolist() == [30.0, 15.0]
    assert table["unit"].tolist() == ["min", "min"]
    wide, narrow = table.geometry
    assert narrow.area < wide.area
    assert narrow.difference(wide).area < 1e-6 * narrow.area
    parks = gpd.GeoDataFrame(run.tables["parks"]).set_index("park_id")
    assert wide.contains(parks.geometry[PARK])


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ({"park": "que-colon-aerotec", "within": ["15min"]}, "Did you mean que-colon-aerotech"),
        ({"park": PARK, "within": ["15"]}, "a number with its unit"),
        ({"park": PARK, "within": ["15min", "5km"]}, "not both"),
        ({"park": PARK, "within": ["15min"], "formats": ["shp"]}, "give some of"),
    ],
)
def test_bad_isochrones_write_nothing(run: Run, tmp_path: Path, rest: dict[str, Any], said: str) -> None:
    with pytest.raises(ChoiceError, match=said):
        write_isochrones(run, Asked(), tmp_path / "out", **rest)
    assert not (tmp_path / "out").exists()


def test_the_checklist_names_what_is_missing(run: Run, tmp_path: Path) -> None:
    files, table = write_checklist(run, Asked(state="Querétaro"), tmp_path)
    parks = run.tables["parks"]
    expected = parks[(parks["state"] == "Querétaro") & parks["study_set"].astype(bool)]
    assert sorted(table["park_id"]) == sorted(expected["park_id"])
    assert len(pd.read_csv(files[0])) == len(expected)
    text = words(files[1])
    for missing in ("Vías férreas", "Puertos marítimos", "Aeropuertos", "Altitud"):
        assert missing in text
    both = table.set_index("park_id")["border_km"].dropna()
    published = expected.set_index("park_id")["border_km"].reindex(both.index)
    assert both.to_numpy() == pytest.approx(published.to_numpy(), abs=0.01)


def test_the_command_prints_the_answer_and_its_files(built: Path, tmp_path: Path) -> None:
    arguments = ["--state", "Colima", "--run", str(built), "--out", str(tmp_path / "out"), "--quiet", "--lang", "en"]
    done = CliRunner().invoke(planner.coverage, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert "of the people in Colima have a park within reach" in done.output
    assert all(str(tmp_path / "out" / name) in done.output for name in COVERAGE_FILES)


def test_the_command_prints_the_optimum_or_the_gap(built: Path, tmp_path: Path) -> None:
    arguments = ["--state", "Colima", "--within", "20km", "--new", "1", "--run", str(built), "--out",
                 str(tmp_path / "out"), "--quiet"]  # fmt: skip
    done = CliRunner().invoke(planner.site, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert "Óptimo demostrado (brecha 0)." in done.output
    assert re.search(r"^1\. .*Colima\), \d", done.output, re.M)


@pytest.mark.parametrize("cover", ["0%", "101%", "many"])
def test_a_share_that_is_none_is_refused(cover: str) -> None:
    done = CliRunner().invoke(planner.site, ["--objective", "lscp", "--within", "30km", "--cover", cover])
    assert done.exit_code == 2
    assert "give a share such as 90%" in done.output


def test_a_network_is_made_once_and_kept(run: Run, tmp_path: Path) -> None:
    parks = run.tables["parks"]
    lon, lat = parks.loc[(parks["state"] == "Colima") & parks["lon"].notna(), ["lon", "lat"]].iloc[0]
    table = {"u": [0, 1], "v": [1, 2], "km": [11.1, 11.1], "minutes": [11.0, 11.0], "minutes_back": [11.0, np.nan]}
    ends = [(lon - 0.1, lat), (lon, lat), (lon + 0.1, lat)]
    lines = [shapely.LineString(ends[:2]), shapely.LineString(ends[1:])]
    gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4326").to_parquet(tmp_path / "roads.parquet")
    kept = prepare_network(run, Asked(state="Colima"), source=tmp_path / "roads.parquet", folder=tmp_path / "kept")
    assert kept == tmp_path / "kept" / "colima.parquet"
    asked = Asked(state="Colima", network=str(kept), within="45min", all_parks=True)
    found = write_coverage(run, asked, tmp_path / "out")
    assert "kept" not in words(tmp_path / "out" / "coverage_report.html")
    assert found.tables["coverage_places"]["road_minutes"].notna().any()
    with pytest.raises(ChoiceError, match="there is no such state"):
        prepare_network(run, Asked(state="Nowhere"), source=tmp_path / "roads.parquet", folder=tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_sites_of_a_file_have_no_interval(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("id,name,lon,lat\n1,=A<b>,-101.6,21.1\n2,Dos,-100.8,20.5\n", encoding="utf-8")
    asked = Asked(state="Guanajuato", facilities=str(tmp_path / "mine.csv"))
    found = write_coverage(run, asked, tmp_path / "out")
    assert found.story.shown[0].summary["share_low"] is None
    text = words(tmp_path / "out" / "coverage_report.html")
    assert "Sin intervalo" in text
    assert "sitios de mine.csv" in text
    assert "RETC" not in text
    assert set(found.tables["facilities"]["origin"]) == {"file"}
    assert "'=A<b>" in (tmp_path / "out" / "coverage.csv").read_text(encoding="utf-8")
