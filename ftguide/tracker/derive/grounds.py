"""The grounds of a level: which evidence about one cell leads to which level, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

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
    ImportedName,
    Imports,
    Kind,
    Smoke,
    SourceBuild,
    Stage,
    Suite,
    Wheels,
)
from ftguide.tracker.record.model import Evidence, F, finding

#: Part of the upstream tests that must really have run in parallel.
PARALLEL_SHARE = 0.5

_STABLE = frozenset({Stage.STABLE, Stage.RESILIENT})
_PROMISING = _STABLE | {Stage.BETA}
_UNSTABLE = frozenset({Stage.UNSTABLE})


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
    line: str
    platform: str
    items: Mapping[Kind, Evidence]

    def get(self, kind: type[F]) -> F | None:
        return finding(self.items, kind)

    def verdict(self, level: Level, kinds: Iterable[Kind], *reasons: Reason) -> Verdict:
        proof = [self.items[kind].id for kind in dict.fromkeys(kinds) if kind in self.items]
        return Verdict(level=level, proof=tuple(proof), reasons=tuple(dict.fromkeys(reasons)))

    @property
    def own_modules(self) -> tuple[Declared, ...]:
        """The package's extension modules without those of its tests."""
        declared = self.get(Declarations)
        return tuple(m for m in declared.modules if not m.test) if declared else ()

    @property
    def names(self) -> tuple[ImportedName, ...]:
        """The import names that were tried."""
        imports = self.get(Imports)
        return imports.names if imports else ()


def judge(package: str, line: str, platform: str, items: Mapping[Kind, Evidence]) -> Verdict:
    """Return the level of a cell with its proof, its reasons and its flags (without STALE).

    `items` is the latest evidence per kind about one version on this line and platform, together with
    what is not about a line (wheels, claims).
    """
    seen = _Seen(package, line, platform, items)
    broken = _broken(seen)
    if broken and broken.level is Level.INCONCLUSIVE:  # what was seen all the same says more
        broken = _gil_on(seen) or broken
    verdict = _not_there(seen) or broken or _gil_on(seen) or _pure(seen) or _gil_off(seen)
    return replace(verdict, flags=frozenset(_flags(seen, verdict.level)))


def offered(wheels: Wheels, line: str, platform: str) -> bool:
    """Say whether a file of the newest release installs on a line and platform."""
    return any(line in file.lines and platform in file.platforms for file in wheels.files)


def _not_there(seen: _Seen) -> Verdict | None:
    """Levels of what is not installed, or not probed."""
    wheels = seen.get(Wheels)
    if wheels and not offered(wheels, seen.line, seen.platform):
        build = seen.get(SourceBuild)
        if build is None:
            reason = Reason(ReasonKind.NO_FILE, wheels.newest)
            return seen.verdict(Level.NO_WHEEL, (Kind.WHEEL,), reason)
        level = Level.SOURCE_ONLY if build.worked else Level.NO_INSTALL
        reason = Reason(ReasonKind.BUILD_ENDED, detail=build.detail)
        return seen.verdict(level, (Kind.WHEEL, Kind.BUILD), reason)
    if not seen.get(Declarations) or not seen.get(Imports):
        return seen.verdict(Level.NOT_PROBED if wheels else Level.UNKNOWN, (Kind.WHEEL,))
    env = seen.items[Kind.IMPORT].env
    if env and env.lacks:
        reason = Reason(ReasonKind.REQUIREMENT_WITHOUT_FILE, env.lacks)
        return seen.verdict(Level.NO_WHEEL, (Kind.WHEEL, Kind.IMPORT), reason)
    return None


def _broken(seen: _Seen) -> Verdict | None:
    """Levels of what ends the process, or does not import."""
    if crashed := [
        Reason(ReasonKind.MODULE_ENDED, module.module, module.detail)
        for module in seen.own_modules
        if module.declares is Declares.CRASH
    ]:
        return seen.verdict(Level.CRASHES, (Kind.DECLARE,), *crashed)
    if ended := [
        Reason(ReasonKind.IMPORT_FAILED, name.name, name.ended) for name in seen.names if name.ended
    ]:
        return seen.verdict(Level.CRASHES, (Kind.IMPORT,), *ended)
    smoke = seen.get(Smoke)
    if smoke and smoke.ended and smoke.control is not Control.FAILED:
        reason = Reason(ReasonKind.SMOKE_FAILED, smoke.script, smoke.ended)
        return seen.verdict(Level.CRASHES, (Kind.SMOKE,), reason)
    control = seen.get(Fallback)
    # A compiled module that only the GIL-enabled build has is a fallback, if the package does without.
    absent = control.missing if control else ()
    if errors := [
        Reason(ReasonKind.IMPORT_FAILED, name.name, name.error)
        for name in seen.names
        if name.error and name.name not in absent
    ]:
        level = Level.FAILS_TO_IMPORT if control and control.works else Level.INCONCLUSIVE
        return seen.verdict(level, (Kind.IMPORT, Kind.FALLBACK), *errors)
    return None


