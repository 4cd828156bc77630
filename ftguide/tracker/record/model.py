"""The records of the compatibility tracker.

`packages.toml` decodes to `Package`, every line of `compatibility/evidence/NAME.jsonl` to `Evidence`
(or to a short line that says an earlier observation was made again). A status is never stored: it is
derived (`ftguide.tracker.derive`). Fields are only ever added, with a default. Times are ISO 8601 in UTC.

Versions, file names, module names and messages in here come from other people's packages: treat them
as untrusted text and escape them wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from packaging.version import InvalidVersion, Version

from ftguide.ground.vocabulary import ExpectedError
from ftguide.tracker.record.findings import Finding, Kind

F = TypeVar("F", bound=Finding)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observation. The same one made again keeps its `id` and has a later `observed_at`."""

    id: str  #: "sha256:…" of everything but the times, see `evidence.identify`
    kind: Kind
    package: str
    version: str
    observed_at: str
    result: Finding
    line: str = ""  #: "3.14t"; empty for what is not about a line
    platform: str = ""  #: "manylinux_x86_64"; empty likewise
    artifact: Artifact | None = None
    env: Environment | None = None
    run: str = ""  #: address of the CI run; empty for a run by hand
    tool: str = ""  #: `TOOL` of the program that looked; empty in lines older than the field


def finding(latest: Mapping[Kind, Evidence], kind: type[F]) -> F | None:
    """Return what the latest evidence of a kind found; None where there is none."""
    return next((item.result for item in latest.values() if isinstance(item.result, kind)), None)


def final(version: str) -> Version | None:
    """Return a version if it is one that installers choose by themselves."""
    try:
        parsed = Version(version)
    except InvalidVersion:
        return None
    return None if parsed.is_prerelease else parsed
