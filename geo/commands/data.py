"""`geo ingest`, `geo template`, `geo init`: one's own data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.commands._options import study_at_work, tell

if TYPE_CHECKING:
    from geo.schema import Layer
    from geo.study import Study


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "layer_name", metavar="LAYER", required=True,
              help="What the rows are: parks, developers, ...; geo template --list names them.")  # fmt: skip
@click.option("--map", "pairs", metavar="COLUMN=COLUMN", multiple=True,
              help="Column of the file = column of the layer; nothing after = leaves it out. Repeatable.")  # fmt: skip
@click.option("--set", "constants", metavar="COLUMN=VALUE", multiple=True,
              help="Value of a layer's column for every row that leaves it blank. Repeatable.")  # fmt: skip
@click.option("--fix", "fixes", type=click.Choice(["swap", "sign"]), multiple=True,
              help="Mend coordinates that look swapped, or that lack their sign. Repeatable.")  # fmt: skip
@click.option("--crs", metavar="EPSG:CODE", help="Reference system of coordinates that do not name one [degrees].")
@click.option("--encoding", metavar="NAME", help="Encoding of a text file [found].")
@click.option("--decimal", type=click.Choice(["comma", "point"]), help="Decimal sign of the file [found].")
@click.option("--table", metavar="NAME", help="Sheet of a workbook, or layer of a file that holds several.")
@click.option("--licence", default="not stated", show_default=True, help="Terms the data come under.")
@click.option("--title", help="Title of a new study [named after the file].")
@click.option("--out", "folder", type=click.Path(path_type=Path), default=Path(), show_default=True,
              help="Folder of the study; one without a geo.toml gets one.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace the files of an earlier ingest.")
@click.option("--yes", is_flag=True, help="Ask nothing, and read a file of more than 200 MB.")
def ingest(  # noqa: PLR0913, PLR0917 - one an option
    file: Path,
    layer_name: str,
    pairs: tuple[str, ...],
    constants: tuple[str, ...],
    fixes: tuple[str, ...],
    crs: str | None,
    encoding: str | None,
    decimal: Any,
    table: str | None,
    licence: str,
    title: str | None,
    folder: Path,
    force: bool,
    yes: bool,
) -> None:
    """Make FILE a layer of a study: guess its columns, clean its values, list the rows refused and why.

    FILE is CSV, XLSX, GeoJSON, Shapefile (.zip), GeoPackage, KML or Parquet. In a folder without a geo.toml a study is
    started beside the shipped boundaries; then `geo build` draws it.
    """
    from geo.ingest import Origin, Reading, Wishes, clean, given_pairs, guess, read_any, write_study
    from geo.ingest.report import account_lines, mapping_lines, refuse_if_empty
    from geo.ingest.study import alone_in, left_behind, slug

    layer = layer_of(layer_name)
    with alone_in(folder):
        study = _study_of(folder)
        raw = read_any(file, Reading(table=table, encoding=encoding, crs=crs, large=yes))
        set_values = _constants(constants)
        given = given_pairs(pairs, list(raw.cells.columns), layer, raw.file)
        matches = guess(
            list(raw.cells.columns), layer, given=given, taken=set_values, has_geometry=raw.geometry is not None
        )
        tell("\n".join(mapping_lines(raw, matches, layer.name)))
        if not yes and sys.stdin.isatty() and sys.stdout.isatty():
            click.confirm("Go on with this mapping?", default=True, abort=True)
        source_id = f"own_{slug(file.stem)}"
        cleaned = clean(raw, layer, matches, study, Wishes(set_values, fixes, decimal, crs, source_id))
        refuse_if_empty(raw, cleaned)
        tell("\n".join(account_lines(raw, cleaned)))
        written = write_study(cleaned, raw, folder, study, Origin(source_id, licence, title), force=force)
        left = left_behind(cleaned, study)
    for path in written:
        tell(path)
    for note in left:
        tell(f"warning: {note}; correct it or ingest it too, geo build refuses it as it is")
    if not left:
        tell(_next(folder))


def layer_of(name: str) -> Layer:
    """Return a layer that is read from a file; refuse another name with the nearest one."""
    from difflib import get_close_matches

    from geo.errors import ChoiceError
    from geo.schema import LAYERS

    layer = LAYERS.get(name)
    if layer is not None and layer.file is not None:
        return layer
    readable = [each for each, known in LAYERS.items() if known.file is not None]
    near = get_close_matches(name, readable, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Layers: {', '.join(readable)}."
    raise ChoiceError(f"There is no layer {name!r} that is read from a file. {hint}")


def _study_of(folder: Path) -> Study:
    own = folder / "geo.toml"
    return study_at_work(own if own.is_file() else None)


def _constants(texts: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise click.UsageError(f"--set {text}: write it as COLUMN=VALUE.")
        values[name.strip()] = value.strip()
    return values


def _next(folder: Path) -> str:
    if folder.resolve() == Path.cwd():
        return "next: geo build"
    return f"next: geo build --study {folder / 'geo.toml'}"


@click.command("template")
@click.argument("layer_name", metavar="LAYER", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="The CSV file to write [LAYER_template.csv].")
@click.option("--list", "listed", is_flag=True, help="Name the layers that can be filled in.")
@click.option("--force", is_flag=True, help="Replace the file where it is there.")
def write_template(layer_name: str | None, out: Path | None, listed: bool, force: bool) -> None:
    """Write an empty CSV of LAYER with its columns explained, to fill in and hand to `geo ingest`."""
    from geo.errors import OutputError
    from geo.export.folder import whole_file
    from geo.ingest.template import template
    from geo.schema import LAYERS

    if listed or layer_name is None:
        for name, layer in LAYERS.items():
            if str(layer.file).endswith(".csv"):
                tell(f"{name:<24}{layer.en} / {layer.es}")
        return
    layer = layer_of(layer_name)
    target = out or Path(f"{layer.name}_template.csv")
    if target.exists() and not force:
        raise OutputError(f"{target}: already there. Name another with --out, or replace it with --force.")
    with whole_file(target) as path:
        path.write_text(template(layer), encoding="utf-8", newline="")
    tell(target)


@click.command("init")
@click.option("--out", "folder", type=click.Path(path_type=Path), default=Path(), show_default=True,
              help="Folder of the study.")  # fmt: skip
@click.option("--title", default="Estudio propio / Own study", show_default=True, help="Title of the study.")
def init(folder: Path, title: str) -> None:
    """Write a geo.toml with every key explained, to start a study from."""
    from geo.errors import OutputError
    from geo.export.folder import whole_file
    from geo.ingest.study import STUDY_FILE, slug, study_text

    target = folder / STUDY_FILE
    if target.exists():
        raise OutputError(f"{target}: already there. Edit it, or name another folder with --out.")
    comments = ["# A study of your own. Take the # from a layer below and name your file; geo ingest does so for you."]
    with whole_file(target) as path:
        path.write_text(
            study_text(slug(folder.resolve().name), (title, title), {}, comments), encoding="utf-8", newline=""
        )
    tell(target)
