"""How far is near: a distance or a time with its unit, in the words that a figure needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from geo.errors import ChoiceError

_WITHIN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(km|min|h)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Within:
    """A reach, its edge included.

    Parameters
    ----------
    amount
        How much, above 0.
    unit
        km or min.
    road
        Whether km are along the roads; minutes always are.
    """

    amount: float
    unit: Literal["km", "min"]
    road: bool = False

    @property
    def by_road(self) -> bool:
        """Whether a network of roads is needed."""
        return self.road or self.unit == "min"

    @property
    def rule(self) -> dict[str, str]:
        """The rule of the edge in words, ``es`` and ``en``."""
        amount = f"{self.amount:g}"
        if self.unit == "min":
            return {
                "es": f"Cubierto: llega al parque en {amount} minutos o menos por carretera; {amount} minutos exactos "
                "cuentan.",
                "en": f"Covered: reaches a park in {amount} minutes or less by road; exactly {amount} minutes counts.",
            }
        es, en = ("por carretera", "by road") if self.road else ("en línea recta geodésica", "along the geodesic")
        return {
            "es": f"Cubierto: a {amount} km o menos de un parque, {es}; {amount} km exactos cuentan.",
            "en": f"Covered: {amount} km or less from a park, {en}; exactly {amount} km counts.",
        }

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}"


def parse_within(text: str, *, road: bool = False) -> Within:
    """Return a reach from text such as ``30km``, ``45min`` or ``1.5h``.

    Raises
    ------
    geo.errors.ChoiceError
        If the unit or the number is missing or not above 0.

    Examples
    --------
    >>> parse_within("45 min")
    Within(amount=45.0, unit='min', road=False)
    """
    found = _WITHIN.fullmatch(text)
    if found is None:
        raise ChoiceError(f"--within {text}: give a number with its unit, such as 30km, 45min or 1.5h.")
    amount, unit = float(found[1]), found[2].lower()
    if not amount > 0:
        raise ChoiceError(f"--within {text}: give a distance or a time above 0.")
    if unit == "km":
        return Within(amount, "km", road)
    return Within(amount * 60 if unit == "h" else amount, "min")
