"""The grounds of a level: which evidence about one cell leads to which level, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.model import Reason, ReasonKind
from ftguide.tracker.record.findings import (
    Claim,
    Control,
    Culprit,
    Declarations,
    Declared,
    Declares,
    DeepImport,
    Fallback,
    Imports,
    Smoke,
    SourceBuild,
    Stage,
    Suite,
    Wheels,
)
from ftguide.tracker.record.model import Evidence, Kind

#: Part of the upstream tests that must really have run in parallel.
PARALLEL_SHARE = 0.5

_STABLE = frozenset({Stage.STABLE, Stage.RESILIENT})
_PROMISING = _STABLE | {Stage.BETA}
_UNSTABLE = frozenset({Stage.UNSTABLE})

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A level with what it rests on."""

    level: Level
    proof: tuple[str, ...] = ()  #: ids
    reasons: tuple[Reason, ...] = ()
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class _Seen:
    """The evidence of one cell, latest per kind."""

    package: str
    items: Mapping[Kind, Evidence] = field(default_factory=dict)

    def get(self, kind: Kind, of: type[T]) -> T | None:
        item = self.items.get(kind)
        return item.result if item and isinstance(item.result, of) else None

    def verdict(self, level: Level, kinds: tuple[Kind, ...], *reasons: Reason) -> Verdict:
        proof = tuple(self.items[kind].id for kind in kinds if kind in self.items)
        return Verdict(level=level, proof=proof, reasons=reasons)

    @property
    def own_modules(self) -> tuple[Declared, ...]:
        """The package's extension modules without those of its tests."""
        declared = self.get(Kind.DECLARE, Declarations)
        return tuple(m for m in declared.modules if not m.test) if declared else ()


def judge(package: str, line: str, platform: str, items: Mapping[Kind, Evidence]) -> Verdict:
    """Return the level of a cell with its proof, its reasons and its flags (without STALE).

    `items` is the latest evidence per kind about one version on this line and platform, together with
    what is not about a line (wheels, claims).
    """
    seen = _Seen(package, items)
    for rule in (_not_there, _broken, _gil_on, _pure):
        verdict = rule(seen, line, platform)
        if verdict:
            break
    else:
        verdict = _gil_off(seen)
    flags = frozenset(_flags(seen, verdict.level))
    return Verdict(level=verdict.level, proof=verdict.proof, reasons=verdict.reasons, flags=flags)


def offered(wheels: Wheels, line: str, platform: str) -> bool:
    """Say whether a file of the newest release installs on a line and platform."""
    return any(line in file.lines and platform in file.platforms for file in wheels.files)


def _not_there(seen: _Seen, line: str, platform: str) -> Verdict | None:
    """Levels of what is not installed, or not probed."""
    wheels = seen.get(Kind.WHEEL, Wheels)
    if wheels and not offered(wheels, line, platform):
        build = seen.get(Kind.BUILD, SourceBuild)
        if build is None:
            return seen.verdict(
                Level.NO_WHEEL, (Kind.WHEEL,), Reason(ReasonKind.NO_FILE, wheels.newest)
            )
        level = Level.SOURCE_ONLY if build.worked else Level.NO_INSTALL
        reason = Reason(ReasonKind.BUILD_ENDED, detail=build.detail)
        return seen.verdict(level, (Kind.WHEEL, Kind.BUILD), reason)
    if not seen.get(Kind.DECLARE, Declarations) or not seen.get(Kind.IMPORT, Imports):
        if not wheels:
            return Verdict(level=Level.UNKNOWN)
        return seen.verdict(Level.NOT_PROBED, (Kind.WHEEL,))
    env = seen.items[Kind.IMPORT].env
    if env and env.lacks:
        reason = Reason(ReasonKind.REQUIREMENT_WITHOUT_FILE, env.lacks)
        return seen.verdict(Level.NO_WHEEL, (Kind.WHEEL, Kind.IMPORT), reason)
    return None


