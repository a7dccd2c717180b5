"""VIIRS night lights of one night, from the open archive "Light Every Night", cut to the part that is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from geo.errors import ChoiceError, DownloadError
from geo.sources._grid import cut_raster
from geo.sources.area import Bounds, bounds_of
from geo.sources.download import Remote
from geo.sources.source import Ask, Cleaned, Get, Job, Licence, Source, rejects_table
from geo.study import Study

URL = "https://globalnightlight.s3.amazonaws.com/VIIRS_npp_catalog.json"

LICENCE = Licence(
    "World Bank and NOAA, Light Every Night",
    "terms-of-the-source",
    "https://registry.opendata.aws/wb-light-every-night/",
)

_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
#: A month's nights are some four hundred files; those whose name has another date are not asked for.
_MOST_ITEMS = 1000


def _download(ask: Ask, study: Study, get: Get) -> Sequence[Path]:
    day = _DAY.match(ask.date or "")
    if day is None:
        raise ChoiceError("viirs: name the night with --date, as --date 2019-04-15.")
    month, night = day[1] + day[2], "".join(day.groups())
    catalogue = Remote("VIIRS_npp_catalog.json", URL, "json", LICENCE.name, check=_no_catalogue)
    month_url = next((link for link in _links(get(catalogue), URL, "child") if month in _name(link)), None)
    if month_url is None:
        raise DownloadError(f"viirs: the archive has no month {day[1]}-{day[2]}. Choose another --date.")
    items = _links(get(_json(month_url, month)), month_url, "item")
    dated = [link for link in items if re.search(r"_d\d{8}_", link)]
    chosen = [link for link in items if f"_d{night}_" in link] if dated else items[:_MOST_ITEMS]
    box = bounds_of(study, ask.states)
    found = [_image(get(_json(link, month)), link, box, str(ask.date)) for link in chosen]
    urls = [url for url in found if url is not None]
    if not urls:
        raise DownloadError(f"viirs: no image of the night {ask.date} covers the part that is asked for.")
    return [get(Remote(_name(url), url, "geotiff", LICENCE.name)) for url in urls]


def _json(url: str, month: str) -> Remote:
    return Remote(f"{month}_{_name(url)}", url, "json", LICENCE.name, check=_no_catalogue)


def _name(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[-1]


def _no_catalogue(path: Path) -> str | None:
    content = json.loads(path.read_bytes())
    is_one = isinstance(content, dict) and isinstance(content.get("links"), list)
    return None if is_one else "the file is no catalogue of images"


def _links(path: Path, base: str, kind: str) -> list[str]:
    """Return the links of a kind, in the catalogue's order; those that lead to another server are not followed."""
    links = [each for each in json.loads(path.read_bytes())["links"] if isinstance(each, dict)]
    urls = [urljoin(base, str(each.get("href", ""))) for each in links if each.get("rel") == kind]
    return [url for url in urls if urlsplit(url).hostname == urlsplit(URL).hostname]


def _image(path: Path, base: str, box: Bounds, night: str) -> str | None:
    """Return the address of an item's image where it is of the night and covers some of the box."""
    item = json.loads(path.read_bytes())
    bounds = item.get("bbox")
    when = str(item.get("properties", {}).get("datetime", night))
    if not isinstance(bounds, list) or len(bounds) < 4 or not when.startswith(night) or not _meet(bounds, box):
        return None
    assets = item.get("assets")
    image = assets.get("image") if isinstance(assets, dict) else None
    url = urljoin(base, str(image["href"])) if isinstance(image, dict) and image.get("href") else None
    return url if url is not None and urlsplit(url).hostname == urlsplit(URL).hostname else None


def _meet(bounds: list[Any], box: Bounds) -> bool:
    west, south, east, north = (float(each) for each in (bounds[0], bounds[1], bounds[-2], bounds[-1]))
    if len(bounds) == 6:
        east, north, south = float(bounds[3]), float(bounds[4]), float(bounds[1])
    return west < box[2] and east > box[0] and south < box[3] and north > box[1]


def _adapt(job: Job) -> Cleaned:
    cells = valued = 0
    box = bounds_of(job.study, job.ask.states)
    for path in job.files:
        cut = cut_raster(path, box, job.folder / f"{path.stem}.cut.tif")
        cells, valued = cells + cut.cells, valued + cut.valued
    return Cleaned(
        read=cells, kept=valued, rejects=rejects_table([]), left_out={"cells without a value": cells - valued},
        unit="cells",
        notes=[(
            "Radiancia de una noche, con nubes y luna: una noche no es un promedio.",
            "Radiance of one night, clouds and moonlight included: one night is no average.",
        )],
    )  # fmt: skip


SOURCE = Source(
    key="viirs",
    es="VIIRS: luces nocturnas de una noche",
    en="VIIRS: night lights of one night",
    publisher="World Bank and NOAA",
    licence=LICENCE,
    kinds=("geotiff",),
    adapt=_adapt,
    download=_download,
    takes=("states", "date"),
)
