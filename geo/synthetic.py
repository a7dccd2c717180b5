"""Synthetic registers for trials of size: INEGI's exact format, nobody's establishment, marked so in every row."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.inventory.names import parse, plain
from geo.sources.registers.denue import DENUE_COLUMNS, STAFF_BANDS
from geo.sources.registers.marks import MARK, NAME_MARK

if TYPE_CHECKING:
    import pyarrow as pa

#: Share of the rows that stand in a park of the inventory.
PARK_SHARE = 0.03
#: Standard deviation of a plant about the place it is drawn from: an establishment, and a park's point.
SPREAD_M, PARK_SPREAD_M = 250.0, 350.0
_BLOCK = 250_000
_METRES_A_DEGREE = 111_320.0
#: Shares of the bands of staff, about those of the national file.
_STAFF = (0.88, 0.06, 0.035, 0.01, 0.007, 0.005, 0.003)
#: How a park's name is written: as it is, shortened, without its type, with two letters exchanged.
_WRITINGS = (0.72, 0.12, 0.10, 0.06)
_TYPES = {
    "industrial_park": "PARQUE INDUSTRIAL", "logistics_park": "PARQUE INDUSTRIAL",
    "technology_park": "PARQUE INDUSTRIAL",
    "industrial_city": "CIUDAD INDUSTRIAL", "industrial_zone": "ZONA INDUSTRIAL", "complex": "COMPLEJO INDUSTRIAL",
    "industrial_corridor": "CORREDOR INDUSTRIAL",
}  # fmt: skip


def write_register(
    path: Path,
    establishments: pd.DataFrame,
    parks: pd.DataFrame,
    municipalities: pd.DataFrame,
    *,
    rows: int,
    seed: int,
    written: Callable[[int], None] = lambda _rows: None,
) -> None:
    """Write a synthetic register in the format of DENUE's national file: 42 columns, quoted, Latin-1.

    Parameters
    ----------
    path
        File to write.
    establishments
        cvegeo, scian, scian_desc, lon, lat of real plants: the synthetic ones are strewn about them.
    parks
        name, kind, cvegeo, lon, lat of parks with a point: ``PARK_SHARE`` of the rows name one and stand about it.
    municipalities
        cvegeo, name, state.
    rows
        Rows to write.
    seed
        Seed of every draw.
    written
        Called with how many rows were written after each block.

    Notes
    -----
    The same arguments write the same bytes. The point and the municipality are drawn together, so that a point a little
    over a boundary is in the next municipality, as in the real file. No name, telephone or address is a real one.
    """
    if rows < 0:
        raise ValueError(f"rows must not be negative (got {rows}).")
    known = municipalities.set_index("cvegeo")
    sites = establishments[["cvegeo", "scian", "scian_desc", "lon", "lat"]].dropna(subset=["cvegeo", "lon", "lat"])
    sites = sites[sites["cvegeo"].isin(known.index)].sort_values(["cvegeo", "lon", "lat"]).reset_index(drop=True)
    placed = parks.dropna(subset=["lon", "lat"]).sort_values("park_id").reset_index(drop=True)
    with path.open("wb") as file:
        for start in range(0, max(rows, 1), _BLOCK):
            count = min(_BLOCK, rows - start)
            random = np.random.default_rng([seed, start])
            _write(file, _block(random, start, count, sites, placed, known), header=start == 0)
            written(count)


def _write(file: BinaryIO, table: pa.Table, *, header: bool) -> None:
    from pyarrow import csv

    buffer = io.BytesIO()
    csv.write_csv(table, buffer, csv.WriteOptions(include_header=header, quoting_style="all_valid"))
    file.write(buffer.getvalue().decode("utf-8").encode("latin-1", errors="replace"))


def _block(
    random: np.random.Generator,
    start: int,
    count: int,
    sites: pd.DataFrame,
    parks: pd.DataFrame,
    municipalities: pd.DataFrame,
) -> pa.Table:
    import pyarrow as pa

    site = random.integers(len(sites), size=count)
    park = np.where(random.random(count) < PARK_SHARE, random.integers(max(len(parks), 1), size=count), -1)
    if parks.empty:
        park[:] = -1
    within = park >= 0
    spread = np.where(within, PARK_SPREAD_M, SPREAD_M) / _METRES_A_DEGREE
    lat = _chosen(within, parks["lat"], park, sites["lat"], site) + random.normal(size=count) * spread
    lon = _chosen(within, parks["lon"], park, sites["lon"], site)
    lon += random.normal(size=count) * spread / np.cos(np.radians(lat))
    code = np.where(within, _taken(parks["cvegeo"], park), _taken(sites["cvegeo"], site)).astype(str)
    places = municipalities.reindex(code)
    number = np.arange(start + 1, start + count + 1)
    texts = pd.Series(number).astype(str)
    scian = sites["scian"].fillna("999999").to_numpy()[site]
    street = pd.Series(random.integers(1, 999, size=count)).astype(str)
    year = random.integers(2010, 2026, size=count)
    month = random.integers(1, 13, size=count)
    columns: dict[str, object] = {
        "id": texts, "clee": pd.Series(code) + pd.Series(scian) + texts.str.zfill(12) + "S0",
        "nom_estab": NAME_MARK + " " + texts, "raz_social": MARK, "codigo_act": scian,
        "nombre_act": sites["scian_desc"].fillna("Sin clasificar").to_numpy()[site],
        "per_ocu": random.choice(np.array(list(STAFF_BANDS), dtype=object), size=count, p=_STAFF),
        "tipo_vial": "CALLE", "nom_vial": "CALLE SINTETICA " + street, "tipo_v_e_1": "CALLE",
        "nom_v_e_1": "SINTETICA A", "tipo_v_e_2": "CALLE", "nom_v_e_2": "SINTETICA B", "tipo_v_e_3": "CALLE",
        "nom_v_e_3": "SINTETICA C", "numero_ext": street, "tipo_asent": "COLONIA",
        "nomb_asent": "COLONIA SINTETICA " + street,
        "tipoCenCom": _type(parks, park), "nom_CenCom": _written(random, parks, park),
        "cod_postal": "00000", "cve_ent": pd.Series(code).str[:2], "entidad": places["state"].str.upper().to_numpy(),
        "cve_mun": pd.Series(code).str[2:], "municipio": places["name"].to_numpy(), "cve_loc": "0001",
        "localidad": places["name"].to_numpy(), "ageb": "0000", "manzana": "000",
        "correoelec": "sintetico@example.invalid", "www": "example.invalid/sintetico", "tipoUniEco": "Fijo",
        "latitud": pd.Series(lat.round(8)).map("{:.8f}".format),
        "longitud": pd.Series(lon.round(8)).map("{:.8f}".format),
        "fecha_alta": pd.Series(year).astype(str) + "-" + pd.Series(month).astype(str).str.zfill(2),
    }  # fmt: skip
    arrays = [_strings(columns.get(name, ""), count) for name in DENUE_COLUMNS]
    return pa.table(arrays, names=list(DENUE_COLUMNS))


def _strings(values: object, count: int) -> pa.Array:
    import pyarrow as pa

    if isinstance(values, str):
        return pa.repeat(values, count)
    return pa.array(pd.Series(values).fillna("").astype("str"), type=pa.string(), from_pandas=True)


def _taken(values: pd.Series, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return values by position, '' at -1."""
    if values.empty:
        return np.full(len(rows), "", dtype=object)
    return np.where(rows >= 0, values.to_numpy(object)[np.maximum(rows, 0)], "")


