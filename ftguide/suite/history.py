"""The values of superseded runs, which lie in the repository's history and not in its tree.

A run is *superseded* when a later published run of the same machine, preset and lines measured at least all
its workloads. It keeps `run.json` and its summary, so pages and comparisons show it as before; its blocks
file is taken out of the tree. The index says in which commit it lies, the summary what its SHA-256 is; it
lies there in the spelling of its time, and comes back in that.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ftguide.ground import files
from ftguide.ground.runs import git
from ftguide.ground.vocabulary import ExpectedError
from ftguide.suite import summaries
from ftguide.suite.record import store
from ftguide.suite.record.model import IndexEntry

_GIT_SECONDS = 120


class HistoryError(ExpectedError):
    """Values that cannot be brought back, or must not be taken out; the message says why and what to do."""


def entry_of(folder: Path) -> IndexEntry:
    """Return the place of a published run in the index; raises `HistoryError` where it has none."""
    results = folder.parents[1]
    found = [each for each in store.read_index(results).runs if each.run_id == folder.name]
    if not found:
        raise HistoryError(f"{folder}: is not among the published runs; only these have a history")
    return found[0]


def _content(folder: Path, root: Path, commit: str) -> tuple[str, bytes]:
    """Return the name and the content of the blocks file of a run in a commit, checked by its summary."""
    origin = summaries.origin_of(folder)
    if origin is None or not origin.blocks:
        raise HistoryError(f"{folder / summaries.NAME}: does not say which blocks file it is of")
    found = {
        name: data
        for name in store.PUBLISHED
        if (data := _shown(folder / name, root, commit)) is not None
    }
    if not found:
        shallow = git(root, "rev-parse", "--is-shallow-repository") == "true"
        how = "git fetch --unshallow" if shallow else f"git fetch origin {commit}"
        raise HistoryError(
            f"{folder}: its blocks file lies in commit {commit}, which this clone does not have. "
            f"Call `{how}`, then try again."
        )
    for name, data in found.items():
        if hashlib.sha256(data).hexdigest() == origin.blocks:
            return name, data
    raise HistoryError(
        f"{folder / next(iter(found))}: the file in commit {commit} has another SHA-256 than "
        f"{origin.blocks}, which the run's summary is derived from. Nothing was written."
    )


def _shown(path: Path, root: Path, commit: str) -> bytes | None:
    """Return a file as a commit has it, None where it has none or is not here."""
    within = path.relative_to(root).as_posix()
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "show", f"{commit}:{within}"],
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HistoryError(f"{path}: git cannot be asked for it ({error})") from error
    return done.stdout if done.returncode == 0 else None


def fetch(folder: Path, root: Path = files.ROOT) -> Path:
    """Bring the blocks file of a run back; return its path. Raises `HistoryError`."""
    path = store.blocks_path(folder)
    if not path.exists():
        commit = entry_of(folder).values_in
        if not commit:
            raise HistoryError(f"{path}: is not here, and the index names no commit that has it")
        name, data = _content(folder, root, commit)
        path = folder / name
        files.write_atomic(path, data)
    return path


@contextlib.contextmanager
def present(folder: Path, root: Path = files.ROOT) -> Iterator[None]:
    """Have the blocks file of a run in its place for a while. Raises `HistoryError`."""
    if store.blocks_path(folder).exists():
        yield
        return
    path = fetch(folder, root)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def drop(folder: Path, root: Path = files.ROOT) -> str:
    """Take the blocks file of a superseded run out of the tree; return the commit that keeps it.

    Raises `HistoryError` for a run that nothing supersedes, or whose file the history does not have as it is.
    """
    entry, path = entry_of(folder), store.blocks_path(folder)
    if not path.exists():
        raise HistoryError(f"{path}: is not here already")
    results = folder.parents[1]
    entries = store.read_index(results).runs
    if not any(supersedes(other, entry, results) for other in entries):
        raise HistoryError(
            f"{entry.run_id} is not superseded: no later run measured all its workloads"
        )
    # The commit that put it there, not the newest one: whoever rewrites what is not yet shared keeps it.
    commit = git(root, "log", "-1", "--format=%H", "--", path.relative_to(root).as_posix())
    if not commit:
        raise HistoryError(f"{path}: no commit of this checkout has it; commit it first")
    try:
        same = _content(folder, root, commit) == (path.name, path.read_bytes())
    except HistoryError:
        same = False
    if not same:
        raise HistoryError(f"{path}: is not in commit {commit} as it is here; commit it first")
    kept = replace(entry, values_in=commit)
    with store.index_held(results):
        entries = store.read_index(results).runs
        store.write_index(results, [kept if each == entry else each for each in entries])
    path.unlink()
    return commit


def supersedes(later: IndexEntry, earlier: IndexEntry, results: Path) -> bool:
    """Return whether a run has all that an earlier one has, on the same machine and of the same kind."""
    same = all(
        getattr(later, name) == getattr(earlier, name)
        for name in ("machine", "preset", "compiler", "contributed")
    )
    if not same or later.withdrawn or later.started <= earlier.started:
        return False
    new, old = (store.read_run(store.folder_of(results, each)) for each in (later, earlier))
    slugs = [{planned.slug for planned in run.plan.workloads} for run in (new, old)]
    return list(new.in_order) == list(old.in_order) and slugs[0] >= slugs[1]
