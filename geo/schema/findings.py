"""The tables of the findings: what each claim was tested with, what it came to, and figures that contradict."""

from __future__ import annotations

from geo.schema.columns import derived, flag, number, text, whole
from geo.schema.model import Layer

ALPHA = 0.05
"""Level of every test."""

REGISTER_START = 2004
"""First year of the register: a plant or park first seen then may be of any earlier year."""

PER_PEOPLE = 100_000
"""People that rates are given for."""

STAGNANT = 0.01
"""Yearly growth of real wages up to which they count as stagnant."""

SUPPLIER_CODES = ("332710", "5413", "5415")
"""SCIAN codes of machine shops, of engineering and design, and of computing services."""

FINDING_IDS = tuple(f"H{number}" for number in range(1, 15)) + tuple(f"X{number}" for number in range(1, 14))
VERDICT_WORDS = ("supported", "contradicted", "cannot_be_told")
INTERVALS = (
    "unknown_owners", "global_envelope_95", "chance_95", "exact_95", "conley_95", "sign_test_95", "places_90",
)  # fmt: skip
UNITS = ("share", "index", "ratio", "km", "year", "elasticity", "correlation", "gamma", "per_year", "per_km")

FINDINGS = Layer(
    "findings", "What the hypotheses were tested with", "Con qué se probaron las hipótesis",
    "One row a statistic of a hypothesis: value, interval, value under the null, p, n, set, method.",
    derived(
        text("finding_id", "Hypothesis", "Hipótesis", nullable=False, allowed=FINDING_IDS),
        text("part", "Part of the claim", "Parte de la afirmación", nullable=False),
        text("statistic", "Statistic", "Estadístico", nullable=False),
        text("subject", "Subject", "Sujeto"),
        number("at", None, "At", "En", "Distance or year that the statistic is taken at", low=None),
        text("at_unit", "Unit of at", "Unidad de en", allowed=("km", "year")),
        number("value", None, "Value", "Valor", "Blank where the figure is an interval only", low=None),
        number("low", None, "Interval, low", "Intervalo, mínimo", low=None),
        number("high", None, "Interval, high", "Intervalo, máximo", low=None),
        text("interval", "Kind of interval", "Tipo de intervalo",
             "chance_95 and global_envelope_95 are what chance gives; the others surround the value",
             allowed=INTERVALS),
        number("reference", None, "Value it is held against", "Valor con que se compara", low=None),
        number("p", None, "p", "p", "Two-sided", high=1),
        flag("significant", "Significant in its family", "Significativo en su familia",
             "Benjamini-Hochberg at 5 %; blank outside a family", nullable=True),
        whole("n", "Rows behind it", "Filas que lo sustentan"),
        text("on", "Set", "Conjunto"),
        text("unit", "Unit", "Unidad", "Blank for counts", allowed=UNITS),
        text("method", "Method", "Método", nullable=False),
        whole("permutations", "Permutations", "Permutaciones"),
        flag("drawn", "Drawn on the card", "Dibujado en la ficha"),
        text("source_tables", "Tables it was made from", "Tablas de origen", "Separated by |", nullable=False),
    ),
)  # fmt: skip

VERDICTS = Layer(
    "verdicts", "Verdicts", "Veredictos",
    "One row a hypothesis or contradiction (part overall) and one a part of a hypothesis, with the rule that decided.",
    derived(
        text("finding_id", "Hypothesis or contradiction", "Hipótesis o contradicción", nullable=False,
             allowed=FINDING_IDS),
        text("part", "Part of the claim", "Parte de la afirmación", nullable=False),
        text("role", "Role of the part", "Papel de la parte", "decides: the claim falls with it; needed: the claim "
             "needs it but does not fall with it alone; context: decides nothing", nullable=False,
             allowed=("overall", "decides", "needed", "context")),
        text("verdict", "Verdict", "Veredicto", nullable=False, allowed=VERDICT_WORDS),
        text("reason", "Reason", "Motivo", "The rule that decided; of a whole hypothesis the part that settled it",
             nullable=False),
    ),
)  # fmt: skip

CONTRADICTIONS = Layer(
    "contradictions", "Published figures that contradict each other", "Cifras publicadas que se contradicen",
    "One row a figure: the published ones by figure_id, what the data give under a definition, and how far apart the "
    "published ones are.",
    derived(
        text("finding_id", "Contradiction", "Contradicción", nullable=False, allowed=FINDING_IDS),
        text("measure", "What is compared", "Qué se compara", nullable=False),
        text("kind", "Kind", "Tipo", "published; computed from the layers; derived from published figures; difference "
             "between the published", nullable=False, allowed=("published", "computed", "derived", "difference")),
        text("figure_id", "Published figure", "Cifra publicada", refers_to="claims.figure_id"),
        number("value", None, "Value", "Valor", low=None),
        number("value_low", None, "Value from", "Valor desde", low=None),
        number("value_high", None, "Value to", "Valor hasta", low=None),
        text("unit", "Unit", "Unidad"),
        text("year", "Date as published", "Fecha publicada"),
        text("what", "What", "Qué"),
        text("place", "Place", "Lugar"),
        text("source", "Source", "Fuente"),
        text("definition", "Definition", "Definición", "Key of the definition of a computed value"),
        text("source_tables", "Tables it was made from", "Tablas de origen", "Separated by |", nullable=False),
    ),
)  # fmt: skip
