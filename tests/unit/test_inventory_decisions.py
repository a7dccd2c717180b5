"""The review file: what people decide survives a rebuild, and what is wrong in it is said all at once."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from geo.errors import ChoiceError, DataError
from geo.inventory.build import Inventory, Register, build_inventory
from geo.inventory.decisions import COLUMNS, read_all_decisions, read_decisions, shipped_decisions
from geo.inventory.files import write_inventory
from geo.layers import read_layer
from geo.sources.registers import REGISTER_COLUMNS, RegisterPart
from geo.sources.registers.common import rejects_table
from geo.study import load_study

STUDY = load_study()
FEW = read_layer(STUDY, "municipalities").loc[lambda table: table["cvegeo"].isin(["19006", "19039"])]

PLANTS = [
    *[("PARQUE INDUSTRIAL KALOS", 25.780 + 0.0005 * i, -100.190) for i in range(6)],
    *[("PARQUE INDUSTRIAL MILENIUM", 25.760 + 0.0005 * i, -100.150) for i in range(4)],
    ("PARQUE INDUSTRIAL MILENIO", 25.700, -100.150),
    ("CORREDOR INDUSTRIAL GARZA", 25.720, -100.200),
    ("LA ENCARNACION", 25.740, -100.220),
]  # fmt: skip


def register(plants: list[tuple[str, float, float]] = PLANTS) -> Register:
    rows = pd.DataFrame(
        [
            {"plant_id": f"p{number}", "plant_name": f"PLANTA {number}", "park_text": text, "lat": lat, "lon": lon,
             "cvegeo": "19006", "year": 2015}
            for number, (text, lat, lon) in enumerate(plants)
        ]
    ).reindex(columns=list(REGISTER_COLUMNS)).astype(REGISTER_COLUMNS)  # fmt: skip
    return Register("TRIAL", "semarnat_retc", [RegisterPart(rows, rejects_table([]), len(rows))])


def built(path: Path, *lines: tuple[str, ...]) -> Inventory:
    """Build with a review file of these lines: decision, cvegeo, name, other_cvegeo, other_name, new_name."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS[:6])
        writer.writerows(line + ("",) * (6 - len(line)) for line in lines)
    return build_inventory(register(), FEW, read_decisions(path))


def names(inventory: Inventory) -> set[str]:
    return set(inventory.parks["name"])


def test_without_decisions_the_rules_decide(tmp_path: Path) -> None:
    inventory = build_inventory(register(), FEW, read_decisions(tmp_path / "none.csv"))
    assert names(inventory) == {"Parque Industrial Kalos", "Parque Industrial Milenium", "Parque Industrial Milenio"}
    asked = set(inventory.decisions["suggestion"].str.split("?").str[0])
    assert asked == {"merge", "list"}
    assert (inventory.decisions["decision"] == "").all()


def test_each_decision_is_obeyed(tmp_path: Path) -> None:
    inventory = built(
        tmp_path / "decisions.csv",
        ("merge", "19006", "PARQUE INDUSTRIAL MILENIO", "", "Parque Industrial Milenium"),
        ("rename", "19006", "parque ind. kalos", "", "", "Kalos Apodaca"),
        ("list", "19006", "CORREDOR INDUSTRIAL GARZA"),
        ("list", "19006", "La Encarnación"),
    )
    assert names(inventory) == {
        "Kalos Apodaca",
        "Parque Industrial Milenium",
        "Corredor Industrial Garza",
        "La Encarnacion",
    }
    merged = inventory.parks.set_index("name").loc["Parque Industrial Milenium"]
    assert merged["plants_registered"] == 5
    assert "decided" in set(inventory.evidence["rule"])
    assert inventory.unused.empty
    dropped = built(tmp_path / "decisions.csv", ("drop", "19006", "PARQUE INDUSTRIAL KALOS"))
    assert "Parque Industrial Kalos" not in names(dropped)
    assert "dropped by decision" in set(dropped.evidence["rule"])


def test_kept_apart_is_kept_apart(tmp_path: Path) -> None:
    plants = [("PARQUE INDUSTRIAL MILENIUM", 25.76, -100.15), ("PARQUE INDUSTRIAL MILENUIM", 25.76, -100.15)]
    path = tmp_path / "decisions.csv"
    path.write_text(
        "decision,cvegeo,name,other_name\nkeep_apart,19006,PARQUE INDUSTRIAL MILENUIM,PARQUE INDUSTRIAL MILENIUM\n"
    )
    together = build_inventory(register(plants), FEW, read_decisions(tmp_path / "none.csv"))
    apart = build_inventory(register(plants), FEW, read_decisions(path))
    assert (len(together.parks), len(apart.parks)) == (1, 2)


def test_decisions_survive_a_rebuild_and_suggestions_are_made_anew(tmp_path: Path) -> None:
    first = built(tmp_path / "mine.csv", ("rename", "19006", "PARQUE INDUSTRIAL KALOS", "", "", "Kalos"))
    write_inventory(first, tmp_path / "out")
    written = tmp_path / "out" / "decisions.csv"
    text = written.read_text(encoding="utf-8").replace(",19006,CORREDOR", "list,19006,CORREDOR", 1)
    written.write_text(text, encoding="utf-8")
    second = build_inventory(register(), FEW, read_decisions(written))
    assert {"Kalos", "Corredor Industrial Garza"} <= names(second)
    write_inventory(second, tmp_path / "out")
    third = build_inventory(register(), FEW, read_decisions(written))
    assert names(third) == names(second)
    pd.testing.assert_frame_equal(third.decisions, second.decisions)


