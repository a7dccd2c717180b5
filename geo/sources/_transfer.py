"""One file over the network: tried again, gone on from where it broke off, never more than was announced."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

from geo.errors import DownloadError
from geo.sources.content import Kind

if TYPE_CHECKING:
    import requests

Progress = Callable[[str], None]

#: A file that announces more than this is asked for with ``large=True``.
ASK_BYTES = 500_000_000

#: A number that a header may give; a longer one is no size and no time.
_NUMBER = re.compile(r"[0-9]{1,18}")

#: What queries call their secrets.
_SECRET = re.compile(r"key|token|secret|pass|pwd|sig|auth|credential|session", re.IGNORECASE)

_CHUNK = 1 << 20
_BLOCK = 1 << 16
_TELL_SECONDS = 2.0
_REDIRECTS = 5
_MOST_TRIES = 200
_NOTHING = "Nothing was kept."
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on a server.

    Parameters
    ----------
    name
        File name in the cache.
    url
        Address, http or https.
    kind
        What it must turn out to be.
    licence
        Terms it is given under.
    hosts
        Further hosts that the server may send on to.
    check
        A further test of the content, made before the file is taken: given the path, it returns what is wrong, or None.
    """

    name: str
    url: str
    kind: Kind
    licence: str
    hosts: tuple[str, ...] = ()
    check: Callable[[Path], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a download is tried.

    Parameters
    ----------
    tries
        Attempts in a row that bring nothing (less than 1 MB); each goes on where the last broke off.
    wait_seconds
        Pause before the second attempt, doubled each time; a server's Retry-After is kept to instead.
    most_wait_seconds
        Longest pause; a server that asks for a longer one is not asked again.
    timeout_seconds
        Silence after which an attempt is given up.
    least_bytes_per_second
        Speed under which an attempt is given up, over each ``timeout_seconds``.
    """

    tries: int = 5
    wait_seconds: float = 1.0
    most_wait_seconds: float = 120.0
    timeout_seconds: float = 30.0
    least_bytes_per_second: float = 1000.0


@dataclass(slots=True)
class _State:
    """What is known of a download between its attempts, of this process and of one that was killed."""

    url: str
    validator: str | None = None
    total: int | None = None

    @classmethod
    def read(cls, part: Path, url: str) -> _State:
        try:
            content = json.loads(state_file(part).read_text(encoding="utf-8"))
            state = cls(str(content["url"]), str(content["validator"]), int(content["total"]))
            going_on = state.url == url and part.is_file() and part.stat().st_size < int(content["total"])
        except (OSError, ValueError, TypeError, KeyError):
            return cls(url)
        return state if going_on else cls(url)

    def write(self, part: Path) -> None:
        if self.can_resume:
            state_file(part).write_text(json.dumps(asdict(self)), encoding="utf-8")
        else:
            state_file(part).unlink(missing_ok=True)

    @property
    def can_resume(self) -> bool:
        return self.validator is not None and self.total is not None

    def forget(self, part: Path) -> None:
        self.validator = self.total = None
        part.unlink(missing_ok=True)
        state_file(part).unlink(missing_ok=True)


def download(remote: Remote, part: Path, *, large: bool, patience: Patience, say: Progress) -> None:
    import requests

    state, idle = _State.read(part, without_secrets(remote.url)), 0
    with requests.Session() as session:
        session.headers["Accept-Encoding"] = "identity"
        for _ in range(_MOST_TRIES):
            had = part.stat().st_size if part.exists() and state.can_resume else 0
            try:
                _attempt(session, remote, part, state, large=large, patience=patience, say=say)
            except _BrokenOffError as again:
                if isinstance(again, _StaleError):
                    state.forget(part)
                # A long download may be cut often: only attempts that bring nothing wear patience out.
                brought = state.can_resume and part.exists() and part.stat().st_size - had >= _CHUNK
                idle = 1 if brought else idle + 1
                if idle >= patience.tries:
                    raise DownloadError(
                        f"{remote.name}: {again}, {idle} times. Try again later; the cache is as it was."
                    ) from again
                say(f"{remote.name}: {again}; trying again ({idle + 1} of {patience.tries})")
                time.sleep(_pause(remote.name, again.wait, idle, patience))
            else:
                return
    raise DownloadError(f"{remote.name}: was cut {_MOST_TRIES} times. Try again later; it goes on where it is.")


def _pause(name: str, asked: float | None, idle: int, patience: Patience) -> float:
    """Return how long to wait before the next attempt; refuse a wait that a server asks for and nobody has."""
    if asked is None:
        return min(patience.wait_seconds * 2 ** (idle - 1), patience.most_wait_seconds)
    if asked > patience.most_wait_seconds:
        raise DownloadError(f"{name}: the server asks to wait {asked:,.0f} seconds. Try again then. {_NOTHING}")
    return asked


class _BrokenOffError(Exception):
    """An attempt broke off in a way that may pass."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.wait = wait


class _StaleError(_BrokenOffError):
    """What is there of a file cannot be gone on from."""

    def __init__(self) -> None:
        super().__init__("the server does not go on from where it was cut")


def _attempt(
    session: requests.Session,
    remote: Remote,
    part: Path,
    state: _State,
    *,
    large: bool,
    patience: Patience,
    say: Progress,
) -> None:
    """Download what is missing of the part; raise _BrokenOffError where it broke off."""
    import requests
    import urllib3

    have = part.stat().st_size if part.exists() and state.can_resume else 0
    headers = {"Range": f"bytes={have}-", "If-Range": str(state.validator)} if have else {}
    try:
        with _answer(session, remote, headers, patience) as answer:
            resumed = _resumed(answer, part, state)
            if state.total is not None:
                _check_size(remote.name, part, state.total - (have if resumed else 0), state.total, large=large)
            with part.open("ab" if resumed else "wb") as file:
                _copy(answer, file, remote.name, state, patience, say)
    except requests.exceptions.SSLError as error:
        raise DownloadError(f"{remote.name}: {_words(error)}. {_NOTHING}") from error
    except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
        raise _BrokenOffError(_words(error)) from error
    except requests.RequestException as error:
        raise DownloadError(
            f"{remote.name}: the address cannot be used ({type(error).__name__}). {_NOTHING}"
        ) from error
    had = part.stat().st_size
    if state.total is not None and had < state.total:
        raise _BrokenOffError(f"the connection was cut at {had:,} of {state.total:,} bytes")
    if state.total is not None and had > state.total:
        total = state.total
        state.forget(part)
        raise DownloadError(f"{remote.name}: the server sent more than the {total:,} bytes it announced. {_NOTHING}")


def _check_size(name: str, part: Path, missing: int, total: int, *, large: bool) -> None:
    if total > ASK_BYTES and not large:
        raise DownloadError(f"{name}: has {total / 1e6:,.0f} MB. Ask for it with --yes; see that there is room.")
    free = shutil.disk_usage(part.parent).free
    if missing > free:
        raise DownloadError(
            f"{name}: needs {missing / 1e6:,.0f} MB and the disk has {free / 1e6:,.0f}. Free some space or choose "
            "another --cache."
        )


def _answer(
    session: requests.Session, remote: Remote, headers: dict[str, str], patience: Patience
) -> requests.Response:
    """Follow redirects to hosts that the source may use; return a final answer that carries the file."""
    url, allowed = remote.url, {urlsplit(remote.url).hostname, *remote.hosts}
    for _ in range(_REDIRECTS):
        answer = _asked(session, remote, url, headers, patience)
        if not answer.is_redirect:
            return _accepted(answer, remote)
        answer.close()
        url = urljoin(url, answer.headers["Location"])
        place = urlsplit(url)
        if place.scheme not in {"http", "https"} or place.hostname not in allowed:
            shown = f"{place.scheme}://{place.hostname or ''}"
            raise DownloadError(
                f"{remote.name}: the server sends on to {shown}, not a host of the source. Nothing was kept."
            )
        if urlsplit(remote.url).scheme == "https" and place.scheme == "http":
            raise DownloadError(f"{remote.name}: the server sends on to an unencrypted address. Nothing was kept.")
    raise DownloadError(f"{remote.name}: the server sends on more than {_REDIRECTS} times. Nothing was kept.")


def _asked(
    session: requests.Session, remote: Remote, url: str, headers: dict[str, str], patience: Patience
) -> requests.Response:
    import requests

    try:
        return session.get(url, headers=headers, stream=True, timeout=patience.timeout_seconds, allow_redirects=False)
    except requests.RequestException:
        raise
    except ValueError as error:
        # requests reads the address of a redirect even where it does not follow it.
        raise DownloadError(f"{remote.name}: the server sends on to an address that is none. {_NOTHING}") from error


def _accepted(answer: requests.Response, remote: Remote) -> requests.Response:
    if answer.status_code in {200, 206}:
        return answer
    wait = _seconds(answer.headers.get("Retry-After", ""))
    answer.close()
    if answer.status_code == 416:
        raise _StaleError
    if answer.status_code in _TRANSIENT:
        raise _BrokenOffError(f"the server answered {answer.status_code}", wait)
    raise DownloadError(
        f"{remote.name}: the server answered {answer.status_code}. The source may have moved; see docs/sources.md."
    )


def _seconds(retry_after: str) -> float | None:
    """Return the seconds that a Retry-After names, a number or a date; None where it names none."""
    if _NUMBER.fullmatch(retry_after.strip()):
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _resumed(answer: requests.Response, part: Path, state: _State) -> bool:
    """Say whether an answer goes on from what is there; note the file's size and validator."""
    if answer.status_code == 206:
        first, _, total = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
        have = part.stat().st_size if part.exists() else 0
        if have and first.partition("-")[0] == str(have) and total == str(state.total):
            return True
        raise _StaleError
    etag, length = answer.headers.get("ETag", ""), answer.headers.get("Content-Length", "")
    state.validator = etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified")
    state.total = int(length) if _NUMBER.fullmatch(length) else None
    if _is_packed(answer):
        # Its length and its tag are those of the packed form: neither can be held against what is written.
        state.validator = state.total = None
    state.write(part)
    return False


def _is_packed(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Encoding", "identity").lower() not in {"identity", ""}


def _copy(
    answer: requests.Response, file: IO[bytes], name: str, state: _State, patience: Patience, say: Progress
) -> None:
    since, seen, told = time.monotonic(), 0, time.monotonic()
    whole = "" if state.total is None else f" of {state.total / 1e6:,.0f}"
    for piece in _pieces(answer):
        file.write(piece)
        seen += len(piece)
        if state.total is not None and file.tell() > state.total:
            break
        now = time.monotonic()
        if now - told > _TELL_SECONDS:
            say(f"{name}: {file.tell() / 1e6:,.0f}{whole} MB")
            told = now
        if now - since > patience.timeout_seconds:
            speed = seen / (now - since)
            if speed < patience.least_bytes_per_second:
                raise _BrokenOffError(f"the server is too slow ({speed:,.0f} bytes a second)")
            since, seen = now, 0


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    """Give what comes as it comes."""
    packed = _is_packed(answer)
    if answer.raw.chunked:
        # Only this way of reading tells an answer that ended from one that was cut between two chunks.
        yield from answer.raw.read_chunked(_BLOCK, decode_content=packed)
        return
    # iter_content would wait for a whole block.
    while piece := answer.raw.read1(_CHUNK, decode_content=packed):
        yield piece


def _words(error: Exception) -> str:
    import requests
    import urllib3

    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not valid"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not let it through"
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "the server does not answer"
    return "the connection broke"


def without_secrets(url: str) -> str:
    """Return an address as it may be kept and shown: without a user, a password, or what a query calls a key.

    Parameters
    ----------
    url
        Address that a file is fetched from.

    Examples
    --------
    >>> without_secrets("https://ana:s3cret@example.org/a.csv?year=2025&token=abc")
    'https://example.org/a.csv?year=2025&token=***'
    """
    place = urlsplit(url)
    query = "&".join(
        f"{pair.partition('=')[0]}=***" if _SECRET.search(pair.partition("=")[0]) else pair
        for pair in place.query.split("&")
    )
    return urlunsplit((place.scheme, place.netloc.rpartition("@")[2], place.path, query, ""))


def state_file(part: Path) -> Path:
    """Return the file beside a part that says what it is a part of."""
    return part.with_name(part.name + ".json")
