"""`bench --group services`: what it lays down goes with it, and with the next call where it was killed."""

import os
import signal
import subprocess
import sys

import pytest

from ftguide.ground.files import ROOT

#: Up to the folder and what watches over it, which is where it ends.
PROGRAM = """
import os, sys
from ftguide.cli import main, services
services.load.find = lambda: None
services.find_pair = lambda *_: None
services._installed = lambda *_: {{}}
services._with_modules = lambda chosen, *_: chosen
def watching(folder):
    assert folder.is_dir()
    (folder / "database").mkdir()
    {ends}
services.Keeper = watching
main.main(["bench", "--group", "services", "--preset", "smoke"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there, and stay")
def test_the_folder_of_a_killed_call_goes_with_the_next(tmp_path):
    def call(ends):
        program = [sys.executable, "-c", PROGRAM.format(ends=ends)]
        environ = {**os.environ, "TMPDIR": str(tmp_path)}
        return subprocess.run(program, cwd=ROOT, env=environ, check=False).returncode

    assert call(f"os.kill(os.getpid(), {signal.SIGKILL:d})") == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("ftguide-services-")
    assert call("sys.exit(7)") == 7
    assert list(tmp_path.iterdir()) == []
