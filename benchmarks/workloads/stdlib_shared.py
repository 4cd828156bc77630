"""The standard library, shared or not: one pattern, one random generator, one log handler.

Modules give out objects that programs share without a thought: a compiled pattern at module level, the
hidden generator behind `random.random`, a logger. All of them stay right when threads share them. What
sharing them costs is asked here, each beside a twin with an object per thread where there is one.
"""

from __future__ import annotations

import logging
import random
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- re-shared-pattern, re-own-pattern --------------------------------------

LINES: Final = 100
_PATTERN: Final = (
    r"(?P<client>\d+(?:\.\d+){3}) (?P<verb>[A-Z]+) /(?P<path>[a-z0-9/]*) (?P<size>\d+)"
)


def _lines(_worker: int) -> list[str]:
    return [f"10.0.{n}.7 GET /page/{n % 10} {n * 50}" for n in range(LINES)]


def _compiled() -> re.Pattern[str]:
    return re.compile(_PATTERN)


def _own_pattern(worker: int) -> tuple[re.Pattern[str], list[str]]:
    # `re.compile` caches: the same text would be the same object. A comment makes texts differ.
    return re.compile(f"{_PATTERN}(?#{worker})"), _lines(worker)


def _match(pattern: re.Pattern[str], lines: list[str], loops: int) -> tuple[int, int]:
    match = pattern.match
    size = pages = 0
    for _ in range(loops):
        for line in lines:
            found = match(line)
            if found is not None:
                size += int(found["size"])
                pages += len(found["path"])
    return size, pages


def _match_shared(local: list[str], shared: re.Pattern[str], loops: int) -> tuple[int, int]:
    return _match(shared, local, loops)


def _match_own(
    local: tuple[re.Pattern[str], list[str]], _shared: None, loops: int
) -> tuple[int, int]:
    pattern, lines = local
    return _match(pattern, lines, loops)


