"""What every siting model starts from, checked, and the answer that it ends with."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import ChoiceError
from geo.metrics._siting_pairs import Costs, best_open, exact_sum

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Model = Literal["lscp", "mclp", "p_median", "p_centre"]


@dataclass(frozen=True)
class Siting:
    """An answer: which candidates to open, and how good that is.

    Attributes
    ----------
    model
        Which question was asked.
    chosen
        Positions of the new facilities among the candidates, ascending; fixed ones are not among them.
    objective
        lscp: new facilities; mclp: weight covered, by fixed and new; p_median: weight times cost, summed; p_centre:
        the largest cost of a point with weight.
    bound
        No answer can be better than this; equal to the objective where the optimum is proven.
    status
        ``optimal`` (proven) or ``time_limit`` (the best found).
    nearest, cost
        For each demand point the open candidate (fixed or new) with the least cost and that cost; -1 and NaN where
        none is connected.
    covered_weight, covered_before, total_weight
        Weight within reach of fixed and new facilities, of the fixed ones alone, and in all; NaN for the first two
        where the model has no reach.
    seconds
        What the solver took.
    """

    model: Model
    chosen: Integers
    objective: float
    bound: float
    status: Literal["optimal", "time_limit"]
    nearest: Integers
    cost: Floats
    covered_weight: float
    covered_before: float
    total_weight: float
    seconds: float

    @property
    def gap(self) -> float:
        """How far the objective may be from the optimum, as a share of the objective; 0 is proven."""
        if self.objective == self.bound:
            return 0.0
        return abs(self.bound - self.objective) / abs(self.objective) if self.objective else float("inf")


class Question(NamedTuple):
    """What every model starts from, checked."""

    costs: Costs
    weights: Floats
    fixed: NDArray[np.bool_]
    seconds: float
    start: float

    def left(self) -> float:
        return self.seconds - (time.perf_counter() - self.start)


def question(costs: Costs, weights: ArrayLike, fixed: ArrayLike | None, seconds: float) -> Question:
    demand, candidates = costs.shape
    weight = np.asarray(weights, dtype=np.float64)
    standing = np.zeros(candidates, dtype=bool) if fixed is None else np.asarray(fixed, dtype=bool)
    if weight.shape != (demand,) or standing.shape != (candidates,):
        raise ValueError(
            f"{weight.size} weights and {standing.size} marks of fixed facilities came for costs of {demand} demand "
            f"points and {candidates} candidates; give one for each."
        )
    if not candidates or standing.all():
        raise ChoiceError("There is no candidate site to choose from; give a file, a grid or a longer list.")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ChoiceError("Weights of demand must be finite and not negative; correct them or leave those points out.")
    if not weight.any():
        raise ChoiceError("The demand has no people: every weight is 0. Give points with a weight above 0.")
    return Question(costs, weight, standing, seconds, time.perf_counter())


def require_new(new: int, fixed: NDArray[np.bool_]) -> None:
    free = int((~fixed).sum())
    if new < 1:
        raise ChoiceError(f"{new} new facilities were asked for; ask for 1 or more.")
    if new > free:
        raise ChoiceError(f"{new} new facilities were asked for out of {free} candidates; ask for at most {free}.")


def require_connected(asked: Question) -> None:
    alone = asked.weights > 0
    alone[asked.costs.demand] = False
    if alone.any():
        raise ChoiceError(
            f"{int(alone.sum())} demand points with {exact_sum(asked.weights[alone]):,.0f} are connected to no "
            "candidate; leave them out and say so, or give a network that reaches them."
        )


def still_open(reach: Any, asked: Question) -> tuple[Integers, Integers]:
    """Return the demand points with weight that no fixed facility reaches, and the candidates that may be opened."""
    served = reach @ asked.fixed.astype(np.int64) > 0
    return np.flatnonzero(~served & (asked.weights > 0)), np.flatnonzero(~asked.fixed)


def opened_with(asked: Question, chosen: Integers) -> NDArray[np.bool_]:
    opened = asked.fixed.copy()
    opened[chosen] = True
    return opened


def covered(reach: Any, asked: Question, chosen: Integers) -> float:
    return exact_sum(asked.weights[reach @ opened_with(asked, chosen).astype(np.int64) > 0])


def without_idle(reach: Any, asked: Question, picked: Integers) -> Integers:
    """Leave out the chosen that cover nothing which the others do not."""
    counted = np.flatnonzero(asked.weights > 0)
    times = reach[counted] @ opened_with(asked, picked).astype(np.int64)
    columns = reach[counted].tocsc()
    kept = []
    for site in picked[::-1]:
        served = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
        if (times[served] == 1).any():
            kept.append(site)
        else:
            times[served] -= 1
    return np.array(kept[::-1], dtype=np.int64)


def answer(model: Model, asked: Question, chosen: Integers, ends: tuple[float, float], *, within: Any = None) -> Siting:
    objective, bound = ends
    nearest, cost = best_open(asked.costs, opened_with(asked, chosen))
    none = np.empty(0, np.int64)
    return Siting(
        model=model,
        chosen=chosen,
        objective=float(objective),
        bound=float(bound),
        status="optimal" if objective == bound else "time_limit",
        nearest=nearest,
        cost=cost,
        covered_weight=float("nan") if within is None else covered(within, asked, chosen),
        covered_before=float("nan") if within is None else covered(within, asked, none),
        total_weight=exact_sum(asked.weights),
        seconds=time.perf_counter() - asked.start,
    )
