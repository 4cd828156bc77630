"""Publishing and accepting, killed before each of their writes: the next call completes it, once."""

import dataclasses
import shutil

import pytest

from ftguide.ground import parcel
from ftguide.ground.files import ROOT
from ftguide.ground.parcel import ParcelKind
from ftguide.ground.runs import RUN_ID
from ftguide.outcomes.record import store as observed
from ftguide.suite import submission
from ftguide.suite.record import store
from ftguide.tracker.record import evidence
from tests import synthetic
from tests.faults.kills import every_write, killed_at
from tests.slow import slow_but

FAMILY = "increments"


def checkout(place):
    """Make an empty checkout with the code of this one and one family of outcome tests."""
    for folder in ("source/benchmarks/runs", "benchmarks", "outcomes/tests", "tmp"):
        (place / folder).mkdir(parents=True)
    for name in ("workloads", "requirements.txt"):
        (place / "benchmarks" / name).symlink_to(ROOT / "benchmarks" / name)
    (place / "ftguide").symlink_to(ROOT / "ftguide")
    for name in ("declare", FAMILY):
        shutil.copy(ROOT / "outcomes" / "tests" / f"{name}.py", place / "outcomes" / "tests")
    return place


def measured(place):
    """Store a run as the suite leaves one behind when it has measured."""
    stored = synthetic.stored(name="local", blocks=6, truth={"nbody": synthetic.SINGLE})
    return synthetic.write(place / store.RESULTS, stored)


def whole(place, folder):
    """Say whether a published run has its data, its page and one place in the index."""
    (entry,) = store.read_index(place / store.RESULTS).runs
    there = store.folder_of(place / store.RESULTS, entry)
    page = place / "source" / "benchmarks" / "runs" / f"{folder.name}.md"
    return store.load(there).blocks and page.exists() and dataclasses.is_dataclass(entry)


@pytest.mark.slow
def test_a_run_that_is_accepted_survives_every_kill(tmp_path):
    folder = measured(tmp_path / "sender")
    path = tmp_path / "run.ftguide.json"
    path.write_bytes(submission.pack(folder, "sender-2vcpu"))
    for number in every_write(1):
        place = checkout(tmp_path / f"killed-{number}")
        killed = killed_at(number, place, ["accept", str(path)])
        assert not killed_at(0, place, ["accept", str(path)])
        assert whole(place, folder)
        if not killed:
            break
    assert number > 5


@pytest.mark.slow
def test_a_run_that_is_published_survives_every_kill(tmp_path):
    for number in every_write(2):
        place = checkout(tmp_path / f"killed-{number}")
        folder = measured(place)
        words = ["publish", folder.name, "--machine", "test-2vcpu"]
        killed = killed_at(number, place, words)
        if killed and folder.exists():
            assert not killed_at(0, place, words)
        assert whole(place, folder)
        assert not folder.exists()
        if not killed:
            break
    assert number > 5


@pytest.mark.parametrize(
    "kind", slow_but({ParcelKind.EVIDENCE}, [ParcelKind.OUTCOMES, ParcelKind.EVIDENCE])
)
def test_what_is_appended_survives_every_kill(tmp_path, kind):
    path = tmp_path / "sent.ftguide.json"
    path.write_bytes({ParcelKind.OUTCOMES: outcomes, ParcelKind.EVIDENCE: probed}[kind]())
    expected = None
    for number in every_write({ParcelKind.OUTCOMES: 3, ParcelKind.EVIDENCE: 4}[kind]):
        place = checkout(tmp_path / f"killed-{number}")
        killed = killed_at(number, place, ["accept", str(path)])
        assert not killed_at(0, place, ["accept", str(path)])
        now = {
            file.relative_to(place): file.read_bytes()
            for part in (observed.OBSERVED, evidence.EVIDENCE)
            for file in sorted((place / part).rglob("*.json*"))
            if not file.name.startswith(".")
        }
        expected = expected or now
        assert now == expected
        if not killed:
            break
    assert number > 3


def outcomes():
    """Pack a few real observations."""
    base = observed.folder_of("epyc-zen4-2vcpu-kvm")
    lines = (base / "3.14.7t" / f"{FAMILY}.jsonl").read_bytes()
    run = RUN_ID.search(lines.decode())[0]
    return parcel.pack(
        ParcelKind.OUTCOMES,
        run,
        {
            "machine.json": (base / "machine.json").read_bytes(),
            f"3.14.7t/{FAMILY}.jsonl": b"\n".join(lines.splitlines()[:3]) + b"\n",
        },
    )


def probed():
    """Pack real evidence about two packages."""
    paths = sorted((ROOT / evidence.EVIDENCE).glob("*.jsonl"), key=lambda path: path.stat().st_size)
    return parcel.pack(
        ParcelKind.EVIDENCE,
        "evidence-2026-11-28",
        {path.name: path.read_bytes() for path in paths[:2]},
    )
