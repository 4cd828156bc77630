"""How statuses, evidence and commands read: one spelling for the table, the pages and the exports.

Pure functions from records to text. Versions, modules, files and messages are other people's text:
whoever shows them escapes them. Commands are built only from values that cannot break out of a shell.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_name

from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.record.evidence import NAME
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
from ftguide.tracker.record.model import Cell, Change, Evidence, Kind, Status

_PLATFORMS = {
    "manylinux_x86_64": "Linux x86-64",
    "manylinux_aarch64": "Linux ARM64",
    "macosx_arm64": "macOS ARM64",
    "win_amd64": "Windows x86-64",
}
_KINDS = {
    Kind.WHEEL: "Wheels offered",
    Kind.BACKFILL: "Wheels of earlier releases",
    Kind.CLAIM: "Maintainers' claim",
    Kind.DECLARE: "Declarations of extension modules",
    Kind.IMPORT: "Imports",
    Kind.DEEP: "Imports of every submodule",
    Kind.FALLBACK: "Comparison with the GIL-enabled build",
    Kind.SMOKE: "Smoke script",
    Kind.SUITE: "Upstream tests in parallel",
    Kind.BUILD: "Build from source",
    Kind.UPSTREAM_CI: "Upstream CI",
    Kind.ASSERTION: "Statement by a person",
    Kind.RETRACTION: "Retraction",
}
_FLAGS = {
    Flag.FALLBACK: "pure-Python fallback",
    Flag.LAZY: "only when imported deeper",
    Flag.CONTRADICTION: "differs from the claim",
    Flag.STALE: "stale",
    Flag.ASSERTED: "statement on record",
    Flag.SOME_PLATFORMS: "some platforms only",
}
#: Lists longer than this are cut on pages; the JSON beside them is complete.
MOST_ITEMS = 12

_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+!]{0,60}")
_LINE = re.compile(r"3\.\d{1,3}t?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WEB = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def platform(name: str) -> str:
    """Name a platform; unknown ones stay as they are."""
    return _PLATFORMS.get(name, name)


def kind(of: Kind) -> str:
    """Name a kind of evidence."""
    return _KINDS[of]


def flag(one: Flag) -> str:
    """Name a flag in a few words."""
    return _FLAGS[one]


def field(name: str) -> str:
    """Name a field as a heading."""
    return f"{name[:1].upper()}{name[1:]}"


def day(time: str) -> str:
    """Return the date of an ISO 8601 time."""
    return time[:10]


def web(address: str) -> str:
    """Return an address that may be linked, or nothing: no script, no data, no other scheme."""
    return address if _WEB.fullmatch(address) else ""


def short(id_: str) -> str:
    """Shorten an evidence id to what people compare; it is the anchor of the item, too."""
    return id_.removeprefix("sha256:")[:12]


def anchor(cell: Cell) -> str:
    """Return the permanent anchor of a cell on its package's page, e.g. `3.14t-manylinux_x86_64`."""
    return f"{cell.line}-{cell.platform}"


def several(items: Sequence[str]) -> str:
    """List some items, cut where a page would only get longer."""
    rest = len(items) - MOST_ITEMS
    return ", ".join(items[:MOST_ITEMS]) + (f" and {rest} more" if rest > 0 else "")


