"""What is asked of a derived run, whether it was derived just now or read from its summary."""

from __future__ import annotations

from typing import Protocol

from ftguide.suite.derive.analysis import FamilyMean, LineMean, Row
from ftguide.suite.derive.verdicts import ArmPair
from ftguide.suite.record.model import StoredRun


class Derived(Protocol):
    """A run with its rows: an `analysis.Report`, or a `summary.Summary`, which has no blocks."""

    @property
    def stored(self) -> StoredRun:
        """What was stored; of a summary, without the blocks."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """One row per planned workload, in the order of the plan."""

    @property
    def means(self) -> tuple[FamilyMean, ...]:
        """The means of single-thread ratios, by family."""

    @property
    def line_means(self) -> tuple[LineMean, ...]:
        """The same of the ratios of other lines."""

    def row(self, slug: str) -> Row:
        """Return one workload's row; raises `KeyError` when the run does not have it."""

    def logs(self, slug: str, pair: ArmPair) -> list[float]:
        """Return per block the logarithm of what a pair compares; raises `KeyError` as `row` does."""
