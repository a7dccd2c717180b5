"""How a template takes its numbers: every number of a text comes from a row of a table or a parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

#: ``{key.field|format}``.
PLACE = re.compile(r"\{([\w-]+)\.(\w+)\|(\w+)\}")
#: Smaller probabilities are written as smaller than this.
LEAST_P = 0.0001
#: Unit of a row -> how its values are written and what follows them.
UNIT_FORMS = {
    "share": ("pct", "\u00a0%"),
    "per_year": ("pct", "\u00a0%"),
    "index": ("4", ""),
    "ratio": ("2", ""),
    "km": ("1", "\u00a0km"),
    "year": ("year", ""),
    "elasticity": ("3", ""),
    "correlation": ("2", ""),
    "gamma": ("4", ""),
    "per_km": ("5", ""),
}

Row = Mapping[str, Any]


def shown(value: Any, form: str, *, unknown: str) -> str:
    """Write a value as a reader sees it.

    Parameters
    ----------
    value
        A number or text; missing ones give ``unknown``.
    form
        A digit for so many decimals, with commas between thousands; ``pct`` for hundredths with one decimal; ``year``
        for a whole number without commas; ``p`` for a probability with its sign; ``text``.
    unknown
        Words for a missing value.

    Returns
    -------
    str

    Examples
    --------
    >>> shown(0.25342, "pct", unknown="-"), shown(52000.0, "0", unknown="-"), shown(2e-5, "p", unknown="-")
    ('25.3', '52,000', '< 0.0001')
    """
    if value is None or pd.isna(value):
        return unknown
    if form == "text":
        return str(value)
    number = float(value)
    if form == "p":
        return f"< {LEAST_P}" if number < LEAST_P else f"= {number:.4f}"
    if form == "year":
        return f"{number:.0f}"
    decimals, scaled = (1, 100 * number) if form == "pct" else (int(form), number)
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return f"{round(scaled, decimals) + 0.0:,.{decimals}f}"


def fill(template: str, rows: Mapping[str, Row], *, unknown: str) -> str:
    """Put the values of rows in the places of a template.

    Parameters
    ----------
    template
        Words with places ``{key.field|format}``.
    rows
        Key -> row of a table.
    unknown
        Words for a value that is missing, and for a row that is not there: what could not be measured has no row.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If a place remains that is not of this form.

    Examples
    --------
    >>> fill("{a.value|2} km", {"a": {"value": 1.239}}, unknown="?")
    '1.24 km'
    """
    text = PLACE.sub("", template)
    if "{" in text or "}" in text:
        raise ValueError(f"{template!r} has a place that is not {{key.field|format}}.")
    return PLACE.sub(lambda found: shown(rows.get(found[1], {}).get(found[2]), found[3], unknown=unknown), template)


def in_unit(value: Any, unit: Any, *, unknown: str) -> str:
    """Write a value in the way of its unit; a row without one is a count."""
    form, after = UNIT_FORMS.get(str(unit), ("0", ""))
    text = shown(value, form, unknown=unknown)
    return text if text == unknown else text + after
