"""The counting of upstream tests, with the pytest that runs this test and without threads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT

SCRIPT = ROOT / "ftguide" / "target" / "inside_suite.py"

TESTS = """\
import pytest

def test_good():
    print('{"passed": 99}')

def test_bad():
    assert False

@pytest.mark.skip
def test_skipped():
    pass

@pytest.fixture
def broken():
    raise RuntimeError

def test_broken(broken):
    pass
"""


def run(*words: str, folder: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *words],
        cwd=folder,
        capture_output=True,
        timeout=240,
        check=True,
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_results_are_counted(tmp_path):
    (tmp_path / "test_some.py").write_text(TESTS)
    found = run("1", "test_some.py", folder=tmp_path)
    assert (found["passed"], found["failed"], found["exit_code"]) == (1, 2, 1)
    assert found["failures"] == ["test_some.py::test_bad", "test_some.py::test_broken"]
    assert (found["ran_in_parallel"], found["not_in_parallel"]) == (0, 2)


@pytest.mark.slow
def test_no_tests_are_no_success(tmp_path):
    (tmp_path / "test_none.py").write_text("")
    assert run("1", "test_none.py", folder=tmp_path)["exit_code"] == 5
    assert run("1", "nowhere.py", folder=tmp_path)["exit_code"] == 4
