"""The machine's language and encoding change no output and end no command."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo.cli import main
from geo.export.manifest import write_manifest

ROOT = Path(__file__).resolve().parents[2]

TILES = """
import sys
import geopandas as gpd
from pathlib import Path
from geo.export.pmtiles import write_pmtiles
point = gpd.GeoSeries.from_xy([-106.4], [31.7], crs="EPSG:4326").to_crs("EPSG:6372")
names = ["Ni\\u00f1os H\\u00e9roes \\u2013 \\u0141\\u00f3d\\u017a"]
parks = gpd.GeoDataFrame({"park_id": ["a"], "name": names}, geometry=point)
write_pmtiles({"parks": parks}, Path(sys.argv[1]), title="M\\u00e9xico")
"""

LETTERS = """
import sys
from geo.export.figures.look import Look
look = Look(lang="en")
with look.context():
    from matplotlib.figure import Figure
    figure = Figure(figsize=(3, 1))
    figure.text(0.1, 0.5, "simplificados, oficina, flujo", size=20)
    figure.savefig(sys.argv[1], format="png", metadata={"Software": None})
"""


def sha256(script: str, out: Path, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    subprocess.run(
        [sys.executable, "-c", script, str(out)], check=True, env=kept | {"PYTHONPATH": str(ROOT)} | environment
    )
    return hashlib.sha256(out.read_bytes()).hexdigest()


def test_names_in_tiles_are_utf_8_wherever_they_are_written(tmp_path: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    first = sha256(TILES, tmp_path / "a.pmtiles", LC_ALL="C.UTF-8")
    assert sha256(TILES, tmp_path / "b.pmtiles", **ascii_only) == first


def test_letters_of_a_figure_are_joined_by_its_language_not_by_the_machines(tmp_path: Path) -> None:
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/es_MX").exists():
        pytest.skip("es_MX.UTF-8 cannot be made here: Debian's package locales is missing")
    made = tmp_path / "es_MX.UTF-8"
    subprocess.run(["localedef", "-i", "es_MX", "-f", "UTF-8", str(made)], check=True, capture_output=True)
    first = sha256(LETTERS, tmp_path / "a.png", LC_ALL="C.UTF-8")
    assert sha256(LETTERS, tmp_path / "b.png", LC_ALL="es_MX.UTF-8", LOCPATH=str(tmp_path)) == first


@pytest.mark.parametrize("words", [("check", "--outputs", "no\u2013hay"), ("check", "--study", "no\u2013hay.toml")])
def test_a_letter_that_a_terminal_lacks_is_shown_by_its_number(words: tuple[str, ...]) -> None:
    """Latin-1 has no en dash."""
    shown = CliRunner(charset="iso-8859-1").invoke(main, list(words))
    assert isinstance(shown.exception, SystemExit), shown.exception
    assert "no\\u2013hay" in shown.output


def test_a_letter_that_a_terminal_lacks_does_not_end_a_command(tmp_path: Path) -> None:
    folder = tmp_path / "salidas\u2013nuevas"
    folder.mkdir()
    write_manifest(folder, {"versions": {"corredor": "0.1.0"}})
    shown = CliRunner(charset="iso-8859-1").invoke(main, ["check", "--outputs", str(folder)])
    assert shown.exit_code == 0, shown.exception
    assert "salidas\\u2013nuevas: 0 files, whole" in shown.output


@pytest.mark.parametrize("utf8", ["0", "1"])
def test_accents_in_a_path_without_utf_8_end_in_the_cure(tmp_path: Path, utf8: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    spoken = {"LC_ALL": "C", "PYTHONUTF8": utf8, "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "geo", "check", "--outputs", "Ca\u00f1\u00f3n"],
        cwd=tmp_path, env=kept | spoken, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert ("PYTHONUTF8=1" in done.stderr) == (utf8 == "0")
