"""Families: what a geometric mean is a mean of. Pure.

The interpreter group asks three questions: what Python code costs, what the collector costs, what starting
a process costs. Their answers lie far apart, and one mean over all of them describes none. A stored plan
knows the group alone, so the family is derived from the slug, and runs of any age are read alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Rows that have a mean in common: a whole group, or a part of one."""

    group: str
    key: str  #: permanent: names the mean in `{bench:mean}`
    part: str | None = None  #: which part of the group, None for a whole one
    about: str = ""  #: what the workloads of that part are about, to follow "workloads"

    def count(self, number: int) -> str:
        """Return a number of its workloads in words, e.g. `8 workloads of Python code`."""
        return f"{number} workload{'' if number == 1 else 's'} {self.about}".rstrip()


PYTHON_CODE = Family(
    group="interpreter",
    key="python-code",
    part="Python code",
    about="of Python code",
)
COLLECTOR = Family(
    group="interpreter",
    key="collector",
    part="garbage collector",
    about="about the garbage collector",
)
START_UP = Family(
    group="interpreter",
    key="start-up",
    part="starting a process",
    about="about starting a process",
)

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
    found: dict[Family, list[T]] = {}
    for row in rows:
        found.setdefault(family(row), []).append(row)
    return found
