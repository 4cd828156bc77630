"""Several threads may be the first to decode a type: msgspec by itself crashes there."""

import subprocess
import sys

from ftguide.ground.files import ROOT

#: New types, which nothing has decoded before, again and again.
PROGRAM = """
import sys, threading
import msgspec
from ftguide.ground import files

together = threading.Barrier(6)
answers = []

def go():
    together.wait()
    answers.append(files.decode(b'{"inner":{"x":1},"others":[{"x":2}]}', Outer, "here", ""))

sys.setswitchinterval(1e-6)
for number in range(1, 201):
    Inner = msgspec.defstruct("Inner", [("x", int)])
    Outer = msgspec.defstruct("Outer", [("inner", Inner), ("others", list[Inner])])
    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 * number and answers[-1].inner.x == 1
"""


def test_threads_that_are_the_first_to_decode_a_type():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
