"""Anchors of the HTML form of an index's page (PEP 503), read with one pass over its tags.

Not an HTML parser: the library's takes minutes over a few hundred kilobytes made to hurt it. The expression
below takes nothing back (every repetition is possessive) and consumes what it has looked at, whether or not
a tag ends there, so that its time grows with the length of the page. What it yields is text of strangers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

#: An address with a signature has a few hundred characters; what is longer is left out as no attribute.
MAX_VALUE = 4_000

#: Comments and raw text hold no tags. Quotes count behind "=" alone, as browsers have it.
_TAG = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+(?:-->)?"
    r"|<(?P<raw>script|style|textarea|title)\b(?:[^<]++|<(?!/(?P=raw)))*+"
    r"|<(?P<name>a|base)(?=[\s/>])"
    r"(?P<attributes>(?:[^=>]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+)(?P<end>>?)",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?P<key>[^\s=/\"']++)"
    r"(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s]++)))?"
)


def anchors(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the name ("a" or "base") and the attributes of each such tag, in the order of the page.

    The first of two attributes of one name counts. A tag that never ends is none.
    """
    for tag in _TAG.finditer(text):
        if tag["end"]:
            yield tag["name"].lower(), _attributes(tag["attributes"])


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = match["double"] or match["single"] or match["bare"] or ""
        if len(value) <= MAX_VALUE:
            found.setdefault(match["key"].lower(), html.unescape(value))
    return found
