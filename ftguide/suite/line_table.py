"""The lines of a run as a table, one thread: FT/GIL of each, and each against the one before. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.suite import words
from ftguide.suite.derive.analysis import Report
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
    """Return the ratios of a run over several lines, from the oldest to the newest; none for one line."""
    if not run.lines:
        return []
    ft, gil = (Arm(build, Mode.SINGLE) for build in (Build.FREE_THREADED, Build.GIL))
    order = run.in_order
    within = [
        Column(f"FT/GIL {line}", str(replace(ft, line=name)), str(replace(gil, line=name)))
        for line, name in order.items()
    ]
    between = [
        Column(f"{new}{suffix}/{old}{suffix}", *(str(replace(arm, line=n)) for n in (newer, older)))
        for (old, older), (new, newer) in itertools.pairwise(order.items())
        for arm, suffix in ((gil, ""), (ft, Build.FREE_THREADED.suffix))
    ]
    return within + between


def rows(report: Report, shown: list[Column]) -> Iterator[list[str]]:
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
