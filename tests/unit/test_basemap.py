"""Online tiles: found by name, refused with a sentence where they cannot serve, and never more than asked for."""

from __future__ import annotations

import re

import pytest

from geo.errors import ChoiceError
from geo.export.basemap import SUGGESTED, find_basemap


@pytest.mark.parametrize("name", SUGGESTED)
def test_a_suggested_basemap_can_serve(name: str) -> None:
    found = find_basemap(name)
    assert found.name == name
    assert all(re.fullmatch(r"https://[\w.-]+", origin) for origin in found.origins)
    assert set(re.findall(r"{(\w+)}", found.url)) <= {"x", "y", "z", "s", "r"}
    assert "<" not in re.sub(r"</?a\b[^>]*>", "", found.attribution)


def test_every_subdomain_is_named_and_nothing_else() -> None:
    assert find_basemap("OpenTopoMap").origins == tuple(f"https://{each}.tile.opentopomap.org" for each in "abc")
    assert find_basemap("Esri.WorldImagery").origins == ("https://server.arcgisonline.com",)


def test_case_dots_and_spaces_do_not_matter() -> None:
    assert find_basemap("esri world imagery").name == "Esri.WorldImagery"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("CartoDB.Positron", "API KEY REQUIRED"),
        ("cartodb voyager", "API KEY REQUIRED"),
        ("Stadia.AlidadeSmooth", "registered accounts"),
        ("Thunderforest.Outdoors", "needs a token or an API key"),
        ("MapBox", "needs a token or an API key"),
        ("AzureMaps.MicrosoftImagery", "needs a token or an API key"),
        ("OrdnanceSurvey.Road", "needs a token or an API key"),
        ("NASAGIBS.ModisTerraTrueColorCR", "its address needs time"),
        ("TopPlusOpen.Color", "not served over https"),
        ("NASAGIBS.BlueMarble3413", "not in Web Mercator"),
        ("nlmaps.standaard", "does not cover the map"),
        ("OpenTopoMapp", "Did you mean OpenTopoMap?"),
        ("qqqqqqqqqqqq", "Try one of OpenTopoMap"),
    ],
)
def test_what_cannot_serve_is_refused_in_one_sentence_with_a_cure(name: str, why: str) -> None:
    with pytest.raises(ChoiceError, match=re.escape(why)) as caught:
        find_basemap(name)
    assert "\n" not in str(caught.value)
    assert re.search(r"Try one of|Did you mean", str(caught.value))
