"""Parties of a derived inventory: from lists, and by a brand in the name."""

from __future__ import annotations

import pandas as pd

from geo.inventory.parties import brands_of, parties_of

PLACES = {"19006": ("APODACA", "NUEVO LEON"), "02002": ("MEXICALI", "BAJA CALIFORNIA")}
LISTS = pd.DataFrame(
    [
        ("a", "Parque Industrial FINSA Apodaca", "19006", "19", -100.2, 25.8),
        ("b", "Parque Industrial Kalos", "19006", "19", -100.1, 25.7),
        ("c", "Parque Industrial PIMSA III", "02002", "02", -115.4, 32.6),
    ],
    columns=["park_id", "name", "cvegeo", "cve_ent", "lon", "lat"],
).assign(alt_names=None, location_error_m=900.0)
DEVELOPERS = pd.DataFrame(
    {"developer_id": ["finsa", "kalos", "pimsa"], "name": ["FINSA", "Grupo Kalos", "PIMSA Desarrollos"]}
)
ROLES = pd.DataFrame(
    [
        ("a", "finsa", "developer", "brand_in_name", 2018, "s1"),
        ("b", "kalos", "owner", "press", 2015, "s2|s3"),
        ("c", "pimsa", "developer", "brand_in_name", None, "s4"),
    ],
    columns=["park_id", "developer_id", "role", "basis", "as_of_year", "source_ids"],
)
DERIVED = pd.DataFrame(
    [
        ("k", "Parque Industrial Kalos", "19006", "19", -100.1, 25.7),
        ("f", "Parque Industrial FINSA Guadalupe", "19006", "19", -100.5, 25.1),
        ("p", "Parque Industrial PIMSA Oriente", "19006", "19", -100.3, 25.9),
        ("n", "Parque Industrial Martel", "19006", "19", None, None),
    ],
    columns=["park_id", "name", "cvegeo", "cve_ent", "lon", "lat"],
).assign(alt_names=None, location_error_m=900.0)


def test_relations_of_lists_are_carried_over_with_role_basis_year_and_sources() -> None:
    parties = parties_of(DERIVED, LISTS, ROLES, DEVELOPERS, places=PLACES)
    kalos = parties.roles.set_index("park_id").loc["k"]
    assert (kalos["developer_id"], kalos["role"], kalos["basis"]) == ("kalos", "owner", "press")
    assert (kalos["as_of_year"], kalos["source_ids"]) == (2015, "s2|s3")
    told = parties.evidence.set_index("park_id").loc["k"]
    assert (told["rule"], told["from_park_id"], told["score"]) == ("lists", "b", 100.0)
    assert (told["basis"], told["as_of_year"], told["source_ids"]) == ("press", 2015, "s2|s3")


def test_a_brand_in_the_name_counts_where_its_party_has_a_park_and_nowhere_else() -> None:
    assert brands_of(LISTS, ROLES, DEVELOPERS, PLACES) == {
        ("19", "FINSA"): ("finsa", "s1"),
        ("02", "PIMSA"): ("pimsa", "s4"),
    }
    parties = parties_of(DERIVED, LISTS, ROLES, DEVELOPERS, places=PLACES)
    assert set(parties.roles["park_id"]) == {"k", "f"}
    finsa = parties.roles.set_index("park_id").loc["f"]
    assert (finsa["developer_id"], finsa["basis"], finsa["source_ids"]) == ("finsa", "brand_in_name", "s1")
    assert pd.isna(finsa["as_of_year"])


def test_a_relation_by_brand_names_brand_years_seen_and_the_sources_of_both() -> None:
    derived = DERIVED.assign(first_seen_year=2007, last_seen_year=2019, source_ids="semarnat_retc|s1")
    parties = parties_of(derived, LISTS, ROLES.assign(until_year=2021), DEVELOPERS, places=PLACES)
    assert parties.roles.set_index("park_id").loc["f", "source_ids"] == "s1|semarnat_retc"
    assert parties.roles.set_index("park_id").loc["k", "until_year"] == 2021
    told = parties.evidence.set_index("park_id").loc["f"]
    assert (told["brand"], told["basis"]) == ("FINSA", "brand_in_name")
    assert (told["first_seen_year"], told["last_seen_year"]) == (2007, 2019)
    assert pd.isna(told["as_of_year"]) and pd.isna(told["until_year"])


def test_a_brand_of_two_parties_is_nobody_s() -> None:
    roles = pd.concat([ROLES, ROLES.iloc[[0]].assign(developer_id="other")])
    developers = pd.concat([DEVELOPERS, pd.DataFrame({"developer_id": ["other"], "name": ["FINSA Norte"]})])
    assert ("19", "FINSA") not in brands_of(LISTS, roles, developers, PLACES)


def test_no_park_has_no_party() -> None:
    parties = parties_of(DERIVED.iloc[:0], LISTS, ROLES, DEVELOPERS, places=PLACES)
    assert parties.roles.empty and parties.evidence.empty
