"""Try every race finder on the twelve programs and write results.json.

    .venv/bin/python -m outcomes.finders.run --python PATH/python3.14t --venvs FOLDER [--only TOOL]

Each tool is installed from the package registry into a virtual environment of its own, at the version
that is stated here; a tool that is tried alone replaces its own rows only. Then `python -m
outcomes.finders.table` writes the tables of the page.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
SECONDS_LIMIT = 150

RACING = (
    "attribute-increment",
    "dict-check-then-act",
    "generator-shared",
    "generic-alias-iterator",
    "dict-loop-short",
    "list-sort-read",
    "double-checked-init",
    "flag-then-data",
)
CORRECT = ("locked-counter", "queue-hand-off", "list-append", "dict-per-thread")
RELEASED = {
    "frontrun": "2026-07",
    "interleave-test": "2026-07",
    "ploom": "2026-10",
    "pyvft": "2026-06",
    "threadcheck": "2026-06",
    "raceguard": "2026-04",
    "pytest-run-parallel": "2026-08",
    "pytest-freethreaded": "2024-10",
}
_FREE = {"FINDERS_TIMES": "1000", "FINDERS_STATES": "1000"}
_PYTEST = ["-m", "pytest", "-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider", "-q"]


@dataclass(frozen=True)
class Tool:
    """A package, how each program is given to it, and how its answer is read."""

    name: str
    version: str
    mode: str
    command: tuple[str, ...]  #: {bin}, {test}, {file} and {run} are filled in
    runs: int = 1  #: where chance decides: with another seed, or simply again
    read: str = "answer"
    environment: dict[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()  #: programs beyond the twelve


def pytest_tool(name: str, version: str, folder: str, *options: str) -> Tool:
    """Return a plugin, which is started for one test at a time so that a crash ends one only."""
    command = ("{bin}/python", *_PYTEST, *options, f"{folder}/test_races.py::test_race[{{test}}]")
    return Tool(name, version, "threads", command, runs=5, read="pytest", environment=_FREE)


TOOLS = (
    *(
        Tool(
            "frontrun",
            "0.7.0",
            mode,
            ("{bin}/frontrun", "{bin}/python", "frontrun/explore.py", "{test}", mode, "{run}"),
            runs=runs,
        )
        for mode, runs in (("dpor", 1), ("random", 3))
    ),
    *(
        Tool(
            "interleave-test",
            "0.1.0",
            mode,
            ("{bin}/python", "interleave_test/explore.py", "{test}", mode, "{run}"),
            runs=runs,
        )
        for mode, runs in (("dfs", 1), ("random", 3))
    ),
    Tool("ploom", "0.1.1", "dfs", ("{bin}/python", "ploom/scenarios.py", "{test}")),
    Tool(
        "pyvft",
        "0.2.0",
        "v2",
        ("{bin}/python", "-m", "pyvft", "--no-colour", "pyvft/program.py", "{test}"),
        runs=5,
        read="pyvft",
        environment={"FINDERS_TIMES": "20"},
    ),
    Tool(
        "threadcheck",
        "0.0.1.2",
        "run",
        ("{bin}/threadcheck", "run", "--json", "threadcheck/{file}.py"),
        runs=5,
        read="threadcheck-run",
    ),
    Tool(
        "threadcheck",
        "0.0.1.2",
        "scan",
        ("{bin}/threadcheck", "scan", "threadcheck/{file}.py"),
        read="threadcheck-scan",
    ),
    *(
        Tool(
            "raceguard",
            "0.2.1",
            mode,
            ("{bin}/python", "raceguard/program.py", "{test}", mode),
            runs=5,
            environment={"FINDERS_TIMES": "100"},
            extra=("locked-counter-plain-lock", "queue-hand-off-no-reset"),
        )
        for mode in ("window", "strict")
    ),
    pytest_tool(
        "pytest-run-parallel",
        "0.10.0",
        "pytest_run_parallel",
        "--parallel-threads=2",
        "--iterations=1000",
    ),
    pytest_tool("pytest-freethreaded", "0.1.0", "pytest_freethreaded"),
)


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its status, None for one that was stopped, and what it printed."""

    status: int | None
    text: str
    seconds: float

    @property
    def crash(self) -> str:
        """The signal that ended it."""
        return signal.Signals(-self.status).name if self.status and self.status < 0 else ""


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="a free-threaded interpreter")
    parser.add_argument("--venvs", required=True, type=Path, help="where environments are made")
    parser.add_argument("--only", help="a tool, or `laboratory`")
    arguments = parser.parse_args()
    trials = []
    for tool in TOOLS:
        if arguments.only in {None, tool.name}:
            binaries = install(tool, arguments.python, arguments.venvs)
            for test in (*RACING, *CORRECT, *tool.extra):
                trials.append(trial(tool, test, binaries))
                print(json.dumps(trials[-1]), flush=True)
    if arguments.only in {None, "laboratory"}:
        trials += laboratory()
    keep(trials, arguments.python)
    return 0


