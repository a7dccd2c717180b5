"""One process of the fuzz campaign: many cases, each watched; it ends itself where one hangs.

``python fuzz_worker.py TARGET WAY FIRST COUNT SEED FOLDER`` writes one letter a case to FOLDER/log (v for a value, r
for a refusal, f for a finding), a finding's words to FOLDER/findings, and leaves the file of the last case.
"""

from __future__ import annotations

import faulthandler
import os
import random
import resource
import sys
import tempfile
import traceback
from pathlib import Path

from fuzz_targets import TARGETS, layers_read_once

#: A case may take this long, and the process may grow by this much.
MOST_SECONDS = 10
MOST_BYTES = 2 << 30


def main(name: str, way: str, first: int, count: int, seed: int, folder: Path) -> None:
    """Run cases of a target."""
    target = TARGETS[name]
    path = folder / f"case.{target.ending}"
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    hang = (folder / "hang").open("w")

    def case(content: bytes, rows: int | None) -> None:
        path.write_bytes(content)
        faulthandler.dump_traceback_later(MOST_SECONDS, exit=True, file=hang)
        try:
            letter = b"v" if target.read(path, rows) else b"r"
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            letter = b"f"
            _keep(folder, path, error)
        faulthandler.cancel_dump_traceback_later()
        os.write(log, letter)

    with tempfile.TemporaryDirectory() as made:
        wholes = target.seeds(Path(made))
    with layers_read_once():
        for content in wholes[:1]:  # what is read and compiled once is no part of a case
            path.write_bytes(content)
            target.read(path, None)
        _limit()
        if way == "spoilt":
            for number in range(first, first + count):
                rng = random.Random(f"{seed} {name} {number}")
                try:
                    content = target.spoil(rng.choice(wholes), rng)
                except UnicodeError:
                    content = b"x"
                case(content, None)
        elif way == "made":
            _made(target, first, count, seed, case)
        else:
            _guided(target, wholes, count, seed, case, folder)


def _limit() -> None:
    sizes = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    limit = int(sizes["VmSize"].split()[0]) * 1024 + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 30, 2 << 30))


def _made(target: object, first: int, count: int, seed: int, case: object) -> None:
    """Run the files that hypothesis makes."""
    import hypothesis

    @hypothesis.seed(seed * 1_000_003 + first)
    @hypothesis.settings(max_examples=count, deadline=None, database=None, phases=[hypothesis.Phase.generate],
                         suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
    @hypothesis.given(target.made)  # type: ignore[attr-defined]
    def every(made: object) -> None:
        case(*made)  # type: ignore[operator, misc]

    every()


def _guided(target: object, wholes: list[bytes], count: int, seed: int, case: object, folder: Path) -> None:
    """Let atheris choose, by which lines of the parser a case reaches."""
    import atheris

    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, content in enumerate(wholes):
        (corpus / str(number)).write_bytes(content)
    arguments = [sys.argv[0], str(corpus), f"-runs={count}", f"-seed={seed + 1}", "-max_len=4096", "-verbosity=0",
                 "-rss_limit_mb=0", "-print_final_stats=0"]  # fmt: skip
    atheris.Setup(arguments, lambda content: case(content, None))  # type: ignore[operator]
    atheris.Fuzz()


def _keep(folder: Path, path: Path, error: BaseException) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/geo/" in frame.filename or "fuzz_targets" in frame.filename]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours else "?"
    said = " ".join(str(error).split())[:300].encode("ascii", "backslashreplace").decode()
    key = f"{type(error).__name__} in {place}"
    known = (folder / "findings").read_text().splitlines() if (folder / "findings").exists() else []
    seen = sum(line.startswith(key) for line in known)
    with (folder / "findings").open("a") as file:
        file.write(f"{key}: {said}\n")
    if seen < 3:
        kept = folder / f"finding-{len(known)}-{path.name}"
        kept.write_bytes(path.read_bytes())
        kept.with_suffix(".trace").write_text("".join(traceback.format_exception(error)), errors="backslashreplace")


if __name__ == "__main__":
    name_, way_, first_, count_, seed_, folder_ = sys.argv[1:]
    if way_ == "guided":
        import atheris

        with atheris.instrument_imports(include=["geo"]):
            for loaded in [each for each in sys.modules if each == "geo" or each.startswith(("geo.", "fuzz_targets"))]:
                del sys.modules[loaded]
            from fuzz_targets import TARGETS, layers_read_once
    main(name_, way_, int(first_), int(count_), int(seed_), Path(folder_))
