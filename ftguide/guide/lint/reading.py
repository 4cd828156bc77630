"""How a page reads: the length of its sentences, and the share of short ones.

What people wrote as running text counts: paragraphs, list items, and the text of admonitions and tabs.
Headings, tables, code, outputs, front matter and everything that a directive draws are left out, and so are
paragraphs without a sentence, such as a label above a block. A label in bold at the beginning of a
paragraph, of at most three words before a full stop or a colon ("**Cause.**"), is a heading, too. Inline code
and a role are one word each, whatever is in them; the text of a link counts as it is read. A colon above a
block ends a sentence, because the reader stops there; a colon within a line does not. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from ftguide.guide.lint.page import BREAKS, Page, children

#: The targets: the mean of a page lies between these, and at most this share of sentences is short.
MEAN = (15.0, 20.0)
SHORT = 9  #: a sentence with fewer words is short
SHARE = 0.18

#: Pages drawn from stored data, and what is a list of names rather than a text.
_DRAWN = ("source/benchmarks/runs/", "source/benchmarks/compare/")
_LEFT_OUT = frozenset({"heading", "table", "dt", "field_list", "toctree"})
_BOLD = {"strong_open": "\x02", "strong_close": "\x03"}
_LABEL = re.compile(r"\x02(?:\S+ ){0,2}[^\s\x03]+(?:[.:]\x03|\x03:)(?=\s|\Z)")
_CODE = "\N{OBJECT REPLACEMENT CHARACTER}"
_END = re.compile(
    r"(?<!e\.g)(?<!i\.e)(?<!vs)(?<!\bcf)[.!?][\"\u201d)\]]*(?=\s+[^a-z\s]|\s*\Z)|:(?=\s*\Z)"
)
_WORD = re.compile(rf"[^\W_]|{_CODE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a page."""

    line: int  #: of its paragraph
    words: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a page reads."""

    page: str
    sentences: tuple[Sentence, ...]

    @property
    def words(self) -> int:
        """All words that counted."""
        return sum(sentence.words for sentence in self.sentences)

    @property
    def mean(self) -> float:
        """Words in a sentence; 0 for a page without text."""
        return self.words / len(self.sentences) if self.sentences else 0.0

    @property
    def short(self) -> float:
        """The share of sentences with fewer than nine words; 0 for a page without text."""
        count = sum(sentence.words < SHORT for sentence in self.sentences)
        return count / len(self.sentences) if self.sentences else 0.0

    @property
    def within(self) -> bool:
        """Whether the page meets both targets; a page with little text always does."""
        return len(self.sentences) < 10 or (MEAN[0] <= self.mean <= MEAN[1] and self.short <= SHARE)

    @property
    def worst(self) -> int | None:
        """The line of the paragraph with most short sentences, None where there is none."""
        counts: dict[int, int] = {}
        for sentence in self.sentences:
            counts[sentence.line] = counts.get(sentence.line, 0) + (sentence.words < SHORT)
        line = max(counts, key=counts.__getitem__, default=None)
        return line if line is not None and counts[line] else None


def applies(name: str) -> bool:
    """Say whether a page has text that people wrote."""
    return name.startswith("source/") and not name.startswith(_DRAWN)


def read(page: Page) -> Reading:
    """Measure a page."""
    return Reading(page=page.name, sentences=tuple(_sentences(page)))


def over(readings: Iterable[Reading]) -> Reading:
    """Return several pages as one, for the last line of a table."""
    return Reading(
        page="all pages", sentences=tuple(one for each in readings for one in each.sentences)
    )


def _sentences(page: Page) -> Iterator[Sentence]:
    within: list[str] = []
    for placed in page.tokens:
        token = placed.token
        if token.nesting > 0:
            within.append(token.type.removesuffix("_open"))
        elif token.nesting < 0:
            within.pop()
        elif token.type == "inline" and _LEFT_OUT.isdisjoint(within):
            text = "".join(_texts([child for _, child in children(placed)]))
            plain = (
                _LABEL.sub("", " ".join(text.split()), count=1) if text.startswith("\x02") else text
            )
            yield from split(re.sub(r"[\x02\x03]", "", plain), placed.line)


def _texts(parts: Sequence[Token]) -> Iterator[str]:
    """Yield what a reader reads of a paragraph, one word for what has no words."""
    for number, part in enumerate(parts):
        if part.type == "text":
            yield part.content
        elif part.type in {"code_inline", "myst_role", "math_inline"}:
            yield _CODE
        elif part.type == "link_close" and parts[number - 1].type == "link_open":
            yield _CODE  # Sphinx puts the title of the page there
        elif part.type in BREAKS:
            yield " "
        else:
            yield _BOLD.get(part.type, "")


def split(text: str, line: int) -> Iterator[Sentence]:
    """Yield the sentences of a paragraph; what follows the last full stop is none."""
    start = 0
    for end in _END.finditer(text):
        one = text[start : end.end()].strip()
        start = end.end()
        words = sum(bool(_WORD.search(word)) for word in one.split())
        if words:
            yield Sentence(line=line, words=words, text=one)
