"""What lies where: each row of a partition gets its areas, its distances and its place along the corridor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.assemble import rate_ports
from geo.errors import DataError, Problem
from geo.geodesy import GEODETIC_CRS
from geo.join import border_distance, corridor_position, nearest_of
from geo.measures.counting import built_assembly
from geo.measures.surfaces import serving_ports
from geo.scale.areas import area_of
from geo.scale.engine import Engine
from geo.scale.partitions import Part, Partitions, derive, write_part
from geo.study import Study, with_its_study

Layers = Mapping[str, Any]

#: What a placed row has beside its own columns.
PLACED = (
    "cvegeo_reported", "cvegeo", "cve_ent", "metro_area_code", "border_km", "port_id", "port_name", "port_km",
    "corridor_branch", "chainage_km", "offset_km", "assembly_plant", "assembly_km", "park_id", "park_name", "park_km",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """The layers that rows are placed on.

    Attributes
    ----------
    municipalities
        cvegeo, cve_ent, metro_area_code and polygons in the plane, sorted by cvegeo.
    border, corridor, waypoints
        As in the study.
    ports
        Ports that distances are taken to.
    assembly, parks
        Built assembly plants and located parks.
    """

    municipalities: gpd.GeoDataFrame
    border: gpd.GeoDataFrame
    corridor: gpd.GeoDataFrame
    waypoints: gpd.GeoDataFrame
    ports: gpd.GeoDataFrame
    assembly: gpd.GeoDataFrame
    parks: gpd.GeoDataFrame


def ground_of(layers: Layers, study: Study) -> Ground:
    """Return the ground of a study.

    Parameters
    ----------
    layers
        Layers as ``geo.layers.read_layers`` returns them.
    study
        The study, for the ports that serve it.
    """
    areas = layers["municipalities"].sort_values("cvegeo").reset_index(drop=True)
    rated = rate_ports(layers["ports_of_entry"], layers["border"], study)
    parks = layers["parks"]
    return Ground(
        municipalities=areas[["cvegeo", "cve_ent", "metro_area_code", "geometry"]],
        border=layers["border"],
        corridor=layers["corridor"],
        waypoints=layers["corridor_waypoints"],
        ports=serving_ports(rated, study)[["port_id", "name", "geometry"]],
        assembly=built_assembly(layers["assembly_plants"])[["name", "geometry"]],
        parks=parks.loc[parks.geometry.notna(), ["park_id", "name", "geometry"]],
    )


@with_its_study
def place(partitions: Partitions, layers: Layers, study: Study, out_folder: Path, engine: Engine) -> Partitions:
    """Write partitions whose rows know their areas, distances and place along the corridor.

    Parameters
    ----------
    partitions
        Rows with a point; a column ``cvegeo`` is what the register reports.
    layers, study
        The layers to place them on, and their study.
    out_folder
        Where to write; workers elsewhere must see it under the same name.
    engine
        Who does the work.

    Returns
    -------
    Partitions
        The same rows in the same order with the columns ``PLACED``.

    Raises
    ------
    DataError
        If the rows are synthetic and the study does not say that it is.

    Notes
    -----
    The joins are those of ``geo.join``, so their rules hold. A row in no municipality keeps the one that it reports.
    """
    refuse_synthetic(partitions, study)
    columns = [name for name in partitions.columns if name not in PLACED]
    shared = {"partitions": partitions, "ground": ground_of(layers, study)}

    def make(folder: Path) -> list[Part]:
        rows = [part.rows for part in partitions.parts]
        task = partial(_place_part, folder=folder)
        return engine.map(task, range(len(rows)), shared=shared, label="placing", rows=rows)

    return derive(partitions, out_folder, make, [*columns, *PLACED])


def placed(rows: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Return rows with ``lon`` and ``lat`` with the columns ``PLACED``.

    Parameters
    ----------
    rows
        ``lon``, ``lat`` and, where the register reports it, ``cvegeo``.
    ground
        What to place them on.
    """
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    areas = ground.municipalities
    held = area_of(lon, lat, areas)
    reported = rows["cvegeo"].astype("str") if "cvegeo" in rows else pd.Series(None, index=rows.index, dtype="str")
    codes = pd.Series(areas["cvegeo"].to_numpy(), dtype="str").reindex(held).set_axis(rows.index)
    facts = areas.set_index("cvegeo")
    result = rows.drop(columns=[name for name in PLACED if name in rows]).assign(
        cvegeo_reported=reported, cvegeo=codes.fillna(reported)
    )
    for name in ("cve_ent", "metro_area_code"):
        result[name] = result["cvegeo"].map(facts[name]).astype("str")
    points = gpd.GeoDataFrame(index=rows.index, geometry=gpd.points_from_xy(lon, lat), crs=GEODETIC_CRS)
    found = (
        border_distance(points, ground.border)[["border_km"]],
        nearest_of(points, ground.ports, {"port_id": "port_id", "name": "port_name"}, km="port_km"),
        corridor_position(points, ground.corridor, ground.waypoints),
        nearest_of(points, ground.assembly, {"name": "assembly_plant"}, km="assembly_km"),
        nearest_of(points, ground.parks, {"park_id": "park_id", "name": "park_name"}, km="park_km"),
    )
    return result.join(list(found))


def refuse_synthetic(partitions: Partitions, study: Study) -> None:
    """Refuse made-up rows where a study claims to be real.

    Raises
    ------
    DataError
        If the partitions are synthetic and the study is not.
    """
    if partitions.synthetic and not getattr(study.study, "synthetic", False):
        what = "these partitions are of a synthetic register, nobody's establishments"
        cure = "Take a real one, or say synthetic = true under [study] in the geo.toml"
        raise DataError([Problem(str(partitions.folder), what, cure)])


def _place_part(i: int, *, folder: Path, partitions: Partitions, ground: Ground) -> Part:
    return write_part(placed(partitions.read(i), ground), folder, i)
