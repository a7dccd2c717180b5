"""A filled table as CSV, LaTeX or Markdown, with every text made inert."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Sequence

import pandas as pd

from geo.export.paper_model import Filled, PaperColumn
from geo.export.tables import FORMULA_STARTS

NO_DATA = "\N{EN DASH}"
#: Tables with more rows than this break over pages in LaTeX.
LONG_ROWS = 35
_PREAMBLE = r"% \usepackage[T1]{fontenc} \usepackage{lmodern,array,booktabs,longtable,pdflscape}"
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "'": "{'}",
    "[": "{[}", "]": "{]}", "-": "{-}", "\N{MINUS SIGN}": "$-$", "\N{EN DASH}": r"\textendash{}",
    "\N{EM DASH}": r"\textemdash{}", "\N{LEFT SINGLE QUOTATION MARK}": r"\textquoteleft{}",
    "\N{RIGHT SINGLE QUOTATION MARK}": r"\textquoteright{}", "\N{LEFT DOUBLE QUOTATION MARK}": r"\textquotedblleft{}",
    "\N{RIGHT DOUBLE QUOTATION MARK}": r"\textquotedblright{}", "\N{HORIZONTAL ELLIPSIS}": r"\dots{}",
    "\N{BULLET}": r"\textbullet{}", "\N{EURO SIGN}": r"\texteuro{}", "\N{NO-BREAK SPACE}": "~",
    "\N{SOFT HYPHEN}": "", "\N{MULTIPLICATION SIGN}": r"$\times$", "\N{SUPERSCRIPT TWO}": r"\textsuperscript{2}",
}  # fmt: skip
_BREAK = r"\allowbreak{}"
#: Letters of Latin-1 and Latin Extended-A, which pdfLaTeX sets with the T1 encoding.
_LETTERS = range(0xA1, 0x180)
#: Letters of that range that T1 fonts lack.
_LACKING = "ĊċĈĉĖėĜĝĠġĢģĤĥĦħĨĩĪīĬĭĮįİĴĵĶķĸĻļĿŀŅņŉŊŋŌōŎŏŖŗŜŝŢţŦŧŨũŪūŬŭŲųŴŵŶŷĀāĒēĔĕſ"


def csv_text(table: Filled, _lang: str) -> str:
    """Return the table as CSV: published figures in the header's unit, an interval in two columns, notes below.

    Notes
    -----
    Missing is blank. Text that a spreadsheet would take for a formula gets an apostrophe. The notes follow after an
    empty row, one a row in the first column, so that every row has the same number of fields.
    """
    heads: list[str] = []
    columns: list[list[str]] = []
    for column, head in zip(table.columns, table.heads, strict=True):
        ends = (", low", ", high") if column.kind == "interval" else ("",)
        for name, end in zip(column.parts, ends, strict=True):
            heads.append(_plain(head + end))
            cells = table.frame[name]
            write = _plain if column.kind == "text" else _number
            columns.append(["" if pd.isna(cell) else write(cell) for cell in cells])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(zip(*columns, strict=True))
    rest = [""] * (len(heads) - 1)
    writer.writerows([[line, *rest] for line in ("", _plain(table.title), *map(_plain, table.notes))])
    return out.getvalue()


def markdown(table: Filled, lang: str) -> str:
    """Return the table as a Markdown pipe table under its title, notes below."""
    rule = [":--" if column.kind == "text" else "--:" for column in table.columns]
    head = [inert_markdown(head) for head in table.heads]
    lines = [_piped(head), _piped(rule), *map(_piped, _cells(table, inert_markdown))]
    notes = [inert_markdown(line) for line in (*table.notes, _missing(table, lang)) if line]
    return f"**{inert_markdown(table.title)}**\n\n" + "\n".join(lines) + "\n\n" + "\n\n".join(notes) + "\n"


def latex(table: Filled, lang: str) -> str:
    """Return the table as LaTeX for a document with the packages array, booktabs, longtable and pdflscape and T1 fonts.

    Notes
    -----
    Wide tables stand on a page turned sideways. Short tables float; tables of more than 35 rows break over pages under
    a repeated header.
    """
    heads = [_latex_head(column, head) for column, head in zip(table.columns, table.heads, strict=True)]
    align = f"@{{}}{_latex_alignment(table.columns)}@{{}}"
    top = " & ".join(heads) + r" \\"
    body = [" & ".join(row) + r" \\" for row in _cells(table, inert_latex)]
    caption = rf"\caption{{{inert_latex(table.title)}}}\label{{tab:{table.name.replace('_', '-')}}}"
    notes = [inert_latex(line) + r"\par" for line in (*table.notes, _missing(table, lang)) if line]
    size = r"\scriptsize" if table.wide else r"\footnotesize"
    start = [_PREAMBLE, rf"{{{size}\tabcolsep=2.5pt"]
    if len(body) > LONG_ROWS:
        lines = [
            *start, rf"\begin{{longtable}}{{{align}}}", caption + r"\\", r"\toprule", top, r"\midrule",
            r"\endfirsthead", r"\toprule", top, r"\midrule", r"\endhead", r"\bottomrule", r"\endlastfoot",
            *body, r"\end{longtable}", r"\noindent\raggedright", *notes, "}",
        ]  # fmt: skip
    else:
        lines = [
            r"\begin{table}[htbp]\centering", *start, caption, rf"\begin{{tabular}}{{{align}}}", r"\toprule", top,
            r"\midrule", *body, r"\bottomrule", r"\end{tabular}\par\smallskip", r"\raggedright", *notes, "}",
            r"\end{table}",
        ]  # fmt: skip
    if table.wide:
        lines = [r"\begin{landscape}", *lines, r"\end{landscape}"]
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[Filled, str], str]] = {"csv": csv_text, "latex": latex, "markdown": markdown}
SUFFIXES = {"csv": "csv", "latex": "tex", "markdown": "md"}


def inert_latex(text: str) -> str:
    r"""Return a text that pdfLaTeX prints as it is and never runs; what its fonts lack becomes a question mark.

    Examples
    --------
    >>> print(inert_latex(r"\input{a} 50 % 工"))
    \textbackslash{}input\{a\} 50 \% ?
    """
    line = _one_line(text)
    # An address or a code is one long word: it may break behind its marks.
    return (
        "".join(
            _latex_sign(sign) + (_BREAK if sign in "./_&=" and following.isalpha() else "")
            for sign, following in zip(line, f"{line[1:]} ", strict=True)
        )
        if line
        else ""
    )


def inert_markdown(text: str) -> str:
    r"""Return a text that Markdown shows as it is: no cell, tag, link or emphasis begins in it.

    Examples
    --------
    >>> print(inert_markdown("<b>|*x*"))
    &lt;b&gt;\|\*x\*
    """
    entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    marks = "\\`*_[]|$~#"
    # A bare address is a link without any mark: its colon goes as an entity.
    plain = _one_line(text)
    shown = "".join(entities.get(sign, f"\\{sign}" if sign in marks else sign) for sign in plain)
    return shown.replace("://", "&#58;//").replace("www.", "www&#46;")


def _cells(table: Filled, inert: Callable[[str], str]) -> list[list[str]]:
    columns = [_shown(column, table.frame, inert) for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _shown(column: PaperColumn, frame: pd.DataFrame, inert: Callable[[str], str]) -> list[str]:
    parts = [frame[name].tolist() for name in column.parts]
    cells = []
    for values in zip(*parts, strict=True):
        if any(pd.isna(value) for value in values):
            cells.append(NO_DATA)
        elif column.kind == "text":
            cells.append(str(values[0]))
        else:
            shown = [_printed(column, value) for value in values]
            cells.append(shown[0] if column.kind == "number" else f"[{', '.join(shown)}]")
    return [inert(cell) for cell in cells]


def _printed(column: PaperColumn, value: float) -> str:
    # Where a column mixes kinds a number of four digits may be a year.
    grouped = column.grouped and not (column.trim and abs(value) < 10_000)
    style = f"{',' if grouped else ''}.{column.decimals}f"
    shown = format(float(value) + 0.0, style)
    if column.trim and "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return shown.replace("-", "\N{MINUS SIGN}")


def _missing(table: Filled, lang: str) -> str:
    """Return the note on the dash where the table has one."""
    if not table.frame[[name for column in table.columns for name in column.parts]].isna().any(axis=None):
        return ""
    return f"{NO_DATA}: {'sin dato o no aplica' if lang == 'es' else 'no data, or does not apply'}."


def _number(value: float) -> str:
    """Write a number without an exponent and without noise of the scale."""
    return format(round(float(value), 6) + 0.0, ".6f").rstrip("0").rstrip(".")


def _plain(text: object) -> str:
    line = _one_line(str(text))
    return f"'{line}" if line.startswith(FORMULA_STARTS) else line


def _one_line(text: str) -> str:
    """Return text on one line, letters composed, without control characters."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(sign for sign in spaced if unicodedata.category(sign)[0] != "C" or sign == "\N{SOFT HYPHEN}")


