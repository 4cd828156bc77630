"""How a process ended is read from what it printed last; the counts are put into words."""

import pytest

from ftguide.guide.declare.model import Ran, Runner
from ftguide.guide.derive import endings

TRACEBACK = 'Traceback (most recent call last):\n  File "it.py", line 1, in <module>\n    1 / 0\n    ~~^~~\n'


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("", None),
        ("lost 3 of 10\n", None),
        (f"{TRACEBACK}ZeroDivisionError: division by zero\n", "ZeroDivisionError"),
        (f"{TRACEBACK}KeyError\n", "KeyError"),
        (f"{TRACEBACK}AssertionError: 3\n", None),
        (f"{TRACEBACK}AssertionError\n", None),
        (f"{TRACEBACK}json.decoder.JSONDecodeError: no\n", "JSONDecodeError"),
        (f"{TRACEBACK}ValueError: of two\nlines\n", "ValueError"),
        (
            f"{TRACEBACK}KeyError: 1\n\nDuring handling of the above exception, another exception "
            f"occurred:\n\n{TRACEBACK}ValueError: 2\n",
            "ValueError",
        ),
        (f"Exception in thread Thread-1 (run):\n{TRACEBACK}ValueError: x\n", None),
        (
            f"Exception in thread Thread-1 (run):\n{TRACEBACK}KeyError: x\n{TRACEBACK}ValueError: x\n",
            "ValueError",
        ),
        (
            f"{TRACEBACK}ValueError: x\nException ignored in: <generator>\n{TRACEBACK}KeyError: x\n",
            "ValueError",
        ),
        (
            "  + Exception Group Traceback (most recent call last):\n  |   File x\n"
            "  | ExceptionGroup: several (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n"
            "    | ValueError: x\n    +------------------------------------\n",
            "ExceptionGroup",
        ),
    ],
)
def test_what_ended_a_script(printed, name):
    assert endings.raised(printed) == name


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("FAILED test_it.py::test_a - assert 1 == 2\n1 failed in 0.1s\n", None),
        ("FAILED test_it.py::test_a - AssertionError: 3\n", None),
        ("FAILED test_it.py::test_a - RuntimeError: changed size\n", "RuntimeError"),
        ("1 failed\n", None),
    ],
)
def test_what_failed_under_pytest(printed, name):
    assert endings.raised(printed, Runner.PYTEST) == name


def test_endings_are_counted_and_told_the_most_frequent_first():
    runs = [
        *[Ran(status=1, output="", raised="ValueError")] * 7,
        *[Ran(status=0, output="")] * 2,
        Ran(status=-11, output=""),
        *[Ran(status=1, output="")] * 2,
        Ran(status=None, output=""),
        Ran(status=-99, output=""),
    ]
    assert endings.words(endings.count(runs)) == (
        "7 ValueError, 2 passed, 2 wrong results, 1 SIGSEGV, 1 hang, 1 signal 99"
    )


def test_endings_that_are_as_frequent_come_by_name():
    runs = [Ran(status=1, output="", raised=name) for name in ("ValueError", "KeyError")]
    assert endings.count(runs) == (("KeyError", 1), ("ValueError", 1))
    assert endings.count(runs[::-1]) == endings.count(runs)
    assert endings.count([]) == ()
