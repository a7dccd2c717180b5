"""`geo synth register` and `geo partition`, and that a real study takes no synthetic row."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet
from scale_cases import STUDY, whole

from geo.cli import main
from geo.errors import DataError
from geo.scale.engine import Local
from geo.scale.partitions import REJECTS_FILE, Partitions
from geo.scale.places import place
from geo.study import shipped_data


def geo(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a synthetic register, its manifest, and a study that says that it is synthetic."""
    folder = tmp_path_factory.mktemp("synthetic")
    text = (shipped_data() / "geo.toml").read_text(encoding="utf-8").split("[layers]")[0]
    (folder / "geo.toml").write_text(text.replace("[study]", "[study]\nsynthetic = true", 1), encoding="utf-8")
    done = geo("synth", "register", "--rows", 400, "--out", folder / "denue_inegi_09_.csv", "--seed", 3)
    assert done.exit_code == 0, done.output
    assert "writing synthetic rows: 400 of 400 rows" in done.stderr
    return folder


def test_a_synthetic_register_says_so_beside_it_and_repeats(made_up: Path, tmp_path: Path) -> None:
    file = made_up / "denue_inegi_09_.csv"
    manifest = json.loads((made_up / f"{file.name}.manifest.json").read_text(encoding="utf-8"))
    assert (manifest["synthetic"], manifest["rows"], manifest["seed"]) == (True, 400, 3)
    again = tmp_path / file.name
    assert geo("synth", "register", "--rows", 400, "--out", again, "--seed", 3, "--quiet").exit_code == 0
    assert again.read_bytes() == file.read_bytes()
    assert (tmp_path / f"{file.name}.manifest.json").read_bytes() == (
        made_up / f"{file.name}.manifest.json"
    ).read_bytes()


def test_a_real_study_refuses_synthetic_rows_by_every_door(made_up: Path, tmp_path: Path) -> None:
    file = made_up / "denue_inegi_09_.csv"
    doors = (
        ("ingest", file, "--as", "establishments", "--out", tmp_path / "own", "--yes"),
        ("inventory", "build", "--from", "denue", "--file", file, "--out", tmp_path / "inventory"),
        ("fetch", "denue", "--file", file, "--out", tmp_path / "sources"),
        ("partition", file, "--out", tmp_path / "parts"),
    )
    for words in doors:
        done = geo(*words)
        assert done.exit_code == 1, (words, done.output)
        assert "carry the mark of a synthetic register" in done.stderr, words
        assert "synthetic = true under [study]" in done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_synthetic_study_takes_them_and_the_partitions_stay_marked(
    made_up: Path, layers: dict[str, Any], tmp_path: Path
) -> None:
    archive = tmp_path / "denue_09_csv.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.write(made_up / "denue_inegi_09_.csv", "conjunto_de_datos/denue_inegi_09_.csv")
    for number, file in enumerate((made_up / "denue_inegi_09_.csv", archive)):
        out = tmp_path / str(number)
        done = geo("partition", file, "--study", made_up / "geo.toml", "--out", out, "--rows-per-partition", 100)
        assert done.exit_code == 0, done.output
        assert "400 rows in 4 partitions, 0 rejected" in done.stdout
        assert "nobody's establishments" in done.stdout
    one, two = (Partitions.open(tmp_path / name) for name in ("0", "1"))
    assert one.parts == two.parts
    assert one.synthetic
    assert {"plant_id", "name", "scian", "cvegeo", "first_year", "jobs_low", "jobs_high"} < set(one.columns)
    with pytest.raises(DataError, match="synthetic register"):
        place(one, layers, STUDY, tmp_path / "placed", Local())
    header = STUDY.study.model_copy(update={"synthetic": True})
    placed = place(one, layers, STUDY.model_copy(update={"study": header}), tmp_path / "placed", Local())
    assert placed.synthetic
    assert placed.rows == 400


def test_rows_that_a_register_refuses_are_accounted_for(made_up: Path, tmp_path: Path) -> None:
    lines = (made_up / "denue_inegi_09_.csv").read_text(encoding="latin-1").splitlines()
    cells = lines[5].split('","')
    cells[39] = "95.0"
    lines[5] = '","'.join(cells)
    lines[7] = lines[7].rsplit(",", 2)[0]
    file = tmp_path / "denue.csv"
    file.write_text("\n".join(lines) + "\n", encoding="latin-1")
    done = geo("partition", file, "--study", made_up / "geo.toml", "--out", tmp_path / "out")
    assert "398 rows in 1 partitions, 2 rejected" in done.stdout, done.output
    reasons = parquet.read_table(tmp_path / "out" / REJECTS_FILE)["reason"].to_pylist()
    assert len(reasons) == 2
    assert any("42 values" in reason for reason in reasons)


def test_the_shipped_layer_and_a_parquet_file_are_partitioned(tmp_path: Path) -> None:
    layer = shipped_data() / "establishments.csv"
    done = geo("partition", layer, "--out", tmp_path / "csv", "--rows-per-partition", 3000, "--quiet")
    assert done.exit_code == 0, done.output
    made = Partitions.open(tmp_path / "csv")
    assert (made.rows + made.rejected, made.synthetic, done.stderr) == (9286, False, "")
    assert geo("partition", made.path(0), "--out", tmp_path / "parquet").exit_code == 0
    again = Partitions.open(tmp_path / "parquet")
    assert whole(again).equals(made.read(0).assign(row_id=range(made.parts[0].rows)))


def test_mixed_and_unreadable_files_are_refused(made_up: Path, tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.parquet"
    parquet.write_table(pa.table({"lon": [-99.0] * 2, "lat": [19.0] * 2, "name": ["SINTETICO 1", "Planta"]}), mixed)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 no")
    doors = {
        mixed: "synthetic rows and others", broken: "cannot be read", tmp_path / "none.csv": "no such file",
    }  # fmt: skip
    for file, says in doors.items():
        done = geo("partition", file, "--study", made_up / "geo.toml", "--out", tmp_path / "out")
        assert done.exit_code == 1
        assert says in done.stderr
    assert not (tmp_path / "out").exists()
