"""Provide a pair of interpreters: find one, or make one.

Four routes, in this order: paths given; what is installed, and what was built here earlier; uv's
downloads; a source build. Both builds of a pair come from one route, so that they are alike; the
exception is a like-for-like pair that mixes what is installed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.version import Version

from ftguide.ground.vocabulary import Build
from ftguide.interpreters import build as source_build
from ftguide.interpreters import discover, managed, sources, toolchain
from ftguide.interpreters import given as given_paths
from ftguide.interpreters.model import Interpreter, InterpreterError, Pair, Route, Setting
from ftguide.interpreters.network import Network
from ftguide.interpreters.shelf import Shelf, default_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ftguide.interpreters.discover import Say

DEFAULT_LINE = "3.14"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the routes work with; tests put other things in its place."""

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    shelf: Shelf = field(default_factory=lambda: Shelf(default_root()))
    network: Network = field(default_factory=Network)
    releases: Sequence[sources.Release] = sources.RELEASES
    apt_targets: str | None = None  #: what apt would say; None asks it
    patience_seconds: float = discover.PATIENCE_SECONDS

    def fetch(self, line: str, say: Say) -> sources.Tarball:
        """Bring the newest tarball of a line; the caller holds the shelf. As `sources.fetch` else."""
        return sources.fetch(
            line,
            self.shelf.downloads,
            say=say,
            network=self.network,
            releases=self.releases,
            targets=self.apt_targets,
        )


def provide(
    version_line: str | None = None,
    *,
    given: Sequence[str] = (),
    setting: Setting = Setting.QUICK,
    tarball: Path | None = None,
    say: Say,
    means: Means | None = None,
) -> Pair:
    """Return a pair of a line such as "3.14", by the first route that leads to one.

    `version_line` None means the line of the interpreters given, else `DEFAULT_LINE`. `setting` says
    how to build, should that be necessary; OPTIMIZED also refuses unoptimised pairs that are found.
    A `tarball` is used instead of the network. `say` hears which way each build came. A pair whose
    `differences` are not empty is for the caller to warn about. Raises `InterpreterError`.
    """
    means = means or Means()
    check_line(version_line)
    if given:
        pair = given_paths.pair_of(
            given,
            version_line,
            environ=means.environ,
            installed=lambda line: find(line, say=say, means=means),
        )
        return _announced(pair, say)
    line = version_line or DEFAULT_LINE
    found = find(line, say=say, means=means)
    pairs = [pair for pair in ranked_pairs(found) if _good_enough(pair, setting)]
    if not pairs:
        say(_why_not(found, line, setting))
        pairs = [_make(line, setting, tarball, say, means)]
    return _announced(pairs[0], say)


def check_line(line: str | None) -> None:
    """Raise `InterpreterError` for what is not a line with two builds."""
    if line is None:
        return
    match = re.fullmatch(r"(\d+)\.(\d+)", line)
    if not match:
        raise InterpreterError(f"{line!r} is not a line of releases; give one such as 3.14.")
    if (int(match[1]), int(match[2])) < (3, 13):
        raise InterpreterError(
            f"Python {line} has no free-threaded build; the first line that has one is 3.13."
        )


def find(line: str, *, say: Say, means: Means | None = None) -> list[Interpreter]:
    """Return the working interpreters of a line on this machine, each once, in order of discovery."""
    means = means or Means()
    listed = discover.candidates(line, means.environ, means.patience_seconds)
    return discover.look_up(
        [*means.shelf.candidates(line), *listed],
        line,
        say=say,
        environ=means.environ,
        patience_seconds=means.patience_seconds,
    )


def ranked_pairs(found: Sequence[Interpreter]) -> list[Pair]:
    """Return all pairs of one version, best first.

    Like for like before different, optimised before not, newer before older, then as discovered,
    with what others installed before what was built here.
    """
    pairs = [
        Pair(gil=gil, ft=ft)
        for gil in found
        if gil.facts.build is Build.GIL
        for ft in found
        if ft.facts.build is Build.FREE_THREADED and ft.facts.version == gil.facts.version
    ]
    return sorted((pair for pair in pairs if not _half_built(pair)), key=_quality, reverse=True)


def _half_built(pair: Pair) -> bool:
    """Say whether one build was made here, the other not, and they differ: better finish making."""
    made = {one.route is Route.SOURCE for one in pair.builds.values()}
    return len(made) > 1 and bool(pair.differences)


def _quality(pair: Pair) -> tuple[bool, int, Version, int]:
    both = pair.builds.values()
    optimised = sum(2 * one.facts.pgo + one.facts.lto for one in both)
    elsewhere = sum(one.route is not Route.SOURCE for one in both)
    version = Version(pair.version.rstrip("+"))  # a build between two releases: "3.15.0a1+"
    return not pair.differences, optimised, version, elsewhere


def _good_enough(pair: Pair, setting: Setting) -> bool:
    return setting is Setting.QUICK or pair.optimised


def _why_not(found: Sequence[Interpreter], line: str, setting: Setting) -> str:
    """Say why what is installed makes no pair."""
    versions = {
        build: sorted({one.facts.version for one in found if one.facts.build is build})
        for build in Build
    }
    if not found:
        return f"no Python {line} is installed"
    if set(versions[Build.GIL]) & set(versions[Build.FREE_THREADED]):
        return f"the Python {line} here is unoptimised, and {setting} was asked for"
    here = "; ".join(
        f"{build.words}: {', '.join(numbers) or 'none'}" for build, numbers in versions.items()
    )
    return f"the Python {line} here makes no pair of one version ({here}): getting one"


def _announced(pair: Pair, say: Say) -> Pair:
    for build, one in pair.builds.items():
        say(f"{build.words} {one.facts.version}: {one.detail} ({one.executable})")
    return pair


def _make(line: str, setting: Setting, tarball: Path | None, say: Say, means: Means) -> Pair:
    """Download a pair with uv, or build one."""
    handed = sources.recognise(tarball, line, means.releases) if tarball else None
    if not handed:
        if any(means.network.reachable(*managed.HOSTS)):
            candidates = managed.download(line, say=say, environ=means.environ)
            found = discover.look_up(candidates, line, say=say, environ=means.environ)
            pairs = [pair for pair in ranked_pairs(found) if _good_enough(pair, setting)]
            if pairs:
                return pairs[0]
        else:
            say("no route to uv's downloads")
    compiler = toolchain.find_compiler(means.environ)
    with means.shelf.locked(say):
        used = handed or means.fetch(line, say)
        order = source_build.Order(
            tarball=used,
            setting=setting,
            shelf=means.shelf,
            compiler=compiler,
            environ=means.environ,
            say=say,
        )
        built = source_build.build_pair(order)
    detail = f"built here, {setting}, from {used.origin}"
    return Pair.of(
        *(
            discover.inspect(str(path), route=Route.SOURCE, detail=detail, environ=means.environ)
            for path in built.values()
        )
    )