def count(number: int, noun: str, plural: str = "") -> str:
    """Count in words: `1 module`, `3 modules`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def lowest(cells: Sequence[Cell]) -> Level:
    """Return the lowest level with a verdict, else the highest without: the rule of the headline."""
    levels = [cell.level for cell in cells]
    verdicts = [level for level in levels if level.verdict]
    if verdicts:
        return min(verdicts, key=lambda level: level.rank)
    return max(levels, key=lambda level: level.rank, default=Level.UNKNOWN)


def looked(status: Status) -> str:
    """Return the day of the oldest evidence that the headline rests on; empty without a verdict."""
    days = [day(cell.observed_at) for cell in status.cells if cell.level.verdict]
    return min(filter(None, days), default="")


def change(one: Change) -> str:
    """Say a change in one sentence."""
    where = f"{one.line} on {platform(one.platform)}" if one.platform else one.line
    return f"{one.version}, {where}: {one.before.words} → {one.after.words}"


# --- evidence in words ----------------------------------------------------------------------------


def sentences(item: Evidence) -> list[str]:
    """Say what an item of evidence found, one fact a sentence."""
    return list(_sentences(item.result))


def _sentences(result: object) -> Iterator[str]:  # noqa: C901, PLR0912 - one case per record
    match result:
        case Wheels():
            yield f"Newest final release: {result.newest}, uploaded {day(result.uploaded)}."
            names = [one.file for one in result.files]
            yield (
                f"Files for free-threaded lines: {several(names)}."
                if names
                else "No file of it installs on a free-threaded line."
            )
            yield f"Source distribution: {'yes' if result.sdist else 'no'}."
        case Backfill():
            yield f"{count(len(result.transitions), 'change')} of wheels before our first look."
        case Claim():
            stated = "; ".join(result.classifiers)
            yield f"Stated: {stated}." if stated else "No classifier about free threading."
        case Declarations():
            yield from _declarations(result)
        case Imports():
            yield from _imports(result)
        case DeepImport():
            yield from _deep(result)
        case Fallback():
            if result.problem:
                yield f"The comparison was not possible: {result.problem}."
            elif result.missing:
                yield f"Loaded only on the GIL-enabled build: {several(result.missing)}."
            else:
                yield "The same extension modules are loaded on both builds."
            if not result.works:
                yield "Not every import name imports on the GIL-enabled build."
        case Smoke():
            yield f"{result.script} in {count(result.threads, 'thread')}: " + (
                "passed." if result.passed else f"failed: {result.detail or result.ended}."
            )
            if result.control:
                yield f"The same on the GIL-enabled build: {result.control}."
            yield f"The GIL afterwards: {_gil(result.gil_enabled)}."
        case Suite():
            yield from _suite(result)
        case SourceBuild():
            yield f"{'Worked' if result.worked else 'Failed'} with {result.image}."
            if result.detail:
                yield result.detail
        case UpstreamCi():
            yield f"A job on the free-threaded build: {result.url}"
        case Assertion():
            author = f" ({result.author})" if result.author else ""
            yield f"{result.statement}{author}, {result.url}"
        case Retraction():
            yield f"Item {short(result.of)} no longer counts: {result.reason}"
        case _:
            raise TypeError(f"no words for {type(result).__name__}")


def _gil(on: bool) -> str:  # noqa: FBT001 - it is the one thing this says
    return "on" if on else "off"


def _suite(result: Suite) -> Iterator[str]:
    if result.sample:
        yield "Only a part of the upstream tests: shown, and no ground for a level."
    if result.modules:
        yield f"Tests in {several(result.modules)}."
    yield f"Plainly: {result.plain_passed} passed, {result.plain_failed} failed."
    yield (
        f"In {count(result.threads, 'thread')}: {result.parallel_passed} passed, "
        f"{result.parallel_failed} failed; {result.ran_in_parallel} really ran in parallel, "
        f"{result.not_in_parallel} did not."
    )
    if result.ended:
        yield f"Ended by {result.ended}."
    if result.new_failures:
        yield f"Failing in parallel only: {several(result.new_failures)}."


def _declarations(result: Declarations) -> Iterator[str]:
    own = [one for one in result.modules if not one.test]
    if not own:
        yield "No extension module of its own."
    groups = {
        "not-used": "Leaving the GIL off",
        "used": "Turning the GIL on",
        "crash": "Crashing when loaded",
        "error": "Raising when loaded",
        "not-loadable": "Not loadable by this build",
    }
    for declares, words in groups.items():
        names = [one.module for one in own if one.declares == declares]
        if names:
            of = f"{len(names)} of {count(len(own), 'extension module')}"
            yield f"{words}: {of}, {several(names)}."
    tests = len(result.modules) - len(own)
    if tests:
        yield f"Not counted: {count(tests, 'extension module')} of its tests."


def _imports(result: Imports) -> Iterator[str]:
    for one in result.names:
        if one.ended:
            yield f"import {one.name}: ended by {one.ended}."
        elif one.error:
            yield f"import {one.name}: {one.error}."
        else:
            blamed = [f"{c.module} of {c.owner}" if c.owner else c.module for c in one.culprits]
            why = f" because of {several(blamed)}" if blamed else ""
            loaded = count(len(one.extensions), "own extension module")
            yield f"import {one.name}: GIL {_gil(one.gil_enabled)} afterwards{why}; {loaded} loaded."


def _deep(result: DeepImport) -> Iterator[str]:
    yield f"{result.imported} of {count(result.modules, 'submodule')} imported."
    yield (
        f"Turning the GIL on: {count(len(result.gil_on), 'submodule')}, {several(result.gil_on)}."
        if result.gil_on
        else "None turns the GIL on."
    )
    for one in result.ended:
        yield f"{one.module}: ended by {one.detail}."
    if result.errors:
        yield (
            f"{len(result.errors)} raised, usually for an optional dependency that was not there: "
            f"{several([one.module for one in result.errors])}."
        )
    if result.not_reached:
        yield f"{result.not_reached} not reached in the time."


# --- the maintainers' claim beside the evidence -----------------------------------------------------


def claim(status: Status) -> tuple[str, ...]:
    """Return the classifiers that the newest release we looked at states."""
    for cell in status.cells:
        item = cell.seen.get(Kind.CLAIM)
        if item is not None and isinstance(item.result, Claim):
            return tuple(text.rpartition(" :: ")[2] for text in item.result.classifiers)
    return ()


def beside_claim(status: Status) -> str:
    """Set the claim and the evidence side by side, without judging between them."""
    stated = claim(status)
    known = any(Kind.CLAIM in cell.seen for cell in status.cells)
    if not known:
        return "The metadata of this package have not been read yet."
    said = (
        f"The maintainers classify free-threading support as {'; '.join(stated)}."
        if stated
        else "The maintainers state nothing about free threading in the metadata."
    )
    found = (
        f" The evidence here reads: {status.headline.words}."
        if status.headline.verdict
        else " Nothing has been probed to set beside it."
    )
    if Flag.CONTRADICTION in status.flags:
        return (
            f"{said}{found} The two differ. They answer different questions: a classifier is what "
            "maintainers promise, a level is what happened when these files were loaded. Either can be "
            "out of date."
        )
    return f"{said}{found}"


# --- commands -------------------------------------------------------------------------------------


def probe_command(package: str, line: str) -> str:
    """Return the command that repeats our probe."""
    if not NAME.fullmatch(package) or not _LINE.fullmatch(line):
        return ""
    return f"nox -s probe -- --only {package} --line {line}"


def by_hand(cell: Cell, package: str) -> list[str]:
    """Return commands that repeat the finding with stock tools; empty where there is nothing to repeat."""
    item = next((cell.seen[k] for k in (Kind.DECLARE, Kind.IMPORT) if k in cell.seen), None)
    if item is None or not NAME.fullmatch(package) or not _VERSION.fullmatch(item.version):
        return []
    if not _LINE.fullmatch(cell.line):
        return []
    folder = f"probe-{package}"
    python = f"{folder}/bin/python"
    pin = f"{package}=={item.version}"
    if item.artifact and _SHA256.fullmatch(item.artifact.sha256):
        pin += f" --hash=sha256:{item.artifact.sha256}"
    install = f"uv pip install --python {python} --only-binary :all: --no-deps"
    lines = [
        f"uv venv --python {cell.line} {folder}",
        f"echo {shlex.quote(pin)} | {install} --require-hashes -r -"
        if "--hash" in pin
        else f"{install} {pin}",
    ]
    others = item.env.dependencies if item.env else ()
    pins = [one for one in others if _pin(one)]
    if pins:
        lines.append(f"{install} {' '.join(pins)}")
    return [*lines, *_checks(cell, python)]


def _checks(cell: Cell, python: str) -> Iterator[str]:
    """Yield lines that print the state of the GIL after an import, with what they printed for us."""
    found = cell.seen.get(Kind.IMPORT)
    names: dict[str, str] = {}
    if found is not None and isinstance(found.result, Imports):
        for one in found.result.names[:4]:
            names[one.name] = "an error" if one.error or one.ended else str(one.gil_enabled)
    found = cell.seen.get(Kind.DECLARE)
    declared = found.result if found is not None else None
    if "True" not in names.values() and isinstance(declared, Declarations):
        turning = [one.module for one in declared.modules if one.declares == "used"]
        names |= dict.fromkeys(turning[:1], "True")
    for name, printed in names.items():
        if _MODULE.fullmatch(name):
            yield f"{python} -c 'import sys, {name}; print(sys._is_gil_enabled())'  # {printed}"


def _pin(text: str) -> bool:
    name, equal, version = text.partition("==")
    return bool(equal and NAME.fullmatch(canonicalize_name(name)) and _VERSION.fullmatch(version))
