"""How the kernels are compiled; imported only by them, since numba is heavy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a function to machine code, kept on disk for the next process where that can be written.

    Parameters
    ----------
    function
        A function of numbers, arrays and named tuples of them.

    Returns
    -------
    function
        The same, compiled at its first call for each kind of argument. It lets other threads run, and a division by
        zero gives infinity as in numpy.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        kept: _Function = njit(cache=True, **options)(function)
    except RuntimeError:  # no folder to keep it in: compiled again each time
        kept = njit(**options)(function)
    return kept
