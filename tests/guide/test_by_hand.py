"""What the pages let their readers type is in scripts that run as a whole, and what it needs can be saved."""

import importlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from ftguide.interpreters.provide import find, ranked_pairs

PAGES = ROOT / "source/porting-extensions"
PORT = ROOT / "examples/real-ports/lru-dict"
RECIPES = ROOT / "examples/build-systems"
MACROS = ("Py_LIMITED_API", "Py_TARGET_ABI3T", "Py_LIMITED_API Py_TARGET_ABI3T")
_DOWNLOAD = re.compile(r"\{download\}`([^`<]+) <([^>]+)>`")


def parts(script: Path) -> list[str]:
    """Return the names of the parts that a script marks for its page, in order."""
    text = script.read_text(encoding="utf-8")
    begun = re.findall(r"^# \[([a-z0-9-]+)\]$", text, re.MULTILINE)
    assert begun == re.findall(r"^# \[([a-z0-9-]+) end\]$", text, re.MULTILINE)
    return begun


def offered(page: Path) -> set[Path]:
    """Return the files that a page lets its readers save, each under its own name."""
    found = set()
    for name, target in _DOWNLOAD.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve()
        assert path.is_file(), target
        assert path.name == name
        found.add(path)
    return found


@pytest.mark.parametrize(
    ("page", "script"), [("real-port", PORT / "by-hand.sh"), ("wheels", RECIPES / "by-hand.sh")]
)
def test_the_page_shows_every_part_of_its_script_in_order(page: str, script: Path) -> None:
    shown = re.findall(
        rf"^```\{{literalinclude\}} \.\./\.\./{script.relative_to(ROOT).as_posix()}\n:language: sh\n"
        r':start-after: "\[([a-z0-9-]+)\]"\n:end-before: "# \[([a-z0-9-]+) end\]"\n```$',
        (PAGES / f"{page}.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert shown == [(name, name) for name in parts(script)]


@pytest.mark.parametrize(
    "script", [PORT / "by-hand.sh", RECIPES / "by-hand.sh", RECIPES / "macros.sh"]
)
def test_a_shell_can_read_the_script(script: Path) -> None:
    done = subprocess.run(["sh", "-n", script], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_commands_of_the_port_need_can_be_saved() -> None:
    patches = sorted(PORT.glob("*.patch"))
    needed = {PORT / "race.py", PORT / "cost.py", PORT / "by-hand.sh", *patches}
    assert offered(PAGES / "real-port.md") == needed
    script = (PORT / "by-hand.sh").read_text(encoding="utf-8")
    assert re.findall(r"< (\S+\.patch)$", script, re.MULTILINE) == [path.name for path in patches]
    said = "".join(
        path.read_text(encoding="utf-8") for path in (PORT / "race.py", PAGES / "real-port.md")
    )
    looped = re.search(r"^for race in (.+); do$", script, re.MULTILINE)
    assert looped is not None
    for race in looped[1].split():
        assert f'"{race}": ' in said
        assert f"| `{race}` |" in said


def test_the_page_of_the_port_says_what_its_script_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PORT.parent)
    script = importlib.import_module("run_extension")
    sys.modules.pop("run", None)
    page = (PAGES / "real-port.md").read_text(encoding="utf-8")
    port = script.PORTS["lru-dict"]
    assert f"`sha256:{port['sha256']}`" in page
    assert f"still running after {script.RACE_SECONDS} seconds" in page
    report = json.loads((PORT / "report.json").read_text(encoding="utf-8"))
    runs = {
        seen["runs"]
        for races in report["races"].values()
        for builds in races.values()
        for seen in builds.values()
    }
    assert [f"in {number} processes for each race and build" in page for number in runs] == [True]
    assert port["requirement"] in (PORT / "by-hand.sh").read_text(encoding="utf-8")


def test_whole_projects_of_the_recipes_can_be_saved() -> None:
    page = PAGES / "wheels.md"
    saved = offered(page)
    assert {RECIPES / "test_hits.py", RECIPES / "macros.sh"} < saved
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| \{download\}", page.read_text("utf-8"), re.MULTILINE)
    assert rows == ["setuptools", "meson-python", "scikit-build-core", "maturin", "abi3t-nanobind"]
    kinds = {".py", ".toml", ".c", ".cpp", ".rs", ".txt", ".build"}
    for tool in rows:
        files = {path for path in (RECIPES / tool).rglob("*") if path.suffix in kinds}
        made = {
            path for path in files if {"build", "target"} & set(path.relative_to(RECIPES).parts)
        }
        assert files - made <= saved


@pytest.mark.interpreters
def test_the_macros_make_what_the_table_says(tmp_path: Path) -> None:
    """As the table of macros on the page of wheels has it."""
    pairs = ranked_pairs(find("3.15", say=print))
    if not pairs or shutil.which("cc") is None:
        pytest.skip("it takes a pair of 3.15 and a C compiler")
    for name, one in (("python3.15", pairs[0].gil), ("python3.15t", pairs[0].ft)):
        (tmp_path / name).write_text(f'#!/bin/sh\nexec "{one.executable}" "$@"\n', encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["sh", RECIPES / "macros.sh", RECIPES / "setuptools/hits.c"],
        check=True,
        env={"PATH": f"{tmp_path}:/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    said = [line.rpartition(": ") for line in done.stdout.splitlines()]
    assert len(said) == 2 * 2 * len(MACROS)
    assert [before for before, _, last in said if last != "loads"] == [
        "Py_LIMITED_API, headers of python3.15, on python3.15t: ImportError: hits"
    ]


def test_the_second_run_is_what_its_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PORT.parent)
    script = importlib.import_module("run_extension")
    sys.modules.pop("run", None)
    first, second = (
        json.loads((folder / "report.json").read_text(encoding="utf-8"))
        for folder in (PORT, PORT / "again")
    )
    for name in ("races.txt", "cost.txt"):
        assert (PORT / "again" / name).read_text(encoding="utf-8") == script.texts(second)[name]
    alone = json.loads((PORT / "again/shared-dict.json").read_text(encoding="utf-8"))
    table = (PORT / "again/shared-dict.txt").read_text(encoding="utf-8")
    assert table == script.race_table(alone)
    page = (PAGES / "real-port.md").read_text(encoding="utf-8")
    assert f"A second run, on {second['seen']['date']} with an Intel Xeon," in page
    assert "Intel(R) Xeon(R)" in second["seen"]["cpu_model"]
    late = [races for state, races in second["races"].items() if state[0] in "234"]
    assert len(late) == 3
    assert not any(
        seen["failed"] for races in late for one in races.values() for seen in one.values()
    )
    for operation, beyond in (("get", 1), ("replace", 1), ("evict", -1)):
        known, other = (report["cost"]["3.14.7t"][operation] for report in (first, second))
        assert other["low"] > known["high"] if beyond > 0 else other["high"] < known["low"]


def test_a_new_run_says_when_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PORT.parent)
    script = importlib.import_module("run_extension")
    sys.modules.pop("run", None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", script.seen()["date"])
    assert script.seen()["cpu_model"]
