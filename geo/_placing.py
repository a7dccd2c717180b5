"""Files put in their places so that a process that dies at any moment loses nothing, and blocks nobody."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geo.errors import OutputError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2

#: Bytes of a target's name that hidden names beside it carry: with their endings they stay under the usual 255.
_MOST_NAME_BYTES = 180

#: In a staging folder: the files being moved out of it, and the earlier ones that they replace.
JOURNAL = "placing.json"
_EARLIER = "earlier"


def hidden_name(target: Path, ending: str) -> str:
    """Return the name of a hidden file beside a target, short enough for any file system.

    Parameters
    ----------
    target
        What it stands beside.
    ending
        What it is for, as ``lock``.

    Examples
    --------
    >>> hidden_name(Path("maps"), "lock")
    '.maps.lock'
    """
    name = target.name
    if len(os.fsencode(name)) > _MOST_NAME_BYTES:
        name = f"{name[:30]}~{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}"
    return f".{name}.{ending}"


@contextmanager
def alone(target: Path, *, shown: Path | None = None, wait: bool = False) -> Iterator[bool]:
    """Keep other processes from writing to a target; the lock goes with the process, however it ends.

    Parameters
    ----------
    target
        File or folder to be written; its parent is made where missing, and removed again if it stays empty.
    shown
        What to call it in a message; None for the target.
    wait
        Wait for another process to end; else refuse.

    Yields
    ------
    bool
        Whether the lock is held: False where the system has no locks. What lies around is nobody's only where it is.

    Raises
    ------
    OutputError
        If another process writes there.
    OSError
        If nothing can be written beside the target.
    """
    try:
        import fcntl
    except ImportError:
        fcntl = None  # type: ignore[assignment] # a system without these locks
    made = [path for path in (target.parent, *target.parent.parents) if not path.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    path = target.with_name(hidden_name(target, "lock"))
    try:
        if fcntl is None:
            yield False
            return
        handle, held = _locked(path, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), shown or target)
        try:
            yield held
        finally:
            # Unlinked while it is held: who opened it in the meantime sees that it is gone, and makes another.
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(handle)
    finally:
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _locked(path: Path, how: int, shown: Path) -> tuple[int, bool]:
    """Return an open lock file and whether it is locked."""
    import fcntl

    while True:
        handle = _opened(path)
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            process = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            os.close(handle)
            whose = f" (process {process})" if process.isdigit() else ""
            raise OutputError(f"{shown}: another run{whose} is writing there. Wait for it to end.") from None
        except OSError:
            return handle, False
        if _is_still(path, handle):
            # Who it is is said in a message only; a full disk is found out by what is written next.
            with contextlib.suppress(OSError):
                os.truncate(handle, 0)
                os.pwrite(handle, str(os.getpid()).encode(), 0)
            return handle, True
        os.close(handle)


def _opened(path: Path) -> int:
    flags = os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, flags | os.O_RDWR, 0o666)
    except PermissionError:
        if not path.exists():
            raise
        # Another user's, left by a process that was killed: it can be locked all the same.
        return os.open(path, flags & ~os.O_CREAT | os.O_RDONLY)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def staging_prefix(target: Path) -> str:
    """Return how the names of files and folders begin that become a target."""
    return hidden_name(target, "writing-")


def clear_leftovers(folder: Path, prefix: str) -> None:
    """Remove what killed runs left in a folder; call it alone.

    Parameters
    ----------
    folder
        Folder to look in.
    prefix
        How the names of what may be removed begin. Links are left alone.
    """
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if not entry.name.startswith(prefix) or entry.is_symlink():
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.is_file():
            entry.unlink(missing_ok=True)


def link_or_copy(path: Path, place: Path) -> None:
    """Let a file stand in a second place, without its bytes twice where the file system can."""
    try:
        os.link(path, place, follow_symlinks=False)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EEXIST}:
            raise
        shutil.copy2(path, place, follow_symlinks=False)


def place_files(staging: Path, folder: Path, names: Sequence[str]) -> list[Path]:
    """Move files from a staging folder to their places, all or none.

    Parameters
    ----------
    staging
        Folder on the same file system, which nothing else is written to.
    folder
        Folder that the names start from.
    names
        Files under ``staging``, in the order of their placing.

    Returns
    -------
    list of pathlib.Path
        The files in their places.

    Raises
    ------
    OSError
        If one cannot be placed; all are as they were.

    Notes
    -----
    The earlier files stand in the staging folder until all is done, with a list of what is moved: ``put_back`` undoes
    the work of a process that was killed between two files.
    """
    names = list(dict.fromkeys(names))
    journal: dict[str, bool] = {}
    for name in names:
        target, earlier = folder / name, staging / _EARLIER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        earlier.parent.mkdir(parents=True, exist_ok=True)
        if journal.setdefault(name, target.exists() or target.is_symlink()):
            link_or_copy(target, earlier)
    written = staging / f"{JOURNAL}.part"
    written.write_text(json.dumps(journal), encoding="utf-8")
    written.replace(staging / JOURNAL)
    try:
        for name in names:
            (staging / name).replace(folder / name)
    except OSError:
        put_back(staging, folder)
        raise
    (staging / JOURNAL).unlink()
    return [folder / name for name in names]


def put_back(staging: Path, folder: Path) -> None:
    """Undo what a process placed that was killed before it was done; nothing where it was done, or had not begun.

    Parameters
    ----------
    staging
        Its staging folder.
    folder
        Folder that it placed files in.

    Notes
    -----
    May be killed itself and called again. A list that names a place outside the folder, or one behind a link, is not
    followed: it is none that ``place_files`` wrote.
    """
    try:
        journal = json.loads((staging / JOURNAL).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return
    if not isinstance(journal, dict) or not all(_leads_to_a_place_in(folder, name) for name in journal):
        return
    for name, had_earlier in journal.items():
        earlier = staging / _EARLIER / name
        if (staging / name).exists():
            continue  # it was not placed
        if not had_earlier:
            (folder / name).unlink(missing_ok=True)
        elif earlier.is_file() or earlier.is_symlink():
            earlier.replace(folder / name)
    (staging / JOURNAL).unlink()


def _leads_to_a_place_in(folder: Path, name: str) -> bool:
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\0" in name:
        return False
    between = [folder.joinpath(*parts[:count]) for count in range(1, len(parts))]
    return not any(path.is_symlink() for path in between)


def settle(folder: Path, prefix: str) -> None:
    """Put back what killed processes were replacing in a folder, then remove what they left; call it alone.

    Parameters
    ----------
    folder
        Folder that files were being placed in.
    prefix
        How the names of the staging folders in it begin.
    """
    if folder.is_dir():
        for entry in folder.iterdir():
            if entry.name.startswith(prefix) and entry.is_dir() and not entry.is_symlink():
                put_back(entry, folder)
    clear_leftovers(folder, prefix)


def is_cut_off(folder: Path, prefix: str) -> bool:
    """Say whether files of a folder are being placed, or were by a process that was killed."""
    try:
        return any(entry.name.startswith(prefix) and (entry / JOURNAL).is_file() for entry in folder.iterdir())
    except OSError:
        return False


def restore_folder(target: Path) -> None:
    """Put a folder back that a killed process had moved aside; remove one that it had replaced. Call it alone."""
    aside = _aside(target)
    if aside.is_symlink() or not aside.is_dir():
        return
    if target.exists():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside.rename(target)


def put_folder(staging: Path, target: Path) -> None:
    """Put a finished folder in a target's place, in one step where the system can exchange two folders.

    Notes
    -----
    The earlier folder is then in the place of ``staging``, or gone. Elsewhere than on Linux the target is missing for
    the time between two renames; ``restore_folder`` mends what a process leaves that is killed there.
    """
    if not target.exists():
        staging.rename(target)
        return
    if _exchange(staging, target):
        return
    aside = _aside(target)
    shutil.rmtree(aside, ignore_errors=True)
    target.rename(aside)
    staging.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _aside(target: Path) -> Path:
    return target.with_name(hidden_name(target, "old"))


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
