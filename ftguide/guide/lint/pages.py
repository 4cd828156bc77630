"""All rules over all pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from ftguide.guide.declare import extract, markdown
from ftguide.guide.lint import claims, code, links, page, stamps, words
from ftguide.guide.lint.page import Finding
from ftguide.guide.record import report

#: Rules that a comment may except.
EXCEPTABLE = frozenset(
    {*words.RULES, code.FENCE, code.DATA, code.TEXT, code.UNVERIFIED, links.LINK, links.ALT}
)

#: Beside the pages, only their links are looked at.
OTHERS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")


def lint(
    root: Path, *, only: Sequence[str] = (), today: dt.date, stale: bool = False
) -> list[Finding]:
    """Return the findings, by page and line; raises `PageError` and `ReportError`.

    `only` names pages such as source/installing.md; links are followed into all pages either way.
    """
    paths = extract.pages(root)
    names = {path: path.relative_to(root).as_posix() for path in paths}
    pages = {name: page.parse(name, markdown.read(path)) for path, name in names.items()}
    snippets = [extract.extract(path, root) for path in paths]
    others = [
        page.parse(name, markdown.read(root / name)) for name in OTHERS if (root / name).is_file()
    ]
    targets = links.targets([*pages.values(), *others], root)
    support = claims.Known(
        snippets={
            one.name: frozenset(each.name for each in one.snippets if each.not_run is None)
            for one in snippets
        },
        root=root,
    )
    found: list[Finding] = []
    for path, known in zip(paths, snippets, strict=True):
        one = pages[names[path]]
        if only and one.name not in only:
            continue
        found += words.check(one)
        found += code.check(one)
        found += code.check_snippets(one, known, report.read(report.path_of(one.name, root)))
        found += links.check(one, targets)
        if claims.applies(one.name):
            found += claims.check(one, support)
        found += stamps.check(one, today=today, stale=stale)
        found += words.check_markers(one, EXCEPTABLE)
    if not only:
        found += code.check_share(snippets)
        for other in others:
            found += links.check(other, targets)
    return sorted(found, key=lambda one: (one.page, one.line, one.rule))
