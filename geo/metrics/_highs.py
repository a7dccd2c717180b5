"""A mixed-integer program handed to HiGHS as sparse arrays, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geo.errors import ChoiceError

Floats = NDArray[np.float64]
Status = Literal["optimal", "time_limit", "infeasible"]


@dataclass(frozen=True)
class Program:
    """Columns between 0 and 1, rows between bounds.

    Attributes
    ----------
    cost
        What each column adds to the objective.
    rows
        Sparse matrix in row order, one row a condition.
    low, high
        Bounds of each row; infinite for none.
    whole
        Which columns are 0 or 1 and nothing between.
    maximise
        Whether more is better.
    """

    cost: Floats
    rows: Any
    low: Floats
    high: Floats
    whole: NDArray[np.bool_]
    maximise: bool = False


@dataclass(frozen=True)
class Outcome:
    """A solver's answer.

    Attributes
    ----------
    status
        ``optimal``: proven; ``time_limit``: the best found so far; ``infeasible``: no answer exists.
    values
        One for each column; empty where infeasible.
    bound
        No answer is better than this.
    """

    status: Status
    values: Floats
    bound: float


def solve(program: Program, *, seconds: float, start: Floats | None = None) -> Outcome:
    """Solve a program to proven optimality, or as far as the time allows.

    Parameters
    ----------
    program
        The program.
    seconds
        Longest that the solver may work.
    start
        An answer to begin from, one value a column.

    Raises
    ------
    geo.errors.ChoiceError
        If the time ends before any answer is found.
    RuntimeError
        If the solver stops for a reason of its own.

    Notes
    -----
    One thread and the solver's own fixed seed, so that the same program has the same answer.
    """
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802 - its name in highspy
            # The solver's banner goes to standard output from here, before any option could be set.
            self.silent()
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver = Quiet()  # type: ignore[no-untyped-call]
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)
    solver.setOptionValue("time_limit", max(float(seconds), 0.0))
    solver.passModel(_model(program))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start
        solver.setSolution(given)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Outcome("infeasible", np.empty(0), float("nan"))
    found = info.primal_solution_status == highspy.kSolutionStatusFeasible
    if status == highspy.HighsModelStatus.kOptimal:
        return Outcome("optimal", np.array(solver.getSolution().col_value), float(info.objective_function_value))
    if status == highspy.HighsModelStatus.kTimeLimit and found:
        return Outcome("time_limit", np.array(solver.getSolution().col_value), float(info.mip_dual_bound))
    if status == highspy.HighsModelStatus.kTimeLimit:
        raise ChoiceError(f"No answer was found in {seconds:g} s; give more time, fewer candidates or a shorter reach.")
    raise RuntimeError(f"HiGHS stopped without an answer: {solver.modelStatusToString(status)}.")


def _model(program: Program) -> Any:
    import highspy

    rows = program.rows.tocsr()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.cost.size, rows.shape[0]
    model.col_cost_ = program.cost
    model.col_lower_, model.col_upper_ = np.zeros(program.cost.size), np.ones(program.cost.size)
    model.row_lower_ = np.where(np.isneginf(program.low), -highspy.kHighsInf, program.low)
    model.row_upper_ = np.where(np.isposinf(program.high), highspy.kHighsInf, program.high)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    kinds = {True: highspy.HighsVarType.kInteger, False: highspy.HighsVarType.kContinuous}
    model.integrality_ = [kinds[bool(whole)] for whole in program.whole]
    model.sense_ = highspy.ObjSense.kMaximize if program.maximise else highspy.ObjSense.kMinimize
    return model
