"""Registers read into the common table: the official formats, their quirks, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import DataError
from geo.inventory.build import build_inventory
from geo.inventory.decisions import read_decisions
from geo.inventory.files import municipality_index, open_register
from geo.layers import read_layer
from geo.sources.registers import REGISTER_COLUMNS, RegisterPart
from geo.sources.registers.common import OUTSIDE, SWAPPED, UNREADABLE
from geo.sources.registers.denue import DENUE_COLUMNS, is_denue, read_denue
from geo.sources.registers.plain import read_plain
from geo.sources.registers.retc import degrees, is_retc, read_retc, retc_files
from geo.study import load_study
from geo.synthetic import MARK, write_register

STUDY = load_study()
MUNICIPALITIES = read_layer(STUDY, "municipalities")
INDEX = municipality_index(MUNICIPALITIES)

RETC_HEADER = [
    "NRA", "NOMBRE", "SCIAN", "DESCRIPCIÓN SCIAN", "SECTOR", "CLAVE\nAMBIENTAL", "SUBSECTOR",
    "PRINCIPAL ACTIVIDAD PRODUCTIVA", "PARQUE INDUSTRIAL", "COORDENADA \nUTM X", "COORDENADA \nUTM Y",
    "LATITUD \nNORTE", "LONGITUD \nOESTE", "CALLE", "NÚM. EXT", "NÚM. INT", "COLONIA", "LOCALIDAD", "ESTADO",
    "MUNICIPIO", "C.P.",
]  # fmt: skip


def retc_row(**given: str) -> list[str]:
    values = {"NRA": "AAA1900600001", "NOMBRE": "PLANTA UNO", "SCIAN": "336111",
              "PARQUE INDUSTRIAL": "PARQUE IND. KALOS",
              "LATITUD \nNORTE": "25°46'48\"", "LONGITUD \nOESTE": "100°11'24\"", "COLONIA": "CENTRO",
              "ESTADO": "NUEVO LEON", "MUNICIPIO": "Apodaca"} | given  # fmt: skip
    return [values.get(name, "") for name in RETC_HEADER]


def write_retc(path: Path, *rows: list[str], header: list[str] = RETC_HEADER, encoding: str = "utf-8") -> Path:
    def quoted(values: list[str]) -> str:
        return "\t".join('"' + value.replace('"', '""') + '"' for value in values)

    path.write_text("\n".join(map(quoted, [header, *rows])) + "\n", encoding=encoding)
    return path


def retc(path: Path, **options: object) -> RegisterPart:
    (part,) = read_retc([path], INDEX, STUDY.region, **options)  # type: ignore[arg-type]
    assert part.read == len(part.rows) + len(part.rejects)
    assert list(part.rows.columns) == list(REGISTER_COLUMNS)
    return part


def test_a_row_of_the_retc_is_read(tmp_path: Path) -> None:
    path = write_retc(tmp_path / "es_2015.csv", retc_row())
    assert is_retc(path)
    row = retc(path).rows.iloc[0]
    assert row["plant_id"] == "AAA1900600001"
    assert (row["cvegeo"], row["year"], row["activity"]) == ("19006", 2015, "336111")
    assert row["park_text"] == "PARQUE IND. KALOS"
    assert (round(row["lon"], 4), round(row["lat"], 4)) == (-100.19, 25.78)
    assert pd.isna(row["point_problem"]) and pd.isna(row["jobs_low"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("19°36'58\"", 19.61611),
        ("-98°55'59\"", -98.93306),
        ("20º38'27.5''", 20.64097),
        ("25°46'", 25.76667),
        ("21.95113", 21.95113),
        ("-102.32801", -102.32801),
        ("0.98°11'17\"", np.nan),
        ("19°42'4433\"", np.nan),
        ("25°74'45\"", np.nan),
        ("99", np.nan),
        ("", np.nan),
        ("DROP TABLE", np.nan),
    ],
)
def test_coordinates_are_read_or_refused_never_guessed(text: str, value: float) -> None:
    assert degrees(pd.Series([text])).iloc[0] == pytest.approx(value, abs=1e-5, nan_ok=True)


def test_points_that_cannot_be_used_say_why_and_the_row_stays(tmp_path: Path) -> None:
    lat, lon = "LATITUD \nNORTE", "LONGITUD \nOESTE"
    path = write_retc(
        tmp_path / "es_2015.csv",
        retc_row(**{lat: "100°11'24\"", lon: "25°46'48\""}),
        retc_row(**{lat: "19°42'4433\""}),
        retc_row(**{lat: "40°0'0\""}),
        retc_row(**{lat: "", lon: ""}),
    )
    rows = retc(path).rows
    assert rows["point_problem"].fillna("").tolist() == [SWAPPED, UNREADABLE, OUTSIDE, ""]
    assert rows[["lon", "lat"]].isna().all(axis=None)
    cured = retc(path, cure_swapped=True).rows.iloc[0]
    assert (round(cured["lon"], 4), round(cured["lat"], 4)) == (-100.19, 25.78)
    assert "as asked" in cured["point_problem"]


def test_rows_in_are_rows_out_and_rejects(tmp_path: Path) -> None:
    path = write_retc(
        tmp_path / "es_2015.csv", retc_row(), retc_row()[:-2], retc_row(NRA=""),
        retc_row(NRA="X", MUNICIPIO="Atlantis", ESTADO="NOWHERE"), [*retc_row(), "one more"],
    )  # fmt: skip
    part = retc(path)
    assert part.read == 5
    assert len(part.rows) == 1
    assert part.rejects["row"].tolist() == [3, 4, 5, 6]
    assert part.rejects["reason"].str.contains("values|register number|municipality").all()


@pytest.mark.parametrize(
    ("state", "name", "nra", "cvegeo"),
    [
        ("DISTRITO FEDERAL", "Gustavo A. Madero", "", "09005"),
        ("MEXICO", "Ecatepec de Morelos", "", "15033"),
        ("COAHUILA", "Ramos Arizpe", "", "05027"),
        ("Veracruz de Ignacio de la Llave", "Veracruz", "", "30193"),
        ("VERACRUZ", "Tuxpam", "", "30189"),
        ("GUANAJUATO", "Silao", "", "11037"),
        ("JALISCO", "Tlaquepaque", "", "14098"),
        ("BAJA CALIFORNIA", "San Quintín", "", "02001"),
        ("QUERETARO", "?", "AAA2201100001", "22011"),
    ],
)
def test_a_municipality_is_found_by_the_names_registers_use(state: str, name: str, nra: str, cvegeo: str) -> None:
    from geo.sources.registers.retc import code_in

    assert INDEX.by_name(state, name, code_in(nra)) == cvegeo


def test_files_of_the_retc_are_refused_with_every_problem(tmp_path: Path) -> None:
    write_retc(tmp_path / "es.csv", retc_row())
    write_retc(tmp_path / "es_2014.csv", retc_row())
    write_retc(tmp_path / "copy_2014.csv", retc_row())
    with pytest.raises(DataError) as refused:
        retc_files(tmp_path)
    assert len(refused.value.problems) == 2
    with pytest.raises(DataError, match="no yearly file"):
        retc_files(tmp_path / "..")


def test_wrong_encodings_and_headers_are_refused(tmp_path: Path) -> None:
    latin = write_retc(tmp_path / "es_2014.csv", retc_row(NOMBRE="PEÑOLES"), encoding="latin-1")
    with pytest.raises(DataError, match="--encoding"):
        retc(latin)
    assert retc(latin, encoding="latin-1").rows["plant_name"].iloc[0] == "PEÑOLES"
    twice = write_retc(tmp_path / "es_2015.csv", retc_row(MUNICIPIO="San Nicolás".encode().decode("latin-1")))
    with pytest.raises(DataError, match="accents are broken"):
        retc(twice)
    headless = [name for name in RETC_HEADER if name not in {"MUNICIPIO", "NRA"}]
    with pytest.raises(DataError) as refused:
        retc(write_retc(tmp_path / "es_2016.csv", retc_row()[:-2], header=headless))
    assert len(refused.value.problems) == 2


def denue_row(**given: str) -> list[str]:
    values = {
        "id": "1",
        "nom_estab": "FABRICA",
        "codigo_act": "336111",
        "per_ocu": "51 a 100 personas",
        "tipo_asent": "COLONIA",
        "nomb_asent": "CENTRO",
        "tipoCenCom": "PARQUE INDUSTRIAL",
        "nom_CenCom": "KALOS",
        "cve_ent": "19",
        "cve_mun": "006",
        "latitud": "25.78",
        "longitud": "-100.19",
        "fecha_alta": "2010-07",
    }
    return [(values | given).get(name, "") for name in DENUE_COLUMNS]  # fmt: skip


def write_denue(path: Path, *rows: list[str], encoding: str = "latin-1") -> Path:
    lines = [",".join(DENUE_COLUMNS), *(",".join(f'"{value}"' for value in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def denue(path: Path, **options: object) -> RegisterPart:
    parts = list(read_denue(path, INDEX, STUDY.region, **options))  # type: ignore[arg-type]
    part = RegisterPart(pd.concat([each.rows for each in parts]), pd.concat([each.rejects for each in parts]),
                        sum(each.read for each in parts))  # fmt: skip
    assert part.read == len(part.rows) + len(part.rejects)
    return part


def test_rows_of_denue_are_read_in_both_encodings(tmp_path: Path) -> None:
    rows = [
        denue_row(nom_estab="PEÑA"),
        denue_row(id="2", per_ocu="251 y más personas", fecha_alta="JULIO 2012"),
        denue_row(id="3", per_ocu="", tipoCenCom="CENTRO COMERCIAL", nom_CenCom="PLAZA", fecha_alta=""),
        denue_row(id="4", tipoCenCom="", nom_CenCom="", tipo_asent="PARQUE INDUSTRIAL", nomb_asent="LA SILLA"),
        denue_row(id="5", tipoCenCom="", nom_CenCom="", nomb_asent="PARQUE INDUSTRIAL LA SILLA"),
        denue_row(id="6", nom_CenCom="PARQUE INDUSTRIAL KALOS"),
    ]
    for encoding in ("latin-1", "utf-8"):
        path = write_denue(tmp_path / f"denue_{encoding}.csv", *rows, encoding=encoding)
        assert is_denue(path) and not is_retc(path)
        table = denue(path).rows
        assert table["plant_name"].iloc[0] == "PEÑA"
        assert table["park_text"].fillna("").tolist() == [
            "PARQUE INDUSTRIAL KALOS", "PARQUE INDUSTRIAL KALOS", "", "", "", "PARQUE INDUSTRIAL KALOS"
        ]  # fmt: skip
        assert table["settlement_text"].fillna("").tolist()[3:5] == ["PARQUE INDUSTRIAL LA SILLA"] * 2
        assert table["jobs_low"].astype(object).where(table["jobs_low"].notna(), None).tolist()[:3] == [51, 251, None]
        assert table["jobs_high"].astype(object).where(table["jobs_high"].notna(), None).tolist()[:3] == [
            100,
            None,
            None,
        ]
        assert table["year"].fillna(0).tolist()[:3] == [2010, 2012, 0]
        assert set(table["cvegeo"]) == {"19006"}


def test_broken_rows_of_denue_are_refused_and_counted(tmp_path: Path) -> None:
    path = write_denue(
        tmp_path / "denue.csv", denue_row(), denue_row()[:-3], denue_row(id=""), denue_row(id="9", cve_mun="999"),
        denue_row(id="10", latitud="-100.19", longitud="25.78"), denue_row(id="11", latitud="x"),
        [*denue_row(), "more"],
    )  # fmt: skip
    part = denue(path)
    assert part.read == 7
    assert sorted(part.rows["plant_id"]) == ["1", "10", "11"]
    assert part.rows.set_index("plant_id")["point_problem"].fillna("").to_dict() == {
        "1": "",
        "10": SWAPPED,
        "11": UNREADABLE,
    }
    assert part.rejects.sort_values("row")["row"].tolist() == [3, 4, 5, 8]
    assert denue(path, cure_swapped=True).rows.set_index("plant_id").loc["10", "lon"] == -100.19


def test_denue_in_a_wrong_encoding_or_without_a_column_is_refused(tmp_path: Path) -> None:
    path = write_denue(tmp_path / "denue.csv", denue_row(nomb_asent="CIÉNEGA".encode().decode("latin-1")))
    with pytest.raises(DataError, match="accents are broken"):
        denue(path, encoding="utf-8" if path.read_bytes().isascii() else "latin-1")
    latin = write_denue(tmp_path / "latin.csv", denue_row(nom_estab="PEÑA"))
    with pytest.raises(DataError, match="--encoding"):
        denue(latin, encoding="utf-8")
    (tmp_path / "few.csv").write_text("id,nom_estab,per_ocu\n1,A,\n")
    with pytest.raises(DataError) as refused:
        denue(tmp_path / "few.csv")
    assert len(refused.value.problems) == 10


def test_a_file_of_one_s_own_is_read_or_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "plant_id,park_text,cvegeo,year,lon,lat\n"
        "a,PARQUE INDUSTRIAL KALOS,19006,2020,-100.19,25.78\n"
        "b,PARQUE INDUSTRIAL KALOS,99999,2020,,\n"
        "c,PARQUE INDUSTRIAL KALOS,19006,soon,,\n"
        ",PARQUE INDUSTRIAL KALOS,19006,2020,,\n"
        "d,PARQUE INDUSTRIAL KALOS,19006\n",
        encoding="utf-8",
    )
    (part,) = read_plain(path, INDEX, STUDY.region)
    assert (part.read, len(part.rows), len(part.rejects)) == (5, 1, 4)
    path.write_text("plant_id,parks,cvegeo\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        next(iter(read_plain(path, INDEX, STUDY.region)))
    assert len(refused.value.problems) == 3


def test_a_synthetic_register_is_marked_exact_and_repeatable(tmp_path: Path) -> None:
    establishments, parks = read_layer(STUDY, "establishments"), read_layer(STUDY, "parks")
    files = [tmp_path / "one.csv", tmp_path / "two.csv", tmp_path / "three.csv"]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        write_register(file, establishments, parks, MUNICIPALITIES, rows=3000, seed=seed)
    one, two, three = (file.read_bytes() for file in files)
    assert one == two != three
    lines = one.decode("latin-1").splitlines()
    assert lines[0].replace('"', "") == ",".join(DENUE_COLUMNS)
    assert len(lines) == 3001
    assert all(MARK in line and "SINTETICO" in line for line in lines[1:])
    assert denue(files[0], synthetic=True).read == 3000
    with pytest.raises(ValueError, match="negative"):
        write_register(files[0], establishments, parks, MUNICIPALITIES, rows=-1, seed=1)


def test_a_synthetic_register_is_refused_where_a_study_claims_to_be_real(tmp_path: Path) -> None:
    path = tmp_path / "denue.csv"
    write_register(
        path, read_layer(STUDY, "establishments"), read_layer(STUDY, "parks"), MUNICIPALITIES, rows=5, seed=1
    )
    with pytest.raises(DataError, match=r"5 rows carry the mark.*synthetic = true under \[study\]"):
        denue(path)
    renamed = path.read_text(encoding="latin-1").replace('"SINTETICO ', '"PLANTA ')
    path.write_text(renamed, encoding="latin-1")
    with pytest.raises(DataError, match="carry the mark"):
        build_inventory(
            open_register(path, STUDY, MUNICIPALITIES), MUNICIPALITIES, read_decisions(tmp_path / "none.csv")
        )
    header = STUDY.study.model_copy(update={"synthetic": True})
    made_up = STUDY.model_copy(update={"study": header})
    assert next(iter(open_register(path, made_up, MUNICIPALITIES).parts)).read == 5


def test_a_plant_that_is_only_called_synthetic_is_let_in(tmp_path: Path) -> None:
    path = write_denue(tmp_path / "denue.csv", denue_row(nom_estab="SINTETICOS DEL NORTE"))
    assert len(denue(path).rows) == 1


FEW = MUNICIPALITIES[MUNICIPALITIES["cvegeo"].isin(["19006", "19039"])]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["good", "short", "nameless", "nowhere", "silent", "vague"]), max_size=12))
def test_every_row_of_a_register_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, kinds: list[str]) -> None:
    rows = []
    for number, kind in enumerate(kinds):
        row = denue_row(id=str(number + 1))
        if kind == "nowhere":
            row = denue_row(id=str(number + 1), cve_mun="999")
        if kind == "silent":
            row = denue_row(id=str(number + 1), tipoCenCom="", nom_CenCom="")
        if kind == "vague":
            row = denue_row(
                id=str(number + 1), tipoCenCom="CORREDOR INDUSTRIAL", nom_CenCom=f"N{number}", latitud="25.7"
            )
        rows.append(row[:-1] if kind == "short" else denue_row(id="") if kind == "nameless" else row)
    path = write_denue(tmp_path_factory.mktemp("denue") / "denue.csv", *rows)
    register = open_register(path, STUDY, FEW)
    inventory = build_inventory(register, FEW, read_decisions(path.parent / "none.csv"))
    counts = inventory.counts
    parts = ("rows_in_parks", "rows_naming_no_listed_park", "rows_without_a_name", "rows_refused")
    assert counts["rows_read"] == len(kinds) == sum(counts[part] for part in parts)
    assert counts["rows_in_parks"] == kinds.count("good")
    assert counts["rows_refused"] == sum(kinds.count(kind) for kind in ("short", "nameless", "nowhere"))
    assert int(inventory.municipalities["rows"].sum()) == counts["rows_read"] - counts["rows_refused"]


def test_no_part_may_be_left_out_of_a_stream() -> None:
    """An iterator that ends early reads fewer rows, and the counts say so."""

    def parts() -> Iterator[RegisterPart]:
        rows = pd.DataFrame(columns=list(REGISTER_COLUMNS)).astype(REGISTER_COLUMNS)
        yield RegisterPart(rows, pd.DataFrame(columns=["file", "row", "plant_id", "reason", "value"]), 0)

    from geo.inventory.build import Register

    inventory = build_inventory(Register("X", "x", parts()), FEW, read_decisions(Path("none.csv")))
    assert inventory.counts["rows_read"] == 0
    assert inventory.parks.empty
