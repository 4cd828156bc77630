"""Reports of the examples, made up, for tests that build nothing."""

from ftguide.ground.vocabulary import Build
from ftguide.native.examples.catalogue import EXAMPLES, Variant
from ftguide.native.examples.report import Hardware, Outcome, Part, Races, Report, Result

SAID = "adds: 11998 instead of 12000"


def result(variant, build, **changes):
    free, before = build is Build.FREE_THREADED, variant is Variant.BEFORE
    runs = 10 if before else 20
    failed = 10 if free and before else 0
    known = {
        "variant": variant,
        "build": build,
        "wheel": f"tally-1.0-cp314-cp314{'t' * free}-linux_x86_64.whl",
        "tests": 8,
        "tests_failed": 0,
        "gil_after_import": before or not free,
        "races": Races(
            runs=runs, wrong=failed, crashed=0, hung=0, adds=90, said=(SAID,) * bool(failed)
        ),
    }
    return Result(**{**known, **changes})


def outcome(name, **changes):
    example = next(one for one in EXAMPLES if one.name == name)
    states = [(variant, build) for variant in Variant for build in Build]
    results = {state: result(*state) for state in states}
    if example.declared_by_tool:
        state = (Variant.BEFORE, Build.FREE_THREADED)
        results[state] = result(*state, gil_after_import=False)
    tools = dict.fromkeys(example.packages, "1.2.3") | (
        {example.crate: "0.30.1"} if example.crate else {}
    )
    known = {"name": name, "tools": tools, "results": tuple(results.values())}
    return Outcome(**{**known, **changes})


def part(*outcomes, line="3.14"):
    return Part(
        line=line,
        version=f"{line}.7",
        date="2026-11-24",
        compiler="GCC 12.2.0",
        machine=Hardware(system="Linux", architecture="x86_64", cpu_model="A CPU", usable_cpus=2),
        programs={"cc": "gcc 12.2.0", "c++": "g++ 12.2.0"},
        outcomes=outcomes or tuple(outcome(one.name) for one in EXAMPLES),
    )


def report(*parts):
    return Report(parts=parts or (part(),))
