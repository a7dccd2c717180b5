"""INEGI's census by locality becomes the layer places; every row is accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from geo.errors import ChoiceError, DownloadError
from geo.layers import read_layer
from geo.study import load_study

PATH = "/contenidos/programas/ccpv/2020/datosabiertos/iter/iter_{}_cpv2020_csv.zip"
MEMBER = "iter_09_cpv2020/conjunto_de_datos/conjunto_de_datos_iter_09CSV20.csv"
HEADER = "ENTIDAD,NOM_ENT,MUN,NOM_MUN,LOC,NOM_LOC,LONGITUD,LATITUD,ALTITUD,POBTOT,POBFEM,POBMAS,TAMLOC"
ROWS = (
    "09,Ciudad de México,000,Total de la entidad Ciudad de México,0000,Total de la Entidad,,,,9209944,1,1,*",
    "09,Ciudad de México,000,Total de la entidad Ciudad de México,9998,Localidades de una vivienda,,,,250,*,*,*",
    "09,Ciudad de México,009,Milpa Alta,0000,Total del Municipio,,,,152685,77772,74913,*",
    '09,Ciudad de México,009,Milpa Alta,0001,Villa Milpa Alta,"99°01\'23.213"" W","19°11\'33.128"" N",2420,20000,1,1,8',
    '09,Ciudad de México,009,Milpa Alta,0044,San Agustín El Alto,"99°02\'02.100"" W","19°12\'10.000"" N",2500,7,*,*,1',
    '09,Ciudad de México,009,Milpa Alta,0045,Sin coordenada,"99°71\'02.100"" W","19°12\'10.000"" N",2500,7,*,*,1',
    '09,Ciudad de México,009,Milpa Alta,0046,En el mar,"99°02\'02.100"" E","19°12\'10.000"" N",2500,7,*,*,1',
    '09,Ciudad de México,009,Milpa Alta,0047,Reservada,"99°02\'02.100"" W","19°12\'10.000"" N",2500,*,*,*,1',
    '09,Ciudad de México,099,Municipio nuevo,0001,Nuevo,"99°02\'02.100"" W","19°12\'10.000"" N",2500,7,*,*,1',
    '09,Ciudad de México,009,Milpa Alta,0044,San Agustín El Alto,"99°02\'02.100"" W","19°12\'10.000"" N",2500,7,*,*,1',
    "09,Ciudad de México,009,Milpa Alta,9998,Localidades de una vivienda,,,,102,*,*,*",
    "09,Ciudad de México,009,Milpa Alta,9999,Localidades de dos viviendas,,,,88,*,*,*",
)


def table(rows: tuple[str, ...] = ROWS, encoding: str = "utf-8-sig") -> bytes:
    return ("\r\n".join([HEADER, *rows]) + "\r\n").encode(encoding)


def archive(zipped: Any, content: bytes) -> bytes:
    return zipped({
        MEMBER: content,
        "iter_09_cpv2020/diccionario_datos/diccionario_datos_iter_09CSV20.csv": "Núm.,Indicador\n".encode(),
        "iter_09_cpv2020/metadatos/metadatos_iter_09_cpv2020.txt": b"x",
    })  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1"])
def test_localities_become_places_and_every_row_is_accounted_for(
    server: Any, run: Callable[..., Any], zipped: Any, encoding: str
) -> None:
    server.put(PATH.format("09"), archive(zipped, table(encoding=encoding)))
    fetched = run("inegi_localities", states=("09",))
    account = fetched.cleaned
    assert (account.read, account.kept, len(account.rejects)) == (12, 2, 5)
    assert sum(account.left_out.values()) == 5
    places = pd.read_csv(fetched.folder / "places.csv", dtype=str, keep_default_na=False)
    here = places[places["cvegeo"].str.startswith("09")].set_index("place_id")
    assert here["name"].to_dict() == {"090090001": "Villa Milpa Alta", "090090044": "San Agustín El Alto"}
    assert here.loc["090090001", ["lon", "lat", "population_2020", "match"]].tolist() == [
        "-99.023115", "19.192536", "20000", "census",
    ]  # fmt: skip
    reasons = pd.read_csv(fetched.folder / "rejects.csv", dtype=str)
    assert sorted(reasons["reason"]) == [
        "the coordinate cannot be read", "the locality stands twice",
        "the municipality is not in the layer municipalities", "the point lies outside the country",
        "the population is not given",
    ]  # fmt: skip
    assert reasons["cure"].notna().all()
    assert reasons.set_index("id").loc["090090045", "row"] == "7"


def test_other_states_keep_the_places_of_the_study(server: Any, run: Callable[..., Any], zipped: Any) -> None:
    server.put(PATH.format("09"), archive(zipped, table()))
    fetched = run("inegi_localities", states=("09",))
    shipped = pd.read_csv(load_study().path("places"), dtype=str)
    places = pd.read_csv(fetched.folder / "places.csv", dtype=str)
    assert len(places) == 2 + (~shipped["cvegeo"].str.startswith("09")).sum()


def test_a_study_reads_the_fetched_places(server: Any, run: Callable[..., Any], zipped: Any, tmp_path: Any) -> None:
    from geo.sources.studyfile import set_layers

    server.put(PATH.format("09"), archive(zipped, table()))
    fetched = run("inegi_localities", states=("09",))
    written = set_layers(tmp_path / "geo.toml", fetched.layers)
    assert written == [
        'places = "sources/inegi_localities/places.csv"', 'sources = "sources/sources.csv"',
    ]  # fmt: skip
    study = load_study(tmp_path / "geo.toml")
    places = read_layer(study, "places")
    assert places.set_index("place_id").loc["090090044", "population_2020"] == 7
    sources = read_layer(study, "sources").set_index("source_id")
    assert set(places["source_ids"].str.split("|").explode()) <= set(sources.index)
    assert sources.loc["fetch_inegi_localities", "url"].endswith("iter_09_cpv2020_csv.zip")


def test_the_record_says_what_was_made_of_what(server: Any, run: Callable[..., Any], zipped: Any) -> None:
    server.put(PATH.format("09"), archive(zipped, table()))
    fetched = run("inegi_localities", states=("09",))
    record = json.loads((fetched.folder / "source.json").read_text(encoding="utf-8"))
    assert record["rows"]["in"] == record["rows"]["out"] + record["rows"]["rejects"] + sum(
        record["rows"]["left_out"].values()
    )
    assert record["licence"]["id"] == "INEGI-free-use"
    assert len(record["fetched"]) == 10
    assert record["inputs"][0]["sha256"] and record["inputs"][0]["url"].endswith(PATH.format("09"))
    assert {each["file"] for each in record["outputs"]} == {"places.csv", "rejects.csv"}
    before = {path.name: path.read_bytes() for path in fetched.folder.iterdir()}
    again = run("inegi_localities", states=("09",), offline=True)
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == before


def test_a_file_given_by_hand_is_read_without_a_network(run: Callable[..., Any], tmp_path: Any, server: Any) -> None:
    path = tmp_path / "conjunto_de_datos_iter_09CSV20.csv"
    path.write_bytes(table())
    assert run("inegi_localities", files=(path,)).cleaned.kept == 2
    assert server.requests == []
    assert path.read_bytes() == table()


def test_a_missing_column_is_named(run: Callable[..., Any], tmp_path: Any) -> None:
    path = tmp_path / "iter.csv"
    path.write_bytes(table().replace(b"POBTOT", b"POBLACION"))
    with pytest.raises(DownloadError, match="has no column POBTOT"):
        run("inegi_localities", files=(path,))
    assert not (tmp_path / "sources" / "inegi_localities").exists()


def test_what_a_source_does_not_take_is_refused(run: Callable[..., Any], server: Any) -> None:
    with pytest.raises(ChoiceError, match="inegi_localities takes no --year; it takes --state"):
        run("inegi_localities", year=2020)
    assert server.requests == []
