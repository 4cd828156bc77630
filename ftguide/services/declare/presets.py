"""How much a run measures, by the name of a preset."""

from __future__ import annotations

from dataclasses import dataclass

from ftguide.ground.vocabulary import UnknownNameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a preset asks for."""

    name: str
    promise: str  #: what a reader gets, and for how long
    passes: int  #: blocks of every stack
    full: bool = (
        False  #: with threads on the GIL-enabled build, a copy for the noise, and the server apart
    )
    seconds: float = 1.0  #: of a turn
    slices: int = 1  #: of a turn


PRESETS = {
    size.name: size
    for size in (
        Size(name="smoke", promise="everything works, no number: 2 minutes", passes=1),
        Size(name="quick", promise="2 blocks, four ways to serve: 4 minutes", passes=2),
        Size(
            name="standard",
            promise="5 blocks, all ways: 18 minutes",
            passes=5,
            full=True,
            seconds=0.9,
            slices=3,
        ),
        Size(
            name="full",
            promise="10 blocks, all ways: 40 minutes",
            passes=10,
            full=True,
            seconds=0.9,
            slices=3,
        ),
    )
}


def preset(name: str) -> Size:
    """Return a preset; UnknownNameError offers the nearest."""
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    return PRESETS[name]
