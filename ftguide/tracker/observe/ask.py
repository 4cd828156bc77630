"""Putting one question to an installed package: start the inside script, understand its answer.

Answers come from a process that runs other people's code, so they are decoded like any stranger's
data; one that is not understood counts as an error of the module that was asked about.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from ftguide.ground.files import ROOT, decoder
from ftguide.ground.process import Ended
from ftguide.ground.redact import replace_places
from ftguide.tracker.observe import artifacts, sandbox
from ftguide.tracker.observe.install import Installed
from ftguide.tracker.observe.sandbox import how_it_ended, stopped_by
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

    @property
    def passed(self) -> bool:
        """Whether every thread got what one thread got, and the process ended well."""
        return not self.detail and not self.ended


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
    ended = _run(room, "inside_declare.py", request, DECLARE_SECONDS)
    answer = _last(ended.output, _Declaration)
    if answer is None or stopped_by(ended):
        answer = _Declaration(Declares.CRASH, init="", detail=_without_answer(ended))
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
    ended = _run(room, "inside_import.py", {"names": [name], "stop": False}, IMPORT_SECONDS)
    for line in _lines(ended.output, _Line):
        if line.name == name:
            return _loaded(line, room)
    return Loaded(name=name, ended=how_it_ended(ended))


def ask_imports(room: Installed, names: Sequence[str], seconds: float) -> list[Loaded]:
    """Import many names one after the other, as far as the time goes.

    A fresh process follows each import that turned the GIL on or ended the process, so each name that
    is reported as turning it on did so by itself.
    """
    loaded: list[Loaded] = []
    left = list(names)
    deadline = time.monotonic() + seconds
    while left and (remaining := deadline - time.monotonic()) > 0:
        request = {"names": left, "stop": True}
        ended = _run(room, "inside_import.py", request, remaining, quiet_seconds=SUBMODULE_SECONDS)
        begun = ""
        done = 0
        for line in _lines(ended.output, _Line):
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
            loaded.append(Loaded(name=left.pop(0), ended=how_it_ended(ended)))
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
    words = (str(script), str(threads), str(SMOKE_ROUNDS))
    ended = _run(room, "inside_smoke.py", None, SMOKE_SECONDS, *words)
    answer = _last(ended.output, SmokeAnswer)
    if answer is None:
        return SmokeAnswer(detail="", gil_enabled=False, ended=_without_answer(ended))
    return SmokeAnswer(
        detail=_tidy(answer.detail, room),
        gil_enabled=answer.gil_enabled,
        ended="" if ended.succeeded else f"after its work: {how_it_ended(ended)}",
    )


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
    runs, problem = [], ""
    for number in (1, threads):
        ended = _run(room, "inside_suite.py", None, seconds, str(number), *recipe.modules)
        answer = _last(ended.output, _SuiteRun)
        runs.append(answer or nothing)
        # pytest: 0 all passed, 1 some failed; anything else is no run of the tests.
        if stopped_by(ended) or answer is None or answer.exit_code not in {0, 1}:
            how = "plainly" if number == 1 else f"in {number} threads"
            pytest_ended = f"pytest ended with {answer.exit_code}" if answer else ""
            problem = f"{how}: {stopped_by(ended) or pytest_ended or how_it_ended(ended)}"
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
        ended=problem,
        modules=recipe.modules,
        sample=recipe.sample,
        new_failures=tuple(test for test in parallel.failures if test not in set(plain.failures)),
    )


def _run(
    room: Installed,
    script: str,
    request: object,
    seconds: float,
    *words: str,
    quiet_seconds: float | None = None,
) -> Ended:
    return sandbox.run(
        [room.python, "-I", str(ROOT / "ftguide" / "target" / script), *words],
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


def _without_answer(ended: Ended) -> str:
    return stopped_by(ended) or f"{how_it_ended(ended)} without an answer"


def _lines(output: bytes, kind: type[T]) -> list[T]:
    """Decode the lines that are understood; others are not ours."""
    lines = []
    for line in output.splitlines():
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            lines.append(decoder(kind).decode(line))
    return lines


def _last(output: bytes, kind: type[T]) -> T | None:
    return next(reversed(_lines(output, kind)), None)


def _tidy(text: str, room: Installed) -> str:
    """Make a message fit for publication: no folder of ours, no address, one line.

    The same observation has to read the same next time, and what a message links to is not our advice.
    """
    places = {
        str(room.site_packages): "<site-packages>",
        str(Path(room.python).parents[2]): "<folder>",
        str(Path(room.python).resolve().parents[1]): "<prefix>",  # of the interpreter behind it
    }
    text = replace_places(text, places)
    text = _ADDRESS.sub("<address>", _OBJECT.sub("0x…", text))
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:300]
