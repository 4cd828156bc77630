"""The rules of the audit as `data/rules.toml` declares them, and what calls give a strong reference."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

DATA = Path(__file__).with_name("data") / "rules.toml"


class Language(StrEnum):
    """What a source is written in."""

    C = "C"
    CPP = "C++"
    CYTHON = "Cython"
    RUST = "Rust"
    SWIG = "SWIG"
    FORTRAN = "Fortran"


class Weight(StrEnum):
    """What a finding asks of the reader."""

    FIX = "fix"  #: seldom right in a port; change it, or say in an allow comment why it is right
    LOOK = "look"  #: right or wrong depending on what the line does; read it


class Context(StrEnum):
    """Where a match may stand and mean nothing."""

    DEFINE = "define"  #: a line with #define or #undef
    ASSERT = "assert"  #: an assertion, which decides nothing
    SECTION = "section"  #: a critical section, or a call on a container made a few lines before


class Pattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one place of the code looks like that a rule points at."""

    languages: frozenset[Language]
    any: tuple[str, ...]  #: regular expressions; `<borrowed>` stands for the replaced functions
    words: tuple[
        str, ...
    ] = ()  #: a match holds one of them: looking for words is a hundred times faster
    fine_in: frozenset[Context] = frozenset({Context.DEFINE})
    once: bool = False  #: only the first match of a source counts
    needs_code: str = ""  #: a regular expression without which the source is fine
    unless_code: str = ""  #: a word with which the source is fine
    needs_build: str = ""  #: a word of the build files without which the source is fine
    unless_build: str = ""  #: a word of the build files with which the source is fine

    @property
    def expression(self) -> str:
        """All regular expressions as one."""
        names = sorted(STRONG, key=len, reverse=True)
        return "|".join(self.any).replace("<borrowed>", "|".join(names))


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule; one without patterns needs more than one place of the code."""

    id: str
    weight: Weight
    says: str  #: one line for the report
    explained: str  #: page and anchor: "porting-extensions#native-borrowed"
    pattern: tuple[Pattern, ...] = ()


class Replacement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function that returns a borrowed reference, and what to call instead."""

    borrowed: str
    strong: str = ""
    since: str = ""  #: the first line that has it; empty where all have it, or there is nothing
    note: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]
    replacement: tuple[Replacement, ...]


_FILE = msgspec.toml.decode(DATA.read_bytes(), type=_File)
RULES = {rule.id: rule for rule in _FILE.rule}
REPLACEMENTS = _FILE.replacement
#: What to call instead of a function, where there is something.
STRONG = {swap.borrowed: swap.strong for swap in REPLACEMENTS if swap.strong}
