"""What the theme's HTML lacks for people who do not see it, added while a page is written.

Furo does not name its two sidebars, leaves the buttons at the top of a page outside of every landmark, and
says of captions that they are headings without saying of which level. Sphinx makes an empty heading of an
empty cell. Furo's templates are not stable, so they are not copied: its HTML passes through this filter.
"""

from __future__ import annotations

import re

from ftguide.render.svg import printable

#: What is written, and what it becomes.
_CHANGES = (
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="Pages">'),
    ('<aside class="toc-drawer', '<aside aria-label="On this page" class="toc-drawer'),
    (
        '<div class="content-icon-container">',
        '<div class="content-icon-container" role="region" aria-label="Buttons of this page">',
    ),
    (
        '<form class="sidebar-search-container" method="get"',
        '<form class="sidebar-search-container" aria-label="Search from any page" method="get"',
    ),
    ('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    ('<th class="head"><p></p></th>', '<td class="head"></td>'),
    ('<th class="head stub"><p></p></th>', '<td class="head stub"></td>'),
)
_REGION = re.compile(r'(role="region" aria-label=")([^"]*)(")')


def accessible(page: str) -> str:
    """Return the body of a page with names for its landmarks, no two of them alike.

    Every page comes through here, so characters of other people's files that would turn the text around, or
    steer the terminal of somebody who downloads the page, are replaced here, once.
    """
    page = printable(page)
    for before, after in _CHANGES:
        page = page.replace(before, after)
    used: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        label = match[2]
        used[label] = number = used.get(label, 0) + 1
        return f"{match[1]}{label}{f' ({number})' if number > 1 else ''}{match[3]}"

    return _REGION.sub(numbered, page)
