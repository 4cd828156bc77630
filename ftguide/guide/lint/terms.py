"""The rule about vocabulary: one word for one thing, and English that people speak.

The section *Vocabulary* of CONTRIBUTING.md is the only list: a term, what it means, and the phrases that
it replaces. Each phrase stands in code marks there; a slash separates forms of a word, so that `mend/mends`
is two phrases. `parse` reads that table strictly, because a row that is skipped is a rule that is lost.

`check` looks for the phrases in what people read: code, roles, the text of links and quotations are left
out. Pure; who calls it reads the file.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguide.guide.declare.finding import Finding, PageError, Place
from ftguide.guide.lint.page import Page

VOCABULARY = "vocabulary"

#: Where the table is.
FILE = "CONTRIBUTING.md"
SECTION = "## Vocabulary"
HEADER = ("Term", "Meaning", "Instead of")
#: In the last column: the term is defined here, and no phrase is replaced.
NONE = "\N{EM DASH}"

_RULER = re.compile(r":?-{3,}:?")
_WORD = r"[A-Za-z0-9]+(?:['.-][A-Za-z0-9]+)*"
_PHRASE = re.compile(rf"{_WORD}(?:/{_WORD})*(?: {_WORD}(?:/{_WORD})*)*")
_PHRASES = re.compile(r"`[^`]*`(?:, `[^`]*`)*")
_MARKED = re.compile(r"`([^`]*)`")
_KEPT = re.compile(r"[^\n]")  # lines stay countable
_HIDDEN = "\N{OBJECT REPLACEMENT CHARACTER}"
_QUOTED = re.compile(r'"[^"]*"|\u201c[^\u201d]*\u201d')


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A row of the table."""

    line: int
    name: str
    meaning: str
    avoid: tuple[str, ...]  #: as written, with slashes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A phrase to look for, and what to write instead of it."""

    pattern: re.Pattern[str]
    term: str


def parse(text: str, name: str = FILE) -> tuple[Term, ...]:
    """Return the rows of the table; raises `PageError` with the line where it is malformed."""
    rows = list(_rows(text, name))
    names: dict[str, int] = {}
    phrases: dict[str, int] = {}
    for term in rows:
        key = term.name.casefold()
        if key in names:
            raise _error(
                name, term.line, f"{term.name!r} stands in line {names[key]}, too. Keep one."
            )
        names[key] = term.line
    for term in rows:
        for phrase in (one for written in term.avoid for one in forms(written)):
            key = phrase.casefold()
            if key in phrases:
                problem = f"{phrase!r} is replaced in line {phrases[key]} already. Keep one."
                raise _error(name, term.line, problem)
            if key in names:
                problem = (
                    f"{phrase!r} is a term itself, in line {names[key]}. Replace it or define it."
                )
                raise _error(name, term.line, problem)
            phrases[key] = term.line
    return tuple(rows)


def rules(terms: Sequence[Term]) -> tuple[Rule, ...]:
    """Return what to look for."""
    return tuple(
        Rule(pattern=_pattern(phrase), term=term.name) for term in terms for phrase in term.avoid
    )


def forms(phrase: str) -> list[str]:
    """List the phrases that one with slashes stands for."""
    made = [""]
    for word in phrase.split(" "):
        made = [f"{begun} {form}".strip() for begun in made for form in word.split("/")]
    return made


def check(page: Page, known: Sequence[Rule]) -> Iterator[Finding]:
    """Yield the phrases that the table replaces, but for marked exceptions."""
    for paragraph in page.paragraphs():
        text = "\n".join(words.text for words in paragraph)
        text = _QUOTED.sub(lambda match: _KEPT.sub(_HIDDEN, match[0]), text)
        for rule in known:
            for match in rule.pattern.finditer(text):
                line = paragraph[text.count("\n", 0, match.start())].line
                if page.excepted(VOCABULARY, line):
                    continue
                found = " ".join(match[0].split())
                message = (
                    f"{found!r}. Write {rule.term!r}, as the vocabulary in {FILE} has it "
                    f"(`% lint: {VOCABULARY}, reason` above the block)."
                )
                yield page.finding(VOCABULARY, line, message)


def _pattern(phrase: str) -> re.Pattern[str]:
    words = ["|".join(map(re.escape, word.split("/"))) for word in phrase.split(" ")]
    inner = r"\s+".join(f"(?:{word})" for word in words)
    return re.compile(rf"(?<![\w-]){inner}(?![\w-])", re.IGNORECASE)


def _rows(text: str, name: str) -> Iterator[Term]:
    """Yield the rows of the one table in the section, which may hold no second one."""
    lines = text.splitlines()
    if SECTION not in lines:
        problem = f"there is no section {SECTION!r}. Add it, with the table of terms."
        raise PageError(problem, Place(name))
    start = lines.index(SECTION) + 1
    section = list(
        itertools.takewhile(
            lambda numbered: not numbered[1].startswith("## "), enumerate(lines[start:], start + 1)
        )
    )
    table = [(number, line) for number, line in section if line.lstrip().startswith("|")]
    if not table:
        raise _error(name, start, f"the section has no table. Begin it with {_row(HEADER)!r}.")
    for (before, _), (number, _) in itertools.pairwise(table):
        if number != before + 1:
            raise _error(name, number, "a row outside of the table. Remove what is above it.")
    (top, first), *rest = table
    if _cells(first, name, top) != HEADER:
        raise _error(name, top, f"the table has to begin with {_row(HEADER)!r}.")
    if not rest or not all(map(_RULER.fullmatch, _cells(rest[0][1], name, rest[0][0]))):
        raise _error(name, top + 1, "the line below the header has to be '|---|---|---|'.")
    if len(rest) == 1:
        raise _error(name, top + 1, "the table has no row. Add the terms.")
    for number, line in rest[1:]:
        yield _term(_cells(line, name, number), name, number)


def _cells(line: str, name: str, number: int) -> tuple[str, ...]:
    cells = tuple(cell.strip() for cell in line.strip().split("|"))
    if len(cells) != len(HEADER) + 2 or cells[0] or cells[-1]:
        raise _error(name, number, f"{line!r} is no row of three cells. Write {_row(HEADER)!r}.")
    return cells[1:-1]


def _term(cells: tuple[str, ...], name: str, line: int) -> Term:
    term, meaning, avoid = cells
    for cell, heading in zip((term, meaning), HEADER, strict=False):
        if not cell:
            raise _error(name, line, f"the cell below {heading!r} is empty. Fill it in.")
    if avoid == NONE:
        return Term(line=line, name=term, meaning=meaning, avoid=())
    if not _PHRASES.fullmatch(avoid):
        problem = (
            f"{avoid!r} is no list of phrases. Write `one`, `two`, each in code marks, or {NONE}."
        )
        raise _error(name, line, problem)
    phrases = tuple(_MARKED.findall(avoid))
    for phrase in phrases:
        if not _PHRASE.fullmatch(phrase):
            problem = (
                f"{phrase!r} is no phrase. Write words with one space between them, and a slash "
                "between the forms of a word."
            )
            raise _error(name, line, problem)
    return Term(line=line, name=term, meaning=meaning, avoid=phrases)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _error(name: str, line: int, problem: str) -> PageError:
    return PageError(problem, Place(name, line))
