"""How runs ended: told apart by what a process printed, counted, and put into words. Pure.

A race that "failed" may have raised, computed a wrong result, or taken the interpreter with it. Only the
first two are what a page can be about; so each run has one ending, and they are counted apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ftguide.guide.declare.model import FATAL_ERROR, HANG, WRONG_RESULT, Ran, Runner

#: The header of a traceback and the line before it, which says whether it is the main thread's.
_HEADER = re.compile(
    r"^(?P<before>.*\n)??(?:  \+ Exception Group )?Traceback \(most recent call last\):$",
    re.MULTILINE,
)
_RAISED = re.compile(r"^(?:  \| )?(?P<name>[A-Za-z_][\w.]*)(?::.*)?$", re.MULTILINE)
#: These tracebacks are printed and forgotten; the process goes on and ends in another way.
_FORGOTTEN = ("Exception in thread ", "Exception ignored ")
_PYTEST = re.compile(r"^(?:FAILED|ERROR) \S+ - (?P<name>[A-Za-z_][\w.]*)", re.MULTILINE)

_WORDS = {
    WRONG_RESULT: ("wrong result", "wrong results"),
    HANG: ("hang", "hangs"),
    FATAL_ERROR: ("fatal error", "fatal errors"),
}


def raised(output: str, runner: Runner = Runner.SCRIPT) -> str | None:
    """Return the exception that ended a process of a status above 0, from what it printed last.

    None stands for a wrong result: an AssertionError, or no exception at all (`sys.exit`). The name
    comes without its module. Whether the interpreter itself gave up is known from the process.
    """
    if runner is Runner.PYTEST:
        match = _PYTEST.search(output)
    else:
        headers = [
            header
            for header in _HEADER.finditer(output)
            if not (header["before"] or "").startswith(_FORGOTTEN)
        ]
        if not headers:
            return None
        match = _RAISED.search(output, headers[-1].end())
    name = None if match is None else match["name"].rpartition(".")[2]
    return None if name in {"AssertionError", "assert"} else name


def count(runs: Iterable[Ran]) -> tuple[tuple[str, int], ...]:
    """Count how runs ended, the most frequent ending first."""
    counts = Counter(ran.ending for ran in runs)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def words(counted: Sequence[tuple[str, int]]) -> str:
    """Return counts as a page prints them: `7 ValueError, 2 passed, 1 SIGSEGV`."""
    return ", ".join(
        f"{many} {_WORDS.get(ending, (ending, ending))[many > 1]}" for ending, many in counted
    )
