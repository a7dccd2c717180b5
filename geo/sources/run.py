"""`geo fetch`: a source downloaded, cleaned and put in its folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pooch

from geo._placing import alone, clear_leftovers, link_or_copy, put_folder, restore_folder, staging_prefix
from geo.errors import DownloadError, OutputError
from geo.schema import LAYERS
from geo.sources.content import Kind, content_problem
from geo.sources.download import Patience, Progress, Remote, fetch, read_pin
from geo.sources.record import RECORD, read_record, write_record
from geo.sources.source import Ask, Cleaned, Job, Source, read_plain
from geo.study import Study, with_its_study

REJECTS = "rejects.csv"
SOURCES = "sources.csv"

#: Ending of a file given by the user -> what it must be.
_KINDS: dict[str, Kind] = {
    ".zip": "zip", ".csv": "csv", ".txt": "csv", ".json": "json", ".geojson": "json", ".gpkg": "geopackage",
    ".osm": "osm", ".xml": "osm", ".tif": "geotiff", ".tiff": "geotiff",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """How files are fetched.

    Parameters
    ----------
    cache
        Folder of the downloads; each source has one of its own in it.
    offline
        Use the cache only.
    large
        Take files over 500 MB.
    refresh
        Ask the servers again.
    accept_change
        Take files that changed since they were first fetched.
    mirror
        Scheme and host (and folder) that hold the official paths in place of the official hosts.
    patience
        How long to try.
    """

    cache: Path
    offline: bool = False
    large: bool = False
    refresh: bool = False
    accept_change: bool = False
    mirror: str | None = None
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A source's folder, the layers it can stand in for, and its account."""

    folder: Path
    layers: dict[str, Path]
    cleaned: Cleaned


@with_its_study
def fetch_source(source: Source, ask: Ask, out: Path, *, study: Study, manner: Manner, say: Progress) -> Fetched:
    """Download and clean an official source.

    Parameters
    ----------
    source
        The source.
    ask
        What is asked of it.
    out
        Folder that the source's folder is written in; an earlier one of the source is replaced, files in it that are
        not the source's stay.
    study
        The study whose layers the source is joined to.
    manner
        How files are fetched.
    say
        Called with a short line now and then.

    Returns
    -------
    Fetched
        Where its files are.

    Raises
    ------
    geo.errors.ChoiceError
        If the source cannot be asked that.
    geo.errors.DownloadError
        If a file cannot be had or is not what the source says; the folder is as it was.
    geo.errors.OutputError
        If the folder cannot be written.
    """
    source.check(ask)
    target = out / source.key
    with _alone(target):
        _check_target(target)
        files = _given(source, ask) if ask.files else _download(source, ask, study, manner, say)
        with _whole(target) as folder:
            say(f"{source.key}: reading")
            with tempfile.TemporaryDirectory(prefix=staging_prefix(target), dir=target.parent) as scratch:
                cleaned = source.adapt(Job(ask, tuple(files), study, folder, Path(scratch), source.source_id, say))
            cleaned.check()
            cleaned.rejects.to_csv(folder / REJECTS, index=False, encoding="utf-8", lineterminator="\n")
            inputs = [_input(path, fetched=not ask.files) for path in files]
            write_record(folder, _record(source, ask, cleaned, inputs, folder))
    layers = {name: target / file for name, file in cleaned.layers.items()}
    if any(column.name == "source_ids" for name in layers for column in LAYERS[name].columns):
        layers["sources"] = _cite(source, out, study, target)
    return Fetched(target, layers, cleaned)


def _given(source: Source, ask: Ask) -> list[Path]:
    """Check the files that the user gives; they are read, never changed."""
    for path in ask.files:
        if not path.is_file():
            raise DownloadError(f"{path}: is no file. Give the files of {source.key} with --file.")
        kind = _KINDS.get(path.suffix.lower())
        if kind not in source.kinds:
            raise DownloadError(f"{path.name}: {source.key} reads {', '.join(source.kinds)}, not such a file.")
        problem = content_problem(path, kind)
        if problem is not None:
            raise DownloadError(f"{path.name}: {problem}. Download it again from {source.publisher}.")
    return list(ask.files)


def _download(source: Source, ask: Ask, study: Study, manner: Manner, say: Progress) -> list[Path]:
    def get(remote: Remote) -> Path:
        return fetch(
            remote if manner.mirror is None else _mirrored(remote, manner.mirror), manner.cache / source.key,
            offline=manner.offline, large=manner.large, refresh=manner.refresh, accept_change=manner.accept_change,
            patience=manner.patience, progress=say,
        )  # fmt: skip

    if source.download is None:
        raise DownloadError(f"{source.key}: no address of its files is known here. Give them with --file.")
    return list(source.download(ask, study, get))


