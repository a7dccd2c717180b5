"""INEGI's directory DENUE: the national file of establishments, read block by block into the common table.

The file is comma-separated, Latin-1 in INEGI's downloads, with one header row of 42 names (41 before 2019, without
``clee``). A plant's park stands in ``nom_CenCom`` where ``tipoCenCom`` is an industrial one, or in the settlement
(``tipo_asent``, ``nomb_asent``). Staff is a band of text. The file is a snapshot: the year of a row is the year the
plant joined the directory.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import DataError, Problem
from geo.sources.registers.common import (
    REGISTER_COLUMNS,
    UNREADABLE,
    MunicipalityIndex,
    RegisterPart,
    checked_points,
    refuse_mojibake,
    rejects_table,
)
from geo.sources.registers.marks import refuse_marked
from geo.study import Region

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv

SOURCE_ID = "inegi_denue"

#: The columns of the national file, in their order.
DENUE_COLUMNS = (
    "id", "clee", "nom_estab", "raz_social", "codigo_act", "nombre_act", "per_ocu", "tipo_vial", "nom_vial",
    "tipo_v_e_1", "nom_v_e_1", "tipo_v_e_2", "nom_v_e_2", "tipo_v_e_3", "nom_v_e_3", "numero_ext", "letra_ext",
    "edificio", "edificio_e", "numero_int", "letra_int", "tipo_asent", "nomb_asent", "tipoCenCom", "nom_CenCom",
    "num_local", "cod_postal", "cve_ent", "entidad", "cve_mun", "municipio", "cve_loc", "localidad", "ageb", "manzana",
    "telefono", "correoelec", "www", "tipoUniEco", "latitud", "longitud", "fecha_alta",
)  # fmt: skip
_NEEDED = ("id", "nom_estab", "codigo_act", "per_ocu", "tipo_asent", "nomb_asent", "tipoCenCom", "nom_CenCom",
           "cve_ent", "cve_mun", "latitud", "longitud", "fecha_alta")  # fmt: skip
#: Where a synthetic row says that it is one.
_MARKED = frozenset({"nom_estab", "raz_social"})

#: Band of staff -> least and most; the last band is open.
STAFF_BANDS: dict[str, tuple[int, int | None]] = {
    "0 a 5 personas": (0, 5), "6 a 10 personas": (6, 10), "11 a 30 personas": (11, 30), "31 a 50 personas": (31, 50),
    "51 a 100 personas": (51, 100), "101 a 250 personas": (101, 250), "251 y más personas": (251, None),
}  # fmt: skip

#: A centre or settlement of a type with one of these words, or a name with a park's, may be a park.
_INDUSTRIAL = r"(?i)industri|tecnol[oó]gic|log[ií]stic|maquilador"
_PARK_NAME = r"(?i)parque (ind|tec|log)|industrial|\b(p\.? ?i|ind)\b\.|technology park|business park|tecnopolo"
_BLOCK_BYTES = 48 << 20
_SNIFF_BYTES = 64 << 20
_NUMBER = r"^\s*[+-]?\d{1,3}(\.\d+)?\s*$"


def is_denue(path: Path) -> bool:
    """Say whether a file begins like the directory's."""
    with path.open("rb") as file:
        head = file.readline(4000).lstrip(b"\xef\xbb\xbf").replace(b'"', b"").lower()
    return head.startswith(b"id,") and b"nom_estab" in head and b"per_ocu" in head


