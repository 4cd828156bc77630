"""Rules about links and images: inner links lead somewhere, images say what they show.

Pure, but for the question whether a linked file exists.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from markdown_it.token import Token
from myst_parser.slugs import github_slugify

from ftguide.guide.declare.finding import Finding
from ftguide.guide.lint.page import Page, children

LINK = "link"
ALT = "alt-text"

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_OPTION = re.compile(r"^:(?P<name>name|alt):[ \t]*(?P<value>.*\S)?[ \t]*$", re.MULTILINE)
_EXPLICIT = re.compile(r"[^\w.-]+")
_IMAGES = {"image", "figure"}


def anchors(page: Page) -> frozenset[str]:
    """Return the anchors of a page: labels, headings, snippets, named directives."""
    names: set[str] = set()
    heading = False
    for placed in page.tokens:
        token = placed.token
        if token.type == "myst_target":
            names |= {token.content, _EXPLICIT.sub("-", token.content).lower()}
        elif token.type == "heading_open":
            heading = True
        elif token.type == "inline":
            if heading:
                slug = github_slugify(_title(token))
                names.add(slug if slug not in names else f"{slug}-1")
            names |= {
                str(child.attrs["id"]) for child in token.children or () if "id" in child.attrs
            }
            heading = False
        elif token.type in {"fence", "colon_fence"}:
            name, _, argument = token.info.partition("}")
            if name == "{snippet" and argument.strip():
                names.add(f"snippet-{argument.strip()}")
            names |= {
                match["value"]
                for match in _OPTION.finditer(token.content)
                if match["name"] == "name" and match["value"]
            }
    return frozenset(names)


def _title(token: Token) -> str:
    return "".join(
        child.content for child in token.children or () if child.type in {"text", "code_inline"}
    )


def drawn(page: Page) -> bool:
    """Say whether directives that draw stored data put anchors on the page that only Sphinx knows."""
    return any(
        placed.token.type in {"fence", "colon_fence"} and re.match(r"\{\w+:", placed.token.info)
        for placed in page.tokens
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Where links can lead: the anchors of each page, None where only Sphinx knows them all."""

    anchors: Mapping[str, frozenset[str] | None]
    everywhere: frozenset[str]  #: labels of any page, which MyST finds wherever they are
    root: Path  #: for links to files that are no pages


def targets(pages: Iterable[Page], root: Path) -> Targets:
    """Collect where links can lead."""
    known = {page.name: (anchors(page), drawn(page)) for page in pages}
    return Targets(
        anchors={name: None if free else names for name, (names, free) in known.items()},
        everywhere=frozenset().union(
            *(names for name, (names, _) in known.items() if name.startswith("source/"))
        ),
        root=root,
    )


def check(page: Page, known: Targets) -> Iterator[Finding]:
    """Yield links that lead nowhere and images without a text."""
    for placed in page.tokens:
        token = placed.token
        if token.type in {"fence", "colon_fence"}:
            yield from _figure(page, placed.line, token)
        for line, child in children(placed) if token.type == "inline" else ():
            if child.type == "link_open":
                href = str(child.attrs.get("href", ""))
                problem = _lost(page, href, known)
                if problem is not None and not page.excepted(LINK, line):
                    yield page.finding(LINK, line, problem)
            elif (
                child.type == "image" and not child.content.strip() and not page.excepted(ALT, line)
            ):
                yield _without_text(page, line, str(child.attrs.get("src", "")))


def _figure(page: Page, line: int, token: Token) -> Iterator[Finding]:
    name, _, argument = token.info.partition("}")
    if name.removeprefix("{") not in _IMAGES or page.excepted(ALT, line):
        return
    if not any(
        match["name"] == "alt" and match["value"] for match in _OPTION.finditer(token.content)
    ):
        yield _without_text(page, line, argument.strip())


def _without_text(page: Page, line: int, source: str) -> Finding:
    message = f"the image {source!r} has no alternative text. Say what it shows."
    return page.finding(ALT, line, message)


def _lost(page: Page, href: str, known: Targets) -> str | None:
    """Say why a link leads nowhere, None if it does not."""
    if not href:
        return "a link without a target. Give it one."
    if _SCHEME.match(href) or href.startswith("//"):
        return None
    path, _, anchor = unquote(href).partition("#")
    base = "source" if path.startswith("/") else posixpath.dirname(page.name)
    target = posixpath.normpath(posixpath.join(base, path.lstrip("/"))) if path else page.name
    name = next((name for name in (target, f"{target}.md") if name in known.anchors), None)
    if name is None:
        there = (known.root / target).exists()
        return None if there else f"{href} leads to no file. Correct the path."
    known_anchors = known.anchors[name]
    local = not path and name.startswith("source/") and anchor in known.everywhere
    if not anchor or known_anchors is None or anchor in known_anchors or local:
        return None
    return f"{path}#{anchor} is no heading, label or snippet. Correct the anchor."
