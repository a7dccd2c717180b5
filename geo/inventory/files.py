"""Registers opened by their names or files, and an inventory written to a folder."""

from __future__ import annotations

import csv
import json
from itertools import chain
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo._words import said
from geo.errors import ChoiceError, DataError, Problem
from geo.export.files import whole_files
from geo.export.tables import csv_table
from geo.inventory.build import Inventory, Register
from geo.inventory.parties import Parties
from geo.inventory.points import GOOD_YEAR
from geo.sources.registers import MunicipalityIndex, denue, plain, retc
from geo.study import Study

#: Registers that can be asked for by name.
REGISTERS = ("retc", "denue")
DECISIONS_FILE = "decisions.csv"


def municipality_index(municipalities: pd.DataFrame) -> MunicipalityIndex:
    """Return the finder of municipalities; one without a boundary of its own is the one that holds it.

    Parameters
    ----------
    municipalities
        Layer municipalities.
    """
    parents = municipalities.dropna(subset="parent_cvegeo")
    return MunicipalityIndex(municipalities, dict(zip(parents["cvegeo"], parents["parent_cvegeo"], strict=True)))


def open_register(
    path: Path,
    study: Study,
    municipalities: gpd.GeoDataFrame,
    *,
    name: str | None = None,
    source_id: str | None = None,
    encoding: str | None = None,
    cure_swapped: bool = False,
) -> Register:
    """Open a register.

    Parameters
    ----------
    path
        A file, or a folder of them: the RETC's by year, DENUE's by sector or state.
    study
        Says where points may lie.
    municipalities
        Layer municipalities.
    name
        ``retc`` or ``denue``; None to tell by the file's beginning: a file that is neither is read as the common table.
    source_id
        Key of the table sources; None for the register's own (a file of one's own must name one).
    encoding
        Encoding of the files; None for the register's own.
    cure_swapped
        Whether to exchange coordinates that look swapped.

    Returns
    -------
    Register
        Read when its parts are.

    Raises
    ------
    DataError
        If the file is not there or not that register's.
    ChoiceError
        If the name is not a register's, or a file of one's own has no source.
    """
    if name is not None and name not in REGISTERS:
        raise ChoiceError(f"{name!r} is not a register. Name one of: {', '.join(REGISTERS)}, or give a file.")
    if not path.exists():
        raise DataError([Problem(str(path), "does not exist", "Name the register's file or folder")])
    kind = name or _kind_of(path)
    index, options = municipality_index(municipalities), {"cure_swapped": cure_swapped}
    if kind == "retc":
        parts = retc.read_retc(retc.retc_files(path), index, study.region, encoding=encoding or "utf-8-sig", **options)
        return Register("RETC", source_id or retc.SOURCE_ID, parts, GOOD_YEAR)
    if kind == "denue":
        files = denue.denue_files(path)
        parts = chain.from_iterable(
            denue.read_denue(file, index, study.region, encoding=encoding, synthetic=study.study.synthetic, **options)
            for file in files
        )
        return Register("DENUE", source_id or denue.SOURCE_ID, parts, None)
    if source_id is None:
        raise ChoiceError(f"{path.name}: name its source with --source-id, a key of the table sources.")
    parts = plain.read_plain(
        path, index, study.region, encoding=encoding or "utf-8-sig", synthetic=study.study.synthetic, **options
    )
    return Register(path.name, source_id, parts, None)


def _kind_of(path: Path) -> str:
    if path.is_dir():
        return "denue" if any(map(denue.is_denue, path.glob("*.csv"))) else "retc"
    if retc.is_retc(path):
        return "retc"
    return "denue" if denue.is_denue(path) else "plain"


def write_inventory(inventory: Inventory, folder: Path, parties: Parties | None = None) -> list[Path]:
    """Write an inventory to a folder, whole or not at all.

    Parameters
    ----------
    inventory
        The inventory.
    folder
        Folder to write to; other files in it are kept.
    parties
        Who has which role in its parks; None to write nothing of it.

    Returns
    -------
    list of pathlib.Path
        parks.csv (the layer's columns: ``[layers] parks = "..."`` of a study reads it), details.csv,
        footprints.geojson, evidence.csv, rejects.csv, register_municipalities.csv, decisions.csv and summary.json;
        with parties also park_developers.csv (a layer too) and park_developers_evidence.csv.
    """
    tables = {
        "parks": inventory.parks, "details": inventory.details, "evidence": inventory.evidence,
        "rejects": inventory.rejects, "register_municipalities": inventory.municipalities,
        "decisions": inventory.decisions,
    }  # fmt: skip
    if parties is not None:
        tables |= {"park_developers": parties.roles, "park_developers_evidence": parties.evidence}
    with whole_files(folder) as staging:
        for name, table in tables.items():
            csv_table(table).to_csv(
                staging / f"{name}.csv", index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL, encoding="utf-8"
            )
        (staging / "footprints.geojson").write_text(_geojson(inventory.footprints), encoding="utf-8")
        summary = {
            "counts": dict(inventory.counts),
            "decisions_without_a_name_in_the_register": inventory.unused[["decision", "cvegeo", "name"]].to_dict(
                "records"
            ),
            "note_en": said(
                "Derived from a register by written rules. [[inventory_note.en]] Footprints are the ground that plants "
                "span, not boundaries of parks."
            ),
            "note_es": said(
                "Derivado de un registro por reglas escritas. [[inventory_note.es]] Las huellas son el terreno que "
                "abarcan las plantas, no los límites de los parques."
            ),
        }
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        (staging / "summary.json").write_text(text + "\n", encoding="utf-8")
    names = [*(f"{name}.csv" for name in tables), "footprints.geojson", "summary.json"]
    return [folder / name for name in names]


def _geojson(footprints: gpd.GeoDataFrame) -> str:
    """Return footprints as GeoJSON with seven decimals (a centimetre)."""
    import shapely

    features = [
        {
            "type": "Feature",
            "properties": {"park_id": park_id},
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-7))),
        }
        for park_id, shape in zip(footprints["park_id"], footprints.geometry, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1) + "\n"