def install(tool: Tool, python: str, venvs: Path) -> Path:
    """Make the tool's environment, once."""
    binaries = venvs / f"{tool.name}-{tool.version}" / "bin"
    if not binaries.exists():
        subprocess.run([python, "-m", "venv", str(binaries.parent)], check=True)
        wanted = f"{tool.name}=={tool.version}"
        subprocess.run([binaries / "python", "-m", "pip", "install", "-q", wanted], check=True)
    return binaries


def trial(tool: Tool, test: str, binaries: Path) -> dict[str, object]:
    """Give a program to a tool as often as it takes, and sum up."""
    answers = []
    for run in range(1, tool.runs + 1):
        filled = [
            part.format(bin=binaries, test=test, file=test.replace("-", "_"), run=run)
            for part in tool.command
        ]
        ended = start(filled, tool.environment)
        answers.append(READERS[tool.read](ended))
    found = [answer for answer in answers if answer["found"]]
    shown = found or answers
    command = (
        " ".join(tool.command)
        .replace("{bin}/", "")
        .format(test=test, file=test.replace("-", "_"), run=1)
    )
    return {
        "tool": tool.name,
        "mode": tool.mode,
        "test": test,
        "command": command,
        "environment": tool.environment,
        "runs": len(answers),
        "found": len(found),
        "crashed": sum(bool(answer.get("crash")) for answer in answers),
        "inconclusive": sum(bool(answer["inconclusive"]) for answer in answers),
        "schedules": round(statistics.median(answer["schedules"] for answer in shown)),
        "seconds": magnitude(statistics.median(answer["seconds"] for answer in shown)),
        "gil": gil_after_import(tool, binaries) or any(answer.get("gil") for answer in answers),
        "says": neutral(str(shown[0]["says"])),
    }


def neutral(text: str) -> str:
    """Return what a tool said without the folders and the addresses of this machine."""
    return re.sub(r" at 0x[0-9a-f]+|(?:/[\w.+-]+)+/", "", text)


def gil_after_import(tool: Tool, binaries: Path) -> bool:
    """Ask whether importing the tool has enabled the GIL."""
    code = f"import sys, {tool.name.replace('-', '_')}; print('GIL', sys._is_gil_enabled())"
    ended = start([str(binaries / "python"), "-c", code], {"PYTHONPATH": ""})
    assert "GIL" in ended.text, ended.text
    return "GIL False" not in ended.text


