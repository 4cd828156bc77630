"""Why a cell has its level: the reasons, the evidence it rests on, and where each rule ends."""

from dataclasses import replace

import pytest

from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.model import Reason, ReasonKind
from ftguide.tracker.record.findings import (
    Assertion,
    Claim,
    Control,
    Culprit,
    Declarations,
    Declares,
    Kind,
    ModuleProblem,
    SourceBuild,
    UpstreamCi,
)
from ftguide.tracker.record.model import LINES, Environment
from tests.tracker.made import (
    DECLARES,
    GOOD,
    LINE,
    NAME,
    OFF,
    PLATFORM,
    cell,
    claim,
    declared,
    deep,
    fallback,
    imported,
    item,
    smoke,
    suite,
    turned_on,
    wheels,
)

ELSEWHERE = wheels("win_amd64")
USED = replace(DECLARES, declares=Declares.USED)
ERROR = replace(DECLARES, declares=Declares.ERROR, detail="ImportError: libfoo")
CRASH = replace(DECLARES, declares=Declares.CRASH, detail="signal SIGSEGV")
TEST = replace(CRASH, module="some._tests", test=True)
FAILED = replace(OFF, error="ImportError: no")
CI = item(Kind.UPSTREAM_CI, UpstreamCi(url="https://ci.example/run"), version="", cell=False)
PURE = item(Kind.DECLARE, Declarations(modules=()))


def build(worked, detail=""):
    return item(Kind.BUILD, SourceBuild(worked=worked, image="gcc", detail=detail))


def lacking():
    env = Environment(
        python="3.14.7",
        free_threaded=True,
        compiler="GCC",
        system="linux-x86_64",
        libc="glibc 2.36",
        cpus=2,
        isolation="none",
        lacks="other==2.1.0",
    )
    return replace(imported(), env=env)


def reason(kind, *values, **more):
    return Reason(ReasonKind[kind], *values, **more)


ON = reason("MODULE_TURNS_GIL_ON", "some.core")
BY_OTHER = reason("DEPENDENCY_TURNS_GIL_ON", "some.core", owner="other")
OFF_KINDS = "declare import deep"

