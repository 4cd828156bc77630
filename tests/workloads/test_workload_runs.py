"""Every workload gives the right answer on both builds, alone and in threads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.workloads.declare import Scope
from ftguide.ground.files import ROOT
from tests.workloads.conftest import MODULE_OF

DRIVE = str(Path(__file__).with_name("drive.py"))
ROUNDS = (3, 1, 5, 3)

pytestmark = pytest.mark.interpreters


@pytest.mark.parametrize("workers", [0, 2], ids=["single", "threads-2"])
def test_right_answer_again_and_again(python, target, build, workload, workers):
    if workers and workload.single_only:
        pytest.skip("one thread only, whose collector or children others would get mixed up with")
    if workload.distributions:
        pytest.skip("targets are given nothing here")
    if workers and workload.cpus > 1:
        pytest.skip("it drives workers itself")
    done = python(
        target,
        "-P",
        DRIVE,
        MODULE_OF[workload.slug],
        workload.slug,
        str(workers),
        *map(str, (1,) * 4 if workload.one_call else ROUNDS),
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["gil"] is (build == "gil")
    assert [len(answers) for answers in report["answers"]] == [max(1, workers)] * len(ROUNDS)
    if workload.scope is not Scope.SHARED_WRITE:  # a shared counter goes on counting
        first, _, _, again = report["answers"]
        assert first == again, "a result depends on the calls before it"
        assert len(set(first)) == 1, "workers with equal work came to different results"


@pytest.mark.parametrize("workers", [0, 2], ids=["single", "threads-2"])
def test_driver_reports_a_wrong_answer(python, target, tmp_path, workers):
    """The tests above can fail: the same driver, a workload that counts one too few."""
    package = tmp_path / "benchmarks" / "workloads"
    package.mkdir(parents=True)
    source = ROOT / "benchmarks" / "workloads"
    (package / "declare.py").write_text((source / "declare.py").read_text())
    good = (source / "contention.py").read_text()
    bad = good.replace("shared.value += 1\n", "shared.value += 1 if shared.value != 1500 else 0\n")
    assert bad != good
    (package / "contention.py").write_text(bad)
    command = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = sys.argv[1:]\n"
    command += f"exec(compile(open({DRIVE!r}).read(), 'drive.py', 'exec'))"
    arguments = ("-c", command, "drive.py", "contention", "counter-lock", str(workers), "1", "1")
    done = python(target, "-P", *arguments)
    assert done.returncode == 1
    assert "WrongAnswerError: shared counter after all workers" in done.stderr


def test_what_is_said_to_contend_is_not_immortal(python, target):
    """Immortal and interned objects are not counted; a contention test on them shows nothing."""
    command = """
import sys
from benchmarks.workloads import contention, interpreter, sharing, stdlib
settings = sharing.Settings()
assert not sys._is_immortal(settings.weight) and not sys._is_immortal(settings)
assert sharing.Settings().weight is not settings.weight
words = interpreter._words(0)
assert not any(map(sys._is_immortal, words)) and not any(map(sys._is_interned, words))
assert words[0] == words[interpreter.WORDS] and words[0] is not words[interpreter.WORDS]
assert stdlib._buffer(0) is not stdlib._buffer(1)
assert stdlib._document(0) is not stdlib._document(1)
counter, ledger = contention.Counter(), contention.Ledger()
contention._count_locked(ledger, counter, 1)
assert not sys._is_immortal(counter.value)
"""
    done = python(target, "-P", "-c", command)
    assert done.returncode == 0, done.stderr
