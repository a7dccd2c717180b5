"""Online tiles under the atlas, only for those who ask for them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlsplit

import xyzservices
import xyzservices.providers as xyz

from geo._words import study_words
from geo.errors import ChoiceError

SUGGESTED = ("OpenTopoMap", "Esri.WorldGrayCanvas", "Esri.WorldImagery", "USGS.USImageryTopo")
"""Providers that give whole-country tiles to anyone and to a page opened from a disk."""

#: Families that refuse, or watermark, tiles asked for without an account, whatever their address says.
CLOSED = {
    "CartoDB": "CARTO writes API KEY REQUIRED over tiles asked for without a key",
    "Stadia": "it gives tiles only to registered accounts",
    "Strava": "it gives tiles only to registered accounts",
}

_PLACE = {"x", "y", "z", "s", "r"}
_LINK = re.compile(r'<a\b[^<>]*\bhref="https?://[^"<>]*"[^<>]*>|</a>')


@dataclass(frozen=True, slots=True)
class Basemap:
    """A tile service that the atlas may ask.

    Parameters
    ----------
    name
        Its name in xyzservices.
    url
        Template of a tile's address, with ``{z}``, ``{x}``, ``{y}`` and maybe ``{s}`` and ``{r}``.
    subdomains
        What ``{s}`` may be; empty where the address has none.
    attribution
        Credit as HTML that holds text and links only.
    max_zoom
        Deepest zoom with tiles of its own.
    """

    name: str
    url: str
    subdomains: tuple[str, ...]
    attribution: str
    max_zoom: int

    @property
    def origins(self) -> tuple[str, ...]:
        """Every ``https://host`` that tiles come from: what the page's policy must allow, and nothing more."""
        parts = urlsplit(self.url)
        hosts = [parts.netloc.replace("{s}", each) for each in self.subdomains or ("",)]
        return tuple(dict.fromkeys(f"{parts.scheme}://{host}" for host in hosts))

    @property
    def host(self) -> str:
        """The host in words, for the reader."""
        return ", ".join(origin.removeprefix("https://") for origin in self.origins)


def find_basemap(name: str) -> Basemap:
    """Return a tile service by its name in xyzservices.

    Parameters
    ----------
    name
        As ``OpenTopoMap`` or ``Esri.WorldImagery``; case, dots and spaces do not matter.

    Returns
    -------
    Basemap
        A service that needs no key and covers Mexico.

    Raises
    ------
    geo.errors.ChoiceError
        If there is no such service, or it cannot serve this page.

    Examples
    --------
    >>> find_basemap("opentopomap").origins[0]
    'https://a.tile.opentopomap.org'
    """
    try:
        provider = xyz.query_name(name)
    except ValueError:
        known = list(xyz.flatten())
        plain = {re.sub(r"\W", "", each).lower(): each for each in known}
        near = get_close_matches(re.sub(r"\W", "", name).lower(), plain, n=1)
        cure = f"Did you mean {plain[near[0]]}?" if near else f"Try one of {', '.join(SUGGESTED)}."
        raise ChoiceError(f"--basemap {name}: xyzservices knows no such tiles. {cure}") from None
    why = _refusal(provider)
    if why is not None:
        raise ChoiceError(f"--basemap {provider['name']}: {why}. Try one of {', '.join(SUGGESTED)}.")
    url = _filled(provider)
    return Basemap(
        name=provider["name"],
        url=url,
        subdomains=tuple(provider.get("subdomains", "abc")) if "{s}" in url else (),
        attribution=_credit(provider),
        max_zoom=int(provider.get("max_zoom", 18)),
    )


def _refusal(provider: xyzservices.TileProvider) -> str | None:
    """Return why a provider cannot serve the atlas; None where it can."""
    family = provider["name"].split(".")[0]
    keyed = provider.requires_token() or re.search("key|token|appid", provider["url"], re.IGNORECASE)
    unfilled = {part.strip("{}") for part in re.findall(r"{[^}]*}", _filled(provider))} - _PLACE
    reasons = {
        CLOSED.get(family, ""): family in CLOSED,
        "it needs a token or an API key, which a file that others open must not carry": keyed,
        f"its address needs {', '.join(sorted(unfilled))}, which the atlas does not know": unfilled,
        "it is not in Web Mercator": provider.get("crs", "EPSG:3857") != "EPSG:3857",
        "it is not served over https": not provider["url"].startswith("https://"),
        "it does not cover the map": not _covers_the_map(provider),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _filled(provider: xyzservices.TileProvider) -> str:
    """Return the address with everything but the tile's place filled in."""
    given = {key: str(value) for key, value in provider.items() if key not in _PLACE and value not in ("", None)}
    return re.sub(r"{(\w+)}", lambda found: given.get(found[1], found[0]), provider["url"])


def _covers_the_map(provider: xyzservices.TileProvider) -> bool:
    if "bounds" not in provider:
        return True
    (south, west), (north, east) = provider["bounds"]
    south, north = sorted((south, north))
    west, east = sorted((west, east))
    region = study_words().region
    return bool(west <= region[2] and east >= region[0] and south <= region[3] and north >= region[1])


def _credit(provider: xyzservices.TileProvider) -> str:
    """Return the credit with its links where it holds nothing else, else as plain text."""
    credit = provider.get("html_attribution", "")
    if credit and "<" not in _LINK.sub("", credit):
        return str(credit)
    return html.escape(provider.get("attribution", provider["name"]))
