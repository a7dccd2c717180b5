"""A real PostgreSQL with PostGIS, from Debian's packages, on a free port of the loopback, for these tests alone."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from pytest_socket import enable_socket

HOST = "127.0.0.1"
PASSWORD = "pásswörd @/:%40 'x'"


@dataclass(frozen=True)
class Database:
    """A database of the server, made for one test."""

    name: str
    port: int

    def dsn(self, *, user: str = "postgres", password: str = PASSWORD, port: int | None = None) -> str:
        """Return the address that a user would write."""
        return f"postgresql://{user}:{quote(password, safe='')}@{HOST}:{port or self.port}/{self.name}"

    def connect(self, **more: Any) -> psycopg.Connection[Any]:
        """Return a session of somebody else."""
        return psycopg.connect(
            host=HOST, port=self.port, dbname=self.name, user="postgres", password=PASSWORD, autocommit=True, **more
        )

    def query(self, statement: str, *values: Any) -> list[Any]:
        """Return the rows of a statement; the bare values where each row has one."""
        with self.connect() as connection:
            cursor = connection.execute(statement, values)  # type: ignore[call-overload]
            rows = cursor.fetchall() if cursor.description else []
        return [row[0] if len(row) == 1 else row for row in rows]


@pytest.fixture(scope="session")
def server() -> Iterator[int]:
    """Start a server in a folder of its own; give its port; stop it whatever happens."""
    programs = _programs()
    # The system's postgres user runs it where the tests run as root, which PostgreSQL refuses to be run by.
    user = "postgres" if os.geteuid() == 0 else None
    run = ["setpriv", "--pdeathsig", "INT"]
    if user is not None:
        run += [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    enable_socket()  # the first test that wants the server may not use its own sockets
    with tempfile.TemporaryDirectory(prefix="corredor-postgis-") as place, socket.socket() as probe:
        folder = Path(place)
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        if user is not None:
            for path in (folder, secret):
                shutil.chown(path, user, user)
        data = folder / "data"
        subprocess.run(
            [*run, programs / "initdb", "-D", data, "-U", "postgres", f"--pwfile={secret}", "-A", "scram-sha-256",
             "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
        probe.close()
        settings = {"listen_addresses": HOST, "port": port, "unix_socket_directories": "", "fsync": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*run, programs / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd="/"
            )
        try:
            _wait(process, programs, port, folder / "log")
            _make_template(port)
            yield port
        finally:
            process.send_signal(2)  # PostgreSQL's fast shutdown
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def new_database(server: int) -> Iterator[Callable[..., Database]]:
    """Return a maker of databases, with PostGIS unless told otherwise; they go when the test ends."""
    made = []

    def make(*, postgis: bool = True) -> Database:
        database = Database(f"test_{next(_numbers)}", server)
        template = "with_postgis" if postgis else "template0"
        _administer(server, sql.SQL("CREATE DATABASE {} TEMPLATE {}"), database.name, template)
        made.append(database)
        return database

    yield make
    for database in made:
        _administer(server, sql.SQL("DROP DATABASE {} WITH (FORCE)"), database.name)


@pytest.fixture
def database(new_database: Callable[..., Database]) -> Database:
    """Return an empty database with PostGIS."""
    return new_database()


_numbers = itertools.count(1)


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL that has PostGIS."""
    found = [
        folder / "bin"
        for folder in Path("/usr/lib/postgresql").glob("*")
        if (folder / "bin" / "initdb").exists()
        and Path("/usr/share/postgresql", folder.name, "extension", "postgis.control").exists()
    ]
    if not found:
        pytest.fail(
            "These tests need PostgreSQL with PostGIS: install the Debian package postgresql-postgis.", pytrace=False
        )
    return max(found, key=lambda path: float(path.parent.name))


def _wait(process: subprocess.Popen[bytes], programs: Path, port: int, log: Path) -> None:
    for _ in range(300):
        if process.poll() is None and (
            subprocess.run([programs / "pg_isready", "-q", "-h", HOST, "-p", str(port)], check=False).returncode == 0
        ):
            return
        time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text(errors='replace')}", pytrace=False)


def _make_template(port: int) -> None:
    _administer(port, sql.SQL("CREATE DATABASE {} TEMPLATE template0"), "with_postgis")
    with Database("with_postgis", port).connect() as connection:
        connection.execute("CREATE EXTENSION postgis")


def _administer(port: int, statement: sql.SQL, *names: str) -> None:
    with Database("postgres", port).connect() as connection:
        connection.execute(statement.format(*map(sql.Identifier, names)))
