"""Run the twelve programs in the outcome laboratory, default preset, and store nothing.

python -m outcomes.finders.laboratory.observe prints one answer a test, from 3.14's free-threaded build.
"""

import argparse
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from ftguide.ground.files import ROOT
from ftguide.interpreters import choose
from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.derive import grades
from ftguide.outcomes.derive.grades import Grade
from ftguide.outcomes.observe import run as runs
from ftguide.outcomes.observe.plan import PRESETS

TESTS = {
    "attribute-increment": "attribute-increment",
    "dict-check-then-act": "dict-get-then-set",
    "generator-shared": "generator-shared",
    "generic-alias-iterator": "generic-alias-iterator-shared",
    "dict-loop-short": "dict-loop-short",
    "list-sort-read": "list-sort-read",
    "double-checked-init": "finders-double-checked-init",
    "flag-then-data": "finders-flag-then-data",
    "locked-counter": "attribute-increment-locked",
    "queue-hand-off": "queue-put-get",
    "list-append": "list-append",
    "dict-per-thread": "dict-per-thread",
}


def copy_of_tests(root):
    """Make a checkout that holds the tests and the two of this folder."""
    (root / "ftguide").symlink_to(ROOT / "ftguide")
    shutil.copytree(ROOT / "outcomes" / "tests", root / "outcomes" / "tests")
    shutil.copy(
        Path(__file__).with_name("publication.py"), root / "outcomes" / "tests" / "finders.py"
    )
    return root / "outcomes" / "tests"


def main():
    parser = argparse.ArgumentParser()
    choose.add_choices(parser)
    interpreter = choose.chosen(parser.parse_args(), "3.14", lambda _text: None).ft
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        known = catalogue(copy_of_tests(root))
        bench = runs.benches([interpreter], PRESETS["default"])[0]
        bench = replace(bench, runner=replace(bench.runner, root=root))
        for test, slug in TESTS.items():
            (declared,) = known.find([slug])
            seen = runs.observe(declared, bench, PRESETS["default"], run="finders")
            cell = grades.cell(declared, seen)
            bad = [
                outcome
                for outcome in cell.seen
                if outcome.rate.count and outcome.grade is not Grade.ACCEPTABLE
            ]
            says = "; ".join(f"{outcome.name}: {outcome.rate.count}" for outcome in bad)
            print(
                "ANSWER",
                json.dumps(
                    {
                        "test": test,
                        "found": bool(bad),
                        "inconclusive": False,
                        "schedules": cell.samples,
                        "seconds": seen.seconds,
                        "gil": bench.subject.gil,
                        "says": says,
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
