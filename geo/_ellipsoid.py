"""The WGS84 ellipsoid under every measurement: checked coordinates, chords, and a sphere true to shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

Floats = NDArray[np.float64]

GEOD = Geod(ellps="WGS84")

_A = float(GEOD.a)
_B = float(GEOD.b)
_E2 = float(GEOD.es)
_E = math.sqrt(_E2)

#: Radii between which lies the curvature radius of every geodesic of the ellipsoid, in metres.
_LARGEST_RADIUS = _A * _A / _B
_SMALLEST_RADIUS = _B * _B / _A

#: Radius of the circle whose arc over a chord lies midway between the shortest and the longest geodesic that the chord
#: can have (``longest_chord``, ``surely_within_chord``): off by at most chord**3 * 1.04e-17 / m**2, so 2 cm at 125 km
#: and 0.2 mm at 25 km.
MIDDLE_RADIUS = math.sqrt(2.0 / (_SMALLEST_RADIUS**-2 + _LARGEST_RADIUS**-2))

#: What rounding may add to a chord computed from coordinates in metres.
_CHORD_ROUNDING = 1e-6
#: What rounding may take from a window in degrees: 0.1 mm on the ground.
_DEGREE_ROUNDING = 1e-9

# The polynomial below holds on this many degrees of latitude either side of the centre.
_HALF_SPAN_DEG = 25.0
_DEGREE = 14
_HIGHEST_LATITUDE = 89.0


def checked_degrees(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return longitude and latitude as equally long one-dimensional arrays; missing is NaN in both.

    Parameters
    ----------
    lon, lat
        Degrees, WGS84; scalars or one-dimensional and of the same length.

    Returns
    -------
    tuple of ndarray
        float64 copies. Where either is missing or infinite, both are NaN.

    Raises
    ------
    ValueError
        When the shapes do not fit, or a latitude lies outside -90 ... 90 (swapped columns, most often).
    """
    x, y = np.broadcast_arrays(
        np.atleast_1d(np.asarray(lon, dtype=np.float64)), np.atleast_1d(np.asarray(lat, dtype=np.float64))
    )
    if x.ndim != 1:
        message = f"coordinates have {x.ndim} dimensions; give one-dimensional arrays"
        raise ValueError(message)
    missing = ~(np.isfinite(x) & np.isfinite(y))
    x, y = np.where(missing, np.nan, x), np.where(missing, np.nan, y)
    check_latitude(y)
    return x, y


def check_latitude(lat: Floats) -> None:
    """Raise ValueError when a latitude lies outside -90 ... 90 degrees."""
    outside = np.abs(lat) > 90.0
    if np.any(outside):
        message = (
            f"{np.count_nonzero(outside)} latitudes lie outside -90 ... 90 degrees, "
            f"the first is {lat[outside].flat[0]:g}; are longitude and latitude swapped?"
        )
        raise ValueError(message)


def ecef(lon: Floats, lat: Floats) -> Floats:
    """Return earth-centred coordinates in metres, shape (n, 3), of points on the ellipsoid."""
    x, y = np.radians(lon), np.radians(lat)
    normal = _A / np.sqrt(1.0 - _E2 * np.sin(y) ** 2)
    across = normal * np.cos(y)
    return np.column_stack([across * np.cos(x), across * np.sin(x), normal * (1.0 - _E2) * np.sin(y)])


def longest_chord(metres: Floats | float) -> Floats:
    """Return the longest straight line (m) that can join two points so many geodesic metres apart.

    Notes
    -----
    No normal section of the ellipsoid is flatter than a circle of radius ``a**2 / b``, so it is an
    intersection of balls of that radius and holds the spindle such balls leave around any of its chords.
    A path on the surface stays outside the spindle, and none outside it is shorter than the spindle's own
    arc: ``s >= 2 R asin(c / 2 R)``, which is ``c <= 2 R sin(s / 2 R)``.
    """
    half_turn = np.minimum(metres / (2.0 * _LARGEST_RADIUS), math.pi / 2.0)
    return np.asarray(2.0 * _LARGEST_RADIUS * np.sin(half_turn) + _CHORD_ROUNDING, dtype=np.float64)


def surely_within_chord(metres: Floats | float) -> Floats:
    """Return a straight line (m) that no two points more than so many geodesic metres apart can have.

    Notes
    -----
    The normal section that joins two points bends nowhere more than a circle of radius ``b**2 / a``, so by Schur's
    comparison its chord is at least that circle's, and the geodesic is no longer than it: points with a chord of
    ``2 r sin(s / 2 r)`` or less are at most ``s`` apart.
    """
    half_turn = np.minimum(metres / (2.0 * _SMALLEST_RADIUS), math.pi / 2.0)
    return np.asarray(2.0 * _SMALLEST_RADIUS * np.sin(half_turn) - _CHORD_ROUNDING, dtype=np.float64)


