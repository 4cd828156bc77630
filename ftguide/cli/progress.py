"""The progress display of a run: what is measured now, how much is left.

Redraws only when told that everything is quiet: a display thread would take CPU time from a value.
"""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from ftguide.ground.vocabulary import Build
from ftguide.suite.record.model import Failure, PlannedWorkload, Run

#: Redrawing more often costs more than it tells.
REDRAW_SECONDS = 0.25
#: Without a terminal, a run of so few blocks tells of each when it begins: they may be long.
FEW_BLOCKS = 20


class Progress(Bar):
    """An observer of a run that draws on a terminal, or prints a line per tenth without one."""

    def __init__(self, console: Console) -> None:
        super().__init__(
            TextColumn("{task.description:<34}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self.add_task("", left="", total=None)
        self._drawn = 0.0
        self._total = self._done = self._measured = 0
        self._seconds = 0.0

    def announce(self, run: Run, folder: Path) -> None:
        """Say what is about to be measured."""
        gil, ft = (run.interpreters[build] for build in Build)
        lines = f", {' and '.join(run.lines)} in the same blocks" if run.lines else ""
        self.console.print(
            f"measuring CPython {gil.version} (GIL-enabled) against {ft.version} (free-threaded){lines}, "
            f"{gil.compiler}, preset {run.plan.preset}, run {folder.name}"
        )

    def planned(self, blocks: int, done: int) -> None:
        """Set the length of the bar."""
        self._total, self._done = blocks, done
        self.update(self._task, total=blocks, completed=done)

    def block(self, workload: PlannedWorkload, index: int) -> None:
        """Name the workload that is measured now."""
        what = "calibrating" if index < 0 else f"block {index + 1}"
        if self.disable and self._total <= FEW_BLOCKS:
            self.console.print(f"{workload.slug}: {what}")
        self._describe(f"{workload.slug} {what}")

    def costs(self, workload: PlannedWorkload, arm: str) -> None:
        """Name the arm whose start and memory are measured."""
        self._describe(f"costs of {workload.slug} {arm}")

    def tick(self) -> None:
        """Redraw if the last time is long ago."""
        if time.monotonic() - self._drawn > REDRAW_SECONDS:
            self._redraw()

    def done(self, seconds: float) -> None:
        """Count a block and estimate what is left from the mean so far."""
        self._done += 1
        self._measured += 1
        self._seconds += seconds
        left = max(0, self._total - self._done) * self._seconds / self._measured
        text = f"{left // 60:.0f} min {left % 60:02.0f} s left"
        self.update(self._task, completed=self._done, total=max(self._total, self._done), left=text)
        tenth = max(1, self._total // 10)
        if self.disable and (self._done % tenth == 0 or self._done == self._total):
            self.console.print(f"{self._done} of {self._total} blocks, {text}")
        self._redraw()

    def failed(self, failure: Failure) -> None:
        """Say at once that a workload is out; what happened stands below the results."""
        text = f"[bold red]{escape(failure.workload)}[/] failed in {failure.arm} ({failure.kind})"
        if failure.index < 0:  # while costs were measured, which is no failure of the row
            text += f": {escape(failure.message)}"
        self.console.print(text)

    def _describe(self, text: str) -> None:
        self.update(self._task, description=text[:34])
        self._redraw()

    def _redraw(self) -> None:
        self._drawn = time.monotonic()
        self.refresh()
