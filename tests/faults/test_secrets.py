"""No output and no message tells where somebody's folders are, who they are or what opens their accounts."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from faults_harness import ROOT, geo, light_example

from geo.cli import main
from geo.export.manifest import identity
from geo.study import load_study

FOLDER = "carpeta-privada-k7q"
PASSWORD = "s3cret-k7q"


def texts(path: Path) -> list[bytes]:
    """Return a file's bytes, and what is in it where it is packed."""
    content = path.read_bytes()
    found = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(path) as archive:
            found += [archive.read(name) for name in archive.namelist()]
    if path.suffix == ".pdf":
        for piece in content.split(b"stream\n")[1:]:
            try:
                found.append(zlib.decompressobj().decompress(piece.lstrip(b"\r\n")))
            except zlib.error:
                continue
    if content.startswith(b"\x1f\x8b"):
        found.append(gzip.decompress(content))
    return found


def assert_silent(folder: Path, secrets: list[str]) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        for content in texts(path):
            for secret in secrets:
                for form in (secret.encode(), secret.encode("utf-16-le"), secret.replace("/", "\\/").encode()):
                    assert form not in content, f"{path.relative_to(folder)} tells {secret}"


def test_a_manifest_names_a_file_without_its_folders(tmp_path: Path) -> None:
    study = light_example(tmp_path / FOLDER)
    elsewhere = tmp_path / FOLDER / "wages.csv"
    (study.parent / "wages.csv").rename(elsewhere)
    study.write_text(study.read_text("utf-8").replace('wages = "wages.csv"', f'wages = "{elsewhere}"'), "utf-8")
    content = json.dumps(identity(load_study(study)))
    assert '"file": "wages.csv"' in content
    assert '"file": "shapes/states.parquet"' in content
    assert FOLDER not in content


@pytest.mark.campaign
def test_outputs_do_not_tell_where_they_were_made(tmp_path: Path) -> None:
    home = tmp_path / FOLDER
    home.mkdir()
    study = light_example(home)
    # A file named in full, as geo fetch --into names what lies outside the study.
    elsewhere = home / "descargas" / "wages.csv"
    elsewhere.parent.mkdir()
    (study.parent / "wages.csv").rename(elsewhere)
    study.write_text(study.read_text("utf-8").replace('wages = "wages.csv"', f'wages = "{elsewhere}"'), "utf-8")
    own = ["--study", str(study), "--quiet"]
    commands = [
        ["build", *own, "--out", "out/maps"],
        ["export", *own, "--run", "out/maps", "--out", "out/export", "--format", "gpkg,qgz,geoparquet,csv,fgb,cog"],
        ["map", *own, "--run", "out/maps", "--out", "out/atlas.html"],
        ["figure", "corridor", *own, "--run", "out/maps", "--out", "out/figure.pdf"],
        ["table", "developers", *own, "--run", "out/maps", "--out", "out/table.tex", "--format", "latex"],
    ]
    said = ""
    for command in commands:
        done = geo(*command, cwd=home, HOME=str(home))
        assert done.returncode == 0, done.stderr
        said += done.stdout + done.stderr
    secrets = [FOLDER, str(ROOT), str(tmp_path)]
    assert_silent(home / "out", secrets)
    assert not [secret for secret in secrets if secret in said]


REFUSED = [
    ["build", "--out", "file/maps"],
    ["export", "--out", "file/export"],
    ["map", "--out", "folder"],
    ["build", "--out", "folder"],
    ["build", "--study", "none.toml"],
    ["build", "--study", "wrong.toml"],
    ["ingest", "wrong.csv", "--as", "parks", "--yes", "--out", "study"],
    ["ingest", "none.csv", "--as", "parks", "--yes"],
    ["fetch", "bts", "--offline", "--cache", "cache", "--out", "sources"],
    ["fetch", "bts", "--offline", "--cache", "cache", "--out", "folder"],
    ["fetch", "bts", "--file", "none.json", "--out", "sources"],
    ["fetch", "bts", "--file", "wrong.json", "--out", "sources"],
    ["template", "parks", "--out", "file/parks.csv"],
]


@pytest.mark.parametrize("command", REFUSED, ids=" ".join)
def test_a_refusal_names_files_as_they_were_given(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / FOLDER
    (home / "folder").mkdir(parents=True)
    for name in ("file", "folder/thesis.txt", "wrong.csv", "wrong.json", "wrong.toml"):
        (home / name).write_text("a = ]\n,")
    (home / "folder" / "bts").mkdir()
    (home / "folder" / "bts" / "thesis.txt").write_text("mine")
    monkeypatch.chdir(home)
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output
    assert FOLDER not in result.output


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://ana:{PASSWORD}@127.0.0.1:9/db?connect_timeout=1",
        f"postgresql://ana:{PASSWORD}@127.0.0.1:port/db",
        f"postgresql://ana:{PASSWORD}@[broken/db",
        f"postgresql://127.0.0.1:9/db?password={PASSWORD}&connect_timeout=1",
        f"postgresql://ana@127.0.0.1:9/db?sslpassword={PASSWORD}&sslmode=wrong",
        f"mysql://ana:{PASSWORD}@127.0.0.1/db",
        f"host=127.0.0.1 port=9 password={PASSWORD}",
        f"{PASSWORD}",
    ],
)
def test_no_message_repeats_a_password_of_a_database(
    dsn: str, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geo.errors import CorredorError
    from geo.export.postgis import write_postgis

    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with pytest.raises(CorredorError) as caught:
        write_postgis({}, dsn)
    assert PASSWORD not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mirrors_password_is_in_no_file_of_a_fetch(
    server: object, bts_json: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server.put("/api/views/keg4-3bc2/rows.json", bts_json)  # type: ignore[attr-defined]
    mirror = server.url.replace("//", f"//ana:{PASSWORD}@")  # type: ignore[attr-defined]
    command = [
        "fetch",
        "bts",
        "--mirror",
        mirror,
        "--cache",
        "out/cache",
        "--out",
        "out/sources",
        "--into",
        "out/geo.toml",
    ]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert_silent(tmp_path / "out", [PASSWORD, str(tmp_path), os.fspath(ROOT)])
