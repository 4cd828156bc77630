"""Answers about somebody's own dependencies: what evidence says, and what it does not."""

from datetime import date

import pytest
from packaging.markers import Marker

from ftguide.tracker.check.answer import Answer
from ftguide.tracker.check.check import check
from ftguide.tracker.check.dependency import Dependency, Listing
from ftguide.tracker.check.target import Target
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.pages import words
from ftguide.tracker.record.findings import Kind, Wheels
from tests import tracked

TODAY = date.fromisoformat(tracked.TODAY)


def ask(*dependencies, evidence=(), line="3.14t", platform=tracked.LINUX, today=TODAY, asked=None):
    known = {}
    for item in evidence:
        known.setdefault(item.package, []).append(item)
    target = Target(line=line, platform=platform)
    return check(Listing(dependencies=dependencies), known, target, today=today, asked=asked)


def one(name="thing", **fields):
    return Dependency(name=name, where="r.txt, line 1", **fields)


@pytest.mark.parametrize(
    ("fate", "answer"),
    [
        ("declares", Answer.GIL_OFF),
        ("exercised", Answer.GIL_OFF),
        ("turns-on", Answer.GIL_ON),
        ("dependency", Answer.GIL_ON),
        ("no-wheel", Answer.NO_WHEEL),
        ("pure", Answer.PURE),
        ("crashes", Answer.BREAKS),
        ("unprobed", Answer.CLAIMED),
        ("unseen", Answer.UNKNOWN),
    ],
)
@pytest.mark.parametrize("version", [None, "6.1.3"])
def test_levels_become_answers(fate, answer, version):
    report = ask(one(version=version), evidence=tracked.about("thing", fate))
    (checked,) = report.checked
    assert checked.answer is answer
    assert checked.level.value == tracked.FATES[fate]
    assert report.exit_code(strict=False) == (1 if answer.finding else 0)
    assert report.exit_code(strict=True) == (1 if answer.finding or answer.open else 0)
    if checked.answer.finding:
        assert checked.proof
        assert checked.observed_at == tracked.SEEN


def test_evidence_about_another_release_is_no_answer():
    evidence = tracked.about("thing", "turns-on")
    (checked,) = ask(one(version="5.0"), evidence=evidence).checked
    assert checked.answer is Answer.UNKNOWN
    assert words.reasons(checked.reasons) == [
        "no evidence about this release; there is about 6.1.3: turns the GIL on",
    ]


def test_an_older_release_keeps_the_answer_it_got():
    newer = tracked.item(
        "thing", Kind.WHEEL, Wheels(newest="7.0", uploaded="", files=(), sdist=True), version="7.0"
    )
    evidence = [*tracked.about("thing", "turns-on"), newer]
    (checked,) = ask(one(version="6.1.3"), evidence=evidence).checked
    assert (checked.answer, checked.version, checked.stale) == (Answer.GIL_ON, "6.1.3", False)


def test_old_evidence_is_stale():
    (checked,) = ask(
        one(), evidence=tracked.about("thing", "declares"), today=date(2027, 6, 1)
    ).checked
    assert checked.stale
    assert ask(
        one(), evidence=tracked.about("thing", "declares"), today=date(2027, 6, 1)
    ).exit_code(strict=True)


def test_other_lines_and_platforms_have_answers_of_their_own():
    evidence = tracked.about("things", "turns-on")  # an even name: 3.14t on Linux only
    assert ask(one("things"), evidence=evidence).checked[0].answer is Answer.GIL_ON
    elsewhere = ask(one("things"), evidence=evidence, platform="win_amd64").checked[0]
    assert elsewhere.answer is Answer.CLAIMED
    assert ask(one("things"), evidence=evidence, line="3.15t").checked[0].answer is Answer.CLAIMED