#: Evidence, level, reasons in order, kinds of the evidence in the proof in order.
CASES = {
    "no file": ((ELSEWHERE,), "NO_WHEEL", [reason("NO_FILE", "1.0")], "wheel"),
    "built": ((ELSEWHERE, build(True)), "SOURCE_ONLY", [reason("BUILD_ENDED")], "wheel build"),
    "not built": (
        (ELSEWHERE, build(False, "no Rust")),
        "NO_INSTALL",
        [reason("BUILD_ENDED", detail="no Rust")],
        "wheel build",
    ),
    "not probed": ((wheels(),), "NOT_PROBED", [], "wheel"),
    "declared only": ((wheels(), declared()), "NOT_PROBED", [], "wheel"),
    "imported only": ((wheels(), imported()), "NOT_PROBED", [], "wheel"),
    "a requirement has no file": (
        (*GOOD, lacking()),
        "NO_WHEEL",
        [reason("REQUIREMENT_WITHOUT_FILE", "other==2.1.0")],
        "wheel import",
    ),
    "two modules crash": (
        (
            *GOOD,
            declared(CRASH, DECLARES, TEST, replace(CRASH, module="some.x", detail="time-out")),
        ),
        "CRASHES",
        [
            reason("MODULE_ENDED", "some.core", "signal SIGSEGV"),
            reason("MODULE_ENDED", "some.x", "time-out"),
        ],
        "declare",
    ),
    "an import ends": (
        (*GOOD, imported(OFF, replace(OFF, name="some.core", ended="time-out after 60 s"))),
        "CRASHES",
        [reason("IMPORT_FAILED", "some.core", "time-out after 60 s")],
        "import",
    ),
    "the script ends": (
        (*GOOD, smoke(ended="signal SIGABRT", control=Control.PASSED)),
        "CRASHES",
        [reason("SMOKE_FAILED", "some.py", "signal SIGABRT")],
        "smoke",
    ),
    "an import raises": (
        (*GOOD, imported(OFF, replace(FAILED, name="some.core"))),
        "FAILS_TO_IMPORT",
        [reason("IMPORT_FAILED", "some.core", "ImportError: no")],
        "import fallback",
    ),
    "an import raises, elsewhere nobody looked": (
        (*GOOD[:-1], imported(FAILED)),
        "INCONCLUSIVE",
        [reason("IMPORT_FAILED", "some", "ImportError: no")],
        "import",
    ),
    "an import raises, and its modules turn the GIL on all the same": (
        (*GOOD[:-1], imported(FAILED), declared(USED)),
        "GIL_ON",
        [ON],
        "declare",
    ),
    "what is missing is not what raises": (
        (*GOOD, imported(FAILED), fallback("some.core")),
        "FAILS_TO_IMPORT",
        [reason("IMPORT_FAILED", "some", "ImportError: no")],
        "import fallback",
    ),
    "declares that it uses it": ((*GOOD, declared(USED, DECLARES)), "GIL_ON", [ON], "declare"),
    "turns it on": ((*GOOD, imported(turned_on(NAME))), "GIL_ON", [ON], "import"),
    "declares and turns it on": (
        (*GOOD, declared(USED), imported(turned_on(NAME))),
        "GIL_ON",
        [ON],
        "declare import",
    ),
    "nobody knows who": (
        (*GOOD, imported(replace(OFF, gil_enabled=True))),
        "GIL_ON",
        [reason("IMPORT_TURNS_GIL_ON", "some")],
        "import",
    ),
    "two imports, one of them by a dependency": (
        (*GOOD, imported(turned_on("other"), turned_on(NAME, "some.y"))),
        "GIL_ON",
        [reason("MODULE_TURNS_GIL_ON", "some.y")],
        "import",
    ),
    "a submodule": (
        (*GOOD, deep(gil_on=("some.x", "some.y"))),
        "GIL_ON",
        [reason("IMPORT_TURNS_GIL_ON", "some.x")],
        "deep",
    ),
    "a dependency, twice": (
        (
            *GOOD,
            imported(turned_on("other"), turned_on("other")),
            deep(gil_on=("some.x",), culprits=(Culprit(module="some.core", owner="other"),)),
        ),
        "GIL_ON_DEPENDENCY",
        [BY_OTHER],
        OFF_KINDS,
    ),
    "pure": ((*GOOD, PURE), "PURE", [], "declare import"),
    "pure, the script turned it on": (
        (*GOOD, PURE, smoke(gil_enabled=True)),
        "PURE",
        [],
        "declare import",
    ),
    "pure and exercised": ((*GOOD, PURE, smoke()), "PURE_EXERCISED", [], "declare import smoke"),
    "one module to judge": (
        (
            *GOOD,
            declared(
                replace(DECLARES, declares=Declares.NOT_LOADABLE), replace(DECLARES, module="x")
            ),
        ),
        "GIL_OFF",
        [],
        OFF_KINDS,
    ),
    "not deep": (GOOD[:3], "GIL_OFF_SO_FAR", [reason("NOT_DEEP")], "declare import"),
    "gaps": (
        (
            *GOOD,
            declared(ERROR, replace(ERROR, module="some.y"), replace(ERROR, module="some.z")),
            imported(replace(OFF, extensions=("some.y",))),
            deep(
                not_reached=1,
                extensions=("some.z",),
                ended=(ModuleProblem(module="some.x", detail="signal SIGSEGV"),),
            ),
        ),
        "GIL_OFF_SO_FAR",
        [
            reason("NOT_REACHED", count=1, total=3),
            reason("IMPORT_FAILED", "some.x", "signal SIGSEGV"),
            reason("NEVER_LOADED", "some.core", "ImportError: libfoo"),
        ],
        OFF_KINDS,
    ),
    "the script differs": (
        (*GOOD, smoke(passed=False, detail="work(3) differs"), suite()),
        "GIL_OFF",
        [reason("SMOKE_FAILED", "some.py", "work(3) differs")],
        OFF_KINDS,
    ),
    "the script ends on both builds": (
        (*GOOD, smoke(ended="signal SIGABRT", control=Control.FAILED), suite()),
        "GIL_OFF",
        [reason("SMOKE_FAILED", "some.py", "signal SIGABRT")],
        OFF_KINDS,
    ),
    "smoke and suite": ((*GOOD, smoke(), suite()), "EXERCISED", [], f"{OFF_KINDS} smoke suite"),
    "smoke and CI": ((*GOOD, smoke(), CI), "EXERCISED", [], f"{OFF_KINDS} smoke upstream-ci"),
    "CI alone": ((*GOOD, CI), "GIL_OFF", [], OFF_KINDS),
    "claimed": (
        (*GOOD, smoke(), suite(), claim("4 - Resilient")),
        "CLAIMED_EXERCISED",
        [],
        f"{OFF_KINDS} smoke suite claim",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_level_says_why_and_on_what_it_rests(name):
    evidence, level, reasons, kinds = CASES[name]
    found = cell(*evidence)
    assert found.level is Level[level]
    assert list(found.reasons) == reasons
    latest = {one.kind: one.id for one in evidence}
    assert list(found.proof) == [latest[Kind(kind)] for kind in kinds.split()]


@pytest.mark.parametrize(
    ("changed", "convinces"),
    [
        ({}, True),
        ({"ran_in_parallel": 50, "not_in_parallel": 50}, True),
        ({"ran_in_parallel": 49, "not_in_parallel": 51}, False),
        ({"ran_in_parallel": 0, "not_in_parallel": 0}, False),
        ({"ran_in_parallel": 1, "not_in_parallel": 0}, True),
        ({"plain_failed": 2, "parallel_failed": 2}, True),
        ({"plain_failed": 2, "parallel_failed": 3}, False),
        ({"plain_failed": 1, "parallel_failed": 1, "new_failures": ("test_x",)}, False),
        ({"ended": "time-out"}, False),
        ({"sample": True}, False),
        ({"gil_enabled": True}, False),
    ],
)
def test_upstream_tests_convince_when_all_ran_and_half_of_them_in_parallel(changed, convinces):
    expected = Level.EXERCISED if convinces else Level.GIL_OFF
    assert cell(*GOOD, smoke(), suite(**changed)).level is expected


@pytest.mark.parametrize(
    "changed",
    [{"passed": False}, {"gil_enabled": True}, {"ended": "time-out", "control": "failed"}],
)
def test_a_script_exercises_when_it_passed_by_itself_with_the_gil_off(changed):
    changed = {
        name: Control(value) if name == "control" else value for name, value in changed.items()
    }
    assert cell(*GOOD, smoke(**changed), suite()).level is Level.GIL_OFF
    assert cell(*GOOD, PURE, smoke(**changed)).level is Level.PURE


def both_claims():
    texts = (
        f"Programming Language :: Python :: Free Threading :: {s}"
        for s in ("1 - Unstable", "3 - Stable")
    )
    return item(Kind.CLAIM, Claim(classifiers=tuple(texts)))


SAID = item(
    Kind.ASSERTION, Assertion(url="https://x.example", statement="ok"), version="", cell=False
)


@pytest.mark.parametrize(
    ("evidence", "flags"),
    [
        ((*GOOD, declared(USED), claim("2 - Beta")), {Flag.CONTRADICTION, Flag.LAZY}),
        ((*GOOD, declared(USED), claim("1 - Unstable")), {Flag.LAZY}),
        ((*GOOD, imported(turned_on("other")), claim("4 - Resilient")), {Flag.CONTRADICTION}),
        ((*GOOD, imported(FAILED), claim("3 - Stable")), {Flag.CONTRADICTION}),
        ((*GOOD, PURE, claim("3 - Stable")), set()),
        ((*GOOD, PURE, claim("1 - Unstable")), set()),
        ((ELSEWHERE, claim("3 - Stable")), set()),
        ((wheels(), claim("3 - Stable")), set()),
        ((*GOOD, imported(FAILED), fallback(works=False), claim("3 - Stable")), set()),
        ((*GOOD, smoke(), suite(), claim("1 - Unstable")), {Flag.CONTRADICTION}),
        ((*GOOD, smoke(), suite(), both_claims()), {Flag.CONTRADICTION}),
        ((*GOOD, claim("1 - Unstable")), set()),
        # Lazy: an import that works leaves it off, another turns it on.
        ((*GOOD, imported(OFF, turned_on(NAME))), {Flag.LAZY}),
        ((*GOOD, imported(OFF, turned_on("other"))), {Flag.LAZY}),
        ((*GOOD, imported(turned_on(NAME))), set()),
        (
            (*GOOD, imported(replace(OFF, error="no"), turned_on(NAME)), fallback("some")),
            {Flag.FALLBACK},
        ),
        # Fallback: of what was installed and looked at.
        ((ELSEWHERE, fallback("some.core")), set()),
        ((*GOOD, fallback("some.core")), {Flag.FALLBACK}),
        ((*GOOD, fallback("some.core"), SAID), {Flag.FALLBACK, Flag.ASSERTED}),
    ],
)
def test_flags_stand_beside_the_levels_they_are_about(evidence, flags):
    found = cell(*evidence)
    assert set(found.flags) == flags
    assert list(found.flags) == [flag for flag in Flag if flag in flags]


def test_a_file_fits_a_line_and_a_platform_together():
    for offered, level in (
        (wheels(PLATFORM, lines=(LINE,)), Level.NOT_PROBED),
        (wheels(PLATFORM, lines=LINES[1:]), Level.NO_WHEEL),
        (wheels("macosx_arm64", lines=(LINE,)), Level.NO_WHEEL),
    ):
        assert cell(offered).level is level


def test_one_file_has_to_fit_both_and_one_is_enough():
    def offers(*files):
        made = replace(wheels().result, files=tuple(one.result.files[0] for one in files))
        return item(Kind.WHEEL, made, cell=False)

    fits, other = wheels(PLATFORM), wheels("win_amd64")
    assert cell(offers(other, fits)).level is Level.NOT_PROBED
    later = wheels(PLATFORM, lines=LINES[1:])
    assert cell(offers(other, later)).level is Level.NO_WHEEL
    assert cell(offers()).level is Level.NO_WHEEL
