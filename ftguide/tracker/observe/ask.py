"""Putting one question to an installed package: start the inside script, understand its answer.

Answers come from a process that runs other people's code, so they are decoded like any stranger's
data; one that is not understood counts as an error of the module that was asked about.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from ftguide.files import ROOT
from ftguide.tracker.observe import artifacts, sandbox
from ftguide.tracker.observe.install import Installed
from ftguide.tracker.record.findings import Declared, Declares, Suite
from ftguide.tracker.record.model import SuiteRecipe

DECLARE_SECONDS = 30.0
IMPORT_SECONDS = 60.0
#: Of one submodule within the deep import.
SUBMODULE_SECONDS = 15.0
SMOKE_SECONDS = 120.0
SMOKE_ROUNDS = 5

_ADDRESS = re.compile(r"\b\w+://[^\s\"'<>)]+")
_OBJECT = re.compile(r"0x[0-9a-fA-F]+")
_HERE = ROOT / "ftguide" / "target"

T = TypeVar("T")


class _Declaration(msgspec.Struct, frozen=True):
    declares: Declares
    init: str
    detail: str


class _Line(msgspec.Struct, frozen=True):
    """A line of `inside_import.py`: a beginning, an import, or the final list of what is loaded."""

    begin: str | None = None
    name: str | None = None
    gil_before: bool = False
    gil_after: bool = False
    error: str = ""
    warned: tuple[str, ...] = ()
    extensions: dict[str, str] = {}


class SmokeAnswer(msgspec.Struct, frozen=True):
    """How a smoke script went."""

    detail: str
    gil_enabled: bool
    ended: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One import and what it did; `name` is empty for what a whole sweep left loaded."""

    name: str
    gil_on: bool = False
    error: str = ""
    ended: str = ""
    warned: tuple[str, ...] = ()
    extensions: dict[str, str] = field(default_factory=dict)  #: module to file, as far as reported


def ask_declaration(room: Installed, files: Sequence[str]) -> list[Declared]:
    """Ask what extension files declare, several at a time; the answers are in the order of the files."""
    if not files:
        return []
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as team:
        return list(team.map(lambda file: _declaration(room, file), files))


def _declaration(room: Installed, file: str) -> Declared:
    module = artifacts.module_of(file)
    request = {"module": module, "file": str(room.site_packages / file)}
    outcome = _run(room, "inside_declare.py", request, DECLARE_SECONDS)
    answer = _last(outcome.output, _Declaration)
    if outcome.ended:
        answer = _Declaration(declares=Declares.CRASH, init="", detail=outcome.ended)
    elif answer is None:
        detail = f"exit status {outcome.exit_code} without an answer"
        answer = _Declaration(declares=Declares.CRASH, init="", detail=detail)
    return Declared(
        module=module,
        file=file,
        declares=answer.declares,
        init=answer.init if answer.init in {"single", "multi"} else "",
        test=artifacts.for_tests(module),
        detail=_tidy(answer.detail, room),
    )


def ask_import(room: Installed, name: str) -> Loaded:
    """Import one name in a fresh process."""
    outcome = _run(room, "inside_import.py", {"names": [name], "stop": False}, IMPORT_SECONDS)
    for line in _lines(outcome.output):
        if line.name == name:
            return _loaded(line, room)
    ended = outcome.ended or f"exit status {outcome.exit_code}"
    return Loaded(name=name, ended=ended)


def ask_imports(room: Installed, names: Sequence[str], seconds: float) -> list[Loaded]:
    """Import many names one after the other, as far as the time goes.

    A fresh process follows each import that turned the GIL on or ended the process, so each name that
    is reported as turning it on did so by itself.
    """
    loaded: list[Loaded] = []
    left = list(names)
    deadline = time.monotonic() + seconds
    while left and (remaining := deadline - time.monotonic()) > 0:
        outcome = _run(
            room,
            "inside_import.py",
            {"names": left, "stop": True},
            remaining,
            quiet_seconds=SUBMODULE_SECONDS,
        )
        begun = ""
        done = 0
        for line in _lines(outcome.output):
            if line.begin is not None:
                begun = line.begin
            elif line.name is not None and done < len(left) and line.name == left[done]:
                loaded.append(_loaded(line, room))
                begun, done = "", done + 1
            elif line.name is None:
                loaded.append(Loaded(name="", extensions=line.extensions))
        left = left[done:]
        if begun and left and time.monotonic() < deadline:
            # What it began it did not end: a crash, a hang, or an exit.
            ended = outcome.ended or f"exit status {outcome.exit_code}"
            loaded.append(Loaded(name=left.pop(0), ended=ended))
        elif not done:
            break  # no progress: the process does not even start
    return loaded


