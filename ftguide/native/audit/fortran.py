"""Rules of Fortran that need more than one place: what lives as long as the process. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from ftguide.native.audit.hit import Hit
from ftguide.native.audit.rules import Weight
from ftguide.native.audit.source import Source

#: A declaration; an initial value makes the variable live for ever.
_DECLARATION = re.compile(
    r"\s*(?P<kind>(?:integer|real|logical|complex|character|double\s+precision|type\s*\()[^:\n]*)"
    r"::(?P<names>[^\n]*)"
)
_PROCEDURE = re.compile(
    r"\s*(?:(?:pure|elemental|recursive|impure|integer|real|logical|complex|double\s+precision|character|type\s*\([^)]*\))"
    r"(?:\s*\([^)]*\))?\s+)*(?:subroutine|function)\s+\w+"
)
_MODULE = re.compile(r"\s*module\s+(?!procedure\b|subroutine\b|function\b)\w+\s*$")
_TYPE = re.compile(r"\s*type\s*(?:,[^:]*)?(?:::)?\s*\w+\s*$")
_PROGRAM = re.compile(r"^[ \t]*program[ \t]+\w+[ \t]*$", re.MULTILINE | re.IGNORECASE)
_MOVES = re.compile(
    r"\s*(?:contains\b|end\s*(?:(?:module|interface|subroutine|function|type)\b|$)"
    r"|(?:abstract\s+)?interface\b)"
    rf"|{_MODULE.pattern}|{_TYPE.pattern}|{_PROCEDURE.pattern}"
)


def hits(source: Source) -> Iterator[Hit]:
    """Find the variables that all calls share."""
    if ".pyf" in PurePath(source.name.lower()).suffixes:
        return  # a signature: its `=` are defaults of arguments
    program = _PROGRAM.search(source.code)
    weight = Weight.LOOK if program else None
    hint = "a program of its own: does it start threads?" if program else ""
    where = _Where()
    for number, line in enumerate(source.code.lower().split("\n"), start=1):
        if _MOVES.match(line):
            where.follow(line)
        elif re.match(r"\s*(?:save\b|common\s*/)", line) or (
            (declared := _DECLARATION.match(line)) and where.stays(declared)
        ):
            yield Hit("static-state", number, hint, weight)


@dataclass(slots=True)
class _Where:
    """Where a line stands."""

    module: bool = False  #: in a module, before its `contains`
    shape: bool = False  #: in a derived type
    deep: int = 0  #: in how many procedures and interfaces

    def follow(self, line: str) -> None:
        """Go on to behind a line that opens or ends something."""
        if re.match(r"\s*end\s*module\b", line):
            self.module, self.deep = False, 0
        elif re.match(r"\s*contains\b", line):
            self.module = False
        elif _MODULE.match(line):
            self.module = True
        elif re.match(r"\s*end\s*type\b", line):
            self.shape = False
        elif _TYPE.match(line):
            self.shape = True
        elif re.match(r"\s*end\b", line):
            self.deep = max(0, self.deep - 1)
        else:
            self.deep += 1

    def stays(self, declared: re.Match[str]) -> bool:
        """Say whether what is declared here keeps its value between calls, and can be written."""
        kind = declared["kind"]
        if self.shape or re.search(r"\b(?:parameter|intent|value|dimension\s*\(\s*\*)", kind):
            return False
        kept = "save" in kind or re.search(r"=(?![=>])", declared["names"]) is not None
        return kept or (self.module and not self.deep)
