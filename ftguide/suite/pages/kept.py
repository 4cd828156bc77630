"""Records and summaries of runs as a site reads them: each once, while its files stay as they are.

A site asks for the same run on many pages, and a watching build asks again after every change of a page. Only
a local run is derived here, when its summary is missing or older than the run.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.vocabulary import Arm, Build
from ftguide.suite import summaries
from ftguide.suite.derive.summary import Summary
from ftguide.suite.record import store
from ftguide.suite.record.model import Run

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A run that cannot be shown; the message names the file and the remedy."""

    run_id: str | None
    message: str


def files_of(folder: Path) -> tuple[Path, ...]:
    """List the files of a run folder that make its numbers: existing ones, in reading order."""
    names = ("run.json", summaries.NAME, *store.SPELLINGS)
    return tuple(path for name in names if (path := folder / name).is_file())


def record(folder: Path) -> Run | Problem:
    """Return what a run set out to do, or why that cannot be read."""
    return _record(folder, _stamps(filter(Path.is_file, (folder / "run.json",))))


def summary(folder: Path, *, local: bool) -> Summary | Problem:
    """Return what a run says, or why that cannot be read or believed; a local run is derived."""
    return _summary(folder, _stamps(files_of(folder)), local=local)


#: Name, size and time of files: what is read from them is kept while these stay.
_Stamps = tuple[tuple[str, int, int], ...]


def _stamps(paths: Iterable[Path]) -> _Stamps:
    return tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths)


def _check_names(run: Run, folder: Path) -> None:
    """Refuse names that could not be anchors; every other string is escaped where it is shown."""
    path = folder / "run.json"
    for build in Build:
        if build not in run.interpreters:
            raise store.StoreError(
                f"{path}: $.interpreters lacks the {build.words} build. "
                "Restore the file from version control."
            )
    for planned in run.plan.workloads:
        if not SLUG.fullmatch(planned.slug):
            raise store.StoreError(
                f"{path}: {planned.slug!r} cannot be a workload's slug. "
                "Remove the run folder; it was not written by this suite."
            )
        for name in planned.arms:
            try:
                Arm.parse(name)
            except ValueError:
                raise store.StoreError(
                    f"{path}: {name!r} is not an arm of {planned.slug}. "
                    "Remove the run folder; it was not written by this suite."
                ) from None


@functools.lru_cache(maxsize=4096)
def _record(folder: Path, _stamps: _Stamps) -> Run | Problem:
    try:
        run = store.read_run(folder)
        _check_names(run, folder)
    except store.StoreError as error:
        return Problem(run_id=folder.name, message=str(error))
    return run


@functools.lru_cache(maxsize=4096)
def _summary(folder: Path, _stamps: _Stamps, *, local: bool) -> Summary | Problem:
    run = record(folder)
    if isinstance(run, Problem):
        return run
    try:
        try:
            return summaries.read(folder, run)
        except summaries.SummaryError:
            if not local:
                raise
            summaries.write(folder)
        return summaries.read(folder, run)
    except (store.StoreError, summaries.SummaryError) as error:
        return Problem(run_id=folder.name, message=str(error))
    except OSError as error:
        message = f"{folder}: its summary cannot be written ({error.strerror or error})."
        return Problem(run_id=folder.name, message=f"{message} Make room or give the right to.")
