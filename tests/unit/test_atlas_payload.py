"""What the atlas carries: parts of tables that come back, rare columns stored last, the density surface by runs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo.export.atlas_payload import TABLES, density_block, table_blocks
from geo.schema import LAYERS


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = {
        column.name: pd.array([row.get(column.name) for row in rows], dtype=column.dtype)
        for column in LAYERS[name].output_columns
    }
    return pd.DataFrame(columns)


def read(blocks: list[tuple[str, str]], name: str) -> list[dict[str, Any]]:
    """Read a table as the page's script does, lookups left out."""
    raw = json.loads(dict(blocks)[f"table-{name}"])
    stored = [head for head in raw["columns"] if head["type"] not in {"same", "lookup"}]
    places = {head["name"]: head.get("at", turn) for turn, head in enumerate(stored)}
    assert sorted(places.values()) == list(range(len(stored)))
    rows = []
    for cells in raw["rows"]:
        whole = [*cells, *raw["defaults"][len(cells) :]]
        row = {head["name"]: head["value"] for head in raw["columns"] if head["type"] == "same"}
        for head in stored:
            cell = whole[places[head["name"]]]
            if cell is not None and head["type"] == "number":
                cell = cell / 10 ** head["decimals"]
            elif cell is not None and head["type"] == "code":
                cell = head["values"][cell]
            row[head["name"]] = cell
        rows.append(row)
    return rows


def test_a_run_without_a_table_has_no_block_for_it() -> None:
    assert [name for name, _ in table_blocks({"claims": table("claims", [])})] == ["table-claims"]


def test_every_table_named_is_one_of_the_schema_and_published() -> None:
    assert len(set(TABLES)) == len(TABLES)
    assert all(LAYERS[name].published for name in TABLES)


def test_wages_are_the_annual_series_by_state_and_year() -> None:
    def wage(code: str, year: int, value: float, **rest: Any) -> dict[str, Any]:
        return {"cve_ent": code, "state": code, "year": year, "value": value, "measure": "imss_sbc_daily_mxn",
                "basis": "derived", "source_ids": "s"} | rest  # fmt: skip

    wages = [wage("02", 2007, 200.5), wage("01", 2008, 3), wage("01", 2007, 2), wage("01", 2020, 9, month=6),
             wage("01", 2021, 9, measure="imss_sbc_daily_mxn_mean_jan_jun")]  # fmt: skip
    rows = read(table_blocks({"wages": table("wages", wages)}), "wages")
    assert [(row["cve_ent"], row["year"], row["value"]) for row in rows] == [
        ("01", 2007, 2), ("01", 2008, 3), ("02", 2007, 200.5)]  # fmt: skip
    assert "month" not in rows[0]


def test_sensitivity_has_a_row_a_park_and_two_columns_a_figure() -> None:
    rows = [
        {"park_id": "a", "index": "border_km", "low": 1.04, "high": 2.06, "replicas": 200},
        {"park_id": "a", "index": "owner_excess_25km", "low": -0.5, "high": 0.25, "replicas": 200},
        {"park_id": "b", "index": "border_km", "low": 3.0, "high": 4.0, "replicas": 200},
    ]
    first, second = read(table_blocks({"sensitivity": table("sensitivity", rows)}), "sensitivity")
    assert first["park_id"] == "a"
    assert (first["border_km_low"], first["border_km_high"]) == (1.0, 2.1)
    assert (first["owner_excess_25km_low"], first["owner_excess_25km_high"]) == (-0.5, 0.25)
    assert second["owner_excess_25km_low"] is None
    assert first["replicas"] == 200


def test_small_densities_by_distance_keep_their_digits() -> None:
    rows = [{"statistic": "kd", "subject": "owners_pooled", "points": 9, "r_km": 5.0, "observed": 0.000858, "low": 0.0,
             "high": 9.26255, "p": 0.0001, "permutations": 9999}]  # fmt: skip
    (row,) = read(table_blocks({"curves": table("curves", rows)}), "curves")
    assert row["observed"] == 0.000858
    assert row["high"] == 9.26255
    assert row["p"] == 0.0001


def test_a_mostly_missing_column_is_stored_last_and_comes_back() -> None:
    towns = [
        {"cvegeo": f"01{at:03}", "name": f"Villa {at}", "cve_ent": "01", "state": "Uno", "zlfn": False, "pop_2020": at,
         "parks": 7 if at == 3 else 0, "gi_star_p": at / 10_000}
        for at in range(20)
    ]  # fmt: skip
    blocks = table_blocks({"municipalities": table("municipalities", towns)})
    heads = {head["name"]: head for head in json.loads(dict(blocks)["table-municipalities"])["columns"]}
    assert heads["parks"]["at"] > heads["gi_star_p"].get("at", 99) - 1
    rows = read(blocks, "municipalities")
    assert [row["parks"] for row in rows] == [7 if at == 3 else 0 for at in range(20)]
    assert [row["gi_star_p"] for row in rows] == pytest.approx([at / 10_000 for at in range(20)])
    assert [row["pop_2020"] for row in rows] == list(range(20))


def test_the_density_surface_comes_back_cell_by_cell() -> None:
    cells = pd.DataFrame(
        {
            "lon": [-101.1, -100.9, -100.5, -101.1, 0.1],
            "lat": [20.1, 20.1, 20.1, 20.3, 20.3],
            "parks_per_1000_km2": [0.001, 1.25, 3.0, 12.3456, 0.5],
        }
    )
    raw = json.loads(density_block(cells.sample(frac=1, random_state=3)))
    assert len(raw["rows"]) == 4
    back = [
        ((column + at + 0.5) * raw["step"], (row + 0.5) * raw["step"], value / 10 ** raw["decimals"])
        for row, column, *values in raw["rows"]
        for at, value in enumerate(values)
    ]
    assert np.allclose(back, cells.to_numpy(), atol=0.0005)


def test_no_density_gives_no_run() -> None:
    nothing = pd.DataFrame({"lon": [], "lat": [], "parks_per_1000_km2": []})
    assert json.loads(density_block(nothing))["rows"] == []
