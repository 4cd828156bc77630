"""Going through packages: ask the index, probe what is asked for, append what was found.

One package is one unit: its evidence reaches the disk when all of it is there, and a package that
cannot be installed does not stop the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from ftguide.interpreters.model import Pair
from ftguide.tracker.derive import derive
from ftguide.tracker.derive.derive import counted_until, latest
from ftguide.tracker.derive.grounds import offered
from ftguide.tracker.derive.model import Cell, Reason, ReasonKind
from ftguide.tracker.observe import collect, sandbox
from ftguide.tracker.observe.index import Index
from ftguide.tracker.observe.install import Source, Workshop
from ftguide.tracker.observe.probe import Request, cell_key, probe
from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import Wheels
from ftguide.tracker.record.model import CompatError, Evidence, Package, finding

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How one package went."""

    package: Package
    items: tuple[Evidence, ...] = ()
    problem: str = ""
    seconds: float = 0.0
    left_out: Reason | None = None  #: why there was nothing to probe


def collect_one(name: str, source: Source, log: Path) -> tuple[Evidence, ...]:
    """Ask the index, or look into a folder of wheels, and append what it offers; raises `CompatError`."""
    if source.folder is not None:
        page = collect.page_of_folder(name, source.folder)
        return evidence.append(log, collect.evidence_of(name, page, evidence.now()))
    return evidence.append(log, collect.collect(name, Index(address=source.index)))


def collect_all(
    packages: Sequence[Package], index: Index, log: Path, say: Say
) -> tuple[Report, ...]:
    """Ask the index about each package, with a pause after each page that was not in the cache."""
    reports = []
    for number, package in enumerate(packages):
        if number and not index.fresh(package.name):
            time.sleep(collect.PAUSE_SECONDS)
        try:
            items = evidence.append(log, collect.collect(package.name, index))
            reports.append(Report(package=package, items=items))
        except CompatError as error:
            say(str(error))
            reports.append(Report(package=package, problem=str(error)))
    return tuple(reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How to probe: with which interpreters, from where, into which log."""

    pair: Pair
    workshop: Workshop
    log: Path
    stored: bool = False  #: nothing is asked; what was collected counts
    deep_seconds: float = 60.0
    suite_seconds: float = 0.0
    pins: dict[str, str] = field(default_factory=dict)  #: versions to probe instead of the newest
    smoke: Path = Path("compatibility") / "smoke"
    run: str = ""
    step: Callable[[str, str], None] = lambda _package, _text: (
        None
    )  #: hears what is done, as it begins

    def one(self, package: Package) -> Report:
        """Collect and probe one package, then append; a `CompatError` is reported, not raised."""
        started = time.monotonic()
        try:
            report = self._probe(package)
        except CompatError as error:
            report = Report(package=package, problem=str(error))
        return replace(report, seconds=time.monotonic() - started)

    def all(
        self, packages: Sequence[Package], jobs: int, done: Callable[[Report], None]
    ) -> list[Report]:
        """Go through packages, `jobs` at a time; `done` hears of each as it ends.

        When interrupted, ends what runs and raises; what was finished before is in the log.
        """
        reports = []
        with ThreadPoolExecutor(max_workers=jobs) as team:
            futures = [team.submit(self.one, package) for package in packages]
            try:
                for future in as_completed(futures):
                    reports.append(future.result())
                    done(reports[-1])
            except BaseException:
                sandbox.STOP.set()
                team.shutdown(wait=True, cancel_futures=True)
                raise
            finally:
                sandbox.STOP.clear()
        return sorted(reports, key=lambda report: packages.index(report.package))

    def _probe(self, package: Package) -> Report:
        if package.skip:
            reason = Reason(ReasonKind.LEFT_OUT, detail=package.skip)
            return Report(package=package, left_out=reason)
        if not self.stored:
            where = "the folder" if self.workshop.source.folder else "the index"
            self.step(package.name, f"asking {where} which files there are")
            collect_one(package.name, self.workshop.source, self.log)
        known = evidence.read_package(self.log, package.name)
        offer = finding(latest(counted_until(known, evidence.now())), Wheels)
        if offer is None:
            raise CompatError(
                f"package {package.name}: nobody has asked the index about it; run "
                f"`python -m ftguide collect --only {package.name}` first."
            )
        version = self.pins.get(package.name, offer.newest)
        files = offer.files if version == offer.newest else ()
        line, platform = cell_key(self.pair.ft.facts)
        if version == offer.newest and not offered(offer, line, platform):
            reason = Reason(ReasonKind.NO_FILE_HERE, version, line=line, platform=platform)
            return Report(package=package, left_out=reason)
        request = Request(
            package=package,
            version=version,
            hashes={file.file: file.sha256 for file in files},
            uploaded={file.file: file.uploaded for file in files},
            deep_seconds=self.deep_seconds,
            suite_seconds=self.suite_seconds,
            smoke=self.smoke,
            run=self.run,
            step=lambda text: self.step(package.name, text),
        )
        items = evidence.append(self.log, probe(request, self.pair, self.workshop))
        return Report(package=package, items=items)


def cell_of(
    package: Package, log: Path, line: str, platform: str, today: date | None = None
) -> Cell:
    """Return one cell as it stands now; raises `CompatError` for a log that is not evidence."""
    until = evidence.end_of(today or datetime.now(UTC).date())
    known = counted_until(evidence.read_package(log, package.name), until)
    return derive.cell_of(known, line, platform, until)