def _mirrored(remote: Remote, mirror: str) -> Remote:
    place = urlsplit(remote.url)
    query = f"?{place.query}" if place.query else ""
    return replace(remote, url=f"{mirror.rstrip('/')}{place.path}{query}")


def _input(path: Path, *, fetched: bool) -> dict[str, Any]:
    if fetched and (pin := read_pin(path)) is not None:
        return {"file": path.name, **asdict(pin)}
    return {"file": path.name, "url": None, "sha256": pooch.file_hash(str(path)), "bytes": path.stat().st_size,
            "fetched": None}  # fmt: skip


def _record(source: Source, ask: Ask, cleaned: Cleaned, inputs: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    dates = sorted(each["fetched"] for each in inputs if each["fetched"] is not None)
    return {
        "key": source.key,
        "source": {"es": source.es, "en": source.en},
        "publisher": source.publisher,
        "licence": asdict(cleaned.licence or source.licence),
        "fetched": dates[-1][:10] if dates else None,
        "asked": ask.given(),
        "inputs": inputs,
        "rows": {"unit": cleaned.unit, "in": cleaned.read, "out": cleaned.kept, "rejects": len(cleaned.rejects),
                 "left_out": cleaned.left_out},
        "layers": cleaned.layers,
        "notes": {"es": [es for es, _ in cleaned.notes], "en": [en for _, en in cleaned.notes]},
        "outputs": [
            {"file": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size,
             "sha256": pooch.file_hash(str(path))}
            for path in sorted(folder.rglob("*")) if path.is_file()
        ],
    }  # fmt: skip


def _cite(source: Source, out: Path, study: Study, target: Path) -> Path:
    """Write the study's table of sources with a row for this one; return its path."""
    path = out / SOURCES
    try:
        with alone(path, wait=True):
            _write_sources(source, path, study, target)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: could not be written ({error.strerror}). Give the same command again.") from error
    return path


def _write_sources(source: Source, path: Path, study: Study, target: Path) -> None:
    record = read_record(target) or {}
    url = next((each["url"] for each in record.get("inputs", []) if each["url"]), "")
    columns = [column.name for column in LAYERS["sources"].file_columns]
    # Rows of earlier fetches stand in the folder's own table, whether or not the study reads that one yet.
    tables = [each for each in (study.path("sources"), path) if each.is_file()]
    rows = pd.concat([read_plain(each).reindex(columns=columns, fill_value="") for each in tables])
    rows = rows.drop_duplicates("source_id", ignore_index=True)
    fetched = record.get("fetched")
    row = {
        "source_id": source.source_id, "title": source.en, "publisher": source.publisher,
        "year": (fetched or "")[:4], "licence": (record.get("licence") or {}).get("name", ""), "url": url,
        "what_taken": f"layers {', '.join(record.get('layers', {}))}"
        + (f"; fetched {fetched}" if fetched else "; from files given by hand"),
    }  # fmt: skip
    rows = pd.concat([rows[rows["source_id"] != source.source_id], pd.DataFrame([row])], ignore_index=True)
    written = path.with_name(f".{SOURCES}.part")
    try:
        rows.to_csv(written, index=False, encoding="utf-8", lineterminator="\n")
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def _check_target(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise OutputError(f"{target}: is no folder of its own. Choose another --out.")
    if target.is_dir() and any(target.iterdir()) and not (target / RECORD).is_file():
        raise OutputError(f"{target}: holds files that no earlier fetch made. Choose another --out.")


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep other processes from the folder of a source; clear what a killed one left."""
    with ExitStack() as stack:
        try:
            if stack.enter_context(alone(target)):
                restore_folder(target)
                clear_leftovers(target.parent, staging_prefix(target))
        except OutputError:
            raise
        except OSError as error:
            raise _no_right(target, error) from error
        yield


def _no_right(target: Path, error: OSError) -> OutputError:
    return OutputError(f"{target.parent}: cannot write there ({error.strerror}). Choose another --out.")


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a folder to write to; put it in the target's place when all went well."""
    try:
        staging = Path(tempfile.mkdtemp(prefix=staging_prefix(target), dir=target.parent))
        staging.chmod(0o755)
    except OSError as error:
        raise _no_right(target, error) from error
    try:
        yield staging
        _put(staging, target)
    except (DownloadError, OutputError):
        raise
    except OSError as error:
        raise OutputError(f"{target}: could not be written ({error.strerror}); it is as it was.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _put(staging: Path, target: Path) -> None:
    """Exchange the folders; files of the old one that an earlier fetch did not write stand in the new one too."""
    record = read_record(target) or {}
    made = {RECORD, *(str(each.get("file")) for each in record.get("outputs", []))}
    for path in sorted(target.rglob("*")) if target.exists() else ():
        name = path.relative_to(target).as_posix()
        if path.is_file() and name not in made and not (staging / name).exists():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(path, staging / name)
    put_folder(staging, target)