WHEELS = {
    "thing-1-cp314-cp314t-manylinux_2_28_x86_64.whl": (Answer.CLAIMED, Level.NOT_PROBED),
    "thing-1-cp314-cp314-manylinux_2_28_x86_64.whl": (Answer.NO_WHEEL, Level.NO_WHEEL),
    "thing-1-cp314-cp314t-win_amd64.whl": (Answer.NO_WHEEL, Level.NO_WHEEL),
    "thing-1-cp39-abi3-manylinux_2_28_x86_64.whl": (Answer.NO_WHEEL, Level.NO_WHEEL),
    "thing-1-py3-none-any.whl": (Answer.PURE, Level.UNKNOWN),
}


@pytest.mark.parametrize(("file", "expected"), WHEELS.items())
def test_file_names_of_a_lock_say_whether_there_is_a_wheel(file, expected):
    (checked,) = ask(one(version="1", wheels=(file,), complete=True)).checked
    assert (checked.answer, checked.level) == expected
    assert checked.proof == ()


def test_a_lock_for_one_interpreter_proves_no_absence():
    file = "thing-1-cp314-cp314-manylinux_2_28_x86_64.whl"
    assert ask(one(wheels=(file,))).checked[0].answer is Answer.UNKNOWN


def test_a_classifier_alone_is_a_claim():
    claim = "Programming Language :: Python :: Free Threading :: 3 - Stable"
    (checked,) = ask(one(version="1", claim=claim)).checked
    assert checked.answer is Answer.CLAIMED
    assert claim in words.reason(checked.reasons[-1])


def test_hashes_of_another_file_exclude_the_evidence():
    evidence = tracked.about("thing", "turns-on")
    looked = next(item.artifact for item in evidence if item.artifact)
    right = ask(one(version="6.1.3", hashes=frozenset({looked.sha256})), evidence=evidence)
    assert right.checked[0].answer is Answer.GIL_ON
    wrong = ask(one(version="6.1.3", hashes=frozenset({"ab" * 32})), evidence=evidence)
    assert wrong.checked[0].answer is Answer.UNKNOWN
    assert looked.file in words.reason(wrong.checked[0].reasons[0])
    named = one(version="6.1.3", hashes=frozenset({"ab" * 32}), wheels=(looked.file,))
    assert "with another hash" in words.reason(ask(named, evidence=evidence).checked[0].reasons[0])


def test_what_is_not_from_an_index_is_unknown():
    evidence = tracked.about("thing", "declares")
    (checked,) = ask(one(origin="a repository"), evidence=evidence).checked
    assert checked.answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("marker", "line", "platform", "installed"),
    [
        ('python_version < "3.14"', "3.14t", tracked.LINUX, False),
        ('python_version >= "3.15"', "3.15t", tracked.LINUX, True),
        ('python_full_version < "3.15.0"', "3.14t", tracked.LINUX, True),
        ('sys_platform == "win32"', "3.14t", tracked.LINUX, False),
        ('sys_platform == "win32" and platform_machine == "AMD64"', "3.14t", "win_amd64", True),
        ('platform_system == "Darwin"', "3.14t", "macosx_arm64", True),
        ('extra == "all"', "3.14t", tracked.LINUX, False),
        ('"dev" in dependency_groups', "3.14t", tracked.LINUX, False),
        ('python_version ~= "moon"', "3.14t", tracked.LINUX, True),
    ],
)
def test_markers_are_evaluated_for_the_target(marker, line, platform, installed):
    report = ask(one(marker=Marker(marker)), line=line, platform=platform)
    assert bool(report.checked) is installed
    assert bool(report.skipped) is not installed


def test_worst_first():
    evidence = [item for fate in tracked.FATES for item in tracked.about(f"a-{fate}", fate)]
    report = ask(*(one(f"a-{fate}") for fate in tracked.FATES), evidence=evidence)
    order = [list(Answer).index(checked.answer) for checked in report.checked]
    assert order == sorted(order)


def test_the_same_dependency_twice_is_one_answer():
    assert len(ask(one(), one(), one(version="1")).checked) == 2
