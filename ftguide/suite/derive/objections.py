"""Why a run must not be published. Pure; `ftguide.suite.words` says it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from benchmarks.workloads.declare import Group
from ftguide.ground.machine import UNPINNED_SYSTEMS
from ftguide.ground.vocabulary import Arm
from ftguide.suite.record.model import Failure, StoredRun

#: Presets whose precision is meant for publication.
PUBLISHED_PRESETS = ("standard", "full")
#: With five blocks an interval is 2.8 standard errors wide to either side; with fewer it soon spans all.
FEWEST_BLOCKS = 5


class ObjectionKind(StrEnum):
    """Why a run must not be published."""

    UNFINISHED = "unfinished"
    PRESET = "preset"  #: value: its preset
    DIFFERENCES = "differences"  #: value: how the builds differ beside the GIL
    UNOPTIMISED = "unoptimised"
    UNPINNED = "unpinned"  #: on a system that can pin
    DIRTY = "dirty"  #: nobody has the code that measured
    USER_CODE = "user code"  #: of a workload
    FAILED = "failed"  #: of a workload; value: kind of the failure
    FEW_BLOCKS = "few blocks"  #: of a workload; value: how many


class Objection(NamedTuple):
    """One reason why a run must not be published."""

    kind: ObjectionKind
    value: str = ""  #: as the kind says
    slug: str = ""  #: of the workload, empty for the whole run


def _has_no_module(failure: Failure) -> bool:
    """Return whether a workload failed because a line beside the main one lacks a module, as old ones do.

    That is a fact about the line, shown as such, and no fault of the run. (Plans leave such a line out since
    2026-11-28.)
    """
    return bool(Arm.parse(failure.arm).line) and failure.message.startswith("ModuleNotFoundError: ")


def objections(stored: StoredRun) -> list[Objection]:
    """List every reason why a run must not be published."""
    run, kinds = stored.run, ObjectionKind
    preset, differences = run.plan.preset, "; ".join(run.all_differences)
    of_run = {
        Objection(kinds.UNFINISHED): run.finished is None,
        Objection(kinds.PRESET, preset): preset not in PUBLISHED_PRESETS,
        Objection(kinds.DIFFERENCES, differences): bool(differences),
        Objection(kinds.UNOPTIMISED): not all(facts.pgo for facts in run.targets.values()),
        # Where no process can be pinned the run is taken and marked: it is not for citing, see `entry_of`.
        Objection(kinds.UNPINNED): not run.pinned and run.machine.system not in UNPINNED_SYSTEMS,
        Objection(kinds.DIRTY): run.suite.dirty or run.suite.commit is None,
    }
    absent = {each.workload for each in stored.failures if _has_no_module(each)}
    blocks = {
        planned.slug: len(stored.of(planned.slug))
        for planned in run.plan.workloads
        if planned.slug not in absent
    }
    return [
        *(objection for objection, holds in of_run.items() if holds),
        *(
            Objection(kinds.USER_CODE, slug=planned.slug)
            for planned in run.plan.workloads
            if planned.group == Group.MINE
        ),
        *(
            Objection(kinds.FAILED, each.kind, each.workload)
            for each in stored.failures
            if each.workload not in absent
        ),
        *(
            Objection(kinds.FEW_BLOCKS, str(count), slug)
            for slug, count in blocks.items()
            if count < FEWEST_BLOCKS
        ),
    ]
