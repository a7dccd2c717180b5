"""Bad input is refused whole: file, row and cure, all problems at once, earlier outputs untouched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.errors import DataError
from geo.layers import read_layers
from geo.layers.files import read_shapes
from geo.pipeline import build
from geo.study import Study, load_study, shipped_data

Rows = list[list[str]]
Make = Callable[..., Study]


def set_cell(row: int, column: str, value: str) -> Callable[[Rows], None]:
    """Return an edit of one cell; the row is the number a spreadsheet shows."""

    def edit(rows: Rows) -> None:
        rows[row - 1][rows[0].index(column)] = value

    return edit


def refused(study: Study) -> list[str]:
    with pytest.raises(DataError) as refusal:
        read_layers(study)
    return [str(problem) for problem in refusal.value.problems]


def swap(rows: Rows) -> None:
    lon, lat = rows[0].index("lon"), rows[0].index("lat")
    for row in rows[1:4]:
        row[lon], row[lat] = row[lat], row[lon]


def close_early(rows: Rows) -> None:
    dated = next(row for row in rows[1:] if row[rows[0].index("as_of_year")])
    dated[rows[0].index("until_year")] = str(int(dated[rows[0].index("as_of_year")]) - 1)


@pytest.mark.parametrize(
    ("layer", "edit", "said"),
    [
        ("parks", set_cell(5, "area_ha", "about 12"), "row 5, column area_ha: 'about 12' is refused. Write a number"),
        ("parks", set_cell(5, "kind", "mall"), "row 5, column kind: 'mall' is refused. Write one of: industrial_park"),
        ("parks", set_cell(5, "opened_year", "1899"), "row 5, column opened_year: '1899' is refused"),
        ("parks", set_cell(5, "opened_year", "1990.5"), "Write a whole number"),
        ("parks", set_cell(5, "vintage_2018", "yes"), "Write true or false"),
        ("parks", set_cell(5, "name", ""), "row 5, column name: a blank is refused. Fill it"),
        ("parks", set_cell(5, "cvegeo", "1001"), "column cvegeo"),
        ("parks", set_cell(5, "lon", ""), "row 5, column lon, lat: one coordinate is given without the other"),
        ("parks", lambda rows: rows[5].append("more"), "row 6: the row does not have the"),
        ("parks", lambda rows: rows[0].__setitem__(1, "nombre"), "Rename the column 'nombre' to 'name'"),
        ("parks", lambda rows: rows[0].__setitem__(0, rows[0][1]), "the column name stands twice"),
        ("park_developers", set_cell(3, "developer_id", "nobody"), "'nobody' is not a developer_id of the layer"),
        ("park_developers", lambda rows: rows.append(rows[1]), "the same park, party and role stand above"),
        ("park_developers", close_early, "until_year is before as_of_year. Give a year in which the relation held"),
        ("party_relations", set_cell(3, "parent_id", "nobody"), "'nobody' is not a developer_id of the layer"),
        ("parks", set_cell(5, "source_ids", "semarnat_retc;nope"), "keys are separated by |"),
        (
            "establishments",
            set_cell(9, "lat", "48.85"),
            "row 9, column lon, lat: the point lies more than 5 km outside",
        ),
    ],
)
def test_a_bad_value_is_named_with_file_row_and_cure(
    study_with: Make, layer: str, edit: Callable[[Rows], None], said: str
) -> None:
    problems = refused(study_with(**{layer: edit}))
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith(f"my_{layer}.csv") for problem in problems), problems


def test_a_duplicated_id_names_both_rows(study_with: Make) -> None:
    problems = refused(study_with(parks=lambda rows: rows[9].__setitem__(0, rows[3][0])))
    assert any("rows 4, 10, column park_id" in problem and "its own value" in problem for problem in problems)


def test_swapped_coordinates_are_named_and_not_swapped_silently(study_with: Make) -> None:
    problems = refused(study_with(establishments=swap))
    assert problems == [
        "my_establishments.csv, rows 2-4, column lon, lat: longitude and latitude look swapped. "
        "Put the value of lat into lon and of lon into lat."
    ]


def test_a_file_in_latin_1_is_refused_with_its_row(study_with: Make) -> None:
    content = (shipped_data() / "developers.csv").read_bytes().decode("utf-8").encode("latin-1", "replace")
    (problem,) = refused(study_with(developers=content))
    assert "not UTF-8" in problem
    assert "Save it as UTF-8" in problem
    assert "row" in problem


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "the file is empty"), (b"a,b\x00\n", "NUL"), (b'a,"b\n', "Close every quote"), (b"a,b\n", "is missing")],
)
def test_a_file_that_is_no_table_is_refused(study_with: Make, content: bytes, said: str) -> None:
    assert any(said in problem for problem in refused(study_with(developers=content)))


def test_a_missing_file_is_named(study_with: Make, tmp_path: Path) -> None:
    study = study_with(parks=lambda rows: None)
    (tmp_path / "my_parks.csv").unlink()
    (problem,) = refused(study)
    assert "my_parks.csv does not exist" in problem


def test_a_bom_and_windows_line_ends_are_accepted(study_with: Make) -> None:
    content = (shipped_data() / "developers.csv").read_text(encoding="utf-8").replace("\n", "\r\n")
    layers = read_layers(study_with(developers=content.encode("utf-8-sig")))
    assert len(layers["developers"]) == 121


def test_problems_of_several_files_are_listed_at_once(study_with: Make) -> None:
    problems = refused(
        study_with(
            parks=set_cell(5, "area_ha", "-3"),
            developers=set_cell(7, "founded_year", "x"),
            park_developers=set_cell(3, "role", "tenant"),
        )
    )
    assert {problem.split(",")[0] for problem in problems} == {
        "my_parks.csv",
        "my_developers.csv",
        "my_park_developers.csv",
    }


def test_a_column_wrong_all_the_way_down_is_one_problem(study_with: Make) -> None:
    def spoil(rows: Rows) -> None:
        for number, row in enumerate(rows[1:]):
            row[rows[0].index("area_ha")] = f"x{number}"

    (problem,) = refused(study_with(parks=spoil))
    assert "rows 2-858" in problem
    assert "857 different values are refused" in problem


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", "crosses itself"),
        (None, "the geometry is missing"),
    ],
)
def test_a_bad_polygon_is_named_by_row(tmp_path: Path, shape: str | None, said: str) -> None:
    good = gpd.read_parquet(shipped_data() / "shapes" / "states_drawing.parquet")
    good.loc[3, "geometry"] = None if shape is None else shapely.from_wkt(shape)
    good.to_parquet(tmp_path / "states.parquet")
    text = (shipped_data() / "geo.toml").read_text(encoding="utf-8").split("[layers]")[0]
    (tmp_path / "geo.toml").write_text(text + '[layers]\nstates = "states.parquet"\n', encoding="utf-8")
    with pytest.raises(DataError) as refusal:
        read_shapes(load_study(tmp_path / "geo.toml"), "states")
    (problem,) = refusal.value.problems
    assert problem.rows == (5,)
    assert said in problem.what


def test_a_refused_study_leaves_earlier_outputs_untouched(built: Path, study_with: Make, tmp_path: Path) -> None:
    out = tmp_path / "maps"
    shutil.copytree(built, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(DataError):
        build(study_with(parks=set_cell(5, "kind", "mall")), out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["geo.toml", "maps", "my_parks.csv"]
