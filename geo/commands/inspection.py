"""`geo check`, `geo info`: what goes into a run."""

from __future__ import annotations

from pathlib import Path

import click

from geo.commands._options import progress_line, quiet_option, study_of, study_option


@click.command()
@study_option
@click.option("--outputs", type=click.Path(path_type=Path), metavar="DIR",
              help="Hold a folder of outputs against its manifest instead: is it whole, and who wrote it?")  # fmt: skip
@quiet_option
def check(study_file: Path | None, outputs: Path | None, quiet: bool) -> None:
    """Validate every layer and list all problems; exit 1 if there is any."""
    from geo.errors import DataError
    from geo.export.manifest import check_outputs, read_manifest
    from geo.layers import read_layers

    if outputs is not None:
        made_by, problems = check_outputs(outputs)
        if problems:
            raise DataError(problems)
        count = len((read_manifest(outputs) or {"outputs": []})["outputs"])
        click.echo(f"{outputs}: {count} files, whole, written by Corredor {made_by}.")
        return
    study = study_of(study_file)
    with progress_line(quiet) as progress:
        layers = read_layers(study, progress=progress)
    click.echo(f"{len(layers)} layers, {sum(map(len, layers.values())):,} rows: no problem found.")


@click.command()
@study_option
def info(study_file: Path | None) -> None:
    """Say what data and versions this is: layers, rows, licences."""
    from geo.export.manifest import inputs, versions
    from geo.layers import read_layers

    study = study_of(study_file)
    rows = {name: len(table) for name, table in read_layers(study).items()}
    click.echo(f"{study.study.title_en} / {study.study.title_es}")
    click.echo(
        f"Data of {study.study.date}; seed {study.parameters.seed}, {study.parameters.permutations} permutations"
    )
    click.echo("The inventory of parks is not CREA's list of 564 parks.")
    click.echo(f"\n{'layer':<26}{'rows':>8}  {'licence':<16}{'SHA-256':<14}file")
    for item in inputs(study):
        name = item["layer"]
        count = f"{rows[name]:,}" if name in rows else "-"
        click.echo(f"{name:<26}{count:>8}  {item['licence']:<16}{item['sha256'][:12]:<14}{item['file']}")
    click.echo("\n" + ", ".join(f"{name} {number}" for name, number in versions().items()))
