"""A noise flag as a fact: what is less trustworthy, of which arms, by how much. Knows nothing else.

`flags.py` and `series.py` raise flags, `ftguide.suite.words` says them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FlagKind(StrEnum):
    """What a flag is about, with the word for it where many rows are listed."""

    OTHER_CODE = "blocks of other code"  #: values: blocks left out
    WRONG_GIL = "unexpected GIL"  #: an arm; values: blocks left out
    NO_TIMES = "blocks without times"  #: an arm; values: blocks left out
    UNPINNED = "unpinned"
    SPREAD = "spread"  #: two arms; values: standard deviation over blocks of their log ratio
    DRIFT = "drift"  #: two arms; values: change of their log ratio between the halves of a block
    NEIGHBOUR = "neighbour"  #: two arms; values: blocks that shared the core, and all blocks
    STEAL = "steal"  #: values: share of CPU time
    BUSY = "busy machine"  #: values: share of the usable CPUs' time that other programs used
    OVERLAP = "overlap"  #: an arm; values: share of a value's time during which all its workers ran
    DISTURBED = "disturbed"  #: values: share of laps
    COLLECTIONS = "GC"  #: two arms; values: garbage collections per value of either
    SKEW = "skew"  #: an arm; values: (slowest - fastest worker) / slowest
    IDLE = "busy while idle"  #: an arm; values: CPU time between its turns / time of its turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag of a row."""

    kind: FlagKind
    arms: tuple[str, ...] = ()  #: an arm, or arm and base of a ratio; empty for the whole row
    values: tuple[float, ...] = ()  #: as the kind says
