"""What no two runs share becomes a placeholder, and nothing else does."""

import pytest

from ftguide.guide.declare.model import Runner
from ftguide.guide.derive.normalise import matches, normalise

PLACES = {"/place/s-1/work": "", "/opt/py/lib/python3.14": "<stdlib>", "/opt/py": "<prefix>"}


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ('  File "/place/s-1/work/a.py", line 1', '  File "a.py", line 1'),
        ("/place/s-1/work", "."),
        ("/opt/py/lib/python3.14/threading.py", "<stdlib>/threading.py"),
        ("/opt/py/bin/x", "<prefix>/bin/x"),
        ("<object object at 0x7f00deadbeef>", "<object object at 0x…>"),
        ("0xff", "0xff"),
        (
            "Python 3.14.7 free-threading build (main, Nov 23 2026, 02:31:41) [GCC 12.2.0]",
            "Python 3.14.7 free-threading build (main, <date>) [<compiler>]",
        ),
        (
            "3.14.7 (v3.14.7:abc, Nov  3 2026, 02:31:41) [Clang 16]",
            "3.14.7 (v3.14.7:abc, <date>) [<compiler>]",
        ),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\n\na  \n\n\nb\n\n", "a\n\n\nb"),
        ("a\r\nb", "a\nb"),
        ("2.5 s", "2.5 s"),
    ],
)
def test_built_in_rules(printed, shown):
    assert normalise(printed, places=PLACES) == shown


def test_times_of_test_runners():
    assert normalise("1 passed in 0.03s", places={}, runner=Runner.PYTEST) == "1 passed in <time>"
    assert normalise("Ran 2 tests in 0.003s", places={}, runner=Runner.UNITTEST) == (
        "Ran 2 tests in <time>"
    )
    assert normalise("1 passed in 0.03s", places={}) == "1 passed in 0.03s"


def test_patterns_of_a_snippet():
    assert normalise("took 1.25 s", places={}, varies=r"\d+\.\d+") == "took <...> s"
    pattern = r"(?P<lost>\d+) of (?P<total>\d+)|x(?P<id>\d)"
    assert normalise("12 of 3400, x7", places={}, varies=pattern) == "<lost> of <total>, x<id>"


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ("a", "a", True),
        ("a", "a\nb", False),
        ("a <...> b", "a 1 2 b", True),
        ("a <...> b", "a 1\n2 b", False),
        ("<...>\nend", "x\ny\nend", True),
        ("start\n<...>\nend", "start\nend", True),
        ("start\n<...>", "start\nx\ny", True),
        ("start\n<...>", "begin\nx", False),
        ("a.c <...>", "abc x", False),
    ],
)
def test_placeholders_match(expected, actual, fits):
    assert matches(expected, actual) is fits


def test_the_longest_place_is_replaced_first_in_whatever_order_places_come():
    places = {"/opt/py": "<the whole prefix>", "/opt/py/lib": "<a>", "/opt/py/lib/b": ""}
    text = "/opt/py/lib/b/x /opt/py/lib/b /opt/py/lib/x /opt/py/x"
    for order in (places, dict(reversed(places.items()))):
        assert normalise(text, places=order) == "x . <a>/x <the whole prefix>/x"


def test_times_of_long_runs_are_placeholders_as_well():
    printed = "== 3 failed, 1 passed in 75.03s (0:01:15) =="
    assert (
        normalise(printed, places={}, runner=Runner.PYTEST) == "== 3 failed, 1 passed in <time> =="
    )
    assert normalise("a\nRan 1 test in 0.003s\n\nOK", places={}, runner=Runner.UNITTEST) == (
        "a\nRan 1 test in <time>\n\nOK"
    )
    assert normalise("Ran 1 test in 0.003s", places={}) == "Ran 1 test in 0.003s"


def test_several_groups_of_a_pattern_are_replaced_where_they_stand():
    pattern = r"lost (?P<lost>\d+)(?: of (?P<total>\d+))?"
    assert (
        normalise("a lost 12 of 3400 b", places={}, varies=pattern) == "a lost <lost> of <total> b"
    )
    assert (
        normalise("a lost 12 b\nlost 7", places={}, varies=pattern)
        == "a lost <lost> b\nlost <lost>"
    )
    assert normalise("a\n12\nb", places={}, varies=r"^\d+$") == "a\n<...>\nb"


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ("<...>", "", True),
        ("<...>", "a\nb", True),
        ("a\n  <...>\nb", "a\nx\ny\nb", True),
        ("a\n<...>\nb", "a\nx", False),
        ("a <...>", "a ", True),
        ("<...> <...>", "a b", True),
        ("<...> <...>", "ab", False),
        ("x\na <...>", "xa 1", False),
        ("a+ <...>", "aa 1", False),
    ],
)
def test_a_placeholder_alone_on_a_line_stands_for_lines_and_another_for_a_part_of_one(
    expected, actual, fits
):
    assert matches(expected, actual) is fits
