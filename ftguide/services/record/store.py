"""Reading and writing runs of services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.ground.machine import LOCAL_MACHINE, MACHINE_NAME, MACHINE_NAME_WORDS
from ftguide.ground.runs import RUN_ID
from ftguide.ground.vocabulary import ExpectedError
from ftguide.services.declare import MINE
from ftguide.services.record.model import SCHEMA, Block, Entry, Failure, Head, Stored

RESULTS = Path("benchmarks") / "services" / "results"
_REMEDY = "Restore it from git, or remove it and measure again."


class StoreError(ExpectedError):
    """A run cannot be read or stored; the message names the file and what to do."""


def path_of(machine: str, run_id: str, root: Path = files.ROOT) -> Path:
    """Return where a run lies."""
    return root / RESULTS / machine / f"{run_id}.jsonl"


def begin(head: Head, root: Path = files.ROOT) -> Path:
    """Begin the file of a run on this machine and return its path."""
    path = path_of(LOCAL_MACHINE, head.run_id, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    append(path, Entry(head=head))
    return path


def append(path: Path, entry: Entry) -> None:
    """Append a line; OSError with the file as it was."""
    files.append(path, msgspec.json.encode(entry) + b"\n")


def read(path: Path) -> Stored:
    """Read a run; what a killed writer left behind the last line feed is passed over.

    StoreError names the file and the line.
    """
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}. {_REMEDY}") from error
    head: Head | None = None
    blocks: list[Block] = []
    failures: list[Failure] = []
    finished = None
    for number, line in enumerate(lines, start=1):
        try:
            entry = files.decode(line, Entry, f"{path}, line {number}", _REMEDY)
        except files.UnreadableError as error:
            raise StoreError(str(error)) from error
        if number == 1:
            head = entry.head
        if entry.block is not None:
            blocks.append(entry.block)
        if entry.failure is not None:
            failures.append(entry.failure)
        finished = entry.finished or finished
    if head is None:
        raise StoreError(f"{path}: its first line is not the head of a run. {_REMEDY}")
    if head.schema > SCHEMA:
        raise StoreError(
            f"{path}: schema {head.schema} is newer than {SCHEMA}; update the checkout, then try again"
        )
    return Stored(head=head, blocks=tuple(blocks), failures=tuple(failures), finished=finished)


def runs(machine: str, root: Path = files.ROOT) -> Iterator[Path]:
    """Yield the files of a machine's runs, oldest first."""
    folder = root / RESULTS / machine
    yield from sorted(path for path in folder.glob("*.jsonl") if RUN_ID.fullmatch(path.stem))


def machines(root: Path = files.ROOT) -> list[str]:
    """Return the machines that published runs."""
    folders = (root / RESULTS).glob("*/")
    names = sorted(folder.name for folder in folders if any(folder.glob("*.jsonl")))
    return [name for name in names if name != LOCAL_MACHINE]


def publish(path: Path, machine: str, root: Path = files.ROOT) -> Path:
    """Copy a finished run of this machine to those that are published, under a machine's name.

    To publish a run again changes nothing. StoreError for one that is not finished, not like for like, or
    measured by a changed checkout, and where another run has its place.
    """
    stored = read(path)
    head = stored.head
    if not MACHINE_NAME.fullmatch(machine) or machine == LOCAL_MACHINE:
        raise StoreError(f"{machine!r} cannot name a machine: {MACHINE_NAME_WORDS}")
    faults = {
        "it is not finished": stored.finished is None,
        f"its pair is not like for like ({'; '.join(head.differences)})": bool(head.differences),
        "it was measured by a checkout with changes that are not committed": head.dirty,
        "it measured a service of your own": any(s.slug == MINE for s in head.plan.stacks),
        "it has no block": not stored.blocks,
        "its builds are not optimised": any("not for citing" in flag for flag in head.flags),
    }
    for fault, holds in faults.items():
        if holds:
            raise StoreError(f"{path}: cannot be published: {fault}")
    target = path_of(machine, head.run_id, root)
    target.parent.mkdir(parents=True, exist_ok=True)
    data = path.read_bytes()
    old = f'"name":"{LOCAL_MACHINE}"'.encode()
    if data.count(old, 0, data.find(b"\n")) != 1:
        raise StoreError(f"{path}: its head does not say that it was measured on this machine")
    published = data.replace(old, f'"name":"{machine}"'.encode(), 1)
    if target.exists() and target.read_bytes() != published:
        raise StoreError(
            f"{target}: another run has this place. Remove that file first, or publish under another name "
            f"than {machine}."
        )
    files.write_atomic(target, published)
    return target
