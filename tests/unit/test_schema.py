"""The declarations themselves: names, labels, references, and the column contract of the parks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from geo.schema import LAYERS, LICENCES, Layer
from geo.study import Study, at_work

NAMED_UNITS = {"km": "km", "ha": "ha", "m": "m"}

#: The column contract of the layer parks.
PARKS_CONTRACT = (
    "park_id name kind cve_ent state cvegeo municipality metro_area developers owner_kind area_ha area_basis "
    "opened_year first_seen_year last_seen_year plants_registered vintage_2018 study_set confidence location_basis "
    "location_error_m source_ids border_km port_name port_km port_road_km corridor_branch chainage_km offset_km "
    "parks_25km establishments_25km auto_plants_25km assembly_plant assembly_km market_potential cluster_id gi_star_z "
    "gi_star_p gi_star_significant owner_known_share_25km owner_hhi_25km_low owner_hhi_25km_high owner_excess_25km "
    "owner_excess_p owner_excess_significant wage_daily_mxn wage_year wage_level min_wage_zone population_30km"
)


def test_parks_hold_the_contracts_columns_in_its_order() -> None:
    names = [column.name for column in LAYERS["parks"].output_columns]
    assert " ".join(names).startswith(PARKS_CONTRACT + " ")


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_a_layer_is_fully_declared(layer: Layer) -> None:
    assert layer.licence in LICENCES
    assert layer.en
    assert layer.es
    assert layer.description.endswith(".")
    names = [column.name for column in layer.columns]
    assert len(set(names)) == len(names)
    for column in layer.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name), column.name
        assert column.en, column.name
        assert column.es, column.name
        assert column.unit is None or column.decimals is not None, column.name
        if column.refers_to is not None:
            target, key = column.refers_to.split(".")
            assert key in {other.name for other in LAYERS[target].columns}
        if column.unit in NAMED_UNITS and column.kind == "number":
            assert NAMED_UNITS[column.unit] in column.name.split("_"), column.name


def test_every_published_layer_has_a_title_of_its_own() -> None:
    published = [layer for layer in LAYERS.values() if layer.published]
    for language in ("en", "es"):
        titles = [getattr(layer, language) for layer in published]
        assert len(set(titles)) == len(titles)


def test_what_sums_up_a_studys_own_layer_is_the_studys_own(study_with: Callable[..., Study]) -> None:
    """The parts of a layer and their sums come under one licence."""
    hexagons = LAYERS["establishment_hexagons"]
    assert hexagons.licence == LAYERS["establishments"].licence == "semarnat"
    with at_work(study_with(establishments=b"")):
        assert hexagons.licence == LAYERS["establishments"].licence == "own"
        assert LAYERS["auto_parts_plants"].licence == "semarnat"
