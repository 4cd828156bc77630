"""kill -9 of the controller: nothing survives it, nothing is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from ftguide.ground.runs import RUN_ID
from ftguide.suite.record import store
from tests.faults import campaign
from tests.faults.campaign import survivors

pytestmark = pytest.mark.interpreters

#: Runs the front door after arming one trap: the controller kills itself at the chosen moment.
DRIVER = """
import os, signal, sys
from ftguide.cli.main import main

def die():
    os.kill(os.getpid(), signal.SIGKILL)

moment, countdown = sys.argv[1], int(sys.argv[2])

def armed(original, *, before, only=lambda *args: True):
    def wrapper(*args, **kwargs):
        global countdown
        if only(*args):
            countdown -= 1
        if before and countdown == 0:
            die()
        value = original(*args, **kwargs)
        if countdown == 0:
            die()
        return value
    return wrapper

if moment == "value":
    # Commands are out, the workers compute, the controller would now wait for the answers.
    from ftguide.suite.observe.arm_process import ArmProcess
    ArmProcess._collect = armed(ArmProcess._collect, before=True)
elif moment == "block":
    from ftguide.suite.record.writer import RunFolder
    RunFolder.append = armed(
        RunFolder.append, before=False, only=lambda folder, line: line.block is not None
    )
elif moment == "index":
    from ftguide.ground import files
    write = files.write_atomic
    def write_atomic(path, data):
        if path.name == "index.json":
            os.fsync = lambda descriptor: die()  # the temporary file is written, the rename is not done
        write(path, data)
    files.write_atomic = write_atomic
sys.exit(main(sys.argv[3:]))
"""

WORDS = ["bench", "--preset", "smoke", "--only", "well-behaved", "--only", "well-behaved-threads"]


def environment(laboratory: Path) -> dict[str, str]:
    (laboratory / "tmp").mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # Workers inherit TMPDIR, which makes them recognisable beyond their death.
    return kept | {"TMPDIR": str(laboratory / "tmp"), "PYTHONPATH": str(laboratory)}


def nothing_is_left(laboratory):
    """Give what waits for the controller's end, and the kernel, the time to end and remove everything.

    A second of a CPU is enough; how long it takes depends on who else wants that CPU.
    """

    def left():
        return survivors(laboratory) + [path.name for path in (laboratory / "tmp").iterdir()]

    deadline = time.monotonic() + campaign.GRACE_SECONDS
    while left() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left() == []


def start(laboratory, executables, moment, countdown, words=WORDS):
    pythons = [word for one in executables.values() for word in ("--python", one)]
    return subprocess.run(
        [sys.executable, "-c", DRIVER, moment, str(countdown), *words, *pythons],
        cwd=laboratory,
        env=environment(laboratory),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def lines_on_disk(folder: Path) -> list[bytes]:
    path = store.blocks_path(folder)
    return store.text_of(path).splitlines() if path.exists() else []  # killed while calibrating


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.slow
@pytest.mark.parametrize("moment", ["value", "block", "index"])
def test_a_killed_run_leaves_nothing_behind_and_resumes(moment, laboratory, executables):
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)  # shown with a failure, so that it can be repeated
    countdown = {"value": random.Random(seed).randrange(5, 60), "block": 1, "index": 1}[moment]

    killed = start(laboratory, executables, moment, countdown)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    nothing_is_left(laboratory)

    results = laboratory / "benchmarks" / "results" / "local"
    (folder,) = [path for path in results.iterdir() if RUN_ID.fullmatch(path.name)]
    before = lines_on_disk(folder)
    if moment == "index":
        assert not (results / "index.json").exists()
    resumed = start(laboratory, executables, "never", 0, ["bench", "--resume"])
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr

    stored = store.load(folder)
    assert stored.run.finished
    counted = Counter(
        (line.block.workload, line.block.index) for line in store.read_lines(folder) if line.block
    )
    planned = {
        (w.slug, i) for w in stored.run.plan.workloads for i in range(stored.run.plan.blocks)
    }
    assert counted == Counter(dict.fromkeys(planned, 1))
    assert lines_on_disk(folder)[: len(before)] == before
    assert [entry.run_id for entry in store.read_index(results).runs] == [folder.name]
    nothing_is_left(laboratory)


def test_a_worker_that_never_answers_dies_with_the_controller(laboratory, executables):
    words = ["bench", "--preset", "smoke", "--only", "hangs"]
    killed = start(laboratory, executables, "value", 4, words)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    nothing_is_left(laboratory)
