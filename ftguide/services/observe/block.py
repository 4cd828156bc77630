"""A block: all arms of a stack alive at once, each loaded in its turn.

So that whatever the machine does in these seconds, it does to all of them. Between two turns a service only
waits: it is alive, its memory is there, its caches are those of the last turn.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ftguide.ground.machine import Platform, steal_share
from ftguide.ground.process.memory import MARK, Memory, tree
from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.services.declare.stacks import Route, Stack, threads_of
from ftguide.services.observe.load import Generator, LoadError
from ftguide.services.observe.server import Server, ServiceFailedError, free_port, pin
from ftguide.services.record.model import APART, Block, Plan, Served, Turn

#: What bytecode and caches get to settle, for every route of every arm.
WARM_UP_SECONDS = 0.15
WARM_UP_CONNECTIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What every block of a run uses."""

    pythons: Mapping[Build, str]  #: executables
    environ: Mapping[Build, Mapping[str, str]]
    generator: Generator
    on: Platform
    folder: Path  #: for logs
    work: Path  #: working directory of the services
    mark: str  #: of the keeper
    patience: float  #: seconds until a service must have answered
    database: int | None = None  #: the first process of the database


class ArmFailedError(Exception):
    """An arm of a stack cannot be measured: which one, and why."""

    def __init__(self, arm: Arm, why: ServiceFailedError) -> None:
        super().__init__(why.message)
        self.arm = arm
        self.why = why


@contextlib.contextmanager
def _blamed(arm: Arm) -> Iterator[None]:
    try:
        yield
    except ServiceFailedError as why:
        raise ArmFailedError(arm, why) from why


def measure(
    stack: Stack,
    routes: Sequence[Route],
    *,
    index: int,
    plan: Plan,
    stage: Stage,
    now: str,
    tick: Callable[[str], None],
) -> Block:
    """Start every arm of a stack, load each on every route and placement in turn, and return the block.

    ArmFailedError names the first arm that failed; whatever was started has ended when this returns.
    """
    chance = random.Random(f"{plan.seed} {stack.slug} {index}")
    began, ticks = time.monotonic(), stage.on.cpu_ticks()
    order = [arm for arm in stack.arms if str(arm) in _wanted(stack, plan)]
    chance.shuffle(order)
    starts: dict[Arm, float] = {}
    turns: dict[Arm, list[Turn]] = {arm: [] for arm in order}
    orders: list[tuple[str, ...]] = []
    memories: dict[Arm, Memory | None] = {}
    cpus = tuple(stage.on.usable())
    with contextlib.ExitStack() as exits, contextlib.ExitStack() as pinned:
        servers: dict[Arm, Server] = {}
        for arm in order:
            tick(f"starts {arm}")
            with _blamed(arm):
                servers[arm] = exits.enter_context(_server(stack, arm, stage))
                starts[arm] = servers[arm].ready(routes[0], stage.patience)
        for arm in order:
            with _blamed(arm):
                servers[arm].warm_up(
                    routes, connections=WARM_UP_CONNECTIONS, seconds=WARM_UP_SECONDS
                )
                if stack.about:
                    servers[arm].check_gil(stack.about, expected=arm.gil_expected)
                servers[arm].look()
        pinned.callback(_pin_rest, stage, cpus)
        for placement, route in itertools.product(plan.placements, routes):
            if placement == APART and not memories:
                memories = _memories(servers)
            theirs, ours = (cpus[:1], cpus[1:]) if placement == APART else (cpus, cpus)
            _pin_rest(stage, ours)
            arms = [arm for arm in order if placement != APART or _apart(arm)]
            for arm in arms:
                with _blamed(arm):
                    servers[arm].pin(theirs, stage.on)
            loads = {
                arm: partial(_slice, servers[arm], route, placement, plan, stage) for arm in arms
            }
            tick(f"{route.slug} {placement}")
            rounds, loaded = _taking_turns(loads, plan.slices, chance)
            orders += rounds
            for arm, turn in loaded.items():
                turns[arm].append(turn)
        seen = {}
        memories = memories or _memories(servers)
        for arm in stack.arms:
            if arm in servers:
                servers[arm].look()
                seen[str(arm)] = Served(
                    start_seconds=starts[arm],
                    memory=memories[arm],
                    processes=servers[arm].processes,
                    threads=servers[arm].threads(),
                    turns=tuple(turns[arm]),
                )
    return Block(
        stack=stack.slug,
        index=index,
        started=now,
        seconds=time.monotonic() - began,
        order=tuple(orders),
        steal=steal_share(ticks, stage.on.cpu_ticks()),
        arms=seen,
    )


