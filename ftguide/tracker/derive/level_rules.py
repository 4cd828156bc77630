"""The words of the tracker: levels, from lowest to highest, and the flags beside them.

What they are called and mean is data, in `levels.toml`.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Self

_TABLES = tomllib.loads(Path(__file__).with_name("levels.toml").read_text(encoding="utf-8"))


class _Explained(StrEnum):
    """A member with the explanations of `levels.toml`."""

    code: str  #: a mark of one or two characters for narrow tables
    words: str  #: a few words
    meaning: str  #: the exact condition in one sentence

    def __new__(cls, value: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        for name, text in _TABLES[cls.__name__.lower()][value].items():
            setattr(member, name, text)
        return member


class Level(_Explained):
    """What the evidence about a cell shows. Members are declared from lowest to highest."""

    UNKNOWN = "unknown"
    NOT_PROBED = "not-probed"
    INCONCLUSIVE = "inconclusive"
    CRASHES = "crashes"
    NO_INSTALL = "no-install"
    NO_WHEEL = "no-wheel"
    FAILS_TO_IMPORT = "fails-to-import"
    SOURCE_ONLY = "source-only"
    GIL_ON = "gil-on"
    GIL_ON_DEPENDENCY = "gil-on-dependency"
    PURE = "pure"
    PURE_EXERCISED = "pure-exercised"
    GIL_OFF_SO_FAR = "gil-off-so-far"
    GIL_OFF = "gil-off"
    EXERCISED = "exercised"
    CLAIMED_EXERCISED = "claimed-exercised"

    @property
    def rank(self) -> int:
        """Position from lowest to highest."""
        return list(Level).index(self)

    @property
    def verdict(self) -> bool:
        """Whether it says anything; only such cells count for a headline."""
        return self not in {Level.UNKNOWN, Level.NOT_PROBED, Level.INCONCLUSIVE}

    @property
    def probed(self) -> bool:
        """Whether somebody installed the package and looked; false where there is no wheel to install."""
        return self.verdict and self is not Level.NO_WHEEL


class Flag(_Explained):
    """What stands beside a level."""

    FALLBACK = "fallback"
    LAZY = "lazy"
    CONTRADICTION = "contradiction"
    STALE = "stale"
    ASSERTED = "asserted"
    SOME_PLATFORMS = "some-platforms"
