"""Why a run must not be published. Pure; `ftguide.suite.words` says it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from benchmarks.workloads.declare import Group
from ftguide.suite.record.model import StoredRun

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
    UNPINNED = "unpinned"
    DIRTY = "dirty"  #: nobody has the code that measured
    USER_CODE = "user code"  #: of a workload
    FAILED = "failed"  #: of a workload; value: kind of the failure
    FEW_BLOCKS = "few blocks"  #: of a workload; value: how many


class Objection(NamedTuple):
    """One reason why a run must not be published."""

    kind: ObjectionKind
    value: str = ""  #: as the kind says
    slug: str = ""  #: of the workload, empty for the whole run


def objections(stored: StoredRun) -> list[Objection]:
    """List every reason why a run must not be published."""
    run, kinds = stored.run, ObjectionKind
    preset, differences = run.plan.preset, "; ".join(run.all_differences)
    of_run = {
        Objection(kinds.UNFINISHED): run.finished is None,
        Objection(kinds.PRESET, preset): preset not in PUBLISHED_PRESETS,
        Objection(kinds.DIFFERENCES, differences): bool(differences),
        Objection(kinds.UNOPTIMISED): not all(facts.pgo for facts in run.targets.values()),
        Objection(kinds.UNPINNED): not run.pinned,
        Objection(kinds.DIRTY): run.suite.dirty or run.suite.commit is None,
    }
    blocks = {planned.slug: len(stored.of(planned.slug)) for planned in run.plan.workloads}
    return [
        *(objection for objection, holds in of_run.items() if holds),
        *(
            Objection(kinds.USER_CODE, slug=planned.slug)
            for planned in run.plan.workloads
            if planned.group == Group.MINE
        ),
        *(Objection(kinds.FAILED, each.kind, each.workload) for each in stored.failures),
        *(
            Objection(kinds.FEW_BLOCKS, str(count), slug)
            for slug, count in blocks.items()
            if count < FEWEST_BLOCKS
        ),
    ]
