"""The answer about one dependency: by evidence, by what an index offers, by the files of a lock."""

from dataclasses import replace

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from ftguide.tracker.check.answer import Answer
from ftguide.tracker.check.check import check, to_ask
from ftguide.tracker.check.dependency import Lack, Listing, Remark
from ftguide.tracker.check.lookup import Asked
from ftguide.tracker.check.offers import Release
from ftguide.tracker.pages import words
from ftguide.tracker.record.findings import Kind, SourceBuild, Wheels
from tests import tracked
from tests.tracker.check.conftest import TARGET
from tests.tracker.check.test_check import TODAY, ask, one

THREADED = "thing-{}-cp314-cp314t-manylinux_2_28_x86_64.whl"
GIL = "thing-{}-cp314-cp314-manylinux_2_28_x86_64.whl"
PURE = "thing-{}-py3-none-any.whl"


def release(version, *files, sdist=True, requires="", yanked=False):
    return Release(
        version=Version(version),
        wheels=tuple(file.format(version) for file in files),
        sdist=sdist,
        requires_python=requires,
        yanked=yanked,
    )


def indexed(*releases):
    newest_first = sorted(releases, key=lambda one: one.version, reverse=True)
    return Asked(releases={"thing": tuple(newest_first)})


def judged(dependency, asked, evidence=(), **named):
    (checked,) = ask(dependency, asked=asked, evidence=evidence, **named).checked
    return checked.answer, "; ".join(words.reasons(checked.reasons))


@pytest.mark.parametrize(
    ("files", "answer", "said"),
    [
        ([THREADED], Answer.CLAIMED, "there is a wheel: thing-1.0-cp314-cp314t"),
        (
            [THREADED, PURE],
            Answer.CLAIMED,
            "thing-1.0-cp314-cp314t",
        ),  # an installer takes the binary
        ([PURE], Answer.PURE, "by its file name pure Python"),
        ([GIL], Answer.NO_WHEEL, "it has wheels, and none for 3.14t on manylinux_x86_64"),
        ([GIL, PURE], Answer.PURE, "pure Python"),
        ([], Answer.SOURCE_ONLY, "no wheel at all, only source"),
        (
            ["thing-{}-cp315-abi3.abi3t-manylinux_2_28_x86_64.whl"],
            Answer.NO_WHEEL,
            "none for 3.14t",
        ),
    ],
)
@pytest.mark.parametrize("version", [None, "1.0", "1"])
def test_any_package_is_answered_by_its_files(files, answer, said, version):
    found, why = judged(one(version=version), indexed(release("1.0", *files)))
    assert found is answer
    assert said in why


def test_the_stable_abi_serves_the_line_that_it_begins_with():
    offered = indexed(release("1.0", "thing-{}-cp315-abi3.abi3t-manylinux_2_28_x86_64.whl"))
    assert judged(one(), offered, line="3.15t")[0] is Answer.CLAIMED


def test_a_lock_with_both_wheels_says_what_an_installer_takes():
    files = (PURE.format("1"), THREADED.format("1"))
    (checked,) = ask(one(version="1", wheels=files, complete=True)).checked
    assert checked.answer is Answer.CLAIMED
    assert "cp314t" in words.reason(checked.reasons[0])


def test_only_source_is_told_apart_from_no_wheel_that_fits():
    (checked,) = ask(one(version="1", wheels=(), complete=True, sdist=True)).checked
    assert checked.answer is Answer.SOURCE_ONLY
    assert "has to be built" in words.reason(checked.reasons[0])


def test_a_range_is_not_answered_by_a_release_that_it_excludes():
    evidence = tracked.about("thing", "declares")
    answer, why = judged(one(accepts=SpecifierSet("<6")), None, evidence)
    assert answer is Answer.UNKNOWN
    assert why == "no evidence about a release that fits; there is about 6.1.3: GIL stays off"
    answer, why = judged(one(accepts=SpecifierSet("<6")), indexed(release("5.0", GIL)), evidence)
    assert answer is Answer.NO_WHEEL
    assert why.endswith("none for 3.14t on manylinux_x86_64; 6.1.3: GIL stays off")
    assert judged(one(accepts=SpecifierSet(">=6")), None, evidence)[0] is Answer.GIL_OFF
    assert judged(one(accepts=SpecifierSet("!=6.1.3")), None, evidence)[0] is Answer.UNKNOWN


