"""Coordinates as people write them."""

from __future__ import annotations

import pytest

from geo.ingest.coordinates import Place, parse_angle, parse_pair, place_of
from geo.study import load_study

REGION = load_study().region


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("-100.3125", -100.3125),
        ("-100,3125", -100.3125),
        ("−100.3125", -100.3125),
        ("25°40'12\"N", 25.67),
        ("25 40 12", 25.67),
        ("25:40:12", 25.67),
        ("25º40’12.5’’ N", 25.67013889),
        ("25°40´12.5´´N", 25.67013889),
        ("25° 40′ 12,5″", 25.67013889),
        ("25° 40,5'", 25.675),
        ("100°18'W", -100.3),
        ("100° 18' 45\" Oeste", -100.3125),
        ("O 100.3125", -100.3125),
        ("100 18 45,0 O", -100.3125),
        ("Lat. 25.67", 25.67),
        ("25 grados 40 min 12 seg", 25.67),
    ],
)
def test_what_people_write_is_read(text: str, degrees: float) -> None:
    angle = parse_angle(text)
    assert angle is not None
    assert angle.degrees == pytest.approx(degrees, abs=1e-7)


@pytest.mark.parametrize(
    "text",
    ["25°70'", "25°40'61\"", "25.5 40 12", "25.670.123", "Monterrey", "-25°40'N", "25 N 40 E", "1e2", "1/2", "", "-"],
)
def test_what_is_no_coordinate_is_not_read(text: str) -> None:
    assert parse_angle(text) is None


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("25.67, -100.31", ("-100.31", "25.67")),
        ("25,67; -100,31", ("-100,31", "25,67")),
        ("25,67, -100,31", ("-100,31", "25,67")),
        ("25.67 -100.31", ("-100.31", "25.67")),
        ("POINT (-100.31 25.67)", ("-100.31", "25.67")),
        ("25°40'12\"N 100°18'36\"W", ("100°18'36\"W", "25°40'12\"N")),
        ("100°18'36\"O, 25°40'12\"N", ("100°18'36\"O", "25°40'12\"N")),
        ("Apodaca", None),
        ("25.67", None),
    ],
)
def test_pairs_are_split(text: str, pair: tuple[str, str] | None) -> None:
    assert parse_pair(text) == pair


@pytest.mark.parametrize(
    ("lon", "lat", "refusal"),
    [
        ("25.77", "-100.19", "swapped"),
        ("25°46'N", "100°11'W", "swapped"),
        ("100.19", "25.77", "unsigned"),
        ("25.77", "100.19", "swapped_unsigned"),
        ("-3.7", "40.4", "outside"),
        ("2600000", "1400000", "not_degrees"),
        ("-100.19", "", "half_point"),
        ("-100.19", "N/E", "not_coordinate"),
    ],
)
def test_wrong_coordinates_are_refused_and_never_mended_unasked(lon: str, lat: str, refusal: str) -> None:
    assert place_of(lon, lat, REGION) == Place(refusal=refusal)


@pytest.mark.parametrize(
    ("lon", "lat", "fixes", "done"),
    [
        ("25.77", "-100.19", ["swap"], ("swap",)),
        ("100.19", "25.77", ["sign"], ("sign",)),
        ("25.77", "100.19", ["swap", "sign"], ("swap", "sign")),
    ],
)
def test_the_cure_that_was_asked_for_is_applied_and_told(
    lon: str, lat: str, fixes: list[str], done: tuple[str, ...]
) -> None:
    assert place_of(lon, lat, REGION, fixes) == Place(-100.19, 25.77, done=done)


def test_one_cure_does_not_do_the_work_of_two() -> None:
    assert place_of("25.77", "100.19", REGION, ["swap"]).refusal == "swapped_unsigned"


def test_minutes_without_a_letter_lie_on_the_regions_side() -> None:
    place = place_of("100 18 45", "25 40 12", REGION)
    assert (place.lon, place.lat, place.done) == (-100.3125, 25.67, ("west",))


def test_no_coordinates_are_no_point_and_no_refusal() -> None:
    assert place_of(" ", "", REGION) == Place()
