"""QGIS's Python is the system's: the scripts it runs are no modules of these tests."""

collect_ignore_glob = ["inspect_*.py"]
