"""Same study, same seed, same bytes: on another machine, in another language, on another clock.

Two runs that differ in all run with the other tests; every variation in the campaign, which writes
tests/results/determinism.json.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(__file__).with_name("determinism_work.py")
RESULTS = ROOT / "tests" / "results" / "determinism.json"
EXAMPLE = ROOT / "examples" / "otra_region"

#: Where libraries of linear algebra and loops read how many threads to use.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "GDAL_NUM_THREADS")


@dataclass(frozen=True)
class Variation:
    """What is other about a run than about the first one."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    umask: int = 0o022
    python: str = sys.executable
    locale: str | None = None
    #: Whether linear algebra may round otherwise: see `only_likelihoods_differ`.
    rounds_otherwise: bool = False


#: Two runs that have nothing in common but the study.
SHORT = (
    Variation(
        "hash seed 7, C without UTF-8, Tokyo, one thread, umask 077, folders reversed",
        {"PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Asia/Tokyo"}
        | dict.fromkeys(THREADS, "1"), ("reversed",), 0o077,
    ),
    Variation(
        "hash seed random, C.UTF-8, Hermosillo, two threads, umask 022",
        {"PYTHONHASHSEED": "random", "TZ": "America/Hermosillo"} | dict.fromkeys(THREADS, "2"),
    ),
)  # fmt: skip

#: Several things are other at once: equal bytes clear all of them; where bytes differ, take the variation apart.
ALL = (
    Variation("hash seed 0, UTC, umask 022", {"PYTHONHASHSEED": "0"}),
    Variation(
        "hash seed 1, LC_ALL=C, Pacific/Kiritimati, umask 077, one thread",
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"} | dict.fromkeys(THREADS, "1"), (), 0o077,
    ),
    Variation(
        "hash seed random, es_MX.UTF-8, America/Hermosillo, umask 002, two threads, folders reversed",
        {"PYTHONHASHSEED": "random", "TZ": "America/Hermosillo"} | dict.fromkeys(THREADS, "2"), ("reversed",), 0o002,
        locale="es_MX.UTF-8",
    ),
    Variation(
        "LC_ALL=C without UTF-8, nothing compiled before, folders reversed",
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "NUMBA_CACHE_DIR": "{new}",
         "XDG_CACHE_HOME": "{new}"}, ("reversed",),
    ),
    Variation("es_MX.ISO-8859-1, Asia/Tokyo", {"TZ": "Asia/Tokyo"}, locale="es_MX.ISO-8859-1"),
    Variation("decimal comma: de_DE.UTF-8 taken on whole by the embedding program", {}, ("comma",),
              locale="de_DE.UTF-8"),
    Variation(
        "older processor: no AVX in numpy, kernels of 2008 in OpenBLAS, generic code of numba",
        {"OPENBLAS_CORETYPE": "Nehalem", "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "",
         "NPY_DISABLE_CPU_FEATURES": "{old}", "NUMBA_CACHE_DIR": "{new}", "XDG_CACHE_HOME": "{new}"},
        rounds_otherwise=True,
    ),
)  # fmt: skip


def newer_features() -> str:
    """Return what this processor can beyond those of 2008, as numpy names it."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))


def locale_folder(name: str, folder: Path) -> str:
    """Return a folder for LOCPATH with a locale made from the system's sources; skip where they are not there."""
    language, charset = name.split(".")
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales", language).exists():
        pytest.skip(f"{name} cannot be made here: Debian's package locales is missing")
    subprocess.run(["localedef", "-i", language, "-f", charset, str(folder / name)], check=True, capture_output=True)
    return str(folder)


