"""Change the metrics a little, one place at a time, and see whether their tests notice.

The changes are those of cosmic-ray's operators. A process that has the libraries loaded forks for each mutant, in a
copy of the tree; the fork runs the tests that ``mutation_tests.TESTS`` names for the module and stops at the first
failure.

    python tests/numbers/mutation.py                       a sample of every module, to tests/results/mutation.json
    python tests/numbers/mutation.py --survivors           again, only those that survived
    python tests/numbers/mutation.py --module geodesy --most 0      every mutant of one module
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import importlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).resolve().parent))

from mutation_tests import TESTS, WITHOUT_JIT  # noqa: E402

RESULTS = ROOT / "tests" / "results" / "mutation.json"
# Why a survivor is no gap in the tests: by module and the line that the mutant left.
REASONS = json.loads((Path(__file__).parent / "mutation_reasons.json").read_text(encoding="utf-8"))
# A mutant that computes longer than this is in a loop without end: the slowest honest run takes less than half of it.
LONGEST_CPU_S = 8
# However busy the machine is.
LONGEST_S = 300.0
MEMORY = 6 << 30
# Loaded once before the forks; what is missing here is loaded by each fork that needs it.
WARM = (
    "numpy pandas scipy.stats scipy.sparse scipy.spatial scipy.optimize scipy.special scipy.ndimage scipy.linalg "
    "scipy.sparse.csgraph scipy.sparse.linalg shapely geopandas pyproj libpysal libpysal.graph numba "
    "numba.core.typed_passes pytest _pytest.doctest hypothesis hypothesis.strategies "
    "hypothesis.internal.conjecture.engine esda inequality.gini inequality.theil sklearn.cluster sklearn.neighbors "
    "spreg highspy pandera.pandas networkx geographiclib.geodesic spopt.locate access pulp matplotlib pytest_socket "
    "numpy.testing"
)
OPTIONS = ["-x", "-q", "--no-header", "--tb=line"]
OPTIONS += [f"-pno:{name}" for name in ("cacheprovider", "playwright", "unraisableexception", "threadexception")]
# The libraries are loaded before pytest could rewrite their assertions: they are not under test.
OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]


@dataclass(frozen=True)
class Mutant:
    """One change of one module: cosmic-ray's operator and the occurrence of what it changes."""

    module: str
    operator: str
    occurrence: int
    line: int
    column: int

    @property
    def key(self) -> str:
        return f"{self.module}:{self.operator}:{self.occurrence}"


