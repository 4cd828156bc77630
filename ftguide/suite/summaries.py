"""The file in a run folder that says what the run says, `summary.bin`, and whether it may be believed.

Its first line is JSON: the fingerprint of the code that derived it, and the SHA-256 of `run.json` and of the
blocks file that it was derived from. The rest is what `derive.summary.encode` writes, so that code which
derives the same numbers changes that line only. A summary of other code or of other files is not shown: the
message names the file and the command that derives it again. Without a blocks file, which is how a superseded
run lies in a checkout, the hash says which file it was derived from.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from ftguide.ground import files, sources
from ftguide.ground.vocabulary import ExpectedError
from ftguide.suite.derive import analysis, summary
from ftguide.suite.derive.summary import Summary
from ftguide.suite.record import store
from ftguide.suite.record.model import Run

NAME = "summary.bin"
SCHEMA = 1
#: The module that derives; its imports reach all that a number depends on.
DERIVES = "ftguide.suite.derive.summary"
_APART = (
    "ftguide.ground.machine",
    "ftguide.interpreters",
)  # facts about machines and binaries, no numbers
#: A larger one is not ours: that of the largest run has 30 kB.
_MOST_BYTES = 8 * 1024 * 1024


class SummaryError(ExpectedError):
    """A summary that may not be shown; the message names its file and the command that derives it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a summary was derived from, and by what."""

    schema: int
    code: str  #: fingerprint
    run: str  #: SHA-256 of run.json
    blocks: str  #: SHA-256 of the blocks file; empty where nothing was measured


def derive(folder: Path) -> bytes:
    """Return the summary file of a run, derived from its blocks.

    Raises `StoreError` for a run that cannot be read, `SummaryError` for one that no report can be derived
    from or that has no blocks file where one is expected.
    """
    origin = _origin(folder)  # first: what changes meanwhile makes the summary older, not wrong
    old = _read(folder)
    if old is not None and old[0].blocks and not origin.blocks:
        raise SummaryError(
            f"{store.blocks_path(folder)}: is not here, and a summary is derived from it. Fetch it from the "
            "repository's history first."
        )
    stored = store.load(folder)
    try:
        data = summary.encode(summary.summarise(analysis.report(stored)))
        summary.decode(data, stored.run)
    except (ArithmeticError, LookupError, ValueError) as error:
        raise SummaryError(
            f"{folder}: no report can be derived from it ({type(error).__name__}: {error}). "
            "Restore it from version control, or delete the run folder and measure again."
        ) from error
    return msgspec.json.encode(origin) + b"\n" + data


def write(folder: Path) -> Path:
    """Derive and write the summary of a run; raises as `derive`, and `OSError`."""
    path = folder / NAME
    files.write_atomic(path, derive(folder))
    return path


def load(folder: Path) -> Summary:
    """Return a run's summary; raises `StoreError` for its run.json, `SummaryError` for the summary."""
    run = store.read_run(folder)
    return read(folder, run)


def read(folder: Path, run: Run) -> Summary:
    """Return the summary of a run whose record was read; raises `SummaryError`."""
    path = folder / NAME
    found = _read(folder)
    if found is None:
        raise SummaryError(f"{path}: is not there. {remedy(folder)}")
    origin, data = found
    actual = _origin(folder)
    if origin.schema != SCHEMA or origin.code != actual.code:
        raise SummaryError(
            f"{path}: was derived by other code than this checkout's. {remedy(folder)}"
        )
    if origin.run != actual.run:
        raise SummaryError(f"{path}: was derived from another run.json. {remedy(folder)}")
    if actual.blocks and origin.blocks != actual.blocks:
        name = store.blocks_path(folder).name
        raise SummaryError(f"{path}: was derived from another {name}. {remedy(folder)}")
    try:
        return summary.decode(data, run)
    except ValueError as error:
        raise SummaryError(f"{path}: {error}. {remedy(folder)}") from error


def noise(folder: Path) -> float | None:
    """Return the median noise floor of a run's rows of one thread, as |ln r|; None without A/A copies."""
    floors = [row.floor for row in load(folder).rows if row.floor is not None]
    return round(statistics.median(floors), 5) if floors else None


def check(folder: Path) -> None:
    """Derive a run anew and compare; raises `SummaryError` where its summary says something else.

    Numbers may differ in their last digits: logarithms are those of the machine that computes them.
    """
    kept, run = load(folder), store.read_run(folder)
    _, _, data = derive(folder).partition(b"\n")
    if not same(kept, summary.decode(data, run)):
        raise SummaryError(f"{folder / NAME}: says something else than the run. {remedy(folder)}")


def same(left: Summary, right: Summary) -> bool:
    """Return whether two summaries say the same, but for the last digits of numbers."""
    return left.run == right.run and _alike(left.contents(), right.contents())


def _alike(left: object, right: object) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(_alike(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_alike, left, right))
    if isinstance(left, float) and isinstance(right, float):
        equal = math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
        return equal or (math.isnan(left) and math.isnan(right))
    return left == right


def origin_of(folder: Path) -> Origin | None:
    """Return what a run's summary says it was derived from; None where there is none to read."""
    found = _read(folder)
    return None if found is None else found[0]


def repoint(folder: Path, old: str, new: str) -> None:
    """Have a run's summary name another blocks file with the same values, both by their SHA-256.

    Raises `SummaryError` for a summary that was derived from neither.
    """
    found = _read(folder)
    if found is None or found[0].blocks not in {old, new}:
        raise SummaryError(
            f"{folder / NAME}: was not derived from this blocks file. {remedy(folder)}"
        )
    origin, data = found
    head = msgspec.json.encode(replace(origin, blocks=new))
    files.write_atomic(folder / NAME, head + b"\n" + data)


def remedy(folder: Path) -> str:
    """Say how to derive a summary again."""
    return f"Derive it again with `python -m ftguide summarise {folder.name}`."


def _origin(folder: Path) -> Origin:
    blocks = store.blocks_path(folder)
    return Origin(
        schema=SCHEMA,
        code=sources.fingerprint(DERIVES, apart=_APART),
        run=files.sha256(folder / "run.json") if (folder / "run.json").exists() else "",
        blocks=files.sha256(blocks) if blocks.exists() else "",
    )


def _read(folder: Path) -> tuple[Origin, bytes] | None:
    """Return both parts of a summary file; None where there is none, or none that begins like one."""
    path = folder / NAME
    if not path.is_file() or path.is_symlink() or path.stat().st_size > _MOST_BYTES:
        return None
    head, _, data = path.read_bytes().partition(b"\n")
    try:
        return msgspec.json.decode(head, type=Origin), data
    except ValueError:  # a DecodeError is one, and so is a byte that is not UTF-8
        return None
