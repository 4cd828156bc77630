"""Try a wheel: its tests, the GIL after its import, and its races, each in a process of its own."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ftguide.ground import process
from ftguide.ground.vocabulary import Build
from ftguide.native.examples.catalogue import Variant
from ftguide.native.examples.report import Races, Result, public
from ftguide.native.examples.workshop import Built

#: What a race gets beyond its own budget before it counts as hung.
GRACE_SECONDS = 6.0
#: One run's budget. A race stops at its first wrong answer, so only what passes uses it up.
BUDGET_SECONDS = 0.3
#: `before` gets longer on the free-threaded build: a busy machine lets its threads meet less often.
BEFORE_SECONDS = 8.0
#: Threads that wait for one lock on a busy machine take a minute for what takes a second elsewhere.
_TESTS_SECONDS = 240.0


class Kind(StrEnum):
    """The ways in which a race can end."""

    PASSED = "passed"
    WRONG = "wrong"  #: a wrong answer or an exception
    CRASHED = "crashed"
    HUNG = "hung"


@dataclass(frozen=True, slots=True)
class Ending:
    """How one race ended."""

    kind: Kind
    said: str = ""
    adds: int = 0


def plan(variant: Variant, build: Build, runs: int) -> tuple[int, float]:
    """Return how many races a wheel gets, and the seconds of each.

    `before` gets `runs` on both builds, `after` twice that where it matters and half where it does not.
    """
    if build is Build.FREE_THREADED:
        return (runs, BEFORE_SECONDS) if variant is Variant.BEFORE else (2 * runs, BUDGET_SECONDS)
    return (runs if variant is Variant.BEFORE else max(1, runs // 2)), BUDGET_SECONDS


def options(variant: Variant, build: Build) -> tuple[str, ...]:
    """Return the interpreter's options: `before` does not declare support, so the GIL is forced off."""
    if build is Build.FREE_THREADED and variant is Variant.BEFORE:
        return ("-X", "gil=0")
    return ()


def attempt(
    built: Built,
    variant: Variant,
    build: Build,
    *,
    scripts: Path,
    environ: Mapping[str, str],
    runs: int,
) -> Result:
    """Try one wheel; `scripts` is the folder of test_tally.py and race.py."""
    python = str(built.python)
    more = options(variant, build)
    passed, failed = tests([python, *more], scripts / "test_tally.py", environ)
    count, seconds = plan(variant, build, runs)
    endings = [race([python, *more], scripts, environ, seconds) for _ in range(count)]
    return Result(
        variant=variant,
        build=build,
        wheel=built.wheel,
        tests=passed,
        tests_failed=failed,
        gil_after_import=gil_after_import(python, environ),
        races=summed(endings),
    )


def race(
    command: Sequence[str], scripts: Path, environ: Mapping[str, str], seconds: float
) -> Ending:
    """Run one race and say how it ended, from its process and what it printed."""
    words = [*command, str(scripts / "race.py"), "--seconds", str(seconds)]
    ended = _run(words, environ, seconds + GRACE_SECONDS)
    if ended.ending is process.Ending.HANG:
        return Ending(kind=Kind.HUNG, said=f"still running {GRACE_SECONDS:.0f} s after its time")
    try:
        answer = json.loads(ended.output.splitlines()[-1])
        adds, wrong = int(answer["adds"]), answer["wrong"]
    except (IndexError, KeyError, TypeError, ValueError):
        adds, wrong = 0, None
    if ended.signal:
        return Ending(kind=Kind.CRASHED, said=ended.signal, adds=adds)
    if ended.succeeded and adds and wrong is None:
        return Ending(kind=Kind.PASSED, adds=adds)
    if ended.status == 1 and wrong is not None:
        return Ending(kind=Kind.WRONG, said=public(str(wrong)), adds=adds)
    lines = ended.errors.decode(errors="replace").strip().splitlines()
    return Ending(
        kind=Kind.WRONG, said=public(lines[-1] if lines else f"exit status {ended.status}")
    )


def summed(endings: Sequence[Ending]) -> Races:
    """Count endings; numbers in what was said are left out to tell ways of failing apart."""
    kinds = Counter(ending.kind for ending in endings)
    ways: dict[str, list[str]] = {}
    for ending in filter(lambda ending: ending.said, endings):
        ways.setdefault(re.sub(r"\d+", "#", ending.said), []).append(ending.said)
    frequent = sorted(ways.values(), key=lambda texts: (-len(texts), texts[0]))
    return Races(
        runs=len(endings),
        wrong=kinds[Kind.WRONG],
        crashed=kinds[Kind.CRASHED],
        hung=kinds[Kind.HUNG],
        adds=sum(ending.adds for ending in endings),
        said=tuple(texts[0] for texts in frequent[:3]),
    )


def _run(command: Sequence[str], environ: Mapping[str, str], seconds: float) -> process.Ended:
    limits = process.Limits(seconds=seconds)
    return process.run(command, folder=Path(), environ=environ, limits=limits)


def tests(command: Sequence[str], script: Path, environ: Mapping[str, str]) -> tuple[int, int]:
    """Return how many tests of a script passed and failed; (0, 1) when they could not even start."""
    words = [*command, "-W", "ignore", str(script)]
    ended = _run(words, environ, _TESTS_SECONDS)
    printed = ended.errors.decode(errors="replace")
    ran = re.search(r"^Ran (\d+) tests? in", printed, re.MULTILINE)
    if ran is None or ended.status is None:
        return 0, 1
    failed = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", printed))
    if not ended.succeeded:
        failed = max(failed, 1)
    return int(ran[1]) - failed, failed


def gil_after_import(python: str, environ: Mapping[str, str], module: str = "tally") -> bool:
    """Say whether the GIL is on after the import, as a user would see it: without options."""
    code = f"import sys, {module}; print(getattr(sys, '_is_gil_enabled', lambda: True)())"
    ended = _run([python, "-W", "ignore", "-c", code], environ, _TESTS_SECONDS)
    return ended.output.strip() != b"False"


def import_error(python: str, environ: Mapping[str, str], module: str) -> str:
    """Return the last line of a failed import, made public, and nothing when it succeeds."""
    ended = _run([python, "-W", "ignore", "-c", f"import {module}"], environ, _TESTS_SECONDS)
    if ended.succeeded:
        return ""
    lines = ended.errors.decode(errors="replace").strip().splitlines()
    return public(lines[-1] if lines else ended.words)
