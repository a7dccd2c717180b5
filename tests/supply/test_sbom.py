"""The bill of materials: valid by the schema of CycloneDX, the same each time, and of the program alone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import sbom


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return sbom.without_tools(sbom.environment(), sbom.locked_here())


def test_it_lists_what_a_plain_installation_has(bill: dict[str, Any]) -> None:
    names = {sbom.canonicalize_name(each["name"]) for each in bill["components"]}
    assert names == sbom.locked_here()
    assert {"geopandas", "numpy", "shapely"} < names
    assert not {"pytest", "hypothesis", "frictionless"} & names
    assert bill["metadata"]["component"]["name"] == "corredor"
    assert all(each["version"] for each in bill["components"])


def test_every_need_is_a_component(bill: dict[str, Any]) -> None:
    refs = {each["bom-ref"] for each in bill["components"]}
    needs = {each["ref"]: set(each.get("dependsOn", [])) for each in bill["dependencies"]}
    assert set(needs) == refs | {bill["metadata"]["component"]["bom-ref"]}
    assert set().union(*needs.values()) <= refs
    pandas = next(ref for ref in refs if ref.startswith("pandas=="))
    assert any(ref.startswith("numpy==") for ref in needs[pandas])


def test_it_is_the_same_each_time_and_holds_no_clock(bill: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    again = sbom.without_tools(sbom.environment(), sbom.locked_here())
    assert json.dumps(again) == json.dumps(bill)
    assert "timestamp" not in bill["metadata"]
    assert "serialNumber" not in bill
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert sbom.environment()["metadata"]["timestamp"].startswith("2001-09-09T01:46:40")


def test_it_tells_nothing_of_the_machine(bill: dict[str, Any]) -> None:
    text = json.dumps(bill)
    assert not re.search(r"file:|/home/|/root|/tmp", text)
    assert str(sbom.ROOT) not in text


def test_it_fits_the_schema_and_what_does_not_is_refused(bill: dict[str, Any]) -> None:
    """The schema takes ten seconds for all components: `make sbom` holds them all to it, this three of them."""
    few = sbom.without_tools(bill, {sbom.canonicalize_name(each["name"]) for each in bill["components"][:3]})
    sbom.check(json.dumps(few))
    with pytest.raises(SystemExit, match="does not fit CycloneDX"):
        sbom.check(json.dumps(few | {"bomFormat": "other"}))


def test_what_is_not_installed_is_said() -> None:
    bill = {"components": [], "dependencies": [], "metadata": {"component": {"bom-ref": "root"}}}
    with pytest.raises(SystemExit, match="Not installed: numpy"):
        sbom.without_tools(bill, {"numpy"})
