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
        As ``read_table``; also where a park, party and role stand twice.
    """
    roles = read_table(study, "park_developers")
    twice = roles.duplicated(["park_id", "developer_id", "role"])
    if twice.any():
        file, what = study.path("park_developers").name, "the same park, party and role stand above"
        raise DataError([Problem(file, what, "Keep one row", row_numbers(twice))])
    return roles
