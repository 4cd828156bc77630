"""Characters that act on whatever shows a text instead of being read, and the fields that hold one.

An escape code moves a terminal's cursor, an override turns the direction of a line around, a line separator
ends a line where nobody sees one. Pages and the terminal make them visible; data that are taken from others
have none to begin with, so that a plain `cat` of a stored file is safe as well. Our own tools store none:
`redact.printable` replaces them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

#: Control (C0, DEL, C1), format (overrides of direction, zero width), line and paragraph separators,
#: halves of surrogate pairs.
_ACTING = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
_MOST_QUOTED = 60


class Acting(NamedTuple):
    """A character that acts, and the field that holds it."""

    field: str  #: $.machine.caches['L2'], $.flags[3]
    character: str

    def __str__(self) -> str:
        """Say which character stands where, in printable text."""
        name = unicodedata.name(self.character, "a control character")
        return f"{self.field} has U+{ord(self.character):04X} ({name})"


def plain(raw: bytes) -> bool:
    """Return whether a JSON text holds no character that acts, as far as can be told without decoding it."""
    # JSON spells a control character with a backslash, but for DEL.
    return raw.isascii() and b"\\" not in raw and b"\x7f" not in raw


def acting(record: object, breaks: Collection[str] = ()) -> Iterator[Acting]:
    """Yield, for each string of a decoded record that has one, its first character that acts.

    A line feed is allowed in and below the fields that `breaks` lists, `$.failure.tail` for example.
    """
    yield from _below(record, "$", breaks, allowed=False)


def _below(value: Any, field: str, breaks: Collection[str], *, allowed: bool) -> Iterator[Acting]:
    allowed = allowed or field in breaks
    match value:
        case str():
            yield from _first(value, field, allowed=allowed)
        case dict():
            for name, each in value.items():
                place = f"{field}{_step(name)}"
                yield from _first(name, f"the name of {place}", allowed=False)
                yield from _below(each, place, breaks, allowed=allowed)
        case list():
            for number, each in enumerate(value):
                yield from _below(each, f"{field}[{number}]", breaks, allowed=allowed)


def _first(text: str, field: str, *, allowed: bool) -> Iterator[Acting]:
    if text.isascii() and text.isprintable():
        return
    for character in text:
        if unicodedata.category(character) in _ACTING and not (allowed and character == "\n"):
            yield Acting(field, character)
            return


def _step(name: str) -> str:
    if name.isidentifier() and name.isascii() and len(name) <= _MOST_QUOTED:
        return f".{name}"
    shown = name if len(name) <= _MOST_QUOTED else f"{name[:_MOST_QUOTED]}..."
    return f"[{shown!a}]"
