"""The registers' official files are put in one folder, read to their end and counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo.errors import ChoiceError, DownloadError

DENUE = "/contenidos/masiva/denue/denue_{}_csv.zip"
RETC = (
    '"NRA"\t"NOMBRE"\t"SCIAN"\t"DESCRIPCIÓN SCIAN"\t"SECTOR"\t"CLAVE\nAMBIENTAL"\t"SUBSECTOR"\t"PARQUE INDUSTRIAL"\t'
    '"LATITUD \nNORTE"\t"LONGITUD \nOESTE"\t"COLONIA"\t"LOCALIDAD"\t"ESTADO"\t"MUNICIPIO"\t"C.P."\n'
    '"AAA0803700015"\t"PLANTA"\t"334410"\t""\t""\t""\t""\t"PARQUE RÍO BRAVO"\t"31°39\'00"""\t"106°21\'00"""\t""\t""\t'
    '"CHIHUAHUA"\t"JUÁREZ"\t""\n'
    '""\t"SIN NÚMERO"\t""\t""\t""\t""\t""\t""\t""\t""\t""\t""\t"CHIHUAHUA"\t"JUÁREZ"\t""\n'
).encode()


def test_denue_is_counted_and_handed_on_as_it_is(
    server: Any, run: Callable[..., Any], denue_zip: bytes, denue_csv: bytes
) -> None:
    server.put(DENUE.format("00_31-33"), denue_zip)
    fetched = run("denue")
    account = fetched.cleaned
    assert (account.read, account.kept, len(account.rejects)) == (3, 2, 1)
    assert (fetched.folder / "denue_inegi_31-33_.csv").read_bytes() == denue_csv
    assert account.rejects["id"].tolist() == ["2"]
    assert fetched.layers == {}


def test_the_state_of_mexico_comes_in_two_files(
    server: Any, run: Callable[..., Any], zipped: Any, denue_csv: bytes
) -> None:
    for part in ("15_1", "15_2"):
        server.put(DENUE.format(part), zipped({f"conjunto_de_datos/denue_inegi_{part}.csv": denue_csv}))
    assert run("denue", states=("15",)).cleaned.read == 6
    assert len(server.requests) == 2


@pytest.mark.parametrize("sector", ["31-33", "46111", "81_1", "00_43"])
def test_sectors_are_named_as_inegi_names_its_files(
    server: Any, run: Callable[..., Any], zipped: Any, denue_csv: bytes, sector: str
) -> None:
    name = sector.removeprefix("00_")
    server.put(DENUE.format(f"00_{name}"), zipped({f"conjunto_de_datos/denue_inegi_{name}_.csv": denue_csv}))
    assert run("denue", sectors=(sector,)).cleaned.read == 3


def test_what_is_no_sector_is_refused(server: Any, run: Callable[..., Any]) -> None:
    for sector in ("../x", "manufacturing", "31?x=1"):
        with pytest.raises(ChoiceError, match="is no sector of SCIAN"):
            run("denue", sectors=(sector,))
    with pytest.raises(ChoiceError, match="not by both"):
        run("denue", sectors=("31-33",), states=("19",))
    assert server.requests == []


def test_an_archive_without_the_directory_is_not_kept(
    server: Any, run: Callable[..., Any], zipped: Any, tmp_path: Path
) -> None:
    server.put(DENUE.format("00_31-33"), zipped({"conjunto_de_datos/denue_inegi_31-33_.csv": b"hola\n1\n"}))
    with pytest.raises(DownloadError, match="does not begin like a file of DENUE"):
        run("denue")
    server.put(DENUE.format("00_43"), zipped({"leeme.txt": b"hola"}))
    with pytest.raises(DownloadError, match=r"holds no file denue_inegi_\*"):
        run("denue", sectors=("43",))
    assert not (tmp_path / "sources" / "denue").exists()
    assert not list((tmp_path / "cache" / "denue").glob("*_43_csv.zip"))


def test_files_of_the_retc_are_given_by_hand(run: Callable[..., Any], tmp_path: Path, server: Any) -> None:
    path = tmp_path / "es_2014.csv"
    path.write_bytes(RETC)
    fetched = run("retc", files=(path,))
    account = fetched.cleaned
    assert (account.read, account.kept, len(account.rejects)) == (2, 1, 1)
    assert (fetched.folder / "es_2014.csv").read_bytes() == path.read_bytes() == RETC
    assert server.requests == []
    with pytest.raises(DownloadError, match="retc reads zip, csv, not such a file"):
        run("retc", files=(tmp_path / "cache",)) if (tmp_path / "cache").is_file() else run(
            "retc", files=(_other(tmp_path),)
        )


def _other(folder: Path) -> Path:
    path = folder / "es_2014.xls"
    path.write_bytes(b"x")
    return path
