"""What no run can say, whoever measured it: times that end before they start, CPUs that do not exist.

Types are checked where a record is decoded. A value of the right type can still be one that no measurement
gives, and a table made of it would look like any other: a time of -1 s is a fine number. `violations` finds
those values. It runs over runs that are packed or taken from others, never over those that are only read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import chain

from benchmarks.workloads.declare import Expectation, Group, Scaling, Scope
from ftguide.ground import bounds
from ftguide.ground.bounds import Violation
from ftguide.ground.machine import UNPINNED_SYSTEMS
from ftguide.ground.runs import begun, wrong_time
from ftguide.ground.vocabulary import Arm, Build
from ftguide.interpreters.model import Facts, Interpreter, Pair, Route
from ftguide.suite.record import store
from ftguide.suite.record.model import (
    ArmRecord,
    Block,
    Cost,
    Plan,
    PlannedWorkload,
    Run,
    StoredRun,
)

#: Blocks, and turns of an arm in a block: far above any plan, far below what would fill a page or a loop.
MOST_COUNT = 1_000_000
MOST_ROUNDS = 10_000
#: What would take longer than anything that is measured, on a CPU faster than any.
MOST_LOOPS = bounds.MOST_SECONDS * 1e9 / bounds.LEAST_NANOSECONDS
#: Linux takes no longer text for one variable of the environment.
MOST_PADDING = 128 * 1024

#: Of the time of one worker, which may start threads of its own.
_MOST_SHARES = {"cpu_share": bounds.MOST_CPUS, "blocked_share": 1, "delayed_share": 1}

#: The year in which the suite was first released.
_FIRST_YEAR = 2026
#: The seconds of a block are stored with three decimals.
_ROUNDING_SECONDS = 0.001
_SUITE = re.compile(r"(2\d{3})\.([1-9]|1[0-2])(\.\d{1,3})?", re.ASCII)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


def violations(stored: StoredRun) -> Iterator[Violation]:
    """Yield the values of a run that cannot be, in the order of its files."""
    for found in chain(_of_run(stored.run), _of_pairs(stored.run)):
        yield Violation(f"run.json: {found.place}", found.what)
    for found in _of_lines(stored):
        yield Violation(f"{store.BLOCKS}: {found.place}", found.what)


def _of_lines(stored: StoredRun) -> Iterator[Violation]:
    planned = {one.slug: one for one in stored.run.plan.workloads}
    for block in stored.blocks:
        own = planned.get(block.workload)
        if own is None:
            yield Violation(
                "$.block.workload", f"is {bounds.quoted(block.workload)}, which was not planned"
            )
            continue
        at = f"block {block.index} of {block.workload}: $.block"
        yield from _of_block(block, own, stored.run, at)
    for cost in stored.costs:
        yield from _of_cost(cost, planned, f"the cost of {bounds.quoted(cost.workload)}: $.cost")


def _of_run(run: Run) -> Iterator[Violation]:
    yield from bounds.moment(run.started, "$.started")
    if run.finished is not None:
        yield from bounds.moment(run.finished, "$.finished")
        if run.finished < run.started:
            yield Violation("$.finished", f"is {bounds.quoted(run.finished)}, before $.started")
    yield from bounds.moment(begun(run.run_id), "$.run_id, as a time,")
    yield from _of_suite_version(run)
    if run.suite.commit is not None:
        yield from bounds.spelling(
            run.suite.commit, "$.suite.commit", _COMMIT, "40 hexadecimal digits"
        )
    yield from bounds.of_machine(run.machine, "$.machine")
    for build, facts in run.interpreters.items():
        yield from _of_facts(facts, build, f"$.interpreters.{build}")
    for line, pair in run.lines.items():
        for build, facts in pair.items():
            yield from _of_facts(facts, build, f"$.lines['{line}'].{build}")
    if run.pinned and run.machine.system in UNPINNED_SYSTEMS:
        yield Violation("$.pinned", f"is true, and on {run.machine.system} nothing is pinned")
    yield from _of_plan(run.plan)
    yield from bounds.texts(run, "$")


def _of_suite_version(run: Run) -> Iterator[Violation]:
    """Yield what is wrong with the version of the suite: it has the year and the month of its release."""
    version, place = run.suite.version, "$.suite.version"
    if not (found := _SUITE.fullmatch(version)):
        yield from bounds.spelling(version, place, _SUITE, "2026.12.2")
    elif not wrong_time(run.started):  # releases may be named after the month that follows
        latest = int(run.started[:4]) + 1
        yield from bounds.number(int(found[1]), f"{place}, as a year,", _FIRST_YEAR, latest)


def _of_facts(facts: Facts, build: Build, at: str) -> Iterator[Violation]:
    if facts.build is not build:
        yield Violation(f"{at}.build", f"is {facts.build}, in the place of the {build} build")
    yield from bounds.version(facts.version, f"{at}.version")
    yield from bounds.sha256(facts.binary_sha256, f"{at}.binary_sha256")
    if facts.gil_enabled_at_start is not (build is Build.GIL):
        how = "off" if build is Build.GIL else "on"
        yield Violation(f"{at}.gil_enabled_at_start", f"says that its GIL was {how}")


def _of_pairs(run: Run) -> Iterator[Violation]:
    """Yield the pairs that are said to be alike and are not: what is said is derived again from the facts."""
    pairs = [("$.differences", run.differences, run.interpreters)]
    pairs += [
        (f"$.lines['{line}']", run.line_differences, pair) for line, pair in run.lines.items()
    ]
    for place, told, facts in pairs:
        if set(facts) != set(Build) or told:
            continue
        gil, ft = (
            Interpreter(executable="", route=Route.GIVEN, detail="", facts=facts[build])
            for build in Build
        )
        for difference in Pair(gil=gil, ft=ft).differences:
            yield Violation(
                place, f"tells no difference, and the builds differ: {difference[:200]!a}"
            )


def _of_plan(plan: Plan) -> Iterator[Violation]:
    yield from bounds.number(plan.seed, "$.plan.seed", 0)
    yield from bounds.number(plan.blocks, "$.plan.blocks", 1, MOST_COUNT)
    yield from bounds.number(plan.threads, "$.plan.threads", 1, bounds.MOST_CPUS)
    yield from bounds.number(plan.budget_seconds, "$.plan.budget_seconds", 0, bounds.MOST_SECONDS)
    yield from bounds.number(plan.block_seconds, "$.plan.block_seconds", 0, bounds.MOST_SECONDS)
    for slug, times in Counter(one.slug for one in plan.workloads).items():
        if times > 1:
            yield Violation("$.plan.workloads", f"has {bounds.quoted(slug)} {times} times")
    for place, one in enumerate(plan.workloads):
        at = f"$.plan.workloads[{place}]"
        yield from bounds.spelling(one.slug, f"{at}.slug", _SLUG, "list-append-shared")
        for name, known in (
            *(("group", Group), ("scope", Scope), ("scaling", Scaling)),
            ("expectation", Expectation),
        ):
            yield from bounds.one_of(
                getattr(one, name), f"{at}.{name}", [str(each) for each in known]
            )
        for name, most in (
            *(("version", MOST_COUNT), ("rounds", MOST_ROUNDS), ("cpus", bounds.MOST_CPUS)),
            *(("loops", MOST_LOOPS), ("single_loops", MOST_LOOPS), ("blocks", MOST_COUNT)),
        ):
            yield from bounds.number(getattr(one, name), f"{at}.{name}", 1, most)
        for name in one.arms:
            try:
                Arm.parse(name)
            except ValueError as error:
                yield Violation(f"{at}.arms", f"has what is no arm: {error}")


def _of_block(block: Block, planned: PlannedWorkload, run: Run, at: str) -> Iterator[Violation]:
    yield from bounds.moment(block.started, f"{at}.started")
    yield from bounds.number(block.index, f"{at}.index", 0, MOST_COUNT)
    yield from bounds.number(block.seconds, f"{at}.seconds", 0, bounds.MOST_SECONDS)
    yield from bounds.number(
        block.overhead_seconds, f"{at}.overhead_seconds", 0, bounds.MOST_SECONDS
    )
    yield from bounds.number(block.hash_seed, f"{at}.hash_seed", 0, 2**32 - 1)
    yield from bounds.number(block.padding_bytes, f"{at}.padding_bytes", 0, MOST_PADDING)
    yield from bounds.number(block.steal, f"{at}.steal", 0, 1)
    yield from bounds.number(block.others, f"{at}.others", 0, bounds.MOST_CPUS)
    if run.pinned is not bool(block.cpus):
        told = "no CPU" if run.pinned else "CPUs"
        yield Violation(f"{at}.cpus", f"names {told}, and $.pinned is {str(run.pinned).lower()}")
    yield from bounds.cpus(block.cpus or (), f"{at}.cpus")
    if set(block.arms) != set(planned.arms):
        odd = min(set(block.arms) ^ set(planned.arms))
        yield Violation(f"{at}.arms", f"are not the planned ones: {bounds.quoted(odd)}")
        return
    if len(block.order) > planned.rounds:
        yield Violation(f"{at}.order", f"has {len(block.order)} rounds of {planned.rounds} planned")
    turns = Counter(chain.from_iterable(block.order))
    for name in sorted(turns.keys() - block.arms.keys()):
        yield Violation(f"{at}.order", f"names {bounds.quoted(name)}, which is no arm of it")
    for name, arm in block.arms.items():
        own = f"{at}.arms['{name}']"
        try:
            workers = Arm.parse(name).workers
        except ValueError:  # which was told of the plan, and nothing of it can be counted
            continue
        yield from bounds.number(arm.loops, f"{own}.loops", 1, _most_loops(planned, workers))
        yield from _of_spans(arm, workers, turns[name], block.seconds, own)
        yield from _of_arm(arm, _most_events(block, run), own)


def _most_events(block: Block, run: Run) -> float:
    """Return how often anything can happen in a block: no CPU collects, faults or switches within 1 ns."""
    return (block.seconds + _ROUNDING_SECONDS) * 1e9 * max(1, run.machine.cpus)


def _most_loops(planned: PlannedWorkload, workers: int) -> float:
    """Return how many loops a value of an arm may have: those that its plan has."""
    loops = planned.loops if workers > 1 else planned.single_loops or planned.loops
    return MOST_LOOPS if loops is None else loops


def _of_spans(
    arm: ArmRecord, workers: int, turns: int, seconds: float, at: str
) -> Iterator[Violation]:
    """Yield the times that cannot be: no time, of no turn, after the end of the block, or too short."""
    last = (seconds + _ROUNDING_SECONDS) * 1e9
    if len(arm.spans) != turns or not turns:
        yield Violation(f"{at}.spans", f"has {len(arm.spans)} values for {turns} turns")
    for value, spans in enumerate(arm.spans):
        if len(spans) != workers:
            yield Violation(f"{at}.spans[{value}]", f"has {len(spans)} of {workers} workers")
        for start, end in spans:
            if not 0 <= start < end <= last:
                what = f"is no time in a block of {seconds:g} s: from {start} to {end} ns"
                yield Violation(f"{at}.spans[{value}]", what)
            else:
                yield from bounds.repeated(arm.loops, end - start, f"{at}.loops")
    if len(arm.laps) not in {0, len(arm.spans)}:
        yield Violation(f"{at}.laps", f"has {len(arm.laps)} values of {len(arm.spans)}")
    for value, (laps, spans) in enumerate(zip(arm.laps, arm.spans, strict=False)):
        yield from bounds.number(min(laps, default=0), f"{at}.laps[{value}]", 1)
        for start, end in spans:
            if sum(laps) != end - start:
                what = f"add up to {sum(laps)} ns, and the value took {end - start}"
                yield Violation(f"{at}.laps[{value}]", what)


def _of_arm(arm: ArmRecord, most_events: float, at: str) -> Iterator[Violation]:
    for field in fields(arm):  # counts, nanoseconds and shares, those of tomorrow as well
        value = getattr(arm, field.name)
        if isinstance(value, (int, float)) and field.name != "loops":
            most = _MOST_SHARES.get(field.name, most_events)
            yield from bounds.number(value, f"{at}.{field.name}", 0, most)
    for observed in chain.from_iterable(arm.observed):  # bytes, counts or nanoseconds
        yield from bounds.number(observed, f"{at}.observed", 0, bounds.MOST_MEMORY)


def _of_cost(cost: Cost, planned: Mapping[str, PlannedWorkload], at: str) -> Iterator[Violation]:
    own = planned.get(cost.workload)
    if own is None or cost.arm not in own.arms:
        yield Violation(f"{at}.arm", f"is {bounds.quoted(cost.arm)}, which was not planned")
    for seconds in cost.start_seconds:
        yield from bounds.number(seconds, f"{at}.start_seconds", 0, bounds.MOST_SECONDS)
    yield from bounds.number(cost.peak_pss_bytes, f"{at}.peak_pss_bytes", 1, bounds.MOST_MEMORY)
    yield from bounds.number(cost.samples, f"{at}.samples", 0, MOST_COUNT * MOST_ROUNDS)
