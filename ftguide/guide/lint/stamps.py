"""Rules about the stamp in a page's front matter: there, readable, and with `--stale` not too old. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import yaml

from ftguide.guide.declare import markdown
from ftguide.guide.declare.finding import Finding
from ftguide.guide.lint import links
from ftguide.guide.lint.page import Page

STAMP = "stamp"
STALE = "stale"

MOST_DAYS = 180


def check(page: Page, *, today: dt.date, stale: bool) -> Iterator[Finding]:
    """Yield what is wrong with a page's stamp; pages drawn from stored runs need none."""
    try:
        front = yaml.safe_load(markdown.front_matter(page.text)) or {}
    except yaml.YAMLError as error:
        text = " ".join(str(error).split())
        yield page.finding(STAMP, 1, f"the front matter is not YAML: {text}. Correct it.")
        return
    if not isinstance(front, dict) or "checked" not in front:
        if not links.drawn(page):
            yield page.finding(
                STAMP, 1, "no `checked:` in the front matter. Add the day you checked the page."
            )
        return
    checked = front["checked"]
    if isinstance(checked, dt.datetime) or not isinstance(checked, dt.date):
        yield page.finding(
            STAMP, 1, f"checked: {checked!r} is no date. Write one such as 2026-11-23."
        )
        return
    if not front.get("checked_with"):
        yield page.finding(
            STAMP, 1, "no `checked_with:`. Name the versions, such as 3.14.7, 3.14.7t."
        )
    age = (today - checked).days
    if age < -1:  # somewhere it is tomorrow already
        yield page.finding(STAMP, 1, f"checked: {checked} is in the future. Correct it.")
    if stale and age > MOST_DAYS:
        yield page.finding(
            STALE,
            1,
            f"checked {age} days ago, and {MOST_DAYS} is the limit. Check the page again and set "
            f"`checked: {today}`.",
        )
