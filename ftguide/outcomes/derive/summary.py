"""What a machine's observations say, derived once: grades, bounds, changes, and where interpreters differ.

The bounds of thousands of rates and the permutation tests of thousands of pairs take a minute, and a site
asks for them in every build. A summary holds what they gave; counts and programs stay where they are, in the
observations and in the tests. Pure.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ftguide.outcomes.declare.catalogue import Catalogue
from ftguide.outcomes.derive import board as boards
from ftguide.outcomes.derive.board import Board, Change
from ftguide.outcomes.derive.differences import Difference, differences
from ftguide.outcomes.derive.grades import Cell, Seen
from ftguide.outcomes.record.model import Observation

#: A summary that unpacks to more than this is not one of ours: ours have some 3 MB.
MAX_UNPACKED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Graded:
    """A cell, without its test and its observation."""

    test: str
    interpreter: str
    observation: int  #: which of the observations, oldest first
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    interpreters: tuple[str, ...]
    cells: tuple[_Graded, ...]
    outdated: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    runs: tuple[str, ...]
    differences: dict[str, tuple[Difference, ...]]


#: A board with the differences that hold up, by test.
Derived = tuple[Board, Mapping[str, Sequence[Difference]]]


def derive(machine: str, catalogue: Catalogue, seen: Sequence[Observation]) -> Derived:
    """Derive everything from what a machine has seen, oldest first."""
    made = boards.board(machine, catalogue, seen)
    return made, differences(made)


def encode(derived: Derived, seen: Sequence[Observation]) -> bytes:
    """Return what was derived from some observations as compressed MessagePack."""
    board, differing = derived
    places = {id(observation): place for place, observation in enumerate(seen)}
    parts = _Parts(
        interpreters=board.interpreters,
        cells=tuple(
            _Graded(
                test=slug,
                interpreter=name,
                observation=places[id(cell.observation)],
                seen=cell.seen,
            )
            for (slug, name), cell in board.cells.items()
        ),
        outdated=tuple(sorted(board.outdated)),
        changes=board.changes,
        runs=board.runs,
        differences={slug: tuple(found) for slug, found in differing.items()},
    )
    return zlib.compress(msgspec.msgpack.encode(parts), 9)


def decode(data: bytes, machine: str, catalogue: Catalogue, seen: Sequence[Observation]) -> Derived:
    """Return what was derived from these observations and tests.

    Raises `ValueError` for what is no summary of them.
    """
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(data, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacker.eof:
        raise ValueError(f"it is cut off, or unpacks to more than {MAX_UNPACKED_BYTES} bytes")
    parts = msgspec.msgpack.decode(raw, type=_Parts)
    cells = {}
    for each in parts.cells:
        key, place = (each.test, each.interpreter), each.observation
        known = 0 <= place < len(seen) and each.test in catalogue.tests
        if not known or (seen[place].test, seen[place].subject.name) != key:
            raise ValueError(f"its cell of {each.test} on {each.interpreter} is of no observation")
        test = catalogue.tests[each.test]
        cells[key] = Cell(test=test, observation=seen[place], seen=each.seen)
    board = Board(
        machine=machine,
        interpreters=parts.interpreters,
        cells=cells,
        outdated=frozenset(parts.outdated),
        changes=parts.changes,
        runs=parts.runs,
    )
    return board, parts.differences


def same(left: Derived, right: Derived) -> bool:
    """Return whether two derivations say the same, but for the last digits of numbers."""
    return _plain(left) == _plain(right)


def _plain(derived: Derived) -> object:
    board, differing = derived
    cells = {key: [_rounded(seen) for seen in cell.seen] for key, cell in board.cells.items()}
    found = {slug: [_rounded(each) for each in listed] for slug, listed in differing.items()}
    return cells, found, board.interpreters, board.outdated, board.changes, board.runs


def _rounded(value: object) -> object:
    """Return a record as plain values, its numbers with nine digits."""
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return value if isinstance(value, str | int | None) else _rounded(msgspec.to_builtins(value))


def of_tests(catalogue: Catalogue) -> str:
    """Return the SHA-256 of what is derived from the tests: their programs, outcomes and grades."""
    digest = hashlib.sha256()
    for test in catalogue.tests.values():
        outcomes = [(one.pattern, str(one.grade), one.meaning) for one in test.outcomes]
        digest.update(msgspec.json.encode([test.slug, test.hash, outcomes]))
    return digest.hexdigest()
