"""Several lines in one run: which arms are compared, and what a row says about a line. Pure.

The main line's comparisons are the row's own fields, as in a run of one line. Every other line has the
same ratios in a `LineRow`, and each line is set against the one before it, on either build.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from ftguide.ground.vocabulary import Arm, Mode
from ftguide.suite.derive.verdicts import ArmPair, Comparison, ComparisonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """What a table says about one workload on a line beside the main one; fields as in `analysis.Row`."""

    line: str
    single: Comparison | None = None
    threads: Comparison | None = None
    user_speedup: Comparison | None = None
    self_speedup: Comparison | None = None
    gil_speedup: Comparison | None = None
    replicates: tuple[Comparison, ...]
    floor: float | None  #: of the line's own replicate; without one the largest of the row
    threads_floor: float | None

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Everything that was compared within the line, in the order of the fields."""
        values = [getattr(self, name) for name in self.__slots__]
        return *(value for value in values if isinstance(value, Comparison)), *self.replicates


#: The ratios that every line has.
FIELDS = ("single", "threads", "user_speedup", "self_speedup", "gil_speedup")


def on_line(pair: ArmPair, line: str) -> ArmPair:
    """Return a pair of main-line arms as the same pair on another line."""
    arm, base = (str(replace(Arm.parse(name), line=line)) for name in pair[:2])
    return pair._replace(arm=arm, base=base)


def called(name: str, main_line: str) -> str:
    """Return what a run calls an arm: one of its main line carries no line, so `ft-single` for `…@3.14`."""
    return name.removesuffix(f"@{main_line}")


def spelled(name: str, main_line: str) -> str:
    """Return the name of an arm with its line, whichever that is."""
    return name if Arm.parse(name).line else f"{name}@{main_line}"


def on_main_line(comparison: Comparison) -> bool:
    """Return whether both arms of a comparison are the main line's."""
    return not any(Arm.parse(name).line for name in (comparison.arm, comparison.base))


def steps(arms: Collection[str], lines: Iterable[str]) -> Iterator[ArmPair]:
    """Yield each line against the one before: one thread and several, on either build.

    `lines` are what arms call them, from the oldest to the newest.
    """
    for old, new in itertools.pairwise(lines):
        for name in arms:
            arm = Arm.parse(name)
            if arm.line == new and is_compared(arm):
                base = str(replace(arm, line=old))
                if base in arms:
                    yield ArmPair(name, base, ComparisonKind.LINE)


def is_compared(arm: Arm) -> bool:
    """Return whether an arm is one of those that every line has."""
    return arm.mode in {Mode.SINGLE, Mode.THREADS} and not (arm.replicate or arm.gil_on)
