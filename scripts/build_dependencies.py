"""Write docs/dependencies.md: every locked package with its version, its licence and whether Corredor may use it.

`make dependencies` installs every lock and runs it. Licences are read from the packages' own metadata; where a package
says none there, STATED says what the licence in its archive is. A licence without a rule here stops the script, and a
test holds the page to the locks.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from license_expression import LicenseExpression, LicenseSymbol, Licensing, get_spdx_licensing
from lock import FOLDER, LOCKS, blocks
from packaging.licenses import canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dependencies.md"

PERMISSIVE = frozenset({
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT",
    "MIT-0", "MIT-CMU", "PSF-2.0", "Unlicense", "Zlib",
})  # fmt: skip
#: Copyleft that ends at the package's own files: no hindrance to importing it unchanged.
OWN_FILES_ONLY = frozenset({"LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-2.0"})
#: Never part of what users install.
TOOLS_ONLY = frozenset({"Artistic-1.0-Perl"})

#: Licences of packages whose metadata does not say it, as the licence file in their archive does; sedonadb and
#: XStatic-Leaflet as their projects (Apache Sedona, Leaflet) do; of the rest, packages for other systems and Pythons.
STATED = {
    "appnope": "BSD-2-Clause",
    "atheris": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "cffi": "MIT-0",
    "colorama": "BSD-3-Clause",
    "exactextract": "Apache-2.0",
    "pycparser": "BSD-3-Clause",
    "sedonadb": "Apache-2.0",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
    "xstatic-leaflet": "BSD-2-Clause",
    "yattag": "LGPL-2.1-only",
}

#: The usual words, whole, of metadata from before licence expressions; BSD is told apart by the text itself.
WORDS = {
    "Apache-2.0": r"apache([- ]2\.0)?( software)?( license)?",
    "BSD-3-Clause": r"bsd[- ]3[- ]clause( license)?",
    "BSD-2-Clause": r"bsd[- ]2[- ]clause( license)?",
    "BSD": r"(new )?bsd( license)?",
    "ISC": r"isc( license)?( \(iscl\))?",
    "MIT": r"mit( license)?",
    "MPL-2.0": r"mpl-2\.0|mozilla public license 2\.0 \(mpl 2\.0\)",
    "MPL-2.0 AND MIT": r"mpl-2\.0 and mit",
    "PSF-2.0": r"psfl?(-2\.0)?|python software foundation license",
    "Unlicense": r"(the )?unlicense( \(unlicense\))?",
}

HEAD = """# Dependencies and their licences

Written by `scripts/build_dependencies.py` (`make dependencies`), never edited. Corredor itself is under the **MIT**
licence; its data have [licences of their own](../data/LICENSES.md).

Every package is locked to one version and to the hashes of its files (`requirements/`, written by `make lock`); `pip`
refuses a file that is not one of them. The locks hold for every Python from 3.11 on and every system; soupsieve alone
differs with the Python. Where a package has no wheel for a system, pip builds it from its locked source, with build
tools that are not locked; on Linux (x86-64, Python 3.11 to 3.13) none of those to run or to test needs that.

What the licences ask for:

- **Permissive** (MIT, BSD, Apache-2.0, ISC, PSF-2.0, Zlib, ...): compatible; keep the notice when you pass the
  package on.
- **Copyleft of the package's own files** (MPL-2.0, LGPL): compatible, as Corredor imports these packages unchanged and
  copies nothing out of them. Who passes on a changed copy of such a package owes its source.
- **Of tools only** (Artistic-1.0): used to test the program, in nothing that a user installs or receives.
- GPL and AGPL: none, and a test refuses them. text-unidecode is offered under a choice, of which we take the other.

An atlas holds Leaflet (BSD-2-Clause) with its notice; no other package's code is in an output.

"""

TITLES = {
    "run": "To run",
    "test": "To test, and for the extras `postgis`, `scale` and `shapes`",
    "lint": "To lint",
    "bench": "For benchmarks",
    "campaign": "For the long campaigns",
    "audit": "To lock and to audit",
}

TAIL = """## What to know

- Wheels carry compiled libraries under licences of their own; each package lists them. On Linux: GEOS (LGPL-2.1) in
  shapely, pyogrio, rasterio, exactextract and sedonadb; the GCC runtime (GPL-3.0 with the GCC runtime library
  exception) in numpy, scipy and scikit-learn; GDAL and PROJ (MIT) in pyogrio, rasterio and pyproj; libpq, OpenSSL and
  Kerberos in psycopg-binary.
