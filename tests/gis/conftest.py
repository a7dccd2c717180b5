"""QGIS's Python is the system's: the script it runs is no module of these tests."""

collect_ignore = ["inspect_qgis.py"]