def _check_matches(results: Sequence[tuple[int, int]], loops: int) -> None:
    for size, pages in results:
        expect(size, loops * 50 * LINES * (LINES - 1) // 2, "sum of the sizes found")
        expect(pages, loops * LINES * len("page/0"), "length of the paths found")


# --- random-shared, random-own ----------------------------------------------

DRAWS: Final = 1000
SEED: Final = 36
_STATE_WORDS: Final = 624


class Dice:
    """A seeded generator, and the number of draws that its users have settled so far."""

    __slots__ = ("generator", "lock", "settled")

    def __init__(self) -> None:
        self.generator = random.Random(SEED)
        self.lock = threading.Lock()
        self.settled = 0


@dataclass(slots=True)
class Player:
    """What one worker has drawn since it was set up, warm-up included."""

    drawn: int = 0


class Draws(NamedTuple):
    """One worker's account of a call."""

    here: int  #: draws of this call
    ever: int  #: draws of all its calls so far
    settled: int  #: draws that all users of the dice had settled after the last of them
    position: int  #: the generator's place in its block of 624 words at that moment


def _player(_worker: int) -> Player:
    return Player()


def _draw(player: Player, dice: Dice, loops: int) -> Draws:
    draw = dice.generator.random
    here = 0
    for _ in range(loops):
        for _ in range(DRAWS):
            draw()
        here += DRAWS
    player.drawn += here
    with dice.lock:
        dice.settled += here
        return Draws(here, player.drawn, dice.settled, dice.generator.getstate()[1][-1])


def _draw_shared(local: Player, shared: Dice, loops: int) -> Draws:
    return _draw(local, shared, loops)


def _draw_own(_local: None, _shared: None, loops: int) -> Draws:
    # New dice with every call, so that a call's result does not depend on those before it.
    return _draw(Player(), Dice(), loops)


def _position(draws: int) -> int:
    """Return where a seeded Mersenne Twister stands after draws of two words each."""
    return (2 * draws - 1) % _STATE_WORDS + 1


def _check_draws(results: Sequence[Draws], loops: int) -> None:
    for result in results:
        expect(result.here, loops * DRAWS, "draws of one worker")
        expect(result.settled, result.ever, "draws settled with a worker's own dice")
        expect(result.position, _position(result.ever), "place of a worker's own generator")


def _check_shared_draws(results: Sequence[Draws], loops: int) -> None:
    """Compare the generator's place with the draws of all workers; the last to settle saw them all.

    A draw that got lost, or that two threads got at once, leaves the generator out of place.
    """
    for result in results:
        expect(result.here, loops * DRAWS, "draws of one worker")
    ever = sum(result.ever for result in results)
    last = max(results, key=lambda result: result.settled)
    expect(last.settled, ever, "draws settled with the shared dice")
    expect(last.position, _position(ever), "place of the shared generator")


# --- logging-null-handler, logging-one-handler -------------------------------

MESSAGES: Final = 20


class Tally(logging.Handler):
    """Formats each record, as a handler does, and counts instead of writing."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.lines = 0
        self.characters = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count; `handle` calls this with the handler's lock held."""
        self.lines += 1
        self.characters += len(self.format(record))


class Account(NamedTuple):
    """One worker's account of a call."""

    logged: int  #: messages of this call
    ever: int  #: messages of all its calls so far
    lines: int  #: the shared handler's count after the last of them
    characters: int  #: and of what it would have written


@dataclass(slots=True)
class Messages:
    """How many messages one worker has logged since it was set up."""

    logged: int = 0


def _messages(_worker: int) -> Messages:
    return Messages()


def _logger_to(name: str, handler: logging.Handler) -> logging.Logger:
    """Return a logger with this handler and no other, up to the level INFO."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.INFO)
    logger.propagate = False  # the root's handlers would write, and are not asked about
    logger.handlers = [handler]
    return logger


def _quiet_logger() -> logging.Logger:
    return _logger_to("library", logging.NullHandler())


def _logger() -> logging.Logger:
    return _logger_to("service", Tally())


def _log_quietly(_local: None, shared: logging.Logger, loops: int) -> tuple[int, int]:
    logged = handlers = 0
    for _ in range(loops):
        for number in range(MESSAGES):
            shared.info("request %d done", number)
            shared.debug("request %d in detail", number)  # below the level: goes nowhere
        logged += MESSAGES
        handlers += len(shared.handlers)
    return logged, handlers


def _check_quiet(results: Sequence[tuple[int, int]], loops: int) -> None:
    for logged, handlers in results:
        expect(logged, loops * MESSAGES, "messages logged")
        expect(handlers, loops, "handlers seen")


def _log(local: Messages, shared: logging.Logger, loops: int) -> Account:
    logged = 0
    for _ in range(loops):
        for number in range(MESSAGES):
            shared.info("request %05d done", number)
        logged += MESSAGES
    local.logged += logged
    tally = shared.handlers[0]
    assert isinstance(tally, Tally)
    with tally.lock:  # type: ignore[union-attr]
        return Account(logged, local.logged, tally.lines, tally.characters)


LINE: Final = len("INFO service: request 00000 done")


def _check_logged(results: Sequence[Account], loops: int) -> None:
    """Compare the handler's books with what all workers logged; the last to finish saw it all."""
    for result in results:
        expect(result.logged, loops * MESSAGES, "messages of one worker")
    ever = sum(result.ever for result in results)
    expect(max(result.lines for result in results), ever, "lines at the shared handler")
    characters = max(result.characters for result in results)
    expect(characters, ever * LINE, "characters at the shared handler")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="re-shared-pattern",
        version=1,
        title="Matching lines with one compiled pattern",
        question="Can threads match with one compiled pattern without slowing each other down?",
        group=Group.STDLIB,
        scope=Scope.SHARED_READ,
        expectation=Expectation.SCALES,
        because=(
            "A match object takes a reference to its pattern and drops it again, and two atomic "
            "operations are little beside the search in between."
        ),
        explained_at="benchmarks/method",
        setup_shared=_compiled,
        setup_local=_lines,
        run=_match_shared,
        check=_check_matches,
        requires=("_sre",),
        remedy="re-own-pattern",
    ),
    Workload(
        slug="re-own-pattern",
        version=1,
        title="Matching lines with a compiled pattern per thread",
        question="Does a compiled pattern per thread match faster than one for all?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Pattern, lines and matches all belong to the thread that uses them.",
        explained_at="benchmarks/method",
        setup_local=_own_pattern,
        run=_match_own,
        check=_check_matches,
        requires=("_sre",),
    ),
    Workload(
        slug="random-shared",
        version=1,
        title="One random generator for all threads",
        question="What happens when all threads draw from one random generator?",
        group=Group.STDLIB,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "Each draw locks the generator and moves its state on, so lock and state travel between "
            "the CPUs for a few nanoseconds of work."
        ),
        explained_at="benchmarks/method",
        setup_shared=Dice,
        setup_local=_player,
        run=_draw_shared,
        check=_check_shared_draws,
        requires=("_random",),
        remedy="random-own",
    ),
    Workload(
        slug="random-own",
        version=1,
        title="A random generator per thread",
        question="Does a generator per thread bring the scaling of random numbers back?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="The lock is still taken for each draw, but always by the same thread.",
        explained_at="benchmarks/method",
        run=_draw_own,
        check=_check_draws,
        requires=("_random",),
    ),
    Workload(
        slug="logging-null-handler",
        version=1,
        title="Logging into a NullHandler",
        question="Do threads log in parallel when nobody listens?",
        group=Group.STDLIB,
        scope=Scope.SHARED_READ,
        expectation=Expectation.SCALES,
        because=(
            "A NullHandler has no lock, and the record is made by the thread that logs; what is "
            "shared is the logger, of which each message reads a few attributes."
        ),
        explained_at="benchmarks/method",
        setup_shared=_quiet_logger,
        run=_log_quietly,
        check=_check_quiet,
    ),
    Workload(
        slug="logging-one-handler",
        version=1,
        title="Logging into one handler",
        question="Do threads log in parallel when one handler formats all messages?",
        group=Group.STDLIB,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SERIAL,
        because=(
            "The handler formats and counts with its lock held, so only the making of records can "
            "overlap."
        ),
        explained_at="benchmarks/method",
        setup_shared=_logger,
        setup_local=_messages,
        run=_log,
        check=_check_logged,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
