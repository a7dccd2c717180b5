"""What an output says where ownership is that of one year, or counted by ultimate owners."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo.export.style import Words


def ownership_words(*, year: int | None, ultimate: bool) -> Words:
    """Return the sentences on the run's ownership that follow those on its roles.

    Parameters
    ----------
    year
        The run's ``ownership_year``.
    ultimate
        The run's ``ultimate_owners``.

    Returns
    -------
    Words
        Each sentence begins with a space; empty under the default, which needs no word.
    """
    es, en = "", ""
    if year is not None:
        es += f" La propiedad es la del año {year}."
        en += f" Ownership is that of the year {year}."
    if ultimate:
        es += " Los parques de una parte cuentan como los de su propietario último."
        en += " A party's parks count as those of its ultimate owner."
    return Words(es, en)


def run_ownership(tables: Mapping[str, pd.DataFrame]) -> tuple[int | None, bool]:
    """Return ``ownership_year`` and ``ultimate_owners`` of a run, from its table ownership_rules.

    Returns
    -------
    tuple
        The defaults where the run has no such table, or one that does not tell.
    """
    rules = tables.get("ownership_rules")
    if rules is None or rules.empty or "ultimate_owners" not in rules:
        return None, False
    year = rules["ownership_year"].iloc[0]
    return (None if pd.isna(year) else int(year)), bool(rules["ultimate_owners"].iloc[0])


def run_ownership_words(tables: Mapping[str, pd.DataFrame]) -> Words:
    """Return ``ownership_words`` of the run that tables come from."""
    year, ultimate = run_ownership(tables)
    return ownership_words(year=year, ultimate=ultimate)
