"""Types and declarations that a C or C++ module makes too late. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftguide.native.audit.hit import Hit
from ftguide.native.audit.reading import Reading

_MAKES_TYPE = re.compile(
    r"\b(?P<name>\w+)\s*=\s*(?:\([^()]{1,40}\)\s*)?"
    r"(?:PyType_From(?:Spec|SpecWithBases|ModuleAndSpec|Metaclass)|PyStructSequence_NewType)\s*\("
)


def hits(reading: Reading) -> Iterator[Hit]:
    """Point at types made on first use, and at a declaration that the import does not see."""
    if "PyType_From" in reading.code or "PyStructSequence_NewType" in reading.code:
        statics = set(re.findall(r"\bstatic\s+Py(?:Type)?Object\s*\*\s*(\w+)", reading.code))
        made = (match for match in _MAKES_TYPE.finditer(reading.code) if match["name"] in statics)
        yield from _outside_init(reading, "lazy-type", made)
    # A module that also has the slot has said it in time.
    if "Py_mod_exec" in reading.code and "Py_mod_gil" not in reading.code:
        calls = re.finditer(r"\bPyUnstable_Module_SetGIL\s*\(", reading.code)
        yield from _outside_init(reading, "late-setgil", calls)


def _outside_init(reading: Reading, rule: str, matches: Iterator[re.Match[str]]) -> Iterator[Hit]:
    for match in matches:
        if reading.locks.runs_once(match.start()):
            continue
        function = reading.shape.function_at(match.start())
        if function is None or not function.short.startswith(("PyInit_", "init")):
            yield Hit(rule, reading.source.line_of(match.start()))
