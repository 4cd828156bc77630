"""Make the output of a run comparable: what no two runs share becomes a placeholder. Pure.

Documented in source/contributing-snippets.md; a new rule belongs there too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ftguide.guide.declare.model import Runner

#: What a page writes where output varies: `<...>` within a line, alone on a line for any lines.
ANYTHING = "<...>"

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_BANNER = re.compile(
    r"\((?P<what>[^()\n]*?), [A-Z][a-z]{2} [ \d]\d \d{4}, \d\d:\d\d:\d\d\) ?\[[^\]\n]+\]"
)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PYTEST_TIME = re.compile(r"\bin \d+\.\d+s( \([\d:]+\))?")
_UNITTEST_TIME = re.compile(r"^(Ran \d+ tests? in )\d+\.\d+s$", re.MULTILINE)
_PLACEHOLDER = re.compile(re.escape(ANYTHING))


def normalise(
    text: str,
    *,
    places: Mapping[str, str],
    runner: Runner = Runner.SCRIPT,
    varies: str | None = None,
) -> str:
    """Return output as a page shows it.

    `places` maps directories of this machine to what replaces them, longest first: "" for the
    temporary directory, whose trailing slash goes too.
    """
    text = _ANSI.sub("", text.replace("\r\n", "\n"))
    for place, name in sorted(places.items(), key=lambda item: -len(item[0])):
        text = (
            text.replace(place, name) if name else text.replace(f"{place}/", "").replace(place, ".")
        )
    text = _ADDRESS.sub("0x…", text)
    text = _BANNER.sub(lambda match: f"({match['what']}, <date>) [<compiler>]", text)
    if runner is Runner.PYTEST:
        text = _PYTEST_TIME.sub("in <time>", text)
    if runner is Runner.UNITTEST:
        text = _UNITTEST_TIME.sub(r"\1<time>", text)
    if varies is not None:
        text = re.sub(varies, _placeholder, text, flags=re.MULTILINE)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def _placeholder(match: re.Match[str]) -> str:
    """Replace the named groups of a match, all of it where there are none."""
    spans = [
        (match.span(name), f"<{name}>") for name in match.re.groupindex if match[name] is not None
    ]
    if not spans:
        return ANYTHING
    text, offset = match[0], match.start()
    for (start, end), name in sorted(spans, reverse=True):
        text = text[: start - offset] + name + text[end - offset :]
    return text


def matches(expected: str, actual: str) -> bool:
    """Say whether normalised output is what a page shows, whose `<...>` stand for anything."""
    if ANYTHING not in expected:
        return expected == actual
    pattern = ""
    for number, line in enumerate(expected.splitlines()):
        if line.strip() == ANYTHING:
            pattern += r"(?:\n[^\n]*)*" if number else r"[^\n]*(?:\n[^\n]*)*"
            continue
        parts = (re.escape(part) for part in _PLACEHOLDER.split(line))
        pattern += (r"\n" if number else "") + r"[^\n]*?".join(parts)
    return re.fullmatch(pattern, actual) is not None
