"""Which examples there are and what each needs, as `catalogue.toml` says; the projects are in `examples/`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from ftguide.ground.vocabulary import ExpectedError

CATALOGUE = Path(__file__).with_suffix(".toml")


class Variant(StrEnum):
    """The two states in which an example is kept."""

    BEFORE = "before"  #: written for the GIL
    AFTER = "after"  #: ported


class UnknownExampleError(ExpectedError):
    """An example was asked for that does not exist; the message lists those that do."""


class Project(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to build a wheel."""

    name: str
    title: str
    packages: tuple[str, ...]  #: to build with, their dependencies included; pinned in the lock
    programs: tuple[str, ...] = ("cc",)  #: keys of `workshop.PROGRAMS`
    runtime: tuple[str, ...] = ()  #: packages the built module imports, dependencies included
    crate: str | None = None  #: the Rust crate whose version counts
    since: tuple[int, int] = (3, 13)  #: first line it builds on


class Example(Project, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One binding tool's version of the toy extension, in `examples/<name>/{before,after}`."""

    tool: str  #: several examples may show one tool
    backend: str  #: the build back end of its pyproject.toml
    #: Why even `before` keeps the GIL off, for tools that declare support.
    declared_by_tool: str = ""
    races_with_gil: str = ""  #: why `before` may fail on the GIL-enabled build too


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    example: tuple[Example, ...]


EXAMPLES = msgspec.toml.decode(CATALOGUE.read_bytes(), type=_File).example


def select(names: list[str]) -> tuple[Example, ...]:
    """Return the examples of these names in the catalogue's order, all for an empty list.

    Raises `UnknownExampleError` for a name that none has.
    """
    known = [example.name for example in EXAMPLES]
    if unknown := sorted(set(names) - set(known)):
        raise UnknownExampleError(
            f"no example is called {unknown[0]!r}; there are {', '.join(known)}."
        )
    return tuple(example for example in EXAMPLES if not names or example.name in names)
