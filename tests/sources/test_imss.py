"""The monthly files of IMSS become wages by state and by municipality."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo.errors import ChoiceError, DownloadError
from geo.layers import read_layer
from geo.layers.wages import annual
from geo.sources.imss import month_of
from geo.sources.studyfile import set_layers
from geo.study import load_study

HEADER = (
    "cve_delegacion|cve_subdelegacion|cve_entidad|cve_municipio|sector_economico_1|sector_economico_2|sector_economico_4|"
    "tamaño_patron|sexo|rango_edad|rango_salarial|rango_uma|asegurados|no_trabajadores|ta|teu|tec|tpu|tpc|ta_sal|teu_sal|"
    "tec_sal|tpu_sal|tpc_sal|masa_sal_ta|masa_sal_teu|masa_sal_tec|masa_sal_tpu|masa_sal_tpc"
)


def row(state: str, town: str, sector: str, workers: str, pay: str) -> str:
    rest = {"cve_entidad": state, "cve_municipio": town, "sector_economico_1": sector, "ta_sal": workers,
            "masa_sal_ta": pay, "tamaño_patron": "S3", "sexo": "1"}  # fmt: skip
    return "|".join(rest.get(name, "0") for name in HEADER.split("|"))


ROWS = (
    row("1", "A01", "3", "10", "4000.00"),
    row("01", "A01", "6", "30", "6000.00"),
    row("1", "A02", "3", "10", "5000.50"),
    row("8", "G35", "3", "100", "60000"),
    row("8", "G35", "NA", "0", "0"),
    row("99", "Z99", "3", "1", "100"),
    row("8", "G35", "3", "x", "100"),
    row("8", "G35", "3", "0", "100"),
)


@pytest.fixture
def asg(tmp_path: Path) -> Callable[..., Path]:
    def make(month: str, rows: tuple[str, ...] = ROWS, encoding: str = "latin-1") -> Path:
        path = tmp_path / f"asg-{month}-28.csv"
        path.write_bytes("\r\n".join([HEADER, *rows, ""]).encode(encoding))
        return path

    return make


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig"])
def test_wages_are_pay_over_workers_and_every_row_is_accounted_for(
    run: Callable[..., Any], asg: Callable[..., Path], encoding: str
) -> None:
    fetched = run("imss", files=(asg("2023-05", encoding=encoding),))
    account = fetched.cleaned
    assert (account.read, account.kept, len(account.rejects), sum(account.left_out.values())) == (8, 4, 3, 1)
    towns = pd.read_csv(fetched.folder / "wages_municipalities.csv", dtype={"cve_ent": str, "sector": str})
    every = towns[towns["sector"].isna()].set_index("imss_municipality")
    assert every["wage_daily_mxn"].to_dict() == {"A01": 250.0, "A02": 500.05, "G35": 600.0}
    assert every["workers"].to_dict() == {"A01": 40, "A02": 10, "G35": 100}
    manufacturing = towns[towns["sector"] == "3"].set_index("imss_municipality")
    assert manufacturing.loc["A01", "wage_daily_mxn"] == 400.0
    rejects = pd.read_csv(fetched.folder / "rejects.csv", dtype=str)
    assert rejects["row"].tolist() == ["7", "8", "9"]
    assert rejects["id"].tolist() == ["Z99", "G35", "G35"]


def test_a_table_of_ones_own_gives_inegis_codes(
    run: Callable[..., Any], asg: Callable[..., Path], tmp_path: Path
) -> None:
    key = tmp_path / "claves.csv"
    key.write_text("imss_municipality,cvegeo\nA01,01001\nA02,1001\n")
    fetched = run("imss", files=(asg("2023-05"), key))
    assert (fetched.cleaned.read, fetched.cleaned.kept) == (8, 4)
    towns = pd.read_csv(fetched.folder / "wages_municipalities.csv", dtype=str, keep_default_na=False)
    every = towns[towns["sector"] == ""].set_index("imss_municipality")
    assert every.loc["A01|A02", ["cvegeo", "workers", "wage_daily_mxn"]].tolist() == ["01001", "50", "300.01"]
    assert every.loc["G35", "cvegeo"] == ""
    set_layers(tmp_path / "geo.toml", fetched.layers)
    known = read_layer(load_study(tmp_path / "geo.toml"), "municipal_wages").set_index("cvegeo")
    assert known[["year", "wage_daily_mxn", "workers"]].to_dict("index") == {
        "01001": {"year": 2023, "wage_daily_mxn": 300.01, "workers": 50}
    }
    key.write_text("imss_municipality,cvegeo\nA01,01999\n")
    with pytest.raises(DownloadError, match="01999 is no municipality"):
        run("imss", files=(asg("2023-05"), key))


def test_a_month_does_not_pass_for_a_year(run: Callable[..., Any], asg: Callable[..., Path], tmp_path: Path) -> None:
    set_layers(tmp_path / "geo.toml", run("imss", files=(asg("2023-05"),)).layers)
    wages = read_layer(load_study(tmp_path / "geo.toml"), "wages")
    new = wages[(wages["year"] == 2023) & (wages["month"] == 5)].set_index("cve_ent")["value"]
    assert new.to_dict() == {"01": pytest.approx(15000.5 / 50, abs=0.01), "08": 600.0}
    before = read_layer(load_study(), "wages")
    assert len(annual(wages)) == len(annual(before))


def test_twelve_months_make_a_year(run: Callable[..., Any], asg: Callable[..., Path], tmp_path: Path) -> None:
    files = tuple(
        asg(f"2022-{month:02d}", (row("8", "G35", "3", str(month), str(month * 100 * month)),))
        for month in range(1, 13)
    )
    set_layers(tmp_path / "geo.toml", run("imss", files=files).layers)
    wages = annual(read_layer(load_study(tmp_path / "geo.toml"), "wages"))
    (value,) = wages.loc[(wages["year"] == 2022) & (wages["cve_ent"] == "08"), "value"]
    assert value == pytest.approx(sum(month**2 for month in range(1, 13)) * 100 / sum(range(1, 13)), abs=0.01)
    assert not wages.duplicated(["cve_ent", "year"]).any()


def test_files_without_an_address_are_asked_for(run: Callable[..., Any], server: Any) -> None:
    with pytest.raises(ChoiceError, match="give them with --file"):
        run("imss")
    assert server.requests == []


def test_what_is_no_file_of_the_imss_is_refused(
    run: Callable[..., Any], asg: Callable[..., Path], tmp_path: Path
) -> None:
    path = asg("2023-05")
    path.write_bytes(path.read_bytes().replace(b"masa_sal_ta|", b"masa|"))
    with pytest.raises(DownloadError, match=r"has no column masa_sal_ta\. It is no file asg of IMSS"):
        run("imss", files=(path,))
    twin = path.with_name("asg-2023-05-31.csv")
    asg("2023-05").rename(twin)
    with pytest.raises(DownloadError, match="is of the same month as"):
        run("imss", files=(asg("2023-05"), twin))
    with pytest.raises(DownloadError, match="does not carry a month"):
        month_of("asg.csv")
    assert not (tmp_path / "sources" / "imss").exists()
