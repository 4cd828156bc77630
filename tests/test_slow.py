"""`slow` leaves tests out and says so, and every family keeps a quick form."""

import ast
import os
import subprocess
import sys

import pytest

from ftguide.ground.files import ROOT
from tests.slow import slow_but

FAMILIES = sorted({path.parent for path in (ROOT / "tests").rglob("test_*.py")})


def is_slow(nodes: list[ast.expr]) -> bool:
    """Say whether one of some marks, or of the lists that hold them, is `slow` itself."""
    flat = [one for node in nodes for one in (node.elts if isinstance(node, ast.List) else [node])]
    return any(ast.unparse(one) == "pytest.mark.slow" for one in flat)


def quick(source: str) -> list[str]:
    """Name the tests of a file that are not marked as slow, as a whole."""
    module = ast.parse(source)
    names = []
    everything = [
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    if is_slow(everything):
        return []
    for node in module.body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        if isinstance(node, ast.ClassDef) and is_slow(node.decorator_list):
            continue
        names += [
            one.name
            for one in members
            if isinstance(one, ast.FunctionDef)
            and one.name.startswith("test_")
            and not is_slow(one.decorator_list)
        ]
    return names


@pytest.mark.parametrize("folder", FAMILIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_family_keeps_a_quick_form(folder):
    assert [name for path in folder.glob("test_*.py") for name in quick(path.read_text())]


OPTIONS = ("--color=no", "-p", "tests.slow", "-m", "not slow")
SAMPLE = """
import pytest
from tests.slow import slow_but

@pytest.mark.parametrize("number", slow_but({2}, [1, 2, 3]))
def test_number(number):
    assert number

@pytest.mark.slow
def test_long():
    assert False
"""


def test_what_is_quick_is_read_from_the_marks():
    assert quick(SAMPLE) == ["test_number"]
    assert quick(f"{SAMPLE}\npytestmark = [pytest.mark.interpreters, pytest.mark.slow]") == []
    assert quick("@pytest.mark.slow\nclass TestIt:\n    def test_it(self): ...") == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_last_lines_say_how_many_were_left_out(workers, tmp_path):
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = slow\n")
    outer = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *OPTIONS,
            "-n",
            workers,
            f"--basetemp={tmp_path / 'inner'}",
        ],
        cwd=tmp_path,
        env={**outer, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said, closing = [line for line in done.stdout.splitlines() if line][-2:]
    assert said.startswith("3 slow tests were left out; `nox -s tests -- --all` runs them")
    assert "1 passed, 3 deselected in" in closing


def test_a_quick_form_that_is_no_parameter_is_an_error():
    with pytest.raises(AssertionError, match="are no parameters"):
        slow_but({4}, [1, 2, 3])
