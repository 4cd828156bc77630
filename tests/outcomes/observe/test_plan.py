"""Presets: what they cover and what they take."""

from itertools import combinations, product

import pytest

from ftguide.outcomes.observe.plan import COVERING, EVERY, LEAST_SECONDS, PRESETS


def test_four_configurations_cover_every_pair_of_settings():
    fields = ("pinned", "short_switch", "warm")
    for one, other in combinations(fields, 2):
        met = {(getattr(c, one), getattr(c, other)) for c in COVERING}
        assert met == set(product((True, False), repeat=2))
    assert len(COVERING) == 4
    assert len(set(EVERY)) == 8


def test_the_default_takes_about_four_seconds():
    """So that some four hundred tests take half an hour on a pair."""
    assert 3.5 <= PRESETS["default"].test_seconds <= 4.5


@pytest.mark.parametrize("budget", [3.0, 7.0, 60.0])
@pytest.mark.parametrize("name", ["default", "stress"])
def test_a_budget_changes_how_long_processes_sample(name, budget):
    size = PRESETS[name].within(budget)
    assert size.seconds >= LEAST_SECONDS
    if size.seconds > LEAST_SECONDS:
        assert size.test_seconds == pytest.approx(budget)
