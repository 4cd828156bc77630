"""Reading and writing run folders.

A run folder holds `run.json`, `blocks.jsonl` (while measuring) or `blocks.xz` (once complete, see
`packing`) and what is derived from them (`ftguide.suite.summaries`). Suites up to 2026.12 packed with gzip,
and what they packed is read forever. What is read here may come from a contributor: it is decoded against
`model.py`, never executed, and an error names the file, the place and the remedy. What is written is written
whole or not at all: new files appear by rename, lines are appended and flushed to disk one by one, so a
killed run loses at most the line it was writing.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ftguide.ground import files
from ftguide.ground.machine import LOCAL_MACHINE, MACHINE_NAME
from ftguide.ground.runs import RUN_ID
from ftguide.ground.vocabulary import Build, UnknownNameError, line_of
from ftguide.suite.record import model, packing
from ftguide.suite.record.model import SCHEMA, Index, IndexEntry, Line, Run, StoredRun

#: Where runs live, relative to the repository's root.
RESULTS = Path("benchmarks") / "results"

#: The blocks file of a run that is being measured, and of a complete one.
GROWING, BLOCKS = "blocks.jsonl", "blocks.xz"
#: Of a complete run of a suite up to 2026.12; `publish.repack` makes `BLOCKS` of it.
GZIP = "blocks.jsonl.gz"
#: What published runs have: of these the first one that is there is read.
PUBLISHED = (BLOCKS, GZIP)
SPELLINGS = (*PUBLISHED, GROWING)


#: A contributed file that unpacks to more than this is not one of ours: a full run over three lines has
#: 27 MB, and what is read takes up to fifteen times that.
MAX_UNPACKED_BYTES = 128 * 1024 * 1024

#: Long enough for another process to put a run into an index.
_INDEX_SECONDS = 60.0

#: A stored file is missing, truncated, foreign, held or full; the message names file, place and remedy.
StoreError = files.UnreadableError

_RESTORE = "estore it from version control, or delete the run folder and measure again."
_FOREIGN = f"The file is truncated or not one of ours: r{_RESTORE}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"{path}: {reason}. Is the run folder complete?") from error


def blocks_path(folder: Path) -> Path:
    """Return the blocks file of a run in the spelling it has, or is going to have where there is none."""
    return next(filter(Path.exists, (folder / name for name in SPELLINGS)), folder / BLOCKS)


def text_of(path: Path) -> bytes:
    """Return the lines of a blocks file of any spelling.

    Raises `StoreError` for one that is damaged, or that unpacks to too much: a contributed file may be a
    bomb.
    """
    if path.name == GROWING:
        return _read(path)
    try:
        if path.name == BLOCKS:
            return packing.unpack(_read(path), MAX_UNPACKED_BYTES)
        return packing.within_lines(files.unpack(path, MAX_UNPACKED_BYTES))
    except files.TooLargeError as error:
        raise StoreError(f"{path}: {error}; refused.") from None
    except (OSError, EOFError, packing.PackingError) as error:
        raise StoreError(f"{path}: cannot be unpacked ({error}). R{_RESTORE}") from error


def packed(path: Path) -> bytes:
    """Return the content of a blocks file as a complete run has it; raises as `text_of`."""
    return _read(path) if path.name == BLOCKS else packing.pack(text_of(path))


def read_run(folder: Path) -> Run:
    """Decode `run.json`; raises `StoreError` for one that is missing, damaged or foreign."""
    path = folder / "run.json"
    run = files.decode(_read(path), Run, path, _FOREIGN, schema=SCHEMA)
    if not RUN_ID.fullmatch(run.run_id) or run.run_id != folder.name:
        raise StoreError(
            f"{path}: run id {run.run_id[:80]!r} at $.run_id does not match its folder {folder.name!r}. "
            "Rename the folder back."
        )
    _check_lines(run, path)
    return run


def _check_lines(run: Run, path: Path) -> None:
    """Raise `StoreError` for a line that is none, has no pair of its own, or is measured and not listed."""
    main = {line_of(facts.version) for facts in run.interpreters.values()}
    for line, pair in run.lines.items():
        if not re.fullmatch(r"[1-9]\d*\.\d+", line, re.ASCII) or set(pair) != set(Build):
            raise StoreError(
                f"{path}: $.lines[{line!r}] is not a line, such as 3.15, with both of its builds. {_FOREIGN}"
            )
        for facts in pair.values():
            if line_of(facts.version) != line or line in main:
                raise StoreError(
                    f"{path}: $.lines[{line!r}] has an interpreter of version {facts.version!r}, and "
                    f"$.interpreters those of {' and '.join(main)}. {_FOREIGN}"
                )
    for planned in run.plan.workloads:
        for name in planned.arms:
            if (line := name.partition("@")[2]) and line not in run.lines:
                raise StoreError(
                    f"{path}: {planned.slug} has the arm {name!r}, and $.lines has no {line!r}. {_FOREIGN}"
                )


def read_lines(folder: Path) -> tuple[Line, ...]:
    """Decode the blocks file of a run; an unfinished last line (a killed run) is left out.

    Raises `StoreError` for a damaged or foreign one.
    """
    path = blocks_path(folder)
    if not path.exists():
        return ()
    lines = text_of(path).split(b"\n")
    if lines[-1] and path.name != GROWING:
        raise StoreError(f"{path}: its last line is cut off. Restore it from version control.")
    return tuple(
        files.decode(line, Line, f"{path}, line {number}", _FOREIGN)
        for number, line in enumerate(lines[:-1], start=1)
        if line
    )


def load(folder: Path) -> StoredRun:
    """Read a run folder; blocks of a workload that failed are kept, with the failure beside them.

    Raises `StoreError` for a damaged or foreign one.
    """
    run = read_run(folder)
    if run.finished is not None and not blocks_path(folder).exists():
        raise StoreError(
            f"{folder}: its values are not here. Of a superseded run, "
            f"`python -m ftguide fetch {folder.name}` brings them back."
        )
    blocks: dict[tuple[str, int], model.Block] = {}
    failures: dict[str, model.Failure] = {}
    costs: dict[tuple[str, str], model.Cost] = {}
    for line in read_lines(folder):
        if line.cost is not None:
            costs.setdefault((line.cost.workload, line.cost.arm), line.cost)
        if line.block is not None:
            blocks.setdefault((line.block.workload, line.block.index), line.block)
        if line.failure is not None:
            failures.setdefault(line.failure.workload, line.failure)
    return StoredRun(
        run=run,
        blocks=tuple(blocks.values()),
        failures=tuple(failures.values()),
        costs=tuple(costs.values()),
    )


def read_index(results: Path) -> Index:
    """Read `index.json` of a results folder; a folder without one has no runs.

    Raises `StoreError` for one that is damaged, or that leads out of the folder.
    """
    path = results / "index.json"
    index = files.load(path, Index, _FOREIGN, missing=Index(schema=SCHEMA, runs=()))
    for number, entry in enumerate(index.runs):
        if not RUN_ID.fullmatch(entry.run_id) or not MACHINE_NAME.fullmatch(entry.machine):
            raise StoreError(
                f"{path}: $.runs[{number}] names run {entry.run_id[:80]!r} on {entry.machine[:80]!r}, which "
                f"cannot be a run folder. Regenerate the index with `python -m ftguide reindex`."
            )
    return index


def folder_of(results: Path, entry: IndexEntry) -> Path:
    """Return the folder of an indexed run; `results` is the folder that holds the index."""
    machine = "" if entry.machine == LOCAL_MACHINE else entry.machine
    return results / machine / entry.run_id


def entry_of(run: Run, noise: float | None = None) -> IndexEntry:
    """Summarise a run for its index; `noise` is what `summaries.noise` says of it."""
    gil = run.interpreters[Build.GIL]
    optimised = all(facts.pgo for facts in run.targets.values())
    return IndexEntry(
        run_id=run.run_id,
        machine=run.machine.name,
        started=run.started,
        preset=run.plan.preset,
        python=gil.version,
        compiler=gil.compiler,
        citable=not run.all_differences and optimised and run.pinned,
        workloads=len(run.plan.workloads),
        noise=noise,
    )


def standing(entries: Iterable[IndexEntry]) -> list[IndexEntry]:
    """Return the runs that were not withdrawn: citable, our own, whole, full ones first, else as they come.

    A full run has all arms and noise floors; a later, smaller one would otherwise take its place. So would
    a run of a few workloads: one with less than half of what others have is not whole. Of runs that are equal
    in all this, those of the machine whose newest one has the lowest noise floor come first: a quiet machine
    answers more questions than a restless one, whichever measured last.
    """
    kept = [entry for entry in entries if entry.withdrawn is None]
    most = max((entry.workloads for entry in kept), default=0)

    def rank(entry: IndexEntry) -> tuple[bool, ...]:
        partial = 2 * entry.workloads < most
        return not entry.citable, entry.contributed, partial, entry.preset != "full"

    noise: dict[tuple[tuple[bool, ...], str], float] = {}
    for entry in kept:  # the first of a machine is its newest
        noise.setdefault(
            (rank(entry), entry.machine), math.inf if entry.noise is None else entry.noise
        )
    return sorted(kept, key=lambda entry: (*rank(entry), noise[rank(entry), entry.machine]))


@contextlib.contextmanager
def index_held(results: Path) -> Iterator[None]:
    """Hold an index from reading to writing it: two processes would each write it without the other's runs.

    Raises `StoreError` when another process does not let go of it for a minute.
    """
    results.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(files.held(results / ".publish.lock", seconds=_INDEX_SECONDS))
        except files.HeldError as error:
            raise StoreError(
                f"{results / 'index.json'}: another process is changing it ({error}); wait for that"
            ) from None
        yield


def write_index(results: Path, entries: list[IndexEntry]) -> None:
    """Rewrite an index, newest run first; always the last step of adding a run. See `index_held`.

    Raises `OSError` with the old index in place.
    """
    runs = tuple(sorted(entries, key=lambda e: (e.started, e.run_id), reverse=True))
    results.mkdir(parents=True, exist_ok=True)
    files.write_atomic(results / "index.json", files.to_json(Index(schema=SCHEMA, runs=runs)))


def folders(results: Path, machine: str = "*") -> list[Path]:
    """Return the run folders below a results folder, of one machine or all: published ones, then local ones.

    What is being published, or was when its process was killed, lies in hidden folders and is none of them.
    """
    found = sorted(path.parent for path in results.glob(f"{machine}/*/run.json"))
    shown = [each for each in found if "." not in {each.name[0], each.parent.name[0]}]
    return sorted(shown, key=lambda folder: folder.parent.name == LOCAL_MACHINE)


def published(results: Path) -> list[Path]:
    """Return the folders of the published runs below a results folder, whether an index has them or not."""
    return [each for each in folders(results) if each.parent.name != LOCAL_MACHINE]


def find(name: str, machine: str = "*") -> Path:
    """Return the folder of a run, by path or by id; of a run published from here the public one.

    Raises `UnknownNameError`, with what is similar, for a name that no folder has.
    """
    if Path(name, "run.json").exists():
        return Path(name).resolve()
    known = {folder.name: folder for folder in reversed(folders(files.ROOT / RESULTS, machine))}
    if name not in known:
        raise UnknownNameError("run", name, known)
    return known[name]
