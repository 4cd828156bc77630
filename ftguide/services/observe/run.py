"""A run of services: pass after pass over all stacks, each block on the disk before the next begins."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.files import ROOT
from ftguide.ground.machine import Platform, describe
from ftguide.ground.runs import git, new_run_id, utc_now
from ftguide.ground.vocabulary import Build, ExpectedError, Mode
from ftguide.interpreters.model import Pair
from ftguide.services.declare.presets import Size
from ftguide.services.declare.stacks import Route, Stack
from ftguide.services.observe import block as blocks
from ftguide.services.observe.block import ArmFailedError, Stage
from ftguide.services.record import store
from ftguide.services.record.model import (
    APART,
    SCHEMA,
    TOGETHER,
    Block,
    Entry,
    Failure,
    Head,
    Plan,
    PlannedRoute,
    PlannedStack,
    Stored,
)

#: Kept open by the load generator: enough that two workers which share a port both get some.
CONNECTIONS = 16


class ResumeError(ExpectedError):
    """A run cannot be continued here; the message says what differs and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that whoever watches a run may want to show."""

    stack: str
    done: int  #: blocks, of `total`
    total: int
    words: str = ""  #: what happens at the moment
    failure: Failure | None = None
    tail: str = ""  #: what the service that failed printed last; for the terminal, never stored


def make_plan(stacks: Sequence[Stack], size: Size, *, seed: int, cpus: int) -> Plan:
    """Plan a run; with one CPU there is none that a server could have for itself."""
    return Plan(
        preset=size.name,
        seed=seed,
        passes=size.passes,
        connections=CONNECTIONS,
        seconds=size.seconds,
        slices=size.slices,
        placements=(TOGETHER, APART) if size.full and cpus > 1 else (TOGETHER,),
        stacks=tuple(_planned(stack, size) for stack in stacks),
    )


def _planned(stack: Stack, size: Size) -> PlannedStack:
    arms = [
        str(arm)
        for arm in stack.arms
        if size.full
        or not (
            arm.replicate or ((arm.build, arm.mode) == (Build.GIL, Mode.THREADS) and stack.about)
        )
    ]
    return PlannedStack(
        slug=stack.slug,
        title=stack.title,
        interface=stack.interface,
        command=stack.command,
        because=stack.because,
        routes=tuple(
            PlannedRoute(slug=route.slug, path=route.path, title=route.title)
            for route in stack.routes
        ),
        arms=tuple(arms),
    )


def new_head(
    plan: Plan,
    pair: Pair,
    *,
    on: Platform,
    packages: Mapping[str, str],
    generator: str,
    database: str,
    flags: Sequence[str],
) -> Head:
    """Write down a run before its first block."""
    return Head(
        schema=SCHEMA,
        run_id=new_run_id(),
        started=utc_now(),
        commit=git(ROOT, "rev-parse", "HEAD"),
        dirty=bool(git(ROOT, "status", "--porcelain")),
        machine=describe(on),
        interpreters={build: python.facts for build, python in pair.builds.items()},
        differences=pair.differences,
        packages=dict(sorted(packages.items())),
        generator=generator,
        database=database,
        plan=plan,
        flags=tuple(flags),
    )


def check_resumable(head: Head, pair: Pair, stacks: Sequence[Stack], on: Platform) -> None:
    """Refuse, with ResumeError, to mix machines, interpreters or commands within a run."""
    if describe(on).fingerprint != head.machine.fingerprint:
        raise ResumeError(
            f"run {head.run_id} was begun on another machine ({head.machine.cpu_model}); resume it there, or "
            "start a new one"
        )
    for build, python in pair.builds.items():
        if python.facts.binary_sha256 != head.interpreters[build].binary_sha256:
            raise ResumeError(
                f"run {head.run_id} was begun with another {build.words} interpreter "
                f"({head.interpreters[build].version}); pass that one with --python, or start a new run"
            )
    commands = {stack.slug: stack.command for stack in stacks}
    for planned in head.plan.stacks:
        if commands.get(planned.slug) != planned.command:
            raise ResumeError(
                f"run {head.run_id}: {planned.slug} is started in another way since; start a new run"
            )


class Execution:
    """One attempt at a plan: what is on disk already, what is left, what failed."""

    def __init__(
        self, path: Path, stacks: Sequence[Stack], stage: Stage, *, database: bool
    ) -> None:
        """Read back what an earlier attempt left in the file."""
        self._path = path
        self._stage = stage
        self._stored = store.read(path)
        self._stacks = {stack.slug: stack for stack in stacks}
        self._database = database
        self._dropped = {(each.stack, each.route) for each in self._stored.failures}

    def run(self, tell: Callable[[Event], None]) -> Stored:
        """Measure what is left, then mark the run finished; OSError for a full disk."""
        plan = self._stored.head.plan
        done = {(block.stack, block.index) for block in self._stored.blocks}
        total = plan.passes * len(plan.stacks)
        count = len(done)
        for planned, index in sequence(plan):
            if (planned, index) in done or (planned, "") in self._dropped:
                continue

            def tick(words: str, stack: str = planned, count: int = count) -> None:
                tell(Event(stack=stack, done=count, total=total, words=words))

            block = self._measure(planned, index, tick=tick, tell=tell, done=count, total=total)
            if block is not None:
                count += 1
                tell(Event(stack=planned, done=count, total=total))
        store.append(self._path, Entry(finished=utc_now()))
        return store.read(self._path)

    def _measure(
        self,
        slug: str,
        index: int,
        *,
        tick: Callable[[str], None],
        tell: Callable[[Event], None],
        done: int,
        total: int,
    ) -> Block | None:
        """Measure a block; a route that fails is dropped and the block begun again, else the stack."""
        stack = self._stacks[slug]
        while routes := self._routes(stack):
            try:
                block = blocks.measure(
                    stack,
                    routes,
                    index=index,
                    plan=self._stored.head.plan,
                    stage=self._stage,
                    now=utc_now(),
                    tick=tick,
                )
            except ArmFailedError as error:
                route = error.why.route if len(routes) > 1 else ""
                failure = Failure(
                    stack=slug,
                    route=route,
                    index=index,
                    arm=str(error.arm),
                    kind=error.why.kind,
                    message=error.why.message,
                )
                self._dropped.add((slug, route))
                store.append(self._path, Entry(failure=failure))
                tell(
                    Event(stack=slug, done=done, total=total, failure=failure, tail=error.why.tail)
                )
                if not route:
                    return None
            else:
                store.append(self._path, Entry(block=block))
                return block
        return None

    def _routes(self, stack: Stack) -> list[Route]:
        return [
            route
            for route in stack.routes
            if (self._database or not route.database)
            and not {(stack.slug, route.slug), (stack.slug, "")} & self._dropped
        ]


def sequence(plan: Plan) -> Iterator[tuple[str, int]]:
    """Yield stack and index of every block: in each pass all stacks, in an order of its own."""
    for index in range(plan.passes):
        slugs = [planned.slug for planned in plan.stacks]
        random.Random(f"{plan.seed} {index}").shuffle(slugs)
        yield from zip(slugs, itertools.repeat(index))
