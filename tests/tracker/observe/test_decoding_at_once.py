"""Several threads may be the first to decode what is stored, or what an index or a package answers."""

import subprocess
import sys

import pytest

from ftguide.ground.files import ROOT
from tests.slow import slow_but

#: Threads decode types that nothing has decoded before, again and again; msgspec 0.22 crashes where it has
#: to look at the fields of a type in several of them.
PROGRAM = """
import importlib, sys, threading
from ftguide.tracker.observe import ask, index
from ftguide.tracker.record import evidence, findings
CASES = {{
    "declaration": lambda: ask._last(b'{{"declares":"used","init":"","detail":""}}', ask._Declaration),
    "import": lambda: ask._lines(b'{{"name":"x","extensions":{{}}}}', ask._Line)[0],
    "page": lambda: index.Index(address="")._decode(
        "x", b'{{"name":"x","files":[{{"filename":"","url":""}}]}}'
    ),
    "evidence": lambda: evidence._decode(
        b'{{"newest":"1","uploaded":"","files":[],"sdist":true}}', findings.Kind.WHEEL.finding, "x"
    ),
}}
together = threading.Barrier(6)
answers = []

def go():
    together.wait()
    answers.append(CASES["{case}"]())

sys.setswitchinterval(1e-6)
for number in range(1, 41):
    for module in (findings, evidence, ask, index):
        importlib.reload(module)  # makes the types anew
    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 * number and all(answers)
"""


@pytest.mark.parametrize(
    "case", slow_but({"evidence"}, ["declaration", "import", "page", "evidence"])
)
def test_threads_that_are_the_first_to_decode_a_type(case):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(case=case)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
