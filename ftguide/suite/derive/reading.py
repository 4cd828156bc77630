"""What the numbers of one piece of code say together: what several threads did against one, and why. Pure.

A row has a ratio per question. Nobody who brings code of his own asks for ratios: he asks whether his code
scales, whether something is shared, and whether this machine could tell. The answer is put together here,
with what it stands on, and is never stronger than that:

- Processes share nothing. Threads that do less than as many processes share something; threads and
  processes that both do little point at the machine, or at the work.
- On a busy machine wall-clock times say little. Linux divides its CPUs between sessions, so that two
  processes, each in a session of its own, get more of them than two threads. CPU time is not affected, nor
  is the time for which a thread is blocked: threads that need more of either than processes, for the same
  work, share something on any machine.
- What the threads did meanwhile is a hint at the cause: run all the time (counts in a shared cache line,
  very short locks), be blocked (locks, see `waiting`), or stand still for the collector, which is believed
  as far as its time accounts for what the threads lose.

`reading_words` says it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ftguide.statistics.estimates import Estimate, Interval, mean, mean_interval, ratio_interval
from ftguide.suite.derive import flags
from ftguide.suite.derive.analysis import Report
from ftguide.suite.derive.observed import observed
from ftguide.suite.derive.series import Series
from ftguide.suite.derive.waiting import Waiting, waiting
from ftguide.suite.record.model import PlannedWorkload, warm_up_loops

#: Threads with less than this of the throughput of processes pay for something they share.
FREE = 0.9
#: This share of the ideal speed-up is called scaling.
SCALING = 0.8
#: More CPU time than processes need for the same work is more than what taking turns costs. On a busy
#: machine threads seldom run at the same time and get in each other's way less, so that less is enough.
#: Eight workloads that share nothing, measured while others used 83 % of the CPUs, had intervals that
#: began between 0.88 and 1.02, and a ninth, which reads a file, at 1.052 while they used 71 %; an Enum's
#: members 1.13, one key of a dict 1.17, an attribute 1.05, of which nothing is said then.
EFFORT = 1.15
EFFORT_BUSY = 1.1
#: Of the CPUs' time, taken by the hypervisor: with it, as with other programs (`flags.BUSY`), wall-clock
#: times of several workers only say what the machine left over.
STOLEN = 0.02
#: Of the threads' time: what they waited beyond what processes do, and what the collector ran.
WAITING = 0.15
#: For which threads are blocked and processes are not. Loops and files that share nothing had 0.01 at most,
#: also while others used 45 to 78 % of the CPUs; a lock around all that two threads do has nearly 0.5.
BLOCKED = 0.1
COLLECTING = 0.15
#: Of what threads lose against processes, explained by the collector: then it is called the cause.
MOST = 0.5
#: Growth of the time of a value from the first to the last half of a block, in logarithms.
GROWTH = 0.15
#: A result this large makes a benchmark of memory.
LARGE_BYTES = 50_000_000


class Verdict(StrEnum):
    """What is said of code that was run in several threads."""

    UNKNOWN = "unknown"  #: not measured, or in too few blocks
    GROWS = "grows"  #: every call is more work than the one before, so that no ratio means anything
    BUSY = "busy"  #: other programs took too much of the machine to tell
    SCALES = "scales"
    SHARED = "shared"  #: something that the threads share costs them time
    MACHINE = "machine"  #: processes, which share nothing, do no better
    UNSURE = "unsure"  #: the intervals allow both


class Cause(StrEnum):
    """What threads that share something were seen to do; a hint, no proof."""

    RUNNING = "running"  #: they ran all the time and needed more CPU time for the same work
    WAITING = "waiting"  #: they were blocked, or, in records that do not tell, off their CPUs
    COLLECTING = "collecting"  #: the garbage collector ran


class Whole(StrEnum):
    """What is measured as a whole, because it decides by itself how many threads it has."""

    COMMAND = "command"
    OWN_THREADS = "own threads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """What else happened on the machine."""

    others: float | None  #: share of the CPUs' time that other programs used
    stolen: float | None  #: share that the hypervisor took
    overlap: float | None  #: share of a value's time during which all threads ran, in the median

    @property
    def busy(self) -> bool:
        """Whether the machine was too busy for wall-clock times of several workers."""
        return (self.others or 0) > flags.BUSY or (self.stolen or 0) > STOLEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the threads did, beside what processes did for the same work; None = not recorded."""

    effort: Estimate | None  #: CPU time of threads / of processes
    threads_ran: float | None  #: CPU time as a share of the threads' time
    processes_ran: float | None
    collected: float | None  #: share of the threads' time during which the collector ran
    processes_collected: float | None
    #: Share of what the threads lose against processes that the collector accounts for. Where it runs in
    #: processes as well it stops one worker there, and all of them here, so the two shares of time alone
    #: do not tell.
    collector_explains: float | None = None
    #: Share of the threads' time for which the collector ran beyond what it does in processes.
    collected_more: float = 0.0
    waiting: Waiting | None = None

    @property
    def waits(self) -> bool:
        """Whether threads wait for one another, and not for the collector: on any machine."""
        return self.waiting is not None and self.waiting.without(self.collected_more) > BLOCKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is said of one workload."""

    planned: PlannedWorkload
    threads: int
    verdict: Verdict
    whole: Whole | None
    single: Interval | None  #: time, free-threaded / GIL-enabled build
    speedup: Estimate | None  #: throughput of n free-threaded threads / one
    against_gil: Interval | None  #: the same / one thread of the GIL-enabled build
    processes: Estimate | None  #: throughput of n free-threaded processes / one thread
    efficiency: Interval | None  #: throughput of threads / of processes
    evidence: Evidence
    cause: Cause | None
    disturbance: Disturbance
    growth: float | None  #: of the time of a call within a block, where it grows

    @property
    def gains_nothing(self) -> bool:
        """Whether a function with threads of its own is no faster for the missing GIL."""
        single = self.single
        return (
            self.whole is Whole.OWN_THREADS
            and not self.disturbance.busy
            and single is not None
            and math.isfinite(single.high)
            and single.low > FREE
        )


def reading(report: Report, slug: str) -> Reading:
    """Read one row; raises `KeyError` when the run does not have it."""
    row, measured = report.row(slug), report.series[slug]
    threads = report.stored.run.plan.threads
    ft, processes = f"ft-threads-{threads}", f"ft-processes-{threads}"
    speedup = _estimate(measured.log_speedup(ft, "ft-single"))
    of_processes = _estimate(measured.log_speedup(processes, "ft-single"))
    efficiency = _estimate(measured.contrast(processes, ft))
    evidence = _evidence(measured, ft, processes, efficiency)
    disturbance = _disturbance(measured, ft)
    growth = _growth(measured)
    verdict = Verdict.UNKNOWN
    if growth is not None:
        verdict = Verdict.GROWS
    elif row.failure is None and speedup is not None:
        verdict = judge(
            speedup, efficiency, evidence.effort, disturbance, threads, waits=evidence.waits
        )
    return Reading(
        planned=measured.planned,
        threads=threads,
        verdict=verdict,
        whole=whole(measured.planned),
        single=_interval(row.single),
        speedup=speedup,
        against_gil=_interval(row.user_speedup),
        processes=of_processes,
        efficiency=_interval(efficiency),
        evidence=evidence,
        cause=cause(evidence, disturbance, verdict),
        disturbance=disturbance,
        growth=growth,
    )


def whole(planned: PlannedWorkload) -> Whole | None:
    """Return as what a reader's own code is measured as a whole; None for code that we run in threads."""
    if not planned.observes:  # a function is always observed
        return Whole.COMMAND
    return Whole.OWN_THREADS if planned.cpus > 1 else None


