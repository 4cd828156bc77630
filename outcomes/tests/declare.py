"""What an outcome test is.

A test is a class. An instance is the state that threads share; each method whose name is `actor1` to
`actor4` is what one thread does to it; the arbiter, where there is one, looks at the state after all
actors have ended. What they return, `None` left out, is the result, and each distinct result is an
*outcome* that the test has to know beforehand:

    class AttributeIncrement(Litmus):
        slug = "attribute-increment"
        question = "Do two increments of an attribute always make two?"
        on = "instance attribute"
        operation = "n += 1"
        outcomes = (
            acceptable("2", "Both increments arrived."),
            interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
        )

        def __init__(self):
            self.n = 0

        def actor1(self):
            self.n += 1

        def actor2(self):
            self.n += 1

        def arbiter(self):
            return self.n

This module is imported inside the interpreters under test: it uses the standard library only, and little
of it. `ftguide.target.outcome_worker` runs a test, `ftguide.outcomes` counts and grades.
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

ACCEPTABLE = "acceptable"
INTERESTING = "interesting"
FORBIDDEN = "forbidden"

#: `pattern` is matched against the whole outcome, with `*` for anything, `?` for one character and
#: `[0-9]` for one of a set; `meaning` is one sentence.
Outcome = namedtuple("Outcome", ("pattern", "grade", "meaning"))  # noqa: PYI024


def acceptable(pattern: str, meaning: str) -> Outcome:
    """Grade what the documentation promises, or what nobody would be surprised by."""
    return Outcome(pattern, ACCEPTABLE, meaning)


def interesting(pattern: str, meaning: str) -> Outcome:
    """Grade what is allowed, and surprises anyone who has not thought about threads."""
    return Outcome(pattern, INTERESTING, meaning)


def forbidden(pattern: str, meaning: str) -> Outcome:
    """Grade what contradicts the documentation, or what no object may do: corrupt itself."""
    return Outcome(pattern, FORBIDDEN, meaning)


class Test:
    """What both shapes declare. A subclass of `Litmus` or `Stress` with a slug is a test."""

    __test__ = False  # for pytest, which would collect it by its name

    slug: ClassVar[str] = ""  #: `[a-z0-9-]+`, permanent: pages, anchors and data are named after it
    question: ClassVar[str]  #: what the test answers, one sentence with a question mark
    on: ClassVar[
        str
    ]  #: the object, as a row of the overview: "dict", "queue.Queue", "closure variable"
    operation: ClassVar[
        str
    ]  #: what is done to it, as a column: "d[k] += 1", "iterate while others add"
    outcomes: ClassVar[tuple[Outcome, ...]]  #: the first whose pattern fits grades a result
    module: ClassVar[str] = "builtins"  #: the standard library's module, for the coverage board
    level: ClassVar[str] = ""  #: documented: incompatible, compatible, distinct, shared or atomic
    source: ClassVar[str] = ""  #: the address that documents the level, or what the grades rest on
    remedy: ClassVar[str] = ""  #: a page of the guide and an anchor: "porting/cookbook#counters"
    issue: ClassVar[str] = ""  #: upstream, "gh-120321"; "none found" where a search found nothing
    note: ClassVar[str] = ""  #: sentences that a reader needs to judge the result
    since: ClassVar[str] = ""  #: the first line that has what is tested, "3.14"
    needs: ClassVar[tuple[str, ...]] = ()  #: modules without which a build skips the test
    control: ClassVar[str] = (
        ""  #: an outcome that every run has to show, or "none": none but acceptable
    )

    arbiter: ClassVar[Any] = None


class Litmus(Test):
    """Two tiny actors, each called once per state, on thousands of states made beforehand.

    Both threads walk the states in step, so an actor must end by itself within microseconds, and must
    not wait for the other one.
    """


class Stress(Test):
    """Two to four actors that each use one state for some milliseconds, then the arbiter's invariant.

    An actor contains its own loop, of 1 to 50 ms. It must end whatever the others do: loop over a
    range, not until a value appears.
    """
