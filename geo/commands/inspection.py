"""`geo check`, `geo info`: what goes into a run."""

from __future__ import annotations

from pathlib import Path

import click

from geo.commands._options import progress_line, quiet_option, study_of, study_option, tell


@click.command()
@study_option
@click.option("--outputs", type=click.Path(path_type=Path), metavar="DIR",
              help="Hold a folder of outputs against its manifest instead: is it whole, and who wrote it?")  # fmt: skip
@quiet_option
def check(study_file: Path | None, outputs: Path | None, quiet: bool) -> None:
    """Validate every layer and list all problems; exit 1 if there is any."""
    from geo.errors import DataError
    from geo.export.manifest import besides, check_outputs, read_manifest
    from geo.layers import read_layers

    if outputs is not None:
        made_by, problems = check_outputs(outputs)
        if problems:
            tell(f"{outputs}: written by Corredor {made_by}, and not as it was written:", err=True)
            raise DataError(problems)
        extra = len(besides(outputs))
        beside = f" {extra} more in the folder are not among its outputs." if extra else ""
        count = len((read_manifest(outputs) or {"outputs": []})["outputs"])
        tell(f"{outputs}: {count} files, whole, written by Corredor {made_by}.{beside}")
        return
    study = study_of(study_file)
    with progress_line(quiet) as progress:
        layers = read_layers(study, progress=progress)
    tell(f"{len(layers)} layers, {sum(map(len, layers.values())):,} rows: no problem found.")


@click.command()
@study_option
def info(study_file: Path | None) -> None:
    """Say what data and versions this is: layers, rows, licences."""
    from geo._words import said
    from geo.export.manifest import inputs, versions
    from geo.layers import read_layers

    study = study_of(study_file)
    rows = {name: len(table) for name, table in read_layers(study).items()}
    tell(f"{study.study.title_en} / {study.study.title_es}")
    tell(f"Data of {study.study.date}; seed {study.parameters.seed}, {study.parameters.permutations} permutations")
    tell(said("[[inventory_note.en]]"))
    tell(f"\n{'layer':<26}{'rows':>8}  {'licence':<16}{'SHA-256':<14}file")
    for item in inputs(study):
        name = item["layer"]
        count = f"{rows[name]:,}" if name in rows else "-"
        tell(f"{name:<26}{count:>8}  {item['licence']:<16}{item['sha256'][:12]:<14}{item['file']}")
    tell("\n" + ", ".join(f"{name} {number}" for name, number in versions().items()))
