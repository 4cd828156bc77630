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
    turns_processes: int  #: of each configuration, where the GIL lets one run at a time
    seconds: float  #: that one process samples
    stamp_seconds: float  #: of the calibration of overlap; 0 for none
    forced: bool  #: whether free-threaded builds run a third time, under -X gil=1

    def process_seconds(self, processes: int) -> float:
        """Return about what some processes take, start and end included."""
        return processes * (self.seconds + START_SECONDS)

    @property
    def test_seconds(self) -> float:
        """About what one test takes over a pair."""
        configurations = len(self.configurations)
        turns = self.turns_processes * (2 if self.forced else 1)
        processes = configurations * (self.parallel_processes + turns)
        stamps = (self.stamp_seconds + START_SECONDS) * (2 if self.stamp_seconds else 0)
        return self.process_seconds(processes) + stamps

    def within(self, budget: float) -> Size:
        """Return the preset with the seconds of a process changed so that a test takes `budget`."""
        spent = self.test_seconds - self.seconds * self._processes
        return replace(self, seconds=max(0.05, (budget - spent) / self._processes))

    @property
    def _processes(self) -> int:
        turns = self.turns_processes * (2 if self.forced else 1)
        return len(self.configurations) * (self.parallel_processes + turns)


#: What a process costs beside its samples: starting CPython, importing, warming up, ending.
START_SECONDS = 0.09

PRESETS = {
    size.name: size
    for size in (
        Size(
            name="quick",
            promise="every test once on each build of a pair, to see that it runs",
            configurations=COVERING[:1],
            parallel_processes=1,
            turns_processes=1,
            seconds=0.05,
            stamp_seconds=0,
            forced=False,
        ),
        Size(
            name="default",
            promise="about 7 s a test over a pair",
            configurations=COVERING,
            parallel_processes=4,
            turns_processes=1,
            seconds=0.2,
            stamp_seconds=0.1,
            forced=True,
        ),
        Size(
            name="stress",
            promise="about a minute a test over a pair, in all eight configurations",
            configurations=EVERY,
            parallel_processes=8,
            turns_processes=2,
            seconds=0.5,
            stamp_seconds=0.2,
            forced=True,
        ),
    )
}
