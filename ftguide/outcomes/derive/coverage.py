"""Which modules and objects have tests, and which of the standard library have none. Pure."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

from ftguide.outcomes.declare.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many tests each module has."""

    tested: dict[str, int]  #: module -> tests, the most first
    untested: tuple[str, ...]  #: public top-level modules without one, sorted


def coverage(catalogue: Catalogue) -> Coverage:
    """Count the tests of modules, over the public modules of the Python that asks."""
    counted = Counter(test.module for test in catalogue.tests.values())
    roots = {name.partition(".")[0] for name in counted}
    public = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    untested = sorted(public - roots - _PROGRAMS)
    return Coverage(tested=dict(counted.most_common()), untested=tuple(untested))


#: What is a program, a set of constants or an experiment, and no object that threads could share.
_PROGRAMS = frozenset(
    {
        *(
            "antigravity",
            "this",
            "idlelib",
            "turtledemo",
            "pydoc_data",
            "lib2to3",
            "ensurepip",
            "venv",
        ),
        *(
            "keyword",
            "token",
            "symtable",
            "opcode",
            "errno",
            "stat",
            "nt",
            "ntpath",
            "winreg",
            "winsound",
        ),
        *("msvcrt", "msilib", "sre_compile", "sre_constants", "sre_parse", "nturl2path", "pyclbr"),
        *("crypt", "cgi", "cgitb", "imp", "nis", "spwd", "telnetlib", "uu", "xdrlib", "asynchat"),
        *(
            "asyncore",
            "smtpd",
            "distutils",
            "aifc",
            "audioop",
            "chunk",
            "imghdr",
            "mailcap",
            "nntplib",
        ),
        *("ossaudiodev", "pipes", "sndhdr", "sunau"),
    }
)
