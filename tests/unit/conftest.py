"""A run with a handful of rows: enough for a GeoPackage and a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.schema import LAYERS

ABOUT = {
    "title": {"es": "Parques & corredor", "en": "Parks & corridor"},
    "date": "2026-11",
    "version": "0.1",
    "parameters": {"seed": 7, "controller_roles": ["owner", "developer"], "ownership_year": None},
    "notes": {"es": ["No es la lista de CREA."], "en": ["It is not CREA's list."]},
}
HOSTILE = (
    "<script>alert('1')</script>",
    'Grupo "O\'Neil" & Hijos',
    "{llaves} ]]> --> <!--",
    "[% env('HOME') %]",
    "barra \\",
    "nulo\x00 y campana\x07",
)


def table(name: str, rows: list[dict[str, Any]], geometry: list[Any] | None = None) -> pd.DataFrame:
    """Return a layer with the schema's columns and types, missing where a row does not say."""
    columns = {
        column.name: pd.array([row.get(column.name) for row in rows], dtype=column.dtype)
        for column in LAYERS[name].output_columns
    }
    frame = pd.DataFrame(columns)
    return frame if geometry is None else gpd.GeoDataFrame(frame, geometry=geometry, crs=6372)


def _tables() -> dict[str, pd.DataFrame]:
    """Return parks with hostile developers and what they refer to."""
    flags = {"vintage_2018": True, "study_set": True, "kind": "industrial_park", "cvegeo": "01001", "cve_ent": "01"}
    parks = [
        {"park_id": f"p{number}", "name": name, "developers": name, "source_ids": "s1", **flags}
        for number, name in enumerate(HOSTILE)
    ]
    square = shapely.MultiPolygon([shapely.box(2_000_000, 800_000, 2_200_000, 1_000_000)])
    return {
        "parks": table("parks", parks, [shapely.Point(2_100_000, 900_000 + 100 * each) for each in range(len(parks))]),
        "developers": table("developers", [{"developer_id": f"d{n}", "name": name} for n, name in enumerate(HOSTILE)]),
        "park_developers": table(
            "park_developers",
            [
                {"park_id": f"p{n}", "developer_id": f"d{n}", "role": "developer", "source_ids": "s1|s2"}
                for n in range(len(HOSTILE))
            ],
        ),
        "municipalities": table(
            "municipalities",
            [{"cvegeo": "01001", "cve_ent": "01", "name": "Villa", "zlfn": False, "source_ids": "s3"}],
            [square],
        ),
        "states": table("states", [{"cve_ent": "01", "name": "Uno"}], [square]),
        "wages": table("wages", [{"cve_ent": "01", "source_ids": "s1"}, {"cve_ent": "09", "source_ids": "s1"}]),
        "sources": table(
            "sources",
            [
                {
                    "source_id": "s1",
                    "title": HOSTILE[0],
                    "url": "https://example.org/a?b=1&c=2 (copy)",
                    "licence": "CC",
                },
                {"source_id": "s2", "title": "Prensa", "publisher": "Diario"},
                {"source_id": "s3", "title": "Marco", "url": "https://example.org/m"},
            ],
        ),
    }


@dataclass(frozen=True)
class SmallRun:
    """What writers of outputs take: tables, time, words about the run; and the names that try to break them."""

    timestamp = "2026-11-01T00:00:00Z"
    about = ABOUT
    hostile = HOSTILE

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables, new at every call."""
        return _tables()


@pytest.fixture(scope="session")
def small() -> SmallRun:
    """Return a run with a handful of rows and hostile names."""
    return SmallRun()
