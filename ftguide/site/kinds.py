"""What kinds of pages the site has, and what they weigh where all pages are looked through. Pure."""

from __future__ import annotations

import fnmatch

#: What a page weighs, and what readers are told it is; the first pattern that fits counts.
KINDS: tuple[tuple[str, float, str], ...] = (
    ("benchmarks/runs/*", 0, "Run"),
    ("benchmarks/index", 1, "Benchmarks"),
    ("benchmarks/method*", 1, "Benchmarks"),
    ("benchmarks/*", 0.1, "Workload"),
    ("thread-safety/index", 1, "Outcomes"),
    ("thread-safety/*", 0.3, "Outcomes"),
    ("tracking/*", 0.1, "Package"),
    ("contributing*", 0.5, "Contributing"),
    ("errata", 0.5, "Guide"),
    ("*", 1, "Guide"),
)
#: What a page weighs at least that people wrote and read one by one.
_LEAST_OF_A_PAGE = 0.5


def kind_of(name: str) -> tuple[float, str]:
    """Return what a page weighs in the search, and what it is."""
    return next(
        (weight, kind) for pattern, weight, kind in KINDS if fnmatch.fnmatchcase(name, pattern)
    )


def is_generated(name: str) -> bool:
    """Whether a page is one of so many that readers find it from a table, not from the menu."""
    return kind_of(name)[0] < _LEAST_OF_A_PAGE
