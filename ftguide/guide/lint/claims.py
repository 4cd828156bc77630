"""Rules about claims: a sentence that promises behaviour stands beside what shows it.

Such a sentence says *cannot*, *never*, *always*, *does not crash*, *no lock*, *is one step* or *safe*.
Headings, titles, questions, quotations and code claim nothing, and neither does advice: "Never" or
"Always" with a verb in its plain form, at the beginning of a sentence or after a colon.

A claim is supported by a link out of the site, a {bench:value} or an outcome test ({outcome:rate},
{outcome:ref}) in its paragraph, list item or row of a table (or in the sentence with a colon that
introduces the list or table), by a block of code or output right before or after it, or by a comment above
the block that names what shows it: `% claim: ftguide/target/worker.py:12`,
`% claim: faq.md#snippet-NAME`, `% claim: definition: WORDS`.

Pure, but for the question whether a file that a comment names exists and is that long.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it.token import Token

from ftguide.guide.declare.finding import Finding
from ftguide.guide.declare.markdown import Placed
from ftguide.guide.lint.page import BREAKS, Page, children

CLAIM = "claim"

#: Drawn from stored data, not written.
_DRAWN = "source/benchmarks/runs/"

_WORDS = re.compile(
    r"\b(?:cannot|can(?:\s+no|')t|never|always|do(?:es)?\s+not\s+crash|no\s+locks?"
    r"|(?:is|are)\s+one\s+step|(?<!thread\s)(?<!-)safe(?!-))\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(r"(?:never|always)\s+(?!(?:an?|the)\b|[a-z]*[^s\W]s\b)[a-z]+", re.IGNORECASE)
_OPENING = re.compile(r"(?:.*:)?\W*", re.DOTALL)
_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!vs)[.!?][)\]]*\s+(?![a-z])|\Z")
_QUOTED = re.compile(r'"[^"]*"|\u201c[^\u201d]*\u201d')
_HIDDEN = "\N{OBJECT REPLACEMENT CHARACTER}"

_ADDRESS = re.compile(r"https?://\S+")
_CPYTHON = re.compile(r"\bCPython \d+\.\d+\S* \w+(?:/[\w.-]+)+:\d+")
_DEFINITION = re.compile(r"\bdefinition:(?P<words>.*)")
_PLACE = re.compile(r"(?P<path>[\w./-]*\w\.[A-Za-z]\w*):(?P<line>\d+)")
_SNIPPET = re.compile(r"(?P<page>[\w./-]*)#(?P<anchor>[\w-]+)")

_SHOWS = {"snippet", "output", "literalinclude"}
_INTRODUCED = {"bullet_list", "ordered_list", "table"}
_NAMES = {"heading", "th", "dt"}
_FIX = (
    "Say what was seen, with its condition or count; or put what shows it into the paragraph "
    "({bench:value}, {outcome:rate}, a link http…) or right beside it (a {snippet} or its {output}); or "
    "name it in a comment above, `% claim: path:line`, `#snippet-NAME`, `source: http…` or `definition: …`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a comment may name."""

    snippets: Mapping[str, frozenset[str]]  #: by page, the names of those that run
    root: Path  #: of the repository, for files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A sentence that promises something."""

    line: int
    words: str  #: those that promise, quoted
    sentence: str  #: cut where it is long


@dataclass(slots=True, kw_only=True)
class _Block:
    """A paragraph, a cell, or something between them; numbers are those of tokens."""

    line: int
    depth: int
    unit: int  #: the list item, row or paragraph that it is in
    whole: int  #: the list item, table or paragraph
    intro: int | None = None  #: of a list or table, the block above it
    shows: bool = False  #: code that runs, or its output
    cites: bool = False  #: links out of the site, or quotes what is stored
    claims: list[_Claim] = field(default_factory=list)
    text: str = ""


def applies(name: str) -> bool:
    """Say whether a page is one that people write."""
    return name.startswith("source/") and not name.startswith(_DRAWN)


def check(page: Page, known: Known) -> Iterator[Finding]:
    """Yield the claims that nothing supports, and the comments that support none."""
    blocks = list(_blocks(page.tokens))
    claims = [(claim, number) for number, block in enumerate(blocks) for claim in block.claims]
    cited = {block.unit for block in blocks if block.cites}
    for claim, number in claims:
        marked = any(marker.covers(claim.line) for marker in page.claims)
        if not marked and not _supported(blocks, number, cited):
            message = f'{claim.words}: "{claim.sentence}" has nothing that shows it. {_FIX}'
            yield page.finding(CLAIM, claim.line, message)
    for marker in page.claims:
        if not any(marker.covers(claim.line) for claim, _ in claims):
            problem: str | None = "there is no claim in the block below. Remove the comment."
        else:
            problem = _lost(marker.reason, page.name, known)
        if problem is not None:
            yield page.finding(CLAIM, marker.line, problem)


def _supported(blocks: Sequence[_Block], number: int, cited: set[int]) -> bool:
    block = blocks[number]
    intro = None if block.intro is None else blocks[block.intro]
    return (
        block.unit in cited
        or (intro is not None and intro.unit in cited and intro.text.endswith(":"))
        or any(_beside(blocks, number, step).shows for step in (-1, 1))
    )


def _beside(blocks: Sequence[_Block], number: int, step: int) -> _Block:
    """Return the next block that is not of the same list item or table, in the same directive."""
    block, there = blocks[number], number + step
    while 0 <= there < len(blocks) and blocks[there].whole == block.whole and blocks[there].text:
        there += step
    exists = 0 <= there < len(blocks) and blocks[there].depth == block.depth
    return blocks[there] if exists else block


