"""Faults at random points of whole programs, and what must hold afterwards; `python -m tests.faults` runs it.

A case is a scenario (a verb in a checkout of its own) and a fault. The fault strikes at a random moment of
the time that the verb took undisturbed. Then nothing may go on running, and what had been stored must still
be there. The verb is called again, as a person would, and has to complete: everything
that was planned, nothing twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from ftguide.ground.process.claim import SUFFIX
from tests.processes import carrying

#: What nobody may outlive a killed program for. What ends it needs a second of a CPU that it may share with
#: many others; what it has to end would go on for longer.
GRACE_SECONDS = 60.0
#: Longer than any case takes on a loaded machine; what takes longer hangs.
MOST_SECONDS = 240.0
_STOPPED_SECONDS = 3.0

#: Arms what has to be injected, then is the front door, or Sphinx. With `halts` the program stops itself
#: where it reads evidence, which `accept` does in its temporary folder: no strike there comes too late.
DRIVER = """
import json, sys
spec = json.loads(sys.argv[1])
if "bytes" in spec:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (spec["bytes"], resource.RLIM_INFINITY))
if "halts" in spec:
    import os, signal
    from ftguide.tracker.record import evidence
    read_file = evidence.read_file

    def halted(path):
        os.kill(os.getpid(), signal.SIGSTOP)
        return read_file(path)

    evidence.read_file = halted
if "back" in spec:
    import datetime, time
    from ftguide.ground import runs
    from ftguide.tracker.record import evidence
    calls = 0

    def hours():
        global calls
        calls += 1
        return 1 if calls > spec["back"] else 0

    class Stepping(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) - datetime.timedelta(hours=hours())

    clock = time.time
    runs.datetime = evidence.datetime = Stepping
    time.time = lambda: clock() - 3600 * hours()
if spec["program"] == "sphinx":
    from sphinx.cmd.build import main
else:
    from ftguide.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


class FindingError(AssertionError):
    """Something that must not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A verb in a checkout of its own."""

    name: str
    prepare: Callable[[Path], None]  #: makes the checkout
    words: Callable[[Path], list[str]]  #: what is called
    again: Callable[
        [Path], list[str] | None
    ]  #: what completes it; None where nothing is left to do
    stored: Callable[[Path], dict[str, list[bytes]]]  #: by place, the lines that must never be lost
    #: Raises `FindingError`; `harmed` tells that a worker was killed, which is recorded as a fact.
    check: Callable[[Path, bool], None]
    program: str = "ftguide"
    fine: frozenset[int] = frozenset({0})  #: how it may end where nothing disturbs it
    writes: tuple[str, ...] = ()  #: folders that are taken the right to write to


@dataclass(frozen=True, slots=True)
class Fault:
    """What strikes: how the program is started, and what is done to it while it runs."""

    name: str
    strike: Callable[[psutil.Process, random.Random], None] | None = None
    spec: Callable[[random.Random], dict[str, int]] = lambda _: {}
    read_only: bool = False
    twice: bool = False  #: two of them at once
    harms: bool = False  #: a worker dies and its controller lives: it records that


