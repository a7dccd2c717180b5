"""A study file changed in one key: comments, order and everything else stay as the user wrote them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from geo._placing import alone, clear_leftovers, staging_prefix
from geo.errors import CorredorError, OutputError
from geo.study import load_study, shipped_head


def set_layers(study_file: Path, layers: Mapping[str, Path]) -> list[str]:
    """Let a study read layers from other files.

    Parameters
    ----------
    study_file
        A ``geo.toml``; where it is missing, one is written that reads everything else from the shipped data.
    layers
        Layer -> file.

    Returns
    -------
    list of str
        The entries as they stand in the file, as ``border = "sources/ibwc/border.parquet"``.

    Raises
    ------
    geo.errors.StudyError
        If the file is no study, before or after; it is untouched.
    geo.errors.OutputError
        If it cannot be written; it is untouched.
    """
    try:
        with alone(study_file.absolute(), shown=study_file, wait=True) as sure:
            if sure:
                clear_leftovers(study_file.absolute().parent, staging_prefix(study_file))
            return _set_layers(study_file, layers)
    except OSError as error:
        if isinstance(error, CorredorError):
            raise
        raise OutputError(f"{study_file}: cannot be written ({error.strerror}). Choose another --into.") from error


def _set_layers(study_file: Path, layers: Mapping[str, Path]) -> list[str]:
    import tomlkit

    if study_file.exists():
        load_study(study_file)
        text = study_file.read_bytes().decode("utf-8-sig")
    else:
        text = shipped_head() + "[layers]\n"
    document = tomlkit.parse(text)
    if "layers" not in document:
        document["layers"] = tomlkit.table()
    written = []
    for name, path in layers.items():
        value = entry_path(path, study_file)
        document["layers"][name] = value
        written.append(f"{name} = {tomlkit.item(value).as_string()}")
    _replace(study_file, tomlkit.dumps(document))
    return written


def entry_path(path: Path, study_file: Path) -> str:
    """Return a file's name as a study file writes it: from its own folder where the file lies beneath, else in full."""
    folder, path = study_file.resolve().parent, path.resolve()
    return PurePosixPath(path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _replace(study_file: Path, text: str) -> None:
    """Put a text in the study's place once it was read back as a study."""
    try:
        study_file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=staging_prefix(study_file), dir=study_file.parent)
    except OSError as error:
        raise OutputError(f"{study_file}: cannot be written ({error.strerror}). Choose another --into.") from error
    staging = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        load_study(staging)
        mode = study_file.stat().st_mode if study_file.exists() else 0o644
        staging.chmod(mode)
        staging.replace(study_file)
    except OSError as error:
        raise OutputError(f"{study_file}: cannot be written ({error.strerror}). It is as it was.") from error
    finally:
        staging.unlink(missing_ok=True)
