"""Programs that are killed at each of their writes, and what must hold when they are called again.

A trap counts the calls that put something on the disk for good (`os.fsync`, `os.rename`, `os.replace`) and
kills the process before the n-th of them. With n = 1, 2, 3 … until the program comes through, every place
where a power cut could leave half of something has been tried, not a sample of them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

#: Arms the trap, then is the front door.
DRIVER = """
import os, signal, sys
from pathlib import Path

left = int(sys.argv[1])

def armed(original):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    return call

for holder, name in ((os, "fsync"), (os, "rename"), (os, "replace"), (os, "mkdir"), (os, "unlink")):
    setattr(holder, name, armed(getattr(holder, name)))

from ftguide.cli.main import main
sys.exit(main(sys.argv[2:]))
"""

#: No verb here writes more often than this; a trap that never springs is a fault of the trap.
MOST_WRITES = 60


def killed_at(number: int, checkout: Path, words: Sequence[str]) -> bool:
    """Call a verb and kill it before its n-th write; return whether it was killed.

    Raises `AssertionError`, with what it printed, when it ended in any other way but well.
    """
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(number), *words],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "TMPDIR": str(checkout / "tmp")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stdout + done.stderr
    return done.returncode != 0


def every_write(first: int) -> Iterator[int]:
    """Yield 1, 2, 3 …, or some of them; the caller stops when nothing was killed any more.

    All of them in `nox -s faults`, which sets FTGUIDE_FAULTS; among the other tests every fourth from the
    `first`, since each takes two processes. It is the same ones each time: which change a test stops must
    not depend on chance.
    """
    everything = os.environ.get("FTGUIDE_FAULTS") == "all"
    yield from range(1, MOST_WRITES) if everything else range(first, MOST_WRITES, 4)
    raise AssertionError(f"it was still killed at its {MOST_WRITES}th write")
