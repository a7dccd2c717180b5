"""Coordinates as people write them: decimals, degrees-minutes-seconds, pairs, swapped or without their sign."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from geo.study import Region

Axis = Literal["lon", "lat"]

#: Cures that a reader may ask for; none is applied unasked.
FIXES = ("swap", "sign")

_HEMISPHERES = {"N": ("lat", 1), "S": ("lat", -1), "E": ("lon", 1), "W": ("lon", -1), "O": ("lon", -1)}
_WORDS = {"NORTE": "N", "NORTH": "N", "SUR": "S", "SOUTH": "S", "ESTE": "E", "EAST": "E", "OESTE": "W", "WEST": "W",
          "LATITUD": "", "LATITUDE": "", "LAT": "", "LONGITUD": "", "LONGITUDE": "", "LON": "", "LONG": "",
          "GRADOS": "°", "DEGREES": "°", "DEG": "°", "MINUTOS": "'", "MINUTES": "'", "MIN": "'", "SEGUNDOS": '"',
          "SECONDS": '"', "SEG": '"', "SEC": '"'}  # fmt: skip
_DEGREE, _MINUTE, _SECOND = "º˚∘⁰ᵒ", "’‘`´′ʹ＇", "″“”„ʺ＂"
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_ANGLE = re.compile(rf"([+-])?\s*{_NUMBER}\s*°?\s*(?:[:\s]*{_NUMBER}\s*'?\s*(?:[:\s]*{_NUMBER}\s*(?:\"|'')?)?)?")
_POINT = re.compile(r"(?:SRID=4326;)?\s*POINT\s*Z?\s*\(\s*(\S+)\s+(\S+)(?:\s+\S+)?\s*\)", re.IGNORECASE)


class Angle(NamedTuple):
    """A coordinate: degrees, the axis its letter names, whether it tells its side of zero, whether in minutes."""

    degrees: float
    axis: Axis | None
    signed: bool
    sexagesimal: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What a row's coordinates came to.

    Attributes
    ----------
    lon, lat
        Degrees; None where there is no point.
    refusal
        Key of the reason they are refused for; None where they are not.
    done
        What was done to them: ``west`` (minutes without a letter read as the region's side), ``swap``, ``sign``.
    """

    lon: float | None = None
    lat: float | None = None
    refusal: str | None = None
    done: tuple[str, ...] = ()


def parse_angle(text: str) -> Angle | None:
    r"""Read one coordinate; None where it is none.

    Parameters
    ----------
    text
        Decimal degrees, or degrees with minutes and seconds, with point or comma, with any of the signs in use for
        degrees, minutes and seconds, with a sign or a letter (N, S, E, W; O for *oeste*) before or behind.

    Examples
    --------
    >>> parse_angle("25°40'12\"N").degrees
    25.67
    >>> parse_angle("100 18 45,0 O").degrees
    -100.3125
    >>> parse_angle("-100,3125").degrees
    -100.3125
    >>> parse_angle("25°70'") is None
    True
    """
    plain, letter = _plain(text)
    found = _ANGLE.fullmatch(plain.strip())
    if found is None or letter is None:
        return None
    minus, *parts = found.groups()
    if any(re.search("[.,]", part) for part, after in pairwise(parts) if after is not None):
        return None  # only the last part may have a fraction
    degrees, minutes, seconds = (float((part or "0").replace(",", ".")) for part in parts)
    if minutes >= 60 or seconds >= 60:
        return None
    axis, side = _HEMISPHERES.get(letter, (None, 1))
    if minus and letter and minus == "-" and side > 0:
        return None  # the sign and the letter contradict each other
    value = round(degrees + minutes / 60 + seconds / 3600, 9)
    negative = minus == "-" or side < 0
    return Angle(-value if negative else value, axis, bool(minus or letter), parts[1] is not None)  # type: ignore[arg-type]


def _plain(text: str) -> tuple[str, str | None]:
    """Return a coordinate with one sign for each thing and without its letter; None for letters that say nothing."""
    for sign, forms in (("°", _DEGREE), ("'", _MINUTE), ('"', _SECOND), ("-", "−–—‐‑")):
        text = re.sub(f"[{forms}]", sign, text)
    text = unicodedata.normalize("NFKC", text).upper().replace("''", '"')
    text = re.sub(r"[A-Z]{2,}\.?", lambda word: _WORDS.get(word[0].rstrip("."), word[0]), text)
    text = re.sub(r"^[\s:=]+|[\s:;]+$", "", text)
    letters = re.findall(r"[A-Z]", text)
    if len(letters) > 1 or any(letter not in _HEMISPHERES for letter in letters):
        return text, None
    if not letters:
        return text, ""
    bare = re.sub(rf"^\s*{letters[0]}\.?\s*|\s*{letters[0]}\.?\s*$", "", text)
    return bare, letters[0]


