"""The lines of a run as tables: FT/GIL of each, each against the one before, and what threads do. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.suite import words
from ftguide.suite.derive.derived import Derived
from ftguide.suite.record.model import Run

#: What the columns mean.
LEGEND = (
    "lines, 1 thread: FT / GIL of each line; time on a line / on the one before, for either build"
)


class Column(NamedTuple):
    """One ratio of every workload."""

    heading: str
    arm: str
    base: str


def columns(run: Run) -> list[Column]:
    """Return one thread's ratios of a run over several lines, oldest line first; none for one line."""
    return [*within(run, Mode.SINGLE), *between(run, Mode.SINGLE)] if run.lines else []


def within(run: Run, mode: Mode) -> list[Column]:
    """Return FT/GIL of each line, of one thread or of several."""
    return [
        Column(
            f"FT/GIL {line}",
            _arm(run, Build.FREE_THREADED, mode, name),
            _arm(run, Build.GIL, mode, name),
        )
        for line, name in run.in_order.items()
    ]


def steps(run: Run, mode: Mode) -> list[tuple[Column, ...]]:
    """Return each line against the one before, of one thread or of several: a column for either build."""
    return [
        tuple(
            Column(
                f"{new}{build.suffix}/{old}{build.suffix}",
                _arm(run, build, mode, newer),
                _arm(run, build, mode, older),
            )
            for build in (Build.GIL, Build.FREE_THREADED)
        )
        for (old, older), (new, newer) in itertools.pairwise(run.in_order.items())
    ]


def between(run: Run, mode: Mode) -> list[Column]:
    """Return the columns of all steps."""
    return [column for step in steps(run, mode) for column in step]


def throughput(run: Run, base: Build) -> list[Column]:
    """Return what several free-threaded threads do on each line, relative to one thread of a build."""
    return [
        Column(
            line,
            _arm(run, Build.FREE_THREADED, Mode.THREADS, name),
            _arm(run, base, Mode.SINGLE, name),
        )
        for line, name in run.in_order.items()
    ]


def _arm(run: Run, build: Build, mode: Mode, line: str) -> str:
    return str(Arm(build, mode, 1 if mode is Mode.SINGLE else run.plan.threads, line=line))


def rows(report: Derived, shown: list[Column]) -> Iterator[list[str]]:
    """Yield a name and the columns' ratios for every workload, then for every mean of several of them."""
    for row in report.rows:
        if row.failure is None:
            ratios = [row.comparison(column.arm, column.base) for column in shown]
            yield [row.slug, *(words.ratio_text(each) if each else "" for each in ratios)]
    means = {(each.family, each.arm, each.base): each for each in report.line_means}
    for mean in report.means:
        if mean.workloads > 1:
            of_lines = [means.get((mean.family, column.arm, column.base)) for column in shown]
            # The main line's own FT / GIL is the mean that every run has.
            texts = [words.ratio_text(each) if each else "" for each in of_lines]
            main = [
                not Arm.parse(column.arm).line and not Arm.parse(column.base).line
                for column in shown
            ]
            texts = [words.ratio_text(mean) if m else t for m, t in zip(main, texts, strict=True)]
            yield [f"mean: {mean.family.key}", *texts]