def test_a_pin_is_compared_as_installers_do():
    evidence = tracked.about("thing", "declares")  # about 6.1.3
    assert judged(one(version="6.1.3.0"), None, evidence)[0] is Answer.GIL_OFF
    offered = indexed(release("6.1.3", THREADED), release("7", GIL))
    assert judged(one(version="6.1.3.0"), offered, evidence)[0] is Answer.GIL_OFF
    assert judged(one(version="6.1.4"), None, evidence)[0] is Answer.UNKNOWN


def test_the_release_that_was_asked_for_is_no_upgrade_of_itself():
    """Its evidence is about a file with another hash: the same release would mend nothing."""
    evidence = tracked.about("thing", "declares")  # about 6.1.3
    offered = indexed(release("6.1.3", THREADED))
    answer, why = judged(one(version="6.1.3", hashes=frozenset({"0" * 64})), offered, evidence)
    assert answer is Answer.UNKNOWN
    assert "the evidence is about" in why
    assert "newest release" not in why


def test_what_the_index_does_not_know_cannot_be_probed():
    (checked,) = ask(one(), asked=Asked(absent={"thing"})).checked
    assert (checked.answer, checked.probeable) == (Answer.UNKNOWN, False)
    (checked,) = ask(one(), asked=indexed(release("1.0", THREADED))).checked
    assert checked.probeable


def test_a_pin_that_was_probed_does_not_age_by_releases():
    evidence = tracked.about("thing", "declares")
    newer = tracked.item(
        "thing", Kind.WHEEL, Wheels(newest="7.0", uploaded="", files=(), sdist=True), version="7.0"
    )
    for asked in (None, indexed(release("6.1.3", THREADED), release("7.0", THREADED))):
        (pinned,) = ask(one(version="6.1.3"), evidence=[*evidence, newer], asked=asked).checked
        assert (pinned.answer, pinned.stale) == (Answer.GIL_OFF, False)
    probed = [
        item for item in evidence if item.kind is not Kind.WHEEL
    ]  # as a probe of a pin leaves it
    assert not ask(one(version="6.1.3"), evidence=[*probed, newer]).checked[0].stale


def test_without_a_pin_a_newer_release_makes_evidence_stale_and_is_named():
    evidence = tracked.about("thing", "declares")
    offered = indexed(release("6.1.3", THREADED), release("7.0", THREADED))
    (checked,) = ask(one(), evidence=evidence, asked=offered).checked
    assert (checked.answer, checked.version, checked.stale) == (Answer.GIL_OFF, "6.1.3", True)
    assert words.reason(checked.reasons[-1]) == "7.0 is newer, and nobody has probed it"


def test_the_release_that_is_named_is_the_last_that_was_probed_here():
    def seen(version, at, **more):
        items = tracked.about("thing", "declares", at=at)
        return [
            replace(item, id=f"sha256:{version}{item.kind}", version=version, **more)
            for item in items
        ]

    older = seen("6.2", "2026-11-20T00:00:00Z")
    newer = seen("6.3", "2026-11-21T00:00:00Z")
    early = seen("7.0rc1", "2026-11-22T00:00:00Z")  # installers choose it on request only
    elsewhere = [
        replace(item, platform="win_amd64") if item.line else item
        for item in seen("6.4", "2026-11-23T00:00:00Z")
    ]
    for evidence in ([*older, *newer], [*older, *newer, *early], [*older, *newer, *elsewhere]):
        _, why = judged(one(version="5"), None, evidence)
        assert why == "no evidence about this release; there is about 6.3: GIL stays off"


def test_the_reason_of_a_finding_is_the_module_that_does_it():
    answer, why = judged(one(), None, tracked.about("thing", "turns-on"))
    assert answer is Answer.GIL_ON
    assert why.startswith("thing._core turns the GIL on; thing._core1 turns")
    assert (
        "declare that they need no GIL"
        in judged(one(), None, tracked.about("thing", "declares"))[1]
    )


def test_what_somebody_built_from_source_is_known_better_than_its_file_names():
    evidence = tracked.about("thing", "no-wheel")
    build = tracked.item(
        "thing", Kind.BUILD, SourceBuild(worked=False, image="gcc", detail="no cc")
    )
    built = replace(build, line="3.14t", platform=tracked.LINUX)
    offered = indexed(release("6.1.3", GIL))
    assert judged(one(), offered, [*evidence, built]) == (Answer.BREAKS, "no cc")
    assert judged(one(), offered, evidence)[0] is Answer.NO_WHEEL


def test_a_newest_release_without_a_wheel_is_the_answer():
    evidence = tracked.about("thing", "declares")
    answer, why = judged(one(), indexed(release("7.0", GIL)), evidence)
    assert answer is Answer.NO_WHEEL
    assert why.endswith("6.1.3: GIL stays off")


