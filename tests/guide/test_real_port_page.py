"""What a reader types along with the page of the pure Python port gives what the page shows."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "examples/real-ports"
PAGE = FOLDER.parents[1] / "source/porting/real-port.md"
LOADED = """\
import functools
from collections import deque

__all__ = ["f"]
SIZES = (1, 2)
QUEUE = deque()


class config:
    __slots__ = ()
    keep = True
    name: str


@functools.lru_cache
def f(own=None):
    global SIZES
    local = {}

    class Inner:
        x = []


if SIZES:
    _found = None
"""


@pytest.fixture(scope="module")
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("real_port_run", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_state_of_modules_and_classes_is_listed_and_that_of_calls_is_not(
    run: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package/a.py").write_text(LOADED, encoding="utf-8")
    lines = LOADED.splitlines()
    wanted = ["QUEUE = deque()", "    keep = True", "@functools.lru_cache", "    global SIZES"]
    wanted.append("    _found = None")
    assert run.shared_state(tmp_path, "package") == [
        f"package/a.py:{lines.index(line) + 1}: {line.strip()}" for line in wanted
    ]


def test_each_line_that_was_found_has_a_verdict() -> None:
    rows = "\n".join(re.findall(r"^\| .*\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    found = (FOLDER / "emoji/shared-state.txt").read_text(encoding="utf-8").splitlines()
    for line in found:
        file, _, code = line.split(":", 2)
        name = re.search(r"@?\w+", code.strip().removeprefix("global "))
        assert name is not None
        assert f"`{name.group()}`" in rows, line
        assert f"`{Path(file).name}`" in rows, line
    assert f"one line of {({10: 'ten'})[len(found)]}" in PAGE.read_text(encoding="utf-8")


def test_the_tests_of_a_package_run_with_its_own_settings(run: ModuleType, tmp_path: Path) -> None:
    texts = {
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = [".", "utils"]\n',
        "package.py": "",
        "utils/helper.py": "",
        "tests/test_a.py": "import helper\nimport package\n\n\ndef test_a():\n    pass\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert run.own_tests(sys.executable, tmp_path, run.beside("pytest")) == "1 passed"


def test_a_wrong_answer_can_be_read_whatever_the_locale(tmp_path: Path) -> None:
    (tmp_path / "emoji.py").write_text("def demojize(text):\n    return text\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, FOLDER / "emoji/race.py"],
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "🥑" in done.stdout
    assert json.loads(done.stdout)["later_right"] is False


def test_the_stored_texts_come_from_the_stored_runs(run: ModuleType) -> None:
    report = json.loads((FOLDER / "emoji/report.json").read_text(encoding="utf-8"))
    stored = (FOLDER / "emoji/one-run.txt").read_text(encoding="utf-8").strip()
    assert stored == report["races"]["before"]["3.14.7t"]["first_failure"]
    assert json.loads(stored)["wrong"]
    file, first = run.UNPORTED["emoji"]
    before = (FOLDER / "emoji/before.txt").read_text(encoding="utf-8")
    assert before.splitlines()[0] == first
    patch = (FOLDER / "emoji/1-publish-when-complete.patch").read_text(encoding="utf-8")
    assert f"--- a/{file}" in patch
    removed = [line[1:] for line in patch.splitlines() if re.match(r"-(?!--)", line)]
    assert removed
    assert set(removed) <= set(before.splitlines())


def test_what_a_reader_has_to_save_is_shown_whole() -> None:
    page = PAGE.read_text(encoding="utf-8")
    patches = [f"emoji/{patch.name}" for patch in sorted((FOLDER / "emoji").glob("*.patch"))]
    for name in ["shared_state.py", "emoji/race.py", *patches]:
        shown = re.search(
            rf"```{{literalinclude}} \S*/{re.escape(name)}\n(.*?)```", page, re.DOTALL
        )
        assert shown is not None, name
        assert ":caption: " + Path(name).name in shown.group(1)
        assert "start-at" not in shown.group(1)
        assert f"/{name}>`" in page, f"{name} cannot be downloaded"
