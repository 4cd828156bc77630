"""Executes a plan block by block and resumes one that was cut short.

Knows no terminal: it tells an `Observer` what happens, and draws nothing itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.workloads.declare import Group
from ftguide.ground.machine import Platform, describe
from ftguide.ground.runs import git, new_run_id, utc_now
from ftguide.ground.vocabulary import Arm, ExpectedError, Target
from ftguide.suite.declare import plan as planning
from ftguide.suite.declare.catalogue import CatalogueEntry, catalogue
from ftguide.suite.derive.series import series
from ftguide.suite.observe import block as blocks
from ftguide.suite.observe import budget, costs
from ftguide.suite.observe.arm_process import ArmFailedError
from ftguide.suite.observe.lines import Pairs
from ftguide.suite.record import model, store
from ftguide.suite.record.writer import RunFolder

#: Raised when results stop being comparable with older ones; CHANGELOG.md says why each time.
SUITE_VERSION = "2026.12.2"
#: Of the machine's memory, for all arms of a block; more would push the system into swapping.
MEMORY_SHARE = 0.6


class ResumeError(ExpectedError):
    """A run cannot be resumed here; the message says what differs and what to do."""


class Observer(Protocol):
    """Who wants to know how a run goes."""

    def planned(self, blocks: int, done: int) -> None:
        """Hear how many blocks a run has, and how many of them are already on disk."""

    def block(self, workload: model.PlannedWorkload, index: int) -> None:
        """Hear that a block (or, with index -1, a calibration) begins."""

    def tick(self) -> None:
        """Use a moment in which everything is quiet."""

    def costs(self, workload: model.PlannedWorkload, arm: str) -> None:
        """Hear that start and memory of an arm are measured."""

    def done(self, seconds: float) -> None:
        """Hear that a block is on disk."""

    def failed(self, failure: model.Failure) -> None:
        """Hear that a workload cannot be measured."""


def suite(root: Path) -> model.Suite:
    """Return which suite measures: version, commit, and whether the tree differs from it."""
    status, commit = git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")
    # A tree that git takes too long to look at, on a busy machine, is not known to be that of its commit.
    dirty = bool(status) or (status is None and commit is not None)
    return model.Suite(version=SUITE_VERSION, commit=commit, dirty=dirty)


def new_run(
    plan: model.Plan, pairs: Pairs, *, root: Path, on: Platform, flags: Sequence[str]
) -> model.Run:
    """Write down a run before its first block."""
    return model.Run(
        schema=model.SCHEMA,
        run_id=new_run_id(),
        started=utc_now(),
        finished=None,
        suite=suite(root),
        machine=describe(on),
        interpreters={build: python.facts for build, python in pairs.main.builds.items()},
        differences=pairs.main.differences,
        plan=plan,
        pinned=on.pin is not None,
        flags=tuple(flags),
        lines={
            line: {build: python.facts for build, python in pair.builds.items()}
            for line, pair in pairs.others.items()
        },
        line_differences=pairs.differences,
    )


def check_resumable(
    run: model.Run, pairs: Pairs, on: Platform, user_entries: Sequence[CatalogueEntry] = ()
) -> None:
    """Refuse, with ResumeError, to mix machines, interpreters or versions of a workload within one run."""
    entries = {**{entry.slug: entry for entry in user_entries}, **catalogue()}
    if describe(on).fingerprint != run.machine.fingerprint:
        raise ResumeError(
            f"run {run.run_id} was begun on another machine ({run.machine.cpu_model}, "
            f"{run.machine.usable_cpus} usable CPUs); resume it there or start a new one"
        )
    if list(pairs.by_line) != list(run.in_order) and run.lines:
        raise ResumeError(
            f"run {run.run_id} was begun with lines {' '.join(run.in_order)}; say --lines and them, leave "
            "it out, or start a new run"
        )
    for target, interpreter in pairs.targets.items():
        begun = run.targets.get(target)
        if begun is None:
            raise ResumeError(
                f"run {run.run_id} was begun with one line, {run.main_line}; leave --lines out or start "
                "a new run"
            )
        if interpreter.facts.binary_sha256 != begun.binary_sha256:
            how = "have that one found for --lines" if run.lines else "pass that one with --python"
            raise ResumeError(
                f"run {run.run_id} was begun with another {target.build.words} interpreter "
                f"({begun.version}); {how} or start a new run"
            )
    for planned in run.plan.workloads:
        entry = entries.get(planned.slug)
        if entry is None and planned.group == Group.MINE:
            raise ResumeError(
                f"run {run.run_id} measures {planned.title}: say --mine as before, or start a new run"
            )
        if entry is None or entry.source_hash != planned.source_hash:
            raise ResumeError(
                f"run {run.run_id}: the code of {planned.slug} has changed since; start a new run"
            )


class Execution:
    """One attempt at a plan: what is on disk already, what is left, what failed."""

    def __init__(
        self,
        held: RunFolder,
        pairs: Pairs,
        *,
        root: Path,
        on: Platform,
        patience: float,
        observer: Observer,
        entries: Callable[[], Sequence[CatalogueEntry]] = lambda: list(catalogue().values()),
        paths: Mapping[Target, tuple[str, ...]] | None = None,
        variables: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read back what an earlier attempt left in the folder; `paths` and `variables` as in `Stage`."""
        memory = held.run.machine.memory_bytes
        self._held = held
        self._observer = observer
        self._clock = clock
        self._stage = blocks.Stage(
            executables={target: one.executable for target, one in pairs.targets.items()},
            modules={entry.slug: entry.module for entry in entries()},
            root=root,
            on=on,
            patience=patience,
            memory_limit=int(memory * MEMORY_SHARE) if memory else None,
            paths=paths or {},
            variables=variables or {},
        )
        self._blocks: dict[tuple[str, int], model.Block] = {}
        self._failures: dict[str, model.Failure] = {}
        self._costs: set[tuple[str, str]] = set()
        self._calibrated: set[str] = set()
        self._plan = held.run.plan
        for line in store.read_lines(held.folder):
            if line.block is not None:
                self._blocks[line.block.workload, line.block.index] = line.block
            if line.failure is not None:
                self._failures[line.failure.workload] = line.failure
            for slug, loops in (line.loops or {}).items():
                single, rounds = (line.single_loops or {}).get(slug), (line.rounds or {}).get(slug)
                known = planning.Loops(loops=loops, single_loops=single)
                self._plan = planning.with_loops(self._plan, slug, known, rounds)
                self._calibrated.add(slug)
            if line.cost is not None:
                self._costs.add((line.cost.workload, line.cost.arm))

    def run(self) -> model.StoredRun:
        """Measure what is left, then finish the folder."""
        started = self._clock()
        todo = [
            (planned, index)
            for planned, index in planning.sequence(self._plan)
            if (planned.slug, index) not in self._blocks
        ]
        total = sum(planning.blocks_of(self._plan, planned) for planned in self._plan.workloads)
        self._observer.planned(total, total - len(todo))
        for planned, index in todo:
            self._measure(planned, index)
        # A finished run is only to be put into the index: it has spent its budget.
        if self._plan.budget_seconds is not None and self._held.run.finished is None:
            self._spend(started + self._plan.budget_seconds)
        if self._plan.costs:
            for planned in self._plan.workloads:
                self._measure_costs(planned.slug)
        return self._held.finish(utc_now())

    def _measure(self, planned: model.PlannedWorkload, index: int) -> None:
        """Measure one block; a failure takes its workload out and lets the others go on."""
        if planned.slug in self._failures:
            return
        begun = self._clock()
        try:
            if planned.slug not in self._calibrated:
                self._calibrate(planned, index)
            plan = planning.block_plan(self._plan, self._plan.workload(planned.slug), index)
            self._observer.block(plan.workload, index)
            block = blocks.measure(plan, self._stage, self._observer.tick)
        except ArmFailedError as error:
            failure = _failure(planned.slug, index, error)
            self._failures[planned.slug] = failure
            self._held.append(model.Line(failure=failure))
            self._observer.failed(failure)
            return
        self._held.append(model.Line(block=block))
        self._blocks[planned.slug, index] = block
        self._observer.done(self._clock() - begun)

    def _calibrate(self, planned: model.PlannedWorkload, index: int) -> None:
        """Measure the loops of a workload at its first block, and keep them for the run."""
        slug = planned.slug
        self._observer.block(planned, -1)
        loops = blocks.calibrate(planning.block_plan(self._plan, planned, index), self._stage)
        single = {} if loops.single_loops is None else {slug: loops.single_loops}
        rounds = planning.fit_rounds(planned.rounds, loops.round_ns, self._plan.block_seconds)
        self._held.append(
            model.Line(loops={slug: loops.loops}, single_loops=single, rounds={slug: rounds})
        )
        self._plan = planning.with_loops(self._plan, slug, loops, rounds)
        self._calibrated.add(slug)

    def _measure_costs(self, slug: str) -> None:
        """Measure what every arm of a workload costs; one that fails now keeps its times."""
        planned = self._plan.workload(slug)
        if slug in self._failures or planned.loops is None:
            return
        plan = planning.block_plan(self._plan, planned, 0)
        for arm in plan.arms:
            if not measures_costs(arm) or (slug, str(arm)) in self._costs:
                continue
            self._observer.costs(planned, str(arm))
            try:
                cost = costs.measure(plan, arm, self._stage)
            except ArmFailedError as error:
                self._observer.failed(_failure(slug, -1, error))
            else:
                self._held.append(model.Line(cost=cost))

    def _spend(self, deadline: float) -> None:
        """Spend what is left of the budget, one block at a time; `budget.widest` chooses.

        A block is started only when one of its kind is expected to end before the deadline.
        """
        while ratios := {
            planned.slug: self._ratios(planned)
            for planned in self._plan.workloads
            if planned.slug not in self._failures
        }:
            chosen = self._plan.workload(budget.widest(ratios))
            index = 1 + max(i for slug, i in self._blocks if slug == chosen.slug)
            if self._clock() + self._blocks[chosen.slug, index - 1].seconds > deadline:
                return
            self._measure(chosen, index)

    def _ratios(self, planned: model.PlannedWorkload) -> list[list[float]]:
        """Return the log ratios a reader looks at first, per block: single on every line, then threads."""
        base, single = planned.arms[:2]
        lines = [(f"{single}@{line}", f"{base}@{line}") for line in self._held.run.lines]
        pairs = [(single, base), *lines, (f"ft-threads-{self._plan.threads}", base)]
        own = [block for (slug, _), block in sorted(self._blocks.items()) if slug == planned.slug]
        measured = series(planned, own)
        return [measured.contrast(*pair) for pair in pairs if pair[0] in planned.arms]


def measures_costs(arm: Arm) -> bool:
    """Return whether start and memory of an arm are measured: not a copy's, and the main line's alone.

    Costs are shown beside each other for the ways to run a workload, which is a question for one line.
    """
    return not (arm.replicate or arm.line)


def _failure(slug: str, index: int, error: ArmFailedError) -> model.Failure:
    return model.Failure(
        workload=slug,
        index=index,
        arm=str(error.arm),
        kind=error.kind,
        message=error.message,
        tail=error.tail,
    )
