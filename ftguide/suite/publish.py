"""Publication: from a local run to one that people cite.

Checks what must hold for every published number, moves the data under the machine's public name, writes
the page stub, and puts the run into the index last. A published run is never changed afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ftguide.ground import files, redact
from ftguide.ground.machine import LOCAL_MACHINE, MACHINE_NAME, MACHINE_NAME_WORDS
from ftguide.ground.process.claim import claimed_folder, clear
from ftguide.ground.vocabulary import ExpectedError
from ftguide.suite import history, summaries, words
from ftguide.suite.derive.objections import objections
from ftguide.suite.record import store, stubs
from ftguide.suite.record.model import IndexEntry, Run

#: Where a run is completed, and where its local copy goes; the next `publish` clears what a killed one left.
_STAGING = ".publish-"
#: Limits of a published folder per line, so that the repository stays cloneable for years.
MOST_FILES = 40
#: The largest full run of one line, 20261127T211744Z-aaf35b0f, has 2.5 MiB.
MOST_BYTES = 3 * 1024 * 1024


class PublishError(ExpectedError):
    """A run that must not be published; the message says why and what to do."""


def publish(source: Path, *, machine: str, root: Path, contributed: bool = False) -> Path:
    """Check a run and put it among the published ones; return its public folder.

    `machine` names the hardware for everybody, e.g. `xeon-8481c-2vcpu-kvm`; `contributed` says that somebody
    else measured. A run that was published half-way is completed. Raises `PublishError`, which lists all
    objections at once, with everything as it was.
    """
    if not MACHINE_NAME.fullmatch(machine) or machine == LOCAL_MACHINE:
        raise PublishError(f"{machine!r} cannot name a machine: {MACHINE_NAME_WORDS}")
    stored = store.load(source)
    reasons = "; ".join(map(words.objection_text, objections(stored)))
    if reasons:
        raise PublishError(f"run {stored.run.run_id} cannot be published: {reasons}")
    results = root / store.RESULTS
    target = results / machine / stored.run.run_id
    if target.exists():
        if not _same(target, stored.run, source, machine):
            raise PublishError(f"{target} exists: a published run is never changed")
        clear(_STAGING, results)
        with store.index_held(results):
            return _finished(target, source, root, contributed=contributed)
    target.parent.mkdir(parents=True, exist_ok=True)
    with claimed_folder(_STAGING, results) as staging:
        folder = staging / stored.run.run_id
        folder.mkdir()
        run: Run = replace(stored.run, machine=replace(stored.run.machine, name=machine))
        files.write_atomic(folder / "run.json", files.to_json(run))
        blocks = store.blocks_path(source)
        files.write_atomic(folder / store.BLOCKS, store.packed(blocks))
        # Before the summary, which says nothing else.
        said = [("run.json", files.to_json(run)), (store.BLOCKS, store.text_of(blocks))]
        private = redact.leaks_in(said)
        if private:
            raise PublishError("private data would be published: " + "; ".join(private))
        summaries.write(folder)
        _fits(folder, lines=1 + len(run.lines))
        with store.index_held(results):
            if target.exists():
                raise PublishError(
                    f"{target}: another process has published it meanwhile; call this again, which compares"
                )
            folder.rename(target)
            return _finished(target, source, root, contributed=contributed)


def _same(target: Path, run: Run, source: Path, machine: str) -> bool:
    """Return whether a folder holds just what publishing a run would put there."""
    named = replace(run, machine=replace(run.machine, name=machine))
    here, there = (store.text_of(store.blocks_path(folder)) for folder in (target, source))
    return store.read_run(target) == named and here == there


def _finished(target: Path, source: Path, root: Path, *, contributed: bool) -> Path:
    """Do what is left once the data lie in their place; called again by anyone who was interrupted here."""
    _enter(target, root, contributed=contributed)
    _retire(source, root)
    return target


def enter(folder: Path, root: Path, *, contributed: bool = False) -> None:
    """Give a published folder its page and its place in the index; nothing changes where it has both."""
    clear(_STAGING, root / store.RESULTS)
    with store.index_held(root / store.RESULTS):
        _enter(folder, root, contributed=contributed)


def _enter(folder: Path, root: Path, *, contributed: bool) -> None:
    run = store.read_run(folder)
    results = root / store.RESULTS
    stubs.write(root, run.run_id)
    entries = store.read_index(results).runs
    if all(entry.run_id != run.run_id for entry in entries):
        entry = replace(store.entry_of(run, summaries.noise(folder)), contributed=contributed)
        store.write_index(results, [*entries, entry])


def _retire(source: Path, root: Path) -> None:
    """Remove the local copy of a run that is published now, its page and its place in the index."""
    local = root / store.RESULTS / LOCAL_MACHINE
    if source.parent != local:
        return
    with store.index_held(local):
        left = [entry for entry in store.read_index(local).runs if entry.run_id != source.name]
        store.write_index(local, left)
    (root / stubs.stub_path(source.name, local=True)).unlink(missing_ok=True)
    with claimed_folder(_STAGING, local) as gone:
        # By one rename first: half of a run folder would be taken for a run.
        source.rename(gone / source.name)


def _fits(folder: Path, *, lines: int) -> None:
    sizes = [path.stat().st_size for path in folder.iterdir()]
    most_files, most_bytes = lines * MOST_FILES, lines * MOST_BYTES
    if len(sizes) > most_files or sum(sizes) > most_bytes:
        of = "a published run" if lines == 1 else f"a published run over {lines} lines"
        raise PublishError(
            f"{len(sizes)} files of {sum(sizes)} bytes; {of} has at most {most_files} files "
            f"and {most_bytes} bytes: measure fewer rounds per block"
        )


def repack(folder: Path) -> tuple[int, int] | None:
    """Pack the values of a published run as they are packed today; return the sizes before and after.

    The old file goes when the new one lies there, gives the same lines back byte for byte, and the summary
    names it; a repack that was interrupted is completed by the next. None where nothing is to be done: values
    that lie in the repository's history are never encoded anew, or their SHA-256 would match no commit.
    Raises `HistoryError` for a run that is not published, `StoreError` for values that cannot be read,
    `SummaryError` for a summary that is not of them.
    """
    old = folder / store.GZIP
    if history.entry_of(folder).values_in or not old.exists():
        return None
    new = folder / store.BLOCKS
    files.write_atomic(new, store.packed(old))
    try:
        if store.text_of(new) != store.text_of(old):
            raise PublishError(
                f"{new}: does not give the lines of {old.name} back; nothing was changed"
            )
        summaries.repoint(folder, files.sha256(old), files.sha256(new))
    except ExpectedError:
        new.unlink()
        raise
    before = old.stat().st_size
    old.unlink()
    return before, new.stat().st_size


def _noise(folder: Path) -> float | None:
    """Return how quiet a run was, None where its summary cannot tell: an index is made of what is there."""
    try:
        return summaries.noise(folder)
    except summaries.SummaryError:
        return None


def reindex(results: Path) -> int:
    """Rebuild the index of published runs from the folders; return how many there are.

    Raises `StoreError` for a run or an index that cannot be read.
    """
    with store.index_held(results):
        known = {entry.run_id: entry for entry in store.read_index(results).runs}
        entries = [_indexed(folder, known.get(folder.name)) for folder in store.published(results)]
        store.write_index(results, entries)
    return len(entries)


def _indexed(folder: Path, old: IndexEntry | None) -> IndexEntry:
    """Return the entry of a published run, with what no run says of itself as the index has it."""
    entry = store.entry_of(store.read_run(folder), _noise(folder))
    if old is None:
        return entry
    return replace(
        entry, withdrawn=old.withdrawn, contributed=old.contributed, values_in=old.values_in
    )