def test_an_older_pin_without_a_wheel_hears_of_the_newest():
    offered = indexed(release("1.0", GIL), release("2.0", THREADED))
    answer, why = judged(one(version="1.0"), offered)
    assert answer is Answer.NO_WHEEL
    assert why.endswith("the newest release, 2.0, has a wheel that nobody has probed")
    offered = indexed(release("1.0", GIL), release("2.0", PURE))
    assert "2.0, is pure Python" in judged(one(version="1.0"), offered)[1]
    offered = indexed(release("1.0", GIL), release("2.0", GIL))
    assert "newest" not in judged(one(version="1.0"), offered)[1]


@pytest.mark.parametrize(
    ("asked", "version", "said"),
    [
        (Asked(absent={"thing"}), None, "the index does not know this name"),
        (Asked(problems={"thing": "package thing: 403"}), None, "the index gave no answer"),
        (indexed(release("1.0", PURE)), "2.0", "the index has no release 2.0"),
        (indexed(), None, "the index has no release"),
        (None, None, "no evidence about it"),
    ],
)
def test_what_is_unknown_says_why(asked, version, said):
    answer, why = judged(one(version=version), asked)
    assert answer is Answer.UNKNOWN
    assert said in why


def test_releases_that_installers_leave_out():
    offered = indexed(
        release("1.0", PURE),
        release("2.0", THREADED, yanked=True),
        release("3.0b1", THREADED),
        release("4.0", THREADED, requires="<3.14"),
    )
    (checked,) = ask(one(), asked=offered).checked
    assert (checked.answer, checked.version) == (Answer.PURE, "1.0")
    assert judged(one(version="2.0"), offered)[0] is Answer.CLAIMED  # a pin takes it all the same
    assert judged(one(version="3.0b1"), offered)[0] is Answer.CLAIMED
    answer, why = judged(one(version="4.0"), offered)
    assert answer is Answer.NO_WHEEL
    assert "4.0 says of itself that it needs Python <3.14" in why
    only = indexed(release("1.10", GIL, requires="<3.12"))
    assert judged(one(accepts=SpecifierSet("~=1.10")), only)[0] is Answer.NO_WHEEL


def test_a_package_for_another_python_is_skipped():
    report = ask(one(version="1", requires_python=">=3.7,<3.8", wheels=(), complete=True))
    assert report.checked == ()
    assert [each.name for each in report.skipped] == ["thing"]


def test_an_index_that_gives_no_answer_is_2_and_the_others_are_answered():
    asked = Asked(releases={"fine": ()}, problems={"thing": "package thing: 403"})
    report = ask(one(), one("fine"), asked=asked)
    assert len(report.checked) == 2
    assert report.problems == ("package thing: 403",)
    assert report.exit_code(strict=False) == 2


def test_nothing_checked_is_no_all_clear():
    left = Remark(lack=Lack.EXTRA, about="docs", count=3)
    report = check(Listing(dependencies=(), remarks=(left,)), {}, TARGET, today=TODAY)
    assert report.exit_code(strict=False) == 2
    assert check(Listing(dependencies=()), {}, TARGET, today=TODAY).exit_code(strict=True) == 0
    evidence = {"thing": tracked.about("thing", "declares")}
    partly = check(Listing(dependencies=(one(),), remarks=(left,)), evidence, TARGET, today=TODAY)
    assert (partly.exit_code(strict=False), partly.exit_code(strict=True)) == (0, 1)


def test_only_what_an_index_could_add_to_is_asked_about():
    evidence = {"thing": tracked.about("thing", "declares")}
    pinned, ranged = one(version="6.1.3"), one()
    elsewhere = one("local", origin="a folder")

    def asked(*dependencies):
        return to_ask(Listing(dependencies=dependencies), evidence, TARGET, TODAY)

    assert asked(pinned, elsewhere) == []
    assert asked(ranged, one("other"), one("other")) == ["other", "thing"]
    assert asked(one(version="5")) == ["thing"]
    locked = one("other", version="1", complete=True)
    assert asked(replace(locked, wheels=("other-1-cp314-cp314t-manylinux_2_28_x86_64.whl",))) == []
    assert asked(replace(locked, wheels=("other-1-cp39-abi3-win_amd64.whl",))) == ["other"]


def test_what_is_probed_is_what_an_installer_takes():
    offered = indexed(release("1.0", THREADED), release("2.0", THREADED))
    (checked,) = ask(one(accepts=SpecifierSet("<2")), asked=offered).checked
    assert (checked.probeable, checked.taken) == (True, "1.0")
    assert not ask(one(version="1.0", origin="a wheel")).checked[0].probeable
