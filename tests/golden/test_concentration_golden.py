"""Published and independently computed values of concentration indices.

Sources: REAT documentation (sales of four firms; location quotient of Göttingen), EconGeo documentation (5 x 5
matrix), US Department of Justice (four firms of 30, 30, 20 and 20 percent), Cypher & Crossa 2023 (parks of the four
largest developers).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.metrics.agglomeration import location_quotient
from geo.metrics.concentration import concentration_ratio, effective_number, herfindahl, ownership_bounds


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([30, 30, 20, 20], 2600),
        ([40, 30, 20, 10], 3000),
        ([25, 20, 15, 10, 9, 8, 7, 6], 1580),
        ([10, 9, 12, 15, 12, 11, 15, 16], 1296),
    ],
)
def test_herfindahl_of_merger_guideline_examples(shares: list[float], expected: float) -> None:
    assert herfindahl(shares) * 10_000 == pytest.approx(expected, abs=1e-9)


def test_herfindahl_of_reat_sales() -> None:
    sales = [20, 50, 20, 10]
    assert herfindahl(sales) == pytest.approx(0.34, abs=1e-12)
    assert herfindahl(sales, normalized=True) == pytest.approx(0.12, abs=1e-12)
    assert effective_number(sales) == pytest.approx(2.941176, abs=1e-6)


def test_bounds_of_the_papers_four_developers() -> None:
    """25, 23, 15 and 14 of 564 parks: at least with all others single, at most with no other above 14."""
    named = [25, 23, 15, 14]
    assert concentration_ratio(named + [1] * (564 - 77), 4) * 100 == pytest.approx(13.6525, abs=1e-4)
    assert herfindahl(named + [1] * (564 - 77)) * 10_000 == pytest.approx(64.8232, abs=1e-4)
    assert herfindahl(named + [14] * 34 + [11]) * 10_000 == pytest.approx(262.8137, abs=1e-4)


def test_bounds_with_unknown_owners_by_hand() -> None:
    """Owners a 2, b 1, three unknown of 1 each, of 6: (4+1+3)/36 ... (4+1+9)/36."""
    bounds = ownership_bounds([1, 1, 1, 1, 1, 1], ["a", "a", "b", None, None, None], index=herfindahl)
    assert bounds == pytest.approx((8 / 36, 14 / 36))


def test_auto_parts_output_of_2024() -> None:
    """INA via Vanguardia: ten states' shares of auto-parts output."""
    shares = [14.8, 13.8, 12.8, 8.7, 7.9, 7.1, 6.6, 6.3, 4.4, 4.2]
    assert sum(shares[:4]) == pytest.approx(50.1)
    assert sum(shares) == pytest.approx(86.6)
    listed = float(np.sum(np.square(shares)))
    assert listed == pytest.approx(882.08, abs=0.1)
    rest = 100 - sum(shares)  # 13.4 % in other states, none above the smallest listed: at most three of 4.2, one of 0.8
    assert herfindahl([*shares, *[rest / 10_000] * 10_000]) * 10_000 == pytest.approx(882.1, abs=0.1)
    assert herfindahl([*shares, 4.2, 4.2, 4.2, rest - 12.6]) * 10_000 == pytest.approx(935.7, abs=0.1)


def test_location_quotient_of_reat_and_econgeo() -> None:
    one = location_quotient(pd.Series([1714]), pd.Series([79006]), national=879213, national_total=15593224)
    assert one.iloc[0] == pytest.approx(0.3847623, abs=1e-7)
