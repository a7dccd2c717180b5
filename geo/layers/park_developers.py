"""Who has which role in which park."""

from __future__ import annotations

import pandas as pd

from geo.errors import DataError, Problem
from geo.layers.files import read_table, row_numbers
from geo.study import Study


def read(study: Study) -> pd.DataFrame:
    """Read the relations between parks and parties.

    Raises
    ------
    DataError
        As ``read_table``; also where a park, party and role stand twice, or a relation ends before its date.
    """
    roles = read_table(study, "park_developers")
    file = study.path("park_developers").name
    twice = roles.duplicated(["park_id", "developer_id", "role"])
    backwards = (roles["until_year"] < roles["as_of_year"]).fillna(False)
    problems = []
    if twice.any():
        what = "the same park, party and role stand above"
        problems.append(Problem(file, what, "Keep one row", row_numbers(twice)))
    if backwards.any():
        what, cure = "until_year is before as_of_year", "Give a year in which the relation held, or correct until_year"
        problems.append(Problem(file, what, cure, row_numbers(backwards), "until_year"))
    if problems:
        raise DataError(problems)
    return roles
