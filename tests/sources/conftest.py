"""A server on the loopback that keeps official paths, and small files in the exact official formats."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from geo.sources.catalogue import SOURCES
from geo.sources.download import Patience
from geo.sources.registers.denue import DENUE_COLUMNS
from geo.sources.run import Fetched, Manner, fetch_source
from geo.sources.source import Ask
from geo.study import load_study

QUICK = Patience(tries=3, wait_seconds=0.01, most_wait_seconds=0.05, timeout_seconds=0.25, least_bytes_per_second=2000)

Act = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers by path; several acts of one path are played one a request, the last is repeated."""

    def __init__(self) -> None:
        self.acts: dict[str, list[Act]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                outer.requests.append((unquote(self.path), dict(self.headers)))
                self.close_connection = True
                acts = outer.acts.get(path, [outer.page()])
                (acts.pop(0) if len(acts) > 1 else acts[0])(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # a reader that went away
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, path: str, *acts: Act | bytes) -> None:
        """Let a path answer with files or acts."""
        self.acts[path] = [self.whole(act) if isinstance(act, bytes) else act for act in acts]

    @staticmethod
    def whole(
        body: bytes, *, etag: str = '"v1"', cut: int | None = None, length: int | None = None, **headers: str
    ) -> Act:
        """A file as IIS gives it: an ETag, ranges honoured; cut short or of another length where asked."""

        def act(request: BaseHTTPRequestHandler) -> None:
            start, code, asked = 0, 200, request.headers.get("Range")
            if asked and request.headers.get("If-Range") == etag:
                start, code = int(asked.removeprefix("bytes=").rstrip("-")), 206
            request.send_response(code)
            request.send_header("Connection", "close")
            request.send_header("ETag", etag)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            if code == 206:
                request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            request.send_header("Content-Length", str(len(body) - start if length is None else length))
            request.end_headers()
            request.wfile.write(body[start : len(body) if cut is None else max(start, cut)])

        return act

    @staticmethod
    def page() -> Act:
        """INEGI's answer to a missing file: HTTP 200 and a page."""
        return Server.whole(b"<!DOCTYPE html><html><head><title>INEGI</title></head>" + b" " * 1300 + b"</html>")

    @staticmethod
    def status(code: int, **headers: str) -> Act:
        def act(request: BaseHTTPRequestHandler) -> None:
            request.send_response(code)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.send_header("Content-Length", "0")
            request.end_headers()

        return act

    @staticmethod
    def chunked(body: bytes, *, cut: bool = False, **headers: str) -> Act:
        """A file in chunks, without a length, as Socrata and ArcGIS give theirs."""

        def act(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Transfer-Encoding", "chunked")
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            for start in range(0, len(body), 100):
                piece = body[start : start + 100]
                request.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                if cut and start > len(body) // 2:
                    return
            request.wfile.write(b"0\r\n\r\n")

        return act

    @staticmethod
    def drip(body: bytes) -> Act:
        def act(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            for start in range(0, len(body), 10):
                request.wfile.write(body[start : start + 10])
                request.wfile.flush()
                time.sleep(0.05)

        return act

    @staticmethod
    def drop() -> Act:
        return lambda request: request.connection.close()


@pytest.fixture
def server(socket_enabled: None) -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def run(server: Server, tmp_path: Path) -> Callable[..., Fetched]:
    """Fetch a source from the server into ``tmp_path/sources``, its downloads kept in ``tmp_path/cache``."""

    def run(key: str, *, study: Path | None = None, **given: Any) -> Fetched:
        manner = {name: given.pop(name) for name in list(given) if name in Manner.__dataclass_fields__}
        manner = {"mirror": server.url, "patience": QUICK, "cache": tmp_path / "cache", **manner}
        ask = Ask(**given)
        return fetch_source(
            SOURCES[key],
            ask,
            tmp_path / "sources",
            study=load_study(study),
            manner=Manner(**manner),
            say=lambda _: None,
        )

    return run


@pytest.fixture
def zipped() -> Callable[[dict[str, bytes]], bytes]:
    """Return a maker of ZIP archives from names and contents."""

    def make(members: dict[str, bytes]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        return buffer.getvalue()

    return make


def denue_row(**given: str) -> str:
    base = {
        "id": "1", "nom_estab": "MAQUILADORA ÑANDÚ", "codigo_act": "336360", "per_ocu": "251 y más personas",
        "tipoCenCom": "PARQUE INDUSTRIAL", "nom_CenCom": "PARQUE INDUSTRIAL RÍO BRAVO", "cve_ent": "08",
        "entidad": "CHIHUAHUA", "cve_mun": "037", "municipio": "Juárez", "latitud": "31.65", "longitud": "-106.35",
        "fecha_alta": "2019-11",
    } | given  # fmt: skip
    return ",".join(f'"{base.get(name, "")}"' for name in DENUE_COLUMNS)


@pytest.fixture
def denue_csv() -> bytes:
    """Return DENUE's table: Latin-1, every value quoted, CRLF; one row of an unknown municipality."""
    rows = [denue_row(), denue_row(id="2", cve_mun="999"), denue_row(id="3", tipoCenCom="", nom_CenCom="")]
    return ("\r\n".join([",".join(f'"{name}"' for name in DENUE_COLUMNS), *rows]) + "\r\n").encode("latin-1")


@pytest.fixture
def denue_zip(zipped: Any, denue_csv: bytes) -> bytes:
    return zipped({
        "conjunto_de_datos/denue_inegi_31-33_.csv": denue_csv,
        "diccionario_de_datos/denue_diccionario_de_datos.csv": "Núm,Nombre\n".encode("latin-1"),
        "metadatos/metadatos_denue.txt": b"Modified: 2026-05-20",
    })  # fmt: skip


BTS_COLUMNS = (":sid", ":id", ":position", ":created_at", ":created_meta", ":updated_at", ":updated_meta", ":meta",
               "Port Name", "State", "Port Code", "Border", "Date", "Measure", "Value", "Latitude", "Longitude",
               "Point")  # fmt: skip


def bts_row(port: str, code: str, month: str, measure: str, value: str, border: str = "US-Mexico Border") -> list[Any]:
    return ["row-a", "0000-0", 0, 1700000000, None, 1700000000, None, "{ }", port, "Texas", code, border,
            f"{month}-01T00:00:00", measure, value, "31.764", "-106.451", "POINT (-106.451 31.764)"]  # fmt: skip


@pytest.fixture
def bts_json() -> bytes:
    """Return the table as Socrata writes it: meta, then one row a line; a code without its leading zero."""
    import json

    rows = [
        bts_row("El Paso", "2402", "2026-05", "Trucks", "1200"),
        bts_row("El Paso", "2402", "2026-05", "Trains", "30"),
        bts_row("El Paso", "2402", "2026-05", "Personal Vehicles", "0"),
        bts_row("El Paso", "2402", "2024-01", "Buses", "500"),
        bts_row("Boquillas", "2410", "2026-04", "Pedestrians", "77"),
        bts_row("Nuevo Cruce", "2499", "2026-05", "Trucks", "5"),
        bts_row("El Paso", "2402", "2026-04", "Trucks", "muchos"),
        bts_row("El Paso", "2402", "2026-05", "Trucks", "1200"),
        bts_row("Eastport", "103", "2026-05", "Trucks", "9", "US-Canada Border"),
        *(bts_row("El Paso", "2402", f"2025-{month:02d}", "Trucks", "1000") for month in range(1, 13)),
    ]
    head = {
        "view": {
            "id": "keg4-3bc2",
            "name": 'Border "data" : [ Entry',
            "columns": [{"name": name} for name in BTS_COLUMNS],
        }
    }
    lines = "\n, ".join(json.dumps(row) for row in rows)
    return f'{{\n  "meta" : {json.dumps(head, indent=2)},\n  "data" : [ {lines} ]\n}}'.encode()


@pytest.fixture
def worldpop_tif(tmp_path: Path) -> bytes:
    """Return a grid of a tenth of a degree over more than Mexico: 2 people a cell, nobody south of 20 degrees."""
    import numpy as np
    import rasterio
    from rasterio import Affine

    path = tmp_path / "made.tif"
    values = np.full((300, 400), 2.0, dtype="float32")
    values[140:] = -99999.0
    with rasterio.open(
        path, "w", driver="GTiff", width=400, height=300, count=1, dtype="float32", crs="EPSG:4326", nodata=-99999.0,
        transform=Affine(0.1, 0.0, -120.0, 0.0, -0.1, 34.0),
    ) as target:  # fmt: skip
        target.write(values, 1)
    body = path.read_bytes()
    path.unlink()
    return body
