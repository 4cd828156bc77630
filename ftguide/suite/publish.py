"""Publication: from a local run to one that people cite.

Checks what must hold for every published number, moves the data under the machine's public name, writes
the page stub, and puts the run into the index last. A published run is never changed afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from ftguide.ground import files, redact
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.ground.vocabulary import ExpectedError
from ftguide.suite import summaries, words
from ftguide.suite.derive.objections import objections
from ftguide.suite.record import store, stubs
from ftguide.suite.record.model import Run

#: Limits of a published folder per line, so that the repository stays cloneable for years.
MOST_FILES = 40
#: The largest full run, 20261127T211744Z-aaf35b0f, has 5.4 MiB.
MOST_BYTES = 6 * 1024 * 1024


class PublishError(ExpectedError):
    """A run that must not be published; the message says why and what to do."""


def publish(source: Path, *, machine: str, root: Path, contributed: bool = False) -> Path:
    """Check a run and put it among the published ones; return its public folder.

    `machine` names the hardware for everybody, e.g. `xeon-8481c-2vcpu-kvm`; `contributed` says that somebody
    else measured. A run that was published half-way is completed. Raises `PublishError`, which lists all
    objections at once, with everything as it was.
    """
    if not store.MACHINE.fullmatch(machine) or machine == LOCAL_MACHINE:
        raise PublishError(
            f"{machine!r} cannot name a machine: use lower-case letters, digits, dots and dashes, "
            "for example xeon-2vcpu-kvm; not 'local'"
        )
    stored = store.load(source)
    reasons = "; ".join(map(words.objection_text, objections(stored)))
    if reasons:
        raise PublishError(f"run {stored.run.run_id} cannot be published: {reasons}")
    results = root / store.RESULTS
    target = results / machine / stored.run.run_id
    if target.exists():
        if not _same(target, stored.run, source, machine):
            raise PublishError(f"{target} exists: a published run is never changed")
        return _finished(target, source, root, contributed=contributed)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".publish-", dir=results) as staging:
        folder = Path(staging) / stored.run.run_id
        folder.mkdir()
        run: Run = replace(stored.run, machine=replace(stored.run.machine, name=machine))
        files.write_atomic(folder / "run.json", files.to_json(run))
        shutil.copyfile(source / "blocks.jsonl.gz", folder / "blocks.jsonl.gz")
        private = redact.leaks(
            sorted(folder.iterdir())
        )  # before the summary, which says nothing else
        if private:
            raise PublishError("private data would be published: " + "; ".join(private))
        summaries.write(folder)
        _fits(folder, lines=1 + len(run.lines))
        folder.rename(target)
    return _finished(target, source, root, contributed=contributed)


def _same(target: Path, run: Run, source: Path, machine: str) -> bool:
    """Return whether a folder holds just what publishing a run would put there."""
    name = "blocks.jsonl.gz"
    named = replace(run, machine=replace(run.machine, name=machine))
    return (
        store.read_run(target) == named
        and (target / name).read_bytes() == (source / name).read_bytes()
    )


def _finished(target: Path, source: Path, root: Path, *, contributed: bool) -> Path:
    """Do what is left once the data lie in their place; called again by whoever was interrupted here."""
    enter(target, root, contributed=contributed)
    _retire(source, root)
    return target


def enter(folder: Path, root: Path, *, contributed: bool = False) -> None:
    """Give a published folder its page and its place in the index; nothing changes where it has both."""
    run = store.read_run(folder)
    results = root / store.RESULTS
    stubs.write(root, run.run_id)
    entries = store.read_index(results).runs
    if all(entry.run_id != run.run_id for entry in entries):
        entry = replace(store.entry_of(run), contributed=contributed)
        store.write_index(results, [*entries, entry])


def _retire(source: Path, root: Path) -> None:
    """Remove the local copy of a run that is published now, its page and its place in the index."""
    local = root / store.RESULTS / LOCAL_MACHINE
    if source.parent != local:
        return
    left = [entry for entry in store.read_index(local).runs if entry.run_id != source.name]
    store.write_index(local, left)
    (root / stubs.stub_path(source.name, local=True)).unlink(missing_ok=True)
    # By one rename first: half of a run folder would be taken for a run.
    gone = source.rename(local / f".{source.name}")
    shutil.rmtree(gone)


def _fits(folder: Path, *, lines: int) -> None:
    sizes = [path.stat().st_size for path in folder.iterdir()]
    most_files, most_bytes = lines * MOST_FILES, lines * MOST_BYTES
    if len(sizes) > most_files or sum(sizes) > most_bytes:
        of = "a published run" if lines == 1 else f"a published run over {lines} lines"
        raise PublishError(
            f"{len(sizes)} files of {sum(sizes)} bytes; {of} has at most {most_files} files "
            f"and {most_bytes} bytes: measure fewer rounds per block"
        )


def reindex(results: Path) -> int:
    """Rebuild the index of published runs from the folders; return how many there are.

    Raises `StoreError` for a run or an index that cannot be read.
    """
    known = {entry.run_id: entry for entry in store.read_index(results).runs}
    entries = []
    for path in sorted(results.glob("[!.]*/*/run.json")):  # not what a killed `publish` left behind
        run = store.read_run(path.parent)
        if path.parent.parent.name != LOCAL_MACHINE:
            old = known.get(run.run_id)
            entry = store.entry_of(run)
            if old is not None:  # what no run says of itself
                entry = replace(entry, withdrawn=old.withdrawn, contributed=old.contributed)
            entries.append(entry)
    store.write_index(results, entries)
    return len(entries)
