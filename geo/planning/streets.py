"""A network of streets for an area, made once and kept."""

from __future__ import annotations

from pathlib import Path

from geo.planning.inputs import Asked, area_of, area_shape
from geo.runs import Run
from geo.streets import prepare_streets
from geo.study import with_its_study


@with_its_study
def prepare_network(run: Run, asked: Asked, *, source: Path | None = None, folder: Path | None = None) -> Path:
    """Make the street network of an area and keep it.

    Parameters
    ----------
    run
        The run, for the outline of the area.
    asked
        The area.
    source
        GraphML, OSM XML or .osm.pbf to start from; None downloads the streets from OpenStreetMap.
    folder
        Where to keep it; None for the user's cache, where ``network="prepared"`` finds it.

    Returns
    -------
    pathlib.Path
        The file kept.

    Raises
    ------
    geo.errors.ChoiceError
        If there is no such area.
    geo.errors.CorredorError
        If the source is refused or the download fails.
    """
    area = area_of(run, asked)
    return prepare_streets(area_shape(area), area.en, source=source, folder=folder, progress=run.progress)
