"""What a downloaded file really is: servers answer a missing file with a page, and archives may lie."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any, Literal

from geo.errors import DownloadError

Kind = Literal["zip", "csv", "json", "geotiff", "geopackage", "pbf", "osm"]

_MAGIC: dict[str, tuple[bytes, ...]] = {
    "geotiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "geopackage": (b"SQLite format 3\0",),
    "pbf": (b"\0\0\0",),
}
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")


#: JSON up to this size is parsed as a whole.
_PARSED_BYTES = 50_000_000


def check_content(path: Path, kind: Kind, name: str, *, check: Callable[[Path], str | None] | None = None) -> None:
    """Refuse a downloaded file that is not of the kind its source says.

    Parameters
    ----------
    path
        The file.
    kind
        What it must be.
    name
        What to call it in the message.
    check
        A further test: given the path, what is wrong with it, or None.

    Raises
    ------
    geo.errors.DownloadError
        If it is empty, a web page, cut short or of another kind; the file is removed.
    """
    problem = content_problem(path, kind)
    if problem is None and check is not None:
        problem = check(path)
    if problem is not None:
        path.unlink()
        raise DownloadError(f"{name}: {problem}. The source may have moved; see docs/sources.md. Nothing was kept.")


def content_problem(path: Path, kind: Kind) -> str | None:
    """Return what keeps a file from being of a kind; None where it is."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        return "the file is empty"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_PAGE):
        return "the server sent a web page in its place"
    if kind in _TESTS:
        return _TESTS[kind](path)
    if kind in _MAGIC:
        return None if head.startswith(_MAGIC[kind]) else f"the file is no {kind}"
    return "the file is binary, not text" if b"\0" in head else None


def _zip_problem(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except (NotImplementedError, RuntimeError):
        return "the archive is encrypted, or packed in a way that is not read here"
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError):
        return "the file is no whole ZIP archive"
    return None if bad is None else f"the archive's member {bad!r} is broken"


def _json_problem(path: Path) -> str | None:
    if path.stat().st_size > _PARSED_BYTES:
        first, last = _ends(path)
        return None if (first[:1], last[-1:]) in {(b"{", b"}"), (b"[", b"]")} else "the JSON is cut short"
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return "the file is no JSON"
    return None


def _osm_problem(path: Path) -> str | None:
    first, last = _ends(path)
    if b"<osm" not in first:
        return "the file is no OpenStreetMap XML"
    if b"<remark>" in first or b"<remark>" in last:
        # Overpass reports a query that ran out of time or memory in a remark of an otherwise whole answer.
        return "the server did not finish the query (its remark says why); ask for less, such as one --state"
    return None if last.endswith(b"</osm>") else "the file is cut short"


def _geotiff_problem(path: Path) -> str | None:
    """Look whether every block of a GeoTIFF lies within the file: a file cut short opens all the same."""
    if not _begins(path, "geotiff"):
        return "the file is no geotiff"
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with rasterio.open(path, driver="GTiff") as raster:
            rows, columns = raster.block_shapes[0]
            # A file lists its blocks, in four bytes each at least.
            if 4 * ceil(raster.height / rows) * ceil(raster.width / columns) > path.stat().st_size:
                return "the file is cut short"
            end = max((_block_end(raster, row, column) for (row, column), _ in raster.block_windows(1)), default=0)
    except (RasterioError, ValueError):
        return "the file is no geotiff that can be read"
    return "the file is cut short" if end > path.stat().st_size else None


def _block_end(raster: Any, row: int, column: int) -> int:
    place = [raster.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", bidx=1) for what in ("OFFSET", "SIZE")]
    # A block without values is not stored.
    return 0 if None in place else sum(map(int, place))


def _geopackage_problem(path: Path) -> str | None:
    """Look whether a GeoPackage has all the pages that its header counts."""
    if not _begins(path, "geopackage"):
        return "the file is no geopackage"
    with path.open("rb") as file:
        header = file.read(100)
    page, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    return "the file is cut short" if (65536 if page == 1 else page) * pages > path.stat().st_size else None


def _begins(path: Path, kind: str) -> bool:
    with path.open("rb") as file:
        return file.read(16).startswith(_MAGIC[kind])


def _ends(path: Path, size: int = 4096) -> tuple[bytes, bytes]:
    """Return the first and the last bytes of a file without blanks around them."""
    with path.open("rb") as file:
        first = file.read(size)
        file.seek(max(0, path.stat().st_size - size))
        return first.lstrip(b"\xef\xbb\xbf \t\r\n"), file.read(size).rstrip()


_TESTS = {
    "zip": _zip_problem, "json": _json_problem, "osm": _osm_problem, "geotiff": _geotiff_problem,
    "geopackage": _geopackage_problem,
}  # fmt: skip
