"""The reader's own code: mistakes are named before anything runs, the rest lands in its own row."""

import dataclasses
import json

import pytest

from ftguide.ground.machine import Platform
from ftguide.ground.vocabulary import Mode
from ftguide.suite import paste
from ftguide.suite.declare import plan, presets, user_code
from ftguide.suite.declare.catalogue import catalogue
from ftguide.suite.derive import analysis
from ftguide.suite.derive.objections import ObjectionKind, objections
from ftguide.suite.derive.observed import observed
from ftguide.suite.observe import run
from ftguide.suite.observe.lines import Pairs
from ftguide.suite.record.model import Trial
from ftguide.suite.record.writer import RunFolder
from tests.chance import PATIENCE

CODE = """
import os, sys, time
from math import sqrt
SEEN = []
numbers = list(range(100))
TWO = 2

def work():
    return sum(numbers)

def needs(a, b=1, *, c):
    pass

def total(values):
    return sum(values)

def prepare():
    return list(range(50))

def chatty():
    SEEN.append(1)
    print("hello")

def leaves():
    sys.exit(3)

def forks():
    child = os.fork()
    if child:
        os.waitpid(child, 0)

def hangs():
    while True:
        pass

def eats():
    block = [bytearray(b"x" * 10_000_000) for _ in range(40)]
    while True:  # not further: the machine's memory is finite, and whoever looks may be late
        time.sleep(1)

async def later():
    pass

postponed = later

def gives():
    yield from numbers

def wraps():
    def inner():
        yield 1
    return sum(inner())
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "binary.py").write_bytes(b"\0\xff\xfe")
    (tmp_path / "script.py").write_text("import sys\nsys.exit(sys.argv[1:] == ['fail'])\n")
    return tmp_path


@pytest.mark.parametrize(
    ("request_", "setup", "message"),
    [
        ("missing.py:work", None, "there is no file"),
        ("code.py", None, "neither path/to/file.py:function nor"),
        ("code.py:no such", None, "neither"),
        ("code.py:wrk", None, "defines no 'wrk'; it has work, needs"),
        ("code.py:needs", None, "needs arguments (a, c)"),
        ("code.py:total", None, "needs arguments (values)"),
        ("code.py:later", None, "later() .* is an async function.*asyncio.run(later())"),
        ("code.py:gives", None, "gives() .* is a generator.*list(gives())"),
        ("code.py:total", "gives", "--setup: gives() .* is a generator"),
        ("code.py:total", "prepar", "--setup: .*defines no 'prepar'"),
        ("broken.py:f", None, "broken.py, line 1: not Python"),
        ("binary.py:f", None, "binary.py: not Python"),
        ("ruby script.rb now", None, "begins with the word python"),
        ("python -c pass", None, "comes the path of a script"),
        ("python nowhere.py now", None, "there is no file"),
        ('python script.py "', None, "quotation"),
        (".:work", None, "there is no file"),
        ("", None, "neither"),
    ],
)
def test_mistakes_are_named_before_anything_runs(folder, request_, setup, message):
    with pytest.raises(user_code.UserCodeError) as caught:
        user_code.read([request_], setup, folder=folder, cpus=2)
    assert all(part in str(caught.value) for part in message.split(".*"))


def test_rows_are_named_after_the_code_and_hashed_without_paths(folder, tmp_path_factory):
    requests = ["code.py:work", "code.py:total", "python script.py 1"]
    one = user_code.read(requests, "prepare", folder=folder, cpus=2)
    assert [e.slug for e in one.entries] == [
        "mine-code-work",
        "mine-code-total",
        "mine-python-script-1",
    ]
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for path in folder.iterdir():
        (elsewhere / path.name).write_bytes(path.read_bytes())
    two = user_code.read(requests, "prepare", folder=elsewhere, cpus=2)
    assert [e.source_hash for e in one.entries] == [e.source_hash for e in two.entries]
    assert len({e.source_hash for e in one.entries}) == 3
    assert str(folder) not in json.dumps([e.workload.title for e in one.entries])
    twice = user_code.read(["code.py:work", "code.py:work"], None, folder=folder, cpus=2)
    assert [e.slug for e in twice.entries] == ["mine-code-work", "mine-code-work-2"]


def test_a_generator_inside_a_function_is_no_generator(folder):
    code = user_code.read(["code.py:wraps"], None, folder=folder, cpus=2)
    assert [entry.slug for entry in code.entries] == ["mine-code-wraps"]


def test_a_file_is_imported_as_the_module_that_it_is(folder):
    package = folder / "outer" / "inner"
    package.mkdir(parents=True)
    (folder / "outer" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "m.py").write_text("def f():\n    pass\n")
    (folder / "loose").mkdir()
    (folder / "loose" / "n.py").write_text("from .other import x\n\ndef f():\n    pass\n")
    specs = user_code.read(
        ["code.py:work", "outer/inner/m.py:f", "loose/n.py:f"], None, folder=folder, cpus=2
    ).specs
    assert [(spec["module"], spec["root"]) for spec in specs.values()] == [
        ("code", str(folder)),
        ("outer.inner.m", str(folder)),
        (
            "loose.n",
            str(folder),
        ),  # its relative import needs a package, with an __init__.py or without
    ]


def test_what_a_trial_showed_is_planned(folder):
    code = user_code.read(["code.py:work", "code.py:chatty"], None, folder=folder, cpus=2)
    code = code.tried("mine-code-work", Trial(seconds=0.5, calls=1, starts=2), cpus=2)
    code = code.not_possible("mine-code-chatty", Mode.INTERPRETERS, "it fails there")
    work, chatty = code.entries
    assert work.trial.starts == 2
    assert work.workload.cpus == 2
    arms = presets.arms_for(work.workload, threads=2, full=False)
    assert {arm.mode for arm in arms} == {Mode.SINGLE}
    arms = presets.arms_for(chatty.workload, threads=2, full=True)
    assert Mode.INTERPRETERS not in {arm.mode for arm in arms}
    assert Mode.THREADS in {arm.mode for arm in arms}
    assert [entry.slug for entry in code.without("mine-code-work").entries] == ["mine-code-chatty"]


def test_a_script_runs_alone_on_all_cpus(folder):
    (entry,) = user_code.read(["python script.py"], None, folder=folder, cpus=2).entries
    arms = presets.arms_for(entry.workload, threads=2, full=True)
    assert {arm.mode for arm in arms} == {Mode.SINGLE}
    assert entry.workload.cpus == 2


class Silence:
    """An observer that only remembers failures."""

    def __init__(self):
        self.failures = []

    def failed(self, failure):
        self.failures.append(failure)

    def planned(self, blocks, done):
        pass

    block = costs = planned

    def tick(self):
        pass

    def done(self, seconds):
        pass


@pytest.fixture
def measure(folder, pair, tmp_path):
    """Measure own code and rows of the suite in one short run."""

    def measurer(*requests, setup=None, suite=(), patience=PATIENCE, memory=None):
        on = Platform()
        code = user_code.read(requests, setup, folder=folder, cpus=2)
        entries = [*(catalogue()[slug] for slug in suite), *code.entries]
        size = dataclasses.replace(presets.preset("smoke"), full=False)
        planned = plan.make_plan(entries, size=size, threads=2, seed=5)
        from tests.workloads.conftest import ROOT

        new = run.new_run(planned, Pairs.of(pair), root=ROOT, on=on, flags=())
        if memory:
            machine = dataclasses.replace(new.machine, memory_bytes=memory)
            new = dataclasses.replace(new, machine=machine)
        with RunFolder.create(tmp_path / "local", new) as held:
            return run.Execution(
                held,
                Pairs.of(pair),
                root=ROOT,
                on=on,
                patience=patience,
                observer=Silence(),
                entries=lambda: entries,
                variables=code.environment,
            ).run()

    return measurer


@pytest.mark.timeout(900)  # it measures for long where others measure too
@pytest.mark.slow
@pytest.mark.interpreters
def test_misbehaviour_has_its_row_and_the_suite_keeps_its_own(measure):
    stored = measure(
        *("code.py:leaves", "code.py:postponed", "code.py:TWO", "python script.py fail"),
        *("code.py:work", "code.py:chatty", "code.py:forks", "python script.py fine"),
        suite=["hashlib-sha256"],
    )
    failures = {one.workload: one.message for one in stored.failures}
    assert set(failures) == {
        *("mine-code-leaves", "mine-code-postponed", "mine-code-two", "mine-python-script-fail"),
    }
    assert "SystemExit: 3" in failures["mine-code-leaves"]
    assert "coroutine" in failures["mine-code-postponed"]
    assert "not callable" in failures["mine-code-two"]
    assert "exit code 1" in failures["mine-python-script-fail"]
    measured = {block.workload for block in stored.blocks}
    assert measured == {
        *("mine-code-work", "mine-code-chatty", "mine-code-forks", "mine-python-script-fine"),
        "hashlib-sha256",
    }
    derived = analysis.report(stored)
    counted = {
        (slug, one.arm, one.quantity.key): one.mean
        for slug in ("mine-code-work", "mine-code-chatty", "mine-code-forks")
        for one in observed(derived.series[slug])
    }
    for arm in ("gil-single", "ft-threads-2"):
        assert counted["mine-code-chatty", arm, "printed"] > 0
        assert counted["mine-code-chatty", arm, "globals-changed"] == 1
        assert counted["mine-code-forks", arm, "forks"] > 0
        assert counted["mine-code-work", arm, "globals-changed"] == 0
    text = paste.markdown(derived)
    assert "| code.py:work |" in text
    assert "raised: SystemExit: 3" in text
    assert "characters printed" in text
    assert ObjectionKind.USER_CODE in {objection.kind for objection in objections(stored)}


@pytest.mark.slow
@pytest.mark.interpreters
def test_what_never_ends_or_eats_memory_is_stopped(measure):
    stored = measure("code.py:hangs", patience=3.0)
    assert [one.kind for one in stored.failures] == ["hung"]
    stored = measure("code.py:eats", memory=2_000_000_000)
    assert [one.kind for one in stored.failures] == ["memory"]


@pytest.mark.interpreters
def test_what_the_set_up_returns_is_passed(measure):
    stored = measure("code.py:total", setup="prepare")
    assert stored.failures == ()
    assert {block.workload for block in stored.blocks} == {"mine-code-total"}