def _blocks(tokens: Sequence[Placed]) -> Iterator[_Block]:
    count = 0
    open_: list[tuple[str, int, int | None]] = []  # name, number of the token, block above it
    for number, placed in enumerate(tokens):
        token = placed.token
        if token.nesting > 0:
            above = count - 1 if count else None
            open_.append((token.type.removesuffix("_open"), number, above))
        elif token.nesting < 0:
            open_.pop()
        elif token.type not in {"myst_line_comment", "myst_target", "front_matter"}:
            around = {name: (at, above) for name, at, above in open_}
            if "field_list" in around:
                continue  # options of a directive
            yield _block(placed, number, around)
            count += 1


def _block(placed: Placed, number: int, around: Mapping[str, tuple[int, int | None]]) -> _Block:
    token = placed.token
    at = {name: number for name, (number, _) in around.items()}
    item = at.get("list_item", number)
    made = _Block(
        line=placed.line,
        depth=placed.depth,
        unit=at.get("tr", item),
        whole=at.get("table", item),
        intro=max((around[name] for name in _INTRODUCED & around.keys()), default=(0, None))[1],
    )
    if token.type == "inline":
        _read(made, placed, silent=not _NAMES.isdisjoint(around))
    else:
        made.shows = _shows(token)
    return made


def _shows(token: Token) -> bool:
    if token.type not in {"fence", "colon_fence"}:
        return False
    name = token.info.strip().removeprefix("{").partition("}")[0]
    options = token.content.partition("\n\n")[0]
    return name in _SHOWS and (":not-run:" not in options or ":source:" in options)


def _read(made: _Block, placed: Placed, *, silent: bool) -> None:
    """Fill in what a paragraph says; `shown` and `plain` have the same length."""
    shown = plain = ""
    breaks: list[int] = []
    for _, child in children(placed):
        text, hidden = child.content, True
        if child.type in BREAKS:
            breaks.append(len(shown))
            text, hidden = " ", False
        elif child.type == "link_open":
            made.cites |= bool(_ADDRESS.match(str(child.attrs.get("href", ""))))
        elif child.type == "myst_role":
            made.cites |= str(child.meta.get("name", "")).startswith(("bench:", "outcome:"))
        elif child.type == "code_inline":
            text = f"`{text}`"
        elif child.type == "text":
            hidden = False
        shown += text
        plain += _HIDDEN * len(text) if hidden else text
    made.text = shown.strip() or _HIDDEN
    if silent:
        return
    plain = _QUOTED.sub(lambda match: _HIDDEN * len(match[0]), plain)
    start = 0
    for end in _END.finditer(plain):
        promises = _promises(plain, start, end.end())
        if promises:
            first = promises[0].start()
            made.claims.append(
                _Claim(
                    line=made.line + sum(at < first for at in breaks),
                    words=", ".join(repr(" ".join(match[0].split())) for match in promises),
                    sentence=_short(shown, start, end.end(), first),
                )
            )
        start = end.end()


def _promises(plain: str, start: int, end: int) -> list[re.Match[str]]:
    """List the words of a sentence that promise something."""
    if plain[start:end].rstrip(" )]").endswith("?"):
        return []
    return [
        match
        for match in _WORDS.finditer(plain, start, end)
        if not (
            _ADVICE.match(plain, match.start(), end)
            and _OPENING.fullmatch(plain, start, match.start())
        )
    ]


def _short(shown: str, start: int, end: int, word: int) -> str:
    """Cut a sentence to 100 characters around a word."""
    if end - start <= 100:
        return shown[start:end].strip()
    first = max(start, min(word - 50, end - 100))
    last = min(end, first + 100)
    before, after = "…" if first > start else "", "…" if last < end else ""
    return f"{before}{shown[first:last].strip()}{after}"


def _lost(reason: str, name: str, known: Known) -> str | None:
    """Say why a reason supports nothing, None if it does."""
    rest, named = reason, False
    for pattern in (_ADDRESS, _CPYTHON):
        rest, count = pattern.subn(" ", rest)
        named |= count > 0
    definition = _DEFINITION.search(rest)
    if definition is not None:
        if len(definition["words"].split()) < 3:
            return "the comment says what defines it in fewer than three words. Say more."
        named = True
    for place in _PLACE.finditer(rest):
        named = True
        file = _file(place["path"], known.root)
        if file is None:
            return f"{place[0]!r} is no file of the repository. Correct the path."
        length = len(file.read_bytes().splitlines())
        if not 1 <= int(place["line"]) <= length:
            return f"{place[0]!r}: the file has {length} lines. Correct the line."
    for snippet in _SNIPPET.finditer(rest):
        named = True
        page, anchor = snippet["page"], snippet["anchor"]
        base = "source" if page.startswith("/") else posixpath.dirname(name)
        target = posixpath.normpath(posixpath.join(base, page.lstrip("/"))) if page else name
        if not anchor.startswith("snippet-") or anchor.removeprefix(
            "snippet-"
        ) not in known.snippets.get(target, ()):
            return f"{snippet[0]!r} is no snippet that runs. Write `page.md#snippet-NAME`."
    if named:
        return None
    return (
        "the comment names nothing. Write `% claim: ` with a `path:line` of the repository, "
        "`page.md#snippet-NAME`, `source: http…` or `definition: …`."
    )


def _file(path: str, root: Path) -> Path | None:
    parts = path.split("/")
    if any(part.startswith(".") or not part for part in parts) or parts[0] == "_build":
        return None
    return root / path if (root / path).is_file() else None
