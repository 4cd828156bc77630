"""The script that races published packages, and that the page shows what it stored."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ftguide.statistics.proportions import clopper_pearson

FOLDER = Path(__file__).parents[2] / "examples/real-ports"
PAGE = FOLDER.parents[1] / "source/porting/real-port.md"


@pytest.fixture(scope="module")
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("real_ports_run", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def a_package(folder: Path, body: str) -> Path:
    (folder / "emoji").mkdir()
    (folder / "emoji/__init__.py").write_text(body, encoding="utf-8")
    return folder


RIGHT = "RIGHT = ':France: :woman_astronaut_medium_skin_tone: :avocado:'\n"
COUNTED = (
    f"{RIGHT}import itertools\ncalls = itertools.count(1)\n"
    "def demojize(text):\n    call = next(calls)  # of two threads, each gets another number\n"
)


def test_a_wrong_answer_of_any_thread_is_a_failed_run(run: ModuleType, tmp_path: Path) -> None:
    code = f"{COUNTED}    return RIGHT if call > 1 else 'x'\n"
    seen = run.race(sys.executable, a_package(tmp_path, code), FOLDER / "emoji/race.py", 2)
    assert (seen["runs"], seen["failed"], seen["wrong_answers"]) == (2, 2, {"x": 2})


def test_an_exception_in_a_thread_is_a_wrong_answer(run: ModuleType, tmp_path: Path) -> None:
    code = f"{COUNTED}    if call == 2:\n        raise KeyError(1)\n    return RIGHT\n"
    seen = run.race(sys.executable, a_package(tmp_path, code), FOLDER / "emoji/race.py", 1)
    assert seen["wrong_answers"] == {"KeyError: 1": 1}


def test_right_answers_do_not_fail(run: ModuleType, tmp_path: Path) -> None:
    source = a_package(tmp_path, f"{RIGHT}def demojize(text):\n    return RIGHT\n")
    assert run.race(sys.executable, source, FOLDER / "emoji/race.py", 1)["failed"] == 0


def test_a_race_that_cannot_run_stops_the_script(run: ModuleType, tmp_path: Path) -> None:
    source = a_package(tmp_path, "import os\nos._exit(7)\n")
    with pytest.raises(SystemExit, match="ended with 7"):
        run.race(sys.executable, source, FOLDER / "emoji/race.py", 1)


@pytest.mark.parametrize("runs", [1, 20, 200])
def test_the_bound_is_the_one_of_the_guide(run: ModuleType, runs: int) -> None:
    assert run.upper_bound(runs) == pytest.approx(clopper_pearson(0, runs)[1], abs=1e-6)


def test_lines_where_threads_can_meet(run: ModuleType, tmp_path: Path) -> None:
    code = "TREE: dict = {}\n__all__ = ['a']\nSIZES = (1, 2)\n\n\n"
    code += "@lru_cache\ndef f():\n    global TREE\n    own = {}\n"
    found = run.shared_state(a_package(tmp_path, code), "emoji")
    assert [line.split(":")[1] for line in found] == ["1", "6", "8"]


def test_patches_lead_one_after_the_other_to_each_state(run: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    (tmp_path / "before/a.py").write_text("one\n", encoding="utf-8")
    for number, (old, new) in enumerate([("one", "two"), ("two", "three")], 1):
        patch = f"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-{old}\n+{new}\n"
        (tmp_path / f"{number}.patch").write_text(patch, encoding="utf-8")
    made = run.states(tmp_path / "before", sorted(tmp_path.glob("*.patch")), tmp_path)
    texts = {name: (source / "a.py").read_text() for name, source in made.items()}
    assert texts == {"before": "one\n", "1": "two\n", "2": "three\n"}


def test_the_texts_on_the_page_are_what_the_report_says(run: ModuleType) -> None:
    report = json.loads((FOLDER / "emoji/report.json").read_text(encoding="utf-8"))
    states = ["before", *sorted(patch.stem for patch in (FOLDER / "emoji").glob("*.patch"))]
    assert list(report["races"]) == states
    assert report["port"] == run.PORTS["emoji"]
    texts = {
        "races.txt": run.table(report),
        "tests.txt": run.tested(report),
        "wrong.txt": run.wrong_answers(report["races"]["before"]["3.14.7t"]),
    }
    page = PAGE.read_text(encoding="utf-8")
    for name, text in texts.items():
        assert (FOLDER / "emoji" / name).read_text(encoding="utf-8") == text
        assert f"emoji/{name}" in page


def test_the_race_was_seen_before_and_not_after(run: ModuleType) -> None:
    races = json.loads((FOLDER / "emoji/report.json").read_text(encoding="utf-8"))["races"]
    assert races["before"]["3.14.7t"]["failed"] > races["before"]["3.14.7t"]["runs"] / 2
    assert all(seen["failed"] == 0 for state in list(races)[1:] for seen in races[state].values())
