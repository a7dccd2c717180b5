"""Inventories of parks derived from establishment registers."""