def _signal(process: psutil.Process, number: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill_child(process: psutil.Process, chance: random.Random) -> None:
    if children := _children(process):
        _signal(chance.choice(children), signal.SIGKILL)


def _kill_both(process: psutil.Process, chance: random.Random) -> None:
    children = _children(process)
    for each in chance.sample([process, *children], 1 + len(children)):
        _signal(each, signal.SIGKILL)


def _stop(process: psutil.Process, _: random.Random) -> None:
    _signal(process, signal.SIGSTOP)
    time.sleep(_STOPPED_SECONDS)
    _signal(process, signal.SIGCONT)


FAULTS = (
    Fault("kill parent", lambda process, _: _signal(process, signal.SIGKILL)),
    Fault("kill child", _kill_child, harms=True),
    Fault("kill both", _kill_both),
    Fault("interrupt", lambda process, _: _signal(process, signal.SIGINT)),
    Fault("full disk", spec=lambda chance: {"bytes": chance.choice((0, 100, 3_000, 30_000))}),
    Fault("read-only folder", read_only=True),
    Fault("clock back", spec=lambda chance: {"back": chance.randrange(6)}),
    Fault("two at once", twice=True),
    Fault("long stop", _stop),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a case went."""

    scenario: str
    fault: str
    status: int  #: of the disturbed call
    left: tuple[str, ...]  #: in the temporary folder, when all was done


def start(scenario: Scenario, place: Path, words: list[str], spec: dict[str, int], *prefix: str):
    """Start a verb in a checkout; its processes are known by their temporary folder."""
    (place / "tmp").mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    told = json.dumps({**spec, "program": scenario.program})
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", DRIVER, told, *words],
        cwd=place,
        env={
            **kept,
            "TMPDIR": str(place / "tmp"),
            "PYTHONPATH": str(place),
            "COLUMNS": "100",
            "SITE_URL": "",
            # CPython 3.11.7 stores what a full disk leaves of a .pyc, and cannot import it later (gh-126606);
            # 3.13.15, 3.14.7 and 3.15.0rc2 store nothing then.
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a verb and return what it printed; raises `FindingError` where it hangs."""
    try:
        return process.communicate(timeout=MOST_SECONDS)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        raise FindingError(f"it hangs: {process.communicate()[0][-2_000:]}") from None


def survivors(place: Path) -> list[str]:
    """Return the command lines of what still runs in a checkout."""
    return carrying(f"TMPDIR={place / 'tmp'}")


def run(scenario: Scenario, place: Path) -> float:
    """Run a scenario undisturbed; return how long it takes."""
    scenario.prepare(place)
    began = time.monotonic()
    process = start(scenario, place, scenario.words(place), {})
    output = finish(process)
    if process.returncode not in scenario.fine:
        raise FindingError(f"undisturbed it ends with {process.returncode}: {output[-3_000:]}")
    took = time.monotonic() - began
    scenario.check(place, False)
    return took


def disturb(
    scenario: Scenario, fault: Fault, place: Path, seconds: float, chance: random.Random
) -> Ended:
    """Run a scenario in a new checkout, let a fault strike, and complete it; raises `FindingError`."""
    scenario.prepare(place)
    words = scenario.words(place)
    if fault.twice:  # of what was begun and killed: two that complete it
        first = start(scenario, place, words, {})
        time.sleep(chance.uniform(0, seconds))
        _kill_both(psutil.Process(first.pid), chance)
        finish(first)
        _nobody_left(place)
        words = scenario.again(place) or words
    with _Unwritable(place, scenario.writes if fault.read_only else ()) as prefix:
        process = start(scenario, place, words, fault.spec(chance), *prefix)
        other = start(scenario, place, words, {}) if fault.twice else None
        if fault.strike is not None:
            time.sleep(chance.uniform(0, seconds))
            if process.poll() is None:
                fault.strike(psutil.Process(process.pid), chance)
        output = finish(process)
        if other is not None:
            output += finish(other)
    _nobody_left(place)
    _ended_well(scenario, fault, process.returncode, output)
    before = scenario.stored(place)
    called = _complete(scenario, fault, place)
    after = scenario.stored(place)
    for name, lines in before.items():
        if lines != after.get(name, [])[: len(lines)]:
            raise FindingError(f"{name}: lines that had been stored are gone or changed")
    scenario.check(place, fault.harms)
    _nobody_left(place)
    return Ended(
        scenario=scenario.name,
        fault=fault.name,
        status=process.returncode,
        left=_left(place, called=called),
    )


def _complete(scenario: Scenario, fault: Fault, place: Path) -> bool:
    """Call what completes a scenario, and again until nothing is left to do; return whether anything was."""
    again = scenario.again(place)
    called = again is not None
    for _ in range(2):
        if again is None:
            break
        process = start(scenario, place, again, {})
        output = finish(process)
        if process.returncode not in (scenario.fine | ({1} if fault.harms else set())):
            raise FindingError(f"called again it ends with {process.returncode}: {output[-3_000:]}")
        again = scenario.again(place)
    return called


def _left(place: Path, *, called: bool) -> tuple[str, ...]:
    """Return what is in the temporary folder when all was done.

    Raises `FindingError` for what a program that was killed with its keeper had there, or beside the runs,
    and the one that was called then did not clear away.
    """
    left = sorted(path.name for path in (place / "tmp").iterdir() if not path.match("uv-*.lock"))
    staged = sorted(path.name for path in (place / "benchmarks").glob(f"results/**/.*{SUFFIX}"))
    if called and (kept := [name for name in (*left, *staged) if name.endswith(SUFFIX)]):
        raise FindingError(f"temporary folders are left: {kept}")
    return tuple(left)


def _nobody_left(place: Path) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    while (found := survivors(place)) and time.monotonic() < deadline:
        time.sleep(0.05)
    if found:
        raise FindingError(f"still running after {GRACE_SECONDS:.0f} s: {found[0][:300]}")


def _ended_well(scenario: Scenario, fault: Fault, status: int, output: str) -> None:
    if status == -signal.SIGINT and "in main" not in output:
        return  # before there was a program that could answer
    if status not in {0, 1, 2, 130, -signal.SIGKILL}:
        raise FindingError(f"it ended with {status}: {output[-3_000:]}")
    # Sphinx reports what stops it in its own way.
    if scenario.program == "ftguide" and "Traceback (most recent call last)" in output:
        raise FindingError(f"a traceback: {output[-3_000:]}")


class _Unwritable:
    """Takes a program the right to write to some folders; root needs to lose a capability as well."""

    def __init__(self, place: Path, names: Iterable[str]) -> None:
        self._folders = [folder for name in names if (folder := place / name).is_dir()]

    def __enter__(self) -> tuple[str, ...]:
        for folder in self._folders:
            folder.chmod(0o555)
        root = self._folders and os.geteuid() == 0
        return ("setpriv", "--bounding-set", "-dac_override", "--") if root else ()

    def __exit__(self, *_: object) -> None:
        for folder in self._folders:
            folder.chmod(0o755)
