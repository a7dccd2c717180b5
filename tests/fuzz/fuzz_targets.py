"""What the fuzz campaign calls: every parser, and what must hold of its answer."""

from __future__ import annotations

import functools
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import fuzz_mutation as mutation
import fuzz_seeds as seeds
import fuzz_strategies as strategies
from hypothesis import strategies as st

from geo.errors import CorredorError
from geo.ingest import Wishes, clean, guess, read_any
from geo.schema import LAYERS
from geo.study import Study, load_study

#: Longest line: a refusal that repeats the file is none.
MOST_LETTERS = 5_000
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class Lost(AssertionError):
    """Rows that went in are neither in the answer nor among the refused."""


@dataclass(frozen=True)
class Target:
    """A parser under test.

    Attributes
    ----------
    ending
        How its files' names end.
    seeds
        Folder -> small whole files.
    spoil
        How such a file is spoilt.
    made
        Files from nothing.
    read
        Path and number of rows, where known -> whether anything was read; raises what the parser raises.
    """

    ending: str
    seeds: Callable[[Path], list[bytes]]
    spoil: mutation.Spoil
    made: st.SearchStrategy[strategies.Made]
    read: Callable[[Path, int | None], bool]


def attempt(read: Callable[[], Any]) -> bool:
    """Say whether something was read; a refusal must be a sentence that a terminal can show."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read()
    except CorredorError as error:
        said = str(error)
        assert said.rstrip().endswith((".", "`")), f"no sentence: {said[-200:]!r}"
        assert not _HIDDEN.intersection(map(unicodedata.category, said.replace("\n", ""))), (
            f"hidden signs: {said!r:.500}"
        )
        longest = max(map(len, said.splitlines()))
        assert longest < MOST_LETTERS, f"a line of {longest:,} letters"
        return False
    return True


@functools.cache
def example() -> Study:
    """Return the example's study."""
    return load_study(seeds.EXAMPLE / "geo.toml")


@contextmanager
def layers_read_once() -> Iterator[None]:
    """Keep the example's own layers, which every case needs and none changes."""
    from geo.ingest import cleaning

    def kept(read: Any) -> Any:
        once = functools.cache(lambda name: read(example(), name))
        return lambda _study, name: once(name)

    fakes = {name: kept(getattr(cleaning, name)) for name in ("read_layer", "read_table")}
    with mock.patch.multiple(cleaning, **fakes):
        yield


def ingest(path: Path, rows: int | None) -> None:
    """Read a file as one's own parks; every row of it must be kept or refused."""
    raw = read_any(path)
    if rows is not None and raw.rows != rows:
        raise Lost(f"{rows} rows were written and {raw.rows} came out of {path.name}")
    layer = LAYERS["parks"]
    matches = guess(list(raw.cells.columns), layer, has_geometry=raw.geometry is not None)
    cleaned = clean(raw, layer, matches, example(), Wishes())
    if len(cleaned.table) + len(cleaned.rejected) != raw.rows:
        raise Lost(f"{raw.rows} rows in, {len(cleaned.table)} kept and {len(cleaned.rejected)} refused")


def _demand(path: Path) -> None:
    from geo.demand import read_demand

    found = read_demand(path)
    assert (found.weight > 0).all()


def _layer(name: str, path: Path) -> None:
    from geo.layers import read_layer

    read_layer(example().model_copy(update={"layers": {**example().layers, name: str(path)}}), name)


def _register(path: Path) -> None:
    from geo.inventory.files import open_register

    for part in open_register(path, example(), _municipalities(), source_id="own").parts:
        if len(part.rows) + len(part.rejects) != part.read:
            raise Lost(f"{part.read} rows in, {len(part.rows)} kept and {len(part.rejects)} refused")


@functools.cache
def _municipalities() -> Any:
    from geo.layers import read_layer

    return read_layer(example(), "municipalities")


def _all(*reads: Callable[[], Any]) -> bool:
    done = [attempt(read) for read in reads]
    return any(done)


def tables(path: Path, rows: int | None) -> bool:
    """Read text as one's own parks, as people, as a layer of a study, and as a register."""
    return _all(
        lambda: ingest(path, rows), lambda: _demand(path), lambda: _layer("parks", path), lambda: _register(path)
    )


def study(path: Path, _rows: int | None) -> bool:
    """Read a study file."""
    from geo.ingest.study import with_layers

    return _all(lambda: load_study(path)) and _all(lambda: with_layers(path, {"parks": "mine.csv"}))


