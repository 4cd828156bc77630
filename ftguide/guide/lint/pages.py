"""All rules over all pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from ftguide.guide.declare import extract, markdown
from ftguide.guide.declare.finding import Finding
from ftguide.guide.lint import claims, code, links, page, reading, stamps, terms, words
from ftguide.guide.lint.reading import Reading
from ftguide.guide.record import report

#: Rules that a comment may except.
EXCEPTABLE = frozenset(
    {
        *words.RULES,
        terms.VOCABULARY,
        code.FENCE,
        code.DATA,
        code.TEXT,
        code.UNVERIFIED,
        links.LINK,
        links.ALT,
    }
)

#: Beside the pages, only their links are looked at, and their vocabulary unless they tell history.
OTHERS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
_HISTORY = "CHANGELOG.md"


def lint(
    root: Path, *, only: Sequence[str] = (), today: dt.date, stale: bool = False
) -> list[Finding]:
    """Return the findings, by page and line; raises `PageError` and `UnreadableError`.

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
            read.name: frozenset(made.name for made in read.snippets if made.not_run is None)
            for read in snippets
        },
        root=root,
    )
    vocabulary = _vocabulary(root)
    findings: list[Finding] = []
    for path, read in zip(paths, snippets, strict=True):
        checked = pages[names[path]]
        if only and checked.name not in only:
            continue
        known = report.read(report.path_of(checked.name, root))
        findings += words.check(checked)
        findings += terms.check(checked, vocabulary)
        findings += reading.check(checked)
        findings += code.check(checked)
        findings += code.check_snippets(checked, read, known)
        findings += links.check(checked, targets)
        if claims.applies(checked.name):
            findings += claims.check(checked, support)
        findings += stamps.check(checked, today=today, stale=stale)
        findings += words.check_markers(checked, EXCEPTABLE)
    if not only:
        findings += code.check_share(snippets)
        for other in others:
            findings += links.check(other, targets)
            if other.name != _HISTORY:
                findings += terms.check(other, vocabulary)
    return sorted(findings, key=lambda finding: (finding.page, finding.line, finding.rule))


def _vocabulary(root: Path) -> tuple[terms.Rule, ...]:
    """Return what the table of CONTRIBUTING.md replaces, nothing in a folder without that file."""
    path = root / terms.FILE
    return terms.rules(terms.parse(markdown.read(path))) if path.is_file() else ()


def readings(root: Path, *, only: Sequence[str] = ()) -> list[Reading]:
    """Return how the pages with text of ours read, the shortest sentences first; raises `PageError`."""
    found = []
    for path in extract.pages(root):
        name = path.relative_to(root).as_posix()
        if reading.applies(name) and (not only or name in only):
            found.append(reading.read(page.parse(name, markdown.read(path))))
    return sorted((one for one in found if one.sentences), key=lambda one: one.mean)
