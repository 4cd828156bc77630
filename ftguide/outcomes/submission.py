"""Observations on their way from somebody's checkout into this one.

A parcel has the machine and, for each interpreter and family, the lines of one run. What comes in is
decoded line by line, its tests must be today's, and it is appended to what its machine has seen; the same
run a second time changes nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from ftguide.ground import bounds, files, parcel, redact
from ftguide.ground.bounds import Violation
from ftguide.ground.machine import LOCAL_MACHINE, Machine, unlike
from ftguide.ground.parcel import Parcel, ParcelKind
from ftguide.ground.runs import RUN_ID, begun
from ftguide.ground.vocabulary import ExpectedError, UnknownNameError
from ftguide.outcomes.declare.catalogue import Catalogue
from ftguide.outcomes.record import store
from ftguide.outcomes.record.model import SCHEMA, Observation

#: The stacks of crashes have several lines, and nothing else has.
BREAKS = frozenset({"$.traces"})

#: Far above what a process takes in its time, and the characters of an outcome's name.
MOST_SAMPLES = 10**12
MOST_NAME = 500
#: The seconds of an observation are stored with two decimals.
_ROUNDING_SECONDS = 0.01

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)

_FILE = re.compile(r"[a-z][a-z0-9_]*\.jsonl")


class SubmissionError(ExpectedError):
    """Observations that cannot be sent or taken; the message says why and what to do."""


class Accepted(NamedTuple):
    """What became of a parcel."""

    folder: Path
    new: int  #: observations that were not here before
    outdated: int  #: of tests that have changed since, or that are not here


def runs(root: Path, machine: str = LOCAL_MACHINE) -> list[str]:
    """Return the ids of the runs that a machine's observations belong to, from the oldest to the newest."""
    return sorted({seen.run for seen in store.read(machine, root).observations})


def pack(run: str, machine: str, root: Path, source: str = LOCAL_MACHINE) -> bytes:
    """Return the parcel of one run's observations under the public name of their machine.

    Raises `UnknownNameError` for a run that is not there, `SubmissionError` for one that cannot be sent.
    """
    if machine == LOCAL_MACHINE:
        raise SubmissionError(f"{machine!r} is every machine; give this one a name of its own.")
    for wrong in bounds.file_name(machine, "the machine's name"):
        raise SubmissionError(f"{wrong}. Give it another one.")
    known = store.read_machine(source, root)
    lines: dict[str, list[bytes]] = defaultdict(list)
    for path in store.paths(source, root):
        name = f"{path.parent.name}/{path.name}"
        lines[name] += [line for line in path.read_bytes().split(b"\n") if _run_of(line) == run]
    contents = {name: b"\n".join(own) + b"\n" for name, own in lines.items() if own}
    if known is None or not contents:
        raise UnknownNameError("run of outcome tests", run, runs(root, source)[-5:])
    store.folder_of(machine, root)  # refuses a name that cannot be one
    contents[store.MACHINE_FILE] = files.to_json(replace(known, name=machine))
    if private := redact.leaks_in(contents.items()):
        raise SubmissionError(f"run {run} would reveal private data: {'; '.join(private)}")
    for name, own in contents.items():
        check = parcel.check_text if name == store.MACHINE_FILE else parcel.check_lines
        check(own, name, BREAKS)
    return parcel.pack(ParcelKind.OUTCOMES, run, contents)


def accept(sent: Parcel, path: Path, catalogue: Catalogue, root: Path) -> Accepted:
    """Check a parcel and append what is new in it to what its machine has seen.

    Raises `SubmissionError`, `StoreError` or `UnreadableError` before anything is written. What a killed
    `accept` left out comes in with the next one: observations that are here already are passed over.
    """
    if not RUN_ID.fullmatch(sent.name):
        raise SubmissionError(f"{path}: $.name {sent.name[:200]!r} is not the id of a run.")
    for wrong in bounds.moment(begun(sent.name), "$.name, as a time,"):
        raise SubmissionError(f"{path}: {wrong}.")
    machine = _machine(sent, path)
    coming = [
        (name.partition("/")[2].removesuffix(".jsonl"), seen)
        for name, data in sorted(sent.files.items())
        if name != store.MACHINE_FILE
        for seen in _observations(name, data, sent.name, path)
    ]
    # Two that look at once would both find nothing, and both append.
    with store.alone(machine.name, root):
        return _add(coming, machine, path, catalogue, root)


