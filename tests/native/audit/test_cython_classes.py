"""Classes of Python inside a Cython source: what their methods do in two steps is told as well."""

import pytest

from ftguide.native.audit.rules import Weight

LOOK, QUIET = [Weight.LOOK], []
CLASS = "class Ring:\n    def __init__(self):\n        self.items = []\n\n"

METHODS = {
    "asked-then-changed": "    def f(self):\n        if self.items:\n            return self.items.pop()\n",
    "early-mark": (
        "    def f(self):\n        if self.ready: return\n"
        "        self.ready = True\n        self.table = make()\n"
    ),
    "iterator-position": (
        "    def __next__(self):\n        self.at += 1\n        return self.items[self.at]\n"
    ),
    "lazy-field": "    def f(self):\n        if self.table is None:\n            self.table = make()\n",
}


@pytest.mark.parametrize("rule", METHODS)
def test_a_class_of_python(weighed, rule):
    assert weighed("a.pyx", CLASS + METHODS[rule], rule) == LOOK
    assert (
        weighed("b.pyx", METHODS[rule].replace("    def", "def").replace("__next__", "f"), rule)
        == QUIET
    )


@pytest.mark.parametrize("rule", METHODS)
def test_with_a_lock(weighed, rule):
    head, _, body = METHODS[rule].partition("\n")
    held = "        with self.lock:\n" + "".join(f"    {line}\n" for line in body.splitlines())
    assert weighed("a.pyx", f"{CLASS}{head}\n{held}", rule) == QUIET
