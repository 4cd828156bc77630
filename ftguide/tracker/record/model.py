"""The records of the compatibility tracker.

`packages.toml` decodes to `Package`, every line of `compatibility/evidence/NAME.jsonl` to `Evidence`
(or to a short line that says an earlier observation was made again). A status is never stored: it is
derived (`ftguide.tracker.derive`). Fields are only ever added, with a default. Times are ISO 8601 in UTC.

Versions, file names, module names and messages in here come from other people's packages: treat them
as untrusted text and escape them wherever they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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

#: Version of the probes, part of every new observation: what different versions saw may not be comparable.
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
    tool: str = ""  #: `TOOL` of the program that looked; empty in lines older than the field
