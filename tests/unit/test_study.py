"""The study file: what is accepted, and how a refusal reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import StudyError
from geo.geodesy import planar_crs
from geo.runs import Run
from geo.schema import LAYERS
from geo.study import Study, load_study, shipped_data, with_its_study

SHIPPED = (shipped_data() / "geo.toml").read_text(encoding="utf-8")


def load(tmp_path: Path, text: str) -> Study:
    path = tmp_path / "geo.toml"
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def test_shipped_study_names_every_file_that_exists() -> None:
    study = load_study()
    for name, layer in LAYERS.items():
        if layer.file is not None:
            assert study.path(name).is_file(), name
    assert set(study.layers) == {name for name, layer in LAYERS.items() if layer.file is not None}


def test_a_layer_left_out_is_read_from_the_shipped_data(tmp_path: Path) -> None:
    study = load(tmp_path, SHIPPED.split("[layers]")[0] + '[layers]\nparks = "mine.csv"\n')
    assert study.path("parks") == tmp_path / "mine.csv"
    assert study.path("developers") == shipped_data() / "developers.csv"
    assert not study.is_shipped


def test_a_synthetic_study_says_so_in_its_titles_once(tmp_path: Path) -> None:
    study = load(tmp_path, SHIPPED.replace("[study]", "[study]\nsynthetic = true", 1))
    shipped = load_study().study
    assert study.study.title_es == f"{shipped.title_es} (datos sintéticos)"
    assert study.study.title_en == f"{shipped.title_en} (synthetic data)"
    example = load_study(shipped_data().parent / "examples" / "otra_region" / "geo.toml").study
    assert example.title_es == "Región de ejemplo (datos sintéticos)"
    assert "synthetic" not in shipped.title_en


def test_command_line_parameters_win_over_the_file() -> None:
    assert load_study(seed=7, permutations=None).parameters.seed == 7
    assert load_study(seed=7, permutations=None).parameters.permutations == 9999


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SHIPPED.replace("seed =", "sead ="), ["parameters.sead is not a known key", "Did you mean seed"]),
        (SHIPPED.replace("tolerance_km", "tolerance"), ["region.tolerance is not a known key"]),
        (SHIPPED + 'parkz = "p.csv"\n', ["layers.parkz is not a known key", "Did you mean parks"]),
        (SHIPPED.replace('id = "mexico"', ""), ["study.id is missing"]),
        (SHIPPED.replace("seed = 20180", "seed = -1"), ["parameters.seed", "-1"]),
        (SHIPPED.replace("[study]", "[study"), ["not valid TOML"]),
        (SHIPPED.replace("EPSG:6372", "EPSG:4326"), ["study.crs", "is not a plane"]),
        (SHIPPED.replace("EPSG:6372", "EPSG:3857"), ["study.crs", "is a Mercator projection"]),
        (SHIPPED.replace("EPSG:6372", "EPSG:2278"), ["study.crs", "not in metres"]),
        (SHIPPED.replace("EPSG:6372", "EPSG:999999"), ["study.crs", "is not a reference system"]),
        (SHIPPED.replace("EPSG:6372", "the plane"), ["study.crs", "the plane"]),
    ],
)
def test_a_bad_study_is_refused_with_its_cure(tmp_path: Path, text: str, said: list[str]) -> None:
    with pytest.raises(StudyError) as refusal:
        load(tmp_path, text)
    message = str(refusal.value)
    assert "geo.toml" in message
    for words in said:
        assert words in message


def test_work_on_a_study_runs_in_its_plane(tmp_path: Path) -> None:
    @with_its_study
    def plane_of(_what: object, *, study: Study | None = None) -> str:
        return planar_crs()

    other = load(tmp_path, SHIPPED.replace("EPSG:6372", "EPSG:32613"))
    assert plane_of(other) == plane_of(None, study=other) == plane_of(Run(other)) == "EPSG:32613"
    assert plane_of(load_study()) == planar_crs() == "EPSG:6372"


def test_all_problems_of_a_study_are_listed(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as refusal:
        load(tmp_path, SHIPPED.replace("seed =", "sead =").replace("west =", "vest ="))
    assert len(refusal.value.problems) == 3  # the unknown key, the other unknown key, and the missing one


def test_a_missing_study_and_one_in_latin_1_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="does not exist"):
        load_study(tmp_path / "none.toml")
    path = tmp_path / "geo.toml"
    path.write_bytes(SHIPPED.encode("latin-1", "replace"))
    with pytest.raises(StudyError, match="Save it as UTF-8"):
        load_study(path)
