"""A session: build everything first, several at a time, then race one wheel after the other.

Races need the processors for themselves, so nothing is built meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ftguide.interpreters.model import Interpreter, Pair
from ftguide.machine import Platform, describe
from ftguide.native.examples import trial
from ftguide.native.examples.catalogue import Example, Variant
from ftguide.native.examples.report import Hardware, Outcome, Part
from ftguide.native.examples.workshop import (
    PROGRAMS,
    BuildError,
    Built,
    SkippedError,
    Workshop,
    crate_version,
    locked,
    pinned,
)
from ftguide.vocabulary import line_of

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wheels:
    """An example's wheels, or why there are none."""

    built: tuple[tuple[Variant, Interpreter, Built], ...] = ()
    skipped: str = ""
    failed: str = ""


def hold(
    pair: Pair, examples: Sequence[Example], workshop: Workshop, *, runs: int, today: str, say: Say
) -> Part:
    """Build, test and race examples with a pair; `runs` races of `before` per build."""
    workshop.root.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=len(Platform().usable())) as pool:
        wheels = list(pool.map(lambda one: _wheels(one, pair, workshop, say), examples))
    outcomes = [
        _outcome(example, made, workshop, runs, say)
        for example, made in zip(examples, wheels, strict=True)
    ]
    return Part(
        line=line_of(pair.version),
        version=pair.version,
        date=today,
        compiler=pair.ft.facts.compiler,
        machine=hardware(),
        programs={
            name: workshop.version(name)
            for name in PROGRAMS
            if workshop.program(name)
            and any(
                name in example.programs and one.results
                for example, one in zip(examples, outcomes, strict=True)
            )
        },
        outcomes=tuple(outcomes),
    )


def today() -> str:
    """Return the date in UTC, as the report states it."""
    return dt.datetime.now(dt.UTC).date().isoformat()


def hardware() -> Hardware:
    """Describe this machine by the few fields that the report has."""
    machine = describe(Platform())
    return Hardware(
        system=machine.system,
        architecture=machine.architecture,
        cpu_model=machine.cpu_model,
        usable_cpus=machine.usable_cpus,
    )


def _wheels(example: Example, pair: Pair, workshop: Workshop, say: Say) -> _Wheels:
    try:
        built = [
            (variant, interpreter, workshop.build(example, variant, interpreter))
            for variant in Variant
            for interpreter in (pair.gil, pair.ft)
        ]
    except SkippedError as reason:
        say(f"{example.name}: skipped, {reason}")
        return _Wheels(skipped=str(reason))
    except BuildError as error:
        say(f"{example.name}: {error}")
        return _Wheels(failed=str(error).partition(":\n")[0])
    say(f"{example.name}: built, {', '.join(sorted({one.wheel for _, _, one in built}))}")
    return _Wheels(built=tuple(built))


def _outcome(example: Example, wheels: _Wheels, workshop: Workshop, runs: int, say: Say) -> Outcome:
    if not wheels.built:
        return Outcome(name=example.name, skipped=wheels.skipped, failed=wheels.failed)
    lock = locked((workshop.sources / "requirements.txt").read_text())
    tools = {name: pinned(lock[name]) for name in example.packages}
    if example.crate:
        manifest = (workshop.sources / example.name / "after" / "Cargo.toml").read_text()
        tools[example.crate] = crate_version(manifest, example.crate)
    results = []
    for variant, interpreter, built in wheels.built:
        build = interpreter.facts.build
        result = trial.attempt(
            built,
            variant,
            build,
            scripts=workshop.sources,
            environ=workshop.child_environ(),
            runs=runs,
        )
        races = result.races
        say(
            f"{example.name}, {variant}, {build.words}: {result.tests} tests passed, "
            f"GIL {'on' if result.gil_after_import else 'off'} after import, "
            f"{races.failed} of {races.runs} races failed"
            + (f" ({'; '.join(races.said)})" if races.said else "")
        )
        results.append(result)
    return Outcome(name=example.name, tools=tools, results=tuple(results))
