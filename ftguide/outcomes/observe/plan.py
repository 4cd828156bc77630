"""How a test is tried: which configurations, how many processes of each, for how long. Pure.

Three settings have two values each: pinned or not, a short or the default switch interval, warm or cold.
Four configurations cover every pair of values (an orthogonal array of strength two); the other four are
left to the preset `stress`. The process is the unit: samples of one process share its memory layout and
its neighbours, so many short processes tell more than few long ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

from ftguide.outcomes.record.model import Configuration

#: Every pair of settings meets in one of these.
COVERING = tuple(
    Configuration(pinned=pinned, short_switch=short, warm=warm)
    for pinned, short, warm in (
        (True, True, True),
        (True, False, False),
        (False, True, False),
        (False, False, True),
    )
)
EVERY = tuple(
    Configuration(pinned=pinned, short_switch=short, warm=warm)
    for pinned, short, warm in product((True, False), repeat=3)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A preset: how much one test gets on an interpreter of each kind."""

    name: str
    promise: str
    configurations: tuple[Configuration, ...]
    parallel_processes: int  #: of each configuration, where threads run at the same time
    turns_processes: int  #: of each, on a GIL-enabled build; 0 leaves that out
    forced_processes: int  #: of each, on a free-threaded build under -X gil=1; 0 leaves that out
    seconds: float  #: that one process samples
    stamp_seconds: float  #: of the calibration of overlap; 0 for none

    def processes(self, *, gil: bool, free_threaded: bool) -> int:
        """Return how many processes of each configuration run on a kind of interpreter."""
        if not gil:
            return self.parallel_processes
        return self.forced_processes if free_threaded else self.turns_processes

    @property
    def test_seconds(self) -> float:
        """About what one test takes over a pair."""
        stamps = self.stamp_seconds + START_SECONDS if self.stamp_seconds else 0
        return self._processes * (self.seconds + START_SECONDS) + 2 * stamps

    def within(self, budget: float) -> Size:
        """Return the preset with the seconds of a process changed so that a test takes `budget`."""
        spent = self.test_seconds - self.seconds * self._processes
        return replace(self, seconds=max(LEAST_SECONDS, (budget - spent) / self._processes))

    @property
    def _processes(self) -> int:
        each = self.parallel_processes + self.turns_processes + self.forced_processes
        return len(self.configurations) * each


#: What a process costs beside its samples: starting CPython, importing, warming up, ending.
START_SECONDS = 0.08
#: A process that samples for less has hardly begun.
LEAST_SECONDS = 0.04

PRESETS = {
    size.name: size
    for size in (
        Size(
            name="quick",
            promise="every test in one process of the free-threaded build, to see that it runs",
            configurations=COVERING[:1],
            parallel_processes=1,
            turns_processes=0,
            forced_processes=0,
            seconds=0.05,
            stamp_seconds=0,
        ),
        Size(
            name="default",
            promise="about 4 s a test over a pair",
            configurations=COVERING,
            parallel_processes=3,
            turns_processes=1,
            forced_processes=1,
            seconds=0.1,
            stamp_seconds=0.1,
        ),
        Size(
            name="stress",
            promise="about a minute a test over a pair, in all eight configurations",
            configurations=EVERY,
            parallel_processes=8,
            turns_processes=2,
            forced_processes=1,
            seconds=0.6,
            stamp_seconds=0.2,
        ),
    )
}