def encoding_of(path: Path) -> str:
    """Return ``utf-8`` where the beginning of the file is that, else ``latin-1``."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        left = _SNIFF_BYTES
        while left > 0 and (block := file.read(min(left, 4 << 20))):
            left -= len(block)
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return "latin-1"
    return "utf-8"


def denue_files(path: Path) -> list[Path]:
    """Return the directory's files of a folder, by sector or by state, or the one file given.

    Raises
    ------
    DataError
        If the folder holds none.
    """
    if not path.is_dir():
        return [path]
    files = sorted(each for each in path.glob("*.csv") if is_denue(each))
    if not files:
        raise DataError([Problem(str(path), "holds no file of DENUE", "Name the folder of geo fetch denue, or a file")])
    return files


def read_denue(
    path: Path,
    municipalities: MunicipalityIndex,
    region: Region,
    *,
    cure_swapped: bool = False,
    encoding: str | None = None,
    synthetic: bool = False,
) -> Iterator[RegisterPart]:
    """Read the directory, one part a block of the file.

    Parameters
    ----------
    path
        The national file, or a state's.
    municipalities
        Knows the codes of municipalities.
    region
        Where points may lie.
    cure_swapped
        Whether to exchange coordinates that look swapped.
    encoding
        Encoding of the file; None to find out.
    synthetic
        Whether rows of a synthetic register are let in.

    Yields
    ------
    RegisterPart
        Refused: rows with more or fewer values than the header, without an id, or in no known municipality. A row whose
        point cannot be used stays and says so.

    Raises
    ------
    DataError
        If a column is missing, the encoding is another one, accents are broken, or rows are synthetic.
    """
    import pyarrow as pa

    encoding = encoding or encoding_of(path)
    broken: list[tuple[int | None, str]] = []
    try:
        reader = _open(path, encoding, broken)
        names = {name.lower().lstrip("\ufeff"): name for name in reader.schema.names}
        row, skipped = 2, set[int]()
        for batch in reader:
            for name in names.keys() & _MARKED:
                refuse_marked(path.name, batch.column(names[name]), synthetic=synthetic)
            lost = list(broken)
            broken.clear()
            skipped |= {number for number, _ in lost if number is not None}
            rows = _row_numbers(row, batch.num_rows, skipped)
            row = rows[-1] + 1 if rows else row
            yield _part(path.name, batch, names, rows, lost, municipalities, region, cure_swapped)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        what = f"cannot be read as {encoding} CSV ({str(error).splitlines()[0][:120]})"
        raise DataError([Problem(path.name, what, "Name its encoding with --encoding, or take it anew")]) from error
    if broken:
        yield _broken_part(path.name, row, broken)


def _row_numbers(first: int, count: int, skipped: set[int]) -> list[int]:
    """Return the numbers of the next rows of the file, those of broken rows left out."""
    rows: list[int] = []
    row = first
    while len(rows) < count:
        if row not in skipped:
            rows.append(row)
        row += 1
    return rows


def _open(path: Path, encoding: str, broken: list[tuple[int | None, str]]) -> csv.CSVStreamingReader:
    import pyarrow as pa
    from pyarrow import csv

    header = _header(path, encoding)
    lower = [name.lower() for name in header]
    missing = [name for name in _NEEDED if name.lower() not in lower]
    if missing:
        raise DataError(
            Problem(path.name, f"the column {name} is missing", "Take INEGI's own file", (1,)) for name in missing
        )
    wanted = [header[lower.index(name.lower())] for name in _NEEDED]
    wanted += [header[lower.index(name)] for name in _MARKED - set(_NEEDED) if name in lower]

    def note(row: csv.InvalidRow) -> str:
        broken.append((row.number, f"{row.actual_columns} values: {row.text or ''}"[:80]))
        return "skip"

    return csv.open_csv(
        path,
        read_options=csv.ReadOptions(block_size=_BLOCK_BYTES, encoding=encoding, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=False, invalid_row_handler=note),
        convert_options=csv.ConvertOptions(
            include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
        ),
    )


def _header(path: Path, encoding: str) -> list[str]:
    import csv as text_csv

    try:
        with path.open(encoding=encoding, newline="") as file:
            return next(text_csv.reader([file.readline().lstrip("\ufeff").rstrip("\r\n")]), [])
    except OSError as error:
        raise DataError([Problem(path.name, f"cannot be read ({error.strerror})", "Give a readable file")]) from error


def _broken_part(file: str, row: int, broken: list[tuple[int | None, str]]) -> RegisterPart:
    rows = pd.DataFrame(columns=list(REGISTER_COLUMNS)).astype(REGISTER_COLUMNS)
    return RegisterPart(rows, rejects_table(_broken_rows(file, row, broken)), len(broken))


def _broken_rows(
    file: str, row: int, broken: list[tuple[int | None, str]]
) -> list[tuple[str, int, str | None, str, str]]:
    return [
        (file, number or row, None, f"the row does not have the {len(DENUE_COLUMNS)} values of the format", text)
        for number, text in broken
    ]


def _part(  # noqa: PLR0913, PLR0917 - one step of one block
    file: str,
    batch: pa.RecordBatch,
    names: dict[str, str],
    rows: list[int],
    broken: list[tuple[int | None, str]],
    municipalities: MunicipalityIndex,
    region: Region,
    cure_swapped: bool,
) -> RegisterPart:
    import pyarrow.compute as pc

    column = {name: batch.column(batch.schema.get_field_index(names[name.lower()])) for name in _NEEDED}
    refuse_mojibake(file, pc.unique(column["nomb_asent"]).to_pylist())
    codes = pc.binary_join_element_wise(
        pc.utf8_lpad(pc.utf8_trim_whitespace(column["cve_ent"]), 2, "0"),
        pc.utf8_lpad(pc.utf8_trim_whitespace(column["cve_mun"]), 3, "0"),
        "",
    ).dictionary_encode()
    cvegeo = pd.Series([municipalities.by_code(code) for code in codes.dictionary.to_pylist()], dtype="object")
    cvegeo = cvegeo.reindex(codes.indices.to_numpy()).reset_index(drop=True)
    plant_id = column["id"].to_pandas().str.strip()
    lon, lat = _degrees(column["longitud"]), _degrees(column["latitud"])
    bands = _by_value(column["per_ocu"], lambda text: STAFF_BANDS.get(text.strip(), (None, None)))
    given = (column["longitud"].to_pandas() != "") | (column["latitud"].to_pandas() != "")
    unreadable = given & (lon.isna() | lat.isna())
    table = pd.DataFrame({
        "plant_id": plant_id, "plant_name": column["nom_estab"].to_pandas(),
        "park_text": _typed_text(column["tipoCenCom"], column["nom_CenCom"], named_only=True),
        "settlement_text": _typed_text(column["tipo_asent"], column["nomb_asent"], named_only=False),
        "lon": lon.mask(unreadable), "lat": lat.mask(unreadable), "point_problem": None, "cvegeo": cvegeo,
        "year": _by_value(column["fecha_alta"], _year), "jobs_low": bands.str[0], "jobs_high": bands.str[1],
        "activity": column["codigo_act"].to_pandas(),
    })  # fmt: skip
    table.loc[unreadable, "point_problem"] = UNREADABLE
    nameless, nowhere = plant_id == "", cvegeo.isna()
    refused = [
        (file, rows[place], plant_id[place] or None, "the id is missing" if nameless[place] else
         "the municipality is not known", "" if nameless[place] else str(codes[place]))
        for place in (nameless | nowhere).to_numpy().nonzero()[0].tolist()
    ]  # fmt: skip
    kept = table[~(nameless | nowhere)].reset_index(drop=True).astype(REGISTER_COLUMNS)
    rejects = rejects_table([*refused, *_broken_rows(file, rows[0] if rows else 2, broken)])
    return RegisterPart(checked_points(kept, region, cure_swapped=cure_swapped), rejects, batch.num_rows + len(broken))


def _degrees(texts: pa.StringArray) -> pd.Series:
    import pyarrow as pa
    import pyarrow.compute as pc

    good = pc.match_substring_regex(texts, _NUMBER)
    numbers = pc.cast(pc.utf8_trim_whitespace(pc.if_else(good, texts, pa.scalar(None, pa.string()))), pa.float64())
    return pd.Series(numbers.to_numpy(zero_copy_only=False))


def _by_value(texts: pa.StringArray, read: object) -> pd.Series:
    """Return a function of each text, called once a distinct one."""
    encoded = texts.dictionary_encode()
    values = pd.Series([read(text) for text in encoded.dictionary.to_pylist()], dtype="object")  # type: ignore[operator]
    return values.reindex(encoded.indices.to_numpy()).reset_index(drop=True)


def _year(text: str) -> int | None:
    """Return the year in ``2010-07`` or ``JULIO 2010``."""
    digits = "".join(sign if sign.isdigit() else " " for sign in text).split()
    return next((int(each) for each in digits if len(each) == 4 and each[:2] in {"19", "20"}), None)


def _typed_text(kinds: pa.StringArray, names: pa.StringArray, *, named_only: bool) -> pd.Series:
    """Return type and name as one text where they may be a park's; missing elsewhere."""
    import pyarrow as pa
    import pyarrow.compute as pc

    industrial = pc.match_substring_regex(kinds, _INDUSTRIAL)
    may_be = industrial if named_only else pc.or_(industrial, pc.match_substring_regex(names, _PARK_NAME))
    may_be = pc.and_(may_be, pc.not_equal(pc.utf8_trim_whitespace(names), ""))
    # A type that is no park's (COLONIA), or that the name repeats, says nothing.
    told = pc.match_substring_regex(names, _PARK_NAME)
    kind = pc.if_else(pc.and_(industrial, pc.invert(told)), kinds, "")
    text = pc.utf8_trim_whitespace(pc.binary_join_element_wise(kind, names, " "))
    return pc.if_else(may_be, text, pa.scalar(None, pa.string())).to_pandas().astype("str")
