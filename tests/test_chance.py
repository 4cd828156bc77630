"""The helper of tests that look for what only chance shows."""

import pytest

from tests.chance import seen


def test_it_ends_with_the_first_result_that_is_wanted():
    results = iter([3, 1, 4, 1, 5])
    assert seen(lambda: next(results), lambda value: value == 4) == 4
    assert next(results) == 1


def test_it_gives_up_and_shows_what_it_got():
    results = iter([3, 1, 4, 1, 5])
    with pytest.raises(AssertionError, match=r"not seen in 3 trials.*\[3, 1, 4\]"):
        seen(lambda: next(results), lambda value: value == 9, within=0)
