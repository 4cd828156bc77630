"""Linked lists that one function walks while another takes items out. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ftguide.native.audit.fields import is_shared, squeezed
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.reading import Reading, runs_alone
from ftguide.native.audit.shape import Function, arguments

_STEP = re.compile(r"(?<![\w.>])(?P<item>\w+)\s*=\s*(?P=item)\s*->\s*(?P<link>\w+)\s*[;)]")
#: An item leaves: what pointed at it points at the next one.
_UNLINKS = re.compile(
    r"(?:(?<![\w)\]])\*\s*\w+|(?<![\w.>])\w+(?:\s*->\s*\w+){0,3}\s*->\s*(?P<into>\w+)|(?<![\w.>])(?P<name>\w+))"
    r"\s*=\s*(?P<item>\w+)(?:\s*->\s*\w+){0,3}\s*->\s*(?P<link>\w+)\s*;"
)
#: Where a walk begins: the value that the item had before its first step.
_BEGINS = (
    r"(?<![\w.>]){item}\s*=\s*(?:\([^()]{{1,40}}\)\s*)?(?P<start>\w+(?:\s*->\s*\w+){{0,4}})\s*[;,]"
)
_STATIC = r"\bstatic\b[^;(){{}}=]{{1,100}}\*\s*{name}\s*[=;]"


@dataclass(frozen=True, slots=True)
class _Walk:
    """A loop over a list that others may know."""

    at: int
    function: Function
    link: str  #: the field that leads from one item to the next
    start: str  #: the last name of what it begins with: a field, or a variable of the process


def hits(reading: Reading) -> Iterator[Hit]:
    """Point at walks through a list, and at what takes items out of it, where one of them holds no lock."""
    if not reading.python or "->" not in reading.code:
        return
    walks = list(_walks(reading))
    if not walks:
        return
    links = {one.link for one in walks}
    leaves: dict[tuple[str, str], list[tuple[int, Function]]] = defaultdict(list)
    for match in _UNLINKS.finditer(reading.code):
        if match["link"] not in links or match["name"] == match["item"]:
            continue
        function = reading.shape.function_at(match.start())
        if function is not None and _others_see(reading, function, match["item"]):
            into = match["into"] or match["name"] or ""
            leaves[match["link"], into].append((match.start(), function))
    told: set[int] = set()
    for walk in walks:
        held = reading.locks.held(walk.at)
        for into in ("", walk.link, walk.start):
            leave = next((at for at, by in leaves[walk.link, into] if by != walk.function), None)
            if leave is None or (held and reading.locks.held(leave)):
                continue
            at, other = (leave, walk.at) if held else (walk.at, leave)
            if at not in told:
                told.add(at)
                does = "walks the list" if held else "takes items out of it"
                hint = f"line {reading.source.line_of(other)} {does}"
                yield Hit("linked-list", reading.source.line_of(at), hint)


def _walks(reading: Reading) -> Iterator[_Walk]:
    seen: set[tuple[int, str, str]] = set()
    static: dict[str, bool] = {}
    for match in _STEP.finditer(reading.code):
        function = reading.shape.function_at(match.start())
        if function is None or runs_alone(function, reading):
            continue
        key = (function.begin, match["item"], match["link"])
        if key in seen:
            continue
        seen.add(key)
        if _frees(reading.code[function.begin : function.end], match["item"]):
            continue  # it takes the whole list apart
        begins = re.compile(_BEGINS.format(item=match["item"]))
        for begin in begins.finditer(reading.code, function.begin, function.end):
            start = squeezed(begin["start"])
            name = start.rpartition("->")[2]
            if start.startswith(f"{match['item']}->"):
                continue  # the step itself
            if "->" in start:
                shared = is_shared(reading, function, start, begin.start())
            else:
                if name not in static:
                    found = re.search(_STATIC.format(name=name), reading.code)
                    static[name] = found is not None
                shared = static[name]
            if shared:
                yield _Walk(match.start(), function, match["link"], name)
                break


def _frees(body: str, item: str) -> bool:
    """Say whether a function frees the items that it walks over, by their name or another."""
    names = {item, *re.findall(rf"\b(\w+)\s*=\s*{item}\s*;", body)}
    return any(
        re.search(rf"(?i:free|dealloc|destroy|delete)\w*\s*\(?\s*{name}\s*[),;]", body)
        for name in names
    )


def _others_see(reading: Reading, function: Function, item: str) -> bool:
    """Say whether other threads can be in the list: what frees an item has the item only, not the list."""
    if not runs_alone(function, reading):
        return True
    own = re.findall(r"\w+", next(arguments(function.parameters), ""))
    if not own:
        return False
    cast = rf"\b{item}\s*=\s*\([^()]{{1,40}}\)\s*{own[-1]}\s*;"
    body = reading.code[function.begin : function.end]
    return item == own[-1] or re.search(cast, body) is not None
