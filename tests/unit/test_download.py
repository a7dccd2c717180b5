"""A download ends whole or with one sentence, whatever the server does."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from geo.errors import DownloadError
from geo.sources.archives import extract
from geo.sources.download import Patience, Remote, fetch, read_pin

pytestmark = pytest.mark.usefixtures("loopback")

BODY = bytes(range(1, 256)) * 400
CSV = b"id,name\n" + b"1,Parque\n" * 5000
QUICK = Patience(tries=4, wait_seconds=0.01, most_wait_seconds=0.05, timeout_seconds=0.5, least_bytes_per_second=2000)

Act = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A server on the loopback that plays a list of acts, one a request; the last is repeated."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.requests: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append(dict(self.headers))
                self.close_connection = True
                act = outer.acts.pop(0) if len(outer.acts) > 1 else outer.acts[0]
                act(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # a reader that went away
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/file.csv"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def loopback(socket_enabled: None) -> None:
    """Let the test open sockets; the server listens on the loopback only."""


@pytest.fixture
def server(socket_enabled: None) -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def answer(body: bytes, *, status: int = 200, length: int | None = None, cut: int | None = None, **headers: str) -> Act:
    def act(request: BaseHTTPRequestHandler) -> None:
        start = 0
        asked = request.headers.get("Range")
        code = status
        if asked and headers.get("ETag") and request.headers.get("If-Range") == headers["ETag"] and status == 200:
            start, code = int(asked.removeprefix("bytes=").rstrip("-")), 206
        request.send_response(code)
        request.send_header("Connection", "close")
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        if code == 206:
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        request.send_header("Content-Length", str(len(body) - start if length is None else length))
        request.end_headers()
        request.wfile.write(body[start : len(body) if cut is None else cut])

    return act


def drip(body: bytes, seconds: float) -> Act:
    def act(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        for start in range(0, len(body), 10):
            request.wfile.write(body[start : start + 10])
            request.wfile.flush()
            time.sleep(seconds)

    return act


def silent(request: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)


def drop(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()


def remote(server: Server, kind: Any = "csv", **rest: Any) -> Remote:
    return Remote("file.csv", server.url, kind, "test terms", **rest)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")} if folder.exists() else set()


def refusal(server: Server, cache: Path, kind: Any = "csv", **rest: Any) -> str:
    """Return the sentence of a refusal; nothing that looks whole may have appeared."""
    before = files(cache)
    with pytest.raises(DownloadError) as caught:
        fetch(remote(server, kind), cache, patience=QUICK, **rest)
    assert files(cache) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_is_fetched_once_and_pinned(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(CSV)]
    path = fetch(remote(server), tmp_path / "cache")
    assert path.read_bytes() == CSV
    pin = read_pin(path)
    assert pin is not None
    assert pin.sha256 == hashlib.sha256(CSV).hexdigest()
    assert (pin.bytes, pin.licence, pin.url) == (len(CSV), "test terms", server.url)
    assert fetch(remote(server), tmp_path / "cache") == path
    assert fetch(remote(server), tmp_path / "cache", offline=True) == path
    assert len(server.requests) == 1


def test_offline_without_the_file_says_so(server: Server, tmp_path: Path) -> None:
    assert "is not in the cache, and --offline was asked" in refusal(server, tmp_path, offline=True)
    assert server.requests == []


def test_a_cut_download_goes_on_where_it_was_cut(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(CSV, cut=20_000, ETag='"v1"'), answer(CSV, cut=30_000, ETag='"v1"'), answer(CSV, ETag='"v1"')]
    said: list[str] = []
    path = fetch(remote(server), tmp_path, patience=QUICK, progress=said.append)
    assert path.read_bytes() == CSV
    assert [each.get("Range") for each in server.requests] == [None, "bytes=20000-", "bytes=30000-"]
    assert "trying again (2 of 4)" in said[0]
    assert files(tmp_path) == {"file.csv", "file.csv.pin.json"}


def test_a_process_that_was_killed_is_gone_on_from(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(CSV, cut=20_000, ETag='"v1"')]
    refusal(server, tmp_path)
    server.acts = [answer(CSV, ETag='"v1"')]
    server.requests.clear()
    assert fetch(remote(server), tmp_path, patience=QUICK).read_bytes() == CSV
    assert server.requests[0]["Range"] == "bytes=20000-"


def test_a_file_that_changed_between_two_attempts_starts_anew(server: Server, tmp_path: Path) -> None:
    other = CSV.replace(b"Parque", b"Ciudad")
    server.acts = [answer(CSV, cut=20_000, ETag='"v1"'), answer(other, ETag='"v2"')]
    assert fetch(remote(server), tmp_path, patience=QUICK).read_bytes() == other


def test_without_a_validator_a_cut_download_starts_anew(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(CSV, cut=20_000), answer(CSV)]
    assert fetch(remote(server), tmp_path, patience=QUICK).read_bytes() == CSV
    assert server.requests[1].get("Range") is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_is_asked_again(server: Server, tmp_path: Path, status: int) -> None:
    server.acts = [answer(b"busy", status=status, Retry_After="0"), answer(CSV)]
    assert fetch(remote(server), tmp_path, patience=QUICK).read_bytes() == CSV


def test_what_does_not_pass_ends_after_the_last_try(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(b"", status=500)]
    assert "the server answered 500, 4 times. Try again later" in refusal(server, tmp_path)
    assert len(server.requests) == 4
    server.acts = [drop]
    assert "the connection broke" in refusal(server, tmp_path)
    server.acts = [silent]
    assert "the server does not answer" in refusal(server, tmp_path)
    server.acts = [drip(CSV, 0.05)]
    assert "the server is too slow" in refusal(server, tmp_path)
    server.acts = [answer(CSV, length=len(CSV) + 50)]
    assert "the connection broke, 4 times" in refusal(server, tmp_path)


def test_what_will_not_mend_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(b"none", status=404)]
    assert "the server answered 404" in refusal(server, tmp_path)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("csv", b"<!DOCTYPE html><html>No encontrado</html>", "sent a web page in its place"),
        ("zip", b"\xef\xbb\xbf  <HTML>No", "sent a web page in its place"),
        ("zip", BODY, "is no whole ZIP archive"),
        ("csv", BODY + b"\0", "sent"),
        ("json", b'{"a": ', "is no JSON"),
        ("json", b"[" * 100_000, "is no JSON"),
        ("geotiff", BODY, "is no geotiff"),
        ("geopackage", BODY, "is no geopackage"),
        ("csv", b"a\0b", "is binary, not text"),
        ("csv", b"", "the file is empty"),
    ],
)
def test_content_is_believed_not_the_status(server: Server, tmp_path: Path, kind: Any, body: bytes, said: str) -> None:
    if said == "sent":
        body, said = b"\0" + BODY, "is binary, not text"
    server.acts = [answer(body)]
    assert said in refusal(server, tmp_path, kind)


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_an_archive_with_a_broken_member_is_refused(server: Server, tmp_path: Path) -> None:
    whole = zipped(a=b"x" * 1000, b=bytes(range(256)) * 30)
    broken = bytearray(whole)
    broken[whole.index(b"PK\x03\x04", 4) + 40] ^= 0xFF  # inside the second member
    server.acts = [answer(bytes(broken))]
    assert "broken" in refusal(server, tmp_path, "zip") or "no whole ZIP" in refusal(server, tmp_path, "zip")
    server.acts = [answer(whole)]
    assert fetch(remote(server, "zip"), tmp_path).read_bytes() == whole


def test_a_redirect_to_somebody_else_is_refused(server: Server, tmp_path: Path) -> None:
    for place in ("file:///etc/passwd", "http://localhost/file", "ftp://127.0.0.1/x", "//evil.example/x"):
        server.acts = [answer(b"", status=302, Location=place)]
        assert "not a host of the source" in refusal(server, tmp_path)
    server.acts = [answer(b"", status=302, Location=server.url)]
    assert "sends on more than 5 times" in refusal(server, tmp_path)
    server.acts = [answer(b"", status=301, Location="/other.csv"), answer(CSV)]
    assert fetch(remote(server), tmp_path, patience=QUICK).read_bytes() == CSV
    assert len(list(tmp_path.iterdir())) == 2


def test_a_changed_file_is_taken_only_when_asked(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(CSV)]
    path = fetch(remote(server), tmp_path)
    path.write_bytes(b"damaged")
    server.acts = [answer(CSV + b"2,Otro\n")]
    said = refusal(server, tmp_path)
    assert "the server's file is another one than on" in said
    assert "--accept-change" in said
    assert path.read_bytes() == b"damaged"
    fetch(remote(server), tmp_path, accept_change=True)
    assert path.read_bytes().endswith(b"2,Otro\n")


def test_a_damaged_file_in_the_cache_is_fetched_again(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(CSV)]
    path = fetch(remote(server), tmp_path)
    path.write_bytes(CSV[:100])
    assert fetch(remote(server), tmp_path).read_bytes() == CSV
    (tmp_path / "file.csv.pin.json").write_text("{")
    assert fetch(remote(server), tmp_path).read_bytes() == CSV
    assert json.loads((tmp_path / "file.csv.pin.json").read_text())["bytes"] == len(CSV)


def test_a_large_file_is_asked_for(server: Server, tmp_path: Path) -> None:
    server.acts = [answer(CSV, length=900_000_000)]
    assert "has 900 MB. Ask for it with --yes" in refusal(server, tmp_path)
    assert len(server.requests) == 1


def test_members_come_out_and_nothing_else(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(**{"data/one.csv": b"1", "data/two.csv": b"2", "read me.txt": b"x"}))
    found = extract(archive, tmp_path / "out", wanted=lambda name: name.endswith(".csv"))
    assert [path.relative_to(tmp_path / "out").as_posix() for path in found] == ["data/one.csv", "data/two.csv"]
    assert found[1].read_bytes() == b"2"


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "..\\evil.csv", "C:\\evil.csv"])
def test_an_archive_that_writes_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(**{"good.csv": b"1", name: b"2"}))
    with pytest.raises(DownloadError, match="leads out of the archive"):
        extract(archive, tmp_path / "out", wanted=lambda _: True)
    assert not list(tmp_path.rglob("*.csv"))


def test_an_archive_with_a_link_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(DownloadError, match="leads out of the archive"):
        extract(archive, tmp_path / "out", wanted=lambda _: True)


def test_a_bomb_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(bomb=b"\0" * 60_000_000))
    with pytest.raises(DownloadError, match="unpacks to far more than its size"):
        extract(archive, tmp_path / "out", wanted=lambda _: True)
    archive.write_bytes(zipped(a=b"x" * 600, b=b"y" * 600))
    with pytest.raises(DownloadError, match="unpacks to far more"):
        extract(archive, tmp_path / "out", wanted=lambda _: True, most_bytes=1000)
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
