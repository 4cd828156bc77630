"""What evidence says about somebody's own dependencies, on one line and platform. Pure.

An answer rests on evidence about the very release that is asked for; without a pin, on the newest one.
Where there is none, the file names of a lock still tell whether there is a wheel, and that is called a
claim. What is not known is said to be unknown, never fine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from packaging.markers import UndefinedComparison

from ftguide.tracker.check.files import Dependency
from ftguide.tracker.derive.derive import cells_of, not_retracted
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.observe import artifacts
from ftguide.tracker.record.model import Cell, Evidence


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
    def words(self) -> str:
        """The answer in a few words."""
        return {
            Answer.BREAKS: "breaks",
            Answer.GIL_ON: "turns the GIL on",
            Answer.NO_WHEEL: "has no wheel",
            Answer.UNKNOWN: "unknown",
            Answer.CLAIMED: "only claimed",
            Answer.PURE: "pure Python",
            Answer.GIL_OFF: "GIL stays off",
        }[self]

    @property
    def finding(self) -> bool:
        """Whether it is a reason to stop: evidence says that something does not work."""
        return self in {Answer.BREAKS, Answer.GIL_ON, Answer.NO_WHEEL}

    @property
    def open(self) -> bool:
        """Whether nobody has looked; `--strict` stops there as well, `--probe` looks."""
        return self in {Answer.UNKNOWN, Answer.CLAIMED}


_LEVELS = {
    Level.CRASHES: Answer.BREAKS,
    Level.NO_INSTALL: Answer.BREAKS,
    Level.FAILS_TO_IMPORT: Answer.BREAKS,
    Level.NO_WHEEL: Answer.NO_WHEEL,
    Level.SOURCE_ONLY: Answer.NO_WHEEL,
    Level.GIL_ON: Answer.GIL_ON,
    Level.GIL_ON_DEPENDENCY: Answer.GIL_ON,
    Level.PURE: Answer.PURE,
    Level.PURE_EXERCISED: Answer.PURE,
    Level.GIL_OFF_SO_FAR: Answer.GIL_OFF,
    Level.GIL_OFF: Answer.GIL_OFF,
    Level.EXERCISED: Answer.GIL_OFF,
    Level.CLAIMED_EXERCISED: Answer.GIL_OFF,
    Level.NOT_PROBED: Answer.CLAIMED,
    Level.INCONCLUSIVE: Answer.UNKNOWN,
    Level.UNKNOWN: Answer.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A dependency with its answer."""

    dependency: Dependency
    answer: Answer
    level: Level
    version: str  #: the release the answer is about; empty without evidence
    reasons: tuple[str, ...]  #: untrusted text
    proof: tuple[str, ...]  #: ids of evidence; empty when only file names speak
    observed_at: str
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All dependencies: the answers worst first, and what this line does not install."""

    line: str
    platform: str
    checked: tuple[Checked, ...]
    skipped: tuple[Dependency, ...]

    def exit_code(self, *, strict: bool) -> int:
        """Return 1 when there is a finding; strictly, also for what is unknown, claimed or stale."""
        for one in self.checked:
            if one.answer.finding or (strict and (one.answer.open or one.stale)):
                return 1
        return 0


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
    for one in dependencies:
        if not installs(one, line, platform):
            skipped.append(one)
            continue
        known = evidence.get(one.name, ())
        checked.setdefault((one.name, one.version), judge(one, known, line, platform, today))
    order = list(Answer)
    return Report(
        line=line,
        platform=platform,
        checked=tuple(
            sorted(
                checked.values(),
                key=lambda c: (order.index(c.answer), c.dependency.name, c.version),
            )
        ),
        skipped=tuple(skipped),
    )


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
    cell = cell_of(dependency, known, line, platform, today)
    if dependency.origin and dependency.wheels is None:
        return _unknown(dependency, f"it comes from {dependency.origin}, not from an index")
    if cell is not None and cell.level is not Level.UNKNOWN:
        if (other := _other_file(dependency, cell)) is not None:
            return _unknown(dependency, f"the evidence is about {other}, which is not in your list")
        reasons = cell.reasons or ((cell.level.meaning,) if cell.level.verdict else ())
        return Checked(
            dependency=dependency,
            answer=_LEVELS[cell.level],
            level=cell.level,
            version=cell.version,
            reasons=(*reasons, *_claim(dependency)) or ("a wheel fits; nobody has probed it",),
            proof=cell.proof,
            observed_at=cell.observed_at,
            stale=cell.stale,
        )
    return _by_names(dependency, known, line, platform)


def cell_of(
    dependency: Dependency, known: Sequence[Evidence], line: str, platform: str, today: date
) -> Cell | None:
    """Return the cell that speaks about a dependency, as of the end of a day."""
    until = f"{today.isoformat()}T23:59:59Z"
    counted = sorted(
        (item for item in not_retracted(known) if item.observed_at <= until),
        key=lambda item: item.observed_at,
    )
    if dependency.version is not None:  # evidence about other releases says nothing about this one
        counted = [item for item in counted if item.version == dependency.version]
    cells = cells_of(counted, until)
    return next((one for one in cells if (one.line, one.platform) == (line, platform)), None)


def _other_file(dependency: Dependency, cell: Cell) -> str | None:
    """Return the file that was looked at, if the hashes of a list exclude it."""
    if not dependency.hashes or not cell.level.probed:
        return None
    looked = [item.artifact for item in cell.seen.values() if item.id in cell.proof]
    return next((one.file for one in looked if one and one.sha256 not in dependency.hashes), None)


def _claim(dependency: Dependency) -> tuple[str, ...]:
    return (f"its metadata state {dependency.claim!r}",) if dependency.claim else ()


def _unknown(dependency: Dependency, reason: str) -> Checked:
    return Checked(
        dependency=dependency,
        answer=Answer.UNKNOWN,
        level=Level.UNKNOWN,
        version="",
        reasons=(reason,),
        proof=(),
        observed_at="",
        stale=False,
    )


def _by_names(
    dependency: Dependency, known: Sequence[Evidence], line: str, platform: str
) -> Checked:
    """Answer from the file names that a lock lists, where nobody has looked."""
    elsewhere = sorted({item.version for item in known if item.line == line})
    reason = "no evidence about it"
    if dependency.version is not None and elsewhere:
        reason = f"no evidence about this release; there is about {', '.join(elsewhere)}"
    names = [(file, artifacts.read_name(file, (line,))) for file in dependency.wheels or ()]
    fitting = [
        (file, name) for file, name in names if name and name.lines and platform in name.platforms
    ]
    if any(file.endswith("-none-any.whl") for file, _ in fitting):
        file = next(file for file, _ in fitting if file.endswith("-none-any.whl"))
        answer, said = Answer.PURE, f"{reason}; by its file name pure Python: {file}"
    elif fitting:
        answer, said = Answer.CLAIMED, f"{reason}; there is a wheel: {fitting[0][0]}"
    elif dependency.complete:
        answer, said = Answer.NO_WHEEL, f"{reason}; none of the files of the lock fits {line}"
    elif dependency.claim:
        answer, said = Answer.CLAIMED, reason
    else:
        answer, said = Answer.UNKNOWN, reason
    made = _unknown(dependency, said)
    return Checked(
        dependency=dependency,
        answer=answer,
        level={Answer.NO_WHEEL: Level.NO_WHEEL, Answer.CLAIMED: Level.NOT_PROBED}.get(
            answer, Level.UNKNOWN
        ),
        version="",
        reasons=(*made.reasons, *_claim(dependency)),
        proof=(),
        observed_at="",
        stale=False,
    )
