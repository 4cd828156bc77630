"""Run tests on interpreters, and hand each observation on as soon as it is complete."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.process.claim import claimed_folder
from ftguide.ground.process.keeper import kept_folder
from ftguide.ground.runs import utc_now
from ftguide.ground.vocabulary import Build, line_of
from ftguide.interpreters.model import Interpreter
from ftguide.outcomes.declare.catalogue import Declared
from ftguide.outcomes.observe.plan import COVERING, Size
from ftguide.outcomes.observe.trial import Runner, attempt
from ftguide.outcomes.record.model import SCHEMA, Configuration, Observation, Ran, Subject

#: A test that hung so often on an interpreter is not tried further there: each time costs ten seconds.
MOST_HANGS = 2
MOST_TRACES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """An interpreter under test, and how it is started."""

    subject: Subject
    runner: Runner


#: A test on an interpreter, and what was seen; None where it was not tried.
Tried = tuple[Declared, Bench, Observation | None]


def benches(interpreters: Iterable[Interpreter], size: Size) -> list[Bench]:
    """Return what a preset tests: each interpreter, and each free-threaded one with its GIL on, too."""
    asked = [
        (interpreter, interpreter.facts.build is Build.FREE_THREADED, gil)
        for interpreter in interpreters
        for gil in (False, True)
    ]
    return [
        _bench(interpreter, gil=gil)
        for interpreter, free, gil in asked
        if (free or gil) and size.processes(gil=gil, free_threaded=free)
    ]


def _bench(interpreter: Interpreter, *, gil: bool) -> Bench:
    facts = interpreter.facts
    forced = gil and facts.build is Build.FREE_THREADED
    return Bench(
        subject=Subject(
            version=facts.version,
            build=facts.build,
            gil=gil,
            compiler=facts.compiler,
            optimised=facts.pgo,
            binary_sha256=facts.binary_sha256,
        ),
        runner=Runner(
            executable=interpreter.executable,
            options=("-X", "gil=1") if forced else (),
            parallel=not gil,
        ),
    )


def skipped(test: Declared, subject: Subject, extension_modules: Sequence[str] = ()) -> str:
    """Say why a test does not run on an interpreter; empty if it does."""
    if test.since and _number(line_of(subject.version)) < _number(test.since):
        return f"needs {test.since}"
    lacking = [name for name in test.needs if extension_modules and name not in extension_modules]
    return f"needs {', '.join(lacking)}" if lacking else ""


def _number(line: str) -> tuple[int, ...]:
    return tuple(int(part) for part in line.split("."))


def observe(
    test: Declared, bench: Bench, size: Size, *, run: str, folder: Path | None = None
) -> Observation:
    """Try a test on an interpreter in every configuration of a preset.

    Its processes work in a folder of their own, below `folder` or among the system's temporary ones. Raises
    `OSError` if the interpreter cannot be started.
    """
    started = time.monotonic()
    subject = bench.subject
    repeats = size.processes(gil=subject.gil, free_threaded=subject.build is Build.FREE_THREADED)
    processes: list[Ran] = []
    traces: dict[str, str] = {}
    overlapping = stamped = 0
    with claimed_folder("ft-outcome-", folder) as work:
        for configuration, seed in _schedule(test, size.configurations, repeats):
            if sum(ran.ending == "hang" for ran in processes) >= MOST_HANGS:
                break
            tried = attempt(
                test,
                bench.runner,
                configuration,
                seconds=size.seconds,
                seed=seed,
                folder=work,
            )
            processes.append(tried.ran)
            if tried.ran.ending and len(traces) < MOST_TRACES:
                traces.setdefault(tried.ran.ending, tried.trace)
        if size.stamp_seconds and not (subject.gil and subject.build is Build.FREE_THREADED):
            stamps = attempt(
                test,
                bench.runner,
                COVERING[0],
                seconds=size.stamp_seconds,
                seed=0,
                folder=work,
                stamps=True,
            )
            overlapping, stamped = stamps.overlapping, stamps.stamped
    return Observation(
        schema=SCHEMA,
        run=run,
        preset=size.name,
        test=test.slug,
        hash=test.hash,
        subject=subject,
        observed_at=utc_now(),
        seconds=round(time.monotonic() - started, 2),
        processes=tuple(processes),
        overlapping=overlapping,
        stamped=stamped,
        traces=traces,
    )


def _schedule(
    test: Declared, configurations: Sequence[Configuration], repeats: int
) -> Iterator[tuple[Configuration, int]]:
    """Yield configurations in turn, each time with another seed, the same ones whenever it is asked."""
    for repeat in range(repeats):
        for number, configuration in enumerate(configurations):
            text = f"{test.slug} {repeat} {number}"
            yield configuration, int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def observe_all(
    tests: Sequence[Declared],
    chosen: Sequence[Bench],
    size: Size,
    *,
    run: str,
    done: Callable[[Declared, Bench], bool] = lambda _test, _bench: False,
) -> Iterator[Tried]:
    """Yield an observation of every test on every interpreter, None where `done` says there is one.

    A test runs on all interpreters before the next one does, so that what is compared was seen within
    seconds.
    """
    with kept_folder("ftguide-outcomes-") as folder:
        for test in tests:
            for bench in chosen:
                if skipped(test, bench.subject) or done(test, bench):
                    yield test, bench, None
                else:
                    yield test, bench, observe(test, bench, size, run=run, folder=folder)
