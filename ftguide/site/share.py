"""What a link to a page shows where people share it: the page's number, with its interval and day."""

from __future__ import annotations

from collections.abc import Iterator

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.site import news
from ftguide.suite import words
from ftguide.suite.pages.data import Results

_ONE_THREAD = str(Arm(Build.FREE_THREADED, Mode.SINGLE)), str(Arm(Build.GIL, Mode.SINGLE))
_WORKLOADS, _RUNS = "benchmarks/", "benchmarks/runs/"


def description(results: Results, page: str) -> str:
    """Return a sentence with the number that a page is about; empty for a page without one."""
    if page.startswith(_RUNS):
        loaded = results.of_id(page.removeprefix(_RUNS))
        return _headline(news.of_runs([loaded])) if loaded is not None else ""
    if page.startswith(_WORKLOADS):
        return _workload(results, page.removeprefix(_WORKLOADS))
    if page in {"index", "benchmarks/index"}:
        return _headline(news.of_runs(results.newest()))
    return ""


def _headline(found: Iterator[news.News]) -> str:
    first = next(found, None)
    return f"{first.value} {first.text}, {first.day}." if first is not None else ""


def _workload(results: Results, slug: str) -> str:
    loaded = results.newest_of(slug)
    row = loaded.row(slug) if loaded is not None else None
    if loaded is None or row is None:
        return ""
    compared = row.comparison(*_ONE_THREAD)
    if compared is None:
        return ""
    return (
        f"{words.ratio_text(compared)} times as long on the free-threaded build, on one thread: "
        f"95 % interval, CPython {loaded.entry.python}, machine {loaded.entry.machine}, "
        f"{words.day(loaded.entry.started)}."
    )
