"""Words of a sentence that are made of data."""

from __future__ import annotations

from collections.abc import Sequence


def enumeration(words: Sequence[str]) -> str:
    """Return a list as a sentence has it: `3.13, 3.14 and 3.15`; empty for no words."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def capital(text: str) -> str:
    """Return a text that begins with a capital letter and is as it was otherwise."""
    return text[:1].upper() + text[1:]
