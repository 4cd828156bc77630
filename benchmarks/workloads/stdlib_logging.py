"""The standard library, shared: a logger whose messages are turned away by their level.

Programs leave such calls in because they seem to cost nothing, and reach the logger through a global
variable, as here. The twin asks the logger once for all of its messages instead of once for each, which is
what a hot loop can do about it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

MESSAGES: Final = 100


class Listener(logging.Handler):
    """Counts what gets through to it."""

    heard = 0

    def emit(self, _record: logging.LogRecord) -> None:
        """Count; nothing should come here."""
        self.heard += 1


#: As in the first lines of any module that logs.
log: Final = logging.getLogger(__name__)


def _deaf() -> Listener:
    """Have the logger turn away what is below a warning; return what would hear the rest."""
    listener = Listener()
    log.propagate = False
    log.setLevel(logging.WARNING)
    log.handlers = [listener]
    return listener


def _offer(_local: None, shared: Listener, loops: int) -> tuple[int, int]:
    offered = 0
    for _ in range(loops):
        for number in range(MESSAGES):
            log.debug("step %d", number)
        offered += MESSAGES
    return offered, shared.heard


def _ask_once(_local: None, shared: Listener, loops: int) -> tuple[int, int]:
    offered = 0
    for _ in range(loops):
        wanted = log.isEnabledFor(logging.DEBUG)
        for number in range(MESSAGES):
            if wanted:
                log.debug("step %d", number)
        offered += MESSAGES
    return offered, shared.heard


def _check_refused(results: Sequence[tuple[int, int]], loops: int) -> None:
    for offered, heard in results:
        expect(offered, loops * MESSAGES, "messages offered")
        expect(heard, 0, "messages that got through")


_REFUSED: Final[dict[str, Any]] = {
    "version": 1,
    "group": Group.STDLIB,
    "scope": Scope.SHARED_READ,
    "explained_at": "benchmarks/method",
    "setup_shared": _deaf,
    "check": _check_refused,
}

WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="logging-refused",
        title="Log messages that the level turns away",
        question="Do threads get in each other's way when the logger turns all their messages away?",
        expectation=Expectation.NEGATIVE,
        because=(
            "Each message takes a reference to the logger and one to the dict in which it looks its "
            "level up, and all threads share both."
        ),
        run=_offer,
        remedy="logging-asked-once",
        **_REFUSED,
    ),
    Workload(
        slug="logging-asked-once",
        title="Asking the logger once per batch of messages",
        question="Does it help threads to ask a logger for its level once instead of per message?",
        expectation=Expectation.SCALES,
        because="A local variable says no for a hundred messages, and the logger is read once for all.",
        run=_ask_once,
        **_REFUSED,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
