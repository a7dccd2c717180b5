"""An output folder that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from geo._placing import alone, clear_leftovers, link_or_copy, put_folder, restore_folder, staging_prefix
from geo.errors import CorredorError, OutputError

MANIFEST = "manifest.json"

#: Files that a folder may hold before the first run: those of the project's own maps/.
WELCOME = frozenset({"README.md", "preview.png", ".gitignore", ".gitkeep"})


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
            f"{target}: could not be written ({_reason(error, target)}); what was there is untouched. Close programs "
            "that have it open, free some space, or choose another --out."
        ) from error


def _reason(error: Exception, target: Path) -> str:
    """Return why a file could not be written, in few words and without the folders above it."""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    # Libraries name files in full; what they say may be sent to somebody else.
    said = str(error).replace(f"{target.absolute().parent}{os.sep}", "")
    if isinstance(error, OSError):
        # Arrow has words of its own for the system's.
        return str(error.strerror or said)
    return f"the disk may be full; the library says: {textwrap.shorten(said, 160)}"


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
        If the target is a folder, another process writes it, or it cannot be written; an earlier file is untouched.
    """
    shown, target = target, target.absolute()
    if target.is_dir():
        raise OutputError(f"{shown}: is a folder. Name a file in it with --out.")
    with ExitStack() as stack:
        with _prepared(shown):
            if stack.enter_context(alone(target, shown=shown)):
                clear_leftovers(target.parent, staging_prefix(target))
            handle, name = tempfile.mkstemp(prefix=staging_prefix(target), dir=target.parent)
        os.close(handle)
        staging = Path(name)
        stack.callback(staging.unlink, missing_ok=True)
        with reported(shown):
            yield staging
            staging.chmod(0o666 & ~_umask())
            staging.replace(target)


@contextmanager
def whole_folder(target: Path, names: frozenset[str], *, marker: str = MANIFEST) -> Iterator[Path]:
    """Give a temporary folder to write to; put it in the target's place when all went well.

    Parameters
    ----------
    target
        Folder of the outputs. It may be missing, empty, or hold an earlier run's outputs.
    names
        Names of files and folders a run may write at the top: those of an earlier run are replaced, everything else
        in the target is kept.
    marker
        File that tells a folder of ours: a target that holds files but not this one is refused.

    Yields
    ------
    pathlib.Path
        Empty folder beside the target, on the same file system.

    Raises
    ------
    OutputError
        If the target is not a folder of ours, another process is writing it, or it cannot be written.

    Notes
    -----
    Where the system can exchange two folders in one step (Linux), the target is whole at every moment; elsewhere it is
    missing for the time between two renames, with the earlier outputs in the folder beside it. One process at a time
    writes to a target; its lock, a file beside the target, does not outlive it. What a killed process left is removed.
    """
    shown, target = target, target.absolute()
    _check(target, shown, marker)
    with ExitStack() as stack:
        with _prepared(shown):
            if stack.enter_context(alone(target, shown=shown)):
                restore_folder(target)
                clear_leftovers(target.parent, staging_prefix(target))
            _check(target, shown, marker)
            staging = Path(tempfile.mkdtemp(prefix=staging_prefix(target), dir=target.parent))
            stack.callback(shutil.rmtree, staging, ignore_errors=True)
            staging.chmod(0o777 & ~_umask())
        with reported(shown):
            yield staging
            _keep_others(target, staging, names)
            put_folder(staging, target)


@contextmanager
def _prepared(shown: Path) -> Iterator[None]:
    """Say in a sentence that nothing can be written beside a target."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{shown}: cannot write there ({error.strerror}). Choose another --out.") from error


def _check(target: Path, shown: Path, marker: str) -> None:
    if target.is_symlink():
        raise OutputError(f"{shown}: is a link. Name the folder it points to, or another --out.")
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{shown}: is a file. Choose another --out.")
    try:
        present = {entry.name for entry in target.iterdir()}
    except OSError as error:
        raise OutputError(f"{shown}: cannot be read ({error.strerror}). Choose another --out.") from error
    if present - WELCOME and marker not in present:
        raise OutputError(
            f"{shown}: holds files that are not an earlier run's. Choose an empty or new folder with --out."
        )


def _keep_others(target: Path, staging: Path, names: frozenset[str]) -> None:
    """Link what is not ours into the new folder, so that the exchange loses nothing."""
    if not target.exists():
        return
    for entry in target.iterdir():
        if entry.name in names or (staging / entry.name).exists():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, staging / entry.name, symlinks=True, copy_function=_linked)
        else:
            link_or_copy(entry, staging / entry.name)


def _linked(path: str, place: str) -> None:
    link_or_copy(Path(path), Path(place))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
