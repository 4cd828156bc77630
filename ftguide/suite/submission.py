"""A run on its way from somebody's checkout into this one: packed there, believed in nothing here.

What the sender is shown and what is checked are the same on both sides: `objections` runs before packing
and again when the parcel is opened. A parcel that passes has still only been checked for what a file can
show; that a person did measure it stays their word, and the index says so: `contributed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ftguide.ground import files, parcel, redact
from ftguide.ground.machine import (
    LOCAL_MACHINE,
    MACHINE_NAME,
    MACHINE_NAME_WORDS,
    Machine,
    profile,
    unlike,
)
from ftguide.ground.parcel import Parcel, ParcelKind
from ftguide.ground.process.keeper import passing_folder
from ftguide.ground.runs import RUN_ID
from ftguide.ground.vocabulary import Build, ExpectedError
from ftguide.statistics.proportions import clopper_pearson
from ftguide.suite import publish, words
from ftguide.suite.derive import analysis
from ftguide.suite.derive.analysis import Report
from ftguide.suite.derive.flag import FlagKind
from ftguide.suite.derive.objections import objections
from ftguide.suite.record import limits, store
from ftguide.suite.record.model import Run

RUN, BLOCKS = "run.json", store.BLOCKS

#: Of two copies of one arm, 95 % intervals exclude 1 in five of a hundred comparisons.
EXPECTED_ALARMS = 0.05

#: The one field of a run that may have several lines: what a failed worker printed last.
BREAKS = frozenset({"$.failure.tail"})

#: A run of a hundred workloads that was stopped early has a hundred reasons of one kind.
MOST_REASONS = 8
#: One loop of a workload that is not there is not there in any of a million values.
MOST_VIOLATIONS = 1_000
_IMPOSSIBLE = " (nothing of this project writes such a value: measure again, or restore the file)"


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
    blocks = store.blocks_path(folder)
    contents = {RUN: files.to_json(named), BLOCKS: store.packed(blocks)}
    said = {RUN: contents[RUN], BLOCKS: store.text_of(blocks)}
    if private := redact.leaks_in(said.items()):
        raise SubmissionError(f"run {run.run_id} would reveal private data: {'; '.join(private)}")
    return parcel.pack(ParcelKind.RUN, run.run_id, contents)


def accept(sent: Parcel, path: Path, root: Path) -> Accepted:
    """Check a parcel as if nobody had, and publish its run; return where it lies now.

    The same run once more is no error: what an interrupted `accept` left undone is done then. Raises
    `SubmissionError` or `StoreError` with everything as it was.
    """
    spelling = next((name for name in store.PUBLISHED if name in sent.files), BLOCKS)
    contents = parcel.only(sent, path, (RUN, spelling))
    if not RUN_ID.fullmatch(sent.name):
        raise SubmissionError(f"{path}: $.name {sent.name[:200]!r} is not the id of a run.")
    results = root / store.RESULTS
    with passing_folder("ftguide-accept-") as staging:
        folder = _write(staging, sent.name, contents)
        try:
            run = store.read_run(folder)
            machine = run.machine.name
            _check_name(machine, f"{path}: {RUN}: $.machine.name: ")
            _check(folder, run.run_id)
        except (
            store.StoreError
        ) as error:  # names the file where it was unpacked, which is gone soon
            raise store.StoreError(str(error).replace(f"{folder}/", f"{path}: ")) from error
        except SubmissionError as error:
            raise SubmissionError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from error
        there = [each for each in store.folders(results) if each.name == run.run_id]
        if there and there[0].parent.name == LOCAL_MACHINE:
            raise SubmissionError(
                f"{path}: $.name {run.run_id} is a run that was measured in this checkout. Publish it with "
                f"`python -m ftguide publish {run.run_id} --machine {machine}`; `accept` is for others."
            )
        if there:
            return _again(there[0], folder, root, path)
        _check_machine(run.machine, results, path)
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


def _check_name(machine: str, where: str = "") -> None:
    if not MACHINE_NAME.fullmatch(machine) or machine == LOCAL_MACHINE:
        raise SubmissionError(
            f"{where}{machine[:100]!r} cannot name a machine: {MACHINE_NAME_WORDS}"
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
    parcel.check_text((folder / RUN).read_bytes(), folder / RUN)
    blocks = store.blocks_path(folder)
    parcel.check_lines(store.text_of(blocks), blocks, BREAKS)
    reasons = list(map(words.objection_text, objections(stored)))
    impossible = [str(each) for each in islice(limits.violations(stored), MOST_VIOLATIONS)]
    if impossible:
        impossible[0] += _IMPOSSIBLE
    reasons += impossible
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


def _check_machine(machine: Machine, results: Path, path: Path) -> None:
    """Raise `SubmissionError` where the name of a machine is taken by other hardware."""
    for known in sorted((results / machine.name).glob(f"*/{RUN}"))[:1]:
        if wrong := unlike(store.read_run(known.parent).machine, machine):
            raise SubmissionError(f"{path}: {RUN}: {wrong.replace('$.', '$.machine.', 1)}")


def _content(path: Path) -> bytes:
    """Return what two files of a run have in common that say the same: the packing may differ."""
    return path.read_bytes() if path.name == RUN else store.text_of(path)


def _again(here: Path, sent: Path, root: Path, path: Path) -> Accepted:
    """Finish what was begun for a run that lies here with the same data; refuse one with other data."""
    for ours, theirs in (
        (here / RUN, sent / RUN),
        (store.blocks_path(here), store.blocks_path(sent)),
    ):
        if _content(ours) != _content(theirs):
            raise SubmissionError(
                f"{path}: {ours.name}: {ours} exists with other content (SHA-256 "
                f"{files.sha256(ours)[:16]}…, sent {files.sha256(theirs)[:16]}…): a published run is "
                "never changed"
            )
    publish.enter(here, root, contributed=True)
    return Accepted(here, new=False)
