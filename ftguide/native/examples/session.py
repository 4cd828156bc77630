"""A session: build everything first, several at a time, then race one wheel after the other.

Races need the processors for themselves, so nothing is built meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from ftguide.ground.machine import Platform, describe
from ftguide.ground.vocabulary import line_of
from ftguide.interpreters.model import Interpreter, Pair
from ftguide.native.examples import trial
from ftguide.native.examples.catalogue import Example, Variant
from ftguide.native.examples.report import Hardware, Outcome, Part
from ftguide.native.examples.workshop import (
    PROGRAMS,
    BuildError,
    Built,
    SkippedError,
    Workshop,
)

Say = Callable[[str], None]
_Wheel = tuple[Variant, Interpreter, Built]


def hold(
    pair: Pair, examples: Sequence[Example], workshop: Workshop, *, runs: int, say: Say
) -> Part:
    """Build, test and race examples with a pair; `runs` races of `before` per build."""
    workshop.root.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=len(Platform().usable())) as pool:
        made = list(pool.map(lambda example: _build(example, pair, workshop, say), examples))
    outcomes = [
        wheels if isinstance(wheels, Outcome) else _race(example, wheels, workshop, runs, say)
        for example, wheels in zip(examples, made, strict=True)
    ]
    raced = {outcome.name for outcome in outcomes if outcome.results}
    used = {name for example in examples if example.name in raced for name in example.programs}
    return Part(
        line=line_of(pair.version),
        version=pair.version,
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        compiler=pair.ft.facts.compiler,
        machine=msgspec.convert(describe(Platform()), Hardware, from_attributes=True),
        programs={name: workshop.version(name) for name in PROGRAMS if name in used},
        outcomes=tuple(outcomes),
    )


def _build(example: Example, pair: Pair, workshop: Workshop, say: Say) -> list[_Wheel] | Outcome:
    """Return an example's wheels, or the outcome that says why there are none."""
    try:
        built = [
            (variant, interpreter, workshop.build(example, variant, interpreter))
            for variant in Variant
            for interpreter in (pair.gil, pair.ft)
        ]
    except SkippedError as reason:
        say(f"{example.name}: skipped, {reason}")
        return Outcome(name=example.name, skipped=str(reason))
    except BuildError as error:
        say(f"{example.name}: {error}")
        return Outcome(name=example.name, failed=error.reason)
    say(f"{example.name}: built, {', '.join(sorted({wheel.wheel for _, _, wheel in built}))}")
    return built


def _race(
    example: Example, wheels: Sequence[_Wheel], workshop: Workshop, runs: int, say: Say
) -> Outcome:
    tools = workshop.versions(example, workshop.sources / example.name / Variant.AFTER)
    results = []
    for variant, interpreter, built in wheels:
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