def _loaded(line: _Line, room: Installed) -> Loaded:
    assert line.name is not None
    return Loaded(
        name=line.name,
        gil_on=line.gil_after and not line.gil_before,
        error=_tidy(line.error, room),
        warned=line.warned[:100],
        extensions=line.extensions,
    )


def ask_smoke(room: Installed, script: Path, threads: int) -> SmokeAnswer:
    """Run a smoke script in one thread and in several."""
    outcome = sandbox.run(
        [
            *(room.python, "-I", str(_HERE / "inside_smoke.py"), str(script)),
            *(str(threads), str(SMOKE_ROUNDS)),
        ],
        folder=_folder(room),
        seconds=SMOKE_SECONDS,
    )
    answer = _last(outcome.output, SmokeAnswer)
    if answer is None:
        ended = outcome.ended or f"exit status {outcome.exit_code} without an answer"
        return SmokeAnswer(detail="", gil_enabled=False, ended=ended)
    if outcome.ended or outcome.exit_code:
        ended = f"after its work: {outcome.ended or f'exit status {outcome.exit_code}'}"
        return SmokeAnswer(detail=answer.detail, gil_enabled=answer.gil_enabled, ended=ended)
    return SmokeAnswer(detail=_tidy(answer.detail, room), gil_enabled=answer.gil_enabled)


class _SuiteRun(msgspec.Struct, frozen=True):
    """What `inside_suite.py` prints."""

    passed: int
    failed: int
    ran_in_parallel: int
    not_in_parallel: int
    failures: tuple[str, ...]
    gil_enabled: bool
    exit_code: int


def ask_suite(room: Installed, recipe: SuiteRecipe, threads: int, seconds: float) -> Suite:
    """Run tests plainly, then each in several threads; each run is bounded in time."""
    nothing = _SuiteRun(0, 0, 0, 0, (), gil_enabled=False, exit_code=0)
    runs, ended = [], ""
    for number in (1, threads):
        outcome = sandbox.run(
            [room.python, "-I", str(_HERE / "inside_suite.py"), str(number), *recipe.modules],
            folder=_folder(room),
            seconds=seconds,
        )
        answer = _last(outcome.output, _SuiteRun)
        runs.append(answer or nothing)
        # pytest: 0 all passed, 1 some failed; anything else is no run of the tests.
        if outcome.ended or answer is None or answer.exit_code not in {0, 1}:
            how = "plainly" if number == 1 else f"in {number} threads"
            reason = outcome.ended or (
                f"pytest ended with {answer.exit_code}"
                if answer
                else f"exit status {outcome.exit_code}"
            )
            ended = f"{how}: {reason}"
            break
    plain, parallel = runs[0], runs[1] if len(runs) > 1 else nothing
    return Suite(
        threads=threads,
        plain_passed=plain.passed,
        plain_failed=plain.failed,
        parallel_passed=parallel.passed,
        parallel_failed=parallel.failed,
        ran_in_parallel=parallel.ran_in_parallel,
        not_in_parallel=parallel.not_in_parallel,
        gil_enabled=plain.gil_enabled or parallel.gil_enabled,
        ended=ended,
        modules=recipe.modules,
        sample=recipe.sample,
        new_failures=tuple(test for test in parallel.failures if test not in set(plain.failures)),
    )


def _run(
    room: Installed,
    script: str,
    request: object,
    seconds: float,
    quiet_seconds: float | None = None,
) -> sandbox.Outcome:
    return sandbox.run(
        [room.python, "-I", str(_HERE / script)],
        folder=_folder(room),
        seconds=seconds,
        request=msgspec.json.encode(request),
        quiet_seconds=quiet_seconds,
    )


def _folder(room: Installed) -> Path:
    """Return a folder that packages may write to: it is their HOME, and it goes with them."""
    folder = Path(room.python).parents[2] / "home"
    folder.mkdir(exist_ok=True)
    return folder


def _lines(output: bytes) -> list[_Line]:
    """Decode the lines that are understood; others are not ours."""
    lines = []
    for line in output.splitlines():
        try:
            lines.append(msgspec.json.decode(line, type=_Line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return lines


def _last(output: bytes, kind: type[T]) -> T | None:
    for line in reversed(output.splitlines()):
        try:
            return msgspec.json.decode(line, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return None


def _tidy(text: str, room: Installed) -> str:
    """Make a message fit for publication: no folder of ours, no address, one line.

    The same observation shall read the same next time, and what a message links to is not our advice.
    """
    text = text.replace(str(room.site_packages), "<site-packages>")
    text = text.replace(str(Path(room.python).parents[2]), "<folder>")
    text = _ADDRESS.sub("<address>", _OBJECT.sub("0x…", text))
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:300]
