"""What somebody could write into a file that pages are made of, in every string that a reader lets through.

A field is found by walking the stored record, not by a list, so a field that is added tomorrow is covered.
What the loader refuses (a run id, an enumeration, a name that becomes a file) keeps its value.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

#: Where a script reports that it ran, and the element that exists only if a payload became markup.
OWNED, PLANTED = "__owned", "planted-element"

PAYLOADS: dict[str, str] = {
    "markup": f"\"'><img src=x onerror=window.{OWNED}=1><{PLANTED}>m4rk</{PLANTED}>",
    "script": f"</script></style></title></text><script>window.{OWNED}=1</script><{PLANTED}>",
    "formula": '=HYPERLINK("https://evil.example/f0rm","x")',
    "escape": "\x1b]8;;https://evil.example/\x07\x1b[31me5cape",
    "reversed": "\u202egnp.r3versed",
    "cdata": f"]]><{PLANTED}>cd4ta<![CDATA[",
    "template": "{{ 7*7191 }}{% raw %}t3mplate",
    "address": f"javascript:window.{OWNED}=1//4ddress",
    "markdown": f"[l1nk](javascript:window.{OWNED}=1) ``<{PLANTED}>`` {{raw}}`x` `y <javascript:x>`_",
}
#: A part of every payload that stays as it is when the rest is escaped.
WITNESSES = {
    "markup": "m4rk",
    "script": f"window.{OWNED}=1",
    "formula": "f0rm",
    "escape": "31me5cape",
    "reversed": "gnp.r3versed",
    "cdata": "cd4ta",
    "template": "t3mplate",
    "address": "4ddress",
    "markdown": "l1nk",
}

Path = tuple[str | int, ...]


def strings(record: Any, at: Path = ()) -> Iterator[Path]:
    """Yield the place of every string in a record."""
    if isinstance(record, str):
        yield at
    elif isinstance(record, dict):
        for key, value in record.items():
            yield from strings(value, (*at, key))
    elif isinstance(record, (list, tuple)):
        for number, value in enumerate(record):
            yield from strings(value, (*at, number))


def put(record: Any, at: Path, text: str) -> Any:
    """Return a copy of a record with one string replaced."""
    made = holder = copy.deepcopy(record)
    *outer, last = at
    for key in outer:
        holder = holder[key]
    holder[last] = text
    return made


def poisoned(record: Any, accepts: Callable[[Any], bool], turn: int) -> tuple[Any, dict[Path, str]]:
    """Return a record with payloads in every string that `accepts` lets through, and which is where.

    `turn` shifts the payloads, so that as many turns as there are payloads bring each of them to each field.
    """
    kinds = list(PAYLOADS)
    record = msgspec.json.decode(msgspec.json.encode(record))  # as it lies in a file
    made, placed = record, {}
    for number, place in enumerate(strings(record)):
        kind = kinds[(number + turn) % len(kinds)]
        tried = put(made, place, PAYLOADS[kind])
        if accepts(tried):
            made, placed[place] = tried, kind
    return made, placed
