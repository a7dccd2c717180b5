"""`geo inventory build`, `geo inventory compare`: parks derived from registers."""

from __future__ import annotations

from pathlib import Path

import click

from geo.commands._options import FETCHED, progress_line, quiet_option, study_of, study_option, tell

_FOUND = ("same", "moved", "renamed", "gone", "new")


@click.group()
def inventory() -> None:
    """Derive parks from establishment registers, and compare inventories."""


@inventory.command()
@study_option
@click.option("--from", "source", required=True, metavar="retc|denue|FILE",
              help="The register: retc or denue with --file, or a file (or the RETC's folder) that is told by its "
              "beginning. A CSV of your own has the columns plant_id, park_text, cvegeo, year, and may have "
              "plant_name, settlement_text, lon, lat, jobs_low, jobs_high, activity.")  # fmt: skip
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path),
    help="File or folder of --from retc or denue [where geo fetch puts it: sources/retc, sources/denue].",
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("inventory"), show_default=True,
              help="Folder to write to: parks.csv and its evidence, all or none.")  # fmt: skip
@click.option("--decisions", "decisions_file", type=click.Path(path_type=Path), metavar="FILE|shipped",
              help="Review file to obey beside that of --out; shipped: the project's own of the RETC.")  # fmt: skip
@click.option("--source-id", metavar="KEY", help="Key of the table sources that the parks name [the register's].")
@click.option("--encoding", metavar="NAME", help="Encoding of the register [the register's own].")
@click.option("--cure-swapped", is_flag=True,
              help="Exchange longitude and latitude where they look swapped [such points are left out].")  # fmt: skip
@quiet_option
def build(  # noqa: PLR0913, PLR0917 - one an option
    study_file: Path | None,
    source: str,
    path: Path | None,
    out: Path,
    decisions_file: Path | None,
    source_id: str | None,
    encoding: str | None,
    cure_swapped: bool,
    quiet: bool,
) -> None:
    """Build an inventory of parks from a register.

    Names are normalised, grouped within municipalities, merged and split by distance; every merge leaves a line in
    evidence.csv. What the rules leave open is in decisions.csv: write a decision there and build again.
    """
    from geo._words import said
    from geo.inventory.build import build_inventory, places_of
    from geo.inventory.decisions import read_all_decisions, shipped_decisions
    from geo.inventory.files import DECISIONS_FILE, REGISTERS, open_register, write_inventory
    from geo.inventory.parties import parties_of
    from geo.layers import read_layer

    named = source if source in REGISTERS else None
    if named is not None and path is None:
        path = FETCHED / named
        if not path.is_dir():
            cure = f"Run geo fetch {named} first, or name the register's file or folder with --file."
            raise click.UsageError(f"--from {named}: {FETCHED} holds no fetched {named}. {cure}")
    study = study_of(study_file)
    if decisions_file == Path("shipped"):
        decisions_file = shipped_decisions(named or "retc")
    if decisions_file is not None and not decisions_file.is_file():
        raise click.UsageError(f"--decisions {decisions_file}: the file does not exist.")
    with progress_line(quiet) as progress:
        # The lines in --out are people's too: another review file must not make them vanish.
        decisions = read_all_decisions([*filter(None, [decisions_file]), out / DECISIONS_FILE])
        municipalities = read_layer(study, "municipalities")
        register = open_register(
            path or Path(source), study, municipalities,
            name=named, source_id=source_id, encoding=encoding, cure_swapped=cure_swapped,
        )  # fmt: skip
        built = build_inventory(register, municipalities, decisions, progress=progress)
        progress("naming parties")
        lists, roles, developers = (read_layer(study, name) for name in ("parks", "park_developers", "developers"))
        parties = parties_of(built.parks, lists, roles, developers, places=places_of(municipalities))
        progress("writing")
        written = write_inventory(built, out, parties)
    for line in written:
        tell(line)
    for name, count in built.counts.items():
        tell(f"{name.replace('_', ' '):<48}{count:>12,}")
    tell(said("[[inventory_note.en]]"))
    swapped = sum(count for name, count in built.counts.items() if "swapped" in name)
    if swapped and not cure_swapped:
        tell(f"{swapped:,} points look swapped and were left out; --cure-swapped exchanges them.", err=True)
    if len(built.unused):
        tell(f"{len(built.unused)} decisions name parks that the register does not have; see summary.json.", err=True)


@inventory.command()
@study_option
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--registered", is_flag=True, help="Of A, only the parks that plants of the register name.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for the pairs, one line each.")
def compare(study_file: Path | None, a: Path, b: Path, registered: bool, out: Path | None) -> None:
    """Match two inventories (parks.csv) and list the parks that are new, gone, moved or renamed in B."""
    import csv

    from geo._words import said
    from geo.export.folder import whole_file
    from geo.export.tables import csv_table
    from geo.inventory.build import places_of
    from geo.inventory.compare import compare as matched
    from geo.layers import read_layer

    study = study_of(study_file)
    parks = [
        read_layer(study.model_copy(update={"layers": {**study.layers, "parks": str(file.absolute())}}), "parks")
        for file in (a, b)
    ]
    if registered:
        parks[0] = parks[0][parks[0]["plants_registered"] > 0]
    result = matched(*parks, places=places_of(read_layer(study, "municipalities")))
    if out is not None:
        with whole_file(out) as staging:
            csv_table(result.rows).to_csv(staging, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        tell(out)
    else:
        for row in result.rows[result.rows["status"] != "same"].itertuples():
            names = " -> ".join(str(name) for name in (row.name_a, row.name_b) if isinstance(name, str))
            tell(f"{row.status:<8} {row.cvegeo}  {names}")
    tell(f"A: {result.parks_a:,} parks, B: {result.parks_b:,} parks. {said('[[inventory_note.en]]')}")
    for status in _FOUND:
        tell(f"{status:<8}{int((result.rows['status'] == status).sum()):>8,}")
    tell(f"A found in B by name and municipality (recall):    {result.recall:.3f}")
    tell(f"B found in A by name and municipality (precision): {result.precision:.3f}")
    tell(f"Median distance between their points: {result.median_km:.3f} km")
