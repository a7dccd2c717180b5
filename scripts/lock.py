"""Lock the versions: constraints.txt names them, requirements/*.txt hold the hashes of all their files.

Run it by `make lock` after a change of the dependencies in pyproject.toml. Versions that still fit stay as they are;
`--upgrade` takes the newest. The locks serve every platform and every Python that pyproject.toml allows: where one
needs another version or package, the line has a marker. Where packages come from is the machine's own configuration:
the files name no address.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
FOLDER = ROOT / "requirements"

#: Each lock: the lock that it goes on from, and the extras of pyproject.toml that it adds.
LOCKS: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "run": (None, ()),
    "test": ("run", ("test", "shapes", "postgis", "scale")),
    "lint": ("test", ("lint",)),
    "bench": ("test", ("bench",)),
    "campaign": ("test", ("campaign",)),
    "audit": ("run", ("audit",)),
}

HEAD = (
    "# Written by scripts/lock.py (make lock), never edited. "
    "No addresses here: pip's own configuration says where from.\n"
)


def extras_of(name: str | None) -> tuple[str, ...]:
    """Return the extras of a lock and of all that it goes on from."""
    if name is None:
        return ()
    base, extras = LOCKS[name]
    return (*extras_of(base), *extras)


def blocks(text: str) -> list[str]:
    """Return the requirements of a lock, each with its lines of hashes."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if line[0].isspace() and found:
            found[-1] += line
        elif not line.startswith(("#", "-")):
            found.append(line)
    return found


def compile_lock(target: Path, extras: tuple[str, ...], *options: str) -> str:
    """Return the locked requirements of the project with some extras, and of what builds it.

    Parameters
    ----------
    target
        File to write; where it is there, its versions stay as long as they fit.
    extras
        Extras of pyproject.toml.
    options
        More options of ``uv pip compile``.

    Returns
    -------
    str
        Lines of a requirements file.

    Raises
    ------
    SystemExit
        In the words of uv, if no versions fit together or the packages cannot be reached.
    """
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = target.with_suffix(".build.in")
    build.write_text("\n".join(about["build-system"]["requires"]) + "\n", encoding="utf-8")
    named = [word for extra in extras for word in ("--extra", extra)]
    made = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--no-header", "--no-annotate",
         "--python-version", about["project"]["requires-python"].removeprefix(">="), *named, *options,
         "--output-file", str(target), "pyproject.toml", str(build)],
        cwd=ROOT, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if made.returncode:
        raise SystemExit(made.stderr)
    return target.read_text(encoding="utf-8")


def locked(*, upgrade: bool = False) -> dict[Path, str]:
    """Return every file of versions with its text.

    Parameters
    ----------
    upgrade
        Take the newest versions that fit, rather than those of constraints.txt.
    """
    everything = tuple(sorted({extra for name in LOCKS for extra in extras_of(name)}))
    with TemporaryDirectory() as folder:
        versions = Path(folder) / "constraints.txt"
        if not upgrade:
            versions.write_bytes(CONSTRAINTS.read_bytes())
        files = {CONSTRAINTS: HEAD + compile_lock(versions, everything)}
        full: dict[str | None, list[str]] = {None: []}
        for name, (base, _) in LOCKS.items():
            lock = Path(folder) / f"{name}.txt"
            fixed = ("--generate-hashes", "--constraint", str(versions))
            full[name] = blocks(compile_lock(lock, extras_of(name), *fixed))
            start = HEAD if base is None else f"{HEAD}-r {base}.txt\n"
            files[FOLDER / lock.name] = start + "".join(block for block in full[name] if block not in full[base])
    return files


def main() -> None:
    """Write constraints.txt and the locks; none is touched before all could be made."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    files = locked(upgrade=options.parse_args().upgrade)
    FOLDER.mkdir(exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
