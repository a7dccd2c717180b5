"""A run whose establishments are counted in partitions, and a study whose register is too large for one table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from geo.assemble import assemble
from geo.errors import DataError
from geo.pipeline import build
from geo.runs import Run
from geo.scale.engine import Local
from geo.scale.national import CURVES_FILE, PartitionedRegister
from geo.scale.partitions import write_partitions
from geo.scale.places import place
from geo.scale.sampling import write_sample
from geo.study import Study, at_work, load_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "otra_region"


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(load_study(EXAMPLE / "geo.toml", permutations=99))


def rows_of(run: Run) -> pa.Table:
    layer = run.layers["establishments"]
    return pa.Table.from_pandas(pd.DataFrame(layer.drop(columns="geometry")), preserve_index=False)


@pytest.mark.slow
def test_a_run_counted_in_partitions_is_the_run_on_one_table(run: Run, tmp_path: Path) -> None:
    rows = rows_of(run)
    split = write_partitions([rows], tmp_path / "rows", rows_per_partition=-(-len(rows) // 7), synthetic=True)
    assert len(split.parts) == 7
    with at_work(run.study):
        placed = place(split, run.layers, run.study, tmp_path / "placed", Local())
        register = PartitionedRegister(placed, Local())
        found = assemble(run.layers, run.study, progress=lambda _step: None, register=register)
    assert found.keys() == run.tables.keys()
    for name, table in run.tables.items():
        pd.testing.assert_frame_equal(
            pd.DataFrame(found[name]), pd.DataFrame(table), rtol=1e-9, atol=0, obj=name, check_exact=False
        )


@pytest.fixture(scope="module")
def large(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return the example with its register in partitions and a sample of 40 rows."""
    folder = tmp_path_factory.mktemp("large") / "study"
    shutil.copytree(EXAMPLE, folder)
    file = folder / "geo.toml"
    text = file.read_text(encoding="utf-8").replace('"establishments.csv"', '"register"')
    file.write_text(text, encoding="utf-8")
    rows = rows_of(run)
    with at_work(run.study):
        write_partitions(
            [rows], folder / "register", rows_per_partition=100, synthetic=True,
            finish=lambda staging, made: write_sample(made, staging, run.study, rows=40),
        )  # fmt: skip
    return load_study(file, permutations=99)


@pytest.mark.slow
def test_counts_are_of_every_row_and_the_layer_is_the_sample(run: Run, large: Study, tmp_path: Path) -> None:
    out = tmp_path / "maps"
    build(large, out)
    for name in ("national", "states", "municipalities", "industry_agglomeration"):
        whole = run.tables[name]
        counted = [each for each in whole if "establishments" in each or each.startswith("lq_") or each == "gamma"]
        found = pd.read_parquet(out / "tables" / f"{name}.parquet", columns=counted)
        pd.testing.assert_frame_equal(found, pd.DataFrame(whole[counted]), rtol=1e-9, obj=name)
    sample = pd.read_parquet(out / "tables" / "establishments.parquet")
    whole = run.tables["establishments"]
    assert 30 <= len(sample) <= 40 < len(whole)
    assert set(sample["plant_id"]) <= set(whole["plant_id"])
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    written = {each["file"] for each in manifest["outputs"]}
    assert {f"register/{CURVES_FILE}", "register/partitions.json"} <= written


def test_another_command_asks_for_the_build_first(large: Study) -> None:
    with pytest.raises(DataError, match="Run geo build"):
        _ = Run(large).tables
