"""Levels, flags, headline and history as a function of evidence and a date."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ftguide.tracker.derive.derive import derive
from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.pages import words
from ftguide.tracker.record.findings import (
    Assertion,
    Backfill,
    Control,
    Declares,
    Kind,
    ModuleProblem,
    Retraction,
    SourceBuild,
    Transition,
    UpstreamCi,
)
from ftguide.tracker.record.model import LINES, PLATFORMS, Environment
from tests.tracker.made import (
    AT,
    DECLARES,
    GOOD,
    LINE,
    NAME,
    OFF,
    PACKAGE,
    PLATFORM,
    TODAY,
    cell,
    claim,
    declared,
    deep,
    fallback,
    imported,
    item,
    smoke,
    status,
    suite,
    turned_on,
    wheels,
)

USED = replace(DECLARES, declares=Declares.USED)


BUILD = item(Kind.BUILD, SourceBuild(worked=True, image="gcc"))
FAILED_BUILD = item(Kind.BUILD, SourceBuild(worked=False, image="gcc", detail="no Rust"))
CI = item(Kind.UPSTREAM_CI, UpstreamCi(url="https://ci.example/run"), version="", cell=False)
LACKING = Environment(
    python="3.14.7",
    free_threaded=True,
    compiler="GCC",
    system="linux-x86_64",
    libc="glibc 2.36",
    cpus=2,
    isolation="no network",
    lacks="other==2.1.0",
)
CRASH = replace(DECLARES, declares=Declares.CRASH, detail="signal SIGSEGV")
ERROR = replace(DECLARES, declares=Declares.ERROR, detail="ImportError: libfoo")
FAILED = replace(OFF, error="ImportError: no")
CORE_FAILED = replace(OFF, name="some.core", error="ModuleNotFoundError: no")
ELSEWHERE = wheels("win_amd64")

CASES = {
    "nothing": ((), Level.UNKNOWN),
    "a wheel that nobody probed": ((wheels(),), Level.NOT_PROBED),
    "no wheel": ((ELSEWHERE,), Level.NO_WHEEL),
    "no wheel, builds": ((ELSEWHERE, BUILD), Level.SOURCE_ONLY),
    "no wheel, does not build": ((ELSEWHERE, FAILED_BUILD), Level.NO_INSTALL),
    "a dependency has no wheel": ((*GOOD, replace(imported(), env=LACKING)), Level.NO_WHEEL),
    "all off": (GOOD, Level.GIL_OFF),
    "no deep import": (GOOD[:3], Level.GIL_OFF_SO_FAR),
    "deep import cut short": ((*GOOD, deep(not_reached=1)), Level.GIL_OFF_SO_FAR),
    "a submodule crashes": (
        (*GOOD, deep(ended=(ModuleProblem(module="some.x", detail="signal SIGSEGV"),))),
        Level.GIL_OFF_SO_FAR,
    ),
    "a module never loaded": (
        (*GOOD, declared(ERROR), imported(replace(OFF, extensions=()))),
        Level.GIL_OFF_SO_FAR,
    ),
    "a module that needed its parent": ((*GOOD, declared(ERROR)), Level.GIL_OFF),
    "declares used": ((*GOOD, declared(USED)), Level.GIL_ON),
    "only a test module declares used": (
        (*GOOD, declared(DECLARES, replace(USED, module="some._tests", test=True))),
        Level.GIL_OFF,
    ),
    "turned on by itself": ((*GOOD, imported(turned_on(NAME))), Level.GIL_ON),
    "turned on by nobody's file": ((*GOOD, imported(turned_on(""))), Level.GIL_ON),
    "turned on, culprit unknown": (
        (*GOOD, imported(replace(OFF, gil_enabled=True))),
        Level.GIL_ON,
    ),
    "turned on by a dependency": ((*GOOD, imported(turned_on("other"))), Level.GIL_ON_DEPENDENCY),
    "by both": ((*GOOD, declared(USED), imported(turned_on("other"))), Level.GIL_ON),
    "by a submodule": (
        (*GOOD, deep(gil_on=("some.x",), culprits=turned_on(NAME).culprits)),
        Level.GIL_ON,
    ),
    "crash when created": ((*GOOD, declared(CRASH)), Level.CRASHES),
    "crash when imported": (
        (*GOOD, imported(replace(OFF, ended="time-out after 60 s"))),
        Level.CRASHES,
    ),
    "crash of the smoke script": ((*GOOD, smoke(ended="signal SIGABRT")), Level.CRASHES),
    "the same on the other build": (
        (*GOOD, smoke(ended="signal SIGABRT", control=Control.FAILED)),
        Level.GIL_OFF,
    ),
    "import fails": ((*GOOD, imported(FAILED)), Level.FAILS_TO_IMPORT),
    "import fails everywhere": (
        (*GOOD, imported(FAILED), fallback(works=False)),
        Level.INCONCLUSIVE,
    ),
    "compiled part missing": (
        (
            *GOOD,
            declared(replace(DECLARES, declares=Declares.NOT_LOADABLE)),
            imported(OFF, CORE_FAILED),
            fallback("some.core"),
        ),
        Level.PURE,
    ),
    "pure": (
        (*GOOD, item(Kind.DECLARE, replace(GOOD[1].result, modules=()))),  # type: ignore[type-var]
        Level.PURE,
    ),
    "pure and exercised": (
        (*GOOD, item(Kind.DECLARE, replace(GOOD[1].result, modules=())), smoke()),  # type: ignore[type-var]
        Level.PURE_EXERCISED,
    ),
    "smoke alone": ((*GOOD, smoke()), Level.GIL_OFF),
    "smoke and suite": ((*GOOD, smoke(), suite()), Level.EXERCISED),
    "smoke and upstream CI": ((*GOOD, smoke(), CI), Level.EXERCISED),
    "suite without smoke": ((*GOOD, suite()), Level.GIL_OFF),
    "suite with a new failure": ((*GOOD, smoke(), suite(parallel_failed=1)), Level.GIL_OFF),
    "suite with the old failure": (
        (*GOOD, smoke(), suite(plain_failed=1, parallel_failed=1)),
        Level.EXERCISED,
    ),
    "suite that ran nothing in parallel": (
        (*GOOD, smoke(), suite(ran_in_parallel=0, not_in_parallel=100)),
        Level.GIL_OFF,
    ),
    "a bad suite beside a good CI": ((*GOOD, smoke(), suite(parallel_failed=9), CI), Level.GIL_OFF),
    "suite that is a sample": ((*GOOD, smoke(), suite(sample=True)), Level.GIL_OFF),
    "suite turned the GIL on": ((*GOOD, smoke(), suite(gil_enabled=True)), Level.GIL_OFF),
    "claimed as well": ((*GOOD, smoke(), suite(), claim("3 - Stable")), Level.CLAIMED_EXERCISED),
    "claimed as beta": ((*GOOD, smoke(), suite(), claim("2 - Beta")), Level.EXERCISED),
    "claimed only": ((wheels(), claim("4 - Resilient")), Level.NOT_PROBED),
    "smoke failed": (
        (*GOOD, smoke(passed=False, detail="work(3) differs"), suite()),
        Level.GIL_OFF,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_level(name):
    evidence, expected = CASES[name]
    found = cell(*evidence)
    assert found.level is expected
    assert set(found.proof) <= {item.id for item in evidence}
    assert bool(found.proof) is (expected is not Level.UNKNOWN)


def test_every_level_is_reachable():
    assert {expected for _, expected in CASES.values()} == set(Level)


def test_codes_tell_levels_and_flags_apart():
    assert len({level.code for level in Level}) == len(Level)
    assert len({flag.code for flag in Flag}) == len(Flag)
    assert all(level.words and level.meaning.endswith(".") for level in Level)
    assert all(flag.meaning.endswith(".") for flag in Flag)


def test_headline_is_the_lowest_cell_with_a_verdict():
    found = status(*GOOD)
    assert (found.headline, found.probed, len(found.cells)) == (Level.NO_WHEEL, 1, 8)
    assert words.coverage(found) == "1 of 8 cells probed, 4 without a wheel"
    found = status(wheels(lines=LINES), *GOOD[1:])
    assert (found.headline, words.coverage(found)) == (Level.GIL_OFF, "1 of 8 cells probed")
    assert status(wheels(lines=LINES)).headline is Level.NOT_PROBED
    assert status().headline is Level.UNKNOWN
    assert [(one.line, one.platform) for one in found.cells] == [
        (line, platform) for line in LINES for platform in PLATFORMS
    ]


@pytest.mark.parametrize(("days", "stale"), [(86, False), (91, True)])
def test_evidence_grows_stale_relative_to_a_date(days, stale):
    found = cell(*GOOD, today=date(2026, 11, 20) + timedelta(days=days))
    assert found.stale is stale
    assert found.level is Level.GIL_OFF


def test_being_seen_again_keeps_it_fresh():
    later = [replace(one, observed_at="2027-01-15T00:00:00Z") for one in GOOD]
    assert not cell(*GOOD, *later, today=date(2027, 3, 1)).stale
    assert cell(*GOOD, *later[:2], today=date(2027, 3, 1)).stale  # the oldest proof counts


def test_a_newer_release_makes_it_stale_and_keeps_its_version():
    newer = wheels(version="2.0", at="2026-11-22T00:00:00Z")
    found = cell(*GOOD, newer)
    assert (found.level, found.version, found.stale) == (Level.GIL_OFF, "1.0", True)
    gone = wheels("win_amd64", version="2.0", at="2026-11-22T00:00:00Z")
    found = cell(*GOOD, gone)
    assert (found.level, found.version, found.stale) == (Level.NO_WHEEL, "2.0", False)


def test_a_pre_release_makes_no_cell():
    early = [replace(one, version="2.0b1", observed_at="2026-11-23T00:00:00Z") for one in GOOD[1:]]
    worse = replace(early[0], result=declared(USED).result)
    assert cell(*GOOD, worse).level is Level.GIL_OFF


def test_the_future_is_not_looked_at():
    tomorrow = replace(declared(USED), observed_at="2026-11-25T00:00:00Z")
    assert cell(*GOOD, tomorrow).level is Level.GIL_OFF
    assert cell(*GOOD, tomorrow, today=date(2026, 11, 25)).level is Level.GIL_ON


def test_what_was_retracted_never_counted():
    wrong = replace(declared(USED), observed_at="2026-11-21T00:00:00Z")
    taken_back = item(
        Kind.RETRACTION, Retraction(of=wrong.id, reason="our probe"), at="2026-11-22T00:00:00Z"
    )
    assert cell(*GOOD, wrong).level is Level.GIL_ON
    found = status(*GOOD, wrong, taken_back)
    assert found.cells[0].level is Level.GIL_OFF
    assert Level.GIL_ON not in {change.after for change in found.changes}


def test_flags():
    assert cell(*GOOD, fallback("some.fast")).flags == (Flag.FALLBACK,)
    lazy = deep(gil_on=("some.x",), culprits=turned_on(NAME).culprits)
    assert cell(*GOOD, lazy).flags == (Flag.LAZY,)
    assert cell(*GOOD, imported(turned_on(NAME)), claim("3 - Stable")).flags == (
        Flag.CONTRADICTION,
    )
    assert cell(*GOOD, smoke(), suite(), claim("1 - Unstable")).flags == (Flag.CONTRADICTION,)
    assert cell(*GOOD, claim("3 - Stable")).flags == ()
    said = item(
        Kind.ASSERTION,
        Assertion(url="https://example.org", statement="works for us"),
        version="",
        cell=False,
    )
    assert cell(*GOOD, said).flags == (Flag.ASSERTED,)
    assert cell(*GOOD, said).level is Level.GIL_OFF
    assert Flag.SOME_PLATFORMS in status(wheels("win_amd64", PLATFORM), *GOOD[1:]).flags


def test_history_is_replayed_from_the_log():
    first = [replace(one, observed_at="2026-11-01T10:00:00Z") for one in GOOD]
    worse = replace(declared(USED), observed_at="2026-11-10T10:00:00Z")
    better = replace(declared(), observed_at="2026-11-20T10:00:00Z")
    found = [
        change
        for change in status(*first, worse, better).changes
        if (change.line, change.platform) == (LINE, PLATFORM)
    ]
    assert [(one.at[:10], one.before, one.after) for one in found] == [
        ("2026-11-01", Level.UNKNOWN, Level.GIL_OFF),
        ("2026-11-10", Level.GIL_OFF, Level.GIL_ON),
        ("2026-11-20", Level.GIL_ON, Level.GIL_OFF),
    ]
    assert found[1].proof == (worse.id,)


def test_history_before_our_first_look_is_marked():
    transition = Transition(
        at="2025-09-22T00:00:00Z", version="0.9", line=LINE, platform=PLATFORM, present=True
    )
    late = replace(transition, at="2026-11-22T00:00:00Z")
    earlier = item(
        Kind.BACKFILL, Backfill(transitions=(transition, late)), version="1.0", cell=False
    )
    (change,) = [one for one in status(*GOOD, earlier).changes if one.backfilled]
    assert (change.at, change.version, change.after) == (
        transition.at,
        "0.9",
        Level.NOT_PROBED,
    )


def test_evidence_about_others_is_left_out():
    stranger = replace(GOOD[0], package="stranger")
    assert derive([stranger], [PACKAGE], TODAY)[0].headline is Level.UNKNOWN
    assert AT < "2026-11-24"
