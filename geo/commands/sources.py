"""`geo fetch`: official sources, downloaded, cleaned and put in the place of shipped layers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.commands._options import FETCHED, progress_line, quiet_option, study_of, study_option, tell

if TYPE_CHECKING:
    from geo.sources.run import Fetched


@click.command()
@click.argument("source", required=False)
@study_option
@click.option("--state", "states", multiple=True, metavar="NAME|CODE", help="Only this state; may be repeated.")
@click.option("--year", type=click.IntRange(1990, 2100), help="Year of the edition, where a source has several.")
@click.option("--sector", "sectors", multiple=True, metavar="SCIAN",
              help="Sector of denue, as 31-33; may be repeated [31-33].")  # fmt: skip
@click.option("--date", metavar="YYYY-MM-DD", help="Night of viirs.")
@click.option("--network", type=click.Choice(["rnc", "osm"]), help="Network of roads [rnc].")
@click.option("--resolution", type=click.Choice(["100m", "1km"]), help="Resolution of worldpop [100m].")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path),
              help="A file of the source that you downloaded: nothing is fetched; may be repeated.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=FETCHED, show_default=True,
              help="Folder; the source gets a folder of its own in it.")  # fmt: skip
@click.option("--into", type=click.Path(path_type=Path), metavar="GEO.TOML",
              help="Let this study read the fetched layers: its [layers] are set, everything else stays.")  # fmt: skip
@click.option("--cache", type=click.Path(path_type=Path), envvar="CORREDOR_CACHE", show_envvar=True,
              help="Folder of the downloads [the system's for caches].")  # fmt: skip
@click.option("--offline", is_flag=True, help="Use what was downloaded before; no network.")
@click.option("--refresh", is_flag=True, help="Ask the server again even for files that are there.")
@click.option("--accept-change", is_flag=True, help="Take files that changed since they were first fetched.")
@click.option("--yes", is_flag=True, help="Take files over 500 MB.")
@click.option("--mirror", metavar="URL", help="A server that holds the official paths in place of the official hosts.")
@quiet_option
def fetch(  # noqa: PLR0913, PLR0917 - one an option
    source: str | None,
    study_file: Path | None,
    states: tuple[str, ...],
    year: int | None,
    sectors: tuple[str, ...],
    date: str | None,
    network: str | None,
    resolution: str | None,
    files: tuple[Path, ...],
    out: Path,
    into: Path | None,
    cache: Path | None,
    offline: bool,
    refresh: bool,
    accept_change: bool,
    yes: bool,
    mirror: str | None,
    quiet: bool,
) -> None:
    """Download an official source, clean it, and say which layers it can stand in for.

    Without SOURCE, list the sources. Downloads go on where they were cut, are tested for what they are, and are pinned
    by their hash.
    """
    from geo.sources.area import state_codes
    from geo.sources.catalogue import find_source
    from geo.sources.run import Manner, fetch_source
    from geo.sources.source import Ask

    if source is None:
        _list()
        return
    found = find_source(source)
    study = study_of(into if study_file is None and into is not None and into.exists() else study_file)
    ask = Ask(state_codes(study, states), year, sectors, date, network, resolution, files)
    manner = Manner(
        cache or _cache(), offline=offline, large=yes, refresh=refresh or accept_change, accept_change=accept_change,
        mirror=mirror,
    )  # fmt: skip
    with progress_line(quiet) as say:
        fetched = fetch_source(found, ask, out, study=study, manner=manner, say=say)
    _report(found.then, fetched, into)


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("corredor") / "sources"


def _list() -> None:
    from geo.sources.catalogue import SOURCES

    for key, each in SOURCES.items():
        how = "" if each.download else "; give its files with --file"
        tell(f"{key}: {each.es} / {each.en}")
        tell(f"    {each.publisher}, {each.licence.id}{how}{f'; {each.size}' if each.size else ''}")
        tell(f"    layers: {', '.join(each.layers) or 'none, see docs/sources.md'}")


def _report(then: str, fetched: Fetched, into: Path | None) -> None:
    from geo.sources.run import REJECTS
    from geo.sources.studyfile import entry_path, set_layers

    account = fetched.cleaned
    left_out = "".join(f", {count:,} left out ({reason})" for reason, count in account.left_out.items() if count)
    tell(fetched.folder)
    tell(f"{account.read:,} {account.unit} read: {account.kept:,} kept, {len(account.rejects):,} refused{left_out}")
    if len(account.rejects):
        tell(f"refused rows, each with its reason and cure: {fetched.folder / REJECTS}")
    for es, en in account.notes:
        tell(f"{es} / {en}")
    if then:
        tables = [path for path in sorted(fetched.folder.glob("*.csv")) if path.name != REJECTS]
        for line in dict.fromkeys(then.format(folder=fetched.folder, table=table) for table in tables):
            tell(line)
    if not fetched.layers:
        return
    if into is not None:
        for entry in set_layers(into, fetched.layers):
            tell(f"{into} [layers]: {entry}")
        return
    tell("Add to [layers] of your geo.toml, or name the file with --into:")
    for name, path in fetched.layers.items():
        tell(f'{name} = "{entry_path(path, Path("geo.toml"))}"')