def start(command: list[str], environment: dict[str, str]) -> Ended:
    """Run one process to its end."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=FOLDER,
            env={
                **os.environ,
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": str(FOLDER),
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=SECONDS_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ended(None, "", time.monotonic() - began)
    return Ended(done.returncode, done.stdout + done.stderr, time.monotonic() - began)


def magnitude(seconds: float) -> float:
    """Round to a power of ten: the machine had other work to do."""
    return float(f"{10 ** round(math.log10(max(seconds, 0.01))):g}")


def base(ended: Ended, *, found: bool, schedules: int, says: str) -> dict[str, object]:
    """Return an answer that was read from a process; a crash is found by any tool that shows it."""
    return {
        "found": found or bool(ended.crash),
        "crash": ended.crash,
        "inconclusive": ended.status is None,
        "schedules": schedules,
        "seconds": ended.seconds,
        "gil": "GIL True" in ended.text,
        "says": ended.crash or " ".join(says.split())[:200],
    }


def read_answer(ended: Ended) -> dict[str, object]:
    """Read the line of `answer.py`."""
    lines = [line for line in ended.text.splitlines() if line.startswith("ANSWER ")]
    if not lines:
        nothing = base(ended, found=False, schedules=0, says=ended.text[-200:])
        return {**nothing, "inconclusive": not ended.crash}
    return json.loads(lines[-1].removeprefix("ANSWER "))


def read_pyvft(ended: Ended) -> dict[str, object]:
    """Read PyVFT's summary."""
    reported = re.search(r"pyvft: (\w+) DATA RACES? DETECTED", ended.text)
    what = re.search(r"Object : (.*)\n +Attr +: (.*)", ended.text)
    found = bool(reported) and reported[1] != "NO"
    says = f"{reported[0]}, {what[1]} {what[2]}" if found and what else ""
    return base(ended, found=found, schedules=1, says=re.sub(r"at 0x[0-9a-f]+", "", says))


def read_threadcheck_run(ended: Ended) -> dict[str, object]:
    """Read the JSON of threadcheck: one entry a pair of accesses."""
    names = sorted(set(re.findall(r'"var\w*": "(\w+)"', ended.text)))
    return base(ended, found=ended.status == 1, schedules=1, says=", ".join(names))


def read_threadcheck_scan(ended: Ended) -> dict[str, object]:
    """Read how many warnings there are; what is only information does not count."""
    warned = re.search(r"(\d+) warning", ended.text)
    kinds = sorted(set(re.findall(r"(?:HIGH|MEDIUM) \[(\w+)\]", ended.text)))
    return base(ended, found=bool(warned and int(warned[1])), schedules=0, says=", ".join(kinds))


def read_pytest(ended: Ended) -> dict[str, object]:
    """Read pytest's last lines; exit status 1 is a failed test."""
    lines = re.findall(r"^E +(.*)$", ended.text, re.MULTILINE)
    answer = base(ended, found=ended.status == 1, schedules=1000, says=lines[-1] if lines else "")
    return {**answer, "inconclusive": ended.status not in {0, 1} and not ended.crash}


READERS: dict[str, Callable[[Ended], dict[str, object]]] = {
    "answer": read_answer,
    "pyvft": read_pyvft,
    "threadcheck-run": read_threadcheck_run,
    "threadcheck-scan": read_threadcheck_scan,
    "pytest": read_pytest,
}


def laboratory() -> list[dict[str, object]]:
    """Run the outcome laboratory itself."""
    command = [sys.executable, "-m", "outcomes.finders.laboratory.observe"]
    done = subprocess.run(
        command, cwd=FOLDER.parents[1], capture_output=True, text=True, check=True
    )
    answers = [
        json.loads(line.removeprefix("ANSWER "))
        for line in done.stdout.splitlines()
        if line.startswith("ANSWER ")
    ]
    return [
        {
            **answer,
            "tool": "laboratory",
            "mode": "default",
            "command": "python -m outcomes.finders.laboratory.observe",
            "environment": {},
            "runs": 1,
            "found": int(answer["found"]),
            "crashed": int("SIG" in answer["says"]),
            "inconclusive": 0,
            "seconds": magnitude(answer["seconds"]),
        }
        for answer in answers
    ]


def keep(trials: list[dict[str, object]], python: str) -> None:
    """Replace the rows of what was tried, and keep the others."""
    version = subprocess.run(
        [python, "-c", "import platform, sys; print(platform.python_version() + sys.abiflags)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    tried = {trial["tool"] for trial in trials}
    earlier = json.loads(RESULTS.read_text("utf-8"))["trials"] if RESULTS.exists() else []
    rows = [row for row in earlier if row["tool"] not in tried] + trials
    order = ["laboratory", *dict.fromkeys(tool.name for tool in TOOLS)]
    rows.sort(key=lambda row: order.index(row["tool"]))
    versions = {tool.name: tool.version for tool in TOOLS}
    document = {
        "interpreter": version,
        "versions": versions,
        "released": RELEASED,
        "trials": rows,
    }
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
