"""Which tests a mutant of a module has to get past."""

from __future__ import annotations

UNIT, PROPERTIES, GOLDEN = "tests/unit/test_", "tests/properties/test_", "tests/golden/test_"
_CHECK = "test_a_metric_is_what_an_independent_computation_makes_it"


def _tests(module: str, *files: str, without: tuple[str, ...] = ()) -> list[str]:
    name = "geodesy" if module == "geodesy" else f"metrics.{module}"
    own = f"geo/{name.replace('.', '/')}.py"
    signatures = f"tests/numbers/test_signatures.py::test_any_argument_may_be_named_and_options_must_be[geo.{name}]"
    edges = "tests/numbers/test_edges.py"
    return [own, signatures, *files, edges, *(f"--deselect={name}" for name in without)]


def _numbers(file: str, *checks: str) -> tuple[str, ...]:
    """Name the differential tests of a module: 25 data sets each."""
    return tuple(f"tests/numbers/test_{file}_numbers.py::{_CHECK}[{check}]" for check in checks)


_PATTERNS = (f"{UNIT}patterns.py", f"{GOLDEN}patterns_golden.py")
# Tests of a whole study or of a new interpreter: seconds each, and nothing in them is about one module.
_LONG_PATTERNS = (
    f"{UNIT}patterns.py::test_importing_patterns_compiles_nothing",
    f"{UNIT}patterns.py::test_m_does_not_touch_its_input",
)
# The library answers a division by zero otherwise where it is not compiled.
_COMPILED_ONLY = (*_LONG_PATTERNS, f"{UNIT}patterns.py::test_m_without_anything_to_compare_is_missing")
_AUTO = (f"{UNIT}agglomeration.py", f"{GOLDEN}agglomeration_golden.py")
_LONG_AUTO = (
    f"{UNIT}agglomeration.py::test_permutation_p_is_that_of_all_arrangements",
    f"{GOLDEN}agglomeration_golden.py::test_permutations_of_saint_louis",
    f"{GOLDEN}agglomeration_golden.py::test_ellison_glaeser_is_zero_on_average_under_the_dartboard",
)
_SITING = (
    *_numbers("siting", "most_weight_covered", "fewest_that_cover", "least_cost_in_all_and_at_worst"),
    f"{UNIT}siting.py",
    f"{PROPERTIES}siting_properties.py::test_p_median_lengthens_its_program_until_it_is_exact",
)
# The questions of a whole study are not asked of the metrics alone.
_LONG_SITING = tuple(
    f"{UNIT}siting.py::test_{name}"
    for name in (
        "minutes_need_a_network_and_the_unreached_are_told",
        "a_state_gets_its_parks_and_the_figures_fit_the_coverage",
        "a_question_that_lacks_a_part_is_refused",
        "too_many_pairs_are_refused_before_memory_is",
        "candidates_of_a_file_are_given_their_municipality",
        "a_grid_lies_in_its_area_and_is_masked",
    )
)
_LONG_BORDER = ("test_points_over_mexico", "test_points_close_by", "test_many_rows_in_their_order")
_LONG_COVERAGE = (f"{UNIT}coverage.py::test_the_shipped_study_equals_brute_force",)
_GRADIENT = (f"{UNIT}gradient.py", f"{GOLDEN}gradient_golden.py")

_CONCENTRATION = (
    "herfindahl_and_its_inverse",
    "concentration_ratios",
    "gini_of_units",
    "gini_of_weighted_units",
    "theil_and_its_parts",
    "mean_log_deviations",
    "bounds_of_ownership",
)

