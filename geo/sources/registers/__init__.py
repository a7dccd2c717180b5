"""Establishment registers read into one common table, part by part."""

from __future__ import annotations

from geo.sources.registers.common import REGISTER_COLUMNS, MunicipalityIndex, RegisterPart

__all__ = ["REGISTER_COLUMNS", "MunicipalityIndex", "RegisterPart"]
