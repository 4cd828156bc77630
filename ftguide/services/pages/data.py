"""What pages read: the newest published run of services, or this machine's own where none is published."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.files import ROOT
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.services.declare import MINE
from ftguide.services.derive.ratios import Report, report
from ftguide.services.record import store


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The run that pages show."""

    report: Report | None  #: None where nothing was measured
    path: Path | None
    problems: tuple[str, ...]  #: files that cannot be read
    paths: tuple[Path, ...]  #: that were looked at


def shown(root: Path = ROOT) -> Shown:
    """Read the newest complete run of whoever published one; the same answer while no file changes."""
    machines = store.machines(root) or [LOCAL_MACHINE]
    paths = [path for machine in machines for path in store.runs(machine, root)]
    stamps = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    return _read(stamps)


@functools.lru_cache(maxsize=2)
def _read(stamps: tuple[tuple[str, int, int], ...]) -> Shown:
    """Take the run with the most slices, of those the newest: a quick look does not hide a full run.

    A reader's own service is on no page.
    """
    problems = []
    found = []
    for name, _, _ in stamps:
        try:
            stored = store.read(Path(name))
        except store.StoreError as error:
            problems.append(str(error))
            continue
        of_reader = any(stack.slug == MINE for stack in stored.head.plan.stacks)
        if stored.finished is not None and stored.blocks and not of_reader:
            plan = stored.head.plan
            found.append((plan.passes * plan.slices, stored.head.run_id, name, stored))
    best = max(found, default=None, key=lambda each: each[:2])
    return Shown(
        report=None if best is None else report(best[3]),
        path=None if best is None else Path(best[2]),
        problems=tuple(problems),
        paths=tuple(Path(name) for name, _, _ in stamps),
    )
