"""What the network may do beyond tests/sources/test_faults.py: bad certificates, redirects, headers that lie."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from geo.errors import DownloadError
from geo.sources._transfer import without_secrets
from geo.sources.download import Patience, Remote, fetch

BODY = b"id,name\n" + b"1,Parque\n" * 2000
QUICK = Patience(tries=2, wait_seconds=0.01, most_wait_seconds=0.05, timeout_seconds=1.0)


AUTHORITY = """
[ca]
default_ca = one
[one]
database = index
serial = serial
new_certs_dir = .
policy = names
default_md = sha256
x509_extensions = about
[names]
commonName = supplied
[about]
basicConstraints = critical, CA:TRUE
subjectAltName = DNS:HOST
"""


def certificate(folder: Path, *, begins: timedelta, ends: timedelta, host: str) -> tuple[Path, Path]:
    """Write a self-signed certificate and its key; return the certificate, and both in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates, and is not there")
    (folder / "ca.cnf").write_text(AUTHORITY.replace("HOST", host))
    (folder / "index").touch()
    (folder / "serial").write_text("07\n")
    since, until = ((datetime.now(UTC) + each).strftime("%Y%m%d%H%M%SZ") for each in (begins, ends))
    for command in (
        f"req -new -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN={host}",
        "ca -config ca.cnf -batch -notext -selfsign -keyfile key.pem -in request.pem -out public.pem "
        f"-startdate {since} -enddate {until}",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, check=True)
    (folder / "both.pem").write_bytes((folder / "public.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return folder / "public.pem", folder / "both.pem"


@pytest.fixture
def secure(socket_enabled: None) -> Iterator[Callable[[Path], str]]:
    """Return a starter of servers with a certificate."""
    servers = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, *_: Any) -> None:
            pass

    def start(both: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # a reader that hung up
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"https://localhost:{server.server_port}/file.csv"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


DAY = timedelta(days=1)


CERTIFICATES = {
    "valid": (-DAY, DAY, "localhost", True),
    "expired": (-2 * DAY, -DAY, "localhost", True),
    "not yet valid": (DAY, 2 * DAY, "localhost", True),
    "of another host": (-DAY, DAY, "other.example", True),
    "of nobody known": (-DAY, DAY, "localhost", False),
}


@pytest.mark.parametrize("which", CERTIFICATES)
def test_only_a_valid_certificate_is_believed(
    secure: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    begins, ends, host, known = CERTIFICATES[which]
    public, both = certificate(tmp_path, begins=begins, ends=ends, host=host)
    monkeypatch.setenv("NO_PROXY", "localhost")
    if known:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(public))
    remote, cache = Remote("file.csv", secure(both), "csv", "terms"), tmp_path / "cache"
    if which == "valid":
        assert fetch(remote, cache, patience=QUICK).read_bytes() == BODY
        return
    with pytest.raises(DownloadError, match=r"^file\.csv: the server's certificate is not valid\. Nothing was kept\.$"):
        fetch(remote, cache, patience=QUICK)
    assert not list(cache.iterdir())


ELSEWHERE = (
    "file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/csv,id", "http://127.0.0.2/x", "//evil.example/x",
    "http://127.0.0.1.evil.example/x", "http://evil.example@other.example/x", "gopher://127.0.0.1/x", "javascript:0",
    "\\\\host\\share", "http://[::1]/x", "http://[broken/x", "http://127.0.0.1:99999/x",
)  # fmt: skip


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_redirect_leaves_the_source_by_no_way(server: Any, tmp_path: Path, code: int, place: str) -> None:
    server.put("/file.csv", server.status(code, Location=place))
    with pytest.raises(DownloadError) as caught:
        fetch(Remote("file.csv", f"{server.url}/file.csv", "csv", "terms"), tmp_path / "cache", patience=QUICK)
    assert "\n" not in str(caught.value)
    assert len(server.requests) <= QUICK.tries + 1
    assert not list((tmp_path / "cache").iterdir())


def test_a_redirect_from_https_does_not_end_without_encryption(
    socket_enabled: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import requests

    class Answer:
        is_redirect, headers = True, {"Location": "http://official.example/file.csv"}

        def close(self) -> None: ...

    monkeypatch.setattr(requests.Session, "get", lambda *_, **__: Answer())
    remote = Remote("file.csv", "https://official.example/file.csv", "csv", "terms")
    with pytest.raises(DownloadError, match="sends on to an unencrypted address"):
        fetch(remote, tmp_path, patience=QUICK)


LIES: dict[str, dict[str, str]] = {
    "no number": {"Content_Length": "many"},
    "a negative length": {"Content_Length": "-5"},
    "two lengths": {"Content_Length": f"{len(BODY)}, 5"},
    "an endless length": {"Content_Length": "9" * 400},
    "a length of five thousand digits": {"Content_Length": "9" * 5000},
    "a length in other figures": {"Content_Length": "²"},
    "an unknown packing": {"Content_Encoding": "zstd-of-mine"},
    "packed but is not": {"Content_Encoding": "gzip"},
}


@pytest.mark.parametrize("lie", LIES)
def test_headers_that_lie_end_complete_or_clear(server: Any, tmp_path: Path, lie: str) -> None:
    def act(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in LIES[lie].items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(BODY)

    server.acts["/file.csv"] = [act]
    remote = Remote("file.csv", f"{server.url}/file.csv", "csv", "terms")
    try:
        assert fetch(remote, tmp_path, patience=QUICK, large=True).read_bytes() == BODY
    except DownloadError as error:
        assert "\n" not in str(error)
        assert not (tmp_path / "file.csv").exists()


@pytest.mark.parametrize("header", ["bytes 5-9/10", "bytes */100", "items 0-5/6", "bytes 0-", "", "bytes 99999-5/7"])
def test_a_wrong_range_starts_anew(server: Any, tmp_path: Path, header: str) -> None:
    def wrong(request: BaseHTTPRequestHandler) -> None:
        request.send_response(206)
        request.send_header("Content-Range", header)
        request.send_header("Content-Length", "5")
        request.end_headers()
        request.wfile.write(b"wrong")

    server.put("/file.csv", server.whole(BODY, cut=500), wrong, BODY)
    remote = Remote("file.csv", f"{server.url}/file.csv", "csv", "terms")
    patience = Patience(tries=4, wait_seconds=0.01, most_wait_seconds=0.05, timeout_seconds=1.0)
    assert fetch(remote, tmp_path, patience=patience).read_bytes() == BODY


@pytest.mark.parametrize(
    "wait", ["-5", "0", "soon", "1e9", "99999999999999999999", "", "Wed, 99 Foo 2015", "NaN", "²", "9" * 400]
)
def test_a_wait_that_is_no_time_does_not_hang(server: Any, tmp_path: Path, wait: str) -> None:
    server.put("/file.csv", server.status(429, Retry_After=wait), BODY)
    try:
        assert fetch(Remote("file.csv", f"{server.url}/file.csv", "csv", "t"), tmp_path, patience=QUICK).exists()
    except DownloadError as error:
        assert "asks to wait" in str(error)


def test_addresses_are_kept_without_secrets(server: Any, tmp_path: Path) -> None:
    address = server.url.replace("http://", "http://ana:s3cret@")
    server.put("/file.csv", server.whole(BODY, cut=500))
    remote = Remote("file.csv", f"{address}/file.csv?year=2025&api_key=s3cret2&Signature=s3cret3", "csv", "terms")
    said: list[str] = []
    with pytest.raises(DownloadError) as caught:
        fetch(remote, tmp_path, patience=QUICK, progress=said.append)
    kept = "".join(path.read_text("latin-1") for path in tmp_path.iterdir())
    assert "s3cret" not in kept + str(caught.value) + "".join(said)
    server.put("/file.csv", BODY)
    fetch(remote, tmp_path, patience=QUICK)
    asked = [headers["Authorization"] for _, headers in server.requests]
    assert all(each.startswith("Basic ") for each in asked)
    assert "s3cret" not in (tmp_path / "file.csv.pin.json").read_text()
    assert "year=2025" in (tmp_path / "file.csv.pin.json").read_text()
    # The pin still vouches for the file: nothing is asked again.
    before = len(server.requests)
    fetch(remote, tmp_path, patience=QUICK)
    assert len(server.requests) == before


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a.csv", "https://example.org/a.csv"),
        ("https://example.org/a?b=1&c=", "https://example.org/a?b=1&c="),
        ("https://u:p@[::1]:8443/a", "https://[::1]:8443/a"),
        ("https://u:p%40@example.org:80/a?X-Amz-Signature=1#token=2", "https://example.org:80/a?X-Amz-Signature=***"),
        ("https://example.org/a?accessToken=1&q=", "https://example.org/a?accessToken=***&q="),
    ],
)
def test_what_is_kept_of_an_address(url: str, kept: str) -> None:
    assert without_secrets(url) == kept
