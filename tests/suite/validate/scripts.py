"""Running a script as from a command line, on a run folder that a test made."""

import json
import sys

from tests import synthetic
from tests.suite.derive.builder import stored_of


def called(monkeypatch, script, *arguments):
    """Run a script as from a command line; return its exit status."""
    monkeypatch.setattr(sys, "argv", ["script", *map(str, arguments)])
    return script.main()


def last_attempt(log):
    return json.loads(log.read_text().splitlines()[-1])


def folder_of(tmp_path, *workloads, **changes):
    return synthetic.write(tmp_path / "results", stored_of(*workloads, **changes))
