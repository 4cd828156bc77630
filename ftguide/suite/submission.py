"""A run on its way from somebody's checkout into this one: packed there, believed in nothing here.

What the sender is shown and what is checked are the same on both sides: `objections` runs before packing
and again when the parcel is opened. A parcel that passes has still only been checked for what a file can
show; that a person did measure it stays their word, and the index says so: `contributed`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ftguide.ground import files, parcel, redact
from ftguide.ground.machine import LOCAL_MACHINE, Machine, profile
from ftguide.ground.parcel import Parcel, ParcelKind
from ftguide.ground.vocabulary import Build, ExpectedError
from ftguide.statistics.proportions import clopper_pearson
from ftguide.suite import publish, words
from ftguide.suite.derive import analysis
from ftguide.suite.derive.analysis import Report
from ftguide.suite.derive.flag import FlagKind
from ftguide.suite.derive.objections import objections
from ftguide.suite.record import store
from ftguide.suite.record.model import Run

RUN, BLOCKS = "run.json", "blocks.jsonl.gz"

#: Of two copies of one arm, 95 % intervals exclude 1 in five of a hundred comparisons.
EXPECTED_ALARMS = 0.05

#: A run of a hundred workloads that was stopped early has a hundred reasons of one kind.
MOST_REASONS = 8

#: What a machine is, whatever boots on it: two runs under one machine name agree on these.
HARDWARE = ("system", "architecture", "cpu_model", "cpus", "threads_per_core", "hypervisor")


class SubmissionError(ExpectedError):
    """A run that cannot be sent or taken; the message says why and what to do."""


class Accepted(NamedTuple):
    """What became of a parcel."""

    folder: Path
    new: bool  #: False where the same run was here already


def pack(folder: Path, machine: str) -> bytes:
    """Return the parcel of a run folder under the public name of its machine.

    Raises `SubmissionError`, which lists all objections at once.
    """
    _check_name(machine)
    run = store.read_run(folder)
    _check(folder, run.run_id)
    named = replace(run, machine=replace(run.machine, name=machine))
    contents = {RUN: files.to_json(named), BLOCKS: (folder / BLOCKS).read_bytes()}
    if private := redact.leaks_in(contents.items()):
        raise SubmissionError(f"run {run.run_id} would reveal private data: {'; '.join(private)}")
    return parcel.pack(ParcelKind.RUN, run.run_id, contents)


def accept(sent: Parcel, path: Path, root: Path) -> Accepted:
    """Check a parcel as if nobody had, and publish its run; return where it lies now.

    The same run once more is no error: what an interrupted `accept` left undone is done then. Raises
    `SubmissionError` or `StoreError` with everything as it was.
    """
    contents = parcel.only(sent, path, (RUN, BLOCKS))
    if not store.RUN_ID.fullmatch(sent.name):
        raise SubmissionError(f"{path}: $.name {sent.name[:200]!r} is not the id of a run.")
    results = root / store.RESULTS
    with tempfile.TemporaryDirectory(prefix="ftguide-") as staging:
        folder = _write(Path(staging), sent.name, contents)
        run = store.read_run(folder)
        machine = run.machine.name
        _check_name(machine)
        _check(folder, run.run_id)
        there = sorted(results.glob(f"[!.]*/{run.run_id}/{RUN}"))
        if there:
            return _again(there[0].parent, folder, root)
        _check_machine(run.machine, results)
        return Accepted(
            publish.publish(folder, machine=machine, root=root, contributed=True), new=True
        )


def reveals(run: Run) -> Iterator[tuple[str, str]]:
    """Yield all that a run says about where it was measured: names of fields and values, as stored."""
    yield from profile(run.machine)
    for target, facts in run.targets.items():
        line = f" {target.line}" if target.line else ""
        for name in ("version_text", "compiler", "configure_arguments", "cflags", "libc", "flags"):
            yield (
                f"{target.build.words} build{line}: {name.replace('_', ' ')}",
                _text(getattr(facts, name)),
            )


def alarms(report: Report) -> tuple[int, int]:
    """Return how many A/A comparisons of a run exclude 1, and of how many."""
    pairs = [pair for row in report.rows for pair in row.replicates]
    pairs += [pair for row in report.rows for line in row.lines for pair in line.replicates]
    return sum(not pair.low <= 1 <= pair.high for pair in pairs), len(pairs)


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, (tuple, list)):
        return " ".join(map(str, value))
    return str(value)


def _check_name(machine: str) -> None:
    if not store.MACHINE.fullmatch(machine) or machine == LOCAL_MACHINE:
        raise SubmissionError(
            f"{machine[:100]!r} cannot name a machine: use lower-case letters, digits, dots and dashes, "
            "for example xeon-2vcpu-kvm; not 'local'"
        )


def _write(place: Path, run_id: str, contents: dict[str, bytes]) -> Path:
    folder = place / run_id
    folder.mkdir()
    for name, data in contents.items():
        files.write_atomic(folder / name, data)
    return folder


def _check(folder: Path, run_id: str) -> None:
    """Raise `SubmissionError` with all that speaks against a run; `StoreError` for one that is damaged."""
    stored = store.load(folder)
    reasons = list(map(words.objection_text, objections(stored)))
    lacking = [build.words for build in Build if build not in stored.run.interpreters]
    reasons += [f"$.interpreters has no {build} build" for build in lacking]
    if not reasons:
        try:
            reasons = list(_measured(analysis.report(stored)))
        except (ArithmeticError, LookupError, ValueError) as error:
            reasons = [f"no report can be derived from it ({type(error).__name__}: {error})"]
    if reasons:
        told, more = reasons[:MOST_REASONS], len(reasons) - MOST_REASONS
        told += [f"and {more} more"] if more > 0 else []
        raise SubmissionError(f"run {run_id} cannot be contributed: {'; '.join(told)}")


def _measured(report: Report) -> Iterator[str]:
    """Say what a run's own blocks say against it."""
    for slug, measured in report.series.items():
        for flag in measured.dropped:
            if flag.kind in {FlagKind.WRONG_GIL, FlagKind.OTHER_CODE}:
                yield f"{slug}: {_DROPPED[flag.kind]}"
    outside, of = alarms(report)
    if not of:
        yield "it has no A/A comparison, so that nothing tells its noise"
    elif clopper_pearson(outside, of)[0] > EXPECTED_ALARMS:
        yield (
            f"{outside} of its {of} A/A comparisons exclude 1, where one in twenty should: its intervals "
            "promise more than they hold. Measure again on a quieter machine"
        )


