"""The two reference systems of a study, and the guards that refuse to measure in any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.errors import CrsError

#: Longitude and latitude on WGS84: the coordinates of every table.
GEODETIC_CRS = "EPSG:4326"
#: Plane of the shipped study, and of a study that names none: ITRF2008 / LCC of its statistical office.
SHIPPED_PLANE = "EPSG:6372"

_plane: ContextVar[str] = ContextVar("plane", default=SHIPPED_PLANE)


def planar_crs() -> str:
    """Return the plane that planar algorithms run in: that of the study at work, as ``EPSG:CODE``.

    Notes
    -----
    A study names its plane in ``[study] crs``. What works on a study runs inside ``in_plane``; outside of one it is the
    shipped study's plane.

    Examples
    --------
    >>> planar_crs()
    'EPSG:6372'
    >>> with in_plane("EPSG:32612"):
    ...     planar_crs()
    'EPSG:32612'
    """
    return _plane.get()


@contextmanager
def in_plane(crs: str) -> Iterator[None]:
    """Work in another plane within a block.

    Parameters
    ----------
    crs
        A projected reference system in metres, as ``EPSG:CODE``.
    """
    token = _plane.set(crs)
    try:
        yield
    finally:
        _plane.reset(token)


class HasCrs(Protocol):
    """A GeoDataFrame, a GeoSeries, or anything else that carries a reference system."""

    @property
    def crs(self) -> object:
        """The reference system, or None."""


def require_planar(frame: HasCrs) -> None:
    """Raise unless a frame's coordinates are metres in a plane that planar algorithms may run in.

    Parameters
    ----------
    frame
        What is about to be measured, with its ``crs``.

    Raises
    ------
    CrsError
        When the reference system is missing, is in degrees or in another unit than the metre, or is a Mercator
        projection such as EPSG:3857, whose lengths come out 3 to 19 per cent too long at 15 to 33 degrees.

    Examples
    --------
    >>> import geopandas
    >>> plane = geopandas.GeoSeries.from_xy([2_500_000.0], [800_000.0], crs="EPSG:6372")
    >>> require_planar(plane)
    >>> require_planar(plane.to_crs("EPSG:3857"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    geo.errors.CrsError: EPSG:3857 (WGS 84 / Pseudo-Mercator) is a Mercator projection, ...
    """
    cure = f'project first: .to_crs("{planar_crs()}")'
    crs = _crs_of(frame, planar_crs())
    if not crs.is_projected:
        message = f"{_named(crs)} is not a plane: its coordinates are not metres; {cure}"
        raise CrsError(message)
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    if "Mercator" in method and "Transverse" not in method and "Oblique" not in method:
        message = f"{_named(crs)} is a Mercator projection, which stretches lengths with latitude; {cure}"
        raise CrsError(message)
    units = sorted({axis.unit_name for axis in crs.axis_info[:2]})
    if units != ["metre"]:
        message = f"{_named(crs)} is measured in {' and '.join(units)}, not in metres; {cure}"
        raise CrsError(message)


def require_geodetic(frame: HasCrs) -> None:
    """Raise unless a frame's coordinates are longitude and latitude on WGS84.

    Parameters
    ----------
    frame
        What is about to be measured, with its ``crs``.

    Raises
    ------
    CrsError
        When the reference system is missing or is another one: projected, or degrees on an older datum
        (NAD27 lies tens to hundreds of metres off in Mexico).

    Examples
    --------
    >>> import geopandas
    >>> require_geodetic(geopandas.GeoSeries.from_xy([-106.4], [31.7], crs="EPSG:4326"))
    """
    crs = _crs_of(frame, GEODETIC_CRS)
    if not crs.equals(CRS(GEODETIC_CRS), ignore_axis_order=True):
        message = f'{_named(crs)} is not longitude and latitude on WGS84; transform first: .to_crs("{GEODETIC_CRS}")'
        raise CrsError(message)


def _crs_of(frame: HasCrs, wanted: str) -> CRS:
    if frame.crs is None:
        message = (
            "there is no reference system, so nothing can be measured; say which one the coordinates are in "
            f'with .set_crs(...), then .to_crs("{wanted}")'
        )
        raise CrsError(message)
    try:
        return CRS.from_user_input(frame.crs)
    except CRSError as error:
        message = f'{frame.crs!r} is not a reference system; .set_crs(...) the right one, then .to_crs("{wanted}")'
        raise CrsError(message) from error


def _named(crs: CRS) -> str:
    authority = crs.to_authority()
    return f"{':'.join(authority)} ({crs.name})" if authority else crs.name
