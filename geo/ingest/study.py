"""A study made of one's own data: cleaned table, rejects and geo.toml, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo._placing import alone, place_files, settle
from geo._shipped import shipped_data
from geo.errors import OutputError, Problem, StudyError
from geo.export.tables import FORMULA_STARTS
from geo.ingest.cleaning import Cleaned
from geo.ingest.reading import RawTable
from geo.ingest.shapes import frame_of
from geo.inventory.names import plain
from geo.layers import read_layer
from geo.schema import LAYERS, Layer
from geo.study import INGEST_STAGING, Study, load_study, shipped_head, with_its_study

STUDY_FILE = "geo.toml"
#: Folder of the study that cleaned tables go to, beside its geo.toml.
DATA = "data"

_REASONS = ("row", "column", "value", "reason_es", "reason_en", "cure_es", "cure_en")


@dataclass(frozen=True, slots=True)
class Origin:
    """What the study says of the file it was made of.

    Parameters
    ----------
    source_id
        Key of the file in the table ``sources``.
    licence
        Terms the data come under.
    title
        Title of a new study; None names it after the file.
    """

    source_id: str
    licence: str = "not stated"
    title: str | None = None


def slug(text: str, sign: str = "_") -> str:
    """Return a text as lower-case letters and digits joined by a sign."""
    return plain(text).lower().replace(" ", sign) or "data"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other ingests from a study's folder, and put back what a killed one was replacing there.

    Parameters
    ----------
    folder
        Folder of the study; made where missing, and removed again if it stays empty.

    Raises
    ------
    OutputError
        If another ingest is at work there, or nothing can be written there.
    """
    with ExitStack() as stack:
        try:
            if stack.enter_context(alone(folder.absolute() / "ingest", shown=folder)):
                settle(folder, INGEST_STAGING)
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(
                f"{folder}: cannot be written ({error.strerror}). Name another folder with --out."
            ) from error
        yield


@with_its_study
def write_study(
    cleaned: Cleaned, raw: RawTable, folder: Path, study: Study, origin: Origin, *, force: bool = False
) -> list[Path]:
    """Write a cleaned layer into the study of a folder, starting one where there is none.

    Parameters
    ----------
    cleaned
        The layer.
    raw
        The file it was made of; its rows stand in the rejects as they came.
    folder
        Folder of the study.
    study
        The study of that folder, or the shipped one where the folder has none.
    origin
        What is said of the file.
    force
        Replace files of an earlier ingest.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    OutputError
        If a file stands in the way, or cannot be written; then everything is as it was.
    geo.errors.DataError
        If the written layer does not pass the checks of a run.
    """
    layer = cleaned.layer
    own = (folder / STUDY_FILE).is_file()
    main = f"{DATA}/{layer.name}.{'csv' if cleaned.shapes is None else 'parquet'}"
    texts: dict[str, str] = {f"{DATA}/{layer.name}_rejects.csv": _rejects(cleaned, raw)}
    if cleaned.shapes is None:
        texts[main] = _csv(cleaned.table)
    others, layers = _beside(cleaned, study, origin)
    layers = {layer.name: main, **layers}
    _check_free(folder, [main, *texts, *others], force=force)
    sources = study.layers.get("sources") if own else None
    layers |= {} if sources else {"sources": f"{DATA}/sources.csv"}
    others[sources or f"{DATA}/sources.csv"] = _sources(study, origin, layer, cleaned, raw)
    texts |= others
    texts[STUDY_FILE] = (
        with_layers(folder / STUDY_FILE, layers) if own else _new_study(folder, layers, origin, raw, layer)
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=INGEST_STAGING, dir=folder) as name:
            staging = Path(name)
            _stage(staging, texts, cleaned, main)
            _prove(staging, study, layers, layer)
            return place_files(staging, folder, [*(each for each in texts if each != STUDY_FILE), main, STUDY_FILE])
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{folder}: cannot be written ({reason}). Name another folder with --out.") from error


def _stage(staging: Path, texts: Mapping[str, str], cleaned: Cleaned, main: str) -> None:
    for name, text in texts.items():
        path = staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    if cleaned.shapes is not None:
        frame_of(cleaned).to_parquet(staging / main, compression="zstd")


def _prove(staging: Path, study: Study, layers: Mapping[str, str], layer: Layer) -> None:
    """Read what was written as a run will read it."""
    there = study.model_copy(update={"folder": staging, "layers": dict(layers)})
    if layer.name not in {"municipality_boundaries", "young_municipalities"}:
        read_layer(there, layer.name)
    load_study(staging / STUDY_FILE)


def _check_free(folder: Path, names: list[str], *, force: bool) -> None:
    taken = sorted({name for name in names if (folder / name).exists()})
    if taken and not force:
        raise OutputError(
            f"{', '.join(str(folder / name) for name in taken)}: already there, of an earlier ingest perhaps. Replace "
            "with --force, or name another folder with --out."
        )


