"""Going through packages: ask the index, probe what is asked for, append what was found.

One package is one unit: its evidence reaches the disk when all of it is there, and a package that
cannot be installed does not stop the others.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from ftguide.interpreters.model import Pair
from ftguide.tracker.derive.derive import latest, not_retracted, status
from ftguide.tracker.derive.grounds import offered
from ftguide.tracker.derive.model import Cell, Reason, ReasonKind
from ftguide.tracker.observe import collect, sandbox
from ftguide.tracker.observe.index import Index
from ftguide.tracker.observe.install import Workshop
from ftguide.tracker.observe.probe import Request, platform_of, probe
from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import Wheels
from ftguide.tracker.record.model import CompatError, Evidence, Kind, Package
from ftguide.vocabulary import Build, line_of

Say = Callable[[str], None]


def in_shard(name: str, number: int, of: int) -> bool:
    """Say whether a package belongs to a shard; `number` counts from 1."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % of == number - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How one package went."""

    package: Package
    items: tuple[Evidence, ...] = ()
    problem: str = ""
    seconds: float = 0.0
    left_out: Reason | None = None  #: why there was nothing to probe


def collect_one(
    package: Package, index: Index | None, folder: Path | None, log: Path
) -> tuple[Evidence, ...]:
    """Ask the index, or look into a folder of wheels, and append what it offers; raises `CompatError`."""
    if folder is not None:
        page = collect.page_of_folder(package.name, folder)
        items = tuple(collect.evidence_of(package.name, page, evidence.now()))
    else:
        assert index
        items = collect.collect(package.name, index)
    return evidence.append(log, items)


def collect_all(
    packages: Sequence[Package], index: Index, log: Path, say: Say
) -> tuple[Report, ...]:
    """Ask the index about each package, with a pause between two."""
    reports = []
    for number, package in enumerate(packages):
        if number:
            time.sleep(collect.PAUSE_SECONDS)
        try:
            items = collect_one(package, index, None, log)
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
    index: Index | None = None  #: None: nothing is asked; what was collected counts
    folder: Path | None = None
    deep_seconds: float = 60.0
    suite_seconds: float = 0.0
    pins: dict[str, str] = field(default_factory=dict)  #: versions to probe instead of the newest
    smoke: Path = Path("compatibility") / "smoke"
    run: str = ""

    def one(self, package: Package) -> Report:
        """Collect and probe one package, then append; a `CompatError` is reported, not raised."""
        started = time.monotonic()
        try:
            left_out, items = self._probe(package)
        except CompatError as error:
            return Report(package=package, problem=str(error), seconds=time.monotonic() - started)
        seconds = time.monotonic() - started
        return Report(package=package, items=items, left_out=left_out, seconds=seconds)

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

    def _probe(self, package: Package) -> tuple[Reason | None, tuple[Evidence, ...]]:
        if package.skip:
            return Reason(ReasonKind.LEFT_OUT, detail=package.skip), ()
        if self.index is not None or self.folder is not None:
            collect_one(package, self.index, self.folder, self.log)
        known = not_retracted(evidence.read_package(self.log, package.name))
        wheels = latest(sorted(known, key=lambda item: item.observed_at)).get(Kind.WHEEL)
        if wheels is None or not isinstance(wheels.result, Wheels):
            raise CompatError(
                f"package {package.name}: nobody has asked the index about it; run "
                f"`python -m ftguide collect --only {package.name}` first."
            )
        offer = wheels.result
        version = self.pins.get(package.name, offer.newest)
        if version == offer.newest:
            facts = self.pair.ft.facts
            line = f"{line_of(facts.version)}{Build.FREE_THREADED.suffix}"
            here = platform_of(facts.platform, facts.libc)
            if not offered(offer, line, here):
                kind = ReasonKind.NO_FILE_HERE
                return Reason(kind, offer.newest, line=line, platform=here), ()
        same = version == offer.newest
        request = Request(
            package=package,
            version=version,
            hashes={file.file: file.sha256 for file in offer.files} if same else {},
            uploaded={file.file: file.uploaded for file in offer.files} if same else {},
            deep_seconds=self.deep_seconds,
            suite_seconds=self.suite_seconds,
            smoke=self.smoke,
            run=self.run,
        )
        return None, evidence.append(self.log, probe(request, self.pair, self.workshop))


def cell_of(
    package: Package, log: Path, line: str, platform: str, today: date | None = None
) -> Cell:
    """Return one cell as it stands now; raises `CompatError` for a log that is not evidence."""
    today = today or datetime.now(UTC).date()
    known = evidence.read_package(log, package.name)
    cells = status(package, known, f"{today.isoformat()}T23:59:59Z").cells
    return next(cell for cell in cells if (cell.line, cell.platform) == (line, platform))