def _memories(servers: Mapping[Arm, Server]) -> dict[Arm, Memory | None]:
    """Return what every arm holds once all have had the same turns; later some have more than others."""
    return {arm: server.memory() for arm, server in servers.items()}


def _pin_rest(stage: Stage, cpus: Sequence[int]) -> None:
    """Move what is not measured: this process, whose children the load generators are, and the database."""
    if stage.on.pin is not None:
        stage.on.pin(0, cpus)
    if stage.database is not None:
        pin(tree(stage.database), cpus, stage.on)


def _wanted(stack: Stack, plan: Plan) -> tuple[str, ...]:
    return next(planned.arms for planned in plan.stacks if planned.slug == stack.slug)


def _apart(arm: Arm) -> bool:
    """Return whether an arm is also measured on a CPU of its own; threads with a GIL and copies are not."""
    return not arm.replicate and not (arm.build is Build.GIL and arm.mode is Mode.THREADS)


def _server(stack: Stack, arm: Arm, stage: Stage) -> Server:
    port = free_port()
    return Server(
        stack.words(arm, python=stage.pythons[arm.build], port=port),
        port=port,
        folder=stage.folder,
        work=stage.work,
        environ={
            **stage.environ[arm.build],
            MARK: stage.mark,
            "SERVICE_THREADS": str(threads_of(arm)),
        },
    )


def _taking_turns(
    loads: Mapping[Arm, Callable[[], Turn]], slices: int, chance: random.Random
) -> tuple[list[tuple[str, ...]], dict[Arm, Turn]]:
    """Load the arms slice by slice, every time in another order; return the orders and every arm's turn."""
    orders, parts = [], {arm: list[Turn]() for arm in loads}
    for _ in range(slices):
        arms = chance.sample(list(loads), len(loads))
        orders.append(tuple(map(str, arms)))
        for arm in arms:
            with _blamed(arm):
                parts[arm].append(loads[arm]())
    return orders, {arm: _turn(each) for arm, each in parts.items()}


def _slice(server: Server, route: Route, placement: str, plan: Plan, stage: Stage) -> Turn:
    """Load a service once; its answer is checked before and after, apart from the measured time."""
    server.ask(route)
    before = server.cpu_seconds()
    try:
        loaded = stage.generator.load(
            f"http://127.0.0.1:{server.port}{route.path}",
            connections=plan.connections,
            seconds=plan.seconds / plan.slices,
            folder=stage.folder,
            environ=stage.environ[Build.GIL],
        )
    except LoadError as error:
        server.cpu_seconds()  # a process that has ended is the better explanation
        raise server.fail("wrong-answer", f"{route.path}: {error}", route.slug) from error
    after = server.cpu_seconds()
    server.settle()
    server.ask(route)
    server.check_log()
    return Turn(
        route=route.slug,
        placement=placement,
        requests=loaded.requests,
        seconds=loaded.seconds,
        cpu_seconds=after - before,
        generator_seconds=loaded.cpu_seconds,
        p50_us=loaded.p50_us,
        p99_us=loaded.p99_us,
    )


def _turn(slices: Sequence[Turn]) -> Turn:
    """Return what the slices of a turn are together; of latencies, which cannot be added, the medians."""
    return Turn(
        route=slices[0].route,
        placement=slices[0].placement,
        requests=sum(each.requests for each in slices),
        seconds=math.fsum(each.seconds for each in slices),
        cpu_seconds=math.fsum(each.cpu_seconds for each in slices),
        generator_seconds=math.fsum(each.generator_seconds for each in slices),
        p50_us=round(statistics.median(each.p50_us for each in slices)),
        p99_us=round(statistics.median(each.p99_us for each in slices)),
    )
