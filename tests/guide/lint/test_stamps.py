"""A page says when it was checked and with what; with `--stale`, not too long ago."""

import datetime as dt

import pytest

from ftguide.guide.lint import page, stamps

TODAY = dt.date(2026, 11, 24)


def findings(front: str, *, stale: bool = False, body: str = "# P\n") -> list[str]:
    text = f"---\n{front}\n---\n\n{body}" if front else body
    found = stamps.check(page.parse("source/p.md", text), today=TODAY, stale=stale)
    return [f"{one.rule}: {one.message}" for one in found]


GOOD = "checked: 2026-11-23\nchecked_with: 3.14.7, 3.14.7t"


def test_a_good_stamp():
    assert findings(GOOD) == []
    assert findings(GOOD, stale=True) == []


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("", "stamp: no `checked:`"),
        ("title: x", "stamp: no `checked:`"),
        ("checked: soon\nchecked_with: 3.14.7", "stamp: checked: 'soon' is no date"),
        ("checked: 2026-11-23", "stamp: no `checked_with:`"),
        (
            "checked: 2026-12-24\nchecked_with: 3.14.7",
            "stamp: checked: 2026-12-24 is in the future",
        ),
        ("checked: [", "stamp: the front matter is not YAML"),
    ],
)
def test_a_stamp_that_is_wrong(front, message):
    (found,) = findings(front)
    assert found.startswith(message)


@pytest.mark.parametrize(("days", "old"), [(180, False), (181, True)])
def test_a_stamp_grows_stale(days, old):
    front = f"checked: {TODAY - dt.timedelta(days=days)}\nchecked_with: 3.14.7"
    assert findings(front) == []
    found = findings(front, stale=True)
    assert [one.startswith(f"stale: checked {days} days ago") for one in found] == [True] * old


def test_pages_of_stored_runs_need_no_stamp():
    assert findings("", body="# P\n\n```{bench:run} x\n```\n") == []
