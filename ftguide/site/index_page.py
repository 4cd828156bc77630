"""The page A to Z: every page and every section of the guide by its title, which needs no JavaScript.

It is where search leads when it cannot run: without JavaScript, and for a site that was opened as files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from docutils import nodes
from sphinx.environment import BuildEnvironment

from ftguide.site.kinds import kind_of

NAME = "a-z"
#: What does not count when titles are sorted.
_BEFORE = re.compile(r"^[\W_]*(?:(?:a|an|the)\s+)?[\W_]*")
_OTHERS = "0\N{EN DASH}9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A title and where it is."""

    title: str
    page: str  #: the name of the page
    anchor: str  #: with its `#`; empty for the page itself
    within: str  #: the title of the page; empty for the page itself

    @property
    def key(self) -> str:
        """The title as it is sorted: without an article or signs before it, whatever the case."""
        plain = unicodedata.normalize("NFKD", self.title).casefold()
        return _BEFORE.sub("", plain) or plain

    @property
    def letter(self) -> str:
        """The heading that it stands under."""
        first = self.key[:1].upper()
        return first if "A" <= first <= "Z" else _OTHERS


def entries(env: BuildEnvironment) -> list[Entry]:
    """List the titles of all pages but those of runs, and of the sections of pages that weigh most."""
    found: list[Entry] = []
    for name in sorted(env.titles):
        weight, _ = kind_of(name)
        if not weight:
            continue
        title = env.titles[name].astext()
        found.append(Entry(title=title, page=name, anchor="", within=""))
        if weight < 1:
            continue
        found += [
            Entry(title=link.astext(), page=name, anchor=link["anchorname"], within=title)
            for link in env.tocs[name].findall(nodes.reference)
            if link.get("anchorname")
        ]
    return found


def by_letter(found: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Group entries by letter, sorted, digits and signs last."""
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(found, key=lambda entry: (entry.key, entry.within, entry.page)):
        groups.setdefault(entry.letter, []).append(entry)
    return sorted(groups.items(), key=lambda group: (group[0] == _OTHERS, group[0]))