def maps(path: Path, rows: int | None) -> bool:
    """Read a file of geometries as one's own parks and as people."""
    return _all(lambda: ingest(path, rows), lambda: _demand(path))


def shapes(path: Path, rows: int | None) -> bool:
    """Read a file of geometries as one's own parks, as people, and as a layer of a study."""
    return _all(lambda: ingest(path, rows), lambda: _demand(path), lambda: _layer("states_drawing", path))


def own(path: Path, rows: int | None) -> bool:
    """Read a file as one's own parks."""
    return _all(lambda: ingest(path, rows))


def streets(path: Path, _rows: int | None) -> bool:
    """Read a network of streets."""
    from geo.streets import read_streets

    return _all(lambda: read_streets(path))


def roads(path: Path, _rows: int | None) -> bool:
    """Read OpenStreetMap as streets, and as the roads of a source."""
    from geo.sources.roads import _osm, graph

    return _all(lambda: graph(_osm(path)[0])) | streets(path, None)


def raster(path: Path, _rows: int | None) -> bool:
    """Read a raster as heights and as people, and look whether it is whole."""
    import shapely

    from geo.demand import raster_demand
    from geo.sources.content import content_problem
    from geo.terrain import terrain

    return _all(
        lambda: terrain(path, [-111.05, -110.95], [15.05, 14.95]),
        lambda: raster_demand(path, shapely.box(-111.1, 14.9, -110.9, 15.1)),
        lambda: content_problem(path, "geotiff"),
    )


def decided(path: Path, _rows: int | None) -> bool:
    """Read a review file, and make it ready to be asked."""
    from geo.inventory.decisions import Decided, read_all_decisions

    def read() -> None:
        table = read_all_decisions([path])
        Decided(table, {"08003": ["CIUDAD"]})

    return _all(read)


def seeded(spoil: mutation.Spoil, make: Callable[[Path], list[bytes]]) -> st.SearchStrategy[strategies.Made]:
    """Return files of a binary format, spoilt in its own terms by numbers that hypothesis draws."""
    import random
    import tempfile

    @functools.cache
    def wholes() -> list[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            return make(Path(folder))

    def spoilt(which: int, times: int, number: int) -> strategies.Made:
        rng, content = random.Random(number), wholes()[which % len(wholes())]
        for _ in range(times):
            try:
                content = spoil(content, rng)
            except Exception:  # noqa: BLE001 - spoilt beyond what can be spoilt in its terms
                break
        return strategies.Made(content)

    return st.builds(spoilt, st.integers(0, 9), st.integers(1, 4), st.integers(0, 2**32))


def _written(ending: str, spoil: mutation.Spoil, read: Any, made: Any = None) -> Target:
    make = seeds.written(ending)
    return Target(ending, make, spoil, seeded(spoil, make) if made is None else made, read)


TARGETS: dict[str, Target] = {
    "csv": Target("csv", seeds.tables, mutation.spoil, st.one_of(strategies.tables(), strategies.plain_tables()),
                  tables),
    "study": Target("toml", seeds.studies, mutation.spoil, strategies.studies(), study),
    "geopackage": _written("gpkg", mutation.spoil_package, shapes),
    "geojson": _written("geojson", mutation.spoil, shapes, strategies.geojson()),
    "shapefile": Target("zip", seeds.shapefiles, mutation.spoil_archive,
                        seeded(mutation.spoil_archive, seeds.shapefiles), own),
    "kml": _written("kml", mutation.spoil, own, strategies.kml()),
    "xlsx": Target("xlsx", seeds.workbooks, mutation.spoil_archive, strategies.workbooks(), own),
    "pbf": Target("osm.pbf", seeds.extracts, mutation.spoil_blocks, seeded(mutation.spoil_blocks, seeds.extracts),
                  streets),
    "osm": Target("osm", seeds.osm_xml, mutation.spoil, strategies.osm_xml(), roads),
    "graphml": Target("graphml", seeds.graphs, mutation.spoil, strategies.graphs(), streets),
    "geotiff": Target("tif", seeds.rasters, mutation.spoil_tags, seeded(mutation.spoil_tags, seeds.rasters), raster),
    "decisions": Target("csv", seeds.decisions, mutation.spoil, strategies.decisions(), decided),
    "parquet": _written("parquet", mutation.spoil, maps),
    "flatgeobuf": _written("fgb", mutation.spoil, maps),
}  # fmt: skip
