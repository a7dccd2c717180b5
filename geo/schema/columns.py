"""Short makers of columns, one a kind."""

from __future__ import annotations

import copy

from geo.schema.model import Column


def text(name: str, en: str, es: str, description: str = "", **rest: object) -> Column:
    """Return a column of text."""
    return Column(name, "text", en, es, description, **rest)  # type: ignore[arg-type]


def whole(name: str, en: str, es: str, description: str = "", low: float = 0, **rest: object) -> Column:
    """Return a column of whole numbers, not negative unless told."""
    return Column(name, "integer", en, es, description, low=low, **rest)  # type: ignore[arg-type]


def year(name: str, en: str, es: str, description: str = "", **rest: object) -> Column:
    """Return a column of years."""
    return Column(name, "integer", en, es, description, low=1900, high=2100, **rest)  # type: ignore[arg-type]


def number(name: str, unit: str | None, en: str, es: str, description: str = "", **rest: object) -> Column:
    """Return a column of numbers, not negative unless told."""
    rest.setdefault("low", 0)
    return Column(name, "number", en, es, description, unit=unit, **rest)  # type: ignore[arg-type]


def flag(name: str, en: str, es: str, description: str = "", **rest: object) -> Column:
    """Return a column of true and false, never missing unless told."""
    rest.setdefault("nullable", False)
    return Column(name, "boolean", en, es, description, **rest)  # type: ignore[arg-type]


def derived(*columns: Column) -> tuple[Column, ...]:
    """Return the columns marked as computed by a run."""
    return tuple(changed(column, derived=True) for column in columns)


def changed(column: Column, **fields: object) -> Column:
    """Return a column with other values in some fields.

    Notes
    -----
    ``dataclasses.replace`` would fill the places of its texts with the words of the study at work, for good.
    """
    twin = copy.copy(column)
    if unknown := sorted(set(fields) - set(vars(twin))):
        raise TypeError(f"A column has no {', '.join(unknown)}.")
    vars(twin).update(fields)
    return twin