def _csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))


def _rejects(cleaned: Cleaned, raw: RawTable) -> str:
    """Return the refused rows with every reason, then the row as it came, as CSV.

    Text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    originals = [name if name not in _REASONS else f"{name} (file)" for name in raw.cells.columns]
    writer.writerow([*_REASONS, *originals])
    for row in cleaned.rejected:
        why = [each for each in cleaned.refused if each.row == row]
        said = [(*each.said("es"), *each.said("en")) for each in why]
        es, cure_es, en, cure_en = (" | ".join(dict.fromkeys(each[place] for each in said)) for place in range(4))
        columns = " | ".join(dict.fromkeys(each.column for each in why))
        values = " | ".join(dict.fromkeys(each.value for each in why))
        came = list(raw.cells.loc[row]) if row in raw.cells.index else [""] * len(originals)
        line = [str(row), columns, values, es, en, cure_es, cure_en, *came]
        writer.writerow([f"'{text}" if _is_formula(text) else text for text in line])
    return out.getvalue()


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula; a number with its sign is none."""
    return text.startswith(FORMULA_STARTS) and not re.fullmatch(r"[+-]?[\d.,]+", text)


def _beside(cleaned: Cleaned, study: Study, origin: Origin) -> tuple[dict[str, str], dict[str, str]]:
    """Return the tables that have to go with a layer: those that named rows of the one it takes the place of."""
    name = cleaned.layer.name
    if name == "parks":
        wanted = {"developers", "park_developers"} - set(study.layers if not study.is_shipped else ())
        if wanted != {"developers", "park_developers"}:
            return {}, {}
        tables = _parties(cleaned, origin)
    elif cleaned.layer.key is not None and cleaned.layer.geometry in {"Point", None}:
        tables = _without_lost_keys(cleaned, study)
    else:
        tables = {}
    files = {each: f"{DATA}/{each}.csv" for each in tables}
    return {files[each]: _csv(table) for each, table in tables.items()}, files


def _parties(cleaned: Cleaned, origin: Origin) -> dict[str, pd.DataFrame]:
    """Return the parties that the file names; without any, tables that hold a header only."""
    named = cleaned.parties if cleaned.parties is not None else pd.DataFrame(columns=["park_id", "role", "name"])
    ids = named["name"].map(lambda text: slug(text, "-"))
    developers = pd.DataFrame({"developer_id": ids, "name": named["name"]}).drop_duplicates("developer_id")
    relations = pd.DataFrame({"park_id": named["park_id"], "developer_id": ids, "role": named["role"]})
    relations = relations.drop_duplicates()
    return {
        "developers": _as_file(developers.assign(source_ids=origin.source_id), LAYERS["developers"]),
        "park_developers": _as_file(
            relations.assign(basis="own_list", source_ids=origin.source_id), LAYERS["park_developers"]
        ),
    }


