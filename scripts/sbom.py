"""Write the bill of materials (CycloneDX, JSON) of what the program runs on; `make sbom` calls it.

It lists the packages that `make atlas` installs here (requirements/run.txt), with versions, licences and who needs
whom; those of the tests and tools are left out. Same environment, same bytes: it holds no random number, and a time
only where SOURCE_DATE_EPOCH gives it. What does not fit the schema of CycloneDX is not written.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from geo.export.folder import whole_file

ROOT = Path(__file__).resolve().parent.parent
SPECIFICATION = "1.6"


def environment() -> dict[str, Any]:
    """Return the bill of materials of this interpreter's whole environment, as cyclonedx-py writes it."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "bom.json"
        subprocess.run(
            [sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", str(ROOT / "pyproject.toml"),
             "--sv", SPECIFICATION, "--output-reproducible", "--no-validate", "--output-format", "JSON",
             "--output-file", str(target), sys.executable],
            check=True, capture_output=True,
        )  # fmt: skip
        return dict(json.loads(target.read_text(encoding="utf-8")))


def without_tools(bom: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Return a bill of materials with the named packages alone.

    Parameters
    ----------
    bom
        Bill of materials of an environment.
    names
        Packages to keep, by their canonical names.

    Raises
    ------
    SystemExit
        If one of them is not in the bill.
    """
    kept = {each["bom-ref"] for each in bom["components"] if canonicalize_name(each["name"]) in names}
    present = {canonicalize_name(each["name"]) for each in bom["components"]}
    if names - present:
        raise SystemExit(f"Not installed: {', '.join(sorted(names - present))}. Run it by make sbom.")
    root = bom["metadata"]["component"]["bom-ref"]
    return bom | {
        "components": [each for each in bom["components"] if each["bom-ref"] in kept],
        "dependencies": [
            {"ref": each["ref"]} | _only(kept, each.get("dependsOn", []))
            for each in bom["dependencies"]
            if each["ref"] in {*kept, root}
        ],
    }


def _only(kept: set[str], needs: list[str]) -> dict[str, list[str]]:
    left = [each for each in needs if each in kept]
    return {"dependsOn": left} if left else {}


def locked_here() -> set[str]:
    """Return the names of the packages that the lock of a plain installation holds for this interpreter."""
    lines = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line.removesuffix("\\")) for line in lines if line[:1].isalnum()]
    return {canonicalize_name(each.name) for each in pinned if each.marker is None or each.marker.evaluate()}


def bill_of_materials() -> str:
    """Return the bill of materials of what the program runs on, as JSON."""
    return json.dumps(without_tools(environment(), locked_here()), ensure_ascii=False, indent=2) + "\n"


def check(text: str) -> None:
    """Hold a bill of materials to the strict schema of CycloneDX.

    Raises
    ------
    SystemExit
        If it does not fit, in the words of the validator.
    """
    fault = JsonStrictValidator(SchemaVersion.from_version(SPECIFICATION)).validate_str(text)
    if fault is not None:
        raise SystemExit(f"The bill of materials does not fit CycloneDX {SPECIFICATION}: {fault}")


def main() -> None:
    """Write the bill of materials to the file that the command line names."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("out", type=Path)
    out = options.parse_args().out
    text = bill_of_materials()
    check(text)
    with whole_file(out) as staging:
        staging.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
