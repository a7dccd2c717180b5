"""XML as QGIS reads it: documents, coordinate systems, colours, identifiers that never change."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from functools import cache
from xml.etree import ElementTree

from pyproj import CRS

from geo.geodesy import planar_crs

QGIS_VERSION = "3.22.0-Białowieża"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"

_NAMESPACE = uuid.UUID("6c6f7272-6564-6f72-0000-000000000000")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(root: ElementTree.Element) -> str:
    r"""Return an XML document of QGIS's; characters that XML cannot hold are left out.

    Examples
    --------
    >>> print(document(ElementTree.Element("qgis", name="a\x00<b>")))
    <!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
    <qgis name="a&lt;b&gt;" />
    """
    ElementTree.indent(root, " ")
    return DOCTYPE + _FORBIDDEN.sub("", ElementTree.tostring(root, "unicode"))


def parsed(text: str) -> ElementTree.Element:
    """Return the root of a document that ``document`` wrote."""
    return ElementTree.fromstring(text.removeprefix(DOCTYPE))  # noqa: S314 - our own text


def add(
    parent: ElementTree.Element, tag: str, text: str | None = None, attributes: Mapping[str, str] | None = None
) -> ElementTree.Element:
    """Append an element with its text and attributes, and return it."""
    element = ElementTree.SubElement(parent, tag, dict(attributes or {}))
    element.text = text
    return element


def shown(text: str) -> str:
    """Return words as QGIS shows them: legends and labels of a layout evaluate what stands between ``[%`` and ``%]``.

    Examples
    --------
    >>> shown("Parque [% env('HOME') %]")
    "Parque [ % env('HOME') %]"
    """
    return text.replace("[%", "[ %")


def quoted(text: str) -> str:
    """Return a text as a literal of QGIS's expressions.

    Examples
    --------
    >>> quoted("O'Donnell")
    "'O''Donnell'"
    """
    plain = text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n").replace("\t", "\\t")
    return f"'{plain}'"


def colour(fill: str | None, *, transparent: bool = False) -> str:
    """Return ``#rrggbb`` as red, green, blue and opacity; None is invisible.

    Examples
    --------
    >>> colour("#0072b2")
    '0,114,178,255'
    """
    if fill is None:
        return "255,255,255,0"
    channels = [str(int(fill[start : start + 2], 16)) for start in (1, 3, 5)]
    return ",".join([*channels, "0" if transparent else "255"])


def identifier(*names: str) -> str:
    """Return an identifier in braces, the same for the same names."""
    return "{" + str(uuid.uuid5(_NAMESPACE, "/".join(names))) + "}"


def crs_element() -> ElementTree.Element:
    """Return the outputs' coordinate system as QGIS writes it."""
    root = ElementTree.Element("spatialrefsys", nativeFormat="Wkt")
    wkt, name = _crs_words(planar_crs())
    add(root, "wkt", wkt)
    add(root, "srid", planar_crs().removeprefix("EPSG:"))
    add(root, "authid", planar_crs())
    add(root, "description", name)
    add(root, "geographicflag", "false")
    return root


@cache
def _crs_words(name: str) -> tuple[str, str]:
    crs = CRS(name)
    return crs.to_wkt("WKT2_2019"), crs.name
