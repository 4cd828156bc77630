"""The recorded reports: complete, as the page tells it, and from the sources that are here."""

import re
import subprocess
import sys

import msgspec
import pytest

from ftguide.cli.sanitize import AUDIT, audit_text
from ftguide.ground.files import ROOT, UnreadableError
from ftguide.interpreters.model import Sanitizer
from ftguide.native.sanitize import reports, store
from ftguide.native.sanitize.model import (
    CASES,
    LIFETIME,
    Job,
    Outcome,
    Variant,
    jobs,
)

RECORDED = ROOT / store.RECORDED


def outcome(job: Job, **changed: object) -> Outcome:
    fields = {"job": job, "runs": 1, "reports": 0, "functions": (), "foreign": 0, "printed": ""}
    return Outcome(**{**fields, **changed})


def test_every_job_is_recorded_and_as_expected():
    summary = store.read(RECORDED)
    assert summary is not None
    assert tuple(one.job for one in summary.outcomes) == jobs()
    assert [one.job.name for one in summary.outcomes if not one.as_expected] == []
    for one in summary.outcomes:
        for ending in (".txt", ".full.txt"):
            assert (RECORDED / f"{one.job.name}{ending}").exists() is bool(one.reports)


def test_the_reports_are_about_the_sources_that_are_here():
    """A line number in a report is a line of its function: sources and reports were not edited apart."""
    source = (ROOT / "examples" / "sanitizer" / "before" / "racy.c").read_text().splitlines()
    for case, function in CASES.items():
        sanitizer = Sanitizer.ADDRESS if case == LIFETIME else Sanitizer.THREAD
        job = Job(case=case, sanitizer=sanitizer, variant=Variant.BEFORE)
        text = (RECORDED / f"{job.name}.full.txt").read_text()
        lines = {int(n) for n in re.findall(rf"{function} \S*racy\.c:(\d+):", text)}
        start = next(i for i, line in enumerate(source, 1) if line.startswith(f"{function}("))
        end = next(i for i, line in enumerate(source, 1) if i > start and line == "}")
        assert lines
        assert all(start < line < end for line in lines)


def test_the_short_report_is_made_from_the_full_one():
    for full in RECORDED.glob("*.full.txt"):
        short = RECORDED / full.name.replace(".full.txt", ".txt")
        assert short.read_text() == reports.shorten(full.read_text(), "racy.c")
        for private in ("/home/", "/root/", "/usr/", "_build"):
            assert private not in full.read_text(), full.name


def test_the_recorded_audit_is_todays():
    assert (RECORDED / AUDIT).read_text() == audit_text()


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job.name)
def test_what_is_expected(job):
    named = (CASES[job.case],)
    silent = outcome(job)
    loud = outcome(job, reports=1, functions=named)
    assert loud.as_expected is job.expects_reports
    assert silent.as_expected is not job.expects_reports
    assert not outcome(job, reports=1, functions=("other",)).as_expected
    assert not outcome(job, reports=2, functions=("other",), foreign=1).as_expected
    assert not outcome(job, error="exit status 1").as_expected


def test_differences_are_said():
    job = jobs()[0]
    summary = store.read(RECORDED)
    changed = msgspec.structs.replace(
        summary, outcomes=(outcome(job, reports=1, functions=("new",)), *summary.outcomes[1:])
    )
    assert store.differences(summary, summary) == []
    (difference,) = store.differences(summary, changed)
    assert (difference.job, difference.recorded, difference.now) == (job, ("sum_to",), ("new",))
    assert str(difference) == f"{job.name}: recorded sum_to, now new"


def test_a_damaged_summary(tmp_path):
    with pytest.raises(UnreadableError, match=r"summary.json: No such file.*--record"):
        store.read(tmp_path)
    (tmp_path / store.SUMMARY).write_text("{")
    with pytest.raises(UnreadableError, match="--record"):
        store.read(tmp_path)


def test_without_clang_the_command_says_what_is_missing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ftguide", "sanitize", "--work", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": "/nowhere", "HOME": str(tmp_path)},
    )
    assert done.returncode == 2
    assert "needs clang" in done.stderr
    assert "Traceback" not in done.stderr
