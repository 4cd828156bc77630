"""What the tests of the workloads have in common."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from tests.slow import slow_but

#: Modules of workloads: what the catalogue finds, minus the two that declare none.
MODULES = tuple(
    path.stem
    for path in sorted((ROOT / "benchmarks" / "workloads").glob("*.py"))
    if path.stem not in {"__init__", "declare", "stock"}
)
DECLARED = {
    module: importlib.import_module(f"benchmarks.workloads.{module}").WORKLOADS
    for module in MODULES
}
WORKLOADS = [workload for workloads in DECLARED.values() for workload in workloads]
MODULE_OF = {workload.slug: module for module in DECLARED for workload in DECLARED[module]}


def lacking(workload) -> list[str]:
    """Name the modules that this workload needs and the Python that runs the tests does not have."""
    names = (*workload.requires, *(one.partition("==")[0] for one in workload.distributions))
    return [name for name in names if importlib.util.find_spec(name) is None]


def pytest_generate_tests(metafunc):
    """Run a test that asks for `workload` once for each, one that asks for `module` likewise.

    Where each of them starts an interpreter, the first workload of each file, and the first file, are
    the quick form.
    """
    starts = "target" in metafunc.fixturenames or "python" in metafunc.fixturenames
    if "workload" in metafunc.fixturenames:
        first = [workloads[0] for workloads in DECLARED.values()]
        values = slow_but(first, WORKLOADS) if starts else WORKLOADS
        metafunc.parametrize("workload", values, ids=lambda workload: workload.slug)
    if "module" in metafunc.fixturenames:
        metafunc.parametrize("module", slow_but(MODULES[:1], MODULES) if starts else MODULES)


@pytest.fixture(params=["gil", "ft"])
def build(request) -> str:
    """One build after the other."""
    return request.param


@pytest.fixture
def target(executables, build) -> str:
    """Return the interpreter of the current build."""
    return executables[build]


def run_python(executable: str, *arguments: str, path: tuple = (), cwd: Path | None = None):
    """Run an interpreter as the harness does: from elsewhere, the repository on PYTHONPATH."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        [executable, *arguments],
        env={**clean, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *path)))},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=240,  # less than pytest gives a test, and says more when it is over
        check=False,
    )


@pytest.fixture(scope="session")
def python():
    """Return `run_python`."""
    return run_python
