"""CSV as it is written: plain text that no spreadsheet runs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.export.tables import csv_table, write_tables


@pytest.mark.parametrize("text", ["=1+1", "+52 81", "-x", "@SUM(A1)", "\tx"])
def test_formulas_are_kept_from_running(text: str) -> None:
    assert csv_table(pd.DataFrame({"name": [text, "plain", None]}))["name"].tolist()[:2] == ["'" + text, "plain"]


def test_numbers_stay_numbers_and_missing_is_blank(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "km": [-1.5, None],
            "count": pd.array([None, 3], dtype="Int64"),
            "yes": pd.array([True, None], dtype="boolean"),
            "name": ['ñ, "x"', None],
        }
    )
    write_tables({"parks": table}, tmp_path / "tables")
    text = (tmp_path / "tables" / "parks.csv").read_text(encoding="utf-8")
    assert text == 'km,count,yes,name\n-1.5,,true,"ñ, ""x"""\n,3,,\n'
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "tables" / "parks.parquet"), table, check_dtype=False)
