"""WorldPop's people by grid cell, cut to the part of the country that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geo.errors import ChoiceError
from geo.sources._grid import cut_raster
from geo.sources.area import bounds_of
from geo.sources.download import Remote
from geo.sources.source import Ask, Cleaned, Get, Job, Licence, Source, rejects_table
from geo.study import Study

_FOLDER = "https://data.worldpop.org/GIS/Population/Global_2015_2030/R2025A/{year}/MEX/v1/"
URLS = {
    "100m": _FOLDER + "100m/constrained/mex_pop_{year}_CN_100m_R2025A_v1.tif",
    "1km": _FOLDER + "1km_ua/constrained/mex_pop_{year}_CN_1km_R2025A_UA_v1.tif",
}
YEARS = range(2015, 2031)
NEWEST = 2025

LICENCE = Licence("WorldPop, University of Southampton", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")


def _download(ask: Ask, _study: Study, get: Get) -> Sequence[Path]:
    year, size = ask.year or NEWEST, ask.resolution or "100m"
    if year not in YEARS:
        raise ChoiceError(f"worldpop: has the years {YEARS[0]} to {YEARS[-1]}, not {year}.")
    if size not in URLS:
        raise ChoiceError(f"worldpop: has the resolutions {' and '.join(URLS)}, not {size}.")
    url = URLS[size].format(year=year)
    return [get(Remote(url.rsplit("/", 1)[-1], url, "geotiff", LICENCE.name))]


def _adapt(job: Job) -> Cleaned:
    cut = cut_raster(job.files[0], bounds_of(job.study, job.ask.states), job.folder / "population.tif", least=0.0)
    people = f"{cut.total:,.0f}"
    return Cleaned(
        read=cut.cells, kept=cut.valued, rejects=rejects_table([]),
        left_out={"cells without people": cut.cells - cut.valued}, unit="cells",
        notes=[(
            f"Personas por celda, modeladas; suman {people} en el recuadro, que puede incluir tierra de otros países.",
            f"People by cell, modelled; they add up to {people} in the box, which may hold land of other countries.",
        )],
    )  # fmt: skip


SOURCE = Source(
    key="worldpop",
    es="WorldPop: personas por celda",
    en="WorldPop: people by grid cell",
    publisher="WorldPop, University of Southampton",
    licence=LICENCE,
    kinds=("geotiff",),
    adapt=_adapt,
    download=_download,
    takes=("states", "year", "resolution"),
)
