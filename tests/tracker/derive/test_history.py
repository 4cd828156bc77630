"""What changed, and when: once a day, with its proof; and wheels that came and went before our first look."""

from dataclasses import replace

import pytest

from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.record.findings import Backfill, Declares, Kind, Transition
from tests.tracker.made import (
    DECLARES,
    GOOD,
    LINE,
    PLATFORM,
    declared,
    item,
    status,
    wheels,
)

USED = declared(replace(DECLARES, declares=Declares.USED))


def changes(*evidence):
    return status(*evidence).changes


def here(found):
    return [one for one in found if (one.line, one.platform) == (LINE, PLATFORM)]


def at(moment, *evidence):
    return [replace(one, observed_at=moment) for one in evidence]


def test_nothing_known_and_a_wheel_that_nobody_probed_are_no_news():
    assert changes() == ()
    assert here(changes(wheels())) == []


def test_a_day_is_told_as_it_was_at_its_end():
    """In the morning a module turned the GIL on; by the evening it was found to be our mistake."""
    morning, evening = "2026-11-10T08:00:00Z", "2026-11-10T20:00:00Z"
    worse, better = at(morning, *GOOD, USED), at(evening, declared())
    (change,) = here(changes(*worse, *better))
    assert (change.before, change.after) == (Level.UNKNOWN, Level.GIL_OFF)
    assert change.at == evening
    assert change.version == "1.0"
    assert not change.backfilled
    assert change.proof == status(*worse, *better).cells[0].proof


def test_growing_old_and_being_seen_again_are_no_news():
    first, later = at("2026-01-01T00:00:00Z", *GOOD), at("2026-11-20T00:00:00Z", *GOOD)
    assert [one.at for one in here(changes(*first, *later))] == ["2026-01-01T00:00:00Z"]


def test_what_is_not_known_any_more_is_news():
    """A release without wheels of its own for us: from a level to "no wheel", and back to nothing."""
    gone = at("2026-11-10T00:00:00Z", wheels("win_amd64", version="2.0"))
    back = at("2026-11-12T00:00:00Z", wheels(version="3.0"))
    found = here(changes(*at("2026-11-01T00:00:00Z", *GOOD), *gone, *back))
    assert [one.after for one in found] == [Level.GIL_OFF, Level.NO_WHEEL, Level.GIL_OFF]


def transition(moment="2025-09-22T00:00:00Z", **changed):
    made = Transition(at=moment, version="0.9", line=LINE, platform=PLATFORM, present=True)
    return replace(made, **changed)


def backfill(*transitions, moment="2026-11-20T12:00:00Z"):
    return item(Kind.BACKFILL, Backfill(transitions=transitions), cell=False, at=moment)


def backfilled(*evidence):
    return [one for one in changes(*evidence) if one.backfilled]


def test_wheels_came_and_went_before_our_first_look():
    gone = transition("2025-10-01T00:00:00Z", version="0.10", present=False)
    source = backfill(transition(), gone)
    first, second = backfilled(*GOOD, source)
    assert (first.before, first.after) == (Level.NO_WHEEL, Level.NOT_PROBED)
    assert (second.before, second.after) == (Level.NOT_PROBED, Level.NO_WHEEL)
    assert (second.at, second.version) == ("2025-10-01T00:00:00Z", "0.10")
    assert (second.line, second.platform, second.proof) == (LINE, PLATFORM, (source.id,))
    assert changes(*GOOD, source)[:2] == (first, second)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"at": "2026-11-20T11:59:59Z"}, 1),
        ({"at": "2026-11-20T12:00:00Z"}, 0),  # our first look
        ({"line": "3.13t"}, 0),
        ({"platform": "musllinux_x86_64"}, 0),
    ],
)
def test_what_is_told_is_before_our_first_look_and_about_our_cells(changed, told):
    assert len(backfilled(*GOOD, backfill(transition(**changed)))) == told


def test_the_latest_back_filled_history_stands():
    old = backfill(transition(), moment="2026-11-20T12:00:00Z")
    new = backfill(transition("2025-01-01T00:00:00Z"), moment="2026-11-21T12:00:00Z")
    assert [one.at for one in backfilled(*GOOD, new, old)] == ["2025-01-01T00:00:00Z"]