def test_a_decision_about_nothing_is_kept_and_told(tmp_path: Path) -> None:
    inventory = built(tmp_path / "decisions.csv", ("drop", "19039", "PARQUE INDUSTRIAL FUTURO"))
    assert inventory.unused["name"].tolist() == ["PARQUE INDUSTRIAL FUTURO"]
    assert inventory.decisions["name"].iloc[0] == "PARQUE INDUSTRIAL FUTURO"


def test_every_problem_of_a_review_file_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(
        "decision,cvegeo,name,other_cvegeo,other_name,new_name\n"
        "burn,19006,A,,,\n"
        "merge,19006,A,,,\n"
        "rename,6,,,,\n"
        "merge,19006,A,,B,\n"
        "keep_apart,19006,B,,A,\n"
        "drop,19006,C,,,\n"
        "list,19006,C,,,\n"
        ",,,,,\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError) as refused:
        read_decisions(path)
    problems = refused.value.problems
    assert len(problems) == 7
    assert "burn" in str(problems[0]) and "keep_apart" in problems[0].cure


def test_two_review_files_are_read_as_one_unless_they_contradict(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("decision,cvegeo,name,other_name\nmerge,19006,A,B\n")
    two.write_text("decision,cvegeo,name,other_name\nmerge,19006,A,B\ndrop,19006,C,\n")
    assert read_all_decisions([one, two, tmp_path / "none.csv"])["decision"].tolist() == ["merge", "drop"]
    two.write_text("decision,cvegeo,name,other_name\nkeep_apart,19006,B,A\n")
    with pytest.raises(DataError, match="both decided"):
        read_all_decisions([one, two])


def test_a_review_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_bytes("decision,cvegeo,name\ndrop,19006,PEÑA\n".encode("latin-1"))
    with pytest.raises(DataError, match="UTF-8"):
        read_decisions(path)
    path.write_text("choice,park\n")
    with pytest.raises(DataError) as refused:
        read_decisions(path)
    assert len(refused.value.problems) == 3
    path.write_text("")
    with pytest.raises(DataError, match="empty"):
        read_decisions(path)


def test_the_shipped_review_file_is_sound() -> None:
    table = read_decisions(shipped_decisions("retc"))
    assert len(table) > 100
    known = set(read_layer(STUDY, "municipalities")["cvegeo"])
    assert set(table["cvegeo"]) <= known
    with pytest.raises(ChoiceError, match="--decisions"):
        shipped_decisions("denue")


HOSTILE = 'PARQUE INDUSTRIAL =HYPERLINK("x")|<script>alert(1)</script>\x00\u202e, "Ñ"\n2'


def test_hostile_names_are_written_so_that_they_harm_nobody(tmp_path: Path) -> None:
    plants = [(HOSTILE, 25.78, -100.19), (HOSTILE, 25.7801, -100.19), ("=1+1 INDUSTRIAL PARK", 25.75, -100.19)]
    inventory = build_inventory(register(plants), FEW, read_decisions(tmp_path / "none.csv"))
    write_inventory(inventory, tmp_path / "out")
    study = STUDY.model_copy(update={"layers": {"parks": str(tmp_path / "out" / "parks.csv")}})
    parks = read_layer(study, "parks")
    assert len(parks) == len(inventory.parks) == 2
    assert not parks["name"].str.contains(r"[\x00\n|]|^[=+@-]").any()
    for file in (tmp_path / "out").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            cells = [cell for line in csv.reader(opened) for cell in line]
        assert not any(cell.startswith(("=", "+", "@")) for cell in cells), file.name


def test_what_is_written_is_whole_repeatable_and_a_layer(tmp_path: Path) -> None:
    for name in ("one", "two"):
        inventory = build_inventory(register(), FEW, read_decisions(tmp_path / "none.csv"))
        write_inventory(inventory, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == [
        "decisions.csv", "details.csv", "evidence.csv", "footprints.geojson", "parks.csv",
        "register_municipalities.csv", "rejects.csv", "summary.json",
    ]  # fmt: skip
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    parks = inventory.parks.set_index("name")
    kalos = parks.loc["Parque Industrial Kalos"]
    assert kalos["park_id"] == "19006-parque-industrial-kalos"
    assert (kalos["confidence"], kalos["location_basis"], kalos["n_plants_basis"]) == ("medium", "plants", 6)
    assert kalos["lat"] == pytest.approx(25.78125, abs=5e-4)
    assert pd.isna(kalos["area_ha"]) and pd.isna(kalos["workers_reported"])
    assert inventory.footprints["park_id"].tolist() == []


def test_the_order_of_the_register_does_not_matter(tmp_path: Path) -> None:
    one = build_inventory(register(), FEW, read_decisions(tmp_path / "none.csv"))
    (part,) = register().parts
    turned = RegisterPart(part.rows.iloc[::-1], part.rejects, part.read)
    other = build_inventory(Register("TRIAL", "semarnat_retc", [turned]), FEW, read_decisions(tmp_path / "none.csv"))
    pd.testing.assert_frame_equal(one.parks, other.parks)
    pd.testing.assert_frame_equal(one.evidence, other.evidence)
