"""The manifest: what a run read, with which parameters and versions, what it checked and what it wrote."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from geo.errors import Problem
from geo.export.folder import MANIFEST
from geo.schema import LAYERS, LICENCES
from geo.sources.record import origins
from geo.study import Study

#: Version of the form of a manifest and of the outputs that it names.
SCHEMA_VERSION = 1

#: What a version of the program can look like.
VERSION = re.compile(r"[0-9A-Za-z.+!_-]{1,40}", re.ASCII)

PACKAGES = ("corredor", "folium", "geopandas", "numpy", "pandas", "pandera", "pyarrow", "pyogrio", "pyproj", "scipy",
            "shapely", "XStatic-Leaflet")  # fmt: skip


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs(study: Study) -> list[dict[str, Any]]:
    """Return the files a study reads, each with its hash and licence; shipped ones by their name in the data folder.

    A file that was fetched says from which source and when; the terms of a file of the user's own are those that the
    study's table ``sources`` gives, not the shipped layer's.
    """
    fetched = {each["layer"]: each for each in origins(study) if each.get("licence")}
    entries = []
    for name, layer in LAYERS.items():
        if layer.file is None or not study.reads(name):
            continue
        shipped = name not in study.layers or study.is_shipped
        _, licence, address = LICENCES[layer.licence] if shipped else ("", "see sources", None)
        entry = {
            "layer": name,
            "file": _named(study.layers.get(name, layer.file)),
            "shipped": shipped,
            "sha256": sha256(study.input(name)),
            "licence": licence,
            "licence_url": address,
        }
        if name in fetched:
            terms = fetched[name]["licence"]
            entry |= {"licence": terms["id"], "licence_url": terms["url"], "source": fetched[name]["source"]["en"],
                      "publisher": fetched[name]["publisher"], "fetched": fetched[name]["fetched"]}  # fmt: skip
        entries.append(entry)
    return entries


def _named(file: str) -> str:
    """Return a file as a study names it; of one named in full its name alone: the folders are their owner's affair."""
    return Path(file).name if Path(file).is_absolute() else file


def versions() -> dict[str, str]:
    """Return the versions that results may depend on."""
    import pyogrio
    import pyproj
    import shapely

    return {
        "python": platform.python_version(),
        "gdal": pyogrio.__gdal_version_string__,
        "geos": shapely.geos_version_string,
        "proj": pyproj.proj_version_str,
        **{package: version(package) for package in PACKAGES},
        "corredor code": code_sha256()[:12],
    }


def code_sha256() -> str:
    """Return the SHA-256 of the package's own modules: it tells apart two states of one version."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py"), key=lambda path: path.relative_to(package).as_posix()):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def identity(study: Study) -> dict[str, Any]:
    """Return what makes two runs the same: parameters, inputs by hash, versions of the libraries and the code."""
    return {
        "study": {
            **study.model_dump(mode="json", include={"study", "region", "parameters"}),
            "words_sha256": hashlib.sha256(study.words.model_dump_json().encode()).hexdigest(),
        },
        "versions": versions(),
        "inputs": inputs(study),
    }


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write manifest.json into a finished folder, with the hash and size of every other file in it.

    Parameters
    ----------
    folder
        Folder of the outputs.
    content
        Everything but ``schema_version`` and ``outputs``; JSON-able, without clock times and machine paths.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    outputs = [
        {"file": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in files
    ]
    text = json.dumps(
        {"schema_version": SCHEMA_VERSION, **content, "outputs": outputs}, ensure_ascii=False, indent=2, allow_nan=False
    )
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder of outputs; None where it has none that can be read as one."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("outputs"), list):
        return None
    listed = all(
        isinstance(each, dict) and isinstance(each.get("file"), str) and isinstance(each.get("sha256"), str)
        for each in manifest["outputs"]
    )
    return manifest if listed else None


def check_outputs(folder: Path) -> tuple[str, list[Problem]]:
    """Hold a folder of outputs against its manifest.

    Parameters
    ----------
    folder
        Folder that a command wrote with a manifest.

    Returns
    -------
    made_by : str
        Version of the program that wrote it, ``unknown`` where the manifest does not say so in a version's letters.
    problems : list of geo.errors.Problem
        What is missing, changed or not to be trusted; empty where the folder is whole. Files that the manifest does
        not name are the user's own and no problem.

    Notes
    -----
    A manifest from elsewhere cannot make the check read outside the folder: a name that leads out of it, and a link,
    is a problem.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        return "unknown", [
            Problem(str(folder), "there is no manifest.json that can be read", "Name a folder of outputs")
        ]
    made_by = _made_by(manifest.get("versions"))
    problems = []
    schema = manifest.get("schema_version")
    if type(schema) is not int or not 1 <= schema <= SCHEMA_VERSION:
        what = f"its manifest is of version {schema!a:.40}, and this program knows up to {SCHEMA_VERSION}"
        problems.append(Problem(MANIFEST, what, "Check it with the version that wrote it, or write the outputs anew"))
    for each in manifest["outputs"]:
        fault = _fault(folder, each["file"], each["sha256"])
        if fault is not None:
            problems.append(Problem(ascii(each["file"])[1:-1], fault, "Write the outputs anew"))
    return made_by, problems


def _made_by(versions_then: object) -> str:
    """Return the program's version as a manifest says it; ``unknown`` for what is no version."""
    version_then = versions_then.get("corredor") if isinstance(versions_then, dict) else None
    # The words of a manifest from elsewhere go to a terminal: nothing but a version's letters may.
    return version_then if isinstance(version_then, str) and VERSION.fullmatch(version_then) else "unknown"


def besides(folder: Path) -> list[str]:
    """Return the files in a folder of outputs that its manifest does not name, the manifest itself left out."""
    named = {each["file"] for each in (read_manifest(folder) or {"outputs": []})["outputs"]} | {MANIFEST}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    return sorted(present - named)


def _fault(folder: Path, name: str, digest: str) -> str | None:
    """Return what is wrong with a file that the manifest names; None where it is whole."""
    parts = PurePosixPath(name)
    if not parts.parts or parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name:
        return "its name leads out of the folder"
    path = folder.joinpath(*parts.parts)
    try:
        if any(step.is_symlink() for step in (path, *path.parents) if step.is_relative_to(folder) and step != folder):
            return "is a link"
        if not path.is_file():
            return "is missing"
        return None if sha256(path) == digest else "was changed since it was written"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
