"""Who does the work on partitions: this process, one after another, or the processes of a Dask cluster."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import cache
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from geo.errors import ChoiceError, EngineError
from geo.geodesy import in_plane, planar_crs
from geo.scale._cluster import CONNECT_S, cluster_here, connected, cores, memory_of, quiet, told
from geo.scale.pace import Pace, Progress, silent

if TYPE_CHECKING:
    from distributed import Client

EngineName = Literal["auto", "local", "dask"]

#: From so many rows a cluster's start is soon paid back.
DASK_ROWS = 1_000_000
_CONNECT_S = CONNECT_S
#: Seconds without any worker after which the work is given up; pause between two looks.
_LOST_S, _LOOK_S = 60, 5
_INSTALL = "pip install 'corredor[scale]'"


class Engine(Protocol):
    """What runs a task on each of many items."""

    @property
    def name(self) -> str:
        """``local`` or ``dask``."""

    @property
    def workers(self) -> int:
        """How many tasks run at a time."""

    def map(
        self,
        task: Callable[..., Any],
        items: Sequence[Any],
        *,
        shared: Mapping[str, Any] | None = None,
        label: str = "",
        rows: Sequence[int] | None = None,
    ) -> list[Any]:
        """Run ``task(item, **shared)`` on each item.

        Parameters
        ----------
        task
            A function of a module, which a worker can import. It may run twice on one item, after a worker's end.
        items
            What it runs on.
        shared
            What every call gets by keyword; sent to a worker once.
        label
            What the progress line calls it.
        rows
            Rows of each item, for the progress line.

        Returns
        -------
        list
            Results in the order of the items.
        """

    def __enter__(self) -> Engine:
        """Start."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes that were started, and remove their files."""


