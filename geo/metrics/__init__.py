"""Metrics: pure functions from tables to an index-aligned column or a small table."""
