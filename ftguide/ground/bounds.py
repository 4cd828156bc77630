"""Values of the right type that cannot be: numbers out of range, times in the future, CPUs named twice.

Types are checked where a record is decoded; these are for data that somebody else sends. Each finding names
its field, quotes what stands there in printable ASCII, and says what could.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import NamedTuple

from ftguide.ground.machine import Machine
from ftguide.ground.runs import wrong_time

#: Far above any machine and any plan, far below what would fill a page or a loop.
MOST_CPUS = 65_536
MOST_SECONDS = 30 * 86_400.0
MOST = 2.0**63
#: x86-64 and 64-bit ARM number at most 2**52 bytes of memory, and no machine has nearly as many.
MOST_MEMORY = 2**52
#: The longest text that a run or evidence published here holds has 229 characters.
MOST_CHARACTERS = 2_000
#: One repetition takes a cycle of the CPU at the very least, which is 0.17 ns at 6 GHz. No CPU has a clock
#: of 20 GHz.
LEAST_NANOSECONDS = 0.05

#: What Windows takes for a device, whatever follows behind a dot: none of these can name a file there.
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\xb9\xb2\xb3]) *(\..*)?", re.IGNORECASE
)

_VERSION = re.compile(r"3\.\d{1,3}\.\d{1,3}((a|b|rc)\d{1,2})?\+?", re.ASCII)
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


def number(value: float | None, place: str, low: float, high: float = MOST) -> Iterator[Violation]:
    """Yield what is wrong with a number that has to lie between two others; None says nothing."""
    if value is None or low <= value <= high:
        return
    shown = f"{value:.10g}" if abs(value) <= MOST else "a number beyond 64 bits"
    upper = "" if high == MOST else f" and at most {high:,.10g}"
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


def version(text: str, place: str) -> Iterator[Violation]:
    """Yield what is wrong with the version of a CPython."""
    return spelling(text, place, _VERSION, "3.14.7 or 3.15.0rc2")


def repeated(times: int, nanoseconds: float, place: str) -> Iterator[Violation]:
    """Yield what is wrong with how often something was done within a time: no CPU is as fast."""
    if times * LEAST_NANOSECONDS > nanoseconds:
        yield Violation(
            place,
            f"is {times:.10g} within {nanoseconds / 1e9:.6g} s, and no CPU repeats anything within "
            f"{LEAST_NANOSECONDS:g} ns",
        )


def file_name(text: str, place: str) -> Iterator[Violation]:
    """Yield what is wrong with a name that becomes one of a file or folder: Windows cannot have it."""
    if _DEVICES.fullmatch(text):
        yield Violation(
            place, f"is {quoted(text)}, which names a device on Windows and cannot be a file there"
        )
    elif not text or text[-1] in ". ":
        yield Violation(
            place, f"is {quoted(text)}, and a name that ends so cannot be that of a file on Windows"
        )


def texts(record: object, at: str, breaks: Collection[str] = ()) -> Iterator[Violation]:
    """Yield the texts of a record that are longer than any that a tool of this project stores.

    `breaks` are the fields that hold several lines, and ten times as much.
    """
    for place, leaf in leaves(record, at):
        most = MOST_CHARACTERS * (10 if place.startswith(tuple(breaks)) else 1)
        if isinstance(leaf, str) and len(leaf) > most:
            yield Violation(place[:200], f"has {len(leaf):,} characters, and may have {most:,}")


def leaves(record: object, at: str) -> Iterator[tuple[str, object]]:
    """Yield all values of a record that have no parts, the names in its tables too, with their places."""
    if is_dataclass(record) and not isinstance(record, type):
        for field in fields(record):
            yield from leaves(getattr(record, field.name), f"{at}.{field.name}")
    elif isinstance(record, Mapping):
        for name, value in record.items():
            yield f"{at}, a name in it,", name
            yield from leaves(value, f"{at}[{quoted(str(name))}]")
    elif isinstance(record, (tuple, list)):
        for place, value in enumerate(record):
            yield from leaves(value, f"{at}[{place}]")
    else:
        yield at, record


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
    yield from number(machine.memory_bytes, f"{at}.memory_bytes", 1, MOST_MEMORY)
    yield from sha256(machine.fingerprint, f"{at}.fingerprint")
    yield from file_name(machine.name, f"{at}.name")
    for name in ("system", "architecture", "cpu_model"):
        if not getattr(machine, name).strip():
            yield Violation(f"{at}.{name}", "is empty")
    for name, groups in (("cores", machine.cores), ("numa_nodes", machine.numa_nodes)):
        yield from cpus(tuple(chain.from_iterable(groups)), f"{at}.{name}")


def cpus(numbers: Sequence[int], place: str) -> Iterator[Violation]:
    """Yield what is wrong with numbers of CPUs, none of which may come twice."""
    for cpu, times in Counter(numbers).items():
        yield from number(cpu, place, 0, MOST_CPUS)
        if times > 1:
            yield Violation(place, f"names CPU {cpu} more than once")