def _chosen(
    first: NDArray[np.bool_],
    one: pd.Series,
    one_rows: NDArray[np.int64],
    other: pd.Series,
    other_rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return values of one table where it is chosen, else of the other."""
    values = other.to_numpy(float)[other_rows]
    if first.any():
        values[first] = one.to_numpy(float)[one_rows[first]]
    return values


def _type(parks: pd.DataFrame, park: NDArray[np.int64]) -> NDArray[np.object_]:
    return _taken(parks["kind"].map(_TYPES), park)


def _written(random: np.random.Generator, parks: pd.DataFrame, park: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the name of each row's park as a clerk might write it."""
    names = [_spellings(str(name)) for name in parks["name"]]
    spellings = np.array([spelling for some in names for spelling in some], dtype=object)
    which = random.choice(len(_WRITINGS), size=len(park), p=_WRITINGS)
    if not len(spellings):
        return np.full(len(park), "", dtype=object)
    return np.where(park >= 0, spellings[np.maximum(park, 0) * len(_WRITINGS) + which], "")


def _spellings(name: str) -> tuple[str, str, str, str]:
    """Return a name as it is, shortened, without its type, and with two letters of its longest word exchanged."""
    upper = name.upper()
    short = upper.replace("PARQUE INDUSTRIAL", "PARQUE IND.").replace("CIUDAD INDUSTRIAL", "CD. INDUSTRIAL")
    core = parse(name).key or upper
    longest = max(plain(name).split(), key=len, default="")
    slip = upper
    if len(longest) > 5 and longest in upper:
        middle = len(longest) // 2
        swapped = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
        slip = upper.replace(longest, swapped, 1)
    return upper, short, core, slip
