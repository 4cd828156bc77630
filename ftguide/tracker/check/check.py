"""What evidence says about somebody's own dependencies, on one line and platform. Pure.

An answer rests on evidence about the very release that is asked for; without a pin, on the newest one.
Where there is none, the file names of a lock still tell whether there is a wheel, and that is called a
claim. What is not known is said to be unknown, never fine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from packaging.markers import UndefinedComparison

from ftguide.tracker.check.dependency import Dependency
from ftguide.tracker.derive.derive import cell_of, counted_until
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.model import Cell, Reason, ReasonKind
from ftguide.tracker.observe import artifacts
from ftguide.tracker.record.evidence import end_of
from ftguide.tracker.record.model import Evidence


class Answer(StrEnum):
    """What to expect of a dependency, worst first."""

    BREAKS = "breaks"
    GIL_ON = "turns-gil-on"
    NO_WHEEL = "no-wheel"
    UNKNOWN = "unknown"
    CLAIMED = "only-claimed"
    PURE = "pure-python"
    GIL_OFF = "gil-stays-off"

    @property
    def finding(self) -> bool:
        """Whether it is a reason to stop: evidence says that something does not work."""
        return self in {Answer.BREAKS, Answer.GIL_ON, Answer.NO_WHEEL}

    @property
    def open(self) -> bool:
        """Whether nobody has looked; `--strict` stops there as well, `--probe` looks."""
        return self in {Answer.UNKNOWN, Answer.CLAIMED}


_LEVELS = {
    Answer.BREAKS: {Level.CRASHES, Level.NO_INSTALL, Level.FAILS_TO_IMPORT},
    Answer.GIL_ON: {Level.GIL_ON, Level.GIL_ON_DEPENDENCY},
    Answer.NO_WHEEL: {Level.NO_WHEEL, Level.SOURCE_ONLY},
    Answer.UNKNOWN: {Level.INCONCLUSIVE, Level.UNKNOWN},
    Answer.CLAIMED: {Level.NOT_PROBED},
    Answer.PURE: {Level.PURE, Level.PURE_EXERCISED},
    Answer.GIL_OFF: {
        *(Level.GIL_OFF_SO_FAR, Level.GIL_OFF, Level.EXERCISED, Level.CLAIMED_EXERCISED)
    },
}
_ANSWERS = {level: answer for answer, levels in _LEVELS.items() for level in levels}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A dependency with its answer."""

    dependency: Dependency
    answer: Answer
    level: Level
    reasons: tuple[Reason, ...]
    version: str = ""  #: the release the answer is about; empty without evidence
    proof: tuple[str, ...] = ()  #: ids of evidence; empty when only file names speak
    observed_at: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All dependencies: the answers worst first, and what this line does not install."""

    line: str
    platform: str
    checked: tuple[Checked, ...]
    skipped: tuple[Dependency, ...]

    def exit_code(self, *, strict: bool) -> int:
        """Return 1 when there is a finding; strictly, also for what is unknown, claimed or stale."""
        stops = any(
            checked.answer.finding or (strict and (checked.answer.open or checked.stale))
            for checked in self.checked
        )
        return int(stops)


def check(
    dependencies: Iterable[Dependency],
    evidence: Mapping[str, Sequence[Evidence]],
    *,
    line: str,
    platform: str,
    today: date,
) -> Report:
    """Answer for every dependency; `evidence` holds the sightings by package."""
    checked: dict[tuple[str, str | None], Checked] = {}
    skipped = []
    for dependency in dependencies:
        key = dependency.name, dependency.version
        if not installs(dependency, line, platform):
            skipped.append(dependency)
        elif key not in checked:
            known = evidence.get(dependency.name, ())
            checked[key] = judge(dependency, known, line, platform, today)
    order = list(Answer)
    worst_first = sorted(
        checked.values(), key=lambda c: (order.index(c.answer), c.dependency.name, c.version)
    )
    return Report(line=line, platform=platform, checked=tuple(worst_first), skipped=tuple(skipped))


def installs(dependency: Dependency, line: str, platform: str) -> bool:
    """Evaluate the marker of a dependency for a line and platform, not for this interpreter."""
    if dependency.marker is None:
        return True
    version = line.removesuffix("t")
    system, _, machine = platform.partition("_")
    systems = {"win": ("win32", "Windows", "nt"), "macosx": ("darwin", "Darwin", "posix")}
    sys_platform, platform_system, os_name = systems.get(system, ("linux", "Linux", "posix"))
    environment: dict[str, str] = {
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "os_name": os_name,
        "platform_machine": {"amd64": "AMD64"}.get(machine, machine),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": platform_system,
        "platform_version": "",
        "python_full_version": f"{version}.0",
        "python_version": version,
        "sys_platform": sys_platform,
        "extra": "",
    }
    try:
        return dependency.marker.evaluate(environment, context="lock_file")
    except UndefinedComparison:
        return True  # nobody can tell: rather look than leave it out


def judge(
    dependency: Dependency, known: Sequence[Evidence], line: str, platform: str, today: date
) -> Checked:
    """Answer for one dependency from the evidence about its package."""
    if dependency.origin and dependency.wheels is None:
        return _unknown(dependency, Reason(ReasonKind.NOT_FROM_INDEX, dependency.origin))
    counted = counted_until(known, end_of(today))
    if dependency.version is not None:  # evidence about other releases says nothing about this one
        counted = [item for item in counted if item.version == dependency.version]
    cell = cell_of(counted, line, platform, end_of(today))
    if cell.level is Level.UNKNOWN:
        return _by_names(dependency, known, line, platform)
    if (other := _other_file(dependency, cell)) is not None:
        return _unknown(dependency, Reason(ReasonKind.OTHER_FILE, other))
    reasons = cell.reasons
    if not reasons and cell.level.verdict:
        reasons = (Reason(ReasonKind.LEVEL, cell.level),)
    return Checked(
        dependency=dependency,
        answer=_ANSWERS[cell.level],
        level=cell.level,
        version=cell.version,
        reasons=(*reasons, *_claim(dependency)) or (Reason(ReasonKind.NOT_PROBED),),
        proof=cell.proof,
        observed_at=cell.observed_at,
        stale=cell.stale,
    )


def _other_file(dependency: Dependency, cell: Cell) -> str | None:
    """Return the file that was looked at, if the hashes of a list exclude it."""
    if not dependency.hashes or not cell.level.probed:
        return None
    looked = [item.artifact for item in cell.seen.values() if item.id in cell.proof]
    return next(
        (file.file for file in looked if file and file.sha256 not in dependency.hashes), None
    )


def _claim(dependency: Dependency) -> tuple[Reason, ...]:
    return (Reason(ReasonKind.CLASSIFIER, dependency.claim),) if dependency.claim else ()


def _unknown(dependency: Dependency, *reasons: Reason) -> Checked:
    return Checked(
        dependency=dependency, answer=Answer.UNKNOWN, level=Level.UNKNOWN, reasons=reasons
    )


def _by_names(
    dependency: Dependency, known: Sequence[Evidence], line: str, platform: str
) -> Checked:
    """Answer from the file names that a lock lists, where nobody has looked."""
    elsewhere = sorted({item.version for item in known if item.line == line})
    reasons = [Reason(ReasonKind.NO_EVIDENCE)]
    if dependency.version is not None and elsewhere:
        reasons = [Reason(ReasonKind.OTHER_RELEASES, ", ".join(elsewhere))]
    fitting = {
        file: name
        for file in dependency.wheels or ()
        if (name := artifacts.read_name(file, (line,)))
        and name.lines
        and platform in name.platforms
    }
    pure = next((file for file, name in fitting.items() if name.pure), None)
    if pure is not None:
        answer = Answer.PURE
        reasons.append(Reason(ReasonKind.PURE_BY_NAME, pure))
    elif fitting:
        answer = Answer.CLAIMED
        reasons.append(Reason(ReasonKind.FILE_FITS, next(iter(fitting))))
    elif dependency.complete:
        answer = Answer.NO_WHEEL
        reasons.append(Reason(ReasonKind.NO_FILE_FITS, line=line))
    else:
        answer = Answer.CLAIMED if dependency.claim else Answer.UNKNOWN
    levels = {Answer.NO_WHEEL: Level.NO_WHEEL, Answer.CLAIMED: Level.NOT_PROBED}
    return replace(
        _unknown(dependency, *reasons, *_claim(dependency)),
        answer=answer,
        level=levels.get(answer, Level.UNKNOWN),
    )
