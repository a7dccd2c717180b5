"""The command `geo`: its subcommands, and how a refusal ends."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import click

from geo.commands import data, inspection, inventory, outputs, papers, planner, scale, sources


class _Group(click.Group):
    """Commands that end a refusal with its sentence, not with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from geo.errors import CorredorError

        for stream in (sys.stdout, sys.stderr):
            # A letter that the terminal's encoding lacks is shown by its number: nothing is lost, nothing ends.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except CorredorError as error:
            raise click.ClickException(f"{error}{_about_accents()}") from error
        except UnicodeEncodeError as error:
            cure = _about_accents()
            if not cure:
                raise
            raise click.ClickException(f"a name could not be handed on.{cure}") from error


def _about_accents() -> str:
    """Return what may be behind an error where paths have accents and the language's encoding is not UTF-8."""
    encoding = sys.getfilesystemencoding()
    if encoding == "utf-8" or all(map(str.isascii, (*sys.argv[1:], str(Path.cwd())))):
        return ""
    return f" Paths with accents need UTF-8 and this terminal's language has {encoding}: try again with PYTHONUTF8=1."


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="corredor", prog_name="geo")
def main() -> None:
    """Map industrial parks, who owns them, the auto corridor and its wages, and measure what the map means.

    Start with `geo build`: it writes an atlas for the browser, a GeoPackage for QGIS and tables into maps/.
    """


for _command in (
    outputs.build, outputs.draw, outputs.export_layers, papers.figure, papers.table, papers.paper, papers.cite,
    planner.coverage, planner.site, planner.network, planner.park_isochrones, planner.checklist,
    data.ingest, data.write_template, data.init, sources.fetch, inventory.inventory, inspection.check, inspection.info,
    scale.synth, scale.partition,
):  # fmt: skip
    main.add_command(_command)