def degrees_around(
    west: Floats | float, south: Floats | float, east: Floats | float, north: Floats | float, metres: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return windows in degrees that hold every point within so many geodesic metres of windows.

    Parameters
    ----------
    west, south, east, north
        Windows in degrees, west up to east; a point is a window of no size.
    metres
        The distance.

    Returns
    -------
    tuple of ndarray
        West, south, east and north. West may lie below -180 and east above 180: the window then goes round. Around a
        pole it is the whole turn.

    Notes
    -----
    A metre along the surface turns latitude by no more than it does at the equator along a meridian, whose radius
    there is the smallest, ``b**2 / a``. Longitude turns fastest at the highest latitude on the way, by no more than on
    a sphere of radius a, whose parallels are shorter than the ellipsoid's.
    """
    rise = np.degrees(metres / _SMALLEST_RADIUS) + _DEGREE_ROUNDING
    low, high = np.asarray(south - rise, dtype=np.float64), np.asarray(north + rise, dtype=np.float64)
    with np.errstate(divide="ignore", over="ignore"):
        across = _A * np.cos(np.radians(np.minimum(np.maximum(np.abs(low), np.abs(high)), 90.0)))
        turn = np.degrees(metres / np.maximum(across, 1e-300)) + _DEGREE_ROUNDING
    round_pole = (low <= -90.0) | (high >= 90.0) | (turn >= 180.0)
    wide = np.where(round_pole, 360.0, turn)
    return west - wide, np.maximum(low, -90.0), east + wide, np.minimum(high, 90.0)


class Metric(NamedTuple):
    """How lengths on a ``GaussSphere`` become metres on the ground.

    ``scale``: metres for a radian, as the coefficients, highest power first, of a polynomial in
    ``(z - z_middle) / z_half``, z being the third coordinate; held constant outside -1 ... 1.
    ``scale_least``: its smallest value; ``scale_slope``: its largest change for a unit of z.
    """

    scale: Floats
    z_middle: float
    z_half: float
    scale_least: float
    scale_slope: float


@dataclass(frozen=True, slots=True)
class GaussSphere:
    """A unit sphere the ellipsoid is mapped onto without changing angles, centred on one latitude.

    The map is Gauss's conformal one. Its scale is constant to the second order at the centre, so over a
    country the image of a geodesic is a great circle but for a few parts in 10**5 of a radian, and its length
    is the integral of the scale along that circle to a millimetre (``geo._polyline_kernel.length``).

    Parameters
    ----------
    lon0
        Longitude in degrees that the sphere counts its own from.
    exponent, offset
        Constants of the map: isometric latitude there = exponent * isometric latitude here + offset.
    metric
        How lengths on it become metres.
    """

    lon0: float
    exponent: float
    offset: float
    metric: Metric

    @classmethod
    def centred(cls, lon0: float, lat0: float) -> GaussSphere:
        """Return the sphere centred on a longitude and latitude in degrees."""
        centre = math.radians(lat0)
        exponent = math.sqrt(1.0 + _E2 * math.cos(centre) ** 4 / (1.0 - _E2))
        offset = math.atanh(math.sin(centre) / exponent) - exponent * float(_isometric(math.sin(centre)))
        ends = np.clip([lat0 - _HALF_SPAN_DEG, lat0 + _HALF_SPAN_DEG], -_HIGHEST_LATITUDE, _HIGHEST_LATITUDE)
        turn = np.cos(np.linspace(0.0, math.pi, 401))
        lat = np.radians(0.5 * (ends[0] + ends[1]) + 0.5 * (ends[1] - ends[0]) * turn)
        height = exponent * _isometric(np.sin(lat)) + offset
        ground = _A / np.sqrt(1.0 - _E2 * np.sin(lat) ** 2) * np.cos(lat) * np.cosh(height) / exponent
        z = np.tanh(height)
        fitted = np.polynomial.Polynomial.fit(z, ground, _DEGREE)
        metric = Metric(
            scale=np.ascontiguousarray(fitted.coef[::-1]),
            z_middle=float(fitted.domain.mean()),
            z_half=0.5 * float(np.ptp(fitted.domain)),
            scale_least=float(fitted(z).min()) * (1.0 - 1e-9),
            scale_slope=float(np.abs(fitted.deriv()(z)).max()) * 1.01,
        )
        return cls(lon0, exponent, offset, metric)

    def unit_vectors(self, lon: Floats, lat: Floats) -> Floats:
        """Return the images on the unit sphere, shape (n, 3), of points given in degrees."""
        with np.errstate(divide="ignore", over="ignore"):
            height = self.exponent * _isometric(np.sin(np.radians(lat))) + self.offset
            across = 1.0 / np.cosh(height)
        turn = self.exponent * np.radians((lon - self.lon0 + 180.0) % 360.0 - 180.0)
        return np.column_stack([across * np.cos(turn), across * np.sin(turn), np.tanh(height)])


def _isometric(sine: Any) -> Any:
    """Return the isometric latitude for the sine of the geographic latitude."""
    return np.arctanh(sine) - _E * np.arctanh(_E * sine)
