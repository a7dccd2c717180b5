"""What a layer and a column are: the declaration that checks, labels and rounds them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from geo._words import Said, study_words

if TYPE_CHECKING:
    import pandera.pandas as pa

Kind = Literal["text", "integer", "number", "boolean"]
Geometry = Literal["Point", "LineString", "MultiPolygon"]

#: Decimals that a number in this unit is published with; ``Column.decimals`` looks them up.
DECIMALS = {
    "km": 3, "m": 0, "ha": 2, "share": 4, "ratio": 4, "degrees": 6, "[[currency.en]]/day": 2,
    "[[currency.en]]/hour": 2, "USD/hour": 2, "[[currency.en]]/USD": 4, "thousand USD": 0, "km2": 3, "percent": 2,
}  # fmt: skip


class _Rule(Said[str]):
    """Description of a column: the study's where it has one for columns of this name."""

    def __get__(self, instance: object | None, owner: type) -> str:
        own = None if instance is None else study_words().columns.get(vars(instance)["name"])
        return super().__get__(instance, owner) if own is None else own


class _Row(Said[str]):
    """Description of a layer: the study's where it has one."""

    def __get__(self, instance: object | None, owner: type) -> str:
        own = None if instance is None else study_words().layers.get(vars(instance)["name"])
        return super().__get__(instance, owner) if own is None else own


class _Terms(Said[str]):
    """Licence of a layer: ``own`` where the study at work brings its data."""

    def __get__(self, instance: object | None, owner: type) -> str:
        key = super().__get__(instance, owner)
        if instance is None:
            return key
        own = vars(instance)
        return study_words().licence(key, own["counts"] or own["name"])


@dataclass(frozen=True)
class Column:
    """One column: what it holds, in which unit, within which bounds.

    Parameters
    ----------
    name
        lower_snake_case, with the unit as suffix where there is one.
    kind
        text, integer, number or boolean.
    en, es
        Short label in English and Spanish.
    description
        The rule behind the value, in English; the label where it says enough.
    unit
        Unit of the value, None for a name, code or count.
    nullable
        Whether the value may be missing.
    unique
        Whether no two rows may share a value.
    low, high
        Inclusive bounds.
    allowed
        The only values accepted.
    pattern
        Regular expression that a text must match in full.
    refers_to
        ``layer.column`` that the value (each ``|``-separated value, for ``source_ids``) must exist in.
    derived
        Computed by a run.
    dropped
        Stands in the file, not in the outputs.
    """

    name: str
    kind: Kind
    en: Said[str] = Said()
    es: Said[str] = Said()
    description: _Rule = _Rule("")
    unit: Said[str | None] = Said(None)
    nullable: bool = True
    unique: bool = False
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] | None = None
    pattern: str | None = None
    refers_to: str | None = None
    derived: bool = False
    dropped: bool = False

    @property
    def decimals(self) -> int | None:
        """Decimals that the column is published with; None where its unit sets none."""
        return DECIMALS.get(vars(self)["unit"] or "")

    @property
    def dtype(self) -> Any:
        """The pandas dtype of the column."""
        return {
            "text": "str",
            "integer": "Int64",
            "number": "float64",
            "boolean": "boolean" if self.nullable else "bool",
        }[self.kind]

    def pandera(self) -> pa.Column:
        """Return the column as a pandera column with its checks."""
        import pandera.pandas as pa

        checks = []
        if self.low is not None:
            checks.append(pa.Check.ge(self.low))
        if self.high is not None:
            checks.append(pa.Check.le(self.high))
        if self.allowed is not None:
            checks.append(pa.Check.isin(self.allowed))
        if self.pattern is not None:
            checks.append(pa.Check.str_matches(f"^(?:{self.pattern})$"))
        return pa.Column(
            self.dtype,
            checks,
            nullable=self.nullable,
            unique=self.unique,
            coerce=False,
            title=self.en,
            description=self.description or self.en,
            metadata={"unit": self.unit, "es": self.es},
        )


@dataclass(frozen=True)
class Layer:
    """One kind of thing on the map, with one schema.

    Parameters
    ----------
    name
        Name of the layer in every output.
    en, es
        Title in English and Spanish.
    description
        What a row is, and what the layer does not hold.
    columns
        The columns in the order of the outputs.
    file
        File it is read from, relative to the study's folder; None for layers a run computes.
    geometry
        Geometry type of the output; None for a table.
    licence
        Licence of the layer's data: a key of ``LICENCES``.
    optional_geometry
        Whether a row may lack its geometry.
    published
        Whether a run writes the layer to its outputs.
    counts
        Layer whose rows it sums up: where the study brings that one, the licence is the study's too.
    """

    name: str
    en: Said[str] = Said()
    es: Said[str] = Said()
    description: _Row = _Row()
    columns: tuple[Column, ...] = ()
    file: str | None = None
    geometry: Geometry | None = None
    licence: _Terms = _Terms("facts")
    optional_geometry: bool = False
    published: bool = True
    counts: str | None = None

    @property
    def file_columns(self) -> tuple[Column, ...]:
        """Columns that stand in the file."""
        return tuple(column for column in self.columns if not column.derived)

    @property
    def output_columns(self) -> tuple[Column, ...]:
        """Columns that stand in the outputs."""
        return tuple(column for column in self.columns if not column.dropped)

    @property
    def key(self) -> str | None:
        """Name of the first unique column, the row's identity; None where there is none."""
        return next((column.name for column in self.columns if column.unique), None)

    @cached_property
    def input_schema(self) -> pa.DataFrameSchema:
        """Return the pandera schema of the layer's file once typed."""
        return _frame_schema(self.name, self.file_columns)

    @cached_property
    def output_schema(self) -> pa.DataFrameSchema:
        """Return the pandera schema of the layer in the outputs, geometry apart."""
        return _frame_schema(self.name, self.output_columns)


def _frame_schema(name: str, columns: tuple[Column, ...]) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {column.name: column.pandera() for column in columns}, name=name, strict=True, ordered=True
    )


LICENCES = {
    "facts": ("Facts compiled from cited sources", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "semarnat": (
        "SEMARNAT, Registro de Emisiones y Transferencia de Contaminantes: Mexican federal open data, free use "
        "with credit",
        "Libre-Uso-MX",
        "https://datos.gob.mx/libreusomx",
    ),
    "inegi": (
        "INEGI, free use with credit; transformed (simplified, joined)",
        "INEGI-free-use",
        "https://www.inegi.org.mx/inegi/terminos.html",
    ),
    "geonames": ("GeoNames", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "osm": (
        "OpenStreetMap contributors, Open Database License",
        "ODbL-1.0",
        "https://opendatacommons.org/licenses/odbl/1-0/",
    ),
    "own": ("The study's own data", "see sources", "table sources"),
    "public_domain": ("US public domain", "public-domain", "https://www.usa.gov/government-works"),
}
"""Key -> (words, short identifier, address) of every licence the data come under."""
