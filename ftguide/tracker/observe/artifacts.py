"""Wheels: what a file name says, what an archive holds before it is unpacked, who owns a file after.

File names, archives and RECORDs come from strangers. Nothing here executes or unpacks anything.
"""

from __future__ import annotations

import csv
import functools
import math
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path, PurePosixPath

from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

from ftguide.tracker.record.findings import Claim
from ftguide.tracker.record.model import CompatError

#: All platforms of which wheels are recorded; the cells are a part of them.
ALL_PLATFORMS = (
    "manylinux_x86_64",
    "manylinux_aarch64",
    "musllinux_x86_64",
    "musllinux_aarch64",
    "macosx_arm64",
    "macosx_x86_64",
    "win_amd64",
    "win_arm64",
    "win32",
)

#: What file systems hold. Its tags are multiplied with each other: a few dots come to a million.
MAX_FILE_NAME, MAX_TAGS = 255, 1_000
#: A wheel that is larger is not probed: the largest one of the list is 60 MB.
MAX_WHEEL_BYTES = 512 * 1024**2
MAX_UNPACKED_BYTES = 3 * 1024**3
MAX_MEMBERS = 100_000
#: Text compresses 20 times, tables of zeros a few hundred times; a bomb a thousand times.
MAX_RATIO = 500
MAX_METADATA_BYTES = 4 * 1024**2
MAX_RECORD_BYTES = 64 * 1024**2

_ABI_TAG = re.compile(r"cp31\d+t")
_TEST_PART = re.compile(r"_?tests?|testing|_?test_.+|.+_tests?|conftest", re.IGNORECASE)
_LIBRARY = re.compile(r"\.(?:so|pyd)$")
_PLATFORM = re.compile(
    r"(?P<system>manylinux|musllinux|linux|macosx|win)(?:[0-9_]*_)?(?P<machine>[a-z]\w*|32)"
)
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelName:
    """What the name of a wheel says."""

    name: str  #: normalised
    version: str
    abi: str  #: "cp314t", "abi3t", "none" or another
    lines: tuple[str, ...]  #: of the free-threaded lines asked for, those it installs on
    platforms: tuple[str, ...]

    @property
    def pure(self) -> bool:
        """Whether it installs on every build and platform: no extension module in it."""
        return self.abi == "none" and self.platforms == ALL_PLATFORMS


def read_name(file: str, lines: tuple[str, ...]) -> WheelName | None:
    """Read the name of a wheel; None for what is no wheel (source, or a name that breaks the rules)."""
    combinations = math.prod(part.count(".") + 1 for part in file.split("-")[-3:])
    if len(file) > MAX_FILE_NAME or combinations > MAX_TAGS:
        return None
    try:
        name, version, _, tags = parse_wheel_filename(file)
    except ValueError:
        return None
    fitting = [
        line for line in lines if any((tag.interpreter, tag.abi) in _accepted(line) for tag in tags)
    ]
    abis = {tag.abi for tag in tags}
    threaded = sorted(abi for abi in abis if _ABI_TAG.fullmatch(abi) or abi == "abi3t")
    return WheelName(
        name=name,
        version=str(version),
        abi=threaded[0] if threaded else ("none" if "none" in abis else min(abis)),
        lines=tuple(fitting),
        platforms=tuple(
            platform
            for platform in ALL_PLATFORMS
            if any(platform in platforms_of(tag.platform) for tag in tags)
        ),
    )


@functools.cache
def _accepted(line: str) -> frozenset[tuple[str, str]]:
    """Return the interpreter and ABI tags that the free-threaded build of a line installs."""
    major, minor = (int(part) for part in line.removesuffix("t").split("."))
    tags = [
        *cpython_tags((major, minor), abis=[f"cp{major}{minor}t"], platforms=["any"]),
        *compatible_tags((major, minor), f"cp{major}{minor}", platforms=["any"]),
    ]
    # abi3t begins with 3.15 (PEP 803); a wheel of an older interpreter tag cannot be one.
    return frozenset(
        (tag.interpreter, tag.abi)
        for tag in tags
        if tag.abi != "abi3t" or int(tag.interpreter.removeprefix("cp3") or 0) >= 15
    )


@functools.cache
def platforms_of(tag: str) -> tuple[str, ...]:
    """Return the tracked platforms a platform tag stands for; empty for others (phones, browsers)."""
    if tag == "any":
        return ALL_PLATFORMS
    match = _PLATFORM.fullmatch(tag)
    if not match:
        return ()
    if match["machine"] == "universal2":
        return ("macosx_arm64", "macosx_x86_64")
    system = "manylinux" if match["system"] == "linux" else match["system"]
    platform = "win32" if tag == "win32" else f"{system}_{match['machine']}"
    return (platform,) if platform in ALL_PLATFORMS else ()


def check_archive(path: Path) -> None:
    """Look at a wheel before anything unpacks it.

    Raises `CompatError` naming the file and the member for what is not a zip, is a bomb, or would land
    outside of the environment.
    """
    if problem := _archive_problem(path):
        raise CompatError(f"{path.name}: {problem}; not probed.")


