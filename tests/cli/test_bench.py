"""`bench` answers `--help` before it imports what measures, and measuring imports nothing of pages."""

import subprocess
import sys

import pytest

from ftguide.ground.files import ROOT
from tests.test_architecture import HEAVY

#: What only finding interpreters, watching processes and drawing on a terminal need.
NOT_FOR_HELP = ("rich", "psutil", "python_discovery", "msgspec", "filelock", "subprocess")


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("from ftguide.cli.main import main; main(['bench', '--help'])", (*HEAVY, *NOT_FOR_HELP)),
        ("import ftguide.cli.measuring", HEAVY),
    ],
    ids=["help", "measuring"],
)
def test_nothing_is_imported_needlessly(code, unwanted):
    report = f"print('needless:', [m for m in {unwanted!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\ntry:\n    {code}\nfinally:\n    {report}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "needless: []"
