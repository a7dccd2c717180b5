"""What an ingest says: the mapping, what was filled, rows in and out, why rows are refused, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from geo.errors import DataError, Problem
from geo.ingest.cleaning import Cleaned
from geo.ingest.mapping import Match
from geo.ingest.reading import RawTable
from geo.ingest.reasons import Refusal
from geo.ingest.values import UNITS
from geo.schema import STUDY_SET_KINDS

_HOW = {
    "given": "as you say",
    "name": "same name",
    "known as": "known name",
    "holds": "holds a known name",
    "like": "spelt like a known name",
}
_DONE = {
    "west": "longitudes in minutes without letter or sign were read as west, where the region lies",
    "south": "latitudes in minutes without letter or sign were read as south, where the region lies",
    "swap": "points had longitude and latitude swapped back, as --fix swap says",
    "sign": "points were given the sign they lacked, as --fix sign says",
}
_WIDTH = 40
_ROWS = 12


def mapping_lines(raw: RawTable, matches: Sequence[Match], layer: str) -> list[str]:
    """Return the mapping as lines of text: file column, layer column, why, an example."""
    facts = ", ".join(f"{name} {shown(value)}" for name, value in raw.facts.items())
    lines = [f"{shown(raw.file)}: {raw.rows:,} rows ({facts})"]
    used = [match for match in matches if match.target is not None]
    table = [("column of the file", f"column of {layer}", "how", "example")]
    for match in used:
        values = raw.cells[match.column]
        example = next((value for value in values if value.strip()), "")
        how = _HOW[match.how or "name"] + _converted(match)
        table.append((shown(match.column), str(match.target), how, shown(example)))
    if raw.geometry is not None:
        table.append(("geometry", "geometry", "as the file draws it", ""))
    widths = [max(len(line[place]) for line in table) for place in range(4)]
    lines += [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table
    ]
    unused = [shown(match.column) for match in matches if match.target is None]
    if unused:
        lines.append(f"not used: {', '.join(unused)} (name one with --map 'COLUMN=column of {layer}')")
    return lines + [f"note: {shown(note, 300)}" for note in raw.notes]


def _converted(match: Match) -> str:
    factor = UNITS["ha"].get(match.unit or "", 1)
    return f", {match.unit} to ha" if match.target == "area_ha" and factor != 1 else ""


def account_lines(raw: RawTable, cleaned: Cleaned) -> list[str]:
    """Return what was filled and done, and the account: rows in = rows out + rejects."""
    filled = [(name, how, len(rows)) for name, (how, rows) in cleaned.filled.items() if rows]
    lines = [f"filled: {name} in {count:,} rows: {how}" for name, how, count in filled]
    lines += [f"note: {count:,} {_DONE[name]}" for name, count in sorted(cleaned.done.items())]
    lines += [f"note: {shown(note, 300)}" for note in cleaned.notes]
    if "lon" in cleaned.table and cleaned.layer.optional_geometry:
        without = int((cleaned.table["lon"] == "").sum())
        if without:
            lines.append(f"note: {without:,} rows have no point: they are counted, not drawn")
    if cleaned.layer.name == "parks":
        lines += _study_set_lines(cleaned)
    rejects = len(cleaned.rejected)
    blank = f"; {raw.blank:,} blank rows passed over" if raw.blank else ""
    lines.append(f"rows in {raw.rows:,} = rows out {len(cleaned.table):,} + rejects {rejects:,}{blank}")
    return lines + [f"  {_line(group)}" for group in _grouped(cleaned.refused)]


def _study_set_lines(cleaned: Cleaned) -> list[str]:
    """Say how many parks the headline figures will count, where it is not all of them."""
    table = cleaned.table
    counted = int(((table["vintage_2018"] == "true") & table["kind"].isin(STUDY_SET_KINDS)).sum())
    if counted == len(table):
        return []
    return [
        f"note: the map shows {len(table):,} parks, headline figures count {counted:,} of them: those with evidence of "
        "existing by 2018 and of a kind of the study set; --set vintage_2018=true where you know that they existed"
    ]


def refuse_if_empty(raw: RawTable, cleaned: Cleaned) -> None:
    """Raise DataError with the reasons where no row is left."""
    if len(cleaned.table):
        return
    groups = _grouped(cleaned.refused)
    raise DataError(
        Problem(raw.file, *group[0].said("en"), tuple(each.row for each in group), group[0].column or None)
        for group in groups
    )


def _grouped(refused: Sequence[Refusal]) -> list[list[Refusal]]:
    """Return refusals by reason, words and column, the first row's group first."""
    groups: dict[tuple[str, str, str], list[Refusal]] = {}
    for each in sorted(refused, key=lambda each: each.row):
        said = each.said("en")[0]
        groups.setdefault((said, each.column, each.said("en")[1]), []).append(each)
    return list(groups.values())


def _line(group: Sequence[Refusal]) -> str:
    first = group[0]
    rows = sorted({each.row for each in group})
    numbers = ", ".join(map(str, rows[:_ROWS])) + (f" and {len(rows) - _ROWS:,} more" if len(rows) > _ROWS else "")
    reason, cure = first.said("en")
    where = f", column {shown(first.column)}" if first.column else ""
    value = f" {shown(first.value)!r}" if first.value and len(group) == 1 else ""
    return f"row{'s' if len(rows) > 1 else ''} {numbers}{where}:{value} {reason}. {cure}."


def shown(text: str, width: int = _WIDTH) -> str:
    """Return a text of a file as it may be printed: on one line, without signs that steer a terminal, cut."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= width else plain[: width - 1] + "…"
