"""The kinds of evidence and what each found: the `result` of an `Evidence`, one record per kind.

Text in here (module names, exceptions, file names) comes from other people's packages.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

#: Owner of the extension modules that come with CPython.
STANDARD_LIBRARY = "the standard library"


class Finding:
    """What evidence of one kind found."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelFile:
    """A file of the newest release that installs on at least one free-threaded line."""

    file: str
    sha256: str
    size: int
    uploaded: str
    abi: str  #: "cp314t", "abi3t" or "none"
    lines: tuple[str, ...]
    platforms: tuple[str, ...]  #: of `artifacts.ALL_PLATFORMS`


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheels(Finding):
    """What the index offers of the newest final release."""

    newest: str
    uploaded: str
    files: tuple[WheelFile, ...]
    sdist: bool
    requires_python: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A final release in which wheels for a line and platform appeared or went away."""

    at: str  #: upload time of the first such file, or of the first release without one
    version: str
    line: str
    platform: str
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill(Finding):
    """The history before our first look, from upload times."""

    transitions: tuple[Transition, ...]


class Stage(StrEnum):
    """How far maintainers say they are: the last part of the classifier, as the trove spells it."""

    UNSTABLE = "1 - Unstable"
    BETA = "2 - Beta"
    STABLE = "3 - Stable"
    RESILIENT = "4 - Resilient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Finding):
    """What the metadata of the artifact states."""

    classifiers: tuple[str, ...]  #: only those about free threading
    requires_python: str = ""

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages that are known here; any other classifier is shown and judged by nobody."""
        stated = {text.rpartition(" :: ")[2] for text in self.classifiers}
        return frozenset(stage for stage in Stage if stage in stated)


class Declares(StrEnum):
    """What an extension module declares about the GIL, or what became of asking it."""

    NOT_USED = "not-used"  #: leaves the GIL off
    USED = "used"  #: turns it on
    ERROR = "error"  #: raised
    NOT_LOADABLE = "not-loadable"  #: its suffix is not one of this interpreter's
    CRASH = "crash"  #: signal or time-out
    NO_MODULE = "no-module"  #: a shared library that modules link to; left out of the evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One extension module, created in a fresh process without being executed."""

    module: str
    file: str  #: as in RECORD
    declares: Declares
    init: str = ""  #: "single" or "multi" phase initialisation
    test: bool = False  #: belongs to the package's own tests; not counted for the level
    detail: str = ""  #: the exception, or how it ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations(Finding):
    """All extension modules of the artifact."""

    modules: tuple[Declared, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """An extension module that turned the GIL on."""

    module: str
    owner: str  #: distribution whose RECORD lists it, or STANDARD_LIBRARY; empty when neither


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedName:
    """An import name, imported in a fresh process."""

    name: str
    gil_enabled: bool  #: afterwards
    extensions: tuple[str, ...] = ()  #: own extension modules it loaded
    culprits: tuple[Culprit, ...] = ()
    error: str = ""  #: the exception; the import did not work
    ended: str = ""  #: "signal SIGSEGV", "time-out", "memory": the process did not end by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports(Finding):
    """All import names."""

    names: tuple[ImportedName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleProblem:
    """A submodule and what happened to it."""

    module: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepImport(Finding):
    """Every submodule, imported one after the other; a fresh process after each that turns the GIL on."""

    modules: int  #: found, without tests and `__main__`
    imported: int
    gil_on: tuple[str, ...]  #: submodules whose import turned the GIL on
    culprits: tuple[Culprit, ...] = ()
    extensions: tuple[str, ...] = ()  #: own extension modules that were loaded with the GIL off
    #: raised; usually an optional dependency that is not here
    errors: tuple[ModuleProblem, ...] = ()
    ended: tuple[ModuleProblem, ...] = ()  #: signal or time-out
    not_reached: int = 0  #: when the time was up

    @property
    def complete(self) -> bool:
        """Whether every submodule had its turn."""
        return self.not_reached == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback(Finding):
    """The same imports on the GIL-enabled build of the same CPython version."""

    #: own extension modules loaded there, and not on the free-threaded build
    missing: tuple[str, ...]
    extra: tuple[str, ...] = ()  #: the other way round
    works: bool = True  #: whether all import names import there
    problem: str = ""  #: why the comparison was not possible


class Control(StrEnum):
    """How a smoke script that failed went on the GIL-enabled build."""

    NOT_RUN = ""
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke(Finding):
    """The smoke script of a package: the same work in one thread and in several."""

    script: str
    script_sha256: str
    threads: int
    passed: bool
    gil_enabled: bool  #: afterwards
    detail: str = ""  #: the first difference or exception
    ended: str = ""
    control: Control = Control.NOT_RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite(Finding):
    """Upstream tests: plainly, then each test in several threads at once (pytest-run-parallel)."""

    threads: int
    plain_passed: int
    plain_failed: int
    parallel_passed: int
    parallel_failed: int
    ran_in_parallel: int
    not_in_parallel: int  #: run in one thread although asked to run in several
    gil_enabled: bool
    ended: str = ""
    modules: tuple[str, ...] = ()  #: what was given to pytest
    sample: bool = False  #: only a part of the upstream tests; shown, and no ground for a level
    new_failures: tuple[str, ...] = ()  #: tests that fail in parallel only, at most 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBuild(Finding):
    """A build from the source distribution."""

    worked: bool
    image: str  #: what the compilers are
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamCi(Finding):
    """A job on the free-threaded build in the upstream CI configuration."""

    url: str  #: at a commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion(Finding):
    """A person's statement; it never raises a level."""

    url: str
    statement: str
    author: str = ""
    expires: str = ""  #: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction(Finding):
    """An earlier item was wrong; it no longer counts, now and in the history."""

    of: str  #: its id
    reason: str


class Kind(StrEnum):
    """The kinds of evidence, in the order in which they are gathered."""

    finding: type[Finding]  #: what `result` decodes to

    def __new__(cls, value: str, finding: type[Finding]) -> Self:
        """Make a member with its two values."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.finding = finding
        return member

    WHEEL = "wheel", Wheels  #: files of the newest release that install on a line
    BACKFILL = "backfill", Backfill  #: when such files first appeared, from upload times
    CLAIM = "claim", Claim  #: what the maintainers state in the metadata
    DECLARE = "declare", Declarations  #: what each extension module declares
    IMPORT = "import", Imports  #: the GIL after importing each import name
    DEEP = "deep", DeepImport  #: the GIL after importing each submodule
    FALLBACK = "fallback", Fallback  #: extension modules loaded on the GIL-enabled build only
    SMOKE = "smoke", Smoke  #: a short script in several threads
    SUITE = "suite", Suite  #: the upstream tests, several threads per test
    BUILD = "build", SourceBuild  #: building from source
    UPSTREAM_CI = "upstream-ci", UpstreamCi  #: a free-threaded job in the upstream CI
    ASSERTION = "assertion", Assertion  #: a statement by a person, with an address
    RETRACTION = "retraction", Retraction  #: an earlier item was wrong
