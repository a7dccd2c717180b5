"""Spoilt files end in a sentence, never in a traceback, and every row of those that can be read is accounted for."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from geo.errors import CorredorError
from geo.ingest import RawTable, Wishes, clean, guess, read_any
from geo.schema import LAYERS
from geo.study import load_study

ENDINGS = ("csv", "xlsx", "geojson", "gpkg", "kml", "fgb", "parquet", "zip")
TEXT = 'nombre;municipio;lat;lon\nUno;"Apo;daca";25,7;-100,2\nDós;;25°40\'12"N;100°18\'W\nTres;Juárez;;\n'


def whole(folder: Path, ending: str) -> bytes:
    """Return a small file of a format."""
    path = folder / f"whole.{ending}"
    points = gpd.points_from_xy([-106.42, -100.4], [31.69, 20.6], crs=4326)
    frame = gpd.GeoDataFrame({"nombre": ["Parque Ñandú", "Dos"], "ha": [1.5, None]}, geometry=points)
    if ending == "csv":
        return TEXT.encode("latin-1")
    if ending == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(["nombre", "lat", "lon"])
        book.active.append(["Uno", 25.7, -100.2])
        book.save(path)
    elif ending == "parquet":
        frame.to_parquet(path)
    elif ending == "zip":
        frame.to_file(folder / "p.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(folder.glob("p.*")):
                archive.write(part, part.name)
    else:
        frame.rename(columns={"nombre": "Name"}).to_file(path, driver="KML" if ending == "kml" else None)
    return path.read_bytes()


def spoilt(content: bytes, rng: random.Random) -> bytes:
    """Return a file with bytes changed, cut out, put in, or its end missing."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20))):
        place = rng.randrange(len(changed))
        way = rng.random()
        if way < 0.5:
            changed[place] = rng.randrange(256)
        elif way < 0.7:
            del changed[place : place + rng.randrange(1, 50)]
        elif way < 0.85:
            changed[place:place] = rng.randbytes(5)
        else:
            del changed[place:]
        if not changed:
            return b"x"
    return bytes(changed)


def read(path: Path) -> RawTable | None:
    try:
        return read_any(path)
    except CorredorError as error:
        assert str(error).startswith("1 problem found")
        return None


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_spoilt_file_is_read_or_refused(tmp_path: Path, ending: str) -> None:
    content, rng = whole(tmp_path, ending), random.Random(ending)
    path = tmp_path / f"spoilt.{ending}"
    path.write_bytes(content)
    assert read(path) is not None, "the whole file is read"
    for _ in range(25):
        path.write_bytes(spoilt(content, rng))
        raw = read(path)
        assert raw is None or raw.rows > 0


def test_rows_of_spoilt_text_are_all_accounted_for(tmp_path: Path) -> None:
    rng, layer, study = random.Random(5), LAYERS["parks"], load_study()
    path, counted = tmp_path / "spoilt.csv", 0
    while counted < 6:
        path.write_bytes(spoilt(TEXT.encode("latin-1"), rng))
        raw = read(path)
        if raw is None:
            continue
        try:
            cleaned = clean(raw, layer, guess(list(raw.cells.columns), layer), study, Wishes())
        except CorredorError:
            continue
        assert len(cleaned.table) + len(cleaned.rejected) == raw.rows
        counted += 1


def test_a_file_whose_every_row_is_misshapen_leaves_none(tmp_path: Path) -> None:
    path, layer = tmp_path / "a.csv", LAYERS["parks"]
    path.write_text("nombre,lat,lon\nUno\nDos,25,-100,7\n", encoding="utf-8")
    raw = read_any(path)
    cleaned = clean(raw, layer, guess(list(raw.cells.columns), layer), load_study(), Wishes())
    assert (len(cleaned.table), cleaned.rejected) == (0, [2, 3])
