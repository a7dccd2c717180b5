"""`geo fetch`: what it says, what it writes, what it leaves alone, and what a study and its outputs make of it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

from geo.cli import main
from geo.commands.sources import fetch
from geo.errors import ChoiceError, OutputError, StudyError
from geo.export.manifest import inputs
from geo.layers import read_layers
from geo.sources.catalogue import SOURCES
from geo.sources.record import origins
from geo.sources.run import Fetched
from geo.sources.source import Cleaned, rejects_table
from geo.sources.studyfile import set_layers
from geo.study import load_study, shipped_data

BTS = "/api/views/keg4-3bc2/rows.json"
LINE = "/ak2bo87wLfUpMrt1/ArcGIS/rest/services/US_Mexico_Border_Map_WFL1/FeatureServer/2/query"


@pytest.fixture
def call(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORREDOR_CACHE", str(tmp_path / "cache"))

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(fetch, [*arguments, "--mirror", server.url, "--quiet"] if arguments else [])

    return call


def test_without_a_source_the_sources_are_listed(call: Callable[..., Result], server: Any) -> None:
    said = call().output
    for key, source in SOURCES.items():
        assert f"{key}: {source.es} / {source.en}" in said
    assert "give its files with --file" in said
    assert server.requests == []


def test_a_fetch_says_what_to_add_and_counts_every_row(
    call: Callable[..., Result], server: Any, bts_json: bytes
) -> None:
    server.put(BTS, bts_json)
    result = call("bts")
    assert result.exit_code == 0, result.output
    assert "21 rows read: 17 kept, 3 refused, 1 left out (another border: US-Canada Border)" in result.output
    assert 'ports_of_entry = "sources/bts/ports_of_entry.csv"' in result.output
    assert 'sources = "sources/sources.csv"' in result.output
    assert "rejects.csv" in result.output
    assert not Path("geo.toml").exists()


def test_a_register_says_how_to_go_on(call: Callable[..., Result], server: Any, denue_zip: bytes) -> None:
    server.put("/contenidos/masiva/denue/denue_00_31-33_csv.zip", denue_zip)
    said = call("denue").output
    assert said.splitlines()[-1] == "geo inventory build --from denue --file sources/denue"
    assert "[layers]" not in said


def test_an_inventory_is_made_of_the_register_that_was_fetched(
    call: Callable[..., Result], server: Any, denue_zip: bytes
) -> None:
    without = CliRunner().invoke(main, ["inventory", "build", "--from", "denue", "--quiet"])
    assert without.exit_code == 2
    assert "Run geo fetch denue first" in without.output
    server.put("/contenidos/masiva/denue/denue_00_31-33_csv.zip", denue_zip)
    call("denue")
    built = CliRunner().invoke(main, ["inventory", "build", "--from", "denue", "--quiet"])
    assert built.exit_code == 0, built.output
    assert Path("inventory/parks.csv").is_file()


def test_a_study_keeps_its_comments_and_everything_else(
    call: Callable[..., Result], server: Any, bts_json: bytes
) -> None:
    server.put(BTS, bts_json)
    text = (shipped_data() / "geo.toml").read_text(encoding="utf-8").split("[layers]")[0]
    own = (
        text + '# mine\n[layers] # my layers\nparks = "parks.csv"   # keep me\nports_of_entry = "old.csv" # was mine\n'
    )
    Path("geo.toml").write_text(
        own.replace('"old.csv"', f'"{shipped_data() / "ports_of_entry.csv"}"'), encoding="utf-8"
    )
    result = call("bts", "--into", "geo.toml")
    assert result.exit_code == 0, result.output
    after = Path("geo.toml").read_text(encoding="utf-8")
    assert after.startswith(text)
    assert 'parks = "parks.csv"   # keep me' in after
    assert "# my layers" in after
    assert tomllib.loads(after)["layers"] == {
        "parks": "parks.csv",
        "ports_of_entry": "sources/bts/ports_of_entry.csv",
        "sources": "sources/sources.csv",
    }
    assert [path.name for path in Path().glob(".geo.toml*")] == []


def test_a_broken_study_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "geo.toml"
    path.write_text("[layers\n")
    with pytest.raises(StudyError):
        set_layers(path, {"border": tmp_path / "border.parquet"})
    assert path.read_text() == "[layers\n"
    good = (shipped_data() / "geo.toml").read_text(encoding="utf-8")
    path.write_text(good, encoding="utf-8")
    with pytest.raises(StudyError):
        set_layers(path, {"no_layer": tmp_path / "x.csv"})
    assert path.read_text(encoding="utf-8") == good


def test_a_new_study_reads_the_rest_from_the_shipped_data(tmp_path: Path) -> None:
    entries = set_layers(tmp_path / "deep" / "geo.toml", {"border": tmp_path / "b.parquet"})
    assert entries == [f'border = "{(tmp_path / "b.parquet").as_posix()}"']
    study = load_study(tmp_path / "deep" / "geo.toml")
    assert study.path("parks") == shipped_data() / "parks.csv"


def test_a_folder_of_somebody_else_is_left_alone(
    run: Callable[..., Fetched], server: Any, bts_json: bytes, tmp_path: Path
) -> None:
    server.put(BTS, bts_json)
    theirs = tmp_path / "sources" / "bts" / "thesis.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    with pytest.raises(OutputError, match="holds files that no earlier fetch made"):
        run("bts")
    assert [path.name for path in theirs.parent.iterdir()] == ["thesis.txt"]


def test_a_second_fetch_replaces_its_own_files_only(run: Callable[..., Fetched], server: Any, bts_json: bytes) -> None:
    server.put(BTS, bts_json)
    folder = run("bts").folder
    (folder / "notes.txt").write_text("mine")
    (folder / "crossings.csv").write_text("damaged")
    run("bts")
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "crossings.csv").read_text().startswith("us_port_code,")
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_what_a_killed_fetch_left_is_put_back(
    run: Callable[..., Fetched], server: Any, bts_json: bytes, tmp_path: Path
) -> None:
    server.put(BTS, bts_json)
    folder = run("bts").folder
    folder.rename(folder.with_name(".bts.old"))
    (tmp_path / "sources" / ".bts.writing-x1").mkdir()
    server.acts.clear()
    (tmp_path / "cache" / "bts" / "border_crossing_entry.json").unlink()
    with pytest.raises(OSError, match="web page"):
        run("bts")
    assert (folder / "crossings.csv").is_file()


def test_rows_that_are_lost_are_an_error() -> None:
    with pytest.raises(ValueError, match="10 rows were read and 9 accounted for"):
        Cleaned(read=10, kept=8, rejects=rejects_table([("f", 2, "1", "x", "why", "cure")])).check()


@pytest.fixture
def fetched_study(server: Any, run: Callable[..., Fetched], bts_json: bytes, tmp_path: Path) -> Path:
    """Fetch two sources one after the other into one study."""
    border = gpd.read_parquet(load_study().path("border")).geometry.iloc[0]
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(border)}
    server.put(LINE, json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())
    server.put(BTS, bts_json)
    study = tmp_path / "geo.toml"
    for key in ("ibwc", "bts"):
        set_layers(study, run(key, study=study if study.exists() else None).layers)
    return study


def test_fetched_sources_replace_layers_one_by_one(fetched_study: Path) -> None:
    study = load_study(fetched_study)
    assert set(study.layers) == {"border", "ports_of_entry", "sources"}
    layers = read_layers(study)
    assert layers["ports_of_entry"].set_index("port_id").loc["2402", "modes"] == "commercial;rail"
    own = pd.read_csv(study.path("sources"), dtype=str)
    assert set(own["source_id"]) - set(pd.read_csv(load_study().path("sources"), dtype=str)["source_id"]) == {
        "fetch_bts"
    }


def test_the_manifest_says_which_layers_were_fetched(fetched_study: Path) -> None:
    entries = {each["layer"]: each for each in inputs(load_study(fetched_study))}
    assert entries["border"]["shipped"] is False
    assert entries["border"]["publisher"] == "International Boundary and Water Commission"
    assert entries["border"]["licence"] == "public-domain"
    assert len(entries["border"]["fetched"]) == 10
    assert entries["parks"]["shipped"] is True
    assert "source" not in entries["parks"]
    assert {each["licence"] for each in inputs(load_study())} >= {"INEGI-free-use", "ODbL-1.0"}


def test_the_atlas_says_which_layers_are_not_the_shipped_ones(fetched_study: Path) -> None:
    from geo.about import about

    study = load_study(fetched_study)
    national = pd.DataFrame({"parks_controller_known": [1], "parks_study_set": [2], "parks_not_located": [3]})
    words = about(study, {"national": national})
    assert [each["layer"] for each in words["origins"]] == ["border", "ports_of_entry", "sources"]
    assert words["origins"][0]["source"] == {"es": "Línea fronteriza (CILA/IBWC)", "en": "Border line (IBWC)"}
    assert "source" not in words["origins"][2]
    assert len(words["licences"]) == len({json.dumps(each) for each in words["licences"]})
    assert about(load_study(), {"national": national})["origins"] == origins(load_study()) == []


def test_a_state_is_named_by_code_or_name(
    run: Callable[..., Fetched], call: Callable[..., Result], server: Any
) -> None:
    from geo.sources.area import bounds_of, state_codes

    study = load_study()
    assert state_codes(study, ("nuevo leon", "19", "1", "Querétaro")) == ("19", "01", "22")
    with pytest.raises(ChoiceError, match=r"there is no state 'Tejas'\. There are: 01 Aguascalientes"):
        state_codes(study, ("Tejas",))
    west, south, east, north = bounds_of(study, ("19",))
    assert -102 < west < east < -98 and 23 < south < north < 28
    assert np.isfinite(bounds_of(study, ())).all()
