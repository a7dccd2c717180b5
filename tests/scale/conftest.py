"""Partitions of the shipped establishments, a placed single table to hold them against, and one cluster for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from scale_cases import PARTS, STUDY

from geo.layers import read_layers
from geo.scale.engine import Dask, Local
from geo.scale.partitions import Partitions, write_partitions
from geo.scale.places import place


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the cluster's processes talk to each other on this machine, and to nobody else."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@pytest.fixture(scope="session")
def layers() -> dict[str, Any]:
    return read_layers(STUDY, progress=lambda _step: None)


@pytest.fixture(scope="session")
def register(layers: dict[str, Any]) -> pa.Table:
    """Return the shipped establishments as a register."""
    rows = pd.DataFrame(layers["establishments"].drop(columns="geometry"))
    return pa.Table.from_pandas(rows, preserve_index=False)


@pytest.fixture(scope="session")
def cut(register: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Partitions]:
    """Return the register in 1, 2 and 7 partitions."""
    folder = tmp_path_factory.mktemp("cut")
    rows = register.num_rows
    return {
        parts: write_partitions([register], folder / str(parts), rows_per_partition=-(-rows // parts), synthetic=False)
        for parts in PARTS
    }


@pytest.fixture(scope="session")
def placed(
    cut: dict[int, Partitions], layers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[int, Partitions]:
    """Return the partitions with their rows placed."""
    folder = tmp_path_factory.mktemp("placed")
    return {parts: place(made, layers, STUDY, folder / str(parts), Local()) for parts, made in cut.items()}


@pytest.fixture(scope="module")
def dask() -> Iterator[Dask]:
    """Return a cluster of two processes on this machine; it must be gone before tests that may not open sockets."""
    pytest.importorskip("distributed")
    with Dask(workers=2, memory_limit="1GB") as engine:
        yield engine
