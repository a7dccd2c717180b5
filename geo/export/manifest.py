"""The manifest: what a run read, with which parameters and versions, what it checked and what it wrote."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from geo.schema import LAYERS, LICENCES
from geo.sources.record import origins
from geo.study import Study

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
        if layer.file is None:
            continue
        shipped = name not in study.layers or study.is_shipped
        _, licence, address = LICENCES[layer.licence] if shipped else ("", "see sources", None)
        entry = {
            "layer": name,
            "file": study.layers.get(name, layer.file),
            "shipped": shipped,
            "sha256": sha256(study.path(name)),
            "licence": licence,
            "licence_url": address,
        }
        if name in fetched:
            terms = fetched[name]["licence"]
            entry |= {"licence": terms["id"], "licence_url": terms["url"], "source": fetched[name]["source"]["en"],
                      "publisher": fetched[name]["publisher"], "fetched": fetched[name]["fetched"]}  # fmt: skip
        entries.append(entry)
    return entries


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
        "study": study.model_dump(mode="json", include={"study", "region", "parameters"}),
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
        Everything but ``outputs``; JSON-able, without clock times and machine paths.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    outputs = [
        {"file": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in files
    ]
    text = json.dumps({**content, "outputs": outputs}, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