class Local:
    """The process itself, one item after another.

    Parameters
    ----------
    progress
        Called with a short line now and then.
    """

    name = "local"
    workers = 1

    def __init__(self, progress: Progress = silent) -> None:
        self._progress = progress

    def map(
        self,
        task: Callable[..., Any],
        items: Sequence[Any],
        *,
        shared: Mapping[str, Any] | None = None,
        label: str = "",
        rows: Sequence[int] | None = None,
    ) -> list[Any]:
        """Run ``task(item, **shared)`` on each item, see ``Engine``."""
        sizes = _sizes(items, rows)
        pace, results = Pace(self._progress, label, sum(sizes)), []
        for item, size in zip(items, sizes, strict=True):
            results.append(task(item, **(shared or {})))
            pace.add(size)
        return results

    def __enter__(self) -> Local:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Dask(AbstractContextManager["Dask"]):
    """The processes of a Dask cluster: one's own on this machine, or one that is running.

    Parameters
    ----------
    scheduler
        Address of a running scheduler, as ``tcp://10.0.0.5:8786``; None to start processes here.
    workers
        Processes to start here, of one thread each; None for one a core.
    memory_limit
        Memory of each, as ``2GB``.
    progress
        Called with a short line now and then.

    Notes
    -----
    A running cluster's workers must read the partitions under the same path, and have this version of the package. A
    task whose worker dies is run again on another, ``geo.scale._cluster.ALLOWED_FAILURES`` times.
    """

    name = "dask"

    def __init__(
        self,
        *,
        scheduler: str | None = None,
        workers: int | None = None,
        memory_limit: str = "2GB",
        progress: Progress = silent,
    ) -> None:
        if workers is not None and workers < 1:
            raise ChoiceError(f"--workers {workers}: give 1 or more.")
        self._scheduler, self._wanted, self._memory = scheduler, workers, memory_of(memory_limit)
        self._progress = progress
        self._stack = ExitStack()
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The connection to the scheduler; only inside the ``with`` block."""
        if self._client is None:
            raise RuntimeError("Enter the engine first: with Dask(...) as engine.")
        return self._client

    @property
    def workers(self) -> int:
        """Threads of the workers that are there now; those asked for, before the start."""
        if self._client is None:
            return self._wanted or 1
        return sum(self._client.nthreads().values())

    def __enter__(self) -> Dask:
        with ExitStack() as stack:
            stack.enter_context(quiet())
            address = self._scheduler or stack.enter_context(cluster_here(self._wanted, self._memory))
            self._client = stack.enter_context(connected(address, seconds=_CONNECT_S))
            self._check_workers()
            self._stack = stack.pop_all()
        self._progress(f"Dask: {self.workers} workers, dashboard {self._client.dashboard_link}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client = None
        self._stack.close()

    def map(
        self,
        task: Callable[..., Any],
        items: Sequence[Any],
        *,
        shared: Mapping[str, Any] | None = None,
        label: str = "",
        rows: Sequence[int] | None = None,
    ) -> list[Any]:
        """Run ``task(item, **shared)`` on each item, see ``Engine``.

        Raises
        ------
        EngineError
            If a task's worker died again and again, or the cluster is gone.
        """
        sizes = _sizes(items, rows)
        pace = Pace(self._progress, label, sum(sizes))
        # A task that gives back its argument, not scattered data: the scheduler can make it anew when its workers die.
        common = self.client.submit(_itself, dict(shared or {}), pure=False)
        futures = [
            self.client.submit(_perform, task, item, common, planar_crs(), software(), pure=False) for item in items
        ]
        number = {future: i for i, future in enumerate(futures)}
        results: list[Any] = [None] * len(items)
        done: SimpleQueue[Any] = SimpleQueue()
        for future in futures:
            future.add_done_callback(done.put)
        try:
            with told():
                for _ in futures:
                    future = self._next(done)
                    i = number[future]
                    results[i] = future.result()
                    future.release()
                    pace.add(sizes[i])
        finally:
            self.client.cancel([common, *futures], force=True)
        return results

    def _next(self, done: SimpleQueue[Any]) -> Any:
        """Return the next future that is done; give up when there has been no worker for ``_LOST_S``."""
        last = monotonic()
        while True:
            try:
                return done.get(timeout=min(_LOOK_S, _LOST_S))
            except Empty:
                last = monotonic() if self.client.nthreads() else last
            if monotonic() - last >= _LOST_S:
                raise EngineError(
                    f"there has been no worker for {_LOST_S} s: the last ones died and did not come back. Give them "
                    "more memory with --memory-limit, or start workers anew, and this command again."
                )

    def _check_workers(self) -> None:
        """Refuse a cluster without workers, or with one that has other software."""
        try:
            self.client.wait_for_workers(1, timeout=_CONNECT_S)
        except TimeoutError as error:
            raise EngineError(
                f"{self._scheduler or 'the cluster here'}: there is no worker after {_CONNECT_S} s. Start workers "
                "(dask worker ADDRESS), or leave --scheduler out to start them here."
            ) from error
        found = self.client.run(_software_there, on_error="return")
        wrong = {address: said for address, said in found.items() if said != software()}
        if wrong:
            address, said = min(wrong.items())
            raise EngineError(_unlike(address, said, software()))


def choose(
    engine: EngineName,
    *,
    rows: int,
    scheduler: str | None = None,
    workers: int | None = None,
    memory_limit: str = "2GB",
    progress: Progress = silent,
) -> tuple[Engine, str]:
    """Return the engine for so many rows, not started yet, and why it is that one.

    Parameters
    ----------
    engine
        ``local``, ``dask``, or ``auto``: a cluster that is named, else Dask from ``DASK_ROWS`` rows where it is
        installed and there is more than one core to use.
    rows
        Rows of the register.
    scheduler, workers, memory_limit, progress
        As for ``Dask``.

    Returns
    -------
    engine : Engine
        To be used in a ``with`` block.
    reason : str
        A sentence.

    Raises
    ------
    ChoiceError
        If the wish cannot be met: another name, ``local`` with a scheduler, ``dask`` where it is not installed.

    Examples
    --------
    >>> choose("auto", rows=9286)[1]
    'local: 9,286 rows are less than the 1,000,000 from which starting workers pays.'
    """
    if engine not in {"auto", "local", "dask"}:
        raise ChoiceError.no_such("engine", engine, ["auto", "local", "dask"], where=f"--engine {engine}")
    if engine == "local" and scheduler is not None:
        raise ChoiceError("--engine local and --scheduler exclude each other; leave one out.")
    installed = find_spec("distributed") is not None
    if not installed and (engine == "dask" or scheduler is not None):
        raise ChoiceError(f"--engine dask needs packages that are not installed: {_INSTALL}.")
    cluster = Dask if installed else None
    reason = _reason(engine, rows, scheduler, workers, installed=installed)
    if cluster is None or reason.startswith("local"):
        return Local(progress), reason
    return cluster(scheduler=scheduler, workers=workers, memory_limit=memory_limit, progress=progress), reason


def _reason(engine: EngineName, rows: int, scheduler: str | None, workers: int | None, *, installed: bool) -> str:
    if scheduler is not None:
        return f"dask: the scheduler at {scheduler} was named."
    if engine != "auto":
        return f"{engine}: asked for."
    if rows < DASK_ROWS:
        return f"local: {rows:,} rows are less than the {DASK_ROWS:,} from which starting workers pays."
    if not installed:
        return f"local: {rows:,} rows would go faster on Dask, which is not installed ({_INSTALL})."
    if (workers or cores()) < 2:
        return "local: there is one core to use."
    return f"dask: {rows:,} rows are {DASK_ROWS:,} or more, from which starting workers pays."


@cache
def software() -> str:
    """Return what a worker must share with this process: package, state of its code, Python."""
    from importlib.metadata import version

    from geo.export.manifest import code_sha256

    python = ".".join(platform.python_version_tuple()[:2])
    return f"corredor {version('corredor')} ({code_sha256()[:12]}), Python {python}"


def _software_there() -> str:
    """Return the worker's own; sent by name, so that it is the worker's package that answers."""
    return software()


def _itself(value: Any) -> Any:
    return value


def _perform(task: Callable[..., Any], item: Any, shared: Mapping[str, Any], crs: str, expected: str) -> Any:
    """Run a task on a worker, in the plane of the study that asks."""
    if software() != expected:
        # A worker that joined after the check.
        raise EngineError(_unlike("a worker", software(), expected))
    with in_plane(crs):
        return task(item, **shared)


def _unlike(address: str, said: object, expected: str) -> str:
    have = said if isinstance(said, str) else f"the package cannot be used there ({said})"
    return (
        f"{address}: has other software than this process. There: {have}. Here: {expected}. Install the same version "
        "of corredor on every worker and start them again."
    )


def _sizes(items: Sequence[Any], rows: Sequence[int] | None) -> list[int]:
    sizes = [1] * len(items) if rows is None else list(rows)
    if len(sizes) != len(items):
        raise ValueError(f"rows has {len(sizes)} entries for {len(items)} items.")
    return sizes