def _add(
    coming: list[tuple[str, Observation]],
    machine: Machine,
    path: Path,
    catalogue: Catalogue,
    root: Path,
) -> Accepted:
    """Append those observations that are not here yet; raises as `accept`."""
    here = {
        (seen.run, seen.test, seen.subject.name): seen
        for seen in store.read(machine.name, root).observations
    }
    fresh, outdated = [], 0
    for family, seen in coming:
        test = catalogue.tests.get(seen.test)
        if test is None or test.hash != seen.hash:
            outdated += 1
        elif test.family != family:
            raise SubmissionError(
                f"{path}: {seen.test!r} is a test of {test.family}, and stands in {family}.jsonl. "
                f"{parcel.REMEDY}"
            )
        elif (known := here.get((seen.run, seen.test, seen.subject.name))) is None:
            fresh.append((family, seen))
        elif known != seen:
            raise SubmissionError(
                f"{path}: {seen.test!r} on {seen.subject.name} is here with other counts: what was observed "
                "is never changed."
            )
    if not _known(machine, path, root):
        store.write_machine(machine, root)
    for family, seen in fresh:
        store.append(machine.name, seen, family, root)
    return Accepted(store.folder_of(machine.name, root), len(fresh), outdated)


def _machine(sent: Parcel, path: Path) -> Machine:
    where = f"{path}: $.files[{store.MACHINE_FILE!r}]"
    if store.MACHINE_FILE not in sent.files:
        raise SubmissionError(f"{path}: $.files lacks {store.MACHINE_FILE!r}. {parcel.REMEDY}")
    machine = files.decode(sent.files[store.MACHINE_FILE], Machine, where, parcel.REMEDY)
    parcel.check_text(sent.files[store.MACHINE_FILE], where)
    for wrong in bounds.of_machine(machine, "$"):
        raise SubmissionError(f"{where}: {wrong}. {parcel.REMEDY}")
    if machine.name == LOCAL_MACHINE:
        raise SubmissionError(f"{where}: {machine.name!r} is every machine. {parcel.REMEDY}")
    return machine


def _known(machine: Machine, path: Path, root: Path) -> bool:
    """Return whether a machine of that name and hardware is here: its record stays as it is.

    Raises `SubmissionError` for other hardware.
    """
    known = store.read_machine(machine.name, root)
    if known is not None and (wrong := unlike(known, machine)):
        raise SubmissionError(f"{path}: $.files[{store.MACHINE_FILE!r}]: {wrong}")
    return known is not None


def _observations(name: str, data: bytes, run: str, path: Path) -> Iterator[Observation]:
    """Yield the observations of one file of a parcel; raises for the first that is not what it says."""
    interpreter, _, file = name.partition("/")
    where = f"{path}: $.files[{name!r}]"
    if not store.INTERPRETER.fullmatch(interpreter) or not _FILE.fullmatch(file):
        raise SubmissionError(
            f"{where} is not INTERPRETER/FAMILY.jsonl, as observations are. {parcel.REMEDY}"
        )
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line:
            continue
        parcel.check_text(line, f"{where}, line {number}", BREAKS)
        seen = store.decode(line, f"{where}, line {number}", interpreter)
        if isinstance(seen, store.Problem):
            raise SubmissionError(str(seen))
        if seen.run != run:
            raise SubmissionError(
                f"{where}, line {number}: it belongs to run {seen.run!r}. {parcel.REMEDY}"
            )
        if wrong := next(_violations(seen), None):
            raise SubmissionError(
                f"{where}, line {number}: {wrong}. No test of this project stores that: run it again, or "
                "restore the file."
            )
        yield seen


def _violations(seen: Observation) -> Iterator[Violation]:
    """Yield what an observation says that none can say: its types are right, its values are not."""
    yield from bounds.moment(seen.observed_at, "$.observed_at")
    yield from bounds.spelling(seen.test, "$.test", _SLUG, "list-append-shared")
    yield from bounds.sha256(seen.hash, "$.hash")
    yield from bounds.version(seen.subject.version, "$.subject.version")
    yield from bounds.sha256(seen.subject.binary_sha256, "$.subject.binary_sha256")
    yield from bounds.number(seen.seconds, "$.seconds", 0, bounds.MOST_SECONDS)
    nanoseconds = (seen.seconds + _ROUNDING_SECONDS) * 1e9
    yield from bounds.number(seen.stamped, "$.stamped", 0, MOST_SAMPLES)
    yield from bounds.repeated(seen.stamped, nanoseconds, "$.stamped")
    yield from bounds.number(seen.overlapping, "$.overlapping", 0, max(seen.stamped, 0))
    for number, ran in enumerate(seen.processes):
        at = f"$.processes[{number}]"
        yield from bounds.number(ran.samples, f"{at}.samples", 0, MOST_SAMPLES)
        yield from bounds.repeated(ran.samples, nanoseconds, f"{at}.samples")
        for name in (*ran.counts, ran.ending):
            if len(name) > MOST_NAME:
                yield Violation(
                    at, f"names {bounds.quoted(name)}, which is longer than {MOST_NAME}"
                )
    yield from bounds.texts(seen, "$", BREAKS)


def _run_of(line: bytes) -> str | None:
    """Return the run of a stored line, None for one that cannot be read: it is left behind."""
    try:
        seen = msgspec.json.decode(line, type=Observation)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return seen.run if seen.schema == SCHEMA else None