def parse_pair(text: str) -> tuple[str, str] | None:
    r"""Split a value that holds both coordinates into longitude and latitude; None where it does not.

    Notes
    -----
    Letters say which is which, and WKT (``POINT (lon lat)``) has the longitude first; else the latitude stands first,
    as maps on the web write it.

    Examples
    --------
    >>> parse_pair("25.67, -100.3125")
    ('-100.3125', '25.67')
    >>> parse_pair("25°40'12\"N 100°18'45\"W")
    ('100°18\'45"W', '25°40\'12"N')
    """
    wkt = _POINT.fullmatch(text.strip())
    if wkt:
        return wkt[1], wkt[2]
    for one, other in _halves(text.strip()):
        first, second = parse_angle(one), parse_angle(other)
        if first is None or second is None:
            continue
        return (one, other) if first.axis == "lon" or second.axis == "lat" else (other, one)
    return None


def _halves(text: str) -> list[tuple[str, str]]:
    """Return the ways to cut a value in two, the likeliest first."""
    ways = [text.split(sign) for sign in (";", "|", "/", ",")]
    ways += [re.split(r"(?<=[NSEWOnsewo])[\s,;]+", text, maxsplit=1), re.split(r",\s+|\s+,?", text)]
    commas = text.split(",")
    if len(commas) == 4:  # 25,67,-100,31: decimal commas
        ways.append([",".join(commas[:2]), ",".join(commas[2:])])
    return [(way[0].strip(), way[1].strip()) for way in ways if len(way) == 2 and all(part.strip() for part in way)]


def place_of(lon: str, lat: str, region: Region, fixes: Collection[str] = ()) -> Place:
    """Read the two coordinates of a row and hold them against the region.

    Parameters
    ----------
    lon, lat
        The values as they came; '' where missing.
    region
        Where points may lie.
    fixes
        Cures that the reader asked for: ``swap``, ``sign``.

    Returns
    -------
    Place
        The point, or why there is none.

    Notes
    -----
    Minutes without letter and sign are read on the region's side of zero where it lies wholly on one side: that is
    how registers write them. Decimal degrees without their sign are refused, as are swapped ones, unless the cure is
    asked for.
    """
    if not lon.strip() and not lat.strip():
        return Place()
    if not lon.strip() or not lat.strip():
        return Place(refusal="half_point")
    x, y = parse_angle(lon), parse_angle(lat)
    if x is None or y is None:
        return Place(refusal="not_coordinate")
    done: list[str] = []
    lettered = x.axis == "lat" or y.axis == "lon"
    x, y = (_sided(angle, axis, region, done) for angle, axis in _axes(x, y, lettered))
    return settle(x.degrees, y.degrees, region, fixes, done=tuple(dict.fromkeys(done)), lettered=lettered)


def _axes(x: Angle, y: Angle, lettered: bool) -> tuple[tuple[Angle, Axis], tuple[Angle, Axis]]:
    return ((x, "lat"), (y, "lon")) if lettered else ((x, "lon"), (y, "lat"))


def _sided(angle: Angle, axis: Axis, region: Region, done: list[str]) -> Angle:
    low, high = (region.west, region.east) if axis == "lon" else (region.south, region.north)
    if angle.signed or not angle.sexagesimal or high > 0 or -angle.degrees > high or -angle.degrees < low:
        return angle
    done.append("west" if axis == "lon" else "south")
    return angle._replace(degrees=-angle.degrees)


def settle(
    x: float,
    y: float,
    region: Region,
    fixes: Collection[str] = (),
    *,
    done: tuple[str, ...] = (),
    lettered: bool = False,
) -> Place:
    """Return a point where it lies in the region, else why not, and the cure that would put it there.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees, as they came.
    region, fixes
        As in ``place_of``.
    done
        What was done to them already.
    lettered
        Whether their letters say that they stand in each other's place.
    """
    if not lettered and inside(x, y, region):
        return Place(x, y, done=done)
    cures = (
        ("swapped", ("swap",), [(y, x)]),
        ("unsigned", ("sign",), [(-x, y), (x, -y), (-x, -y)]),
        ("swapped_unsigned", ("swap", "sign"), [(-y, x), (y, -x), (-y, -x)]),
    )
    for refusal, needed, points in cures:
        for lon, lat in points:
            if inside(lon, lat, region):
                if set(needed) <= set(fixes):
                    return Place(lon, lat, done=(*done, *needed))
                return Place(refusal=refusal)
    if lettered:
        return Place(refusal="swapped")
    if abs(x) > 180 or abs(y) > 90:
        return Place(refusal="not_degrees")
    return Place(refusal="outside")


def inside(lon: float, lat: float, region: Region) -> bool:
    """Whether a point lies in the region's box, its tolerance (in degrees of latitude) included."""
    margin = region.tolerance_km / 100
    return region.west - margin <= lon <= region.east + margin and region.south - margin <= lat <= region.north + margin
