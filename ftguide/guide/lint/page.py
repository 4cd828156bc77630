"""A page as the lint sees it: tokens with lines, text outside of code, and the marked exceptions. Pure.

An exception is a comment above the block it is for, with the rule's name and a reason:
`% lint: thread-safe, quotes CPython's documentation`. One without use is a finding itself.
What shows that a claim is true stands in such a comment, too: `% claim: ftguide/target/worker.py:12`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ftguide.guide.declare import markdown
from ftguide.guide.declare.markdown import Placed

_MARKER = re.compile(r"\s*lint:\s*(?P<rule>[a-z-]+)(?:\s*,\s*(?P<reason>.*\S))?\s*")
_CLAIM = re.compile(r"\s*(?P<rule>claim):\s*(?P<reason>.*\S)?\s*")
_FENCES = {"fence", "colon_fence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to change on a page."""

    page: str
    line: int
    rule: str
    message: str  #: value and fix

    def __str__(self) -> str:
        """Return the line that is printed."""
        return f"{self.page}:{self.line}: {self.message} [{self.rule}]"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, its tokens and its exceptions."""

    name: str
    text: str
    tokens: tuple[Placed, ...]
    markers: tuple[Marker, ...]
    claims: tuple[Marker, ...]  #: their reasons are what shows the claims below

    def excepted(self, rule: str, line: int) -> bool:
        """Say whether a marker allows what a rule found on a line."""
        for marker in self.markers:
            if marker.rule == rule and marker.reason and marker.first <= line <= marker.last:
                marker.used = True
                return True
        return False

    def words(self) -> Iterator[Words]:
        """Yield the prose of the page: no code, no roles, no titles of links, no raw HTML."""
        for placed in self.tokens:
            token = placed.token
            if token.type == "inline":
                yield from _words_of(placed)
            elif token.type in _FENCES and token.info.startswith("{"):
                # The title of an admonition, a tab or a card is prose, too.
                name, _, title = token.info.partition("}")
                if name[1:] not in markdown.LITERAL and ":" not in name:
                    yield Words(line=placed.line, text=title.strip())


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


def _words_of(placed: Placed) -> Iterator[Words]:
    line, linked = placed.line, 0
    parts: list[str] = []
    for child in placed.token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            yield Words(line=line, text="".join(parts))
            parts = []
            line += 1
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
            below = next((one for one in tokens[number + 1 :] if _is_block(one)), None)
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
