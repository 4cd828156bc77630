"""A job in four parts on four machines: one is killed, one arrives forged, and it still comes together."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.shard import Shard
from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.record import store

pytestmark = pytest.mark.interpreters

#: The front door, which kills itself once it has stored an observation: the shard has others to make.
DRIVER = """
import os, signal, sys
from ftguide.cli.main import main
from ftguide.outcomes.record import store

append = store.append

def append_and_die(*args, **kwargs):
    append(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

store.append = append_and_die
sys.exit(main(sys.argv[1:]))
"""

#: Litmus tests of one process each, quick and without endings of their own.
FAMILIES = ("increments", "publication")
PARTS = 4
MACHINE = "hosted-2cpu"


def checkout(place):
    """Make a machine's checkout: the code of this one, a few families, nothing observed."""
    tests = place / "outcomes" / "tests"
    tests.mkdir(parents=True)
    (place / "tmp").mkdir()
    (place / "ftguide").symlink_to(ROOT / "ftguide")
    (place / "benchmarks").symlink_to(ROOT / "benchmarks")
    for name in ("declare", *FAMILIES):
        shutil.copy(ROOT / "outcomes" / "tests" / f"{name}.py", tests)
    return place


def run(place, *words, program=("-m", "ftguide"), status=0):
    done = subprocess.run(
        [sys.executable, *program, *words],
        cwd=place,
        # What a killed process had in the temporary folder stays there: each machine has one of its own.
        env={**os.environ, "PYTHONPATH": str(place), "TMPDIR": str(place / "tmp"), "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == status, done.stdout
    return done.stdout


def observe(part, executables):
    pythons = [word for one in executables.values() for word in ("--python", one)]
    return ["outcomes", "--preset", "quick", "--shard", f"{part}/{PARTS}", *pythons]


def observed(place, machine):
    return {(seen.test, seen.subject.name) for seen in store.read(machine, place).observations}


@pytest.mark.slow
def test_four_parts_are_the_whole_whatever_happens_to_one(tmp_path, executables):
    tests = catalogue(checkout(tmp_path / "plan") / "outcomes" / "tests").tests
    machines = [checkout(tmp_path / f"machine-{part}") for part in range(1, PARTS + 1)]
    parcels = [place / "sent.ftguide.json" for place in machines]
    for part, place in enumerate(machines, start=1):
        words = observe(part, executables)
        if part == 2:
            run(place, *words, program=("-c", DRIVER), status=-signal.SIGKILL)
            assert len(observed(place, "local")) == 1
            words.append("--resume")
        run(place, *words)
        run(place, "submit", "--outcomes", "--machine", MACHINE, "--output", str(parcels[part - 1]))

    merged = checkout(tmp_path / "merged")
    honest = parcels[2].read_bytes()
    parcels[2].write_bytes(forged(honest))
    for path, status in zip(parcels, (0, 0, 2, 0), strict=True):
        output = run(merged, "accept", str(path), status=status)
        print(path.parent.name, output.strip())
        assert ("was changed" in output) is bool(status)
    assert {test for test, _ in observed(merged, MACHINE)} == {
        slug for slug in tests if not Shard(3, PARTS).has(slug)
    }
    parcels[2].write_bytes(honest)
    print("sent again:", run(merged, "accept", str(parcels[2])).strip())

    whole = set().union(*(observed(place, "local") for place in machines))
    assert observed(merged, MACHINE) == whole
    assert {test for test, _ in whole} == set(tests)
    lines = [
        line for path in store.paths(MACHINE, merged) for line in path.read_bytes().splitlines()
    ]
    assert len(lines) == len(whole)  # nothing came twice
    print(f"{len(lines)} observations of {len(tests)} tests, each of them once")


def forged(data):
    """Return a parcel in which somebody has made one race disappear."""
    record = json.loads(data)
    name = next(name for name in record["files"] if name.endswith(".jsonl"))
    contents = base64.b64decode(record["files"][name])
    seen = json.loads(contents.splitlines()[0])
    seen["processes"] = [{**ran, "counts": {"2": ran["samples"]}} for ran in seen["processes"]]
    record["files"][name] = base64.b64encode(json.dumps(seen).encode() + b"\n").decode()
    return json.dumps(record).encode()
