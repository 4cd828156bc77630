"""A page as the lint sees it: tokens with lines, text outside of code, and the marked exceptions. Pure.

An exception is a comment above the block it is for, with the rule's name and a reason:
`% lint: thread-safe, quotes CPython's documentation`. One without use is a finding itself.
What shows that a claim is true stands in such a comment, too: `% claim: ftguide/target/worker.py:12`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it.token import Token

from ftguide.guide.declare import markdown
from ftguide.guide.declare.finding import Finding
from ftguide.guide.declare.markdown import Placed

_MARKER = re.compile(r"\s*lint:\s*(?P<rule>[a-z-]+)(?:\s*,\s*(?P<reason>.*\S))?\s*")
_CLAIM = re.compile(r"\s*(?P<rule>claim):\s*(?P<reason>.*\S)?\s*")
_FENCES = {"fence", "colon_fence"}
#: What ends a line within a paragraph.
BREAKS = frozenset({"softbreak", "hardbreak"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Text of a page, on one line, outside of code, links and roles."""

    line: int
    text: str


@dataclass(slots=True, kw_only=True)
class Marker:
    """A marked exception and the lines it covers, both ends included."""

    line: int
    rule: str
    reason: str
    first: int
    last: int
    used: bool = field(default=False)

    def covers(self, line: int) -> bool:
        """Say whether a line is in the block below the comment."""
        return self.first <= line <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, its tokens and its exceptions."""

    name: str
    text: str
    tokens: tuple[Placed, ...]
    markers: tuple[Marker, ...]
    claims: tuple[Marker, ...]  #: their reasons are what shows the claims below

    def finding(self, rule: str, line: int, message: str) -> Finding:
        """Return a finding on this page."""
        return Finding(page=self.name, line=line, rule=rule, message=message)

    def excepted(self, rule: str, line: int) -> bool:
        """Say whether a marker allows what a rule found on a line."""
        for marker in self.markers:
            if marker.rule == rule and marker.reason and marker.covers(line):
                marker.used = True
                return True
        return False

    def words(self) -> Iterator[Words]:
        """Yield the prose of the page: no code, no roles, no titles of links, no raw HTML."""
        for paragraph in self.paragraphs():
            yield from paragraph

    def paragraphs(self) -> Iterator[tuple[Words, ...]]:
        """Yield the same by paragraph, heading, item or cell, for phrases that go on in the next line."""
        for placed in self.tokens:
            token = placed.token
            if token.type == "inline":
                yield tuple(_words_of(placed))
            elif token.type in _FENCES and token.info.startswith("{"):
                # The title of an admonition, a tab or a card is prose, too.
                name, _, title = token.info.partition("}")
                if name[1:] not in markdown.LITERAL and ":" not in name:
                    yield (Words(line=placed.line, text=title.strip()),)


def parse(name: str, text: str) -> Page:
    """Return a page with its tokens and exceptions."""
    tokens = tuple(markdown.tokens(text))
    return Page(
        name=name,
        text=text,
        tokens=tokens,
        markers=tuple(_markers(tokens, _MARKER)),
        claims=tuple(_markers(tokens, _CLAIM)),
    )


def children(placed: Placed) -> Iterator[tuple[int, Token]]:
    """Yield what a paragraph is made of, each with its line; a break belongs to the line it ends."""
    line = placed.line
    for child in placed.token.children or ():
        yield line, child
        line += child.type in BREAKS


def _words_of(placed: Placed) -> Iterator[Words]:
    linked = 0
    parts: list[str] = []
    line = placed.line
    for line, child in children(placed):
        if child.type in BREAKS:
            yield Words(line=line, text="".join(parts))
            parts = []
        elif child.type in {"link_open", "link_close"}:
            linked += child.nesting
            parts.append(" \N{LINK SYMBOL} " if child.nesting > 0 else "")
        elif child.type == "text" and not linked:
            parts.append(child.content)
        elif child.type not in {"em_open", "em_close", "strong_open", "strong_close"}:
            parts.append(
                " \N{OBJECT REPLACEMENT CHARACTER} "
            )  # code or a role: never one word with its neighbours
    yield Words(line=line, text="".join(parts))


def _markers(tokens: tuple[Placed, ...], pattern: re.Pattern[str]) -> Iterator[Marker]:
    for number, placed in enumerate(tokens):
        if placed.token.type != "myst_line_comment":
            continue
        for offset, content in enumerate(placed.token.content.split("\n")):
            match = pattern.fullmatch(content.removeprefix("%"))
            if match is None:
                continue
            first = last = placed.line
            below = next(filter(_is_block, tokens[number + 1 :]), None)
            if below is not None and below.token.map is not None:
                first = below.line
                last = below.line + below.token.map[1] - below.token.map[0] - 1
            yield Marker(
                line=placed.line + offset,
                rule=match["rule"],
                reason=match["reason"] or "",
                first=first,
                last=last,
            )


def _is_block(placed: Placed) -> bool:
    return placed.token.map is not None and placed.token.type not in {
        "myst_line_comment",
        "myst_target",
    }