def _as_file(table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    return table.reindex(columns=[column.name for column in layer.file_columns], fill_value="")


def _without_lost_keys(cleaned: Cleaned, study: Study) -> dict[str, pd.DataFrame]:
    """Return shipped tables that refer to the layer, without the references that lead nowhere now.

    Where a row may be without the reference it keeps its place, else it goes.
    """
    key = f"{cleaned.layer.name}.{cleaned.layer.key}"
    known = set(cleaned.table[str(cleaned.layer.key)])
    tables = {}
    for name, layer in LAYERS.items():
        columns = [column for column in layer.file_columns if column.refers_to == key]
        own = name in study.layers and not study.is_shipped
        if not columns or own or name == cleaned.layer.name or columns[0].name == "source_ids":
            continue
        table = pd.read_csv(study.path(name), dtype=str, keep_default_na=False)
        for column in columns:
            lost = (table[column.name] != "") & ~table[column.name].isin(known)
            if column.nullable:
                table.loc[lost, column.name] = ""
            else:
                table = table[~lost]
        tables[name] = table
    return tables


def left_behind(cleaned: Cleaned, study: Study) -> list[str]:
    """Say which files of the study name rows that its new layer does not have, in English; nothing where none does."""
    if study.is_shipped or cleaned.layer.key is None:
        return []
    key, known = f"{cleaned.layer.name}.{cleaned.layer.key}", set(cleaned.table.get(cleaned.layer.key, ()))
    notes = []
    for name in set(study.layers) & set(LAYERS) - {cleaned.layer.name}:
        for column in LAYERS[name].file_columns:
            path = study.path(name)
            if column.refers_to != key or column.name == "source_ids" or path.suffix != ".csv" or not path.is_file():
                continue
            values = pd.read_csv(path, dtype=str, keep_default_na=False)[column.name]
            lost = int(((values != "") & ~values.isin(known)).sum())
            if lost:
                notes.append(
                    f"{path.name}: {lost:,} rows name a {cleaned.layer.key} that {cleaned.layer.name} lacks now"
                )
    return sorted(notes)


def _sources(study: Study, origin: Origin, layer: Layer, cleaned: Cleaned, raw: RawTable) -> str:
    """Return the study's table of sources with the file among them."""
    table = pd.read_csv(study.path("sources"), dtype=str, keep_default_na=False)
    what = f"{layer.name}: {len(cleaned.table)} rows; file of SHA-256 {raw.sha256}"
    row = {"source_id": origin.source_id, "title": raw.file, "licence": origin.licence, "what_taken": what}
    table = table[table["source_id"] != origin.source_id]
    return _csv(pd.concat([table, pd.DataFrame([row]).reindex(columns=table.columns, fill_value="")]))


def _new_study(folder: Path, layers: Mapping[str, str], origin: Origin, raw: RawTable, layer: Layer) -> str:
    comments = [
        f"# Started by geo ingest from {_comment(raw.file)} (SHA-256 {raw.sha256}).",
        f"# {layer.name} is yours; every layer left out below (boundaries, border, highways ...) is the shipped one.",
    ]
    if layer.name == "parks":
        comments += [
            "# developers and park_developers say who has a part in your parks; where your file names nobody, they",
            "# hold a header only, for the shipped ones name other parks.",
        ]
    title = origin.title or f"{layer.es}: {raw.file}"
    title_en = origin.title or f"{layer.en}: {raw.file}"
    return study_text(slug(folder.resolve().name), (title, title_en), layers, comments)


def _comment(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def study_text(identity: str, titles: tuple[str, str], layers: Mapping[str, str], comments: list[str]) -> str:
    """Return a geo.toml like the shipped one, every key with its comment, naming some layers of its own.

    Parameters
    ----------
    identity
        Short name of the study.
    titles
        Title in Spanish and English.
    layers
        Layer -> file; the others stand as comments, and are read from the shipped data.
    comments
        Lines for the top, each with its ``#``.
    """
    _, _, shipped = (shipped_data() / STUDY_FILE).read_text(encoding="utf-8").partition("[layers]\n")
    head = re.sub(r"\A(?:#.*\n)+", "", shipped_head())
    for key, value in (("id", identity), ("title_es", titles[0]), ("title_en", titles[1])):
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        head = re.sub(rf"^{key} = .*$", line.replace("\\", "\\\\"), head, count=1, flags=re.MULTILINE)
    own = [f"{name} = {json.dumps(file, ensure_ascii=False)}" for name, file in layers.items()]
    rest = [f"# {line}" for line in shipped.splitlines() if line.partition(" ")[0] not in layers and line]
    return "\n".join([
        *comments,
        "# Correct title, date and parameters as you need; then: geo build",
        head.rstrip("\n"),
        "",
        "# [words.terms]  # words of the texts; those of the shipped data that are read here come by themselves",
        '# border = {es = "frontera norte", en = "northern border"}  # every term: docs/own-data.md',
        "",
        "[layers]  # file names start from this folder; a layer left out is read from the shipped data",
        *own,
        *rest,
        "",
    ])  # fmt: skip


def with_layers(path: Path, layers: Mapping[str, str]) -> str:
    """Return the text of a geo.toml with layers named in it, all else as it stands.

    Raises
    ------
    geo.errors.StudyError
        If the file names its layers in a way that cannot be edited line by line.
    """
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    start = next((place for place, line in enumerate(lines) if re.match(r"\s*\[layers\]", line)), None)
    if start is None:
        lines += ["", "[layers]"]
        start = len(lines) - 1
    end = next((place for place in range(start + 1, len(lines)) if re.match(r"\s*\[", lines[place])), len(lines))
    section = lines[start + 1 : end]
    for name, file in layers.items():
        line = f"{name} = {json.dumps(file, ensure_ascii=False)}"
        place = next((k for k, old in enumerate(section) if re.match(rf"\s*(?:#\s*)?{name}\s*=", old)), None)
        if place is None:
            section.insert(0, line)
        else:
            section[place] = line
    text = "\n".join([*lines[: start + 1], *section, *lines[end:]]) + "\n"
    if not _names(text, layers):
        cure = "Write a section [layers] with one line a layer"
        raise StudyError([Problem(path.name, "its layers cannot be edited line by line", cure)])
    return text


def _names(text: str, layers: Mapping[str, str]) -> bool:
    import tomllib

    try:
        written = tomllib.loads(text).get("layers", {})
    except tomllib.TOMLDecodeError:
        return False
    return all(written.get(name) == file for name, file in layers.items())
