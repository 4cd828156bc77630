"""The words of the tracker: levels, from lowest to highest, and the flags beside them."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
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
    def code(self) -> str:
        """A mark of one or two characters for narrow tables."""
        return _LEVELS[self][0]

    @property
    def words(self) -> str:
        """The level in a few words."""
        return _LEVELS[self][1]

    @property
    def meaning(self) -> str:
        """The exact condition in one sentence."""
        return _LEVELS[self][2]

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


_LEVELS = {
    Level.UNKNOWN: ("-", "unknown", "Nobody has looked."),
    Level.NOT_PROBED: ("?", "not probed", "There is a wheel; nobody has installed and probed it."),
    Level.INCONCLUSIVE: (
        "!?",
        "inconclusive",
        "The probe could not import the package, on the GIL-enabled build neither.",
    ),
    Level.CRASHES: (
        "X",
        "crashes",
        "Loading an extension module, an import or the smoke script ended by a signal or a time-out.",
    ),
    Level.NO_INSTALL: ("0", "does not install", "No wheel fits, and building from source failed."),
    Level.NO_WHEEL: (
        "0?",
        "no wheel",
        "No wheel fits, of it or of what it requires; building from source was not tried.",
    ),
    Level.FAILS_TO_IMPORT: (
        "E",
        "fails to import",
        "It installs, but an import name raises where the GIL-enabled build imports it.",
    ),
    Level.SOURCE_ONLY: ("1", "source only", "No wheel fits; building from source worked."),
    Level.GIL_ON: (
        "2",
        "turns the GIL on",
        "At least one of its own extension modules makes the interpreter enable the GIL.",
    ),
    Level.GIL_ON_DEPENDENCY: (
        "2d",
        "GIL on via a dependency",
        "Its own extension modules leave the GIL off; a module of another distribution does not.",
    ),
    Level.PURE: ("P", "pure Python", "No extension module to judge; the GIL stays off."),
    Level.PURE_EXERCISED: (
        "P4",
        "pure Python, exercised",
        "No extension module to judge; its smoke script passed in several threads.",
    ),
    Level.GIL_OFF_SO_FAR: (
        "3?",
        "GIL off so far",
        "Everything loaded leaves the GIL off, but not every module could be loaded in the time.",
    ),
    Level.GIL_OFF: (
        "3",
        "GIL stays off",
        "All its own extension modules declare that they need no GIL, and no import turns it on.",
    ),
    Level.EXERCISED: (
        "4",
        "exercised",
        "The GIL stays off; the smoke script passed, and the upstream tests, here or upstream.",
    ),
    Level.CLAIMED_EXERCISED: (
        "5",
        "claimed and exercised",
        "Exercised, and its maintainers classify it as stable or resilient.",
    ),
}


class Flag(StrEnum):
    """What stands beside a level."""

    FALLBACK = "fallback"
    LAZY = "lazy"
    CONTRADICTION = "contradiction"
    STALE = "stale"
    ASSERTED = "asserted"
    SOME_PLATFORMS = "some-platforms"

    @property
    def code(self) -> str:
        """A mark of one or two characters."""
        return {
            Flag.FALLBACK: "F",
            Flag.LAZY: "M",
            Flag.CONTRADICTION: "C",
            Flag.STALE: "S",
            Flag.ASSERTED: "A",
            Flag.SOME_PLATFORMS: "1P",
        }[self]

    @property
    def meaning(self) -> str:
        """The flag in one sentence."""
        return {
            Flag.FALLBACK: "Extension modules that the GIL-enabled build loads are missing here; "
            "pure-Python code takes their place.",
            Flag.LAZY: "The top-level import leaves the GIL off; a module imported later turns it on.",
            Flag.CONTRADICTION: "The maintainers' classifier and the evidence disagree.",
            Flag.STALE: "The evidence is older than 90 days, or there is a newer release.",
            Flag.ASSERTED: "A person has stated something about it, with an address.",
            Flag.SOME_PLATFORMS: "Only some platforms have a wheel.",
        }[self]
