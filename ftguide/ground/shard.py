"""A part of a job, so that several machines or processes can do it: the I-th of N.

What belongs to which part depends on names alone: every machine agrees on it without talking to the
others, a repeated part is the same part, and all N parts are the whole, each name in exactly one.
"""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple, Self

from ftguide.ground.vocabulary import ExpectedError

_SHARD = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})", re.ASCII)


class ShardError(ExpectedError):
    """A part that there is not; the message says how to write one."""


class Shard(NamedTuple):
    """The `number`-th of `of` parts; counts from 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 2/8; raises `ShardError`."""
        match = _SHARD.fullmatch(text)
        if not match or int(match[1]) > int(match[2]):
            raise ShardError(f"--shard {text!r} is not a part; give one such as 2/8.")
        return cls(int(match[1]), int(match[2]))

    def has(self, name: str) -> bool:
        """Return whether something of this name belongs to the part."""
        return zlib.crc32(name.encode()) % self.of == self.number - 1
