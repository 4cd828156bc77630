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
from ftguide.suite import words
from ftguide.suite.derive.export import pyperf_suites
from ftguide.suite.derive.objections import objections
from ftguide.suite.record import store, stubs
from ftguide.suite.record.model import Run

#: Limits of a published folder per line, so that the repository stays cloneable for years.
MOST_FILES = 40
#: The largest full run, 20261127T211744Z-aaf35b0f, has 5.4 MiB.
MOST_BYTES = 6 * 1024 * 1024


class PublishError(ExpectedError):
    """A run that must not be published; the message says why and what to do."""


def publish(source: Path, *, machine: str, root: Path) -> Path:
    """Check a local run and move it over; return its public folder.

    `machine` names the hardware for everybody, e.g. `xeon-8481c-2vcpu-kvm`. Raises `PublishError`,
    which lists all objections at once, with everything as it was.
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
        raise PublishError(f"{target} exists: a published run is never changed")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".publish-", dir=results) as staging:
        folder = Path(staging) / stored.run.run_id
        folder.mkdir()
        run: Run = replace(stored.run, machine=replace(stored.run.machine, name=machine))
        files.write_atomic(folder / "run.json", files.to_json(run))
        shutil.copyfile(source / "blocks.jsonl.gz", folder / "blocks.jsonl.gz")
        for name, data in pyperf_suites(store.load(folder)).items():
            files.write_atomic(folder / name, data)
        _fits(folder, lines=1 + len(run.lines))
        private = redact.leaks(sorted(folder.iterdir()))
        if private:
            raise PublishError("private data would be published: " + "; ".join(private))
        folder.rename(target)
    stubs.write(root, run.run_id)
    entries = [*store.read_index(results).runs, store.entry_of(run)]
    store.write_index(results, entries)
    _retire(source, root)
    return target


def _retire(source: Path, root: Path) -> None:
    """Remove the local copy of a run that is published now, its page and its place in the index."""
    local = root / store.RESULTS / LOCAL_MACHINE
    if source.parent != local:
        return
    left = [entry for entry in store.read_index(local).runs if entry.run_id != source.name]
    store.write_index(local, left)
    (root / stubs.stub_path(source.name, local=True)).unlink(missing_ok=True)
    shutil.rmtree(source)


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
    for path in sorted(results.glob("*/*/run.json")):
        run = store.read_run(path.parent)
        if path.parent.parent.name != LOCAL_MACHINE:
            old = known.get(run.run_id)
            entries.append(replace(store.entry_of(run), withdrawn=old.withdrawn if old else None))
    store.write_index(results, entries)
    return len(entries)
