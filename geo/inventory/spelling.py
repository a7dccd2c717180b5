"""How a register spells a park: names that read well, and spellings that tell how far to trust them."""

from __future__ import annotations

import re

from geo.inventory.names import expanded, plain
from geo.inventory.vocabulary import (
    ARTICLES,
    PHRASES,
)

_SMALL = frozenset({"de", "del", "la", "las", "el", "los", "y", "en"})
_KEEP_UPPER = re.compile(r"^(?:[IVX]+|[A-Z]\.?|FINSA|CIVAC|PIMSA|VYNMSA|STIVA|CPA|GP|WTC|OMA|CIMA|PTIQ|BAFAR)$")
_WRITTEN_OUT = {"FRACC": "Fraccionamiento", "IND": "Industrial", "CD": "Ciudad", "STA": "Santa", "PTE": "Poniente",
                "OTE": "Oriente", "NTE": "Norte", "PARQ": "Parque", "FRAC": "Fraccionamiento"}  # fmt: skip


def shown(text: str) -> str:
    """Return a text of a register as a name that reads well.

    Words are capitalised, abbreviations of the type are written out, a settlement's type before the park's, legal forms
    and stray signs are left out.

    Examples
    --------
    >>> shown("COLONIA PARQUE IND. EL MARQUÉS II")
    'Parque Industrial el Marqués II'
    """
    bare = re.sub(r"\bS\.? ?A\.?( ?P\.? ?I\.?)? DE C\.? ?V\b\.?", "", re.sub(r"[\x00-\x1f\x7f]+", " ", text))
    bare = re.sub(
        r"^(?:COL(?:ONIA|\.)|CIUDAD|FRACC(?:IONAMIENTO|\.))\s+(?=PARQUE|PARQ|P\.|CD|ZONA|FRACC|CORREDOR)", "", bare
    )
    bare = re.sub(r"^(?:P\. ?I\.|PI|P\. ?IND(?:USTRIAL|\.)|PAR?QU?E?\.? IND\.?)\s+", "PARQUE INDUSTRIAL ", bare)
    words = []
    for place, word in enumerate(bare.split()):
        stripped = word.strip(".,;")
        if stripped.upper() in _WRITTEN_OUT:
            words.append(_WRITTEN_OUT[stripped.upper()])
        elif place and stripped.lower() in _SMALL:
            words.append(stripped.lower())
        elif _KEEP_UPPER.match(stripped.upper()):
            words.append(stripped.upper())
        else:
            words.append(word.capitalize() if word.isupper() or word.islower() else word)
    return " ".join(words).strip(" .,;:-") or text.strip()


#: Words of an address: what follows the type is where a plant is, not what a park is called.
_ADDRESS = re.compile(r"\b(?:CARRETERA|KM|KILOMETRO|AUTOPISTA|RANCHERIA|LIBRAMIENTO|BOULEVARD|BLVD|CALLE|REF)\b")


def is_address(text: str) -> bool:
    """Say whether a text holds the words of an address (PARQUE INDUSTRIAL CARRETERA A SAHUARIPA)."""
    return _ADDRESS.search(" ".join(expanded(plain(text)))) is not None


def is_development(text: str) -> bool:
    """Say whether a text names a FRACCIONAMIENTO INDUSTRIAL: a development with a plan, not a stretch of town."""
    return "FRACCIONAMIENTO INDUSTRIAL" in " ".join(expanded(plain(text)))


def spelled_right(text: str) -> bool:
    """Say whether a text writes its type out without a slip (PARQUE INDUSTRIAL, not PARUQE IND)."""
    words = [word for word in plain(text).split() if word not in ARTICLES]
    return any(
        tuple(words[start : start + len(phrase)]) == phrase for start in range(len(words)) for phrase, _ in PHRASES
    )
