"""The thread-safety levels of C API functions, out of CPython's own list in a release tarball.

`Doc/data/threadsafety.dat` has a line `function:level:` per function; the documentation below
`Doc/c-api` says on which page it is described and since when it exists. Written to
`data/c-api-levels.json`, which the site draws as a table.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.native.audit.files import AuditError

DATA = Path(__file__).with_name("data") / "c-api-levels.json"
#: From least to most, as CPython's documentation orders them.
LEVELS = ("incompatible", "compatible", "distinct", "shared", "atomic")

_LIST = "Doc/data/threadsafety.dat"
_LINE = re.compile(r"^(\w+)\s*:\s*(\w+)\s*:?\s*$")
_DIRECTIVE = re.compile(r"^\.\. c:(?:function|macro)::\s*(.*(?:\n {12,}\S.*)*)", re.MULTILINE)
_NAME = re.compile(r"\b(\w+)\s*\(|^(\w+)\s*$")
_ADDED = re.compile(r"\.\. versionadded:: (\d+\.\d+)")


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A function and its level on each release that was read."""

    name: str
    page: str  #: of https://docs.python.org/<line>/c-api/, without ending: "list"
    levels: dict[str, str]  #: version to level; a version without an entry for it is left out
    since: str = ""  #: "3.13", where the documentation says so


class Levels(msgspec.Struct, frozen=True, kw_only=True):
    """What `c-api-levels.json` holds; the last version is the one whose pages are linked."""

    schema: int = 1
    source: str
    versions: tuple[str, ...]
    sha256: dict[str, str]  #: of the tarballs
    functions: tuple[Function, ...]


def read(path: Path = DATA) -> Levels:
    """Read the table; raises `files.UnreadableError` when it is missing or damaged."""
    return files.load(path, Levels, "`python -m ftguide levels` writes it anew.")


def extract(tarballs: Sequence[tuple[str, str, Path]]) -> Levels:
    """Read tarballs, given as (version, sha256, path) from old to new; the newest gives the pages.

    Raises `AuditError` for a tarball without the list, an unknown level, or a function that the
    newest documentation does not describe.
    """
    levels: dict[str, dict[str, str]] = {}
    pages: dict[str, tuple[str, str]] = {}
    for version, _, path in tarballs:
        members = _texts(path)
        listed = next((text for name, text in members.items() if name.endswith(_LIST)), None)
        if listed is None:
            raise AuditError(
                f"{path} has no {_LIST}: it is not the source of CPython 3.14 or later."
            )
        for name, level in parse(listed, str(path)).items():
            levels.setdefault(name, {})[version] = level
        pages = described(members)
    lost = sorted(set(levels) - set(pages))
    if lost:
        raise AuditError(f"{tarballs[-1][2]} describes no {', '.join(lost)}.")
    return Levels(
        source=_LIST,
        versions=tuple(version for version, _, _ in tarballs),
        sha256={version: sha256 for version, sha256, _ in tarballs},
        functions=tuple(
            Function(name=name, page=pages[name][0], since=pages[name][1], levels=listed)
            for name, listed in sorted(
                levels.items(), key=lambda item: (pages[item[0]][0], item[0])
            )
        ),
    )


def parse(text: str, where: str) -> dict[str, str]:
    """Read the lines of the list; raises `AuditError` naming a line that is none."""
    levels = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if not match or match[2] not in LEVELS:
            raise AuditError(f"{where}: line {number} of {_LIST} is {line!r}, not `name:level:`.")
        levels[match[1]] = match[2]
    return levels


def described(members: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return for each documented function its page and the version that added it."""
    pages: dict[str, tuple[str, str]] = {}
    for member, text in members.items():
        match = re.search(r"Doc/c-api/([\w-]+)\.rst$", member)
        if not match:
            continue
        entries = list(_DIRECTIVE.finditer(text))
        for directive, after in zip(entries, [*entries[1:], None], strict=False):
            body = text[directive.end() : after.start() if after else len(text)]
            # An entry ends where the text comes back to the margin.
            entry = re.split(r"^(?=\S)", body, maxsplit=1, flags=re.MULTILINE)[0]
            added = _ADDED.search(entry)
            for line in directive[1].splitlines():
                if name := _NAME.search(line.strip()):
                    pages[name[1] or name[2]] = (match[1], added[1] if added else "")
    return pages


def _texts(path: Path) -> dict[str, str]:
    """Read the list and the C API pages out of a tarball, without unpacking it."""
    texts = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if not member.isfile() or "/Doc/" not in member.name:
                    continue
                if member.name.endswith(_LIST) or "/Doc/c-api/" in member.name:
                    stream = archive.extractfile(member)
                    texts[member.name] = stream.read().decode("utf-8") if stream else ""
    except (OSError, tarfile.TarError, UnicodeDecodeError) as error:
        raise AuditError(f"{path} cannot be read: {error}.") from error
    return texts


def write(levels: Levels, path: Path = DATA) -> None:
    """Write the table; the same tarballs give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(files.to_json(levels))
