"""One file from the network: resumed where it broke off, tested for what it is, pinned by its hash."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo.errors import DownloadError
from geo.sources._transfer import ASK_BYTES, Patience, Progress, Remote, download, state_file, without_secrets
from geo.sources.content import check_content

__all__ = ["ASK_BYTES", "Patience", "Pin", "Progress", "Remote", "fetch", "pinned", "read_pin"]


@dataclass(frozen=True, slots=True)
class Pin:
    """What a fetched file was: kept beside it, and held against it when it is fetched or used again."""

    url: str
    sha256: str
    bytes: int
    fetched: str
    licence: str


def fetch(  # noqa: PLR0913 - how to fetch, each by its name
    remote: Remote,
    cache: Path,
    *,
    offline: bool = False,
    large: bool = False,
    refresh: bool = False,
    accept_change: bool = False,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Path:
    """Return a file's path in the cache, downloading it where it is not there whole.

    Parameters
    ----------
    remote
        The file.
    cache
        Folder of the source's files; made where missing.
    offline
        Use the cache only.
    large
        Take files over 500 MB.
    refresh
        Ask the server again even where the file is there.
    accept_change
        Take a file whose content changed since it was first fetched, and pin the new one.
    patience
        How long to try.
    progress
        Called with a short line now and then.

    Returns
    -------
    pathlib.Path
        The file, with the hash of its pin.

    Raises
    ------
    geo.errors.DownloadError
        With one sentence: no file and offline, no answer, a broken or wrong file, a changed file. The cache then holds
        what it held before, and perhaps a part that the next call goes on from.

    Notes
    -----
    The first fetch pins address, hash, size, time and licence in ``NAME.pin.json``. A file in the cache that no longer
    has its hash is fetched again.
    """
    import pooch

    say = progress or _silent
    target, pin, url = cache / remote.name, read_pin(cache / remote.name), without_secrets(remote.url)
    if not (refresh and not offline) and pin is not None and _is_whole(target, pin, None if offline else url):
        return target
    if offline:
        raise DownloadError(
            f"{remote.name}: is not in the cache, and --offline was asked. Fetch it once with a network."
        )
    with _folder(cache):
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache):
            part = cache / f".{remote.name}.part"
            download(remote, part, large=large, patience=patience or Patience(), say=say)
            try:
                check_content(part, remote.kind, remote.name, check=remote.check)
                found = Pin(url, pooch.file_hash(str(part)), part.stat().st_size, _now(), remote.licence)
                _take(part, target, found, pin, accept_change=accept_change)
            finally:
                state_file(part).unlink(missing_ok=True)
    return target


def _is_whole(target: Path, pin: Pin, url: str | None) -> bool:
    """Say whether a file is the one pinned, from this address; from any address where none is given."""
    import pooch

    return url in {None, pin.url} and target.is_file() and pooch.file_hash(str(target)) == pin.sha256


def _take(part: Path, target: Path, found: Pin, pin: Pin | None, *, accept_change: bool) -> None:
    """Put a finished part in the cache; refuse one that is not what was pinned."""
    if pin is not None and pin.sha256 != found.sha256 and not accept_change:
        part.unlink()
        raise DownloadError(
            f"{target.name}: the server's file is another one than on {pin.fetched[:10]} "
            f"(hash {found.sha256[:12]}, was {pin.sha256[:12]}). Take the new one with --accept-change."
        )
    written = _pin_file(target).with_name(f".{target.name}.pin.part")
    written.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
    part.replace(target)
    written.replace(_pin_file(target))


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Keep a second process from writing to the same parts, where the system can lock folders."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    folder = os.open(cache, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise DownloadError(f"{cache}: another process is fetching to it. Wait for it to end.") from None
    finally:
        os.close(folder)


def read_pin(path: Path) -> Pin | None:
    """Return the pin of a fetched file; None where it has none that can be read."""
    try:
        content = json.loads(_pin_file(path).read_text(encoding="utf-8"))
        return Pin(**content)
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def _folder(cache: Path) -> Iterator[None]:
    try:
        yield
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"{cache}: cannot be written ({error.strerror}). Free some space or choose another --cache."
        ) from error


def _pin_file(path: Path) -> Path:
    return path.with_name(path.name + ".pin.json")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _silent(_line: str) -> None:
    pass


def pinned(path: Path) -> dict[str, Any]:
    """Return the pin of a fetched file for a manifest; empty where it has none."""
    pin = read_pin(path)
    return {} if pin is None else asdict(pin)
