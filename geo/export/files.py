"""A set of files that appears whole or not at all in a folder which may hold other things."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import OutputError
from geo.export.folder import reported


@contextmanager
def whole_files(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write to; move its files into the target folder when all went well.

    Parameters
    ----------
    folder
        Folder of the files; made where missing. Files of the same names are replaced, all others are kept.

    Yields
    ------
    pathlib.Path
        Empty folder on the same file system.

    Raises
    ------
    OutputError
        If a file cannot be written or put in its place; the earlier files are as they were.
    """
    folder = folder.absolute()
    made = _missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".export.writing-", dir=folder))
    except OSError as error:
        _forget(made)
        raise OutputError(f"{folder}: cannot write there ({error.strerror}). Choose another --out.") from error
    try:
        with reported(folder):
            yield staging
            _put_all(staging, folder)
            made = []
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        _forget(made)


def _put_all(staging: Path, folder: Path) -> None:
    """Move every finished file to its place; put the earlier ones back where one cannot be moved."""
    finished = sorted(path for path in staging.iterdir() if path.is_file())
    for path in finished:
        if (folder / path.name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path.name)
    aside = staging / "earlier"
    aside.mkdir()
    moved: list[Path] = []
    try:
        for path in finished:
            target = folder / path.name
            moved.append(target)
            if target.exists() or target.is_symlink():
                target.rename(aside / path.name)
            path.rename(target)
    except OSError:
        for target in moved:
            earlier = aside / target.name
            if earlier.exists() or earlier.is_symlink():
                earlier.replace(target)
            elif not (staging / target.name).exists():
                target.unlink(missing_ok=True)
        raise


def _missing(folder: Path) -> list[Path]:
    """Return the folders that making this one makes, the deepest first."""
    return [path for path in (folder, *folder.parents) if not path.exists()]


def _forget(folders: list[Path]) -> None:
    """Remove the empty folders that were made for nothing."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()
