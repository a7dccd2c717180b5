"""Figures for papers: maps and charts, each a function of the run's tables and a look."""
