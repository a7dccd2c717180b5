"""The page of what the promises rest on has the counts that the campaigns wrote, and no other."""

from __future__ import annotations

import build_trust


def test_the_page_has_the_counts_of_the_results() -> None:
    """Run scripts/build_trust.py after a campaign."""
    text = build_trust.PAGE.read_text(encoding="utf-8")
    assert build_trust.page(text) == text
    assert len(build_trust.results()) > 20


def test_no_campaign_lost_a_case() -> None:
    for each in build_trust.results():
        if "killed" in each:
            assert each["killed"] >= 0.85 * each["cases"], each["name"]
            assert len(each["survivors"]) == each["survived"]
            assert all(survivor["reason"] for survivor in each["survivors"]), each["name"]
        else:
            assert (each["survived"], each["lost"]) == (each["cases"], 0), each["name"]
