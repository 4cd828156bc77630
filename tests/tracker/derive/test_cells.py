"""Cells and their package: which release is judged, how old it is, and what the headline says."""

from dataclasses import replace

import pytest

from ftguide.tracker.derive.derive import derive
from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.record.findings import (
    Backfill,
    Declares,
    Kind,
)
from ftguide.tracker.record.model import LINES, PLATFORMS
from tests.tracker.made import (
    AT,
    DECLARES,
    GOOD,
    NAME,
    OFF,
    PACKAGE,
    PLATFORM,
    TODAY,
    cell,
    claim,
    declared,
    fallback,
    imported,
    item,
    smoke,
    status,
    suite,
    wheels,
)

USED = replace(DECLARES, declares=Declares.USED)


FAILED = replace(OFF, error="ImportError: no")
ELSEWHERE = wheels("win_amd64")


@pytest.mark.parametrize(
    ("seen", "stale"), [("2026-08-26T23:59:59Z", False), ("2026-08-26T23:59:58Z", True)]
)
def test_evidence_is_stale_after_more_than_90_days(seen, stale):
    old = [replace(one, observed_at=seen) for one in GOOD]
    found = cell(*old)
    assert (found.stale, found.observed_at) == (stale, seen)
    fresh = replace(old[0], observed_at=AT)  # nothing of the proof
    assert cell(*old, fresh).stale is stale


def test_a_cell_is_as_old_as_the_oldest_thing_it_rests_on():
    days = [f"2026-11-{10 + number}T00:00:00Z" for number in range(len(GOOD))]
    aged = [replace(one, observed_at=day) for one, day in zip(GOOD, days, strict=True)]
    found = cell(*aged)
    proof = {one.id: one.observed_at for one in aged if one.id in found.proof}
    assert found.observed_at == min(proof.values()) > days[0]
    assert cell().observed_at == ""


def test_without_an_offer_no_release_is_known_to_be_newer():
    assert not cell(*GOOD[1:]).stale
    assert cell(*GOOD[1:], wheels(version="2.0")).stale


def test_what_nobody_probed_does_not_grow_stale():
    old = replace(wheels(), observed_at="2025-01-01T00:00:00Z")
    assert not cell(old).stale
    assert cell(replace(ELSEWHERE, observed_at="2025-01-01T00:00:00Z")).stale


def test_a_claim_about_another_release_is_not_about_this_one():
    """What has no version is about the project; the history of wheels is about all releases."""
    claimed = (*GOOD, smoke(), suite())
    for version, expected in (
        ("1.0", Level.CLAIMED_EXERCISED),
        ("", Level.CLAIMED_EXERCISED),
        ("0.9", Level.EXERCISED),
    ):
        about = replace(claim("3 - Stable"), version=version, line="", platform="")
        assert cell(*claimed, about).level is expected
    history = replace(
        item(Kind.BACKFILL, Backfill(transitions=()), version="0.9", cell=False), observed_at=AT
    )
    assert Kind.BACKFILL in cell(*GOOD, history).seen


@pytest.mark.parametrize("version", ["2.0rc1", "2.0.dev1", "not a version"])
def test_what_installers_choose_on_request_only_makes_no_cell(version):
    worse = replace(
        declared(USED), version=version, observed_at="2026-11-23T00:00:00Z", id="sha256:1"
    )
    assert cell(*GOOD, worse).level is Level.GIL_OFF


def test_the_newest_release_is_judged_once_it_was_probed():
    newer = wheels(version="2.0", at="2026-11-22T00:00:00Z")
    probed = [
        replace(one, version="2.0", observed_at="2026-11-23T00:00:00Z", id=f"sha256:{number}")
        for number, one in enumerate((declared(USED), imported()))
    ]
    found = cell(*GOOD, newer, *probed)
    assert (found.level, found.version, found.stale) == (Level.GIL_ON, "2.0", False)
    assert Kind.WHEEL in found.seen
    again = [replace(one, observed_at="2026-11-24T00:00:00Z") for one in GOOD[1:]]
    found = cell(*GOOD, newer, *probed, *again)
    assert (found.level, found.version) == (Level.GIL_ON, "2.0")  # nothing of 1.0 mixed in
    # Until then the last probed one stands, without the wheel, which is about another release.
    found = cell(*GOOD, newer)
    assert (found.version, Kind.WHEEL in found.seen) == ("1.0", False)


