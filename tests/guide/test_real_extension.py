"""The script that ports a published extension, and that the page shows what it stored."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "examples/real-ports"
PORT = FOLDER / "lru-dict"
PAGE = FOLDER.parents[1] / "source/porting-extensions/real-port.md"
LRU = """
class LRU:
    def __init__(self, size):
        self.size, self.kept = size, {}
    def __len__(self):
        return len(self.kept)
    def __contains__(self, key):
        return key in self.kept
    def __setitem__(self, key, value):
        self.kept.pop(key, None)
        self.kept[key] = value
        while len(self.kept) > self.size:
            self.kept.pop(next(iter(self.kept)))
    def __getitem__(self, key):
        return self.kept[key]
    def get(self, key):
        return self.kept.get(key)
    def pop(self, key, default):
        return self.kept.pop(key, default)
    def popitem(self):
        return self.kept.popitem()
    def items(self):
        return list(self.kept.items())
    def keys(self):
        return list(self.kept)
    def update(self, other):
        for key, value in other.items():
            self[key] = value
"""


@pytest.fixture(scope="module")
def run() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        module = importlib.import_module("run_extension")
        sys.modules.pop("run", None)
    return module


@pytest.fixture
def report() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((PORT / "report.json").read_text(encoding="utf-8"))
    return stored


def a_race(
    run: ModuleType, tmp_path: Path, body: str, name: str = "plain", runs: int = 1
) -> dict[str, Any]:
    script = tmp_path / "race.py"
    script.write_text(body, encoding="utf-8")
    seen: dict[str, Any] = run.race(sys.executable, tmp_path, script, name, None, runs)
    return seen


@pytest.mark.parametrize(
    ("body", "ending", "failed"),
    [
        ("print('{\"wrong\": []}')", "right", 0),
        ('print(\'{"wrong": ["7 had 8"]}\'); raise SystemExit(1)', "wrong", 2),
        ("import os; os.abort()", "SIGABRT", 2),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV", 2),
    ],
)
def test_how_a_process_ended_counts(
    run: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    body: str,
    ending: str,
    failed: int,
) -> None:
    monkeypatch.setattr(run, "RACE_SECONDS", 120)  # none of these hangs, however busy the machine
    seen = a_race(run, tmp_path, body, runs=2)
    assert (seen["endings"], seen["failed"]) == ({ending: 2}, failed)


def test_a_process_that_does_not_end_failed(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "RACE_SECONDS", 0.5)
    assert a_race(run, tmp_path, "while True: pass")["endings"] == {"hung": 1}


def test_a_race_that_cannot_run_stops_the_script(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "RACE_SECONDS", 120)
    with pytest.raises(SystemExit, match="ended with 1"):
        a_race(run, tmp_path, "import no_such_module")


def test_the_gil_is_forced_off_on_the_free_threaded_build_only(
    run: ModuleType, tmp_path: Path
) -> None:
    assert (run.forced("3.14.7"), run.forced("3.14.7t")) == (None, "0")
    assert run.environment(tmp_path, "0")["PYTHON_GIL"] == "0"
    assert "PYTHON_GIL" not in run.environment(tmp_path)


@pytest.mark.parametrize("name", ["plain", "keys-that-wait", "shared-dict"])
def test_a_correct_cache_passes_each_race_in_one_thread(tmp_path: Path, name: str) -> None:
    (tmp_path / "lru.py").write_text(LRU, encoding="utf-8")
    race = (PORT / "race.py").read_text(encoding="utf-8").replace("THREADS = 4", "THREADS = 1")
    done = subprocess.run(
        [sys.executable, "-c", race, name],
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, '{"wrong": []}\n'), done.stderr


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("return self.kept.popitem()", "return list(self.kept.items())[0]", "popitem took"),
        ("return list(self.kept)", "return [*self.kept, -9]", "listed and not found"),
        ("return self.kept.pop(key, default)", "return [99]", "had [99]"),
    ],
)
def test_a_wrong_cache_is_noticed(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    wrong = LRU.replace(old, new)
    if "popitem" in complaint:  # every item twice
        wrong = LRU.replace(old, "item = self.kept.popitem(); self.last = not getattr(self, 'last', 0); "
                            "self.kept.update([item] if self.last else []); return item")  # fmt: skip
    (tmp_path / "lru.py").write_text(wrong, encoding="utf-8")
    race = (PORT / "race.py").read_text(encoding="utf-8").replace("THREADS = 4", "THREADS = 1")
    done = subprocess.run(
        [sys.executable, "-c", race, "plain"],
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert complaint in done.stdout


def test_an_audit_that_did_not_run_stops_the_script(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    (tmp_path / "ftguide.py").write_text("raise SystemExit('no rich here')", encoding="utf-8")
    with pytest.raises(SystemExit, match="no rich here"):
        run.audit(tmp_path)


@pytest.mark.parametrize("wanted", ["python3.14-that-is-nowhere", "/no/such/python"])
def test_a_missing_interpreter_is_named(run: ModuleType, wanted: str) -> None:
    with pytest.raises(SystemExit, match=f"{wanted}: not found"):
        run.version(wanted)


def test_ratios_come_from_pairs(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"first": {"get": 2.0}, "last": {"get": 3.0}}
    monkeypatch.setattr(run, "seconds", lambda _python, site, _script, _gil: times[site])
    one = run.cost("python", ["first", "last"], Path("cost.py"), None)["get"]
    assert one["ratio"] == pytest.approx(1.5)
    assert one["pairs"] == run.PAIRS


def test_the_texts_on_the_page_are_what_the_report_says(
    run: ModuleType, report: dict[str, Any]
) -> None:
    states = ["before", *sorted(patch.stem for patch in PORT.glob("*.patch"))]
    assert list(report["races"]) == states
    assert report["port"] == run.PORTS["lru-dict"]
    page = PAGE.read_text(encoding="utf-8")
    for name, text in run.texts(report).items():
        assert (PORT / name).read_text(encoding="utf-8") == text
        assert f"lru-dict/{name}" in page
    assert all(f"{patch.stem}.patch" in page for patch in PORT.glob("*.patch"))


def test_what_the_page_tells_is_what_was_seen(report: dict[str, Any]) -> None:
    failed = {
        (state, race, name): seen["failed"]
        for state, races in report["races"].items()
        for race, builds in races.items()
        for name, seen in builds.items()
    }
    [ft] = [name for name in report["wheels"] if name.endswith("t")]
    [gil] = [name for name in report["wheels"] if not name.endswith("t")]
    assert all(failed["before", race, ft] for race in ("plain", "keys-that-wait", "shared-dict"))
    assert failed["before", "keys-that-wait", gil]
    assert failed["1-critical-section", "plain", ft] == 0
    assert failed["1-critical-section", "keys-that-wait", ft]
    last = ("3-references-of-our-own", "4-declare")
    assert not any(count for (state, _, _), count in failed.items() if state in last)
    assert "RuntimeWarning" in report["imports"]["before"]
    assert report["imports"]["4-declare"] == "sys._is_gil_enabled() = False\n"
    assert report["wheels"][ft].endswith("-cp314-cp314t-linux_x86_64.whl")
