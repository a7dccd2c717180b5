"""Every fault of a server ends in a whole file or one sentence; a second run repairs; nothing half is ever there."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo.errors import DownloadError
from geo.sources._transfer import state_file
from geo.sources.download import Patience, Remote, fetch, read_pin

DENUE = "/contenidos/masiva/denue/denue_00_31-33_csv.zip"
BTS = "/api/views/keg4-3bc2/rows.json"
WORLDPOP = "/GIS/Population/Global_2015_2030/R2025A/2025/MEX/v1/1km_ua/constrained/mex_pop_2025_CN_1km_R2025A_UA_v1.tif"
BODY = b"id,name\n" + b"1,Parque\n" * 5000


@pytest.fixture(params=["denue", "bts", "worldpop"])
def official(request: pytest.FixtureRequest, denue_zip: bytes, bts_json: bytes, worldpop_tif: bytes) -> tuple[Any, ...]:
    return {
        "denue": ("denue", DENUE, denue_zip, {}),
        "bts": ("bts", BTS, bts_json, {}),
        "worldpop": ("worldpop", WORLDPOP, worldpop_tif, {"resolution": "1km"}),
    }[request.param]


def assert_nothing_half(cache: Path, key: str) -> None:
    """Every file that looks whole has the hash of its pin."""
    folder = cache / key
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(".") or path.name.endswith(".pin.json"):
            continue
        pin = read_pin(path)
        assert pin is not None, path.name
        assert pin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


FAULTS: dict[str, Callable[[Any, bytes], list[Any]]] = {
    "cut": lambda server, body: [server.whole(body, cut=len(body) // 2)],
    "cut without a tag": lambda server, body: [server.whole(body, etag="", cut=len(body) // 2)],
    "shorter than announced": lambda server, body: [server.whole(body, length=len(body) + 99)],
    "longer than announced": lambda server, body: [server.whole(body, length=len(body) // 2, cut=None)],
    "429": lambda server, _: [server.status(429)],
    "500": lambda server, _: [server.status(500)],
    "slow drip": lambda server, body: [server.drip(body)],
    "page in its place": lambda server, _: [server.page()],
    "chunks cut": lambda server, body: [server.chunked(body, cut=True)],
    "dropped": lambda server, _: [server.drop()],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lasting_fault_is_one_sentence_and_a_second_run_repairs(
    server: Any, run: Callable[..., Any], official: tuple[Any, ...], fault: str, tmp_path: Path
) -> None:
    key, path, body, asked = official
    server.put(path, *FAULTS[fault](server, body))
    with pytest.raises(DownloadError) as caught:
        run(key, **asked)
    assert "\n" not in str(caught.value)
    assert_nothing_half(tmp_path / "cache", key)
    assert not (tmp_path / "sources" / key).exists()
    server.put(path, body)
    fetched = run(key, **asked)
    assert_nothing_half(tmp_path / "cache", key)
    assert fetched.cleaned.read > 0
    assert (fetched.folder / "source.json").is_file()


@pytest.mark.parametrize("fault", ["cut", "shorter than announced", "429", "500", "slow drip", "chunks cut", "dropped"])
def test_a_passing_fault_is_overcome(
    server: Any, run: Callable[..., Any], official: tuple[Any, ...], fault: str
) -> None:
    key, path, body, asked = official
    server.put(path, *FAULTS[fault](server, body), body)
    assert run(key, **asked).cleaned.read > 0
    assert len(server.requests) <= 3


def test_a_changed_file_is_taken_only_when_asked(server: Any, run: Callable[..., Any], bts_json: bytes) -> None:
    server.put(BTS, bts_json)
    before = run("bts")
    kept = (before.folder / "crossings.csv").read_bytes()
    server.put(BTS, bts_json.replace(b'"1200"', b'"1300"'))
    assert run("bts").folder.joinpath("crossings.csv").read_bytes() == kept
    with pytest.raises(DownloadError, match="Take the new one with --accept-change"):
        run("bts", refresh=True)
    assert (before.folder / "crossings.csv").read_bytes() == kept
    assert b"1300" in run("bts", refresh=True, accept_change=True).folder.joinpath("crossings.csv").read_bytes()


def remote(server: Any, **rest: Any) -> Remote:
    return Remote("file.csv", f"{server.url}/file.csv", "csv", "terms", **rest)


def quick(**rest: Any) -> Patience:
    values = {"tries": 3, "wait_seconds": 0.01, "most_wait_seconds": 0.05, "timeout_seconds": 0.4}
    return Patience(**(values | rest))


def test_a_long_download_cut_often_goes_on(server: Any, tmp_path: Path) -> None:
    body = b"id,name\n" + b"1,Parque industrial\n" * 500_000
    assert len(body) > 9_000_000
    cuts = range(1_200_000, len(body), 1_200_000)
    server.put("/file.csv", *(server.whole(body, cut=at) for at in cuts), body)
    assert fetch(remote(server), tmp_path, patience=quick(timeout_seconds=5)).read_bytes() == body
    assert len(server.requests) == len(cuts) + 1 > 3


def test_a_part_the_server_does_not_go_on_from_starts_anew(server: Any, tmp_path: Path) -> None:
    server.put("/file.csv", server.whole(BODY, cut=20_000), server.status(416), BODY)
    assert fetch(remote(server), tmp_path, patience=quick()).read_bytes() == BODY
    assert "Range" not in server.requests[2][1]


def test_a_part_of_another_address_is_not_gone_on_from(server: Any, tmp_path: Path) -> None:
    server.put("/file.csv", server.whole(BODY, cut=20_000))
    with pytest.raises(DownloadError):
        fetch(remote(server), tmp_path, patience=quick())
    other = Remote("file.csv", f"{server.url}/other.csv", "csv", "terms")
    server.put("/other.csv", BODY.replace(b"Parque", b"Ciudad"))
    assert b"Parque" not in fetch(other, tmp_path, patience=quick()).read_bytes()
    assert "Range" not in server.requests[-1][1]


def test_an_answer_without_a_length_is_taken_whole(server: Any, tmp_path: Path) -> None:
    server.put("/file.csv", server.chunked(BODY))
    assert fetch(remote(server), tmp_path, patience=quick()).read_bytes() == BODY


def test_an_answer_cut_between_two_chunks_is_not_taken_for_whole(server: Any, tmp_path: Path) -> None:
    server.put("/file.csv", server.chunked(BODY, cut=True))
    with pytest.raises(DownloadError, match="the connection broke, 3 times"):
        fetch(remote(server), tmp_path, patience=quick())
    assert not list(tmp_path.glob("*.csv"))


def test_a_packed_answer_is_unpacked(server: Any, tmp_path: Path) -> None:
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(BODY) + packer.flush()
    server.put("/file.csv", server.whole(packed, Content_Encoding="gzip"))
    assert fetch(remote(server), tmp_path, patience=quick()).read_bytes() == BODY


def test_a_weak_tag_does_not_vouch_for_a_part(server: Any, tmp_path: Path) -> None:
    server.put("/file.csv", server.whole(BODY, etag='W/"v1"', cut=20_000), server.whole(BODY, etag='W/"v1"'))
    assert fetch(remote(server), tmp_path, patience=quick()).read_bytes() == BODY
    assert "Range" not in server.requests[1][1]


def test_a_server_that_asks_for_an_hour_is_not_waited_for(server: Any, tmp_path: Path) -> None:
    server.put("/file.csv", server.status(429, Retry_After="3600"))
    with pytest.raises(DownloadError, match="the server asks to wait 3,600 seconds"):
        fetch(remote(server), tmp_path, patience=quick())
    server.put("/file.csv", server.status(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), BODY)
    assert fetch(remote(server), tmp_path, patience=quick()).read_bytes() == BODY


def test_two_fetches_at_once_do_not_mix(server: Any, tmp_path: Path) -> None:
    import fcntl
    import os

    server.put("/file.csv", BODY)
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with pytest.raises(DownloadError, match="another process is fetching to it"):
        fetch(remote(server), tmp_path, patience=quick())
    os.close(folder)
    assert fetch(remote(server), tmp_path, patience=quick()).read_bytes() == BODY


def test_a_full_disk_is_seen_before_the_download(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil
    from types import SimpleNamespace

    server.put("/file.csv", BODY)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DownloadError, match="Free some space or choose another --cache"):
        fetch(remote(server), tmp_path, patience=quick())
    assert len(server.requests) == 1


def test_a_proxy_that_refuses_is_said(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    server.acts["/file.csv"] = [server.whole(BODY)]
    away = Remote("file.csv", "http://official.example/file.csv", "csv", "terms")
    assert fetch(away, tmp_path, patience=quick()).read_bytes() == BODY
    assert server.requests[0][0] == "http://official.example/file.csv"


def test_a_further_test_of_the_content_keeps_a_file_out(server: Any, tmp_path: Path) -> None:
    server.put("/file.csv", BODY)
    with pytest.raises(DownloadError, match="holds no municipality"):
        fetch(remote(server, check=lambda _: "the file holds no municipality"), tmp_path, patience=quick())
    assert not list(tmp_path.glob("*.csv")) and not list(tmp_path.glob(".*.part"))


def test_a_damaged_note_of_a_part_starts_anew(server: Any, tmp_path: Path) -> None:
    (tmp_path / ".file.csv.part").write_bytes(b"half")
    state_file(tmp_path / ".file.csv.part").write_text(json.dumps({"validator": '"v1"'}))
    server.put("/file.csv", BODY)
    assert fetch(remote(server), tmp_path, patience=quick()).read_bytes() == BODY
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.csv", "file.csv.pin.json"]


def test_what_came_from_a_mirror_serves_offline_without_it(server: Any, tmp_path: Path) -> None:
    server.put("/file.csv", BODY)
    path = fetch(remote(server), tmp_path, patience=quick())
    official = Remote("file.csv", "https://official.example/file.csv", "csv", "terms")
    assert fetch(official, tmp_path, offline=True) == path
    with pytest.raises(DownloadError, match="the address cannot be used"):
        fetch(Remote("x.csv", "file:///etc/hostname", "csv", "terms"), tmp_path, patience=quick())


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_raster_or_a_package_cut_short_is_seen(worldpop_tif: bytes, tmp_path: Path, share: float) -> None:
    import geopandas as gpd
    import shapely

    from geo.sources.content import content_problem

    (tmp_path / "whole.tif").write_bytes(worldpop_tif)
    points = [shapely.Point(x, 20) for x in range(500)]
    gpd.GeoDataFrame(geometry=points, crs="EPSG:4326").to_file(tmp_path / "whole.gpkg")
    for name, kind in (("whole.tif", "geotiff"), ("whole.gpkg", "geopackage")):
        body = (tmp_path / name).read_bytes()
        assert content_problem(tmp_path / name, kind) is None
        (tmp_path / "cut").write_bytes(body[: int(len(body) * share)])
        assert content_problem(tmp_path / "cut", kind) in {
            "the file is cut short",
            f"the file is no {kind} that can be read",
        }


def test_a_long_download_says_how_far_it_is(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.sources._transfer._TELL_SECONDS", 0.0)
    body = b"id,name\n" + b"1,Parque industrial\n" * 200_000
    said: list[str] = []
    server.put("/file.csv", body)
    fetch(remote(server), tmp_path, patience=quick(timeout_seconds=5), progress=said.append)
    assert said[-1] == "file.csv: 4 of 4 MB"
    assert len(said) > 1