def test_a_status_counts_its_cells_and_names_the_newest_release():
    found = status(*GOOD)
    assert (found.newest, found.package, found.without_wheel) == ("1.0", PACKAGE, 4)
    assert status().newest == ""
    assert status(*GOOD[1:]).newest == ""
    assert (status(*GOOD[1:]).headline, status(*GOOD[1:]).probed) == (Level.GIL_OFF, 1)


def test_the_headline_of_cells_without_a_verdict_is_the_one_that_says_most():
    assert status(wheels(PLATFORM, lines=LINES), imported(FAILED), declared()).headline is (
        Level.NO_WHEEL
    )
    everywhere = wheels(lines=LINES)
    unclear = (imported(FAILED), declared(), fallback(works=False))
    assert status(everywhere, *unclear).headline is Level.INCONCLUSIVE
    assert status(everywhere).headline is Level.NOT_PROBED


@pytest.mark.parametrize(
    ("offered", "some"),
    [
        (wheels(), False),
        (wheels(lines=LINES), False),
        (wheels(*PLATFORMS[:2]), True),
        (wheels(*PLATFORMS[:2], lines=LINES[1:]), True),
        (wheels("musllinux_x86_64"), False),
    ],
)
def test_some_platforms_only_is_said_of_one_line(offered, some):
    """A line without any wheel beside one with all of them is something else."""
    assert (Flag.SOME_PLATFORMS in status(offered).flags) is some


def test_flags_of_a_status_are_those_of_its_cells_in_one_order():
    found = status(wheels("win_amd64", PLATFORM), *GOOD[1:-1], fallback("some.fast"))
    assert found.flags == (Flag.FALLBACK, Flag.SOME_PLATFORMS)


def test_evidence_is_read_in_the_order_of_time():
    better = replace(declared(), observed_at="2026-11-22T00:00:00Z")
    worse = replace(declared(USED), observed_at="2026-11-21T00:00:00Z")
    assert cell(*GOOD, better, worse).level is Level.GIL_OFF
    assert cell(better, *GOOD, worse).level is Level.GIL_OFF


def test_packages_keep_their_order_and_their_own_evidence():
    other = replace(PACKAGE, name="other")
    found = derive(GOOD, [other, PACKAGE], TODAY)
    assert [(one.package.name, one.headline) for one in found] == [
        ("other", Level.UNKNOWN),
        (NAME, Level.NO_WHEEL),
    ]


def test_ranks_follow_the_declaration_and_probing_needs_a_wheel():
    assert [level.rank for level in Level] == list(range(len(Level)))
    assert [level for level in Level if not level.verdict] == [
        Level.UNKNOWN,
        Level.NOT_PROBED,
        Level.INCONCLUSIVE,
    ]
    assert {level for level in Level if level.verdict and not level.probed} == {Level.NO_WHEEL}
    assert not Level.INCONCLUSIVE.probed


def test_a_day_ends_with_its_last_second():
    last = replace(declared(USED), observed_at="2026-11-24T23:59:59Z")
    assert cell(*GOOD, last).level is Level.GIL_ON


@pytest.mark.parametrize("version", ["2.1rc1", "no version"])
def test_a_pre_release_is_not_the_last_probed_one_either(version):
    """2.0 is out and nobody has probed it; the other was probed after 1.0. The cell is about 1.0."""
    newer = wheels(version="2.0", at="2026-11-22T00:00:00Z")
    early = replace(
        declared(USED), version=version, observed_at="2026-11-23T00:00:00Z", id="sha256:1"
    )
    found = cell(*GOOD, newer, early)
    assert (found.version, found.level) == ("1.0", Level.GIL_OFF)


def test_the_last_probed_release_stands_however_little_was_looked_at():
    newer = wheels(version="2.0", at="2026-11-22T00:00:00Z")
    little = replace(declared(), version="1.1", observed_at="2026-11-23T00:00:00Z", id="sha256:1")
    assert cell(*GOOD, newer, little).version == "1.1"
