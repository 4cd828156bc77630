"""One process of an outcome test: threads act on shared states, results are counted.

Runs inside the interpreter under test as `TARGET -P -m ftguide.target.outcome_worker`, with a request on
standard input, so it and what it imports is standard library only. It grades nothing. Answers go to the
standard output that it was started with, one JSON object a line, each with the totals so far, so that
what was counted before a crash is known:

    {"ready": {"version": …, "gil": false}}        after the test was imported
    {"samples": 8192, "counts": {"2": 8101, "1": 91}, "overlap": [0, 0]}
    {"done": {"threads": 0}}                       the time is up; threads that the test left behind

Whatever the test prints goes to standard error. Actors run in threads of their own that take turns in
making the states: on a free-threaded build it matters which thread made an object.

Litmus states are walked *in step*. A thread says which state it has reached, spins until the other one
says the same, and then waits for 0 to 5 rounds of an empty loop, another number for each state and
thread: who arrives last starts some 100 ns before the other one notices, which is as long as an actor.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import random
import sys
import threading
import time
from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

#: Litmus states made at once: enough that waking threads up costs little for each, few enough for the cache.
BATCH = 512
#: With the GIL and its usual switch interval of 5 ms, two threads that wait for each other at each state
#: would get through 200 states a second; they walk freely, and a batch lasts longer than an interval.
FREE_BATCH = 20_000
#: The empty rounds before an actor are drawn below this number.
STAGGER = 6
#: What a step is called: small integers exist once and are not counted, so reading one disturbs nobody.
STEPS = 120
#: Results are handed on at least this often.
REPORT_SECONDS = 0.05
#: Actors run this often on states of their own before a warm process begins: beyond every threshold of
#: the specialising interpreter.
WARM_UP = 200
STRESS_WARM_UP = 1


def result_of(value: object) -> object:
    """Return a value that can be counted: itself, or its repr where it has no hash."""
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value


def spell(values: Sequence[object]) -> str:
    """Spell an outcome: what actors and arbiter returned, None left out."""
    return ", ".join(str(value)[:200] for value in values if value is not None) or "done"


def guarded(call: Callable[[Any], object], state: Any) -> object:
    """Return what a call returns, or the name of the exception that ended it."""
    try:
        return result_of(call(state))
    except BaseException as error:
        return type(error).__name__


def walk_in_step(
    call: Callable[[Any], object],
    states: list[Any],
    meeting: tuple[list[int], list[int], list[tuple[None, ...]]],
    put: Callable[[object], None],
) -> None:
    """Call an actor on each state, starting with the other thread; two actors only.

    `meeting` is where this thread says how far it is, where the other one does, and how long to wait.
    """
    mine, theirs, pads = meeting
    previous = 0
    for number, state in enumerate(states):
        step = number % STEPS + 1
        mine[0] = step
        while theirs[0] == previous:
            pass
        previous = step
        for _ in pads[number]:
            pass
        try:
            value = call(state)
        except BaseException as error:
            value = type(error).__name__
        put(value)


def walk_freely(
    call: Callable[[Any], object], states: list[Any], put: Callable[[object], None]
) -> None:
    """Call an actor on each state, wherever the other threads are."""
    for state in states:
        try:
            value = call(state)
        except BaseException as error:
            value = type(error).__name__
        put(value)


class Stamped:
    """An actor with the times at which it started and ended, for the calibration of overlap."""

    def __init__(self, call: Callable[[Any], object]) -> None:
        self.call = call

    def __call__(self, state: Any, clock: Callable[[], int] = time.perf_counter_ns) -> object:
        """Act, and return the two times in nanoseconds."""
        start = clock()
        guarded(self.call, state)
        return start, clock()


class Trial:
    """A test in one configuration, until its time is up."""

    def __init__(self, test: Any, request: dict[str, Any], say: Callable[[object], None]) -> None:
        self.test = test
        self.say = say
        self.stamps = request["stamps"]
        self.pinned = request["pinned"]
        names = [f"actor{number}" for number in (1, 2, 3, 4) if hasattr(test, f"actor{number}")]
        calls = [getattr(test, name) for name in names]
        self.actors = [Stamped(call) if self.stamps else call for call in calls]
        self.litmus = any(base.__name__ == "Litmus" for base in test.__mro__)
        self.in_step = self.litmus and len(names) == 2 and request["in_step"]
        self.batch = (BATCH if self.in_step else FREE_BATCH) if self.litmus else 1
        self.batch = request["batch"] or self.batch
        chance = random.Random(request["seed"])
        self.pads = [
            [(None,) * chance.randrange(STAGGER) for _ in range(self.batch)] for _ in names
        ]
        self.cells = [[0] for _ in names]
        self.barrier = threading.Barrier(len(names))
        self.states: list[Any] = []
        self.values: list[list[object]] = [[] for _ in names]
        self.counts: Counter[tuple[object, ...]] = Counter()
        self.samples = 0
        self.overlapping = 0
        self.seconds = request["seconds"]
        self.stop = False
        self.failure: BaseException | None = None
        self.end = self.reported = 0.0

    def warm_up(self) -> None:
        """Call every actor often enough on states of its own; what comes of it is not counted."""
        for _ in range(WARM_UP if self.litmus else STRESS_WARM_UP):
            state = self.test()
            for actor in self.actors:
                guarded(actor, state)
            if self.test.arbiter is not None:
                guarded(self.test.arbiter, state)

    def run(self) -> None:
        """Run until the time is up; raises what making a state raised."""
        self.reported = time.perf_counter()
        self.end = self.reported + self.seconds
        threads = [
            threading.Thread(target=self._work, args=(index,), name=f"actor{index + 1}")
            for index in range(len(self.actors))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failure is not None:
            raise self.failure

    def _work(self, index: int) -> None:
        if self.pinned and hasattr(os, "sched_setaffinity"):
            cpus = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, {cpus[index % len(cpus)]})
        number = 0
        while True:
            if number % len(self.actors) == index:
                self._next_batch()
            self.barrier.wait()
            if self.stop:
                return
            self._walk(index)
            self.barrier.wait()
            number += 1

    def _next_batch(self) -> None:
        """Count what was seen, and make the next states, in the thread whose turn it is."""
        try:
            if self.states:
                self._count()
            now = time.perf_counter()
            # Where the process got its turn so late that the time is up, one batch is still a sample.
            self.stop = bool(self.states) and now >= self.end
            if self.stop or now - self.reported >= REPORT_SECONDS or not self.litmus:
                self.reported = now
                self.report()
            if not self.stop:
                self.states[:] = [self.test() for _ in range(self.batch)]
                for cell in self.cells:
                    cell[0] = 0
        except BaseException as error:
            self.failure = error
            self.stop = True

    def _walk(self, index: int) -> None:
        values = self.values[index]
        values.clear()
        actor, put = self.actors[index], values.append
        if self.in_step:
            meeting = (self.cells[index], self.cells[1 - index], self.pads[index])
            walk_in_step(actor, self.states, meeting, put)
        else:
            walk_freely(actor, self.states, put)

    def _count(self) -> None:
        self.samples += len(self.states)
        if self.stamps:
            for spans in zip(*self.values, strict=True):
                last = max(start for start, _ in spans)
                self.overlapping += last < min(end for _, end in spans)
            return
        columns: list[Any] = [*self.values]
        if self.test.arbiter is not None:
            columns.append([guarded(self.test.arbiter, state) for state in self.states])
        try:
            self.counts.update(zip(*columns, strict=True))
        except TypeError:
            self.counts.update(
                tuple(map(result_of, values)) for values in zip(*columns, strict=True)
            )

    def report(self) -> None:
        """Hand on the totals so far."""
        spelled: Counter[str] = Counter()
        for values, count in self.counts.items():
            spelled[spell(values)] += count
        self.say(
            {
                "samples": self.samples,
                "counts": spelled,
                "overlap": [self.overlapping, self.samples if self.stamps else 0],
            }
        )


def find(module: str, slug: str) -> Any:
    """Return the class of a test; LookupError when its module has none of this slug."""
    for value in vars(importlib.import_module(module)).values():
        if getattr(value, "slug", "") == slug:
            return value
    raise LookupError(f"{module} has no test {slug!r}")


def main() -> int:
    """Read the request, run the test, report."""
    request = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def say(answer: object) -> None:
        answers.write(json.dumps(answer) + "\n")

    faulthandler.enable()
    if request["hang_seconds"]:
        faulthandler.dump_traceback_later(request["hang_seconds"])
    if request["switch"] is not None:
        sys.setswitchinterval(request["switch"])
    test = find(request["module"], request["slug"])
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    say({"ready": {"version": sys.version.split()[0], "gil": gil}})
    trial = Trial(test, request, say)
    if request["warm"]:
        trial.warm_up()
    before = threading.active_count()
    trial.run()
    faulthandler.cancel_dump_traceback_later()
    say({"done": {"threads": threading.active_count() - before}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
