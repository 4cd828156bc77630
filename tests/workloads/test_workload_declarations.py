"""What every declaration has to say, and what a workload module may import."""

from __future__ import annotations

import importlib.util
import pickle
import re
import shutil
import subprocess
import sys

import pytest

from benchmarks.workloads.declare import Group, NamedTuple, Scope, Workload, no_local, no_shared
from tests.workloads.conftest import DECLARED, MODULES, ROOT, WORKLOADS


class Light(NamedTuple):
    """Fields with and without a default."""

    first: int
    second: str = "two"

    def both(self):
        return f"{self.first} {self.second}"


def test_fields_are_those_that_typing_would_make():
    one = Light(1)
    assert one == (1, "two") == Light(first=1, second="two")
    assert Light._fields == ("first", "second")
    assert one._replace(first=2).both() == "2 two"
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own
    assert (Light.__doc__, Light.__module__) == ("Fields with and without a default.", __name__)
    with pytest.raises(TypeError, match="first"):
        Light()
    with pytest.raises(TypeError, match="third"):
        Light(1, third=3)


def test_declarations_import_no_more_than_they_need():
    """Every process of every block pays for it; see the module's docstring."""
    code = "import sys, ftguide.target.worker; print({'typing', 'dataclasses'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_fields_say_something(workload):
    assert isinstance(workload, Workload)
    for name, value in workload._asdict().items():
        assert value is not None or name in {"observe", "remedy"}
        assert value != "", name
    assert workload.version >= 1
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", workload.slug)
    assert workload.question.endswith("?")
    assert workload.question.count("?") == 1
    assert workload.because.endswith(".")
    assert ". " not in workload.because, "one sentence"
    assert not workload.title.endswith(".")
    assert re.fullmatch(r"[a-z0-9/-]+", workload.explained_at), "a docname, without suffix"


def test_scope_matches_the_set_up(workload):
    """Who shares something sets it up; who claims private data shares nothing."""
    assert (workload.setup_shared is no_shared) == (workload.scope is Scope.PRIVATE)


def test_group_matches_the_module(module):
    assert DECLARED[module]
    assert {workload.group for workload in DECLARED[module]} == {module.partition("_")[0]}


def test_the_interpreter_group_asks_for_the_cost_of_one_thread(workload):
    assert workload.single_only or workload.group is not Group.INTERPRETER


def test_work_that_drives_workers_itself_runs_alone(workload):
    """Arms of several workers pin and slice by their own number of workers."""
    assert workload.cpus == 1 or workload.single_only


def test_what_is_observed_is_named(workload):
    assert (workload.observe is None) == (not workload.observes)
    for quantity in workload.observes:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", quantity.key)
        assert quantity.title


def test_modes_left_out_exist_and_have_reasons(workload):
    for mode, reason in workload.without:
        assert mode in {"threads", "interpreters", "processes"}
        assert len(reason.split()) >= 3
        assert not reason.endswith(".")


def test_a_remedy_is_another_workload(workload):
    if workload.remedy is not None:
        assert workload.remedy in {one.slug for one in WORKLOADS} - {workload.slug}


#: What the Python that runs the tests may be too old for; the runs show that targets have it.
NEWER = {"concurrent.interpreters"}


def test_required_modules_exist(workload):
    for name in workload.requires:
        assert importlib.util.find_spec(name) or name in NEWER, name


def test_what_optional_workloads_need_can_be_installed_at_once(workload):
    lock = (ROOT / "benchmarks" / "extras" / "data.txt").read_text()
    assert set(workload.distributions) <= set(re.findall(r"^\S+==\S+", lock, re.MULTILINE))


@pytest.mark.parametrize("attribute", ["slug", "title", "question"])
def test_no_two_workloads_are_called_alike(attribute):
    values = [getattr(workload, attribute) for workload in WORKLOADS]
    assert len(set(values)) == len(values)


def test_twins_differ_in_one_thing():
    by_slug = {workload.slug: workload for workload in WORKLOADS}
    locked, apart = by_slug["counter-lock"], by_slug["counter-per-thread"]
    assert (locked.setup_shared, locked.check) == (apart.setup_shared, apart.check)
    shared, private = by_slug["shared-attribute-read"], by_slug["private-attribute-read"]
    assert shared.check is private.check
    assert (shared.setup_local, private.setup_shared) == (no_local, no_shared)
    # Where the instance comes from is all that differs.
    assert "_read" in shared.run.__code__.co_names
    assert "_read" in private.run.__code__.co_names


IMPORT = f"""
import importlib, sys
for name in {MODULES!r}:
    module = importlib.import_module("benchmarks.workloads." + name)
    assert isinstance(module.WORKLOADS, tuple) and module.WORKLOADS
import benchmarks.workloads.stock
foreign = {{"pyperf", "psutil", "numpy", "site"}} & set(sys.modules)
assert not foreign, foreign
"""


def pythons():
    """Return the interpreters at hand that may be targets or run the tools."""
    names = [f"python3.{minor}{t}" for minor in (11, 12, 13, 14, 15) for t in ("", "t")]
    return [sys.executable, *filter(None, map(shutil.which, names))]


@pytest.mark.parametrize("executable", dict.fromkeys(pythons()))
def test_imports_need_the_standard_library_only(python, executable):
    if python(executable, "-c", "").returncode != 0:
        pytest.skip(f"{executable} does not run")  # e.g. a version manager's shim without a version
    done = python(executable, "-S", "-P", "-W", "error", "-c", IMPORT)
    assert done.returncode == 0, done.stderr
