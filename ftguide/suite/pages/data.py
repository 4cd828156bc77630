"""The runs a site is built from: indexes, reports, and what could not be read.

Reads `record.store`'s indexes, and runs as `kept` has them, never their blocks; knows nothing of Sphinx. A
run that cannot be read, or whose summary may not be believed, becomes a `Problem` and is left out: one bad
folder never stops a build, and no number is shown that is not the run's.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.compare import Outdated
from ftguide.suite.derive.reproduced import Agreement, closest
from ftguide.suite.derive.summary import Summary
from ftguide.suite.derive.verdicts import Comparison
from ftguide.suite.pages import kept
from ftguide.suite.pages.kept import Problem
from ftguide.suite.record import store, stubs
from ftguide.suite.record.model import IndexEntry, PlannedWorkload, Run

#: Runs in the history of a workload; the list of all runs has the others.
RECENT = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the checkout declares about a workload today."""

    version: int
    source_hash: str
    title: str
    question: str
    because: str
    explained_at: str
    path: Path  #: the file that declares it


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A run with what it says, ready to be drawn."""

    entry: IndexEntry
    folder: Path
    report: Summary
    agreement: Agreement | None = None  #: of a contributed run, with our closest one

    @property
    def run(self) -> Run:
        """The run's own record."""
        return self.report.stored.run

    @property
    def local(self) -> bool:
        """Whether nobody has published the run."""
        return is_local(self.entry)

    @property
    def name(self) -> str:
        """What the domain calls the run."""
        return name_of(self.entry)

    @property
    def page(self) -> str:
        """The docname of the run's page."""
        return stubs.docname(self.run.run_id, local=self.local)

    def row(self, slug: str) -> Row | None:
        """Return a workload's row, None when the run does not have it."""
        return self.report.row(slug) if self.report.has(slug) else None

    def timed(self, slug: str) -> Row | None:
        """Return a workload's row, None when the run has no times for it."""
        row = self.row(slug)
        return row if row is not None and row.times else None


def is_local(entry: IndexEntry) -> bool:
    """Whether nobody has published a run."""
    return entry.machine == LOCAL_MACHINE


def name_of(entry: IndexEntry) -> str:
    """Return what the domain calls a run: its id, with a mark where nobody has published it."""
    return f"local-{entry.run_id}" if is_local(entry) else entry.run_id


def comparisons(row: Row) -> tuple[Comparison, ...]:
    """List the comparisons that pages show: all but those of further arms, A/A pairs last."""
    return tuple(comparison for comparison in row.comparisons if comparison not in row.others)


def anchor(slug: str, arm: str, base: str | None = None) -> str:
    """Return the permanent anchor of a time (`nbody-ft-single`) or a ratio (`…-vs-gil-single`).

    An arm of a line beside the main one is spelled with hyphens there: `nbody-ft-single-3-15-vs-ft-single`.
    """
    name = f"{slug}-{arm}" if base is None else f"{slug}-{arm}-vs-{base}"
    return name.replace("@", "-").replace(".", "-")


def number_name(slug: str, arm: str, base: str | None) -> str:
    """Return what the domain calls a time (`nbody:ft-single`) or a ratio (`…/gil-single`)."""
    return f"{slug}:{arm}" if base is None else f"{slug}:{arm}/{base}"


@functools.cache
def declared() -> Mapping[str, Declared]:
    """Return what the checkout declares, by slug."""
    # Imported here because it imports every workload: a page that asks for no version need not.
    from ftguide.suite.declare.catalogue import catalogue  # noqa: PLC0415

    return {
        slug: Declared(
            version=entry.workload.version,
            source_hash=entry.source_hash,
            title=entry.workload.title,
            question=entry.workload.question,
            because=entry.workload.because,
            explained_at=entry.workload.explained_at,
            path=Path(entry.workload.run.__code__.co_filename),
        )
        for slug, entry in catalogue().items()
    }


