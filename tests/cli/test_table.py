"""What the terminal shows of results: no number is cut, and what is said below the table."""

import io

import pytest
from rich.console import Console

from ftguide.cli.table import notes, print_readings, print_report
from ftguide.suite.derive.analysis import report
from tests.suite.derive.builder import EVERY, make_blocks, make_plan, stored_of, wobble
from tests.suite.derive.mine import PRIVATE, own
from tests.suite.derive.test_reading import SHARED

ARMS = ("gil-single", "ft-single")
TIMES = {"gil-single": [1e-6, 1.01e-6, 1e-6], "ft-single": [1.2e-6, 1.21e-6, 1.2e-6]}


@pytest.mark.parametrize(("slugs", "lines"), [(["nbody"], 0), (["nbody", "exceptions"], 1)])
def test_a_mean_is_told_where_there_is_more_than_one_row(slugs, lines):
    plans = [make_plan(slug, arms=ARMS) for slug in slugs]
    told = [*notes(report(stored_of(*((one, make_blocks(one, TIMES)) for one in plans))))]
    assert sum("geometric mean of 2 workloads" in line for line in told) == lines
    assert not [line for line in told if "of 1 workloads" in line]


def shown(result, width, what=print_report):
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, emoji=False, soft_wrap=True)
    what(console, result)
    return out.getvalue()


def results():
    """Make a run of rows with long names, wide numbers and a failure of nothing."""
    arms = {arm: seconds for arm, seconds in EVERY.items() if not arm.endswith("-again")}
    rows = []
    for slug, size in (
        ("shared-dict-write-disjoint", 0.3),
        ("nbody", 0.002),
        ("counter-lock", 0.05),
    ):
        plan = make_plan(slug, list(arms), group="contention")
        times = {arm: wobble(seconds, 6, size, arm) for arm, seconds in arms.items()}
        rows.append((plan, make_blocks(plan, times)))
    return report(stored_of(*rows))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_number_is_ever_cut(width):
    text = shown(results(), width)
    table = text.partition("FT / GIL: time")[0]
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    assert max(map(len, table.splitlines())) <= width
    assert table.count("[") == table.count("]") >= 3  # every interval that begins ends
    assert "shared-dict-" in table


def test_columns_go_whole_and_the_least_important_first():
    headings = {
        width: [
            word
            for word in ("FT / GIL", "/ 1 GIL thread", "reads as", "of threads")
            if word in shown(results(), width).partition("FT / GIL: time")[0]
        ]
        for width in (80, 66, 50, 40)
    }
    assert headings[80] == ["FT / GIL", "/ 1 GIL thread", "reads as", "of threads"]
    assert headings[66] == ["FT / GIL", "/ 1 GIL thread", "reads as"]
    assert headings[50] == ["FT / GIL", "/ 1 GIL thread"]
    assert headings[40] == ["FT / GIL"]


def test_the_gain_of_two_threads_stands_beside_the_cost_of_one():
    (row,) = [line for line in shown(results(), 80).splitlines() if line.startswith("nbody")]
    single, speedup = row.split()[1:3]
    assert float(single) == pytest.approx(1.1, abs=0.01)
    assert float(speedup) == pytest.approx(2 * 1.00 / 1.25, abs=0.01)


def test_readings_are_printed_with_addresses(monkeypatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    monkeypatch.delenv("READTHEDOCS_CANONICAL_URL", raising=False)
    text = shown(own(SHARED), 80, print_readings)
    assert "code.py:work: something is shared\n2 threads did 1.0" in text
    assert "see _build/html/scaling.html#scaling-cause-1" in text
    assert "`nox -s docs` builds these pages" in text
    assert max(map(len, text.splitlines())) <= 80
    monkeypatch.setenv("SITE_URL", "https://example.org/guide")
    text = shown(own(SHARED), 80, print_readings)
    assert "see https://example.org/guide/scaling.html#scaling-cause-1" in text
    assert "nox -s docs" not in text


def test_a_row_whose_work_grows_says_so_in_the_table():
    text = shown(own(growth=2.0), 80)
    assert "work grows" in text
    assert "slower" not in text


def test_a_command_is_called_one():
    alone = {arm: PRIVATE[arm] for arm in ("gil-single", "ft-single")}
    text = shown(own(alone, observes=()), 80)
    assert "1 thread" not in text
    assert "(whole" in text
    assert "command)" in text


def test_a_busy_machine_is_said_once_below_the_table():
    text = shown(own(others=0.6), 80)
    assert text.count("This machine was busy: other programs used up to 60 %") == 1
    assert "This machine was busy" not in shown(own(), 80)


def test_own_functions_have_no_mean():
    made = own()
    assert not [line for line in notes(made) if "geometric mean" in line]


def test_only_own_code_is_read():
    assert shown(results(), 80, print_readings) == ""
