"""Publication: from a local run to one that people cite.

Checks what must hold for every published number, moves the data under the machine's public name, writes
the page stub, and puts the run into the index last. A published run is never changed afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.workloads.declare import Group
from ftguide import files, redact
from ftguide.machine import LOCAL_MACHINE
from ftguide.suite.derive.export import pyperf_suites
from ftguide.suite.record import store, stubs
from ftguide.suite.record.model import Run, StoredRun
from ftguide.vocabulary import Build, ExpectedError

#: Limits of a published folder, so that the repository stays cloneable for years.
MOST_FILES = 40
#: A full run has the laps of five arms in 150 blocks of eight workloads, 4 MiB, and 1.5 for all else.
MOST_BYTES = 6 * 1024 * 1024
#: Presets whose precision is meant for publication.
PUBLISHED_PRESETS = ("standard", "full")
#: With five blocks an interval is 2.8 standard errors wide to either side, and says so; with fewer it
#: soon spans everything. The standard preset gives that many to each workload with several workers.
FEWEST_BLOCKS = 5


class PublishError(ExpectedError):
    """A run that must not be published; the message says why and what to do."""


def objections(stored: StoredRun) -> list[str]:
    """List every reason why a run must not be published."""
    run = stored.run
    reasons = []
    if run.finished is None:
        reasons.append("it is unfinished: resume it first")
    if run.plan.preset not in PUBLISHED_PRESETS:
        reasons.append(
            f"its preset is {run.plan.preset}: publish {' or '.join(PUBLISHED_PRESETS)} runs"
        )
    if run.differences:
        reasons.append(f"its pair is not like for like: {'; '.join(run.differences)}")
    if not all(run.interpreters[build].pgo for build in Build):
        reasons.append("its interpreters are unoptimised builds (no PGO)")
    if not run.pinned:
        reasons.append("its processes were not pinned to CPUs")
    if run.suite.dirty or run.suite.commit is None:
        reasons.append(
            "the working tree differed from its commit, so nobody could measure the same again"
        )
    reasons += [
        f"{item.slug} is somebody's own code, which nobody else can measure"
        for item in run.plan.workloads
        if item.group == Group.MINE
    ]
    reasons += [f"{item.workload} failed ({item.kind})" for item in stored.failures]
    for planned in run.plan.workloads:
        blocks = len(stored.of(planned.slug))
        if blocks < FEWEST_BLOCKS:
            reasons.append(
                f"{planned.slug} has {blocks} blocks, at least {FEWEST_BLOCKS} are needed"
            )
    return reasons


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
    reasons = objections(stored)
    if reasons:
        raise PublishError(f"run {stored.run.run_id} cannot be published: " + "; ".join(reasons))
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
        _fits(folder)
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


def _fits(folder: Path) -> None:
    sizes = [path.stat().st_size for path in folder.iterdir()]
    if len(sizes) > MOST_FILES or sum(sizes) > MOST_BYTES:
        raise PublishError(
            f"{len(sizes)} files of {sum(sizes)} bytes; a published run has at most {MOST_FILES} files "
            f"and {MOST_BYTES} bytes: measure fewer rounds per block"
        )


def reindex(results: Path) -> int:
    """Rebuild the index of published runs from the folders; return how many there are.

    Raises `StoreError` for a run or an index that cannot be read.
    """
    known = {one.run_id: one for one in store.read_index(results).runs} if results.exists() else {}
    entries = []
    for path in sorted(results.glob("*/*/run.json")):
        run = store.read_run(path.parent)
        if path.parent.parent.name != LOCAL_MACHINE:
            old = known.get(run.run_id)
            entries.append(replace(store.entry_of(run), withdrawn=old.withdrawn if old else None))
    store.write_index(results, entries)
    return len(entries)
