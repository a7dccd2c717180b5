"""`geo synth register`, `geo partition`: registers of any size."""

from __future__ import annotations

from pathlib import Path

import click

from geo.commands._options import progress_line, quiet_option, study_of, study_option


@click.group()
def synth() -> None:
    """Make synthetic data for trials of size; no study that claims to be real takes them."""


@synth.command("register")
@study_option
@click.option("--rows", type=click.IntRange(0, 2_000_000_000), required=True, help="Rows to make.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="CSV file to write, with a manifest beside."
)
@click.option("--seed", type=click.IntRange(0), default=20180, show_default=True, help="Seed of every draw.")
@quiet_option
def register(study_file: Path | None, rows: int, out: Path, seed: int, quiet: bool) -> None:
    """Write a register in DENUE's format, strewn like the study's establishments, marked synthetic in every row.

    FILE.manifest.json says so too. geo ingest, geo inventory build, geo fetch denue and geo partition refuse such rows
    unless the geo.toml says synthetic = true under [study].
    """
    from geo.export.files import whole_files
    from geo.layers import read_layer
    from geo.scale.pace import Pace
    from geo.scale.registers import synthetic_manifest
    from geo.synthetic import write_register

    study = study_of(study_file)
    with progress_line(quiet) as progress:
        layers = [read_layer(study, name) for name in ("establishments", "parks", "municipalities")]
        pace = Pace(progress, "writing synthetic rows", rows)
        with whole_files(out.parent) as folder:
            write_register(folder / out.name, *layers, rows=rows, seed=seed, written=pace.add)
            synthetic_manifest(folder / out.name, study, rows=rows, seed=seed)
    click.echo(out)
    click.echo(out.with_name(f"{out.name}.manifest.json"))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@study_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to, whole or not at all.")
@click.option("--rows-per-partition", type=click.IntRange(1), default=250_000, show_default=True,
              help="About how many rows a partition has.")  # fmt: skip
@quiet_option
def partition(file: Path, study_file: Path | None, out: Path, rows_per_partition: int, quiet: bool) -> None:
    """Write a register in partitions of rows that lie near each other.

    FILE is DENUE's CSV or a ZIP of it, Parquet with lon and lat, or a CSV of the layer establishments. Rows without a
    usable point go to rejects.parquet with the reason. sample.csv has 20,000 rows drawn at random, which patterns are
    measured on. Name the folder in a geo.toml: establishments = "FOLDER".
    """
    from geo.scale.partitions import write_partitions
    from geo.scale.registers import register_tables
    from geo.scale.sampling import write_sample

    study = study_of(study_file)
    with progress_line(quiet) as progress, register_tables(file, study) as (tables, synthetic):
        made = write_partitions(
            tables, out, rows_per_partition=rows_per_partition, synthetic=synthetic, progress=progress,
            finish=lambda folder, partitions: write_sample(partitions, folder, study),
        )  # fmt: skip
    click.echo(out)
    click.echo(f"{made.rows:,} rows in {len(made.parts):,} partitions, {made.rejected:,} rejected")
    if synthetic:
        click.echo("The rows are synthetic: they are nobody's establishments.")
