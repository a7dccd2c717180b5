"""Two inventories side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from geo.commands.inventory import inventory
from geo.inventory.build import places_of
from geo.inventory.compare import compare
from geo.inventory.decisions import shipped_decisions
from geo.layers import read_layer, read_layers
from geo.study import load_study, shipped_data

RETC = Path(__file__).resolve().parents[3] / "shared" / "raw" / "retc"
PLACES = {"19006": ("APODACA", "NUEVO LEON"), "19039": ("MONTERREY", "NUEVO LEON")}


def parks(*rows: tuple[str, str, float | None, float | None], alt: dict[str, str] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["name", "cvegeo", "lon", "lat"]).astype({"lon": float, "lat": float})
    return frame.assign(
        park_id=[f"{code}-{name}" for name, code, _, _ in rows],
        alt_names=frame["name"].map(alt or {}),
        location_error_m=900.0,
    )


def statuses(a: pd.DataFrame, b: pd.DataFrame) -> dict[str, str]:
    rows = compare(a, b, places=PLACES).rows
    shown = rows["name_a"].where(rows["name_a"].notna(), rows["name_b"])
    return dict(zip(shown, rows["status"], strict=True))


def test_an_inventory_is_itself() -> None:
    mine = parks(("Parque Industrial Kalos", "19006", -100.2, 25.8), ("Zona Industrial (Apodaca)", "19006", None, None))
    result = compare(mine, mine, places=PLACES)
    assert set(result.rows["status"]) == {"same"}
    assert (result.recall, result.precision, result.median_km) == (1.0, 1.0, 0.0)


def test_new_gone_moved_and_renamed_are_told_apart() -> None:
    a = parks(
        ("Parque Industrial Kalos", "19006", -100.20, 25.80), ("Parque Industrial Martel", "19006", -100.21, 25.81),
        ("Parque Industrial Huinalá", "19006", -100.15, 25.70), ("Parque Industrial Viejo", "19006", -100.10, 25.90),
    )  # fmt: skip
    b = parks(
        ("PARQUE IND. KALOS", "19006", -100.2001, 25.8), ("Parque Industrial Martel", "19006", -100.21, 25.85),
        ("Parque Industrial Gonher", "19006", -100.1501, 25.70), ("Parque Industrial Landus", "19006", None, None),
    )  # fmt: skip
    assert statuses(a, b) == {
        "Parque Industrial Kalos": "same", "Parque Industrial Martel": "moved", "Parque Industrial Huinalá": "renamed",
        "Parque Industrial Viejo": "gone", "Parque Industrial Landus": "new",
    }  # fmt: skip
    result = compare(a, b, places=PLACES)
    assert (result.recall, result.precision) == (0.5, 0.5)


def test_phases_types_and_municipalities_matter() -> None:
    a = parks(("Parque Industrial Exportec I", "19006", None, None), ("Parque Industrial Kalos", "19006", None, None))
    b = parks(("Parque Industrial Exportec II", "19006", None, None), ("Parque Industrial Kalos", "19039", None, None))
    assert compare(a, b, places=PLACES).matched == 0


def test_the_nearest_type_wins_where_a_town_has_two() -> None:
    a = parks(("Zona Industrial Apodaca", "19006", None, None), ("Parque Industrial Apodaca", "19006", None, None))
    b = a.iloc[::-1].reset_index(drop=True)
    rows = compare(a, b, places=PLACES).rows
    assert (rows["name_a"] == rows["name_b"]).all()


def test_another_name_of_the_park_is_enough_and_a_part_of_a_name_needs_the_place() -> None:
    a = parks(("Ciudad Industrial de Apodaca (CIMA)", "19006", -100.2, 25.8), alt={})
    a["alt_names"] = "Parque CIMA|CIMA"
    b = parks(("PARQUE INDUSTRIAL C.I.M.A.", "19006", None, None))
    assert compare(a, b, places=PLACES).matched == 1
    full = parks(("Parque Industrial Antonio J. Bermúdez", "19006", -100.2, 25.8))
    for lon, found in ((-100.201, 1), (-100.3, 0)):
        assert compare(full, parks(("Parque Industrial Bermúdez", "19006", lon, 25.8)), places=PLACES).matched == found


def test_one_park_is_matched_once() -> None:
    a = parks(("Parque Industrial Kalos", "19006", None, None))
    b = parks(("PARQUE INDUSTRIAL KALOS", "19006", None, None), ("PARQUE IND KALOS", "19006", None, None))
    result = compare(a, b, places=PLACES)
    assert (result.matched, result.precision) == (1, 0.5)


def test_nothing_against_nothing_is_nothing() -> None:
    none = parks()
    result = compare(none, none, places=PLACES)
    assert result.rows.empty
    assert pd.isna(result.recall) and pd.isna(result.precision)


def run(*words: str) -> str:
    result = CliRunner().invoke(inventory, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_compares_files_and_lists_what_differs(tmp_path: Path, study_with: Callable[..., object]) -> None:
    shipped = shipped_data() / "parks.csv"
    lines = shipped.read_text(encoding="utf-8").splitlines(keepends=True)
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("".join(lines[:-3]), encoding="utf-8")
    output = run("compare", str(shipped), str(fewer), "--out", str(tmp_path / "pairs.csv"))
    assert "CREA" in output
    assert "(precision): 1.000" in output
    pairs = pd.read_csv(tmp_path / "pairs.csv")
    assert pairs["status"].value_counts().to_dict() == {"same": 854, "gone": 3}
    assert "gone" in run("compare", str(shipped), str(fewer))


def test_two_parks_with_one_id_are_refused(tmp_path: Path) -> None:
    shipped = shipped_data() / "parks.csv"
    lines = shipped.read_text(encoding="utf-8").splitlines(keepends=True)
    twice = tmp_path / "twice.csv"
    twice.write_text("".join([*lines, lines[1]]), encoding="utf-8")
    result = CliRunner().invoke(inventory, ["compare", str(shipped), str(twice)])
    assert result.exit_code != 0
    assert "park_id" in str(result.exception)


def test_the_command_builds_from_a_file_of_one_s_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    rows = "".join(f"p{i},PARQUE INDUSTRIAL KALOS,19006,2015,-100.19,{25.78 + i / 1000}\n" for i in range(3))
    swapped = "x,PARQUE INDUSTRIAL KALOS,19006,2015,25.78,-100.19\n"
    file.write_text("plant_id,park_text,cvegeo,year,lon,lat\n" + rows + swapped, encoding="utf-8")
    output = run(
        "build", "--from", str(file), "--source-id", "semarnat_retc", "--out", str(tmp_path / "out"), "--quiet"
    )
    assert "--cure-swapped" in output
    made = pd.read_csv(tmp_path / "out" / "parks.csv", dtype=str)
    assert made["name"].tolist() == ["Parque Industrial Kalos"]
    assert made["n_plants_basis"].tolist() == ["3"]
    run(
        "build",
        "--from",
        str(file),
        "--source-id",
        "semarnat_retc",
        "--out",
        str(tmp_path / "out"),
        "--quiet",
        "--cure-swapped",
    )
    assert pd.read_csv(tmp_path / "out" / "parks.csv", dtype=str)["n_plants_basis"].tolist() == ["4"]
    refused = CliRunner().invoke(inventory, ["build", "--from", str(file), "--out", str(tmp_path / "out")])
    assert "--source-id" in str(refused.exception)
    refused = CliRunner().invoke(inventory, ["build", "--from", "retc"])
    assert refused.exit_code == 2 and "--file" in refused.output


@pytest.mark.skipif(not RETC.is_dir(), reason=f"the RETC's yearly files are not beside the checkout ({RETC})")
def test_the_retc_gives_the_inventory_s_register_parks_again(tmp_path: Path) -> None:
    """The bar: by name and municipality 0.90 of them found and of what is found, points 0.3 km apart at the median."""
    shipped = read_layer(load_study(), "parks")
    registered = shipped[shipped["plants_registered"] > 0]
    places = places_of(read_layer(load_study(), "municipalities"))

    def against(*options: str) -> object:
        run("build", "--from", "retc", "--file", str(RETC), "--out", str(tmp_path / "out"), "--quiet", *options)
        made = load_study().model_copy(update={"layers": {"parks": str(tmp_path / "out" / "parks.csv")}})
        return compare(registered, read_layer(made, "parks"), places=places)

    decided = against("--decisions", str(shipped_decisions("retc")))
    assert decided.recall >= 0.90  # type: ignore[attr-defined]
    assert decided.precision >= 0.90  # type: ignore[attr-defined]
    assert decided.median_km < 0.3  # type: ignore[attr-defined]
    layers = {name: str(tmp_path / "out" / f"{name}.csv") for name in ("parks", "park_developers")}
    usable = read_layers(load_study().model_copy(update={"layers": layers}))
    assert len(usable["park_developers"]) > 100
    summary = pd.read_json(tmp_path / "out" / "summary.json", typ="series")["counts"]
    parts = ("rows_in_parks", "rows_naming_no_listed_park", "rows_without_a_name", "rows_refused")
    assert summary["rows_read"] == 50_908 == sum(summary[part] for part in parts)
    (tmp_path / "out" / "decisions.csv").unlink()
    rules = against()
    assert rules.recall >= 0.85 and rules.precision >= 0.80  # type: ignore[attr-defined]
    assert rules.median_km < 0.3  # type: ignore[attr-defined]
