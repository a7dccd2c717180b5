"""What an official source is: where its files are, what is made of them, and how its rows are accounted for."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geo.errors import ChoiceError
from geo.sources.content import Kind
from geo.sources.download import Progress, Remote
from geo.study import Study

#: Columns of a table of refused rows.
REJECT_COLUMNS = ("file", "row", "id", "value", "reason", "cure")


@dataclass(frozen=True, slots=True)
class Licence:
    """Terms of a source: the words of the credit, a short identifier, where the terms stand."""

    name: str
    id: str
    url: str


INEGI = Licence("INEGI, free use with credit", "INEGI-free-use", "https://www.inegi.org.mx/inegi/terminos.html")
OSM = Licence("OpenStreetMap contributors", "ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/")
US_PUBLIC = Licence("US public domain", "public-domain", "https://www.usa.gov/government-works")
MX_OPEN = Licence("Mexican federal open data, free use with credit", "Libre-Uso-MX", "https://datos.gob.mx/libreusomx")


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a source; each source says which of these it takes.

    Parameters
    ----------
    states
        Codes of states; empty for the whole country.
    year
        Year of the edition.
    sectors
        Sectors of DENUE, as 31-33.
    date
        A day, as 2019-04-15.
    network
        rnc or osm.
    resolution
        100m or 1km.
    files
        Files that the user downloaded: nothing is fetched.
    """

    states: tuple[str, ...] = ()
    year: int | None = None
    sectors: tuple[str, ...] = ()
    date: str | None = None
    network: str | None = None
    resolution: str | None = None
    files: tuple[Path, ...] = ()

    def given(self) -> dict[str, object]:
        """Return what was asked, by name, without what was left out and without paths."""
        values = {
            "states": list(self.states), "year": self.year, "sectors": list(self.sectors), "date": self.date,
            "network": self.network, "resolution": self.resolution,
        }  # fmt: skip
        return {name: value for name, value in values.items() if value}


Get = Callable[[Remote], Path]


@dataclass(frozen=True, slots=True)
class Job:
    """A source's files, what its cleaning may know, and where it may write: for good, and for the time."""

    ask: Ask
    files: tuple[Path, ...]
    study: Study
    folder: Path
    scratch: Path
    source_id: str
    say: Progress


@dataclass(slots=True)
class Cleaned:
    """What cleaning a source came to.

    Parameters
    ----------
    layers
        Layer of the study -> file in the folder that can stand in for it.
    read
        Rows (features, cells) of the official files.
    kept
        Those that stand in the outputs.
    rejects
        Those refused: a table of ``REJECT_COLUMNS``.
    left_out
        Why a row is no row of what was asked (totals, another border) -> how many.
    unit
        What a row is called.
    notes
        What a reader must know: (Spanish, English).
    licence
        Terms, where they are not the source's own: one of several publishers.
    """

    read: int
    kept: int
    rejects: pd.DataFrame
    layers: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    unit: str = "rows"
    notes: list[tuple[str, str]] = field(default_factory=list)
    licence: Licence | None = None

    def check(self) -> None:
        """Hold the account: what was read was kept, refused or left out.

        Raises
        ------
        ValueError
            If rows are lost or come from nowhere: an error of the adapter.
        """
        found = self.kept + len(self.rejects) + sum(self.left_out.values())
        if found != self.read:
            raise ValueError(f"{self.read} {self.unit} were read and {found} accounted for.")


@dataclass(frozen=True, slots=True)
class Source:
    """An official source.

    Parameters
    ----------
    key
        Its name on the command line.
    es, en
        Its title.
    publisher
        Who publishes it.
    licence
        Its terms.
    layers
        Layers of the study it can stand in for.
    takes
        Names of the fields of ``Ask`` it takes.
    download
        Fetches its files; None where no address is known and the user gives them.
    kinds
        What a file given by the user may be.
    adapt
        Reads, cleans and writes.
    size
        How large its files are, in words; '' where that is not known.
    then
        The command that goes on from its folder, as ``geo inventory build --from retc --file {folder}``; ``{table}``
        is each official table in it.
    """

    key: str
    es: str
    en: str
    publisher: str
    licence: Licence
    kinds: tuple[Kind, ...]
    adapt: Callable[[Job], Cleaned]
    download: Callable[[Ask, Study, Get], Sequence[Path]] | None = None
    layers: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    size: str = ""
    then: str = ""

    @property
    def source_id(self) -> str:
        """Key of the source's row in the layer sources."""
        return f"fetch_{self.key}"

    def check(self, ask: Ask) -> None:
        """Refuse what the source cannot be asked for.

        Raises
        ------
        geo.errors.ChoiceError
            With the options that it takes.
        """
        options = {"states": "--state", "sectors": "--sector"}
        for name in ask.given():
            if name not in self.takes:
                taken = ", ".join(options.get(each, f"--{each}") for each in self.takes) or "no such option"
                raise ChoiceError(f"{self.key} takes no {options.get(name, f'--{name}')}; it takes {taken}.")
        if self.download is None and not ask.files:
            raise ChoiceError(
                f"{self.key}: no address of its files is known here. Download them from {self.publisher} and give them "
                "with --file; docs/sources.md says which."
            )


def rejects_table(entries: Iterable[tuple[str, int | None, str, str, str, str]]) -> pd.DataFrame:
    """Return refused rows as a table: file, row (the header is row 1), id, value, reason, cure."""
    return pd.DataFrame(list(entries), columns=list(REJECT_COLUMNS)).astype(
        {name: "Int64" if name == "row" else "str" for name in REJECT_COLUMNS}
    )


def codes(path: Path, key: str, value: str) -> dict[str, str]:
    """Return two columns of a table of a study as a dictionary of text."""
    table = read_plain(path)
    return dict(zip(table[key].astype(str), table[value].astype(str), strict=True))


def text_encoding(path: Path) -> str:
    """Return UTF-8 where a file reads so from its first byte to its last, else Latin-1: INEGI has published both."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8-sig"


def read_plain(path: Path) -> pd.DataFrame:
    """Read a table of a study as text, blanks as ''."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def write_plain(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a study reads it: UTF-8, comma, LF, blank for missing."""
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
