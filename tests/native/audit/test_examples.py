"""The audit on our own examples: it finds what was planted, and says nothing after the port."""

from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from ftguide.native.audit.rules import RULES
from ftguide.native.audit.scan import audit

EXAMPLES = ROOT / "examples"

STATICS = {"static-state", "static-object"}
C_API = {*STATICS, "lazy-type", "borrowed-reference", "dict-next"}
#: What was planted in each `before` that a reader of lines can see; the pages say what it cannot.
PLANTED = {
    "sanitizer": {"static-state", "borrowed-reference", "refcount-test", "undeclared-slot"},
    "capi": {*C_API, "refcount-test", "late-setgil", "undeclared-slot"},
    "capi-single": {*C_API, "undeclared-single-phase"},
    "capi-abi3t": C_API,
    "cffi": {"static-state"},
    "cython": {*STATICS, "undeclared-cython"},
    "f2py": {"static-state", "undeclared-f2py"},
    "nanobind": {*STATICS, "undeclared-nanobind"},
    "pybind11": {*STATICS, "undeclared-pybind11"},
    "pyo3": {"static-state", "pyo3-mut-self"},
    "swig": {"static-state", "undeclared-swig"},
}
JOURNAL = "the journal of all counters, behind a lock of its own"
MEMO = "two threads can both ask: both compute the same, and each keeps what it computed"
UNDER = "guards our own data; no Python is called with it held"
#: What may be left in an `after`, and why. Anything else there is a false alarm, or a mistake.
LEFT = {
    "capi": {"asked-then-changed": MEMO},
    "capi-abi3t": {"asked-then-changed": MEMO},
    "capi-single": {"static-state": JOURNAL, "asked-then-changed": MEMO},
    "cffi": {"static-state": JOURNAL, "native-lock": UNDER},
    "cython": {"static-state": JOURNAL},
    "f2py": {
        "static-state": "the journal; the lock is in the Python half, because Fortran has none"
    },
    "nanobind": {"static-state": JOURNAL},
    "pybind11": {"static-state": JOURNAL, "native-lock": UNDER},
    "swig": {"static-state": JOURNAL, "native-lock": UNDER},
}


def ported() -> list[str]:
    """List the examples that are here: folders with a before and an after."""
    return sorted(
        folder.name
        for folder in EXAMPLES.iterdir()
        if (folder / "before").is_dir() and (folder / "after").is_dir()
    )


def rules(folder: Path) -> set[str]:
    return {one.rule.id for one in audit(folder).findings}


def test_the_examples_are_known():
    assert "sanitizer" in ported()
    assert set(ported()) - set(PLANTED) == set(), "say in PLANTED what was planted in it"
    assert {rule for found in (*PLANTED.values(), *LEFT.values()) for rule in found} <= set(RULES)


@pytest.mark.parametrize("name", ported())
def test_every_planted_mistake_is_found(name):
    assert PLANTED.get(name, set()) - rules(EXAMPLES / name / "before") == set()


@pytest.mark.parametrize("name", ported())
def test_nothing_is_found_after_the_port(name):
    assert rules(EXAMPLES / name / "after") == set(LEFT.get(name, {}))


def test_the_snippets_are_clean():
    found = audit(EXAMPLES / "snippets-native")
    assert {(one.file, one.rule.id) for one in found.findings} == {
        ("late.c", "undeclared-slot"),  # what it is there to show
        ("late.c", "late-setgil"),
    }
    assert found.allowed
