"""What the terminal says below a table of results."""

import pytest

from ftguide.cli.table import notes
from ftguide.suite.derive.analysis import report
from tests.suite.derive.builder import make_blocks, make_plan, stored_of

ARMS = ("gil-single", "ft-single")
TIMES = {"gil-single": [1e-6, 1.01e-6, 1e-6], "ft-single": [1.2e-6, 1.21e-6, 1.2e-6]}


@pytest.mark.parametrize(("slugs", "lines"), [(["nbody"], 0), (["nbody", "exceptions"], 1)])
def test_a_mean_is_told_where_there_is_more_than_one_row(slugs, lines):
    plans = [make_plan(slug, arms=ARMS) for slug in slugs]
    told = [*notes(report(stored_of(*((one, make_blocks(one, TIMES)) for one in plans))))]
    assert sum("geometric mean of 2 workloads" in line for line in told) == lines
    assert not [line for line in told if "of 1 workloads" in line]