def _broken(seen: _Seen, line: str, platform: str) -> Verdict | None:  # noqa: ARG001
    """Levels of what ends the process, or does not import."""
    crashed = [
        Reason(ReasonKind.MODULE_ENDED, module.module, module.detail)
        for module in seen.own_modules
        if module.declares is Declares.CRASH
    ]
    if crashed:
        return seen.verdict(Level.CRASHES, (Kind.DECLARE,), *crashed)
    imports = seen.get(Kind.IMPORT, Imports)
    names = imports.names if imports else ()
    if ended := [
        Reason(ReasonKind.IMPORT_FAILED, name.name, name.ended) for name in names if name.ended
    ]:
        return seen.verdict(Level.CRASHES, (Kind.IMPORT,), *ended)
    smoke = seen.get(Kind.SMOKE, Smoke)
    if smoke and smoke.ended and smoke.control is not Control.FAILED:
        reason = Reason(ReasonKind.SMOKE_FAILED, smoke.script, smoke.ended)
        return seen.verdict(Level.CRASHES, (Kind.SMOKE,), reason)
    control = seen.get(Kind.FALLBACK, Fallback)
    # A compiled module that only the GIL-enabled build has is a fallback, if the package does without.
    absent = control.missing if control else ()
    errors = [
        Reason(ReasonKind.IMPORT_FAILED, name.name, name.error)
        for name in names
        if name.error and name.name not in absent
    ]
    if not errors:
        return None
    level = Level.FAILS_TO_IMPORT if control and control.works else Level.INCONCLUSIVE
    return seen.verdict(level, (Kind.IMPORT, Kind.FALLBACK), *errors)


def _gil_on(seen: _Seen, line: str, platform: str) -> Verdict | None:  # noqa: ARG001
    """Levels of what turns the GIL on, by itself or through a dependency."""
    own = [
        Reason(ReasonKind.MODULE_TURNS_GIL_ON, module.module)
        for module in seen.own_modules
        if module.declares is Declares.USED
    ]
    kinds = [Kind.DECLARE] if own else []
    foreign: list[Reason] = []
    for kind, name, culprits in _turned_on(seen):
        kinds.append(kind)
        for culprit in culprits:
            if culprit.owner in {seen.package, ""}:  # nobody's file: made by the package itself
                own.append(Reason(ReasonKind.MODULE_TURNS_GIL_ON, culprit.module))
            else:
                foreign.append(
                    Reason(ReasonKind.DEPENDENCY_TURNS_GIL_ON, culprit.module, owner=culprit.owner)
                )
        if not culprits:
            own.append(Reason(ReasonKind.IMPORT_TURNS_GIL_ON, name))
    if own:
        return seen.verdict(Level.GIL_ON, tuple(dict.fromkeys(kinds)), *dict.fromkeys(own))
    if foreign:  # and its own modules all declare
        proof = tuple(dict.fromkeys([Kind.DECLARE, *kinds]))
        return seen.verdict(Level.GIL_ON_DEPENDENCY, proof, *dict.fromkeys(foreign))
    return None


def _turned_on(seen: _Seen) -> Iterator[tuple[Kind, str, tuple[Culprit, ...]]]:
    """Go through the imports that turned the GIL on: kind of evidence, name, culprits."""
    imports, deep = seen.get(Kind.IMPORT, Imports), seen.get(Kind.DEEP, DeepImport)
    for name in imports.names if imports else ():
        if name.gil_enabled:
            yield Kind.IMPORT, name.name, name.culprits
    if deep and deep.gil_on:
        yield Kind.DEEP, deep.gil_on[0], deep.culprits


def _pure(seen: _Seen, line: str, platform: str) -> Verdict | None:  # noqa: ARG001
    """Levels of what has no extension module that this interpreter loads."""
    judged = {Declares.NOT_USED, Declares.ERROR}
    if any(module.declares in judged for module in seen.own_modules):
        return None
    kinds = (Kind.DECLARE, Kind.IMPORT)
    smoke = seen.get(Kind.SMOKE, Smoke)
    if smoke and _passed(smoke):
        return seen.verdict(Level.PURE_EXERCISED, (*kinds, Kind.SMOKE))
    return seen.verdict(Level.PURE, kinds)


