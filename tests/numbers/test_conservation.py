"""Nothing is lost and nothing counted twice: people, hectares, plants and rows, however the country is cut."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from data_sets import Rng, alike, labels, places, sizes

from geo.geodesy import GEOD, count_within
from geo.hexagons import hexagon_of
from geo.ingest import Wishes, clean, guess, read_any
from geo.metrics.areas import AreaInputs, area_metrics
from geo.metrics.concentration import ownership_bounds
from geo.metrics.coverage import coverage
from geo.metrics.density import kernel_density
from geo.schema import LAYERS
from geo.study import Study, load_study, shipped_data

# What an area holds adds up; shares, quotients and numbers of different owners do not.
COUNTED = ["parks", "parks_study_set", "parks_not_located", "area_ha_known", "parks_with_area", "plants_in_parks"]
COUNTED += ["establishments", "manufacturing_establishments", "auto_parts_plants", "assembly_plants"]
COUNTED += ["parks_controller_known"]
ADDED = [*COUNTED, *(f"establishments_{code}" for code in (3361, 3363, 336320, 336360))]


def _table(built: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(built / "tables" / f"{name}.csv", dtype={"cve_ent": str, "cvegeo": str, "metro_area_code": str})


def test_rows_read_are_rows_written_or_rejects(built: Path) -> None:
    rows = json.loads((built / "manifest.json").read_text(encoding="utf-8"))["rows"]
    assert all(of["rows_in"] == of["rows_out"] + of["rejects"] for of in rows.values())
    for name, of in rows.items():
        file = built / "tables" / f"{name}.csv"
        if file.exists():
            assert len(_table(built, name)) == of["rows_out"], name
    for name in ("parks", "establishments", "auto_parts_plants", "places", "developers"):
        with (shipped_data() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            shipped = [next(iter(row.values())) for row in csv.DictReader(file)]
        assert sorted(_table(built, name).iloc[:, 0].astype(str)) == sorted(shipped), name
        rejects = next(iter(shipped_data().glob(f"{name.removesuffix('_plants')}_rejects.csv")), None)
        if rejects is not None:
            with rejects.open(encoding="utf-8", newline="") as file:
                assert sum(1 for _ in csv.DictReader(file)) == rows[name]["rejects"]


def test_municipalities_make_states_make_the_country(built: Path) -> None:
    municipalities, states, country = (_table(built, name) for name in ("municipalities", "states", "national"))
    by_state = municipalities.groupby("cve_ent")[ADDED].sum()
    alike(by_state, states.set_index("cve_ent").loc[by_state.index, ADDED].fillna(0), floor=1e-6)
    alike(states[ADDED].sum(), country.loc[0, ADDED], floor=1e-6)
    metros = _table(built, "metro_areas").set_index("metro_area_code")
    inside = municipalities.groupby("metro_area_code")[ADDED].sum()
    alike(inside, metros.loc[inside.index, ADDED].fillna(0), floor=1e-6)


def test_areas_hold_what_the_tables_of_points_hold(built: Path) -> None:
    country = _table(built, "national").loc[0]
    parks = _table(built, "parks")
    study = parks[parks["study_set"]]
    assert country["parks"] == len(parks)
    assert country["parks_study_set"] == len(study)
    assert country["parks_not_located"] == parks["lon"].isna().sum()
    assert country["plants_in_parks"] == study["plants_registered"].sum()
    alike(country["area_ha_known"], study["area_ha"].sum())
    plants = _table(built, "establishments")
    plants = plants[plants["duplicate_of"].isna()]
    assert country["establishments"] == len(plants)
    assert country["manufacturing_establishments"] == plants["scian"].astype(str).str.match("3[123]").sum()


def test_people_are_counted_once_by_place_municipality_state_and_country(built: Path) -> None:
    municipalities, states, country = (_table(built, name) for name in ("municipalities", "states", "national"))
    people = _table(built, "places")
    assert people["population_2020"].sum() == country.loc[0, "pop_2020"] == states["pop_2020"].sum() == 126_014_024
    by_state = municipalities.groupby("cve_ent")["pop_2020"].sum()
    assert by_state.to_dict() == states.set_index("cve_ent")["pop_2020"].to_dict()
    parks = _table(built, "parks")
    parks = parks[parks["study_set"] & parks["lon"].notna()]
    near = count_within(people["lon"], people["lat"], parks["lon"], parks["lat"], 30.0) > 0
    reached = people[near].groupby("cvegeo")["population_2020"].sum()
    whole = people.groupby("cvegeo")["population_2020"].sum()
    left = municipalities.set_index("cvegeo")["population_without_park_30km"]
    alike(left.reindex(whole.index) + reached.reindex(whole.index, fill_value=0), whole)
    assert left.drop(whole.index).sum() == 0


def test_who_controls_the_parks_adds_up(built: Path) -> None:
    """A park of two controllers counts for each, so at most one a pair; the shares of a park make one park."""
    country, developers = _table(built, "national").loc[0], _table(built, "developers")
    assert (developers["parks_controlled"] > 0).sum() == country["developers"]
    assert country["parks_controller_known"] <= developers["parks_controlled"].sum()
    alike(country["controller_known_share"], country["parks_controller_known"] / country["parks_study_set"], floor=1e-4)


def cuts_of_random_parks(rng: Rng) -> None:
    """Any finer cut adds up to the coarser one."""
    count = int(rng.integers(1, 40))
    hectares = sizes(rng, count)
    small = rng.integers(0, 9, count)
    parks = pd.DataFrame(
        {
            "park_id": [f"p{place}" for place in range(count)],
            "study_set": rng.random(count) < 0.7,
            "located": rng.random(count) < 0.8,
            "area_ha": hectares,
            "plants_registered": rng.integers(0, 6, count),
            "small": [f"m{code}" for code in small],
            "large": [f"s{code // 3}" for code in small],
            "all": "country",
        }
    )
    owners = labels(rng, count, 4)
    held = pd.DataFrame(
        [{"park_id": f"p{place}", "developer_id": owner, "share": 1.0} for place, owner in enumerate(owners) if owner],
        columns=["park_id", "developer_id", "share"],
    ).astype({"share": float, "developer_id": object})
    plants = pd.DataFrame({"scian": rng.choice(["336320", "311110", None], count), "manufacturing": True})
    plants = plants.assign(manufacturing=plants["scian"].notna(), **parks[["small", "large", "all"]])
    inputs = AreaInputs(parks, held, plants, auto_parts=plants[::2], assembly=plants[::3])
    added = [*COUNTED, "establishments_3363"]
    sums = [
        area_metrics(inputs, by=by, areas=pd.Index(sorted(set(parks[by]))), industries=("3363",))[added].sum()
        for by in ("small", "large", "all")
    ]
    alike(sums[0], sums[1])
    alike(sums[1], sums[2])
    assert sums[2]["parks"] == count
    alike(sums[2]["area_ha_known"], np.nansum(hectares[parks["study_set"]]))
    kept: list[float] = []
    ownership_bounds(hectares, owners, index=lambda each: kept.append(float(np.sum(each))) or 0.0)  # type: ignore[func-returns-value]
    alike(kept, [np.nansum(hectares)] * 2)


def hexagons_of_random_points(rng: Rng) -> None:
    """Every located point lies in one hexagon, whatever the spacing, and in the one whose centre is nearest."""
    lon, lat = places(rng, int(rng.integers(1, 30)), spread_km=300)
    points = gpd.GeoDataFrame(geometry=[*gpd.points_from_xy(lon, lat), None], crs=4326)
    spacing = float(rng.choice([25.0, 50.0, 100.0]))
    codes = hexagon_of(points, spacing_km=spacing)
    assert codes.isna().tolist() == [False] * len(lon) + [True]
    assert codes.value_counts().sum() == len(lon)
    planar = points.geometry[:-1].to_crs(6372)
    axial = np.array([[int(part) for part in code.split("_")[1:]] for code in codes[:-1]])
    around = axial[:, None] + np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, -1], [-1, 1]])
    step = spacing * 1_000
    centres = np.stack(
        [step * (around[..., 0] + around[..., 1] / 2), step * around[..., 1] * math.sqrt(3) / 2], axis=-1
    )
    far = np.hypot(centres[..., 0] - planar.x.to_numpy()[:, None], centres[..., 1] - planar.y.to_numpy()[:, None])
    assert (far[:, 0] <= far.min(axis=1) + 1e-6).all()


def covered_and_uncovered_people(rng: Rng) -> None:
    """Who is covered and who is not are all, in every area and over the areas."""
    count = int(rng.integers(1, 30))
    weights, areas = sizes(rng, count, missing=False), rng.choice(["a", "b", "c"], count)
    table = coverage(weights, rng.random(count) < 0.5, areas)
    alike(table["covered"] + table["uncovered"], table["total"], floor=1e-9)
    alike(table["total"].sum(), math.fsum(weights))


def hills_on_land(rng: Rng) -> None:
    """A density summed over the land is the weight that was spread, coast or not."""
    west, south = rng.uniform(-110, -100), rng.uniform(18, 28)
    land = shapely.box(west, south, west + 1.5, south + 1.5)
    count = int(rng.integers(1, 5))
    lon, lat = west + rng.uniform(0.02, 1.48, count), south + rng.uniform(0.02, 1.48, count)
    weights = rng.uniform(1, 9, count)
    step = 0.05
    at = np.arange(step / 2, 1.5, step)
    grid = pd.DataFrame({"lon": west + np.tile(at, at.size), "lat": south + np.repeat(at, at.size)})
    rows = [
        abs(GEOD.geometry_area_perimeter(shapely.box(0, y - step / 2, step, y + step / 2))[0]) / 1e6 for y in south + at
    ]
    density = kernel_density(lon, lat, weights, bandwidth_km=18.0, grid=grid, mask=land)
    alike(density.to_numpy() @ np.repeat(rows, at.size), weights.sum(), rel=0.02)


RANDOM: tuple[Callable[[Rng], None], ...] = (
    cuts_of_random_parks,
    hexagons_of_random_points,
    covered_and_uncovered_people,
    hills_on_land,
)


@pytest.mark.parametrize("check", RANDOM, ids=lambda check: check.__name__)
def test_random_studies_lose_nothing(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 25)


@pytest.mark.campaign
@pytest.mark.parametrize("check", RANDOM, ids=lambda check: check.__name__)
def test_a_thousand_random_studies_lose_nothing(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 1_000)


def _rows_of_a_random_file(rng: Rng, folder: Path, study: Study) -> None:
    values = {
        "nombre": ["Parque Uno", "Dos", "", "Ñandú; S.A.", "=1+1"],
        "municipio": ["Juárez", "Apodaca", "Nowhere", ""],
        "lat": ["25.7", "31,69", "north", "", "99"],
        "lon": ["-100.2", "100.2", "-106.42", "", "x"],
        "hectareas": ["12", "-3", "many", "", "1,200.5"],
    }
    lines = [list(values)]
    for _ in range(int(rng.integers(1, 15))):
        row = [str(rng.choice(options)) for options in values.values()]
        lines.append(row if rng.random() < 0.9 else row[: int(rng.integers(1, 5))])
    path = folder / "own.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    raw = read_any(path)
    layer = LAYERS["parks"]
    cleaned = clean(raw, layer, guess(list(raw.cells.columns), layer), study, Wishes())
    blank = sum(not any(cell.strip() for cell in line) for line in lines[1:])
    assert len(lines) - 1 == raw.rows + raw.blank
    assert raw.blank == blank
    assert len(cleaned.table) + len(cleaned.rejected) == raw.rows
    assert not set(cleaned.rejected) & set(cleaned.table.index)


def test_rows_of_random_files_are_kept_or_refused_with_a_reason(tmp_path: Path) -> None:
    study = load_study()
    for case in range(5):
        _rows_of_a_random_file(np.random.default_rng([20180, case]), tmp_path, study)