def _gil_on(seen: _Seen) -> Verdict | None:
    """Levels of what turns the GIL on, by itself or through a dependency."""
    own = [
        Reason(ReasonKind.MODULE_TURNS_GIL_ON, module.module)
        for module in seen.own_modules
        if module.declares is Declares.USED
    ]
    kinds = [Kind.DECLARE] if own else []
    foreign = []
    for kind, name, culprits in _turned_on(seen):
        kinds.append(kind)
        for culprit in culprits:
            if culprit.owner in {seen.package, ""}:  # nobody's file: made by the package itself
                own.append(Reason(ReasonKind.MODULE_TURNS_GIL_ON, culprit.module))
            else:
                by = ReasonKind.DEPENDENCY_TURNS_GIL_ON
                foreign.append(Reason(by, culprit.module, owner=culprit.owner))
        if not culprits:
            own.append(Reason(ReasonKind.IMPORT_TURNS_GIL_ON, name))
    if own:
        return seen.verdict(Level.GIL_ON, kinds, *own)
    if foreign:  # and its own modules all declare
        return seen.verdict(Level.GIL_ON_DEPENDENCY, [Kind.DECLARE, *kinds], *foreign)
    return None


def _turned_on(seen: _Seen) -> Iterator[tuple[Kind, str, tuple[Culprit, ...]]]:
    """Go through the imports that turned the GIL on: kind of evidence, name, culprits."""
    for name in seen.names:
        if name.gil_enabled:
            yield Kind.IMPORT, name.name, name.culprits
    deep = seen.get(DeepImport)
    if deep and deep.gil_on:
        yield Kind.DEEP, deep.gil_on[0], deep.culprits


def _pure(seen: _Seen) -> Verdict | None:
    """Levels of what has no extension module that this interpreter loads."""
    judged = {Declares.NOT_USED, Declares.ERROR}
    if any(module.declares in judged for module in seen.own_modules):
        return None
    kinds = (Kind.DECLARE, Kind.IMPORT)
    if _passed(seen.get(Smoke)):
        return seen.verdict(Level.PURE_EXERCISED, (*kinds, Kind.SMOKE))
    return seen.verdict(Level.PURE, kinds)


def _gil_off(seen: _Seen) -> Verdict:
    """Levels of what leaves the GIL off, as far as it was exercised."""
    kinds: tuple[Kind, ...] = (Kind.DECLARE, Kind.IMPORT, Kind.DEEP)
    if gaps := _gaps(seen):
        return seen.verdict(Level.GIL_OFF_SO_FAR, kinds, *gaps)
    smoke = seen.get(Smoke)
    if smoke and not _passed(smoke):
        reason = Reason(ReasonKind.SMOKE_FAILED, smoke.script, smoke.detail or smoke.ended)
        return seen.verdict(Level.GIL_OFF, kinds, reason)
    suite = seen.get(Suite)
    if smoke and suite and _convinces(suite):
        kinds = (*kinds, Kind.SMOKE, Kind.SUITE)
    elif smoke and not suite and Kind.UPSTREAM_CI in seen.items:
        kinds = (*kinds, Kind.SMOKE, Kind.UPSTREAM_CI)
    else:
        return seen.verdict(Level.GIL_OFF, kinds)
    if _claims(seen, _STABLE):
        return seen.verdict(Level.CLAIMED_EXERCISED, (*kinds, Kind.CLAIM))
    return seen.verdict(Level.EXERCISED, kinds)


def _gaps(seen: _Seen) -> list[Reason]:
    """Return what keeps "the GIL stays off" from being shown for every module."""
    deep = seen.get(DeepImport)
    if deep is None:
        return [Reason(ReasonKind.NOT_DEEP)]
    gaps = []
    if not deep.complete:
        gaps.append(Reason(ReasonKind.NOT_REACHED, count=deep.not_reached, total=deep.modules))
    gaps += [
        Reason(ReasonKind.IMPORT_FAILED, problem.module, problem.detail) for problem in deep.ended
    ]
    loaded = {*deep.extensions, *(module for name in seen.names for module in name.extensions)}
    gaps += [
        Reason(ReasonKind.NEVER_LOADED, module.module, module.detail)
        for module in seen.own_modules
        if module.declares is Declares.ERROR and module.module not in loaded
    ]
    return gaps


def _passed(smoke: Smoke | None) -> bool:
    return bool(smoke and smoke.passed and not smoke.gil_enabled and not smoke.ended)


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
    claim = seen.get(Claim)
    return bool(claim and claim.stages & stages)


def _flags(seen: _Seen, level: Level) -> Iterator[Flag]:
    """Yield the flags that follow from the evidence of one cell."""
    control = seen.get(Fallback)
    if level.probed and control and control.missing:
        yield Flag.FALLBACK
    silent = any(not name.gil_enabled and not name.error for name in seen.names)
    if silent and level in {Level.GIL_ON, Level.GIL_ON_DEPENDENCY}:
        yield Flag.LAZY
    bad = level.verdict and level.rank < Level.PURE.rank and level is not Level.NO_WHEEL
    good = level in {Level.EXERCISED, Level.CLAIMED_EXERCISED}
    if (bad and _claims(seen, _PROMISING)) or (good and _claims(seen, _UNSTABLE)):
        yield Flag.CONTRADICTION
    if Kind.ASSERTION in seen.items:
        yield Flag.ASSERTED
