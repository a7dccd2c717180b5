"""A register read some rows at a time, whatever file it comes in, for partitions."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import DataError, Problem
from geo.export.manifest import sha256
from geo.layers import read_layer
from geo.scale.partitions import PROBLEM
from geo.schema import LAYERS
from geo.sources.archives import extract
from geo.sources.registers import MunicipalityIndex, RegisterPart
from geo.sources.registers.denue import is_denue, read_denue
from geo.sources.registers.marks import MARK, marked, refuse_marked
from geo.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

#: Columns of the common register table -> columns of partitions.
_DENUE_COLUMNS = {
    "plant_id": "plant_id", "plant_name": "name", "activity": "scian", "cvegeo": "cvegeo", "year": "first_year",
    "jobs_low": "jobs_low", "jobs_high": "jobs_high", "lon": "lon", "lat": "lat", "point_problem": PROBLEM,
}  # fmt: skip
#: Where a synthetic row says that it is one.
_NAMES = ("name", "plant_name", "nom_estab", "raz_social")
_BLOCK_ROWS = 250_000
_BLOCK_BYTES = 32 << 20


@contextmanager
def register_tables(path: Path, study: Study) -> Iterator[tuple[Iterator[pa.Table], bool]]:
    """Open a register: DENUE's CSV or a ZIP of it, Parquet with lon and lat, or a CSV of the layer establishments.

    Parameters
    ----------
    path
        The file.
    study
        Says which municipalities there are, where points may lie, and whether synthetic rows are let in.

    Yields
    ------
    tables : iterator of pyarrow.Table
        Its rows, to be read inside the block; a column ``problem`` says why a row has no place.
    synthetic : bool
        Whether the rows are synthetic, by the first of them.

    Raises
    ------
    DataError
        If the file cannot be read, rows are synthetic and the study is not, or synthetic and real rows are mixed.
    """
    if not path.is_file():
        raise DataError([Problem(str(path), "there is no such file", "Name a file with rows of establishments")])
    with tempfile.TemporaryDirectory(prefix="corredor-register-") as scratch:
        files = [path]
        if path.suffix.lower() == ".zip":
            files = [each for each in extract(path, Path(scratch), wanted=_is_table) if is_denue(each)]
            if not files:
                raise DataError([Problem(path.name, "holds no file of DENUE", "Unpack it and name the file")])
        tables = (table for file in files for table in _tables(file, study))
        first = next(tables, None)
        synthetic = first is not None and _marks(first) > 0
        yield _of_one_kind(path.name, first, tables, synthetic=synthetic), synthetic


def _is_table(name: str) -> bool:
    return name.lower().endswith(".csv")


def _tables(path: Path, study: Study) -> Iterator[pa.Table]:
    import pyarrow as pa

    try:
        if path.suffix.lower() in {".parquet", ".pq", ".geoparquet"}:
            tables = _parquet(path)
        elif is_denue(path):
            tables = _denue(path, study)
        else:
            tables = _csv(path)
        for table in tables:
            for name in set(_NAMES) & set(table.column_names):
                refuse_marked(path.name, table.column(name), synthetic=study.study.synthetic)
            yield table
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        what = f"cannot be read ({str(error).splitlines()[0][:120]})"
        cure = "Give DENUE's CSV or ZIP, Parquet with lon and lat, or a CSV of the layer establishments"
        raise DataError([Problem(path.name, what, cure)]) from error


def _marks(table: pa.Table) -> int:
    return max((marked(table.column(name)) for name in _NAMES if name in table.column_names), default=0)


def _of_one_kind(file: str, first: pa.Table | None, more: Iterable[pa.Table], *, synthetic: bool) -> Iterator[pa.Table]:
    """Yield the tables; refuse synthetic rows among real ones."""
    if first is None:
        return
    for table in chain([first], more):
        yield _checked(file, table, synthetic=synthetic)


def _checked(file: str, table: pa.Table, *, synthetic: bool) -> pa.Table:
    named = table.num_rows - (table.column("name").null_count if "name" in table.column_names else 0)
    if _marks(table) != (named if synthetic else 0):
        raise DataError([Problem(file, "holds synthetic rows and others", "Keep synthetic registers apart")])
    return table


def _denue(path: Path, study: Study) -> Iterator[pa.Table]:
    municipalities = read_layer(study, "municipalities")
    parents = municipalities.dropna(subset="parent_cvegeo")
    index = MunicipalityIndex(municipalities, dict(zip(parents["cvegeo"], parents["parent_cvegeo"], strict=True)))
    for part in read_denue(path, index, study.region, synthetic=study.study.synthetic):
        yield _table(part)


def _table(part: RegisterPart) -> pa.Table:
    """Return the rows of a part, those that are refused with the reason why."""
    import pyarrow as pa

    refused = part.rejects.rename(columns={"reason": "point_problem"}).reindex(columns=list(_DENUE_COLUMNS))
    types = {name: part.rows[name].dtype for name in _DENUE_COLUMNS}
    rows = pd.concat([part.rows[list(_DENUE_COLUMNS)], refused.astype(types)]) if len(refused) else part.rows
    return pa.Table.from_pandas(rows[list(_DENUE_COLUMNS)].rename(columns=_DENUE_COLUMNS), preserve_index=False)


def _csv(path: Path) -> Iterator[pa.Table]:
    import pyarrow as pa
    from pyarrow import csv

    kinds = {"number": pa.float64(), "integer": pa.int64()}
    types = {column.name: kinds.get(column.kind, pa.string()) for column in LAYERS["establishments"].columns}
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig").strip().replace('"', "").split(",")
    reader = csv.open_csv(
        path,
        read_options=csv.ReadOptions(block_size=_BLOCK_BYTES),
        convert_options=csv.ConvertOptions(
            column_types={name: types.get(name, pa.string()) for name in header},
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    for batch in reader:
        yield pa.Table.from_batches([batch])


def _parquet(path: Path) -> Iterator[pa.Table]:
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        # A geometry or a covering is made anew from lon and lat.
        kept = [
            field.name
            for field in file.schema_arrow
            if not (pa.types.is_nested(field.type) or pa.types.is_binary(field.type))
        ]
        for batch in file.iter_batches(batch_size=_BLOCK_ROWS, columns=kept):
            yield pa.Table.from_batches([batch])


def synthetic_manifest(register: Path, study: Study, *, rows: int, seed: int) -> Path:
    """Write beside a synthetic register that it is one: ``NAME.manifest.json``.

    Parameters
    ----------
    register
        The finished register.
    study
        The study whose establishments it is strewn like.
    rows, seed
        What it was made with.
    """
    content = {
        "synthetic": True,
        "note": {
            "es": "Registro sintético: ninguna fila es un establecimiento real.",
            "en": "Synthetic register: no row is a real establishment.",
        },
        "mark": MARK,
        "file": register.name,
        "rows": rows,
        "seed": seed,
        "study": study.study.id,
        "sha256": sha256(register),
        "versions": {"corredor": version("corredor")},
    }
    path = register.with_name(f"{register.name}.manifest.json")
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
