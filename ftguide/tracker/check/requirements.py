"""Dependencies from requirements files, with what they include and constrain, and from one requirement."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ftguide.tracker.check.dependency import (
    NAME,
    Dependency,
    DependencyError,
    file_name,
    shown,
    text_of,
    version_of,
)
from ftguide.tracker.observe import artifacts

#: `-r` inside `-r` inside …
MAX_DEPTH = 8

_COMMENT = re.compile(r"(?:^|\s)#.*$")
_EGG = re.compile(r"(?:^|&)egg=([A-Za-z0-9._-]+)")
_OPTION = re.compile(r"(-[rce]|--requirement|--constraint|--editable)[\s=]*(.*)")


def read(path: Path) -> list[Dependency]:
    """Read a requirements file; raises `DependencyError`."""
    required, pins = _read(path, (), {})
    return [
        replace(each, version=pins.get(each.name)) if each.version is None else each
        for each in required
    ]


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield number and content of each line, continuations joined, comments dropped."""
    start, parts = 0, list[str]()
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        start = start if parts else number
        bare = _COMMENT.sub("", line)
        if bare.endswith("\\") and number < len(lines):
            parts.append(bare[:-1])
            continue
        whole = " ".join([*parts, bare]).strip()
        parts.clear()
        if whole:
            yield start, whole


def _read(
    path: Path, stack: tuple[Path, ...], pins: dict[str, str]
) -> tuple[list[Dependency], dict[str, str]]:
    """Return the dependencies of a file and of those it includes, and the pins of constraints."""
    here = path.resolve()
    if here in stack:
        raise DependencyError(f"{path}: includes itself; remove one of the -r lines")
    if len(stack) >= MAX_DEPTH:
        raise DependencyError(f"{path}: included {MAX_DEPTH} files deep; flatten the files")
    required: list[Dependency] = []
    for number, line in _logical_lines(text_of(path)):
        where = f"{path}, line {number}"
        if not line.startswith("-"):
            required.append(requirement(line, where))
            continue
        match = _OPTION.fullmatch(line)
        if match is None:  # an index, a format: how to install, not what
            continue
        option, value = match[1], match[2].strip()
        if option in {"-e", "--editable"}:
            required.append(_elsewhere(value, where))
        else:
            if "://" in value or not value:
                raise DependencyError(
                    f"{where}: {shown(line)} is not a file beside this one; download it and name its path"
                )
            inner, _ = _read(path.parent / value, (*stack, here), pins)
            if option in {"-c", "--constraint"}:
                pins.update({each.name: each.version for each in inner if each.version is not None})
            else:
                required += inner
    return required, pins


def requirement(line: str, where: str) -> Dependency:
    """Read one requirement with its per-requirement options; raises `DependencyError`."""
    text, *options = re.split(r"\s(?=--)", line)
    text = text.strip()
    hashes = frozenset(_digests(options, where))
    if _is_place(text):
        return replace(_elsewhere(text, where), hashes=hashes)
    try:
        parsed = Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0].rstrip(".:")
        raise DependencyError(
            f"{where}: {shown(text)} is not a requirement ({reason}); "
            "write name, name==version or name>=version"
        ) from error
    name = canonicalize_name(parsed.name)
    if parsed.url:
        return replace(
            _elsewhere(parsed.url, where), name=name, marker=parsed.marker, hashes=hashes
        )
    pins = [spec.version for spec in parsed.specifier if spec.operator in {"==", "==="}]
    exact = [pin for pin in pins if "*" not in pin]
    return Dependency(
        name=name,
        where=where,
        version=version_of(exact[0], where) if exact else None,
        marker=parsed.marker,
        hashes=hashes,
    )


def _digests(options: Iterable[str], where: str) -> Iterator[str]:
    """Yield the SHA-256 among the options of a requirement.

    Raises `DependencyError` for a damaged hash: a check that silently skips it would look safer than it is.
    """
    for option in options:
        match = re.match(r"--hash[=\s]\s*(\S*)", option)
        if match is None:
            continue
        kind, _, digest = match[1].partition(":")
        if not re.fullmatch(r"[0-9A-Fa-f]+", digest) or (kind == "sha256" and len(digest) != 64):
            raise DependencyError(
                f"{where}: {shown(match[1])} is not a hash; write --hash=sha256: and 64 hexadecimal digits"
            )
        if kind == "sha256":
            yield digest.lower()


def _is_place(text: str) -> bool:
    """Say whether a requirement is a path or an address instead of a name."""
    first = shlex.split(text, posix=False)[0] if text.count('"') % 2 == 0 and text else text
    if "@" in first and not first.startswith(("git+", "hg+", "svn+", "bzr+", "file:", "http")):
        return False
    return (
        first.startswith((".", "/", "~"))
        or "://" in first
        or first.lower().endswith((".whl", ".tar.gz", ".zip"))
        or re.match(r"[A-Za-z]:\\", first) is not None
    )


def _elsewhere(text: str, where: str) -> Dependency:
    """Return a dependency that is a path or an address; a wheel's file name tells name and version.

    Raises `DependencyError` for a file that is named .whl and like no wheel.
    """
    address, _, fragment = text.partition("#")
    file = file_name(address.split(" ; ")[0])
    egg = _EGG.search(fragment)
    if file.lower().endswith(".whl"):
        wheel = artifacts.read_name(file, ())
        if wheel is None:
            raise DependencyError(
                f"{where}: {shown(file)} is not the file name of a wheel; "
                "it reads name-version-python-abi-platform.whl"
            )
        name, version = wheel.name, wheel.version
        return Dependency(name=name, version=version, where=where, wheels=(file,), origin="a wheel")
    name = egg[1] if egg else re.sub(r"(\.git|\.tar\.gz|\.zip)?(@.*)?$", "", file) or "unnamed"
    return Dependency(
        name=canonicalize_name(name) if NAME.fullmatch(name) else "unnamed",
        where=where,
        origin="a repository" if "+" in address.partition("://")[0] else "a path or an address",
    )
