"""How many threads the program works with."""

from __future__ import annotations

import threading

import pytest

from geo._threads import in_threads, threads


@pytest.mark.parametrize(("said", "count"), [("1", 1), ("3", 3)])
def test_the_number_that_a_cluster_gives_its_workers_is_kept(
    monkeypatch: pytest.MonkeyPatch, said: str, count: int
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert threads() == count


@pytest.mark.parametrize("said", ["", "0", "-2", "all", "2,1"])
def test_without_such_a_number_it_is_that_of_the_cores(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    cores = threads()
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert threads() == cores >= 1


@pytest.mark.parametrize("count", ["1", "2", "5"])
def test_answers_come_in_the_order_of_the_items(monkeypatch: pytest.MonkeyPatch, count: str) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", count)
    assert in_threads(lambda number: number**2, range(100)) == [number**2 for number in range(100)]
    assert in_threads(abs, []) == []
    used = set(in_threads(lambda _: threading.current_thread().name, range(50)))
    assert len(used) <= int(count)


def test_an_error_in_a_thread_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda number: 1 / number, [2, 1, 0])
