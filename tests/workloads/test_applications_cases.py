"""The programs of the case studies, with their packages installed for the occasion: targets lack them."""

from __future__ import annotations

import ast
import contextlib
import functools
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.workloads import applications_cases as cases
from benchmarks.workloads.declare import WrongAnswerError
from ftguide.ground.files import ROOT
from tests.chance import seen
from tests.slow import slow_but

DRIVE = str(Path(__file__).with_name("drive.py"))
SLUGS = [workload.slug for workload in cases.WORKLOADS]
PACKAGES = (*cases.SITE, *cases.PYFLAKES, *cases.BLACK)

IMPORT_AT_ONCE = """
import threading

barrier = threading.Barrier(2)

def work():
    barrier.wait()
    import black
    black.Mode()

threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Return a function that installs the packages for a target into a folder, once."""

    @functools.cache
    def folder_of(target):
        folder = tmp_path_factory.mktemp("cases")
        command = [sys.executable, "-m", "uv", "pip", "install", "--target", str(folder)]
        command += ["--python", target, "--quiet", "--only-binary", ":all:", *PACKAGES]
        with contextlib.suppress(subprocess.TimeoutExpired):  # an index that does not answer
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
            return folder if done.returncode == 0 else None
        return None

    def install(target):
        if folder_of(target) is None:
            pytest.skip(f"cannot install {', '.join(PACKAGES)} here")
        return folder_of(target)

    return install


@pytest.mark.interpreters
@pytest.mark.parametrize("workers", [0, 2], ids=["single", "threads-2"])
@pytest.mark.parametrize("slug", slow_but(SLUGS[:1], SLUGS))
def test_right_answer_with_the_gil_as_it_was(python, packages, target, slug, workers):
    arguments = ("-P", DRIVE, "applications_cases", slug, str(workers), "3", "1", "3")
    done = python(target, *arguments, path=(packages(target),))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["gil"] is not target.endswith("t"), target
    first, _, again = report["answers"]
    assert first == again
    assert set(first) == {f"({3 * cases.FILES}, {3 * cases.FILES})"}


@pytest.mark.slow
@pytest.mark.interpreters
def test_only_black_refuses_subinterpreters(python, packages, target):
    """The day this fails, the mode of one more or one less can be measured."""
    command = """
from concurrent import interpreters
for name in "markdown", "jinja2", "pyflakes.checker", "black":
    interpreter = interpreters.create()
    try:
        interpreter.exec(f"import {name}")
    except interpreters.ExecutionFailed as error:
        print(name, "does not support loading in subinterpreters" in str(error))
    interpreter.close()
"""
    done = python(target, "-P", "-c", command, path=(packages(target),))
    assert done.stdout.split() == ["black", "True"], done.stderr
    without = {workload.slug for workload in cases.WORKLOADS if workload.without}
    assert without == {"black-format"}


@pytest.mark.interpreters
def test_the_released_pyflakes_still_decorates_at_run_time(python, packages, target):
    """What the two rows of pyflakes differ in; the day this fails, the page has to be written anew."""
    command = """
import functools
from benchmarks.workloads import applications_cases as cases
jobs = [cases._released(0), cases._decorated_once(0)]
update_wrapper, counts = functools.update_wrapper, []
def counted(*arguments, **named):
    counts[-1] += 1
    return update_wrapper(*arguments, **named)
functools.update_wrapper = counted
for job in jobs:
    counts.append(0)
    cases._answer(job, None, 1)
print(*counts)
"""
    done = python(target, "-P", "-c", command, path=(packages(target),))
    assert done.returncode == 0, done.stderr
    # Of every function, two parameters and what it returns.
    assert done.stdout.split() == [str(3 * cases.PARTS * cases.FILES), "0"]


@pytest.mark.slow
@pytest.mark.interpreters
def test_two_threads_may_not_import_the_compiled_black_at_once(python, packages, executables):
    """Why the workload imports it beforehand; the day this fails, it may be imported in the workers."""
    target = executables["gil"]
    path = (packages(target),)
    seen(
        lambda: python(target, "-P", "-c", IMPORT_AT_ONCE, path=path).stderr,
        lambda errors: "AttributeError: module 'black'" in errors,
    )


def _every_text():
    for make in (cases._page, cases._flawed, cases._untidy):
        for worker in range(3):
            yield from (file.text for file in cases._files(worker, make))


def test_no_two_files_are_the_same():
    """Else a thread that got the other's answer would not be noticed."""
    texts = list(_every_text())
    assert len(set(texts)) == len(texts) == 3 * 3 * cases.FILES


def test_expected_pages_by_a_parser():
    """The HTML that is written down has the parts, links and rows that its Markdown names."""
    for file in cases._files(1, cases._page):
        tree = ET.fromstring(f"<html>{file.expected}</html>")  # noqa: S314 - our own
        number = file.name.removeprefix("Page ")
        assert tree.findtext("title") == file.name
        assert len(tree.findall("nav/a")) == cases.LISTED
        headings = re.findall(r"^## (.*)$", file.text, re.MULTILINE)
        assert [heading.text for heading in tree.findall("h2")] == headings
        address = re.search(r"^\[list\]: (\S+)$", file.text, re.MULTILINE)[1]
        assert {link.get("href") for link in tree.findall("p/a")} == {address}
        rows = re.findall(r"^\| (row \d+) \| (\d+) \|$", file.text, re.MULTILINE)
        cells = [cell.text for cell in tree.findall("table/tbody/tr/td")]
        assert cells == [cell for row in rows for cell in row]
        assert address.endswith(f"/{number}")


def test_expected_messages_by_the_syntax_tree():
    """Each message points at a line that has the mistake."""
    for file in cases._files(1, cases._flawed):
        lines = file.text.splitlines()
        for message in file.expected:
            name, line, _, text = message.split(":", 3)
            assert name == file.name
            assert re.search(r"'(\w+)'", text)[1] in lines[int(line) - 1]
        functions = [
            node for node in ast.parse(file.text).body if isinstance(node, ast.FunctionDef)
        ]
        assert len(file.expected) == 1 + 2 * len(functions)


def test_expected_format_means_the_same():
    for file in cases._files(1, cases._untidy):
        assert file.text != file.expected
        assert ast.dump(ast.parse(file.text)) == ast.dump(ast.parse(file.expected))


def test_a_wrong_answer_is_noticed():
    """A converter that gives one page the link of another, as one that two threads share does."""
    files = cases._files(0, cases._flawed)
    answers = {file.text: file.expected for file in files}
    right = cases._answer(cases.Job(answers.__getitem__, files), None, 2)
    cases._check([right, right], 2)
    swapped = dict(zip(answers, reversed(answers.values()), strict=True))
    wrong = cases._answer(cases.Job(swapped.__getitem__, files), None, 2)
    with pytest.raises(WrongAnswerError, match="files with the right answer"):
        cases._check([right, wrong], 2)


def test_pages_quote_the_versions_that_are_measured_and_run():
    text = (ROOT / "source" / "case-studies.md").read_text(encoding="utf-8")
    lock = (ROOT / "source" / "snippets" / "requirements.txt").read_text(encoding="utf-8")
    for package in ("markdown", "pyflakes", "black"):
        pinned = next(one for one in PACKAGES if one.startswith(f"{package}=="))
        assert f"{pinned} " in lock
        assert re.search(
            rf"\b{package} {re.escape(pinned.partition('==')[2])}\b", text, re.IGNORECASE
        )
