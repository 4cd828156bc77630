"""Reading and writing what was seen: `outcomes/observed/<machine>/<interpreter>/<family>.jsonl`.

What is read may come from a contributor: it is decoded against `model.py`, never executed. A line that
is damaged or foreign is a `Problem` that names file, line and remedy, and the other lines are used.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.ground.machine import LOCAL_MACHINE, MACHINE_NAME, MACHINE_NAME_WORDS, Machine
from ftguide.ground.vocabulary import ExpectedError
from ftguide.outcomes.record.model import SCHEMA, Observation

#: Where observations live, relative to the repository's root.
OBSERVED = Path("outcomes") / "observed"
MACHINE_FILE = "machine.json"

#: The folder of an interpreter's observations, see `Subject.name`.
INTERPRETER = re.compile(r"3\.\d+\.\d+[a-z0-9]*(-gil-on)?")
_MOST_BYTES = 64 * 2**20
_LOCK_SECONDS = 30.0
_REMEDY = "Restore the file from version control, or delete the line: the test will be tried again."


class StoreError(ExpectedError):
    """Observations cannot be written or their machine cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line, or a file, that cannot be used."""

    where: str  #: file:line
    what: str  #: with its remedy

    def __str__(self) -> str:
        """Say it on one line."""
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """All that a machine has seen, oldest first, and what could not be read."""

    machine: str
    observations: tuple[Observation, ...]
    problems: tuple[Problem, ...]


def folder_of(machine: str, root: Path = files.ROOT) -> Path:
    """Return the folder of a machine; raises `StoreError` for a name that cannot be one."""
    if not MACHINE_NAME.fullmatch(machine):
        raise StoreError(f"{machine!r} cannot name a machine: {MACHINE_NAME_WORDS}.")
    return root / OBSERVED / machine


def path_of(machine: str, observation: Observation, family: str, root: Path = files.ROOT) -> Path:
    """Return the file that an observation belongs to."""
    return folder_of(machine, root) / observation.subject.name / f"{family}.jsonl"


def append(machine: str, observation: Observation, family: str, root: Path = files.ROOT) -> Path:
    """Append an observation to its file; raises `StoreError` if the disk does not take it."""
    path = path_of(machine, observation, family, root)
    data = msgspec.json.encode(observation, order="deterministic") + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.held(path.with_suffix(".lock"), seconds=_LOCK_SECONDS):
            files.cut_unfinished_line(path)
            files.append(path, data)
    except files.HeldError as error:
        raise StoreError(f"{path}: another process writes to it ({error}); wait for it.") from error
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}. Nothing was lost; make room."
        ) from error
    return path


@contextlib.contextmanager
def alone(machine: str, root: Path = files.ROOT) -> Iterator[None]:
    """Let one process at a time look what a machine has seen and add what is missing.

    Raises `StoreError` when another one takes too long, or when the folder cannot be written.
    """
    lock = folder_of(machine, root).with_name(f".{machine}.lock")
    with contextlib.ExitStack() as holding:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            holding.enter_context(files.held(lock, seconds=_LOCK_SECONDS))
        except files.HeldError as error:
            raise StoreError(
                f"another process adds to {machine!r} ({error}); wait for it."
            ) from error
        except OSError as error:
            raise StoreError(
                f"{lock.parent}: {error.strerror or error}. Nothing was lost; give the right to write."
            ) from error
        yield


def machines(root: Path = files.ROOT) -> list[str]:
    """Return the machines with observations, the local one last."""
    found = [path.name for path in (root / OBSERVED).glob("*") if path.is_dir()]
    return sorted(found, key=lambda name: (name == LOCAL_MACHINE, name))


def paths(machine: str, root: Path = files.ROOT) -> list[Path]:
    """Return the files of a machine in a fixed order."""
    return sorted(folder_of(machine, root).glob("*/*.jsonl"))


def read(machine: str, root: Path = files.ROOT) -> Stored:
    """Read all that a machine has seen."""
    observations: list[Observation] = []
    problems: list[Problem] = []
    for path in paths(machine, root):
        where = path.relative_to(root)
        if not INTERPRETER.fullmatch(path.parent.name):
            what = f"{path.parent.name!r} names no interpreter, such as 3.14.7t. Rename the folder."
            problems.append(Problem(str(where), what))
            continue
        for number, line in _lines(path, str(where), problems):
            seen = decode(line, f"{where}:{number}", path.parent.name)
            if isinstance(seen, Problem):
                problems.append(seen)
            else:
                observations.append(seen)
    observations.sort(key=lambda seen: seen.observed_at)
    return Stored(machine=machine, observations=tuple(observations), problems=tuple(problems))


def _lines(path: Path, where: str, problems: list[Problem]) -> Iterator[tuple[int, bytes]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            problems.append(Problem(where, f"it is larger than {_MOST_BYTES} bytes. {_REMEDY}"))
            return
        data = path.read_bytes()
    except OSError as error:
        problems.append(Problem(where, f"{error.strerror or error}. {_REMEDY}"))
        return
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line:
            yield number, line


def decode(line: bytes, where: str, interpreter: str) -> Observation | Problem:
    """Decode a line of the file of an interpreter; what is damaged, foreign or impossible is a `Problem`."""
    try:
        seen = files.decode(line, Observation, where, _REMEDY, schema=SCHEMA)
    except files.UnreadableError as error:
        return Problem(where, str(error).removeprefix(f"{where}: "))
    if seen.subject.name != interpreter:
        what = (
            f"it is about {seen.subject.name!r} and lies in the folder of {interpreter}. {_REMEDY}"
        )
        return Problem(where, what)
    counts = [(ran.samples, ran.counts.values()) for ran in seen.processes]
    if any(sum(own) != samples or min(own, default=0) < 0 for samples, own in counts):
        return Problem(where, f"its counts do not add up to its samples. {_REMEDY}")
    return seen


def write_machine(machine: Machine, root: Path = files.ROOT) -> None:
    """Remember what a machine is; raises `StoreError` if its folder is of another one."""
    path = folder_of(machine.name, root) / MACHINE_FILE
    known = read_machine(machine.name, root)
    if (
        known is not None
        and known.fingerprint != machine.fingerprint
        and machine.name != LOCAL_MACHINE
    ):
        raise StoreError(
            f"{path}: {machine.name!r} is another machine ({known.fingerprint[:12]}, this one is "
            f"{machine.fingerprint[:12]}). Choose another name."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomic(path, files.to_json(machine))


def read_machine(name: str, root: Path = files.ROOT) -> Machine | None:
    """Return what is known of a machine, None where nothing is; raises `StoreError` for a damaged file."""
    path = folder_of(name, root) / MACHINE_FILE
    try:
        return files.decode(path.read_bytes(), Machine, path, _REMEDY)
    except FileNotFoundError:
        return None
    except (OSError, files.UnreadableError) as error:
        raise StoreError(str(error)) from error


def interpreters(observations: Iterable[Observation]) -> list[str]:
    """Return the names of the interpreters in some observations, in the order of columns."""
    subjects = {seen.subject.name: seen.subject for seen in observations}
    return sorted(
        subjects,
        key=lambda name: (
            [int(part) for part in re.findall(r"\d+", subjects[name].version)[:3]],
            subjects[name].build.suffix,
            subjects[name].gil,
        ),
    )