def judge(
    speedup: Estimate,
    efficiency: Estimate | None,
    effort: Estimate | None,
    disturbance: Disturbance,
    threads: int,
    *,
    waits: bool = False,
) -> Verdict:
    """Return what may be said of several threads; the first rule that holds decides.

    1. Threads need more CPU time than processes for the same work, or wait for one another: SHARED, on any
       machine.
    2. They do nearly n times the work of one, and processes no better: SCALES, on any machine.
    3. The machine was busy: SHARED if they need any more CPU time than processes, else BUSY. What remains
       stands on wall-clock times.
    4. They do less than processes: SHARED. What others used of the machine is not held against them.
    5. They do as much as processes: SCALES if that is nearly n times the work of one, else MACHINE.
    6. UNSURE.
    """
    if waits or (effort is not None and effort.low > EFFORT):
        return Verdict.SHARED
    limit = FREE - (disturbance.others or 0)
    far_below = efficiency is not None and efficiency.high < limit
    if speedup.low >= SCALING * threads and not far_below:
        return Verdict.SCALES
    if disturbance.busy:
        costly = effort is not None and effort.low > EFFORT_BUSY
        return Verdict.SHARED if costly else Verdict.BUSY
    if far_below:
        return Verdict.SHARED
    if efficiency is not None and efficiency.low >= limit:
        return Verdict.SCALES if speedup.ratio >= SCALING * threads else Verdict.MACHINE
    return Verdict.UNSURE


