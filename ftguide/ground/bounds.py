"""Values of the right type that cannot be: numbers out of range, times in the future, CPUs named twice.

Types are checked where a record is decoded; these are for data that somebody else sends. Each finding names
its field, quotes what stands there in printable ASCII, and says what could.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ftguide.ground.machine import Machine
from ftguide.ground.runs import wrong_time

#: Far above any machine and any plan, far below what would fill a page or a loop.
MOST_CPUS = 65_536
MOST_SECONDS = 30 * 86_400.0
_MOST = 2.0**63

_SHA256 = re.compile(r"[0-9a-f]{12,64}", re.ASCII)


class Violation(NamedTuple):
    """A value that cannot be."""

    place: str  #: run.json: $.machine.cpus, or blocks.xz: block 3 of nbody: $.block.seconds
    what: str

    def __str__(self) -> str:
        """Say which value stands where, and what it should be."""
        return f"{self.place} {self.what}"


def moment(text: str, place: str) -> Iterator[Violation]:
    """Yield what is wrong with a stored time: it is none, or has not come yet."""
    if wrong := wrong_time(text):
        yield Violation(place, wrong)


def number(value: float | None, place: str, low: float, high: float = _MOST) -> Iterator[Violation]:
    """Yield what is wrong with a number that has to lie between two others; None says nothing."""
    if value is None or low <= value <= high:
        return
    shown = f"{value:.10g}" if abs(value) <= _MOST else "a number beyond 64 bits"
    upper = "" if high == _MOST else f" and at most {high:,.10g}"
    yield Violation(place, f"is {shown}, and has to be at least {low:,.10g}{upper}")


def quoted(text: str) -> str:
    """Quote a text in ASCII, so that letters that look like others are seen for what they are."""
    return ascii(text if len(text) <= 80 else f"{text[:80]}...")


def spelling(text: str, place: str, pattern: re.Pattern[str], example: str) -> Iterator[Violation]:
    """Yield what is wrong with a text that has to look like an example, as a pattern says."""
    if not pattern.fullmatch(text):
        yield Violation(place, f"is {quoted(text)}, and has to look like {example}")


def sha256(text: str, place: str) -> Iterator[Violation]:
    """Yield what is wrong with a SHA-256, whole or its beginning."""
    return spelling(text, place, _SHA256, "a SHA-256 in hexadecimal")


def one_of(text: str, place: str, known: Collection[str]) -> Iterator[Violation]:
    """Yield what is wrong with a text that has to be one of some."""
    if text not in known:
        yield Violation(place, f"is {quoted(text)}, and has to be one of {', '.join(known)}")


def of_machine(machine: Machine, at: str) -> Iterator[Violation]:
    """Yield the values of a machine's record that no machine has; `at` is the record's place."""
    yield from number(machine.cpus, f"{at}.cpus", 1, MOST_CPUS)
    yield from number(machine.usable_cpus, f"{at}.usable_cpus", 1, min(machine.cpus, MOST_CPUS))
    yield from number(machine.threads_per_core, f"{at}.threads_per_core", 1, 1024)
    yield from number(machine.sockets, f"{at}.sockets", 1, MOST_CPUS)
    yield from number(machine.memory_bytes, f"{at}.memory_bytes", 1)
    yield from sha256(machine.fingerprint, f"{at}.fingerprint")
    for name, groups in (("cores", machine.cores), ("numa_nodes", machine.numa_nodes)):
        yield from cpus(tuple(chain.from_iterable(groups)), f"{at}.{name}")


def cpus(numbers: Sequence[int], place: str) -> Iterator[Violation]:
    """Yield what is wrong with numbers of CPUs, none of which may come twice."""
    for cpu, times in Counter(numbers).items():
        yield from number(cpu, place, 0, MOST_CPUS)
        if times > 1:
            yield Violation(place, f"names CPU {cpu} more than once")
