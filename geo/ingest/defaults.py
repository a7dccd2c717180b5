"""What a file does not say and a layer needs: how it is filled, and how that is said."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from geo.inventory.names import parse, plain
from geo.schema import Layer

STUDY_YEAR = 2018
_SLUG = 40


@dataclass(frozen=True, slots=True)
class Fill:
    """How a column is filled where the file leaves it blank.

    Parameters
    ----------
    es, en
        What is filled in, for the template and the report.
    values
        Table of text with lon and lat -> values for every row ('' leaves it blank).
    """

    es: str
    en: str
    values: Callable[[pd.DataFrame], pd.Series]


def _constant(value: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: pd.Series(value, index=frame.index)


def _has_point(frame: pd.DataFrame) -> pd.Series:
    return frame["lon"] != ""


def _kind(frame: pd.DataFrame) -> pd.Series:
    return frame["name"].map(lambda name: parse(name).kind or "industrial_park")


def _existed(frame: pd.DataFrame) -> pd.Series:
    years = frame[["opened_year", "first_seen_year"]].apply(pd.to_numeric, errors="coerce")
    return (years <= STUDY_YEAR).any(axis=1).map({True: "true", False: "false"})


def _area_basis(frame: pd.DataFrame) -> pd.Series:
    return (frame["area_ha"] != "").map({True: "reported", False: ""})


def _location_basis(frame: pd.DataFrame) -> pd.Series:
    return _has_point(frame).map({True: "given", False: "none"})


def keys(frame: pd.DataFrame) -> pd.Series:
    """Return a key for each row, made of what the row says: the same row has the same key in any order and run."""
    said = [name for name in ("name", "cvegeo", "lon", "lat") if name in frame]
    texts = frame[said].agg("|".join, axis=1)
    digests = texts.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:6])
    slugs = frame["name"].map(lambda name: plain(name).lower().replace(" ", "-")[:_SLUG].strip("-") or "sin-nombre")
    return slugs + "-" + digests


_KEY = Fill("se forma con el nombre y el lugar", "made of name and place", keys)
_OPEN = {
    "location_basis": Fill(
        "given con coordenadas, none sin ellas", "given with coordinates, none without", _location_basis
    ),
}

FILLS: Mapping[str, Mapping[str, Fill]] = {
    "parks": {
        "kind": Fill(
            "según el nombre; industrial_park si no lo dice",
            "by the name; industrial_park where it does not say",
            _kind,
        ),
        "vintage_2018": Fill(
            "true si abrió en 2018 o antes; false: sin evidencia",
            "true where it opened by 2018; false: no evidence",
            _existed,
        ),
        "confidence": Fill("low: descansa en un solo archivo", "low: rests on one file", _constant("low")),
        "n_plants_basis": Fill(
            "0: el punto es el dado, no el de sus plantas", "0: the point is the given one, not its plants'",
            _constant("0"),
        ),
        "area_basis": Fill("reported donde hay superficie", "reported where there is an area", _area_basis),
        **_OPEN,
        "park_id": _KEY,
    },
    "auto_parts_plants": {
        "part_class": Fill("unclassified", "unclassified", _constant("unclassified")),
        "plant_id": _KEY,
    },
    "assembly_plants": {**_OPEN, "plant_id": _KEY},
    "establishments": {"plant_id": _KEY},
    "developers": {"developer_id": _KEY},
    "park_developers": {"basis": Fill("own_list", "own_list", _constant("own_list"))},
}  # fmt: skip
"""Layer -> column -> how it is filled, keys last; place, sources and points are filled for every layer."""

GEOGRAPHY = {
    "cvegeo": ("por municipio y estado, o por el punto", "by municipality and state, or by the point"),
    "cve_ent": ("por el municipio", "by the municipality"),
    "state": ("por el municipio", "by the municipality"),
    "municipality": ("por el municipio", "by the municipality"),
}
"""Column -> how it is filled, in Spanish and English, on layers of points."""

SOURCE = ("el archivo mismo", "the file itself")


def filled(frame: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, dict[str, tuple[str, list[int]]]]:
    """Fill what a layer needs and the file leaves blank.

    Parameters
    ----------
    frame
        Text, '' for blank.
    layer
        The layer.

    Returns
    -------
    tuple
        The filled table, and column -> (how, in English; numbers of the rows).
    """
    frame = frame.copy()
    said: dict[str, tuple[str, list[int]]] = {}
    for name, fill in FILLS.get(layer.name, {}).items():
        blank = frame[name] == ""
        if not blank.any():
            continue
        frame.loc[blank, name] = fill.values(frame)[blank]
        rows = frame.index[blank & (frame[name] != "")]
        if len(rows):
            said[name] = (fill.en, list(rows))
    return frame, said
