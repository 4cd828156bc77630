"""What changes from one line to the next: every pair of levels that means something, and the wheels' tags."""

from dataclasses import replace

import pytest

from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.line_steps import NEIGHBOURS, Move, Step, abis, steps
from ftguide.tracker.derive.model import Cell
from ftguide.tracker.record.findings import Kind, WheelFile, Wheels
from ftguide.tracker.record.model import LINES, PLATFORMS
from tests.tracker import made

OLDER, NEWER = "3.14t", "3.15t"


def cell(level, *, line=OLDER, platform=made.PLATFORM, version="1.0", files=()):
    seen = {}
    if files:
        offer = Wheels(newest=version, uploaded=made.AT, files=tuple(files), sdist=True)
        seen[Kind.WHEEL] = made.item(Kind.WHEEL, offer, cell=False)
    return Cell(
        line=line,
        platform=platform,
        level=level,
        version=version,
        flags=(),
        proof=(),
        seen=seen,
        observed_at=made.AT,
        reasons=(),
    )


def wheel(abi, *, lines=(NEWER,), platforms=(made.PLATFORM,)):
    return WheelFile(
        file=f"some-1.0-{abi}.whl",
        sha256=made.HASH,
        size=1,
        uploaded=made.AT,
        abi=abi,
        lines=lines,
        platforms=platforms,
    )


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        (Level.GIL_OFF, Level.GIL_OFF, Move.SAME),
        (Level.NO_WHEEL, Level.NO_WHEEL, Move.SAME),
        (Level.GIL_OFF, Level.GIL_ON, Move.LOWER),
        (Level.EXERCISED, Level.GIL_OFF, Move.LOWER),
        (Level.GIL_ON, Level.GIL_OFF, Move.HIGHER),
        (Level.CRASHES, Level.GIL_ON, Move.HIGHER),
        (Level.GIL_OFF, Level.NO_WHEEL, Move.FILE_MISSING),
        (Level.NOT_PROBED, Level.NO_WHEEL, Move.FILE_MISSING),
        (Level.CRASHES, Level.SOURCE_ONLY, Move.FILE_MISSING),
        (Level.NO_WHEEL, Level.NOT_PROBED, Move.FILE_ADDED),
        (Level.NO_INSTALL, Level.GIL_OFF, Move.FILE_ADDED),
        (Level.NO_WHEEL, Level.NO_INSTALL, Move.LOWER),
        (Level.GIL_OFF, Level.NOT_PROBED, Move.OPEN),
        (Level.NOT_PROBED, Level.NOT_PROBED, Move.OPEN),
        (Level.INCONCLUSIVE, Level.GIL_OFF, Move.OPEN),
        (Level.UNKNOWN, Level.NO_WHEEL, Move.OPEN),
        (Level.NO_WHEEL, Level.UNKNOWN, Move.OPEN),
    ],
)
def test_how_two_levels_compare(before, after, move):
    assert Step(cell(before), cell(after, line=NEWER)).move is move


def test_levels_of_two_releases_say_so():
    older = cell(Level.GIL_OFF)
    assert not Step(older, cell(Level.GIL_ON, line=NEWER)).other_release
    assert Step(older, cell(Level.GIL_ON, line=NEWER, version="2.0")).other_release
    nobody = replace(older, version="", level=Level.UNKNOWN)
    assert not Step(nobody, cell(Level.GIL_ON, line=NEWER)).other_release


def test_steps_pair_the_same_platform_and_leave_out_what_has_no_partner():
    cells = [cell(Level.GIL_OFF, line=line, platform=name) for line in LINES for name in PLATFORMS]
    lonely = [one for one in cells if one.platform != PLATFORMS[0] or one.line != NEWER]
    found = steps(lonely, OLDER, NEWER)
    assert [step.platform for step in found] == list(PLATFORMS[1:])
    assert all((step.before.line, step.after.line) == (OLDER, NEWER) for step in found)
    assert NEIGHBOURS[0] == (OLDER, NEWER)


def test_abi_tags_are_those_of_files_that_fit_the_cell():
    files = (
        wheel("none"),
        wheel("cp316t"),
        wheel("cp315t"),
        wheel("abi3t"),
        wheel("abi3t"),
        wheel("cp314t", lines=(OLDER,)),
        wheel("cp317t", platforms=("win_amd64",)),
    )
    tags = ("abi3t", "cp315t", "cp316t", "none")
    assert abis(cell(Level.GIL_OFF, line=NEWER, files=files)) == tags
    assert abis(cell(Level.GIL_OFF, files=files)) == ("cp314t",)
    assert abis(cell(Level.UNKNOWN)) == ()