def _latex_sign(sign: str) -> str:
    if sign in _LATEX:
        return _LATEX[sign]
    if sign.isascii() or (ord(sign) in _LETTERS and sign not in _LACKING):
        return sign
    bare = unicodedata.normalize("NFKD", sign)[0]
    return bare if bare.isascii() and bare.isalpha() else "?"


def _latex_alignment(columns: Sequence[PaperColumn]) -> str:
    """Return the columns of a tabular, with more room where text follows on figures, which end flush right."""
    parts = []
    for before, column in zip((None, *columns), columns, strict=False):
        gap = before is not None and before.kind != "text" and column.kind == "text"
        parts.append((r"@{\hspace{8pt}}" if gap else "") + _latex_align(column))
    return "".join(parts)


def _latex_align(column: PaperColumn) -> str:
    if column.width_mm is not None:
        return rf">{{\raggedright\arraybackslash}}p{{{column.width_mm:g}mm}}"
    return "l" if column.kind == "text" else "r"


def _latex_head(column: PaperColumn, head: str) -> str:
    """Return a header; one over numbers breaks at its spaces so that it is no wider than the numbers need."""
    if column.kind == "text":
        return inert_latex(head)
    lines = r" \\ ".join(inert_latex(line) for line in _broken(head))
    return rf"\begin{{tabular}}[b]{{@{{}}r@{{}}}}{lines}\end{{tabular}}"


def _broken(head: str, *, width: int = 11) -> Sequence[str]:
    lines: list[str] = []
    for word in head.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _piped(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
