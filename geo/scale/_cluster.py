"""The processes of a Dask cluster: started here or found, kept quiet, and told of in sentences when they fail."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geo.errors import ChoiceError, EngineError

if TYPE_CHECKING:
    from distributed import Client

#: A task whose worker dies this many times is tried again; once more ends the work.
ALLOWED_FAILURES = 3
#: Seconds to wait for a scheduler or a worker.
CONNECT_S = 8


def cores() -> int:
    from dask.system import CPU_COUNT

    return int(CPU_COUNT)


def memory_of(text: str) -> str:
    from dask.utils import parse_bytes

    try:
        size = parse_bytes(text)
    except ValueError as error:
        raise ChoiceError(f"--memory-limit {text}: write it as 2GB or 500MB.") from error
    if size < 200_000_000:
        raise ChoiceError(f"--memory-limit {text}: a worker needs 200MB or more; write it as 2GB.")
    return text


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what distributed says of its processes out of this process's log, and its settings out of other work."""
    import dask
    import distributed  # noqa: F401 - its defaults must be there before some of them are set

    loggers = [logging.getLogger(name) for name in ("distributed", "tornado", "bokeh")]
    levels = [logger.level for logger in loggers]
    settings = {
        "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
        "distributed.comm.timeouts.connect": f"{CONNECT_S}s",
        "distributed.admin.large-graph-warning-threshold": "1GB",
        "distributed.worker.daemon": True,
    }
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        with dask.config.set(settings):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def cluster_here(workers: int | None, memory_limit: str) -> Iterator[str]:
    """Start processes here; end them and remove their files afterwards."""
    from distributed import LocalCluster

    with tempfile.TemporaryDirectory(prefix="corredor-dask-", ignore_cleanup_errors=True) as folder:
        try:
            cluster = LocalCluster(
                n_workers=workers or cores(),
                threads_per_worker=1,
                processes=True,
                memory_limit=memory_limit,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                local_directory=folder,
                silence_logs=logging.CRITICAL,
            )
        except (OSError, RuntimeError, TimeoutError) as error:
            raise EngineError(
                f"the workers could not be started here ({error}). Ask for fewer with --workers, or use --engine local."
            ) from error
        try:
            yield cluster.scheduler_address
        finally:
            cluster.close(timeout=30)


@contextmanager
def connected(address: str, *, seconds: float) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(address, timeout=seconds, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise EngineError(
            f"--scheduler {address}: there is no Dask scheduler that answers within {seconds:g} s. Check the address "
            "(as tcp://10.0.0.5:8786) and that it runs, or leave --scheduler out to start workers here."
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=10)


@contextmanager
def told() -> Iterator[None]:
    """Tell the end of workers or of the cluster in one sentence; errors of a task pass."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise EngineError(
            f"a task lost its worker {ALLOWED_FAILURES + 1} times, the last at {error.last_worker.address}; the worker "
            "may lack memory. Give more with --memory-limit, or write smaller partitions with geo partition "
            "--rows-per-partition."
        ) from error
    except (CancelledError, CommClosedError) as error:
        raise EngineError("the cluster was lost in the middle of the work. Start it and this command again.") from error