def outputs(variation: Variation, study: Path, folder: Path, *flags: str) -> Path:
    """Return the folder that a run under a variation wrote."""
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    environment |= {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    given = {"{new}": str(folder / "cache"), "{old}": newer_features()}
    environment |= {name: given.get(value, value) for name, value in variation.environment.items()}
    if variation.locale is not None:
        environment |= {"LOCPATH": locale_folder(variation.locale, folder), "LC_ALL": variation.locale}
    out = folder / "una carpeta"
    ran = subprocess.run(
        [variation.python, str(WORK), str(study), str(out), *variation.flags, *flags],
        check=False, env=environment, cwd=folder, umask=variation.umask, capture_output=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")[-2000:]
    return out


def differing(one: Path, other: Path) -> list[str]:
    """Return the files that two folders do not hold with the same bytes."""
    names = {path.relative_to(folder) for folder in (one, other) for path in folder.rglob("*") if path.is_file()}
    assert names
    same = [
        (one / name).is_file() and (other / name).is_file() and (one / name).read_bytes() == (other / name).read_bytes()
        for name in sorted(names)
    ]
    return [name.as_posix() for name, equal in zip(sorted(names), same, strict=True) if not equal]


def wrong_modes(folder: Path, umask: int) -> list[str]:
    """Return what has other rights than the umask leaves: outputs are for whom the user's other files are for.

    SQLite makes its files without the right of others to write, whatever the umask.
    """
    usual = {".gpkg": 0o644}
    return [
        f"{path.relative_to(folder)} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in sorted(folder.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) != (0o777 if path.is_dir() else usual.get(path.suffix, 0o666)) & ~umask
    ]


def only_likelihoods_differ(one: Path, other: Path, files: list[str]) -> bool:
    """Return whether two folders differ in nothing but the models found by maximum likelihood, and there by little.

    Notes
    -----
    The search for the greatest likelihood (ml_lag, ml_error of wage_gradient) ends where the likelihood no longer
    changes, and the last digits of a likelihood are those of the processor's linear algebra: the named exception. The
    table is in the GeoPackages and maps; the manifests hold their hashes.
    """
    holders = {"corredor.gpkg", "atlas.html", "map.html", "manifest.json"}
    if any(Path(name).name not in holders and Path(name).stem != "wage_gradient" for name in files):
        return False
    tables = [pd.read_csv(folder / "maps" / "tables" / "wage_gradient.csv") for folder in (one, other)]
    searched = tables[0]["model"].str.startswith("ml_")
    pd.testing.assert_frame_equal(tables[0][~searched], tables[1][~searched], check_exact=True)
    pd.testing.assert_frame_equal(tables[0], tables[1], check_exact=False, atol=1e-3, rtol=1e-3)
    return True


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example study, with fewer permutations."""
    folder = tmp_path_factory.mktemp("determinism") / "study"
    shutil.copytree(EXAMPLE, folder)
    file = folder / "geo.toml"
    text = file.read_text(encoding="utf-8").replace("permutations = 999", "permutations = 99")
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def first(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the outputs that others are held against."""
    return outputs(Variation("first"), study, tmp_path_factory.mktemp("first") / "run")


@pytest.mark.slow
def test_two_runs_with_nothing_in_common_write_the_same_bytes(study: Path, tmp_path: Path) -> None:
    one, other = (outputs(each, study, tmp_path / str(count), "short") for count, each in enumerate(SHORT))
    assert differing(one, other) == []
    assert [wrong_modes(one, SHORT[0].umask), wrong_modes(other, SHORT[1].umask)] == [[], []]


def other_pythons() -> list[str]:
    """Return other Pythons that have the packages: those of CORREDOR_PYTHONS, separated by ``:``."""
    return [each for each in os.environ.get("CORREDOR_PYTHONS", "").split(":") if each]


def without_python(folder: Path) -> None:
    """Take out of the outputs which Python wrote them: the one thing in which Pythons may differ.

    Notes
    -----
    Manifests name it. From 3.13 on Python's gzip, with which the library of PMTiles packs, writes "unknown" for the
    system (byte 9 of a stream) where older ones write that of zlib; and the manifest has that file's hash.
    """
    for path in sorted(folder.rglob("*.pmtiles")):
        content = path.read_bytes()
        path.write_bytes(re.sub(rb"(?s)(\x1f\x8b\x08\0\0\0\0\0.)[\x03\xff]", b"\\1\xff", content))
    for path in sorted(folder.rglob("manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest.get("versions", {}).pop("python", None)
        for each in manifest.get("outputs", []):
            if each["file"].endswith(".pmtiles"):
                each["sha256"] = hashlib.sha256((path.parent / each["file"]).read_bytes()).hexdigest()
        path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")


@pytest.fixture(scope="module")
def told() -> Any:
    """Gather what the campaign found, and write it when it ends."""
    rows: list[dict[str, Any]] = []
    yield rows
    write_results(rows)


def write_results(rows: list[dict[str, Any]]) -> None:
    """Write what the campaign found to tests/results."""
    if rows:
        lost = sum(bool(row["differing"]) for row in rows)
        summary = {
            "name": "determinism", "command": "pytest -m campaign tests/determinism", "cases": len(rows),
            "survived": len(rows) - lost, "lost": lost, "variations": rows,
        }  # fmt: skip
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@pytest.mark.campaign
@pytest.mark.parametrize("variation", ALL, ids=lambda each: each.name)
def test_every_output_is_the_same_under_every_variation(
    variation: Variation, study: Path, first: Path, tmp_path: Path, told: list[dict[str, Any]]
) -> None:
    start = monotonic()
    there = outputs(variation, study, tmp_path / "run")
    other = differing(first, there)
    files = sum(path.is_file() for path in there.rglob("*"))
    row = {"variation": variation.name, "files": files, "differing": other, "seconds": round(monotonic() - start)}
    if other and variation.rounds_otherwise and only_likelihoods_differ(first, there, other):
        row |= {"differing": [], "exception": "wage_gradient by maximum likelihood: by 0.001 at most", "in": other}
    told.append(row)
    write_results(told)
    assert row["differing"] == []
    assert wrong_modes(there, variation.umask) == []


@pytest.mark.campaign
def test_other_pythons_write_the_same_but_for_their_name(
    study: Path, first: Path, tmp_path: Path, told: list[dict[str, Any]]
) -> None:
    if not other_pythons():
        pytest.skip("CORREDOR_PYTHONS names no other Python that has the packages of requirements/run.txt")
    reference = shutil.copytree(first, tmp_path / "first")
    without_python(reference)
    for count, python in enumerate(other_pythons()):
        version = subprocess.run([python, "--version"], check=True, capture_output=True, text=True).stdout.strip()
        start = monotonic()
        there = outputs(Variation(version, python=python), study, tmp_path / str(count))
        without_python(there)
        other = differing(reference, there)
        files = sum(path.is_file() for path in there.rglob("*"))
        told.append({"variation": version, "files": files, "differing": other, "seconds": round(monotonic() - start)})
    assert [row for row in told[-len(other_pythons()) :] if row["differing"]] == []