def mutants(module: str, source: str) -> list[Mutant]:
    """Return every mutant of a module that could matter: annotations are never evaluated here."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast

    tree, dead = get_ast(source), _annotations(source)
    found = []
    for name in sorted(plugins.operator_names()):
        operator = plugins.get_operator(name)
        if operator.arguments():
            continue
        places = [place for node in ast_nodes(tree) for place in operator().mutation_positions(node)]
        for occurrence, (start, stop) in enumerate(places):
            if not any(begin <= start and stop <= end for begin, end in dead):
                found.append(Mutant(module, name, occurrence, *start))
    return found


def _annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    spans = []
    for node in ast.walk(ast.parse(source)):
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(part, ast.expr):
                spans.append(((part.lineno, part.col_offset), (part.end_lineno or 0, part.end_col_offset or 0)))
    return spans


def changed(source: str, mutant: Mutant) -> str | None:
    """Return the source with the change; none where the result is no Python or the same program."""
    from cosmic_ray import plugins
    from cosmic_ray.mutating import mutate_code

    operator = plugins.get_operator(mutant.operator)()
    text = mutate_code(source, operator, mutant.occurrence)
    if text is None:
        return None
    try:
        after = ast.dump(ast.parse(text))
    except SyntaxError:
        return None
    return None if after == ast.dump(ast.parse(source)) else text


def drawn(every: list[Mutant], source: str, most: int, seed: int) -> Iterator[tuple[Mutant, str]]:
    """Yield so many mutants at random (0: all), with their source."""
    order = list(every)
    random.Random(f"{seed} {every[0].module if every else ''}").shuffle(order)
    count = 0
    for mutant in order:
        if most and count == most:
            return
        text = changed(source, mutant)
        if text is not None:
            count += 1
            yield mutant, text


def run_tests(tree: Path, arguments: list[str], *, jit: bool, log: Path, honest: bool = False) -> tuple[str, float]:
    """Run tests in a fork and return what came of it: survived, killed, broken or endless."""
    start, used = time.monotonic(), sum(os.times()[2:4])
    child = os.fork()
    if child == 0:
        _in_the_fork(tree, arguments, jit=jit, log=log, honest=honest)
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        took = time.monotonic() - start
        if pid:
            break
        if took > LONGEST_S:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "endless", took
        time.sleep(0.01)
    took = sum(os.times()[2:4]) - used
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return "survived", took
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return "endless", took
    # 1: a test failed. Anything else: the module or its tests could not be loaded, or the process died.
    return ("killed" if code == 1 else "broken"), took


def _in_the_fork(tree: Path, arguments: list[str], *, jit: bool, log: Path, honest: bool) -> None:
    os.setpgid(0, 0)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_CPU_S, LONGEST_CPU_S + 5))
    os.chdir(tree)
    sys.path[:0] = [str(tree)]
    sys.dont_write_bytecode = not honest
    code = 3
    try:
        if not jit:
            import numba

            numba.config.DISABLE_JIT = True
        import pytest

        code = int(pytest.main([*OPTIONS, *arguments]))
    except BaseException:  # noqa: BLE001 - nothing may come back from the fork
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def warm() -> None:
    """Load the libraries, and keep hypothesis from depending on time or on what it has seen before."""
    for name in WARM.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=30,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")
    # What is loaded stays: a fork that collected it would copy all of its memory.
    gc.collect()
    gc.freeze()


def path_of(module: str) -> Path:
    return Path("geo/geodesy.py") if module == "geodesy" else Path(f"geo/metrics/{module}.py")


def copied(into: Path) -> Path:
    """Copy what the tests need."""
    tree = into / "tree"
    for name in ("geo", "tests", "data", "scripts", "examples", "benchmarks"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "results"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy2(ROOT / name, tree / name)
    return tree


def campaign(chosen: list[str], *, most: int, seed: int, only: set[str] | None, journal: Path, budget: float) -> None:
    """Run the mutants of the modules and write one line each to a journal."""
    done = {line["key"] for line in read(journal)}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, journal.open("a", encoding="utf-8") as out:
        tree, log = copied(Path(folder)), Path(folder) / "log"
        os.environ["NUMBA_CACHE_DIR"] = str(Path(folder) / "numba")
        for module in chosen:
            path, jit = tree / path_of(module), module not in WITHOUT_JIT
            source = path.read_text(encoding="utf-8")
            for _ in range(2):  # the first run compiles
                outcome, took = run_tests(tree, TESTS[module], jit=jit, log=log, honest=True)
            sys.stderr.write(f"{module}: the tests of the honest module {outcome} in {took:.1f} s of CPU\n")
            if outcome != "survived":
                sys.stderr.write(log.read_text(encoding="utf-8", errors="replace")[-3000:])
                sys.stderr.write(f"{module}: left out, its tests fail before anything is changed\n")
                continue
            everything = mutants(module, source)
            for place, (mutant, text) in enumerate(drawn(everything, source, most, seed)):
                if mutant.key in done or (only is not None and mutant.key not in only):
                    continue
                if time.monotonic() - began > budget:
                    return
                path.write_text(text, encoding="utf-8")
                # No compiled file of the honest module may pass for this one's.
                os.utime(path, (1_000_000_000 + 10 * place, 1_000_000_000 + 10 * place))
                outcome, took = run_tests(tree, TESTS[module], jit=jit, log=log)
                path.write_text(source, encoding="utf-8")
                last = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
                row = {
                    "key": mutant.key,
                    "line": mutant.line,
                    "outcome": outcome,
                    "seconds": round(took, 2),
                    "change": _difference(source, text),
                    "of": len(everything),
                    "by": next((word for word in last.split("\n") if word.startswith(("FAILED", "ERROR"))), "")[:160],
                }
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                out.flush()


def _difference(before: str, after: str) -> list[str]:
    import difflib

    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")][:6]


def read(journal: Path) -> list[dict[str, Any]]:
    """Return the newest line of each mutant."""
    rows: dict[str, dict[str, Any]] = {}
    if journal.exists():
        for line in journal.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows[row["key"]] = row
    return list(rows.values())


def reason(row: dict[str, Any]) -> str:
    """Return why a survivor is no gap: by the line that it left, which stands while the code around it moves."""
    module = row["key"].split(":")[0]
    left = " ".join(line[1:].strip() for line in row["change"] if line.startswith("+"))
    return REASONS.get(f"{module}: {left}", "not explained")


def wilson(killed: float, of: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    z = 1.959963984540054
    share, spread = killed / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * ((share * (1 - share) + spread / 4) / of) ** 0.5 / (1 + spread)
    return middle - half, middle + half


def summary(rows: list[dict[str, Any]], *, seed: int, command: str) -> dict[str, Any]:
    """Return counts by module, the share killed with its interval, and the survivors with a reason each."""
    modules: dict[str, dict[str, Any]] = {}
    for row in rows:
        of = modules.setdefault(
            row["key"].split(":")[0],
            {"mutants": row["of"], "tried": 0, "killed": 0, "broken": 0, "endless": 0, "survived": 0, "seconds": 0.0},
        )
        of["tried"] += 1
        of[row["outcome"]] += 1
        of["seconds"] = round(of["seconds"] + row["seconds"], 1)
    noticed = {name: of["tried"] - of["survived"] for name, of in modules.items()}
    for name, of in modules.items():
        of["share_killed"] = round(noticed[name] / of["tried"], 4)
    tried, killed = sum(of["tried"] for of in modules.values()), sum(noticed.values())
    total = sum(of["mutants"] for of in modules.values())
    weighted = sum(of["mutants"] * of["share_killed"] for of in modules.values()) / total if total else 0.0
    low, high = wilson(killed, tried)
    return {
        "name": "mutation",
        "tool": "cosmic-ray operators",
        "command": command,
        "seed": seed,
        "mutants": total,
        "cases": tried,
        "killed": killed,
        "survived": tried - killed,
        "share_killed": round(killed / tried, 4),
        "interval_95": [round(low, 4), round(high, 4)],
        "share_killed_weighted_by_module": round(weighted, 4),
        "seconds": round(sum(of["seconds"] for of in modules.values()), 1),
        "modules": dict(sorted(modules.items())),
        "survivors": [
            {
                "mutant": row["key"],
                "line": row["line"],
                "change": row["change"],
                "reason": reason(row),
            }
            for row in sorted(rows, key=lambda row: row["key"])
            if row["outcome"] == "survived"
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", action="append", choices=sorted(TESTS), help="only this one; may be repeated")
    parser.add_argument("--most", type=int, default=16, help="mutants of a module at the most; 0 for all")
    parser.add_argument("--seed", type=int, default=20180)
    parser.add_argument("--survivors", action="store_true", help="only those that survived before")
    parser.add_argument("--budget", type=float, default=7200.0, help="seconds after which no mutant is begun")
    parser.add_argument("--journal", type=Path, default=ROOT / "tests" / "results" / "mutation.jsonl")
    options = parser.parse_args()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"
    options.journal.parent.mkdir(parents=True, exist_ok=True)
    only = None
    if options.survivors:
        rows = read(options.journal)
        again = set(options.module or TESTS)
        only = {row["key"] for row in rows if row["outcome"] == "survived" and row["key"].split(":")[0] in again}
        kept = [row for row in rows if row["key"] not in only]
        options.journal.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), encoding="utf-8"
        )
    warm()
    campaign(
        options.module or sorted(TESTS),
        most=options.most,
        seed=options.seed,
        only=only,
        journal=options.journal,
        budget=options.budget,
    )
    told = summary(read(options.journal), seed=options.seed, command="make mutants")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stderr.write(f"{told['killed']} of {told['cases']} killed: {told['share_killed']:.1%} {told['interval_95']}\n")


if __name__ == "__main__":
    main()
