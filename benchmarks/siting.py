"""Where 20 new parks would reach most people of Mexico: the package against spopt, and the other models by size.

Demand and candidates are the 2,469 municipal seats of the shipped study with their people of 2020, no park existing.
spopt writes the same program through PuLP for the same solver; the two must cover the same people.

Run: python benchmarks/siting.py [--rounds N] [--seconds N] [--skip-spopt]
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from machine import describe

RESULTS = Path(__file__).resolve().parent / "results"
WITHIN_KM, NEW, STATE = 30.0, 20, "20"


def timed(call: Callable[[], Any], rounds: int) -> tuple[list[float], Any]:
    seconds, answer = [], None
    for _ in range(rounds):
        start = time.perf_counter()
        answer = call()
        seconds.append(round(time.perf_counter() - start, 2))
    return seconds, answer


def main() -> None:
    """Run and write the results."""
    from geo.geodesy import distance_km
    from geo.layers import read_layer
    from geo.metrics.siting import Costs, lscp, mclp, p_centre, p_median
    from geo.study import load_study

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--skip-spopt", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")

    towns = read_layer(load_study(), "municipalities")
    lon, lat = towns["seat_lon"].to_numpy(float), towns["seat_lat"].to_numpy(float)
    people = towns["pop_2020"].to_numpy(float)
    km = distance_km(lon[:, None], lat[:, None], lon, lat)
    near = Costs.from_matrix(np.where(km <= WITHIN_KM, km, np.inf))
    here = (towns["cve_ent"] == STATE).to_numpy()
    state, state_people = Costs.from_matrix(km[np.ix_(here, here)]), people[here]
    limit = {"seconds": arguments.seconds}

    rows = []

    def record(what: str, size: str, call: Callable[[], Any], rounds: int) -> None:
        seconds, found = timed(call, rounds)
        rows.append({"what": what, "size": size, "seconds": seconds, "objective": found.objective,
                     "gap": found.gap, "status": found.status})  # fmt: skip

    whole, part = f"{len(people):,} x {len(people):,}", f"{here.sum()} x {here.sum()}"
    record(f"most people, p = {NEW}", whole, lambda: mclp(near, people, within=WITHIN_KM, new=NEW), arguments.rounds)
    record("fewest for 90 %", whole, lambda: lscp(near, people, within=WITHIN_KM, share=0.9, **limit), 1)
    record("fewest for all", whole, lambda: lscp(near, people, within=WITHIN_KM, **limit), 1)
    record("fewest for all", part, lambda: lscp(state, state_people, within=WITHIN_KM, **limit), 1)
    record("least mean distance, p = 5", part, lambda: p_median(state, state_people, new=5, **limit), 1)
    record("least worst distance, p = 5", part, lambda: p_centre(state, state_people, new=5, **limit), 1)
    content = {"rows": rows, "seconds_limit": arguments.seconds, "machine": describe()}
    if not arguments.skip_spopt:
        content["spopt"] = against_spopt(km, people)
    text = content["machine"]["text"].removesuffix(".")
    content["machine"]["text"] = (
        f"{text}, highspy {version('highspy')}, spopt {version('spopt')}, PuLP {version('pulp')}."
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "siting.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (RESULTS / "siting.md").write_text(as_markdown(content), encoding="utf-8")
    print(as_markdown(content))


def against_spopt(km: np.ndarray, people: np.ndarray) -> dict[str, Any]:
    import pulp
    from spopt.locate import MCLP

    start = time.perf_counter()
    model = MCLP.from_cost_matrix(km, people, WITHIN_KM, p_facilities=NEW)
    built = time.perf_counter()
    solved = model.solve(pulp.HiGHS(msg=False))
    done = time.perf_counter()
    return {
        "build_seconds": round(built - start, 2),
        "solve_seconds": round(done - built, 2),
        "objective": pulp.value(solved.problem.objective),
    }


def as_markdown(content: dict[str, Any]) -> str:
    lines = [
        "# Siting",
        "",
        f"Municipal seats as demand (people of 2020) and as candidates, {WITHIN_KM:g} km, no park existing, one "
        f"thread; the solver stops after {content['seconds_limit']:g} s. All times have the building of the program "
        "in them.",
        "",
        "| question | demand x candidates | each round, s | objective | status | gap |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['what']} | {row['size']} | {', '.join(map(str, row['seconds']))} | {row['objective']:,.6g} | "
        f"{row['status']} | {row['gap']:.2%} |"
        for row in content["rows"]
    ]
    if "spopt" in content:
        spopt, ours = content["spopt"], content["rows"][0]
        same = "the same" if spopt["objective"] == ours["objective"] else "not the same"
        lines += [
            "",
            f"spopt's MCLP of the first row: {spopt['build_seconds']} s to build through PuLP and "
            f"{spopt['solve_seconds']} s to solve, {spopt['objective']:,.0f} people; ours covers "
            f"{ours['objective']:,.0f}, {same}.",
        ]
    return "\n".join([*lines, "", content["machine"]["text"], "", "Made by `python benchmarks/siting.py`.", ""])


if __name__ == "__main__":
    main()