class Results:
    """What a results folder holds at the moment of construction."""

    def __init__(self, root: Path, tell: Callable[[Problem], None] = lambda _: None) -> None:
        """Read the index of published runs at `root` and of local ones at `root`/local.

        `tell` hears of everything that cannot be read, when that is found out.
        """
        self.root = root
        self.tell = tell
        self.damaged = False  #: whether `tell` heard of anything
        self._records: dict[str, Run | None] = {}
        self._plans: dict[str, Mapping[str, PlannedWorkload]] = {}
        self._loaded: dict[str, Loaded | None] = {}
        self.published = tuple(e for e in self._index(root) if not is_local(e))
        self.local = tuple(filter(is_local, self._index(root / LOCAL_MACHINE)))

    @property
    def indexes(self) -> tuple[Path, Path]:
        """The two index files, whether they exist or not."""
        return self.root / "index.json", self.root / LOCAL_MACHINE / "index.json"

    def _index(self, folder: Path) -> tuple[IndexEntry, ...]:
        try:
            return store.read_index(folder).runs
        except store.StoreError as error:
            self._note(Problem(run_id=None, message=str(error)))
            return ()

    def _note(self, problem: Problem) -> None:
        self.damaged = True
        self.tell(problem)

    def folder(self, entry: IndexEntry) -> Path:
        """Return the folder of an indexed run."""
        base = self.root / LOCAL_MACHINE if is_local(entry) else self.root
        return store.folder_of(base, entry)

    def record(self, entry: IndexEntry) -> Run | None:
        """Return what a run set out to do; None when that cannot be read, which `tell` hears.

        That takes a fifth of the time of `load`: who looks for a run among hundreds asks here first.
        """
        name = name_of(entry)
        if name not in self._records:
            self._records[name] = self._readable(kept.record(self.folder(entry)))
        return self._records[name]

    def load(self, entry: IndexEntry) -> Loaded | None:
        """Return a run with its report; None when it cannot be read, which `tell` hears."""
        name = name_of(entry)
        if name not in self._loaded:
            self._loaded[name] = self._load(entry)
        return self._loaded[name]

    def _load(self, entry: IndexEntry) -> Loaded | None:
        folder = self.folder(entry)
        report = self._readable(kept.summary(folder, local=is_local(entry)))
        if report is None:
            return None
        agreement = closest(report, self._ours()) if entry.contributed else None
        return Loaded(entry=entry, folder=folder, report=report, agreement=agreement)

    def _readable(self, read: T | Problem) -> T | None:
        if isinstance(read, Problem):
            self._note(read)
            return None
        return read

    def _ours(self) -> Iterator[Summary]:
        """Yield our own run that pages quote first, of each machine: more runs must not cost a page more."""
        ours = [each for each in self.published if each.citable and not each.contributed]
        firsts = {entry.machine: entry for entry in reversed(store.standing(ours))}
        for entry in firsts.values():
            if (loaded := self.load(entry)) is not None:
                yield loaded.report

    def load_shown(self) -> None:
        """Load what pages of workloads show, so that processes forked after this have it."""
        for slug in declared():
            self.newest_of(slug)
            self.recent(slug)

    def recent(self, slug: str) -> list[tuple[Loaded, Row]]:
        """Return the newest published runs with times for a workload, and its rows, at most `RECENT`.

        No run beyond them is loaded, so that a page costs the same when there are hundreds.
        """
        planned = (entry for entry in self.published if slug in self.planned(entry))
        runs = filter(None, map(self.load, planned))
        timed = ((loaded, row) for loaded in runs if (row := loaded.timed(slug)) is not None)
        return list(itertools.islice(timed, RECENT))

    def planned(self, entry: IndexEntry) -> Mapping[str, PlannedWorkload]:
        """Return what a run planned, by slug; nothing where that cannot be read."""
        name = name_of(entry)
        if name not in self._plans:
            run = self.record(entry)
            workloads = () if run is None else run.plan.workloads
            self._plans[name] = {planned.slug: planned for planned in workloads}
        return self._plans[name]

    def find(self, run_id: str, *, local: bool = False) -> IndexEntry | None:
        """Return the index entry of a run."""
        entries = self.local if local else self.published
        return next((entry for entry in entries if entry.run_id == run_id), None)

    def of_id(self, run_id: str, *, local: bool = False) -> Loaded | None:
        """Return the run of an id; None when there is none, or when it cannot be read."""
        entry = self.find(run_id, local=local)
        return self.load(entry) if entry is not None else None

    def newest(
        self, wanted: Callable[[IndexEntry, Run], object] = lambda _entry, _run: True
    ) -> Iterator[Loaded]:
        """Yield published runs that were not withdrawn, see `store.standing`; of equals the newest first.

        A run is loaded when its turn has come, and only if it is `wanted` by its entry and its record.
        """
        for entry in self.standing:
            run = self.record(entry)
            loaded = self.load(entry) if run is not None and wanted(entry, run) else None
            if loaded is not None:
                yield loaded

    @functools.cached_property
    def standing(self) -> list[IndexEntry]:
        """The published runs that were not withdrawn, in the order of `store.standing`."""
        return store.standing(self.published)

    def newest_of(self, slug: str) -> Loaded | None:
        """Return the run a workload's living page shows: the first of `newest_for` with times for it."""
        return next((loaded for loaded in self.newest_for(slug) if loaded.timed(slug)), None)

    def newest_for(self, slug: str) -> Iterator[Loaded]:
        """Yield `newest`, runs of the workload as it is declared today before those of other versions.

        Whoever takes the first that will do makes no more runs be read than that takes.
        """
        others = []
        for entry in self.standing:
            planned = self.planned(entry).get(slug)
            if planned is None:
                continue
            if _outdated(planned) is not None:
                others.append(entry)
            elif (loaded := self.load(entry)) is not None:
                yield loaded
        yield from filter(None, map(self.load, others))

    def local_of(self, slug: str) -> Loaded | None:
        """Return the newest local run with times for a workload."""
        runs = filter(None, map(self.load, self.local))
        return next((loaded for loaded in runs if loaded.timed(slug)), None)


def outdated(loaded: Loaded, slug: str) -> Outdated | None:
    """Return how a run's workload differs from today's declaration; None when it is the same."""
    return _outdated(loaded.report.stored.planned(slug))


def _outdated(planned: PlannedWorkload) -> Outdated | None:
    now = declared().get(planned.slug)
    measured = (planned.version, planned.source_hash)
    today = None if now is None else (now.version, now.source_hash)
    return None if measured == today else Outdated(measured=measured, declared=today)


def measured_with(runs: Iterable[tuple[Loaded, Row]]) -> tuple[list[str], list[str], list[int]]:
    """Return the versions of CPython, the compilers and the versions of the workload, each of them once."""
    listed = list(runs)
    return (
        [*dict.fromkeys(loaded.entry.python for loaded, _ in listed)],
        [*dict.fromkeys(loaded.entry.compiler for loaded, _ in listed)],
        [*dict.fromkeys(loaded.report.stored.planned(row.slug).version for loaded, row in listed)],
    )
