"""Addresses that others link to stay: every recorded anchor still leads somewhere.

`python -m tests.guide.test_anchors` adds the anchors of today's pages to the record, which only grows.
An anchor whose section moved stays on its old page as `<a id="…"></a>` in front of a link to the new place;
a page that moved has its old address in `redirects` in conf.py, which takes the anchor along. What
directives draw is known to Sphinx only, and not recorded.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Mapping

import pytest

from ftguide.ground.files import ROOT
from ftguide.guide.declare import extract
from ftguide.guide.lint import links, page

RECORD = ROOT / "tests/data/anchors.txt"
_LEFT_BEHIND = re.compile(r'<a id="([^"]+)">')


def anchors(name: str, text: str) -> frozenset[str]:
    """Return the anchors of a page, those among them that a section left behind when it moved."""
    return links.anchors(page.parse(name, text)) | frozenset(_LEFT_BEHIND.findall(text))


def today() -> dict[str, frozenset[str]]:
    """Return the anchors of every page of the site, by its address without a suffix."""
    found = {}
    for path in extract.pages(ROOT):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("source/"):
            text = path.read_text(encoding="utf-8")
            found[name.removeprefix("source/").removesuffix(".md")] = anchors(name, text)
    return found


def redirects() -> dict[str, str]:
    """Return the pages that moved, as conf.py has them."""
    for node in ast.parse((ROOT / "conf.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "redirects":
            return dict(ast.literal_eval(node.value))
    raise LookupError("conf.py has no redirects")


def recorded() -> list[str]:
    """Return the recorded addresses, such as `scaling#scaling-locks`."""
    return RECORD.read_text(encoding="utf-8").splitlines()


def lost(
    known: Iterable[str], there: Mapping[str, frozenset[str]], moved: Mapping[str, str]
) -> list[str]:
    """Return the addresses of `known` that lead nowhere any more."""
    gone = []
    for address in known:
        name, _, anchor = address.partition("#")
        target = moved.get(name)
        if name not in there and target is not None:
            name = posixpath.normpath(posixpath.join(posixpath.dirname(name), target)).removesuffix(
                ".html"
            )
        if anchor not in there.get(name, ()):
            gone.append(address)
    return gone


def test_every_recorded_anchor_leads_somewhere() -> None:
    gone = lost(recorded(), today(), redirects())
    assert not gone, (
        f"{', '.join(gone)}: others may link there. Keep the label, or leave "
        '<a id="…"></a> in front of a link to where the section is now.'
    )


def test_the_record_is_sorted_and_says_nothing_twice() -> None:
    assert recorded() == sorted(set(recorded()))


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("(kept)=\n## Other words\n", []),
        ("## Kept\n", []),
        ('- <a id="kept"></a>[Kept](other.md)\n', []),
        ("## Renamed\n", ["page#kept"]),
    ],
)
def test_a_label_a_heading_and_what_is_left_behind_count(text: str, gone: list[str]) -> None:
    assert lost(["page#kept"], {"page": anchors("source/page.md", text)}, {}) == gone


@pytest.mark.parametrize(
    ("there", "gone"),
    [
        ({"dir/new": frozenset({"kept"})}, []),
        ({"dir/new": frozenset({"other"})}, ["dir/old#kept"]),
        ({}, ["dir/old#kept"]),
    ],
)
def test_a_page_that_moved_takes_its_anchors_along(
    there: dict[str, frozenset[str]], gone: list[str]
) -> None:
    assert lost(["dir/old#kept"], there, {"dir/old": "new.html"}) == gone


if __name__ == "__main__":
    now = {f"{name}#{anchor}" for name, there in today().items() for anchor in there}
    RECORD.write_text(
        "".join(f"{address}\n" for address in sorted(now | set(recorded()))), encoding="utf-8"
    )
    print(f"{RECORD.relative_to(ROOT)}: {len(recorded())} anchors")
