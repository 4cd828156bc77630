"""The answer about one dependency: from evidence about the release that is installed, else from file names.

Evidence about another release is no answer; it is named, because an upgrade may be one. What only file
names say is called a claim, and what is not known is said to be unknown, never fine. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ftguide.tracker.check import offers
from ftguide.tracker.check.answer import ANSWERS, Answer, Checked
from ftguide.tracker.check.dependency import CONDA, Dependency, same
from ftguide.tracker.check.offers import Release
from ftguide.tracker.check.target import Target
from ftguide.tracker.derive.derive import cell_of, counted_until
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.model import Cell, Reason, ReasonKind
from ftguide.tracker.observe import artifacts
from ftguide.tracker.record.evidence import end_of
from ftguide.tracker.record.findings import Kind, WheelFile, Wheels
from ftguide.tracker.record.model import Evidence, final


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known about a package."""

    evidence: Sequence[Evidence] = ()
    releases: tuple[Release, ...] | None = None  #: None: the index was not asked, or did not answer
    absent: bool = False  #: the index does not know it
    failed: bool = False  #: the index was asked and did not answer


def judge(dependency: Dependency, known: Known, target: Target, today: date) -> Checked:
    """Answer for one dependency."""
    if dependency.origin and dependency.wheels is None:
        kind = ReasonKind.CONDA if dependency.origin == CONDA else ReasonKind.NOT_FROM_INDEX
        return _unknown(dependency, Reason(kind, dependency.origin))
    until = end_of(today)
    counted = counted_until(known.evidence, until)
    release = offers.taken(known.releases or (), dependency, target)
    fitting = [item for item in counted if dependency.takes(item.version)]
    wanted = release or offers.taken(known.releases or (), dependency, None)
    if wanted is not None and not target.runs(wanted.requires_python):
        return _not_for_line(dependency, wanted, known, target, until)
    if release is not None:
        # The last of a kind counts, so that this one takes the place of what was collected.
        fitting.append(_offer(dependency, release, fitting, target, until))
    cell = cell_of(fitting, target.line, target.platform, until)
    if cell.level in {Level.UNKNOWN, Level.NOT_PROBED}:
        answered = _by_names(dependency, known, release, cell, target)
    elif (other := _other_file(dependency, cell)) is not None:
        named = other in (dependency.wheels or ())
        kind = ReasonKind.OTHER_HASH if named else ReasonKind.OTHER_FILE
        answered = _unknown(dependency, Reason(kind, other))
    elif cell.level is Level.NO_WHEEL and not _probed(cell) and release is not None:
        answered = _by_names(dependency, known, release, cell, target)
    else:
        answered = _by_evidence(dependency, cell, release)
    if release is not None:
        answered = replace(answered, taken=str(release.version))
    return _with_upgrade(answered, known, counted, target, until)


# --- by evidence ------------------------------------------------------------------------------------


def _by_evidence(dependency: Dependency, cell: Cell, release: Release | None) -> Checked:
    reasons = cell.reasons
    if not reasons and cell.level.verdict:
        reasons = (Reason(ReasonKind.LEVEL, cell.level),)
    if release is not None and not same(cell.version, str(release.version)):
        reasons = (*reasons, Reason(ReasonKind.NEWER_RELEASE, str(release.version)))
    return Checked(
        dependency=dependency,
        answer=ANSWERS[cell.level],
        level=cell.level,
        version=cell.version,
        reasons=(*reasons, *_claim(dependency)) or (Reason(ReasonKind.NOT_PROBED),),
        proof=tuple(filter(None, cell.proof)),
        observed_at=cell.observed_at,
        stale=cell.stale,
    )


def _offer(
    dependency: Dependency,
    release: Release,
    fitting: Sequence[Evidence],
    target: Target,
    until: str,
) -> Evidence:
    """Write down what the index offers as the tracker would; it is no evidence and has no id."""
    version = str(release.version)
    version = next((item.version for item in fitting if same(item.version, version)), version)
    names = ((file, artifacts.read_name(file, (target.line,))) for file in release.wheels)
    files = tuple(
        WheelFile(
            file=file, sha256="", size=0, uploaded="", abi=name.abi, lines=name.lines,
            platforms=name.platforms,
        )
        for file, name in names
        if name is not None
    )  # fmt: skip
    return Evidence(
        id="",
        kind=Kind.WHEEL,
        package=dependency.name,
        version=version,
        observed_at=until,
        result=Wheels(newest=version, uploaded="", files=files, sdist=release.sdist),
    )


def _probed(cell: Cell) -> bool:
    return Kind.IMPORT in cell.seen or Kind.BUILD in cell.seen


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


# --- by the names of files --------------------------------------------------------------------------


def _unknown(dependency: Dependency, *reasons: Reason) -> Checked:
    return Checked(
        dependency=dependency, answer=Answer.UNKNOWN, level=Level.UNKNOWN, reasons=reasons
    )