- psycopg (LGPL-3.0) is installed only with the extra `postgis`.
- `make audit` asks a public service for known vulnerabilities of every locked version and needs the internet. A version
  that the service does not know stops it: unknown is not safe. `make sbom` writes the bill of materials (CycloneDX
  1.6).
"""


def licence_of(name: str) -> str:
    """Return the licence of a package as an SPDX expression.

    Parameters
    ----------
    name
        Canonical name of a package.

    Raises
    ------
    LookupError
        If neither its metadata nor STATED says it, or it is not installed.
    """
    if name in STATED:
        return STATED[name]
    try:
        package = distribution(name)
    except PackageNotFoundError as error:
        raise LookupError(f"{name}: not installed; run make dependencies") from error
    metadata = package.metadata
    # A package may bring an importlib_metadata that takes the standard one's place and raises for what is not there.
    said = {name: (metadata.get_all(name) or [""])[0] for name in ("License-Expression", "License")}
    if said["License-Expression"]:
        return str(canonicalize_license_expression(said["License-Expression"]))
    classifiers = [each.split(" :: ")[-1] for each in metadata.get_all("Classifier") or [] if each[:7] == "License"]
    for words in (said["License"], *classifiers):
        # A whole licence in the field begins with a copyright line and says nothing in a word.
        found = next((said for said, form in WORDS.items() if re.fullmatch(form, words.strip().lower())), None)
        if found is not None:
            return _clauses(package) if found == "BSD" else found
    raise LookupError(f"{name}: its metadata names no licence that is known here; look into its archive, add to STATED")


def _clauses(package: Distribution) -> str:
    """Return which BSD licence a package's own text is."""
    for file in package.files or []:
        if re.match(r"licen[sc]e|copying", file.name, re.IGNORECASE):
            text = re.sub(r"\s+", " ", file.read_text())
            if "Redistribution and use" in text:
                return (
                    "BSD-3-Clause"
                    if "either the name" in text or "ay not be used to endorse" in text
                    else "BSD-2-Clause"
                )
    raise LookupError(f"{package.name}: its metadata say BSD and it has no text; look into its archive, add to STATED")


def use(expression: str) -> str | None:
    """Return how a package under a licence may be used: ``permissive``, ``own files``, ``tools``; None if not at all.

    Parameters
    ----------
    expression
        Licence as an SPDX expression. Of a choice the freest counts, of several together the strictest.
    """
    ranks = ("permissive", "own files", "tools", None)

    def rank(part: LicenseExpression) -> int:
        if isinstance(part, LicenseSymbol) or not part.args:
            word = str(part)
            known = (word in PERMISSIVE, word in OWN_FILES_ONLY, word in TOOLS_ONLY, True)
            return known.index(True)
        return (min if part.operator.strip() == "OR" else max)(rank(each) for each in part.args)

    return ranks[rank(_spdx().parse(expression))]


@cache
def _spdx() -> Licensing:
    return get_spdx_licensing()


def locked() -> dict[str, list[tuple[NormalizedName, str]]]:
    """Return the name and version of every package of each lock."""
    found = {}
    for lock in LOCKS:
        lines = [block.split("\\")[0] for block in blocks((FOLDER / f"{lock}.txt").read_text(encoding="utf-8"))]
        pinned = [Requirement(line.strip()) for line in lines]
        found[lock] = [(canonicalize_name(each.name), str(each.specifier).removeprefix("==")) for each in pinned]
    return found


def row(name: str, version: str) -> str:
    """Return the line of a package in the page.

    Raises
    ------
    LookupError
        If its licence is not known or hinders its use.
    """
    licence = licence_of(name)
    allowed = use(licence)
    if allowed is None:
        raise LookupError(f"{name}: no rule allows its licence {licence}")
    return f"| {name} | {version} | {licence} | {allowed} |\n"


def page() -> str:
    """Return docs/dependencies.md."""
    parts = [HEAD]
    for lock, packages in locked().items():
        parts.append(f"## {TITLES[lock]}\n\n| package | version | licence | use |\n|---|---|---|---|\n")
        parts += [row(*each) for each in packages]
        parts.append("\n")
    return "".join(parts) + TAIL


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
