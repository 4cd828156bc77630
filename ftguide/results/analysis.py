"""From a stored run to the rows of its tables: ratios, intervals, floors, verdicts, flags.

Pure: the same run gives the same report, byte for byte. Terminal, pages and exports all draw from
the `Report` built here, so a number cannot differ between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ftguide.results.model import Failure, StoredRun


class Verdict(StrEnum):
    """What a comparison lets us say."""

    SLOWER = "slower"  #: interval beyond +2 % and q < 0.05
    FASTER = "faster"  #: interval beyond -2 % and q < 0.05
    SAME = "same"  #: equivalent within 3 % (TOST)
    UNRESOLVED = "no difference resolved"  #: inside the noise floor, or the interval allows both
    UNKNOWN = "not enough blocks"  #: fewer than two


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The ratio of two arms' times over the blocks of one workload."""

    arm: str  #: numerator
    base: str  #: denominator
    ratio: float  #: time of arm / time of base, or a throughput ratio for speed-ups (see `kind`)
    low: float  #: 95 % interval, Student t over blocks
    high: float
    k: int  #: blocks
    p: float  #: two-sided, ratio = 1
    q: float  #: Benjamini-Hochberg over all comparisons of the run that share `kind`
    verdict: Verdict
    kind: str  #: "time" | "speedup" | "efficiency"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTime:
    """Time per unit of work of one arm, in seconds."""

    arm: str
    median: float
    mean: float
    low: float  #: 95 % interval of the mean over blocks
    high: float
    slices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Everything a table says about one workload."""

    slug: str
    group: str
    times: tuple[ArmTime, ...]
    single: Comparison | None  #: ft-single / gil-single, time
    threads: Comparison | None  #: ft-threads-n / gil-threads-n, time
    user_speedup: Comparison | None  #: throughput ft-threads-n / gil-single
    self_speedup: Comparison | None  #: throughput ft-threads-n / ft-single
    gil_speedup: Comparison | None  #: throughput gil-threads-n / gil-single
    efficiency: Comparison | None  #: T(ft-processes-n) / T(ft-threads-n)
    against_gil_processes: Comparison | None  #: ft-threads-n / gil-processes-n, time
    again: tuple[Comparison, ...]  #: the A/A pairs
    floor: float | None  #: noise floor as |ln r|; None without A/A copies
    flags: tuple[str, ...]  #: noise flags, in words
    blocks: int
    failure: Failure | None

    def comparison(self, arm: str, base: str) -> Comparison | None:
        """Return the comparison of two arms whatever its kind, None when it was not measured."""
        candidates = (
            self.single,
            self.threads,
            self.user_speedup,
            self.self_speedup,
            self.gil_speedup,
            self.efficiency,
            self.against_gil_processes,
            *self.again,
        )
        for one in candidates:
            if one is not None and (one.arm, one.base) == (arm, base):
                return one
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMean:
    """Geometric mean of one group's single-thread ratios, bootstrap interval over blocks."""

    group: str
    ratio: float
    low: float
    high: float
    workloads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All rows of a run."""

    stored: StoredRun
    rows: tuple[Row, ...]
    groups: tuple[GroupMean, ...]

    def row(self, slug: str) -> Row:
        """Return one workload's row; KeyError when the run does not have it."""
        for row in self.rows:
            if row.slug == slug:
                return row
        raise KeyError(slug)


def report(stored: StoredRun) -> Report:
    """Derive the report of a run."""
    raise NotImplementedError
