"""What no two runs share becomes a placeholder, and nothing else does."""

import pytest

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
    assert normalise("1 passed in 0.03s", places={}, runner="pytest") == "1 passed in <time>"
    assert normalise("Ran 2 tests in 0.003s", places={}, runner="unittest") == (
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
