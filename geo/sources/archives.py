"""Members of an archive, taken out without letting it write anywhere else or fill the disk."""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geo.errors import DownloadError

#: An archive may unpack to this many bytes, and a member to this many times its packed size.
MOST_BYTES = 20_000_000_000
MOST_RATIO = 500
MOST_MEMBERS = 100_000

_BLOCK = 1 << 20
_SMALL = 10_000_000


def extract(archive: Path, folder: Path, *, wanted: Callable[[str], bool], most_bytes: int = MOST_BYTES) -> list[Path]:
    """Take the wanted members of a ZIP archive out into a folder.

    Parameters
    ----------
    archive
        The archive.
    folder
        Folder to write to; made where missing.
    wanted
        Whether a member of this name is taken out.
    most_bytes
        Bytes that the wanted members may unpack to.

    Returns
    -------
    list of pathlib.Path
        The files, in the archive's order; members keep their folders.

    Raises
    ------
    geo.errors.DownloadError
        If the archive is broken, a name leads out of the folder, a member is a link or is encrypted, or it unpacks to
        more than is allowed; nothing of it is left in the folder.

    Notes
    -----
    What is unpacked is counted while it is unpacked: sizes in the archive's list are not believed.
    """
    with _opened(archive) as opened:
        members = [each for each in opened.infolist() if not each.is_dir() and wanted(each.filename)]
        written: list[Path] = []
        left = most_bytes
        try:
            for member in members:
                path = _place(archive, folder, member)
                path.parent.mkdir(parents=True, exist_ok=True)
                written.append(path)
                left -= _unpack(archive, opened, member, path, left)
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
    return written


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive) as opened:
            if len(opened.infolist()) > MOST_MEMBERS:
                raise DownloadError(f"{archive.name}: has more than {MOST_MEMBERS:,} members. It was not unpacked.")
            yield opened
    except (NotImplementedError, RuntimeError) as error:
        raise DownloadError(
            f"{archive.name}: is encrypted, or packed in a way that is not read here. Unpack it with another "
            "program and give the files in it."
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, IndexError) as error:
        raise DownloadError(f"{archive.name}: is no whole ZIP archive. Fetch it with --refresh.") from error


def _place(archive: Path, folder: Path, member: zipfile.ZipInfo) -> Path:
    """Return where a member goes; refuse a name that leads out of the folder, and links."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    outside = name.is_absolute() or ".." in name.parts or ":" in name.parts[0]
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        shown = member.filename.encode("ascii", "backslashreplace").decode()[:100]
        raise DownloadError(f"{archive.name}: its member {shown} leads out of the archive. It was not unpacked.")
    return folder.joinpath(*name.parts)


def _unpack(archive: Path, opened: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, left: int) -> int:
    """Unpack one member; return its bytes."""
    limit = min(left, max(_SMALL, member.compress_size * MOST_RATIO))
    done = 0
    with opened.open(member) as source, path.open("wb") as target:
        while piece := source.read(_BLOCK):
            done += len(piece)
            if done > limit:
                raise DownloadError(f"{archive.name}: unpacks to far more than its size. It was not unpacked.")
            target.write(piece)
    return done


@contextmanager
def inner_archive(archive: Path, wanted: Callable[[str], bool], folder: Path) -> Iterator[Path]:
    """Give the archive inside an archive: the first member of a wanted name, or the archive itself where it has none.

    Parameters
    ----------
    archive
        The outer archive.
    wanted
        Whether a member of this name is the inner archive.
    folder
        Where it may lie while it is read; it is removed afterwards.

    Yields
    ------
    pathlib.Path
        The inner archive.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=".inner-") as place:
        found = extract(archive, Path(place), wanted=wanted)
        yield found[0] if found else archive


def names_in(archive: Path) -> list[str]:
    """Return the names of an archive's members, folders apart."""
    with _opened(archive) as opened:
        return [each.filename for each in opened.infolist() if not each.is_dir()]
