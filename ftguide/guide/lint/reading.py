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

from ftguide.guide.declare.finding import Finding
from ftguide.guide.lint.page import BREAKS, Page, children

READING = "reading"

#: The targets: the mean of a page lies between these, and at most this share of sentences is short.
MEAN = (15.0, 20.0)
SHORT = 9  #: a sentence with fewer words is short
SHARE = 0.18

#: A page with fewer sentences has too little text to judge.
FEWEST = 10

#: Pages drawn from stored data, and what is a list of names rather than a text.
_DRAWN = ("source/benchmarks/runs/", "source/benchmarks/compare/")

#: A page of one workload, and why the targets are not for it: its sentences answer the same six headings
#: on every such page (what it does, what we expected, what was found), a few for each, so that ten to
#: fifteen of them are too few for a mean, and rows of the suite would be reworded for the sake of a count.
_WORKLOAD = re.compile(r"^```\{bench:workload\}", re.MULTILINE)

#: What a finding quotes of a paragraph, in characters.
_MOST_QUOTED = 240
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
        return len(self.sentences) < FEWEST or (
            MEAN[0] <= self.mean <= MEAN[1] and self.short <= SHARE
        )

    @property
    def worst(self) -> int | None:
        """The line of the paragraph to begin with, None for a page that meets the targets.

        Where the sentences are too long it has the longest on average, else the most short ones.
        """
        if self.within:
            return None
        paragraphs: dict[int, list[int]] = {}
        for sentence in self.sentences:
            paragraphs.setdefault(sentence.line, []).append(sentence.words)
        if self.mean > MEAN[1]:
            return max(paragraphs, key=lambda line: _mean(paragraphs[line]))
        return max(
            paragraphs,
            key=lambda line: (
                sum(words < SHORT for words in paragraphs[line]),
                -_mean(paragraphs[line]),
            ),
        )

    def quoted(self, line: int) -> str:
        """Return the beginning of a paragraph."""
        text = " ".join(one.text for one in self.sentences if one.line == line).replace(_CODE, "…")
        if len(text) <= _MOST_QUOTED:
            return text
        return f"{text[:_MOST_QUOTED].rpartition(' ')[0]} …"


def _mean(words: Sequence[int]) -> float:
    return sum(words) / len(words)


def applies(name: str) -> bool:
    """Say whether a page has text that people wrote."""
    return name.startswith("source/") and not name.startswith(_DRAWN)


def guide(page: Page) -> bool:
    """Say whether the targets are for a page: for all that `applies` to, but those of single workloads."""
    return applies(page.name) and not _WORKLOAD.search(page.text)


def check(page: Page) -> Iterator[Finding]:
    """Yield a guide page whose sentences are outside the targets, with its worst paragraph."""
    if not guide(page):
        return
    one = read(page)
    line = one.worst
    if line is None:
        return
    low, high = MEAN
    if one.mean > high:
        fix = "Divide the long sentences"
    else:
        fix = "Connect short sentences (because, so, unless, which means)"
    message = (
        f"the sentences of this page have {one.mean:.1f} words on average ({low:.0f} to {high:.0f} is the "
        f"target), and {one.short:.0%} have fewer than {SHORT} (at most {SHARE:.0%}). {fix}, beginning with "
        f'this paragraph: "{one.quoted(line)}"'
    )
    yield page.finding(READING, line, message)


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
