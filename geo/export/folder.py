"""An output folder that appears whole or not at all."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import CorredorError, OutputError

MANIFEST = "manifest.json"

#: Files that a folder may hold before the first run: those of the project's own maps/.
WELCOME = frozenset({"README.md", "preview.png", ".gitignore", ".gitkeep"})

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def reported(target: Path) -> Iterator[None]:
    """Tell a library's failure to write as one sentence about the target.

    Parameters
    ----------
    target
        What was to be written.

    Raises
    ------
    OutputError
        In place of the errors of the system, GDAL and SQLite.
    """
    import sqlite3

    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        yield
    except CorredorError:
        raise
    except (OSError, sqlite3.Error, DataSourceError, DataLayerError) as error:
        raise OutputError(
            f"{target}: could not be written ({_reason(error)}); what was there is untouched. Close programs that "
            "have it open, free some space, or choose another --out."
        ) from error


def _reason(error: Exception) -> str:
    """Return why a file could not be written, in few words."""
    if isinstance(error, OSError):
        # Arrow has words of its own for the system's.
        return str(error.strerror or error) if error.errno is None else os.strerror(error.errno)
    return f"the disk may be full; the library says: {textwrap.shorten(str(error), 160)}"


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a temporary file to write to; put it in the target's place when all went well.

    Parameters
    ----------
    target
        The file to write; an earlier one is replaced.

    Yields
    ------
    pathlib.Path
        File beside the target, on the same file system.

    Raises
    ------
    OutputError
        If the target is a folder, or cannot be written; an earlier file is untouched.
    """
    target = target.absolute()
    if target.is_dir():
        raise OutputError(f"{target}: is a folder. Name a file in it with --out.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.writing-", dir=target.parent)
    except OSError as error:
        raise OutputError(f"{target.parent}: cannot write there ({error.strerror}). Choose another --out.") from error
    os.close(handle)
    staging = Path(name)
    try:
        with reported(target):
            yield staging
            staging.chmod(0o666 & ~_umask())
            staging.replace(target)
    finally:
        staging.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path, names: frozenset[str]) -> Iterator[Path]:
    """Give a temporary folder to write to; put it in the target's place when all went well.

    Parameters
    ----------
    target
        Folder of the outputs. It may be missing, empty, or hold an earlier run's outputs.
    names
        Names of files and folders a run may write at the top: those of an earlier run are replaced, everything else
        in the target is kept.

    Yields
    ------
    pathlib.Path
        Empty folder beside the target, on the same file system.

    Raises
    ------
    OutputError
        If the target is not a folder of ours, or cannot be written.

    Notes
    -----
    Where the system can exchange two folders in one step (Linux), the target is whole at every moment; elsewhere it is
    missing for the time between two renames, with the earlier outputs in the folder beside it.
    """
    target = target.absolute()
    _check(target)
    prefix = f".{target.name}.writing-"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target, prefix)
        staging = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=target.parent))
        staging.chmod(0o777 & ~_umask())
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{target.parent}: cannot write there ({error.strerror}). Choose another --out.") from error
    try:
        with reported(target):
            yield staging
            _keep_others(target, staging, names)
            _put(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _check(target: Path) -> None:
    if target.is_symlink():
        raise OutputError(f"{target}: is a link. Name the folder it points to, or another --out.")
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{target}: is a file. Choose another --out.")
    try:
        present = {entry.name for entry in target.iterdir()}
    except OSError as error:
        raise OutputError(f"{target}: cannot be read ({error.strerror}). Choose another --out.") from error
    if present - WELCOME and MANIFEST not in present:
        raise OutputError(
            f"{target}: holds files that are not an earlier run's. Choose an empty or new folder with --out."
        )


def _clear_leftovers(target: Path, prefix: str) -> None:
    """Remove what a killed run left; refuse where the run is still at work."""
    for entry in target.parent.glob(f"{prefix}*"):
        process = entry.name.removeprefix(prefix).split("-")[0]
        if entry.is_symlink() or not entry.is_dir() or not process.isdigit():
            continue
        if _is_running(int(process)):
            raise OutputError(f"{target}: another run (process {process}) is writing there. Wait for it to end.")
        shutil.rmtree(entry, ignore_errors=True)


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _keep_others(target: Path, staging: Path, names: frozenset[str]) -> None:
    """Link what is not ours into the new folder, so that the exchange loses nothing."""
    if not target.exists():
        return
    for entry in target.iterdir():
        if entry.name in names or (staging / entry.name).exists():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, staging / entry.name, symlinks=True, copy_function=os.link)
        else:
            os.link(entry, staging / entry.name, follow_symlinks=False)


def _put(staging: Path, target: Path) -> None:
    """Put the finished folder in the target's place."""
    if not target.exists():
        staging.rename(target)
        return
    if _exchange(staging, target):
        return
    aside = staging.with_name(staging.name + "-old")
    target.rename(aside)
    staging.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
