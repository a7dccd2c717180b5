"""What is installed is what was locked, file by file, and everybody may use it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import build_dependencies
import lock
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
FILES = [lock.CONSTRAINTS, *(lock.FOLDER / f"{name}.txt" for name in lock.LOCKS)]


def pins(path: Path) -> list[Requirement]:
    lines = (block.split("\\")[0].strip() for block in lock.blocks(path.read_text(encoding="utf-8")))
    return [Requirement(line) for line in lines]


def with_bases(name: str | None) -> list[Requirement]:
    """Return the pins of a lock and of those it goes on from."""
    return [*with_bases(lock.LOCKS[name][0]), *pins(lock.FOLDER / f"{name}.txt")] if name else []


def here(requirements: list[Requirement]) -> dict[str, Requirement]:
    """Return the requirements that hold for this interpreter."""
    return {
        canonicalize_name(each.name): each for each in requirements if each.marker is None or each.marker.evaluate()
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_file_of_versions_names_an_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted|\w+\.(org|com|net)\b", text)


@pytest.mark.parametrize("name", lock.LOCKS)
def test_every_requirement_is_one_version_with_the_hashes_of_its_files(name: str) -> None:
    blocks = lock.blocks((lock.FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
    for block in blocks:
        assert re.match(r"[a-z0-9.-]+==[^\s*]+ ", block), block
        assert re.fullmatch(r"[^\n]*\\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", block), block


@pytest.mark.parametrize("name", lock.LOCKS)
def test_a_lock_holds_the_versions_of_the_constraints(name: str) -> None:
    known = {str(each) for each in pins(lock.CONSTRAINTS)}
    plain = {str(each).split(" ;")[0].split(";")[0] for each in pins(lock.CONSTRAINTS)}
    for each in pins(lock.FOLDER / f"{name}.txt"):
        assert str(each) in known or str(each).split(";")[0] in plain


@pytest.mark.parametrize("name", lock.LOCKS)
def test_a_lock_has_all_that_the_project_asks_for(name: str) -> None:
    """What is new in pyproject.toml and not locked is found here: run make lock."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*about["project"]["dependencies"], *about["build-system"]["requires"]]
    for extra in lock.extras_of(name):
        asked += about["project"]["optional-dependencies"][extra]
    locked = here(with_bases(name))
    for each in here([Requirement(text) for text in asked]).values():
        (pin,) = locked[canonicalize_name(each.name)].specifier
        assert each.specifier.contains(Version(pin.version)), f"{each}: {pin}"


def test_every_extra_is_in_a_lock() -> None:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {extra for name in lock.LOCKS for extra in lock.extras_of(name)} == set(
        about["project"]["optional-dependencies"]
    )


def test_what_is_installed_is_what_was_locked() -> None:
    """The tests test the versions that the locks promise."""
    for name, each in here(with_bases("test")).items():
        assert each.specifier.contains(version(name), prereleases=True), f"{each}, installed is {version(name)}"


def test_make_installs_nothing_without_its_hash() -> None:
    """Every call of pip in the Makefile is by hashes, or of the project itself with nothing fetched."""
    for target in ("run", "test", "lint", "bench", "campaign", "audit"):
        shown = subprocess.run(
            ["make", "--dry-run", "--always-make", f".venv/{target}.stamp"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        calls = re.findall(r"pip [^&\n]*install ([^&\n]*)", shown.replace("\\\n", " "))
        assert len(calls) >= 2, target
        assert [call.strip() for call in calls[:2]] == [
            f"--require-hashes --requirement requirements/{target}.txt",
            "--no-deps --no-build-isolation --editable .",
        ]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert len(re.findall(r"\bPIP\) install", makefile)) == 2


def table() -> dict[tuple[str, str], tuple[str, str]]:
    """Return licence and use by package and version, as docs/dependencies.md has them."""
    lines = build_dependencies.PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {(name, number): (licence, use) for name, number, licence, use in cells if name != "package"}


def test_the_page_of_licences_lists_exactly_what_is_locked() -> None:
    """Run make dependencies after make lock."""
    assert set(table()) == {each for packages in build_dependencies.locked().values() for each in packages}


def test_every_licence_is_what_the_package_says_and_may_be_used() -> None:
    checked = 0
    for (name, _), (licence, use) in table().items():
        assert build_dependencies.use(licence) == use, name
        try:
            found = build_dependencies.licence_of(name)
        except LookupError as error:
            assert isinstance(error.__cause__, PackageNotFoundError), error
            continue
        checked += 1
        assert found == licence, name
    assert checked > 100


def test_users_install_nothing_under_the_licences_of_tools() -> None:
    for name, number in build_dependencies.locked()["run"]:
        assert table()[name, number][1] in ("permissive", "own files"), name


@pytest.mark.parametrize(
    ("licence", "use"),
    [
        ("MIT", "permissive"),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", "permissive"),
        ("MPL-2.0 AND MIT", "own files"),
        ("GPL-3.0-only OR MIT", "permissive"),
        ("Artistic-1.0-Perl OR GPL-2.0-or-later", "tools"),
        ("GPL-3.0-or-later", None),
        ("AGPL-3.0-only AND MIT", None),
        ("LicenseRef-Proprietary", None),
    ],
)
def test_a_licence_that_hinders_is_refused(licence: str, use: str | None) -> None:
    assert build_dependencies.use(licence) == use


def test_a_package_under_the_gpl_does_not_come_into_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(build_dependencies.STATED, "numpy", "GPL-3.0-only")
    with pytest.raises(LookupError, match="no rule allows its licence GPL-3"):
        build_dependencies.row("numpy", "1")