def _gil_off(seen: _Seen) -> Verdict:
    """Levels of what leaves the GIL off, as far as it was exercised."""
    kinds: tuple[Kind, ...] = (Kind.DECLARE, Kind.IMPORT, Kind.DEEP)
    if gaps := _gaps(seen):
        return seen.verdict(Level.GIL_OFF_SO_FAR, kinds, *gaps)
    smoke = seen.get(Kind.SMOKE, Smoke)
    suite = seen.get(Kind.SUITE, Suite)
    if not smoke or not _passed(smoke):
        reasons = (
            [Reason(ReasonKind.SMOKE_FAILED, smoke.script, smoke.detail or smoke.ended)]
            if smoke
            else []
        )
        return seen.verdict(Level.GIL_OFF, kinds, *reasons)
    if suite and _convinces(suite):
        kinds = (*kinds, Kind.SMOKE, Kind.SUITE)
    elif not suite and Kind.UPSTREAM_CI in seen.items:
        kinds = (*kinds, Kind.SMOKE, Kind.UPSTREAM_CI)
    else:
        return seen.verdict(Level.GIL_OFF, kinds)
    if _claims(seen, _STABLE):
        return seen.verdict(Level.CLAIMED_EXERCISED, (*kinds, Kind.CLAIM))
    return seen.verdict(Level.EXERCISED, kinds)


def _gaps(seen: _Seen) -> list[Reason]:
    """Return what keeps "the GIL stays off" from being shown for every module."""
    imports, deep = seen.get(Kind.IMPORT, Imports), seen.get(Kind.DEEP, DeepImport)
    if deep is None:
        return [Reason(ReasonKind.NOT_DEEP)]
    gaps = []
    if not deep.complete:
        gaps.append(Reason(ReasonKind.NOT_REACHED, count=deep.not_reached, total=deep.modules))
    gaps += [
        Reason(ReasonKind.IMPORT_FAILED, problem.module, problem.detail) for problem in deep.ended
    ]
    loaded = set(deep.extensions)
    for name in imports.names if imports else ():
        loaded.update(name.extensions)
    gaps += [
        Reason(ReasonKind.NEVER_LOADED, module.module, module.detail)
        for module in seen.own_modules
        if module.declares is Declares.ERROR and module.module not in loaded
    ]
    return gaps


def _passed(smoke: Smoke) -> bool:
    return smoke.passed and not smoke.gil_enabled and not smoke.ended


def _convinces(suite: Suite) -> bool:
    """All tests, no failure that one thread does not have, and enough tests that really ran in parallel."""
    asked = suite.ran_in_parallel + suite.not_in_parallel
    return (
        not suite.ended
        and not suite.sample
        and not suite.gil_enabled
        and suite.parallel_failed <= suite.plain_failed
        and not suite.new_failures
        and asked > 0
        and suite.ran_in_parallel / asked >= PARALLEL_SHARE
    )


def _claims(seen: _Seen, stages: frozenset[Stage]) -> bool:
    claim = seen.get(Kind.CLAIM, Claim)
    return bool(claim and claim.stages & stages)


def _flags(seen: _Seen, level: Level) -> list[Flag]:
    """Return the flags that follow from the evidence of one cell."""
    flags = []
    control = seen.get(Kind.FALLBACK, Fallback)
    if level.probed and control and control.missing:
        flags.append(Flag.FALLBACK)
    imports = seen.get(Kind.IMPORT, Imports)
    silent = (
        any(not name.gil_enabled and not name.error for name in imports.names) if imports else False
    )
    if silent and level in {Level.GIL_ON, Level.GIL_ON_DEPENDENCY}:
        flags.append(Flag.LAZY)
    bad = level.verdict and level.rank < Level.PURE.rank and level is not Level.NO_WHEEL
    good = level in {Level.EXERCISED, Level.CLAIMED_EXERCISED}
    if (bad and _claims(seen, _PROMISING)) or (good and _claims(seen, _UNSTABLE)):
        flags.append(Flag.CONTRADICTION)
    if Kind.ASSERTION in seen.items:
        flags.append(Flag.ASSERTED)
    return flags
