"""Snippets that misbehave in known ways: each ends, tells, and leaves nothing behind."""

import os
import time

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare.model import FATAL_ERROR, WRONG_RESULT
from ftguide.guide.observe import execute
from tests.chance import seen
from tests.processes import alive


@pytest.fixture
def ran(snippet, targets):
    """Run code with options on the Python of the tests."""

    def run(code, *options):
        return execute.run(snippet(code, *options), targets[Build.GIL], targets)

    return run


@pytest.fixture
def ended(ran):
    """Run code that does not end, for twice as long each time, until it had the time to do something."""

    def run(code, done):
        limits = iter([0.5 * 2**power for power in range(8)])
        return seen(lambda: ran(code, f":timeout: {next(limits)}"), done)

    return run


def gone(pid: int) -> bool:
    """Wait until a process is no more, or is a zombie that its new parent has to reap."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_output_then_errors_and_the_status(ran):
    found = ran(
        "import sys\nprint('err', file=sys.stderr)\nprint('out')\nsys.exit(3)", ":expect: error"
    )
    assert (found.status, found.output, found.excess) == (3, "out\nerr", False)


def test_a_traceback_names_the_file_and_no_directory(ran):
    found = ran("1 / 0", ":save: boom.py", ":expect: error")
    assert '  File "boom.py", line 1, in <module>' in found.output
    assert "tmp" not in found.output


def test_nothing_of_the_caller_is_in_the_environment(ran, monkeypatch):
    monkeypatch.setenv("PYTHON_GIL", "1")
    monkeypatch.setenv("SECRET", "x")
    code = (
        "import os\nprint(sorted(n for n in os.environ if n in "
        "('SECRET', 'PYTHON_GIL', 'MINE', 'NO_COLOR')))\nprint(os.listdir('.'), input.__name__)"
    )
    found = ran(code, ":env: MINE=1", ":save: a.py")
    assert found.output == "['MINE', 'NO_COLOR']\n['a.py'] input"


def test_there_is_no_standard_input(ran):
    assert "EOFError" in ran("input()", ":expect: error").output


def test_arguments_and_flags_arrive(ran):
    found = ran("import sys\nprint(sys.argv, sys.flags.optimize)", ":flags: -O", ":args: x 'y z'")
    assert found.output == "['it.py', 'x', 'y z'] 1"


def test_a_hanging_snippet_is_ended(ended):
    code = "import time\nprint('on', flush=True)\ntime.sleep(600)"
    found = ended(code, lambda found: found.output)
    assert (found.status, found.output) == (None, "on")


def test_a_snippet_that_ignores_signals_is_ended(ended):
    code = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('on', flush=True)\ntime.sleep(600)"
    )
    assert ended(code, lambda found: found.output).status is None


@pytest.mark.skipif(os.name != "posix", reason="process groups")
@pytest.mark.parametrize("how", ["the snippet ends", "the snippet hangs"])
def test_children_do_not_outlive_a_snippet(ended, how):
    code = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "child = subprocess.Popen(command)\n"
        "print(child.pid, flush=True)\n"
        f"time.sleep({600 if 'hangs' in how else 0})"
    )
    found = ended(code, lambda found: found.output and ("hangs" in how or found.status == 0))
    assert found.status == (None if "hangs" in how else 0)
    assert gone(int(found.output))


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_a_snippet_that_kills_its_group_kills_only_itself(ran):
    found = ran("import os, signal\nos.killpg(0, signal.SIGKILL)", ":expect: exit")
    assert found.status == -9


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_crash_is_told_by_its_signal(ran):
    assert ran("import os\nos.abort()", ":expect: exit").status == -6


def test_a_fatal_error_is_told_from_a_wrong_result_and_from_its_words(ran):
    words = "Fatal Python error: config_read_gil: Disabling the GIL is not supported"
    found = ran(f"import sys\nsys.exit({words!r})", ":expect: error")
    assert (found.status, found.ending, found.crashed) == (1, FATAL_ERROR, True)
    found = ran(f"import sys\nprint({words!r})\nsys.exit(1)", ":expect: error")
    assert (found.ending, found.crashed) == (WRONG_RESULT, False)


def test_endless_output_is_cut(ran):
    found = ran("while True: print('x' * 1000)", ":timeout: 60")
    assert found.excess
    assert not found.crashed
    assert len(found.output) <= execute.MOST_BYTES


def test_bytes_that_are_no_text_are_shown(ran):
    found = ran("import sys\nsys.stdout.buffer.write(b'a\\xffb')")
    assert found.output == "a\\xffb"


def test_used_files_lie_beside(page, targets):
    text = (
        "```{snippet} b\n:expect: used\n\nx = 41\n```\n"
        "```{snippet} a\n:uses: b\n\nfrom b import x\nprint(x + 1)\n```\n"
    )
    one = page(text).snippets[1]
    assert execute.run(one, targets[Build.GIL], targets).output == "42"


def test_a_session_runs_in_one_directory(ran):
    found = ran(
        "$ python -c \"open('x', 'w').write('1')\"\n$ python -c \"print(open('x').read())\"\n"
        "$ python -c 'raise SystemExit(3)'\n$ echo $?",
        ":lang: console",
    )
    assert (found.status, found.parts) == (0, ("", "1", "", "3"))


def test_a_session_fails_with_its_first_failure(ran):
    found = ran("$ python -c 'raise SystemExit(3)'\n$ python -c 1", ":lang: console")
    assert (found.status, len(found.parts)) == (3, 2)


def test_a_session_ends_with_a_command_that_hangs(ran):
    found = ran(
        "$ python -c 'import time; time.sleep(600)'\n$ python -c 1",
        ":lang: console",
        ":timeout: 0.5",
    )
    assert (found.status, len(found.parts)) == (None, 1)


def test_unittest_runs(ran):
    code = "import unittest\nclass T(unittest.TestCase):\n    def test(self): pass"
    found = ran(code, ":with: unittest")
    assert found.status == 0
    assert "Ran 1 test in <time>" in found.output
