"""From a page of the index to evidence: which files install on a free-threaded line, and since when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import InvalidSdistFilename, parse_sdist_filename
from packaging.version import Version

from ftguide.ground.files import sha256
from ftguide.tracker.observe import artifacts
from ftguide.tracker.observe.index import Index, IndexFile, IndexPage
from ftguide.tracker.record.evidence import now
from ftguide.tracker.record.findings import Backfill, Kind, Transition, WheelFile, Wheels
from ftguide.tracker.record.model import (
    PLATFORMS,
    TOOL,
    WHEEL_LINES,
    Artifact,
    CompatError,
    Evidence,
    final,
)

#: Between two packages, so that the index has other guests, too.
PAUSE_SECONDS = 0.5

_SHA256 = re.compile(r"[0-9a-f]{64}")
_UPLOADED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file of a final release, understood."""

    raw: IndexFile
    version: Version
    uploaded: str
    wheel: artifacts.WheelName | None  #: None for a source distribution


def collect(name: str, index: Index, *, at: Callable[[], str] = now) -> tuple[Evidence, ...]:
    """Ask the index about one package, with at most two requests.

    Returns what it offers, the history before, and the claims where the index serves metadata. Raises
    `CompatError` naming the package or the file.
    """
    page = index.page(name)
    items = evidence_of(name, page, at())
    wheels = items[0].result
    assert isinstance(wheels, Wheels)
    by_name = {file.filename: file for file in page.files}
    for file in wheels.files[:1]:
        if metadata := index.metadata(name, by_name[file.file]):
            claim = artifacts.claim_of(artifacts.headers_of(metadata))
            artifact = Artifact(file=file.file, sha256=file.sha256, uploaded=file.uploaded)
            claimed = replace(items[0], kind=Kind.CLAIM, result=claim, observed_at=at())
            items.append(replace(claimed, artifact=artifact))
    return tuple(items)


def evidence_of(name: str, page: IndexPage, at: str) -> list[Evidence]:
    """Read a page: what the newest final release offers, and when such files first appeared.

    Raises `CompatError` naming the package or the file.
    """
    files = list(_understood(name, page))
    if not files:
        raise CompatError(f"package {name}: the index has no final release of it.")
    newest = max(file.version for file in files)
    release = [file for file in files if file.version == newest]
    wheels = [
        _wheel_file(file.raw, file.wheel, file.uploaded)
        for file in release
        if file.wheel and file.wheel.lines and file.wheel.platforms
    ]
    offered = Wheels(
        newest=str(newest),
        uploaded=_first(release),
        files=tuple(sorted(wheels, key=lambda wheel: wheel.file)),
        sdist=any(file.wheel is None for file in release),
        requires_python=(release[0].raw.requires_python or "")[:200],
    )
    history = Backfill(transitions=tuple(_transitions(files)))
    return [
        Evidence(
            id="",
            kind=kind,
            package=name,
            version=str(newest),
            observed_at=at,
            result=result,
            tool=TOOL,
        )
        for kind, result in ((Kind.WHEEL, offered), (Kind.BACKFILL, history))
    ]


def page_of_folder(name: str, folder: Path) -> IndexPage:
    """Describe the files of a folder as an index would, for work without one."""
    files = [
        IndexFile(
            filename=path.name,
            url=path.name,
            hashes={"sha256": sha256(path)},
            size=path.stat().st_size,
        )
        for path in sorted(folder.iterdir())
        if path.suffix == ".whl" or path.name.endswith(".tar.gz")
    ]
    return IndexPage(name=name, files=tuple(files))


def _understood(name: str, page: IndexPage) -> Iterator[_File]:
    """Keep the files of final releases that were not withdrawn and are named after the package."""
    for raw in page.files:
        if raw.yanked is not False:
            continue
        wheel = artifacts.read_name(raw.filename, WHEEL_LINES)
        project, release = (wheel.name, wheel.version) if wheel else _source(raw.filename)
        version = final(release)
        if project == name and version is not None:
            match = _UPLOADED.fullmatch(raw.upload_time)
            uploaded = f"{match[1]}Z" if match else ""
            yield _File(raw=raw, version=version, uploaded=uploaded, wheel=wheel)


def _source(file: str) -> tuple[str, str]:
    """Return name and version of a source distribution, or nothing."""
    try:
        name, version = parse_sdist_filename(file)
    except InvalidSdistFilename:  # includes what has no version
        return "", ""
    return name, str(version)


def _wheel_file(raw: IndexFile, wheel: artifacts.WheelName, uploaded: str) -> WheelFile:
    digest = raw.hashes.get("sha256", "")
    if not _SHA256.fullmatch(digest):
        raise CompatError(
            f"{raw.filename[:200]}: the index states no sha256 for it ({digest[:80]!r}), so nobody "
            "could tell later which file was looked at; nothing of the package was written."
        )
    return WheelFile(
        file=raw.filename,
        sha256=digest,
        size=raw.size,
        uploaded=uploaded,
        abi=wheel.abi,
        lines=wheel.lines,
        platforms=wheel.platforms,
    )


def _first(files: Sequence[_File]) -> str:
    return min((file.uploaded for file in files if file.uploaded), default="")


def _transitions(files: Sequence[_File]) -> list[Transition]:
    """Find the releases in which wheels made for a free-threaded line appeared or went away."""
    releases = _newest_at_their_time(files)
    transitions = []
    for line in WHEEL_LINES:
        for platform in PLATFORMS:
            had = False
            for release in releases:
                fitting = [file for file in release if _made_for(file, line, platform)]
                at = _first(fitting or release)
                version = str(release[0].version)
                if bool(fitting) is not had:
                    had = bool(fitting)
                    transitions.append(
                        Transition(
                            at=at, version=version, line=line, platform=platform, present=had
                        )
                    )
    known = (transition for transition in transitions if transition.at)
    return sorted(
        known, key=lambda transition: (transition.at, transition.line, transition.platform)
    )


def _newest_at_their_time(files: Sequence[_File]) -> list[list[_File]]:
    """Return the releases in order of time that were the newest when they came.

    A late fix of an old series takes nothing back that a newer one brought.
    """
    versions = {file.version for file in files}
    releases = [[file for file in files if file.version == version] for version in versions]
    newest: list[list[_File]] = []
    for release in sorted(releases, key=lambda release: (_first(release), release[0].version)):
        if not newest or release[0].version > newest[-1][0].version:
            newest.append(release)
    return newest


def _made_for(file: _File, line: str, platform: str) -> bool:
    """Say whether a wheel has a free-threaded ABI and installs there; `none` says nothing about when."""
    wheel = file.wheel
    return bool(
        wheel and wheel.abi != "none" and line in wheel.lines and platform in wheel.platforms
    )
