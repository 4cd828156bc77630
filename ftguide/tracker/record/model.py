"""The records of the compatibility tracker.

`packages.toml` decodes to `Package`, every line of `compatibility/evidence/NAME.jsonl` to `Evidence`
(or to a short line that says an earlier observation was made again). A status is never stored: it is
derived, by `derive.py`. Fields are only ever added, with a default. Times are ISO 8601 in UTC.

Versions, file names, module names and messages in here come from other people's packages: treat them
as untrusted text and escape them wherever they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.record.findings import (
    Assertion,
    Backfill,
    Claim,
    Declarations,
    DeepImport,
    Fallback,
    Imports,
    Retraction,
    Smoke,
    SourceBuild,
    Suite,
    UpstreamCi,
    Wheels,
)
from ftguide.vocabulary import ExpectedError

SCHEMA = 1

#: Version of the probes; evidence of different versions may not be comparable.
TOOL = "ftguide-probe 1"

#: Lines that make cells, and so a headline.
LINES = ("3.14t", "3.15t")
#: Lines of which wheels are recorded as well, for the history.
WHEEL_LINES = ("3.13t", *LINES)
#: Platforms that make cells, and so a headline.
PLATFORMS = ("manylinux_x86_64", "manylinux_aarch64", "macosx_arm64", "win_amd64")


class CompatError(ExpectedError):
    """Something about a package, a wheel or evidence is wrong; the message names it and the remedy."""


class Kind(StrEnum):
    """The kinds of evidence, in the order in which they are gathered."""

    WHEEL = "wheel"  #: files of the newest release that install on a line
    BACKFILL = "backfill"  #: when such files first appeared, from upload times
    CLAIM = "claim"  #: what the maintainers state in the metadata
    DECLARE = "declare"  #: what each extension module declares
    IMPORT = "import"  #: the GIL after importing each import name
    DEEP = "deep"  #: the GIL after importing each submodule
    FALLBACK = "fallback"  #: extension modules loaded on the GIL-enabled build only
    SMOKE = "smoke"  #: a short script in several threads
    SUITE = "suite"  #: the upstream tests, several threads per test
    BUILD = "build"  #: building from source
    UPSTREAM_CI = "upstream-ci"  #: a free-threaded job in the upstream CI
    ASSERTION = "assertion"  #: a statement by a person, with an address
    RETRACTION = "retraction"  #: an earlier item was wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRecipe:
    """How to run the tests that a package's wheel contains."""

    modules: tuple[str, ...]  #: arguments to `pytest --pyargs`
    requires: tuple[str, ...] = ()  #: distributions the tests need, without versions
    sample: bool = False  #: only a part of the upstream tests, so no ground for a level
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One entry of `packages.toml`, the only input written by hand."""

    name: str  #: normalised name of the distribution: "pyyaml"
    imports: tuple[str, ...]  #: import names, with the compiled part that matters: "lxml.etree"
    field: str  #: what it is used for: "arrays"
    upstream: str = ""  #: address of the project
    issue: str = ""  #: address of its issue about free threading
    smoke: str = ""  #: file below compatibility/smoke/
    suite: SuiteRecipe | None = None
    skip: str = ""  #: reason why it is not probed; empty for packages that are
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """The file that was looked at."""

    file: str
    sha256: str
    uploaded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where a probe ran; by allow-list, never a path, host or user name."""

    python: str  #: "3.14.7"
    free_threaded: bool
    compiler: str
    system: str  #: "linux-x86_64"
    libc: str
    cpus: int
    isolation: str  #: what held the probe: "no network, own processes", "no network", "none"
    dependencies: tuple[str, ...] = ()  #: "numpy==2.5.5", sorted; what was installed beside it
    lacks: str = ""  #: a requirement that has no wheel; then no dependency was installed


Result = (
    Wheels
    | Backfill
    | Claim
    | Declarations
    | Imports
    | DeepImport
    | Fallback
    | Smoke
    | Suite
    | SourceBuild
    | UpstreamCi
    | Assertion
    | Retraction
)

#: What `result` decodes to.
RESULTS: dict[Kind, type[Result]] = {
    Kind.WHEEL: Wheels,
    Kind.BACKFILL: Backfill,
    Kind.CLAIM: Claim,
    Kind.DECLARE: Declarations,
    Kind.IMPORT: Imports,
    Kind.DEEP: DeepImport,
    Kind.FALLBACK: Fallback,
    Kind.SMOKE: Smoke,
    Kind.SUITE: Suite,
    Kind.BUILD: SourceBuild,
    Kind.UPSTREAM_CI: UpstreamCi,
    Kind.ASSERTION: Assertion,
    Kind.RETRACTION: Retraction,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observation. The same one made again keeps its `id` and has a later `observed_at`."""

    id: str  #: "sha256:…" of everything but the times, see `evidence.identify`
    kind: Kind
    package: str
    version: str
    observed_at: str
    result: Result
    line: str = ""  #: "3.14t"; empty for what is not about a line
    platform: str = ""  #: "manylinux_x86_64"; empty likewise
    artifact: Artifact | None = None
    env: Environment | None = None
    run: str = ""  #: address of the CI run; empty for a run by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A package on a line and a platform."""

    line: str
    platform: str
    level: Level
    version: str  #: the release the level is about; empty when nothing is known
    flags: tuple[Flag, ...]
    proof: tuple[str, ...]  #: ids of the evidence the level follows from
    seen: dict[Kind, Evidence]  #: the current evidence about this cell, latest per kind
    observed_at: str  #: of the oldest evidence in `proof`, as last seen
    reasons: tuple[str, ...]  #: untrusted text: which module, which file, which error

    @property
    def stale(self) -> bool:
        """Whether to show it faded."""
        return Flag.STALE in self.flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A level that changed, or wheels that came or went before our first look."""

    at: str
    line: str
    platform: str
    version: str
    before: Level
    after: Level
    proof: tuple[str, ...] = ()
    backfilled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known about a package on a given day."""

    package: Package
    newest: str  #: newest final release; empty when unknown
    headline: (
        Level  #: the lowest level over the cells with a verdict; UNKNOWN or NOT_PROBED without one
    )
    cells: tuple[Cell, ...]  #: every line and platform, in the order of LINES and PLATFORMS
    flags: tuple[Flag, ...]
    changes: tuple[Change, ...]  #: oldest first

    @property
    def probed(self) -> int:
        """Cells in which the package was installed and looked at."""
        return sum(cell.level.probed for cell in self.cells)

    @property
    def without_wheel(self) -> int:
        """Cells without a wheel to install."""
        return sum(cell.level is Level.NO_WHEEL for cell in self.cells)

    @property
    def coverage(self) -> str:
        """How much the headline rests on; belongs beside it, always."""
        text = f"{self.probed} of {len(self.cells)} cells probed"
        return f"{text}, {self.without_wheel} without a wheel" if self.without_wheel else text
