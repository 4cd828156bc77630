"""How statuses, reasons and evidence read: one spelling for terminals, the table, pages and exports.

Pure functions from records to text. Versions, modules, files and messages are other people's text:
the code that shows them escapes them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from ftguide.render.words import capital
from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.line_steps import Move
from ftguide.tracker.derive.model import Cell, Reason, ReasonKind, Status
from ftguide.tracker.record.findings import (
    Assertion,
    Backfill,
    Claim,
    Declarations,
    Declares,
    DeepImport,
    Fallback,
    Imports,
    Kind,
    Retraction,
    Smoke,
    SourceBuild,
    Suite,
    UpstreamCi,
    Wheels,
)
from ftguide.tracker.record.model import Evidence, finding

_TABLES = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
#: Lists longer than this are cut on pages; the JSON beside them is complete.
MOST_ITEMS = 12

#: Reasons whose detail is an answer about another release.
NAMING_ANSWERS = frozenset({ReasonKind.OTHER_RELEASES, ReasonKind.NO_FITTING, ReasonKind.UPGRADE})

_WEB = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def platform(name: str) -> str:
    """Name a platform; unknown ones stay as they are."""
    return str(_TABLES["platforms"].get(name, name))


def kind(of: Kind) -> str:
    """Name a kind of evidence."""
    return str(_TABLES["kinds"][of])


def reason(of: Reason) -> str:
    """Say why a cell has its level, a dependency its answer, or a package was not probed."""
    if of.kind is ReasonKind.LEVEL:
        return Level(of.about).meaning
    values = asdict(of)
    if of.kind in NAMING_ANSWERS:
        values["detail"] = answer(of.detail)
    return str(_TABLES["reasons"][of.kind]).format(**values)


def answer(of: str) -> str:
    """Name an answer of `check`."""
    return str(_TABLES["answers"][of])


def remark(values: Mapping[str, object], lack: str) -> str:
    """Say what a list that `check` reads does not cover."""
    return str(_TABLES["lacks"][lack]).format(**values)


def reasons(of: Sequence[Reason]) -> list[str]:
    """Say several reasons, in their order."""
    return [reason(each) for each in of]


def move(of: Move) -> str:
    """Say how a level on one line compares with that on the line before."""
    return str(_TABLES["moves"][of])


def field(name: str) -> str:
    """Name a field as a heading."""
    return capital(name)


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


def coverage(status: Status) -> str:
    """Say how much a headline rests on; it belongs beside the headline, always."""
    text = f"{status.probed} of {len(status.cells)} cells probed"
    return f"{text}, {status.without_wheel} without a wheel" if status.without_wheel else text


def looked(status: Status) -> str:
    """Return the day of the oldest evidence that the headline rests on; empty without a verdict."""
    days = [day(cell.observed_at) for cell in status.cells if cell.level.verdict]
    return min(filter(None, days), default="")


# --- evidence in words ----------------------------------------------------------------------------


def sentences(item: Evidence) -> list[str]:
    """Say what an item of evidence found, one fact a sentence."""
    return list(_sentences(item.result))


def _sentences(result: object) -> Iterator[str]:  # noqa: C901, PLR0912 - one case per record
    match result:
        case Wheels():
            yield f"Newest final release: {result.newest}, uploaded {day(result.uploaded)}."
            if result.files:
                names = several([wheel.file for wheel in result.files])
                yield f"Files for free-threaded lines: {names}."
            else:
                yield "No file of it installs on a free-threaded line."
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
    own = [module for module in result.modules if not module.test]
    if not own:
        yield "No extension module of its own."
    groups = {
        Declares.NOT_USED: "Leaving the GIL off",
        Declares.USED: "Turning the GIL on",
        Declares.CRASH: "Crashing when loaded",
        Declares.ERROR: "Raising when loaded",
        Declares.NOT_LOADABLE: "Not loadable by this build",
    }
    for declares, words in groups.items():
        names = [module.module for module in own if module.declares is declares]
        if names:
            of = f"{len(names)} of {count(len(own), 'extension module')}"
            yield f"{words}: {of}, {several(names)}."
    tests = len(result.modules) - len(own)
    if tests:
        yield f"Not counted: {count(tests, 'extension module')} of its tests."


def _imports(result: Imports) -> Iterator[str]:
    for name in result.names:
        if name.ended:
            yield f"import {name.name}: ended by {name.ended}."
        elif name.error:
            yield f"import {name.name}: {name.error}."
        else:
            blamed = [f"{c.module} of {c.owner}" if c.owner else c.module for c in name.culprits]
            why = f" because of {several(blamed)}" if blamed else ""
            loaded = count(len(name.extensions), "own extension module")
            yield f"import {name.name}: GIL {_gil(name.gil_enabled)} afterwards{why}; {loaded} loaded."


def _deep(result: DeepImport) -> Iterator[str]:
    yield f"{result.imported} of {count(result.modules, 'submodule')} imported."
    if result.gil_on:
        number = count(len(result.gil_on), "submodule")
        yield f"Turning the GIL on: {number}, {several(result.gil_on)}."
    else:
        yield "None turns the GIL on."
    for problem in result.ended:
        yield f"{problem.module}: ended by {problem.detail}."
    if result.errors:
        names = several([problem.module for problem in result.errors])
        why = "usually for an optional dependency that was not there"
        yield f"{len(result.errors)} raised, {why}: {names}."
    if result.not_reached:
        yield f"{result.not_reached} not reached in the time."


# --- the maintainers' claim beside the evidence -----------------------------------------------------


def claim(status: Status) -> tuple[str, ...]:
    """Return the classifiers that the newest release we looked at states."""
    found = (finding(cell.seen, Claim) for cell in status.cells)
    stated = next((claim.classifiers for claim in found if claim), ())
    return tuple(text.rpartition(" :: ")[2] for text in stated)


def beside_claim(status: Status) -> str:
    """Set the claim and the evidence side by side, without judging between them."""
    stated = claim(status)
    known = any(Kind.CLAIM in cell.seen for cell in status.cells)
    if not known:
        return "The metadata of this package have not been read yet."
    text = (
        f"The maintainers classify free-threading support as {'; '.join(stated)}."
        if stated
        else "The maintainers state nothing about free threading in the metadata."
    )
    if status.headline.verdict:
        text += f" The evidence here reads: {status.headline.words}."
    else:
        text += " Nothing has been probed to set beside it."
    if Flag.CONTRADICTION in status.flags:
        text += (
            " The two differ. They answer different questions: a classifier is what maintainers promise, "
            "a level is what happened when these files were loaded. Either can be out of date."
        )
    return text
