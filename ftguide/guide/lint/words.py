"""Rules about words: what a sentence on a page must not say without a mark. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftguide.guide.declare.finding import Finding
from ftguide.guide.lint.page import Page

THREAD_SAFE = "thread-safe"
NOGIL = "nogil"
RATIO = "ratio"
RULES = (THREAD_SAFE, NOGIL, RATIO)

_NUMBER = r"\d+(?:[.,]\d+)?"
_CHANGE = r"(?:slow(?:er|down)|fast(?:er)?|quick(?:er)?|longer|shorter|overhead|speed-?up|cheaper|costlier)"
_PATTERNS = {
    THREAD_SAFE: re.compile(r"\bthread[- ]?safe(?:ly)?\b", re.IGNORECASE),
    NOGIL: re.compile(r"\bno-?gil\b", re.IGNORECASE),
    RATIO: re.compile(
        rf"(?<![\w.]){_NUMBER}\s?[x\u00d7](?![\w\u00d7]|\s?\d)"
        rf"|(?<![\w.]){_NUMBER}(?:\s?%|\spercent)\s{_CHANGE}\b"
        rf"|(?<![\w.]){_NUMBER}(?:-fold|\stimes\s{_CHANGE}\b|\stimes\sas\s(?:fast|slow|long)\b)"
        rf"|\b(?:overhead|slowdown|speed-?up)\sof\s(?:about\s|some\s|up\sto\s)?{_NUMBER}(?:\s?%|\spercent|\s?[x\u00d7])",
        re.IGNORECASE,
    ),
}
_FIXES = {
    THREAD_SAFE: "Name the operation, what is shared and the line, in CPython's five words",
    NOGIL: "Write free-threaded build; put names of packages and branches in code marks",
    RATIO: "Use the role {bench:value}, or link the source and mark the exception",
}


def check(page: Page) -> Iterator[Finding]:
    """Yield the words that are not allowed, but for marked exceptions."""
    for words in page.words():
        for rule, pattern in _PATTERNS.items():
            for match in pattern.finditer(words.text):
                if page.excepted(rule, words.line):
                    continue
                message = (
                    f"{match[0]!r}. {_FIXES[rule]} (`% lint: {rule}, reason` above the block)."
                )
                yield page.finding(rule, words.line, message)


def check_markers(page: Page, known: frozenset[str]) -> Iterator[Finding]:
    """Yield markers that name no rule, give no reason, or are not needed; call it last."""
    for marker in page.markers:
        if marker.rule not in known:
            problem = f"{marker.rule!r} is not a rule. The rules are {', '.join(sorted(known))}."
        elif len(marker.reason) < 8:
            problem = "the exception gives no reason. Write `% lint: rule, reason`."
        elif not marker.used:
            problem = f"the exception from {marker.rule} is not needed. Remove the comment."
        else:
            continue
        yield page.finding("exception", marker.line, problem)