def cause(evidence: Evidence, disturbance: Disturbance, verdict: Verdict) -> Cause | None:
    """Return what threads that share something were seen to do; None where the records do not tell.

    On a machine too busy for a verdict the collector can still be named: other programs make its time and
    the threads' longer alike.
    """
    if verdict not in {Verdict.SHARED, Verdict.BUSY}:
        return None
    if (evidence.collected or 0) > COLLECTING and (evidence.collector_explains or 0) > MOST:
        return Cause.COLLECTING
    if verdict is Verdict.BUSY:
        return None
    ran, could = evidence.threads_ran, evidence.processes_ran
    off = ran is not None and could is not None and could - ran > WAITING
    untold = (
        evidence.waiting is None and not disturbance.busy
    )  # being off a CPU may be waiting for one
    if evidence.waits or (off and untold):
        return Cause.WAITING
    running = evidence.effort is not None and evidence.effort.low > 1
    return Cause.RUNNING if running else None


def _estimate(logs: Sequence[float]) -> Estimate | None:
    return ratio_interval(logs) if len(logs) >= 2 else None


def _interval(of: Interval | None) -> Interval | None:
    """Return the bare interval of an estimate or a comparison."""
    return None if of is None else Interval(ratio=of.ratio, low=of.low, high=of.high)


def _evidence(
    measured: Series, threads: str, processes: str, efficiency: Estimate | None
) -> Evidence:
    collected = {
        count.arm: count.mean for count in observed(measured) if count.quantity.key == "collecting"
    }
    ours = _share(measured, threads, collected.get(threads))
    theirs = _share(measured, processes, collected.get(processes))
    return Evidence(
        effort=_estimate(_effort(measured, threads, processes)),
        threads_ran=_ran(measured, threads),
        processes_ran=_ran(measured, processes),
        collected=ours,
        processes_collected=theirs,
        collector_explains=_explained(ours, theirs, efficiency),
        collected_more=_more(ours, theirs, efficiency) or 0.0,
        waiting=waiting(measured, threads, processes),
    )


def _effort(measured: Series, arm: str, base: str) -> list[float]:
    """Return per block the logarithm of the CPU time of one unit of work, arm over base."""
    left, right = measured.of(arm), measured.of(base)
    both = [(left[index], right[index]) for index in left if index in right]
    return [
        one.log_mean + math.log(ours) - other.log_mean - math.log(theirs)
        for one, other in both
        if (ours := one.record.cpu_share) and (theirs := other.record.cpu_share)
    ]


def _ran(measured: Series, arm: str) -> float | None:
    shares = [block.record.cpu_share for block in measured.of(arm).values()]
    known = [share for share in shares if share is not None]
    return mean(known) if known else None


def _share(measured: Series, arm: str, seconds: float | None) -> float | None:
    """Return what part of an arm's turns some seconds a turn are, its untimed loops included."""
    turns = [
        one * (1 + warm_up_loops(block.record.loops) / block.record.loops)
        for block in measured.of(arm).values()
        for one in block.record.durations
    ]
    if seconds is None or not turns:
        return None
    return min(1.0, seconds * 1e9 / mean(turns))


def _explained(
    ours: float | None, theirs: float | None, efficiency: Estimate | None
) -> float | None:
    """Return how much of the time that threads need more than processes the collector ran, 0 to 1.

    `ours` and `theirs` are shares of the time of threads and of processes. None where threads lose nothing.
    """
    more = _more(ours, theirs, efficiency)
    if more is None or efficiency is None or efficiency.ratio >= 1:
        return None
    return min(1.0, more / (1 - efficiency.ratio))


def _more(ours: float | None, theirs: float | None, efficiency: Estimate | None) -> float | None:
    """Return what share of the threads' time the collector ran beyond what it does in processes."""
    if ours is None or efficiency is None:
        return None
    return max(0.0, ours - (theirs or 0) * efficiency.ratio)


def _disturbance(measured: Series, threads: str) -> Disturbance:
    known = [(one.seconds, one.steal) for one in measured.blocks.values() if one.steal is not None]
    seconds = math.fsum(length for length, _ in known)
    return Disturbance(
        others=flags.others(measured),
        stolen=math.fsum(length * share for length, share in known) / seconds
        if seconds > 0
        else None,
        overlap=flags.overlap([block.record for block in measured.of(threads).values()]),
    )


def _growth(measured: Series) -> float | None:
    """Return by how much a call takes longer in the last half of a block than in the first, None if not.

    Both builds have to agree in every respect: what a machine does to one of them is no growth.
    """
    growths = []
    for arm in ("gil-single", "ft-single"):
        halves = [block.halves for block in measured.of(arm).values() if block.halves]
        changes = [last - first for first, last in halves]
        if len(changes) < 2:
            return None
        low, _ = mean_interval(changes)
        if low < GROWTH / 2 or mean(changes) < GROWTH:
            return None
        growths.append(mean(changes))
    return math.expm1(min(growths))
