"""The review file: what people decide about parks, read back by every rebuild.

A line of ``decisions.csv`` names a park by municipality and any of its names, not by an id, so that it holds as long as
the register writes that name. A line without a decision is a suggestion: it is made anew by every rebuild.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from geo.errors import ChoiceError, DataError, Problem
from geo.inventory.grouping import FAMILIES, Group, Mention, Merge, family_of
from geo.inventory.names import own_name, parse

MERGE, KEEP_APART, RENAME, DROP, LIST = "merge", "keep_apart", "rename", "drop", "list"
DECISIONS = (MERGE, KEEP_APART, RENAME, DROP, LIST)
COLUMNS = (
    "decision", "cvegeo", "name", "other_cvegeo", "other_name", "new_name", "by", "note",
    "suggestion", "score", "distance_km", "plants",
)  # fmt: skip
_PERSONAL = COLUMNS[:8]
_PAIRED = {MERGE, KEEP_APART}

Places = Mapping[str, Sequence[str]]
Key = tuple[str, str, str, str]


def shipped_decisions(register: str) -> Path:
    """Return the review file that the project keeps for a register.

    Parameters
    ----------
    register
        ``retc``.

    Raises
    ------
    ChoiceError
        If there is none for it.
    """
    path = Path(__file__).with_name(f"decisions_{register}.csv")
    if not path.is_file():
        raise ChoiceError(f"No decisions are shipped for {register!r}. Name a review file with --decisions.")
    return path


def read_decisions(path: Path) -> pd.DataFrame:
    """Read a review file.

    Parameters
    ----------
    path
        CSV, UTF-8; a missing file is an empty one.

    Returns
    -------
    pandas.DataFrame
        Columns of ``COLUMNS`` as text, the lines with a decision only, in the file's order.

    Raises
    ------
    DataError
        With every problem: a column missing, a word that is no decision, a name missing, a decision given twice in
        different senses.
    """
    if not path.exists():
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    records = _records(path)
    header = records[0]
    missing = [name for name in ("decision", "cvegeo", "name") if name not in header]
    if missing:
        raise DataError(Problem(path.name, f"the column {name} is missing", "Add it", (1,)) for name in missing)
    lines = [
        dict(zip(header, record, strict=False)) | {"row": place} for place, record in enumerate(records[1:], start=2)
    ]
    decided = [line for line in lines if str(line.get("decision", "")).strip()]
    problems = [problem for line in decided for problem in _line_problems(path.name, line)]
    problems += _contradictions(path.name, decided)
    if problems:
        raise DataError(problems)
    table = pd.DataFrame(
        [{name: str(line.get(name) or "").strip() for name in COLUMNS} for line in decided], columns=list(COLUMNS)
    )
    table["decision"] = table["decision"].str.lower()
    table["other_cvegeo"] = table["other_cvegeo"].where(
        (table["other_cvegeo"] != "") | ~table["decision"].isin(_PAIRED), table["cvegeo"]
    )
    return table.astype("str")


def read_all_decisions(paths: Iterable[Path]) -> pd.DataFrame:
    """Read several review files as one: the lines of each, one that stands twice once.

    Parameters
    ----------
    paths
        Review files; a missing one is empty.

    Raises
    ------
    DataError
        As ``read_decisions``; also where two files decide one thing in different senses.
    """
    paths = list(dict.fromkeys(path.absolute() for path in paths))
    table = pd.concat([read_decisions(path) for path in paths], ignore_index=True)
    table = table.drop_duplicates(list(_PERSONAL[:6])).reset_index(drop=True)
    lines = [
        {**dict(zip(COLUMNS, row, strict=True)), "row": place}
        for place, row in enumerate(table[list(COLUMNS)].itertuples(index=False), start=2)
    ]
    problems = _contradictions(" and ".join(path.name for path in paths), lines)
    if problems:
        raise DataError(Problem(each.file, each.what, each.cure) for each in problems)
    return table


def _records(path: Path) -> list[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem(path.name, f"the file is not UTF-8 (byte {error.start})", "Save it as CSV UTF-8")
        raise DataError([problem]) from None
    except OSError as error:
        raise DataError([Problem(path.name, f"cannot be read ({error.strerror})", "Give a readable file")]) from error
    try:
        records = [record for record in csv.reader(io.StringIO(text, newline="")) if record]
    except csv.Error as error:
        raise DataError([Problem(path.name, f"not a CSV file ({error})", "Close every quote")]) from error
    if not records:
        raise DataError([Problem(path.name, "the file is empty", f"Begin it with the columns {', '.join(_PERSONAL)}")])
    return records


def _line_problems(file: str, line: Mapping[str, object]) -> list[Problem]:
    row = (int(str(line["row"])),)
    value = {name: str(line.get(name) or "").strip() for name in COLUMNS}
    decision = value["decision"].lower()
    problems = []
    if decision not in DECISIONS:
        cure = f"Write one of: {', '.join(DECISIONS)}; or leave it blank"
        return [Problem(file, f"{value['decision'][:40]!r} is no decision", cure, row, "decision")]
    for name, needed in (
        ("name", True),
        ("cvegeo", True),
        ("other_name", decision in _PAIRED),
        ("new_name", decision == RENAME),
    ):
        if needed and not value[name]:
            problems.append(Problem(file, f"{name} is blank, and {decision} needs it", "Fill it", row, name))
    for name in ("cvegeo", "other_cvegeo"):
        if value[name] and not (value[name].isascii() and value[name].isdigit() and len(value[name]) == 5):
            cure = "Write the five digits, with the leading zero (a spreadsheet drops it)"
            problems.append(Problem(file, f"{value[name][:20]!r} is not a municipality code", cure, row, name))
    return problems


def _contradictions(file: str, lines: Sequence[Mapping[str, object]]) -> list[Problem]:
    """Return pairs that one line merges and another keeps apart, and parks that are dropped and renamed or listed."""
    problems = []
    pairs: dict[frozenset[tuple[str, str]], tuple[str, int]] = {}
    single: dict[tuple[str, str], dict[str, int]] = {}
    for line in lines:
        decision, row = str(line["decision"]).strip().lower(), int(str(line["row"]))
        one = (str(line.get("cvegeo") or "").strip(), str(line.get("name") or "").strip().upper())
        if decision in _PAIRED:
            code = str(line.get("other_cvegeo") or "").strip() or one[0]
            pair = frozenset({one, (code, str(line.get("other_name") or "").strip().upper())})
            earlier = pairs.setdefault(pair, (decision, row))
            if earlier[0] != decision:
                what = f"{earlier[0]} and {decision} are both decided for one pair"
                problems.append(Problem(file, what, "Keep one of the two lines", (earlier[1], row)))
        else:
            single.setdefault(one, {})[decision] = row
    for decisions in single.values():
        if DROP in decisions and len(decisions) > 1:
            other = next(each for each in decisions if each != DROP)
            what = f"drop and {other} are both decided for one park"
            problems.append(Problem(file, what, "Keep one of the two lines", (decisions[DROP], decisions[other])))
    return problems


class Decided:
    """Decisions, ready to be asked about groups.

    Parameters
    ----------
    table
        Lines of ``read_decisions``.
    places
        cvegeo -> place names.
    """

    def __init__(self, table: pd.DataFrame, places: Places) -> None:
        self.table = table.reset_index(drop=True)
        self._places = places
        self._used: set[int] = set()
        self._known: dict[int, tuple[Group, tuple[str, int, int], set[Key]]] = {}
        self._lines: dict[str, list[tuple[int, Key, Key, str]]] = {decision: [] for decision in DECISIONS}
        for line, row in enumerate(self.table.itertuples()):
            one = key_of(str(row.cvegeo), str(row.name), places)
            other = key_of(str(row.other_cvegeo), str(row.other_name), places)
            self._lines[str(row.decision)].append((line, one, other, str(row.new_name)))

    def keys(self, group: Group) -> set[Key]:
        """Return every key that a group answers to: those of its texts."""
        state = group.cvegeo, len(group.mentions), len(group.absorbed)
        known = self._known.get(id(group))
        if known is None or known[0] is not group or known[1] != state:
            known = group, state, self._keys(group)
            self._known[id(group)] = known
        return known[2]

    def _keys(self, group: Group) -> set[Key]:
        found = {group.key}
        for mention in (*group.mentions, *group.absorbed):
            key = key_of(mention.cvegeo, mention.text, self._places)
            found |= {key, (group.cvegeo, *key[1:])}
        return found

    def kept_apart(self, one: Group, other: Group) -> bool:
        """Say whether two groups are decided to be two parks."""
        if not self._lines[KEEP_APART]:
            return False
        ones, others = self.keys(one), self.keys(other)
        for line, first, second, _ in self._lines[KEEP_APART]:
            if (first in ones and second in others) or (first in others and second in ones):
                self._used.add(line)
                return True
        return False

    def merge(self, groups: list[Group]) -> list[Merge]:
        """Merge the groups that are decided to be one: the first name joins the other; one line a merge."""
        merges = []
        for line, first, second, _ in self._lines[MERGE]:
            one, other = self._find(groups, first), self._find(groups, second)
            if one is None or other is None:
                continue
            self._used.add(line)
            if one is other:
                continue
            other.mentions += one.mentions
            other.absorbed += one.absorbed
            groups[:] = [group for group in groups if group is not one]
            merges.append(Merge(one.cvegeo, one.mentions[0].text, other.mentions[0].text, "decided"))
        return merges

    def says(self, decision: str, group: Group) -> bool:
        """Say whether a decision on a single park (drop, list) is made for a group."""
        keys = self.keys(group) if self._lines[decision] else set()
        lines = [line for line, one, _, _ in self._lines[decision] if one in keys]
        self._used.update(lines)
        return bool(lines)

    def made_of(self, rest: Sequence[Mention]) -> tuple[list[Group], list[Mention]]:
        """Make parks of the texts that are decided to be listed though no rule gives them to one.

        Parameters
        ----------
        rest
            Texts that were given to no park.

        Returns
        -------
        made, rest
            New groups, and the texts that are left.
        """
        wanted = {one: line for line, one, _, _ in self._lines[LIST]}
        if not wanted:
            return [], list(rest)
        made: dict[Key, Group] = {}
        left = []
        for mention in rest:
            key = key_of(mention.cvegeo, mention.text, self._places)
            if key not in wanted:
                left.append(mention)
                continue
            self._used.add(wanted[key])
            made.setdefault(key, Group(*key)).mentions.append(mention)
        return list(made.values()), left

    def new_name(self, group: Group) -> str | None:
        """Return the name that is decided for a group; the last line wins."""
        keys = self.keys(group) if self._lines[RENAME] else set()
        lines = [(line, name) for line, one, _, name in self._lines[RENAME] if one in keys]
        self._used.update(line for line, _ in lines)
        return lines[-1][1] if lines else None

    @property
    def unused(self) -> pd.DataFrame:
        """Lines whose names the register does not have (any more)."""
        return self.table[~self.table.index.isin(self._used)]

    def _find(self, groups: Sequence[Group], key: Key) -> Group | None:
        return next((group for group in groups if key in self.keys(group)), None)


def key_of(cvegeo: str, name: str, places: Places) -> Key:
    """Return what a name of a park is looked up by: municipality, core, phase, and the family where it matters.

    A type alone has no core but the municipality's name.
    """
    near = places.get(cvegeo, ())
    parsed = parse(name)
    core, phase = own_name(parsed, near)
    if core:
        return cvegeo, core, phase, family_of(parsed, core, near)
    return cvegeo, near[0] if parsed.typed and near else parsed.core, "", FAMILIES.get(parsed.kind or "", "")


def review_table(decided: pd.DataFrame, suggestions: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Return the review file: people's lines as they wrote them, then the suggestions they have not decided.

    Parameters
    ----------
    decided
        Lines of ``read_decisions``.
    suggestions
        Lines with a blank decision.

    Returns
    -------
    pandas.DataFrame
        Columns of ``COLUMNS``; suggestions in the order of municipality and name.
    """
    known = {
        (row.cvegeo, row.name, row.other_cvegeo, row.other_name)
        for row in decided[["cvegeo", "name", "other_cvegeo", "other_name"]].itertuples(index=False)
    }
    singles = {(code, name) for code, name, _, _ in known}
    open_ = [
        line
        for line in suggestions
        if (line["cvegeo"], line["name"], line.get("other_cvegeo", ""), line.get("other_name", "")) not in known
        and (line.get("other_name") or (line["cvegeo"], line["name"]) not in singles)
    ]
    written = [{name: str(line.get(name) or "") for name in COLUMNS} for line in open_]
    table = pd.DataFrame(written, columns=list(COLUMNS)).astype("str")
    table = table.sort_values(["cvegeo", "name", "other_name"], kind="stable")
    return pd.concat([decided.reindex(columns=list(COLUMNS)), table], ignore_index=True)