#: What pytest is given for a mutant of each module.
TESTS: dict[str, list[str]] = {
    "geodesy": _tests(
        "geodesy",
        f"{GOLDEN}geodesy_golden.py",
        *_numbers("distance", "distances_of_pairs", "nearest_targets", "bands_of_pairs", "pairs_counts_and_sums"),
        f"{UNIT}geodesy.py",
        without=tuple(f"{UNIT}geodesy.py::TestBorder::{name}" for name in _LONG_BORDER),
    ),
    "_density_kernel": _tests(
        "_density_kernel",
        f"{UNIT}agglomeration.py::test_density_of_one_point_by_hand",
        *_numbers("distance", "densities"),
    ),
    "_duranton_overman": _tests(
        "_duranton_overman",
        *_numbers("pattern", "thickness_of_pairs", "envelopes_of_curves"),
        *_PATTERNS,
        without=_LONG_PATTERNS,
    ),
    "_highs": _tests("_highs", *_SITING, without=_LONG_SITING),
    "_join_counts": _tests(
        "_join_counts", *_numbers("pattern", "neighbours_of_one_type"), *_PATTERNS, without=_LONG_PATTERNS
    ),
    "_marcon_puech": _tests(
        "_marcon_puech",
        *_numbers("pattern", "more_of_its_own_kind", "envelopes_of_curves"),
        *_PATTERNS,
        without=_LONG_PATTERNS,
    ),
    "_nulls": _tests(
        "_nulls",
        *_numbers("pattern", "curves_outside_an_envelope", "more_of_its_own_kind"),
        *_PATTERNS,
        without=_LONG_PATTERNS,
    ),
    "_ownership_kernel": _tests(
        "_ownership_kernel", f"{UNIT}local_ownership.py", *_numbers("pattern", "owners_nearby")
    ),
    "_pairs": _tests(
        "_pairs", *_numbers("pattern", "more_of_its_own_kind", "thickness_of_pairs"), *_PATTERNS, without=_LONG_PATTERNS
    ),
    "_pattern_kernel": _tests(
        "_pattern_kernel",
        *_numbers("pattern", "ripley_in_a_window", "shares_around_each_point", "thickness_of_pairs"),
        *_PATTERNS,
        without=_COMPILED_ONLY,
    ),
    "_permutation_kernel": _tests(
        "_permutation_kernel",
        *_numbers("regression", "hot_and_cold_spots", "local_moran_of_units"),
        f"{UNIT}agglomeration.py",
        without=_LONG_AUTO[:1],
    ),
    "_points": _tests("_points", *_AUTO, without=_LONG_AUTO),
    "_ripley": _tests("_ripley", *_numbers("pattern", "ripley_in_a_window"), *_PATTERNS, without=_LONG_PATTERNS),
    "_siting_median": _tests("_siting_median", *_SITING, without=_LONG_SITING),
    "_siting_pairs": _tests("_siting_pairs", *_SITING, f"{UNIT}accessibility.py", without=_LONG_SITING),
    "_siting_question": _tests("_siting_question", *_SITING, without=_LONG_SITING),
    "_siting_swap": _tests("_siting_swap", *_SITING, without=_LONG_SITING),
    "_window": _tests("_window", *_numbers("pattern", "ripley_in_a_window"), *_PATTERNS, without=_LONG_PATTERNS),
    "accessibility": _tests("accessibility", f"{UNIT}accessibility.py", *_numbers("siting", "catchments_and_gravity")),
    "agglomeration": _tests(
        "agglomeration",
        *_numbers("concentration", "location_quotients", "index_of_ellison_and_glaeser"),
        *_AUTO,
        without=_LONG_AUTO,
    ),
    "areas": _tests("areas", f"{UNIT}areas.py", *_numbers("concentration", "tables_by_area")),
    "autocorrelation": _tests(
        "autocorrelation",
        *_numbers("regression", "hot_and_cold_spots", "local_moran_of_units"),
        *_AUTO,
        without=_LONG_AUTO,
    ),
    "clustering": _tests(
        "clustering", *_numbers("distance", "clusters_by_density"), f"{UNIT}agglomeration.py", without=_LONG_AUTO[:1]
    ),
    "concentration": _tests(
        "concentration",
        f"{UNIT}concentration.py",
        f"{GOLDEN}concentration_golden.py",
        f"{GOLDEN}inequality_golden.py",
        *(f"tests/numbers/test_concentration_numbers.py::{_CHECK}[{check}]" for check in _CONCENTRATION),
    ),
    "contrasts": _tests("contrasts", *_numbers("regression", "contrasts_by_rank", "correlations_of_ranks")),
    "coverage": _tests(
        "coverage",
        *_numbers("distance", "coverage_of_weight", "coverage_of_moved_places"),
        f"{UNIT}coverage.py",
        without=_LONG_COVERAGE,
    ),
    "density": _tests("density", *_numbers("distance", "densities"), f"{UNIT}agglomeration.py", without=_LONG_AUTO[:1]),
    "gradient": _tests("gradient", *_GRADIENT, *_numbers("regression", "errors_of_conley", "gradients_of_wages")),
    "inference": _tests("inference", *_numbers("regression", "false_discoveries")),
    "local_ownership": _tests("local_ownership", f"{UNIT}local_ownership.py", *_numbers("pattern", "owners_nearby")),
    "lorenz": _tests("lorenz", f"{UNIT}lorenz.py", *_numbers("concentration", "corners_of_the_lorenz_curve")),
    "potential": _tests(
        "potential",
        *_numbers("distance", "potentials", "accessible_weight"),
        f"{UNIT}agglomeration.py",
        without=_LONG_AUTO[:1],
    ),
    "proximity": _tests("proximity", f"{UNIT}proximity.py", *_numbers("distance", "shares_beside_a_line")),
    "siting": _tests("siting", *_SITING, without=_LONG_SITING),
    "spatial_models": _tests("spatial_models", *_numbers("regression", "models_of_space"), *_GRADIENT),
    "uncertainty": _tests(
        "uncertainty",
        f"{UNIT}uncertainty.py",
        *_numbers("distance", "moves_within_errors", "intervals_of_moved_points"),
    ),
    "wage_lines": _tests("wage_lines", f"{UNIT}lorenz.py", *_numbers("regression", "gradients_of_wages")),
}

#: Kernels: compiling each mutant takes longer than running it uncompiled.
WITHOUT_JIT = frozenset({"_density_kernel", "_ownership_kernel", "_pattern_kernel", "_permutation_kernel"})
