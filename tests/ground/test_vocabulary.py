"""The terms have one spelling, and read back what they spell."""

import itertools

import pytest

from ftguide.ground.vocabulary import Arm, Build, Mode, Target, build_of, line_of


@pytest.mark.parametrize(
    ("version", "line"), [("3.14.7", "3.14"), ("3.15.0rc2", "3.15"), ("3.13", "3.13")]
)
def test_the_line_of_a_version(version, line):
    assert line_of(version) == line
    for build in Build:
        assert build_of(line + build.suffix) == (line, build)


def test_every_arm_reads_back():
    arms = [
        Arm(build=build, mode=mode, workers=workers, gil_on=on, replicate=replicate, line=line)
        for build, mode, on, replicate, line in itertools.product(
            Build, Mode, (False, True), (False, True), ("", "3.13", "3.15")
        )
        for workers in ((1,) if mode is Mode.SINGLE else (1, 2, 16))
        if not (on and build is Build.GIL)
    ]
    assert [Arm.parse(str(arm)) for arm in arms] == arms
    assert len(set(map(str, arms))) == len(arms)


@pytest.mark.parametrize(
    "name",
    [
        *("", "ft", "gil-gil-on-single", "ft-threads", "ft-threads-0", "ft-single-2", "FT-single"),
        *("ft-single@", "ft-single@3", "ft-single@3.15t", "ft-single@3.15-again", "ft@3.15"),
        *("ft-single@3.15.1", "ft-single@\N{ARABIC-INDIC DIGIT THREE}.15"),
    ],
)
def test_what_is_no_arm_is_named(name):
    with pytest.raises(ValueError, match="is not an arm; arms look like"):
        Arm.parse(name)


def test_a_line_stands_at_the_end_and_names_the_interpreter():
    arm = Arm.parse("ft-single-again@3.15")
    assert (arm.replicate, arm.line, arm.target) == (
        True,
        "3.15",
        Target(Build.FREE_THREADED, "3.15"),
    )
    assert [str(Arm.parse(name).target) for name in ("ft-single@3.15", "gil-threads-2")] == [
        "ft@3.15",
        "gil",
    ]
    assert Arm.parse("ft-gil-on-single").target == Target(Build.FREE_THREADED)


def test_where_the_gil_must_be_on():
    on = [
        str(arm)
        for arm in map(Arm.parse, ("gil-single", "ft-single", "ft-gil-on-single"))
        if arm.gil_expected
    ]
    assert on == ["gil-single", "ft-gil-on-single"]
