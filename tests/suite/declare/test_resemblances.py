"""What the text of a reader's code looks like, without running it."""

import pytest

from ftguide.suite.declare.resemblances import found
from tests.suite.mine_shapes import SHAPES, shape


@pytest.mark.parametrize(("name", "kinds"), SHAPES.items())
def test_the_shapes_of_public_reports_are_recognised(name, kinds):
    assert {one.kind for one in found(shape(name).read_bytes(), "work")} == kinds


def seen(text, function="f"):
    return [(one.kind, one.name, one.line) for one in found(text.encode(), function)]


def test_calls_within_the_file_are_followed_and_others_are_not():
    text = """
import threading
lock = threading.Lock()
other = threading.Lock()

class Box:
    def put(self):
        with lock:
            pass

def g():
    Box().put()

def f():
    g()

def unused():
    with other:
        pass
"""
    assert seen(text) == [("lock", "lock", 8)]
    assert {name for _, name, _ in seen(text, None)} == {"lock", "other"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "import random\ndef f():\n    return random.choice([1])\n",
            [("random", "random.choice", 3)],
        ),
        (
            "from random import choice\ndef f():\n    return choice([1])\n",
            [("random", "random.choice", 3)],
        ),
        ("import random\ndef f():\n    return random.Random(1)\n", []),
        ("def f():\n    random = {}\n    return random.get(1)\n", []),
        ("D = {}\ndef f():\n    D[1] = 2\n", [("written-dict", "D", 3)]),
        ("D = {}\ndef f(D):\n    D[1] = 2\n", []),
        ("D = {}\ndef f():\n    D = {}\n    D[1] = 2\n", []),
        ("L = [1]\ndef f():\n    L.append(2)\n", [("written-list", "L", 3)]),
        ("N = 0\ndef f():\n    global N\n    N += 1\n", [("rebound-global", "N", 3)]),
        (
            "class S:\n    x = 1\nS1 = S()\ndef f():\n    return S1.x\n",
            [("instance", "S1.x", 5)],
        ),
        (
            "from logging import getLogger\nL = getLogger()\ndef f():\n    L.info('x')\n",
            [("logging", "L", 4)],
        ),
        ("def f(:\n", []),
        ("\0", []),
        ("", []),
    ],
)
def test_names_are_what_the_module_says_they_are(text, expected):
    assert seen(text) == expected