def _archive_problem(path: Path) -> str:
    """Say what is wrong with an archive; empty when nothing is."""
    size = path.stat().st_size
    if size > MAX_WHEEL_BYTES:
        return f"{size} bytes, more than a wheel may have here"
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return f"not a readable wheel ({error})"
    if len(members) > MAX_MEMBERS:
        return f"{len(members)} files, more than any real wheel"
    unpacked = sum(member.file_size for member in members)
    if unpacked > min(MAX_UNPACKED_BYTES, max(size, 1024) * MAX_RATIO):
        return f"{size} bytes unpack to {unpacked}, which is a zip bomb or close to one"
    problems = ((member, _member_problem(member)) for member in members)
    return next(
        (f"member {member.filename[:200]!r} {problem}" for member, problem in problems if problem),
        "",
    )


def _member_problem(member: zipfile.ZipInfo) -> str:
    """Say what is wrong with a member of an archive; empty when nothing is."""
    name = member.filename
    if not _inside(name):
        return "would be written outside of the environment"
    if any(ord(character) < 32 for character in name):
        return "has control characters in its name"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a symbolic link"
    return ""


def _inside(name: str) -> bool:
    """Say whether a path in an archive or RECORD stays below the folder it is relative to."""
    if not name or "\\" in name or name.startswith("/") or _DRIVE.match(name):
        return False
    return ".." not in PurePosixPath(name).parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """An installed distribution."""

    name: str  #: normalised
    version: str
    files: frozenset[str]  #: below site-packages, as in RECORD; what points elsewhere is left out
    claim: Claim


def site_packages_of(environment: Path) -> list[Path]:
    """List the site-packages folders of a virtual environment, on any system."""
    folders = [
        *environment.glob("lib/python3*/site-packages"),
        environment / "Lib" / "site-packages",
    ]
    return [path for path in folders if path.is_dir()]


def installed(site_packages: Path) -> dict[str, Distribution]:
    """Read what is installed, by name, from the metadata of each distribution."""
    distributions: dict[str, Distribution] = {}
    for folder in sorted(site_packages.glob("*.dist-info")):
        headers = headers_of(_bounded(folder / "METADATA", MAX_METADATA_BYTES))
        name = canonicalize_name(str(headers.get("Name", "")))
        distributions[name] = Distribution(
            name=name,
            version=str(headers.get("Version", "")),
            files=frozenset(_record(folder / "RECORD")),
            claim=claim_of(headers),
        )
    return distributions


def headers_of(metadata: bytes) -> Message:
    """Read METADATA."""
    return BytesHeaderParser().parsebytes(metadata)


def claim_of(headers: Message) -> Claim:
    """Keep of the metadata what is stated about free threading, cut to a sane length."""
    texts = [str(text).strip()[:200] for text in headers.get_all("Classifier", [])]
    return Claim(
        classifiers=tuple(sorted({text for text in texts if ":: Free Threading" in text})),
        requires_python=str(headers.get("Requires-Python", "")).strip()[:200],
    )


def _bounded(path: Path, limit: int) -> bytes:
    """Read a metadata file that must not be a link or larger than it makes sense."""
    try:
        if path.is_symlink() or path.stat().st_size > limit:
            raise CompatError(f"{path.parent.name}/{path.name}: a link or too large; not probed.")
        return path.read_bytes()
    except OSError as error:
        raise CompatError(
            f"{path.parent.name}/{path.name}: {error.strerror or error}; not probed."
        ) from error


def _record(path: Path) -> Iterator[str]:
    """Yield the files of a RECORD that are inside of site-packages.

    Scripts and data files lie outside; what uses that to claim somebody else's file is left out, too.
    """
    text = _bounded(path, MAX_RECORD_BYTES).decode(errors="replace")
    try:
        for row in csv.reader(text.splitlines()):
            if row and _inside(row[0]):
                yield row[0]
    except csv.Error as error:
        raise CompatError(f"{path.parent.name}/RECORD: {error}; not probed.") from error


def extension_files(distribution: Distribution) -> list[str]:
    """Return its files that look like extension modules, whatever build they are for; sorted."""
    return sorted(file for file in distribution.files if _LIBRARY.search(file))


def module_of(file: str) -> str:
    """Return the module an extension file holds: "lxml/etree.cpython-314t-….so" is lxml.etree."""
    path = PurePosixPath(file)
    return ".".join([*path.parent.parts, path.name.partition(".")[0]])


def for_tests(module: str) -> bool:
    """Say whether a module belongs to a package's own tests, by its name."""
    return any(_TEST_PART.fullmatch(part) for part in module.split("."))


def submodules(distribution: Distribution, extensions: Iterable[str]) -> list[str]:
    """Return the importable submodules of a distribution, without tests and `__main__`, parents first.

    From RECORD, so that nothing is executed to find them.
    """
    modules = set(extensions)
    for file in distribution.files:
        path = PurePosixPath(file)
        if path.suffix != ".py" or path.name == "__main__.py":
            continue
        parts = path.with_suffix("").parts
        modules.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(
        name
        for name in modules
        if name
        and all(part.isidentifier() for part in name.split("."))
        and not for_tests(name)
        and "__main__" not in name.split(".")
    )


def import_names(distribution: Distribution) -> tuple[str, ...]:
    """Return the top-level modules of a distribution that are not its tests, from its own files."""
    extensions = [module_of(file) for file in extension_files(distribution)]
    modules = submodules(distribution, extensions)
    return tuple(sorted({name.partition(".")[0] for name in modules}))
