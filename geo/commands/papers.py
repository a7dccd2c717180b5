"""`geo figure`, `geo table`, `geo paper`, `geo cite`: what goes into a paper."""

from __future__ import annotations

from pathlib import Path

import click

from geo.commands._options import progress_line, quiet_option, run_option, study_of, study_option, tell

lang_option = click.option(
    "--lang", type=click.Choice(["es", "en"]), default="en", show_default=True, help="Language of the words."
)
format_option = click.option(
    "--format", "fmt", type=click.Choice(["pdf", "svg", "png"]), default="pdf", show_default=True, help="File format."
)
width_option = click.option(
    "--width", default="180mm", show_default=True, help="Width of the page: 85mm (one column), 180mm (two), or other."
)
style_option = click.option(
    "--style", type=click.Choice(["colour", "grey"]), default="colour", show_default=True, help="Colour or grey."
)


@click.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every figure, with the captions, into a folder.")
@format_option
@width_option
@lang_option
@style_option
@click.option(
    "--out", type=click.Path(path_type=Path), help="File of one figure [NAME.pdf]; folder of --all [figures]."
)
@study_option
@run_option
@quiet_option
def figure(  # noqa: PLR0913, PLR0917 - one an option
    name: str | None,
    every: bool,
    fmt: str,
    width: str,
    lang: str,
    style: str,
    out: Path | None,
    study_file: Path | None,
    run_folder: Path,
    quiet: bool,
) -> None:
    """Draw a figure for a journal: NAME, or --all.

    Without NAME and --all it lists the figures.
    """
    from geo.errors import ChoiceError
    from geo.export.figures.catalogue import FIGURES, find_figure
    from geo.export.figures.look import Look
    from geo.export.figures.write import parse_width, write_figure, write_figures
    from geo.runs import Run

    if every == (name is not None):
        if every:
            raise click.UsageError("A name and --all: give one.")
        for spec in FIGURES.values():
            tell(f"{spec.name:<18}{spec.title.en} / {spec.title.es}")
        return
    if name is not None:
        find_figure(name)
    study = study_of(study_file)
    look = Look(parse_width(width), lang, style == "grey", date=study.study.date)
    with progress_line(quiet) as progress:
        run = Run(study, run_folder, progress)
        if name is not None:
            written, refused = [out or Path(f"{name}.{fmt}")], list[str]()
            write_figure(name, run.figure_tables, look, written[0], fmt)
        else:
            written, refused = write_figures(run.figure_tables, look, out or Path("figures"), fmt, progress=progress)
    for path in written:
        tell(path)
    if refused:
        raise ChoiceError("\n".join(refused))


@click.command()
@click.argument("name", required=False)
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["csv", "latex", "markdown"]),
    default="markdown",
    show_default=True,
    help="LaTeX uses booktabs and longtable.",
)
@lang_option
@click.option("--out", type=click.Path(path_type=Path), help="File to write [standard output].")
@study_option
@run_option
@quiet_option
def table(
    name: str | None, fmt: str, lang: str, out: Path | None, study_file: Path | None, run_folder: Path, quiet: bool
) -> None:
    """Write a table for a paper, with its units, n and sources.

    Without NAME it lists the tables.
    """
    from geo.export.folder import whole_file
    from geo.export.paper_tables import PAPER_TABLES, find_paper_table, render
    from geo.runs import Run

    if name is None:
        for each in PAPER_TABLES.values():
            tell(f"{each.name:<18}{each.title.en} / {each.title.es}")
        return
    wanted = find_paper_table(name)
    with progress_line(quiet) as progress:
        text = render(wanted, Run(study_of(study_file), run_folder, progress).tables, fmt, lang)
    if out is None:
        click.echo(text, nl=False)
        return
    with whole_file(out) as file:
        file.write_text(text, encoding="utf-8")
    tell(out)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("paper"), show_default=True,
              help="Folder to write to; an earlier paper's files in it are replaced.")  # fmt: skip
@format_option
@width_option
@style_option
@study_option
@run_option
@quiet_option
def paper(out: Path, fmt: str, width: str, style: str, study_file: Path | None, run_folder: Path, quiet: bool) -> None:
    """Write all an author needs into one folder: figures, tables, captions, references, methods, findings."""
    from geo.export.figures.write import parse_width
    from geo.paper import write_paper
    from geo.runs import Run

    width_mm = parse_width(width)
    with progress_line(quiet) as progress:
        run = Run(study_of(study_file), run_folder, progress)
        written, refused = write_paper(run, out, fmt=fmt, width_mm=width_mm, grey=style == "grey")
    for path in written:
        tell(path)
    for sentence in refused:
        tell(f"Left out: {sentence}", err=True)


@click.command()
@click.option("--format", "fmt", type=click.Choice(["text", "bibtex"]), default="text", show_default=True,
              help="One line, or BibTeX with the methods' papers and every source.")  # fmt: skip
@lang_option
@study_option
def cite(fmt: str, lang: str, study_file: Path | None) -> None:
    """Say how to cite the program, its data and the sources behind them."""
    from geo.about import title_page
    from geo.export.citation import bibliography, citation
    from geo.layers import read_layer

    study = study_of(study_file)
    words = title_page(study)
    if fmt == "text":
        tell(citation(words, lang))
        return
    click.echo(bibliography(read_layer(study, "sources"), words), nl=False)
