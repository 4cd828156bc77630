"""Families: what a geometric mean is a mean of. Pure.

The interpreter group asks three questions: what Python code costs, what the collector costs, what starting
a process costs. Their answers lie far apart, and one mean over all of them describes none. A stored plan
knows the group alone, so the family is derived from the slug, and runs of any age are read alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar


class Part(StrEnum):
    """What the workloads of a part of a group are about."""

    PYTHON_CODE = "Python code"
    COLLECTOR = "garbage collector"
    START_UP = "starting a process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Rows that have a mean in common: a whole group, or a part of one."""

    group: str
    key: str  #: permanent: names the mean in `{bench:mean}`
    part: Part | None = None  #: None for a whole group


PYTHON_CODE = Family(group="interpreter", key="python-code", part=Part.PYTHON_CODE)
COLLECTOR = Family(group="interpreter", key="collector", part=Part.COLLECTOR)
START_UP = Family(group="interpreter", key="start-up", part=Part.START_UP)

_APART = {
    "startup": START_UP,
    "startup-imports": START_UP,
    "gc-growing-tree": COLLECTOR,
    "gc-collect-tree": COLLECTOR,
    "gc-living-tree": COLLECTOR,
}


class Named(Protocol):
    """What belongs to a family: a row of a report, or a planned workload."""

    @property
    def slug(self) -> str:
        """The workload's permanent name."""

    @property
    def group(self) -> str:
        """The workload's group."""


T = TypeVar("T", bound=Named)


def family(row: Named) -> Family:
    """Return the family of a row or of a planned workload."""
    if row.group == PYTHON_CODE.group:
        return _APART.get(row.slug, PYTHON_CODE)
    return Family(group=row.group, key=row.group)


def grouped(rows: Iterable[T]) -> dict[Family, list[T]]:
    """Return rows by family; families, and the rows of each, in the order in which they appear."""
    families: dict[Family, list[T]] = {}
    for row in rows:
        families.setdefault(family(row), []).append(row)
    return families