_DROPPED = {
    FlagKind.WRONG_GIL: "the GIL was not as its arm says in some blocks",
    FlagKind.OTHER_CODE: "some blocks measured other code than the plan's",
}


def _check_machine(machine: Machine, results: Path) -> None:
    """Raise `SubmissionError` where the name of a machine is taken by other hardware."""
    for path in sorted((results / machine.name).glob(f"*/{RUN}"))[:1]:
        known = store.read_run(path.parent).machine
        for field in HARDWARE:
            ours, theirs = getattr(known, field), getattr(machine, field)
            if ours != theirs:
                raise SubmissionError(
                    f"$.machine.{field} is {theirs!r}, and the machine called {machine.name!r} here has "
                    f"{ours!r}: it is another machine. Pack the run under another name: --machine"
                )


def _again(here: Path, sent: Path, root: Path) -> Accepted:
    """Finish what was begun for a run that lies here with the same data; refuse one with other data."""
    for name in (RUN, BLOCKS):
        if (here / name).read_bytes() != (sent / name).read_bytes():
            raise SubmissionError(
                f"{here / name} exists with other content (SHA-256 {files.sha256(here / name)[:16]}…, sent "
                f"{files.sha256(sent / name)[:16]}…): a published run is never changed"
            )
    publish.enter(here, root, contributed=True)
    return Accepted(here, new=False)
