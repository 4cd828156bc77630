"""How arms, quantities and values of services read, the same on a terminal and on pages."""

from __future__ import annotations

from typing import Final

from ftguide.ground.vocabulary import Arm, Mode
from ftguide.render import numbers
from ftguide.render.words import capital
from ftguide.services.derive.ratios import Quantity

HEADINGS: Final = {
    Quantity.CPU: "CPU time per request",
    Quantity.RATE: "requests/s, server on one CPU",
    Quantity.SHARED_RATE: "requests/s, all CPUs shared",
    Quantity.P50: "median latency",
    Quantity.P99: "p99 latency",
    Quantity.MEMORY: "memory",
    Quantity.START: "start",
}


def heading(quantity: Quantity) -> str:
    """Return a quantity's name where it begins a line: `Median latency`, `CPU time per request`."""
    return capital(HEADINGS[quantity])


def arm_text(name: str) -> str:
    """Return how an arm is served: `2 threads of the free-threaded build`."""
    arm = Arm.parse(name)
    build = f"{arm.build.words} build"
    copy = ", again" if arm.replicate else ""
    if arm.mode is Mode.SINGLE:
        return f"one process with one thread of the {build}{copy}"
    if arm.mode is Mode.THREADS:
        return f"{arm.workers} threads in a process of the {build}{copy}"
    return f"{arm.workers} processes of the {build}{copy}"


def value_text(quantity: Quantity, value: float) -> str:
    """Spell a value of one arm with its unit."""
    if quantity is Quantity.MEMORY:
        return numbers.bytes_text(round(value))
    if quantity in {Quantity.RATE, Quantity.SHARED_RATE}:
        return f"{value:,.0f}/s" if value >= 100 else f"{value:.1f}/s"
    return numbers.seconds_text(value)


def short(name: str) -> str:
    """Return an arm in as few words as a heading of a table has room for: `2 threads, free-threaded`."""
    arm = Arm.parse(name)
    count = "one thread" if arm.mode is Mode.SINGLE else f"{arm.workers} {arm.mode}"
    return f"{count}, {arm.build.words}"