def _by_names(
    dependency: Dependency,
    known: Known,
    release: Release | None,
    cell: Cell,
    target: Target,
) -> Checked:
    """Answer from the file names of the lock, of the index, or of what was collected; in this order."""
    files: Iterable[str]
    offered = cell.seen.get(Kind.WHEEL)
    whole, sdist = True, dependency.sdist
    if dependency.complete:
        files = dependency.wheels or ()
    elif release is not None:
        files, sdist = release.wheels, release.sdist
    elif offered is not None and isinstance(offered.result, Wheels):
        files, sdist = [file.file for file in offered.result.files], offered.result.sdist
    else:
        files, whole = dependency.wheels or (), False
    files = list(files)
    blank = _unknown(dependency, *_claim(dependency))
    version = "" if release is None else str(release.version)
    if not version and offered is not None:
        version = offered.version
    blank = replace(blank, version=version)
    best = offers.file_for(files, target)
    if best is not None:
        file, pure = best
        kind = ReasonKind.PURE_BY_NAME if pure else ReasonKind.FILE_FITS
        answer = Answer.PURE if pure else Answer.CLAIMED
        level = Level.UNKNOWN if pure else Level.NOT_PROBED
        return _answered(blank, answer, level, Reason(kind, file))
    if whole and not files and sdist:
        reason = Reason(ReasonKind.ONLY_SOURCE, version or dependency.version or "")
        return _answered(blank, Answer.SOURCE_ONLY, Level.NO_WHEEL, reason)
    if whole and (files or dependency.complete or release is not None):
        reason = Reason(
            ReasonKind.NO_FILE_FITS,
            version or dependency.version or "",
            line=target.line,
            platform=target.platform,
        )
        return _answered(blank, Answer.NO_WHEEL, Level.NO_WHEEL, reason)
    if dependency.claim:
        return replace(blank, answer=Answer.CLAIMED, level=Level.NOT_PROBED)
    return replace(blank, reasons=(_why_unknown(dependency, known),))


def _answered(blank: Checked, answer: Answer, level: Level, reason: Reason) -> Checked:
    return replace(blank, answer=answer, level=level, reasons=(reason, *blank.reasons))


def _why_unknown(dependency: Dependency, known: Known) -> Reason:
    """Say why nothing is known: the index was asked in vain, or nobody was asked."""
    if known.absent:
        return Reason(ReasonKind.NOT_ON_INDEX)
    if known.failed:
        return Reason(ReasonKind.INDEX_FAILED)
    if known.releases is not None:
        wanted = dependency.version or str(dependency.accepts)
        return Reason(ReasonKind.NOT_RELEASED, wanted)
    return Reason(ReasonKind.NO_EVIDENCE)


def _not_for_line(
    dependency: Dependency, release: Release, known: Known, target: Target, until: str
) -> Checked:
    """Answer for a pin that says of itself that it does not support the line."""
    reason = Reason(
        ReasonKind.REQUIRES_PYTHON, str(release.version), detail=release.requires_python
    )
    answered = replace(
        _unknown(dependency, reason),
        answer=Answer.NO_WHEEL,
        level=Level.NO_WHEEL,
        version=str(release.version),
    )
    counted = counted_until(known.evidence, until)
    return _with_upgrade(answered, known, counted, target, until)


# --- what another release would mend ----------------------------------------------------------------


def _with_upgrade(
    checked: Checked, known: Known, counted: Sequence[Evidence], target: Target, until: str
) -> Checked:
    """Name a release that is not the one asked for, where that one is bad or not known."""
    if not checked.answer.finding and checked.answer is not Answer.UNKNOWN:
        return checked
    dependency = checked.dependency
    here = [
        item
        for item in counted
        if (item.line, item.platform) == (target.line, target.platform) and final(item.version)
    ]
    about = checked.version or dependency.version or ""
    others = [item for item in here if not same(item.version, about)]
    if others:
        version = others[-1].version
        probed = [item for item in counted if same(item.version, version)]
        cell = cell_of(probed, target.line, target.platform, until)
        pinned = dependency.version is not None
        if checked.reasons[0].kind is ReasonKind.NO_EVIDENCE:
            kind = ReasonKind.OTHER_RELEASES if pinned else ReasonKind.NO_FITTING
            return replace(
                checked, reasons=(Reason(kind, version, detail=ANSWERS[cell.level]),
                                  *checked.reasons[1:])
            )  # fmt: skip
        if cell.level.verdict:
            better = Reason(ReasonKind.UPGRADE, version, detail=ANSWERS[cell.level])
            return replace(checked, reasons=(*checked.reasons, better))
    plain = replace(dependency, version=None, accepts=type(dependency.accepts)(), wheels=None)
    newest = offers.taken(known.releases or (), plain, target)
    if newest is None or same(str(newest.version), about):
        return checked
    best = offers.file_for(newest.wheels, target)
    if best is None:
        return checked
    kind = ReasonKind.NEWEST_IS_PURE if best[1] else ReasonKind.NEWEST_HAS_WHEEL
    return replace(checked, reasons=(*checked.reasons, Reason(kind, str(newest.version))))
