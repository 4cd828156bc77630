"""Ctrl-C: the run stops at once, says how to go on, and leaves nothing running."""

import signal
import subprocess
import sys
import time

import pytest

from tests.faults.campaign import survivors
from tests.faults.test_kill import environment, nothing_is_left

pytestmark = pytest.mark.interpreters


@pytest.fixture(autouse=True)
def heeded():
    """Shells start background jobs with Ctrl-C ignored, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_an_interrupted_run_says_how_to_go_on(laboratory, executables):
    pythons = [word for one in executables.values() for word in ("--python", one)]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "ftguide",
            "bench",
            "--preset",
            "smoke",
            "--only",
            "hangs",
            *pythons,
        ],
        cwd=laboratory,
        env=environment(laboratory),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 120
        while not any("ftguide.target.worker" in line for line in survivors(laboratory)):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == 130, output
    assert "--resume 2" in output
    nothing_is_left(laboratory)
