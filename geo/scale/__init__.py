"""Joins and metrics over partitions of a register that is too large for one table, on this machine or on Dask."""
