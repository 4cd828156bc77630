"""The NumPy workloads, with NumPy installed for the occasion: targets do not have it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.workloads import native
from tests.workloads.conftest import WORKLOADS

DRIVE = str(Path(__file__).with_name("drive.py"))
SLUGS = [workload.slug for workload in native.WORKLOADS]


@pytest.fixture(scope="module")
def numpy(tmp_path_factory):
    """Return a function that installs NumPy for a target into a folder, once."""
    folders = {}

    def install(target):
        if target not in folders:
            folder = tmp_path_factory.mktemp("numpy")
            command = [sys.executable, "-m", "uv", "pip", "install", "--target", str(folder)]
            command += ["--python", target, "--quiet", "--only-binary", ":all:", *native.NUMPY]
            folders[target] = None
            with contextlib.suppress(subprocess.TimeoutExpired):  # an index that does not answer
                done = subprocess.run(
                    command, capture_output=True, text=True, check=False, timeout=120
                )
                folders[target] = folder if done.returncode == 0 else None
        if folders[target] is None:
            pytest.skip(f"cannot install {native.NUMPY[0]} here")
        return folders[target]

    return install


@pytest.mark.interpreters
@pytest.mark.parametrize("workers", [0, 2], ids=["single", "threads-2"])
@pytest.mark.parametrize("slug", SLUGS)
def test_right_answer_with_the_gil_as_it_was(python, numpy, target, slug, workers):
    rounds = ("3", "1", "3")
    arguments = ("-P", DRIVE, "native", slug, str(workers), *rounds)
    done = python(target, *arguments, path=(numpy(target),))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["gil"] is not target.endswith("t"), target
    first, _, again = report["answers"]
    assert first == again
    assert len(set(first)) == 1


@pytest.mark.interpreters
def test_numpy_refuses_subinterpreters(python, numpy, target):
    """The day this fails, the mode need no longer be left out."""
    command = """
from concurrent import interpreters
interpreter = interpreters.create()
try:
    interpreter.exec("import numpy")
except interpreters.ExecutionFailed as error:
    print(error)
interpreter.close()
"""
    done = python(target, "-P", "-c", command, path=(numpy(target),))
    assert "does not support loading in subinterpreters" in done.stdout
    assert {workload.without for workload in native.WORKLOADS} == {native.WITHOUT}
    assert native.WITHOUT[0][0] == "interpreters"


def test_every_distribution_is_pinned():
    for workload in WORKLOADS:
        for distribution in workload.distributions:
            name, _, version = distribution.partition("==")
            assert name
            assert version[0].isdigit()


def test_sums_by_counting():
    """The oracle's closed forms against a loop over plain integers."""
    for size in (native.SMALL, 1000):
        pairs = list(zip(range(size), range(size, 0, -1), strict=True))
        assert native._dot(size) == sum(left * right for left, right in pairs)


def test_the_sizes_lie_on_both_sides_of_numpys_threshold():
    """ndarraytypes.h, NPY_BEGIN_THREADS_THRESHOLDED: the GIL is released above 500 elements."""
    assert native.SMALL <= 500 < native.LARGE
