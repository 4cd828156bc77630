"""A run of snippets that is interrupted or killed leaves no snippet behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from tests.processes import alive

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.interpreters,
]


def running(marker: str) -> list[int]:
    """List the processes whose command line holds a marker."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in words and alive(int(entry.name)):
                found.append(int(entry.name))
    return found


def wait_until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_nothing_is_left(tmp_path, pair, number, status):
    source = tmp_path / "source"
    source.mkdir()
    temporary = tmp_path / "tmp"  # a killed runner cannot remove its folders, and its keeper does
    temporary.mkdir()
    marker = f"sleeper-{os.getpid()}-{number}"
    blocks = "".join(
        f"```{{snippet}} s{n}\n:timeout: 120\n:args: {marker}\n\nimport time\ntime.sleep(119)\n```\n"
        for n in range(6)
    )
    (source / "p.md").write_text(blocks)
    given = ("--python", pair.gil.executable, "--python", pair.ft.executable)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "ftguide",
            "snippets",
            "--root",
            str(tmp_path),
            "--jobs",
            "2",
            *given,
        ],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(lambda: len(running(marker)) == 2)
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == status, output
    assert "Traceback" not in output
    wait_until(lambda: running(marker) == [], seconds=30)
    assert not (source / "snippets").exists()
    wait_until(lambda: list(temporary.iterdir()) == [], seconds=30)
