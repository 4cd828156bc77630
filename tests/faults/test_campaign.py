"""The campaign of faults in its quick form, and proofs that it would notice."""

import dataclasses
import os
import random
import subprocess
import sys
import time

import psutil
import pytest

from ftguide.ground.parcel import ParcelKind
from tests.faults import campaign
from tests.faults.campaign import FAULTS, Fault, FindingError, disturb, run
from tests.faults.scenarios import accept_lines, accept_run
from tests.slow import slow_but

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

NAMED = {fault.name: fault for fault in FAULTS}
NONE = Fault("none")


@pytest.fixture
def evidence(tmp_path):
    """Return the quickest scenario, with what it shares made."""
    (tmp_path / "shared").mkdir()
    return accept_lines(tmp_path / "shared", ParcelKind.EVIDENCE)


@pytest.mark.parametrize(
    "name", slow_but({"full disk"}, ["kill parent", "full disk", "read-only folder", "clock back"])
)
def test_what_is_sent_arrives_whole_whatever_happened_first(evidence, tmp_path, name):
    seconds = run(evidence, tmp_path / "whole")
    chance = random.Random(name)
    ended = disturb(evidence, NAMED[name], tmp_path / "case", seconds, chance)
    assert (ended.scenario, ended.fault) == ("accept evidence", name)


@pytest.mark.slow
def test_two_at_once_publish_one_run(tmp_path):
    (tmp_path / "shared").mkdir()
    scenario = accept_run(tmp_path / "shared")
    ended = disturb(scenario, NAMED["two at once"], tmp_path / "case", 1.0, random.Random(1))
    assert ended.status in {0, 1, 2}


def test_a_full_disk_and_a_read_only_folder_do_stop_it(evidence, tmp_path):
    """Otherwise the two faults would be none."""
    fault = Fault("full disk", spec=lambda _: {"bytes": 0})
    assert disturb(evidence, fault, tmp_path / "full", 1.0, random.Random(1)).status in {1, 2}
    fault = NAMED["read-only folder"]
    assert disturb(evidence, fault, tmp_path / "read-only", 1.0, random.Random(1)).status in {1, 2}


def test_what_is_lost_is_noticed(evidence, tmp_path):
    told = iter([{"log": [b"1", b"2"]}, {"log": [b"1"]}])
    forgetful = dataclasses.replace(evidence, stored=lambda _: next(told))
    with pytest.raises(FindingError, match="gone or changed"):
        disturb(forgetful, NONE, tmp_path / "case", 1.0, random.Random(1))


@pytest.mark.slow
def test_a_temporary_folder_that_nobody_clears_is_noticed(evidence, tmp_path):
    def littered(place):
        if (place / "tmp").exists():
            (place / "tmp" / "others-12345678.kept").mkdir(exist_ok=True)
        return evidence.words(place)

    messy = dataclasses.replace(evidence, again=littered)
    with pytest.raises(
        FindingError, match=r"temporary folders are left: \['others-12345678\.kept'\]"
    ):
        disturb(messy, NONE, tmp_path / "case", 1.0, random.Random(1))


@pytest.mark.slow
def test_what_both_leave_is_cleared_by_the_next_call(evidence, tmp_path):
    tmp, met = tmp_path / "case" / "tmp", []

    def strike(process, _):
        deadline = time.monotonic() + 120
        while process.status() != psutil.STATUS_STOPPED:
            assert process.status() != psutil.STATUS_ZOMBIE
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for each in (*process.children(recursive=True), process):  # the keeper first
            each.kill()
        met.extend(tmp.glob("*.kept"))

    fault = Fault("meet it", strike, spec=lambda _: {"halts": 1})
    disturb(evidence, fault, tmp_path / "case", 0.0, random.Random(1))
    assert met
    assert list(tmp.iterdir()) == []


@pytest.mark.slow
def test_what_comes_twice_is_noticed(evidence, tmp_path):
    def doubled(place):
        (path, *_) = (place / "compatibility" / "evidence").glob("*.jsonl")
        path.write_bytes(2 * path.read_bytes())
        return evidence.again(place)

    with pytest.raises(FindingError):
        disturb(
            dataclasses.replace(evidence, again=doubled),
            NONE,
            tmp_path / "case",
            1.0,
            random.Random(1),
        )


def test_who_stays_is_noticed(evidence, tmp_path, monkeypatch):
    monkeypatch.setattr(campaign, "GRACE_SECONDS", 0.2)
    started = []

    def prepare(place):
        evidence.prepare(place)
        environ = {**os.environ, "TMPDIR": str(place / "tmp")}
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        started.append(subprocess.Popen(command, env=environ))

    try:
        with pytest.raises(FindingError, match="still running"):
            disturb(
                dataclasses.replace(evidence, prepare=prepare),
                NONE,
                tmp_path / "case",
                1.0,
                random.Random(1),
            )
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_program_that_hangs_or_ends_otherwise_is_noticed(evidence, tmp_path, monkeypatch):
    wrong = dataclasses.replace(evidence, again=lambda _: ["accept", "/nowhere"])
    with pytest.raises(FindingError, match="called again it ends with 2"):
        disturb(wrong, NONE, tmp_path / "wrong", 1.0, random.Random(1))
    monkeypatch.setattr(campaign, "MOST_SECONDS", 0.01)
    hangs = Fault("hangs", spec=lambda _: {"halts": 1})
    with pytest.raises(FindingError, match="it hangs"):
        disturb(evidence, hangs, tmp_path / "hangs", 1.0, random.Random(1))
