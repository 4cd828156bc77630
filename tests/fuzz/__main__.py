"""Give damaged files to everything that reads what others send: `python -m tests.fuzz --count 10000`.

`--builds 200` gives them to whole builds of a small site instead, see `tests.fuzz.builds`. For each mutated
file there are two good ends: it loads, or an error says which file is damaged, in printable text. Anything
else (another exception, text that steers a terminal, more memory or time than a file is worth) is printed
with the seed that repeats it, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from ftguide.ground import redact
from tests.fuzz.subjects import SUBJECTS, FindingError, Subject, good_end

#: Of a CPU, whoever else uses it. A loader that takes longer over a small file does work that grows faster
#: than its input; one that waits for something is stopped by whoever runs this.
MOST_SECONDS = 20.0


def main() -> int:
    """Mutate, load, count; 0 when every file ended well."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--count", type=int, default=1_000, metavar="N", help="mutated files in all"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other files")
    parser.add_argument(
        "--builds", type=int, metavar="N", help="build the small site N times with a damaged file"
    )
    parser.add_argument(
        "--only", choices=[subject.name for subject in SUBJECTS], help="one kind of file"
    )
    arguments = parser.parse_args()
    if arguments.builds is not None:
        return _builds(arguments.builds, arguments.seed)
    chosen = [each for each in SUBJECTS if arguments.only in {None, each.name}]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="ftguide-fuzz-") as scratch:
        for subject in chosen:
            count = arguments.count // len(chosen)
            ends, bad = fuzz(subject, count, arguments.seed, Path(scratch) / subject.name)
            failed += len(bad)
            _tell(f"{subject.name}: {count} files", ends, bad)
    return _sum_up(failed)


def _builds(count: int, seed: int) -> int:
    # Imported here because it brings Sphinx along.
    from tests.fuzz.builds import builds

    with tempfile.TemporaryDirectory(prefix="ftguide-fuzz-") as scratch:
        ends, bad = builds(count, seed, Path(scratch))
    _tell(f"{count} builds", ends, bad)
    return _sum_up(len(bad))


def _tell(what: str, ends: Mapping[str, int], bad: Sequence[str]) -> None:
    print(f"{what}, {dict(sorted(ends.items()))}", flush=True)
    for text in bad[:5]:
        print(redact.printable(text[-4_000:]), flush=True)


def _sum_up(failed: int) -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{failed} bad ends; peak memory {peak:.0f} MiB")
    return 1 if failed else 0


def fuzz(subject: Subject, count: int, seed: int, scratch: Path) -> tuple[Counter[str], list[str]]:
    """Load mutated files of one kind; return how they ended, and what must not have happened."""
    ends: Counter[str] = Counter()
    bad: list[str] = []
    scratch.mkdir(parents=True)
    originals = subject.files()
    whole = _write(subject, originals, scratch / "whole")
    if (end := good_end(subject, whole)) != "loaded":  # which also imports what reading takes
        raise FindingError(
            f"the files of {subject.name} that are damaged here do not load as they are: {end}"
        )
    for number in range(count):
        chance = random.Random(f"{subject.name} {seed} {number}")
        name = chance.choice(sorted(originals))
        mutate = chance.choice(subject.mutations)
        damaged = {**originals, name: mutate(originals[name], chance)}
        place = _write(subject, damaged, scratch / str(number))
        began = time.process_time()
        try:
            end = good_end(subject, place)
        except Exception:  # noqa: BLE001 - whatever gets out is what we look for
            end = "traceback"
            bad.append(
                f"--only {subject.name} --seed {seed}, file {number} ({name}):\n{traceback.format_exc()}"
            )
        if time.process_time() - began > MOST_SECONDS:
            end = "slow"
            bad.append(f"--only {subject.name} --seed {seed}, file {number} ({name}): too slow")
        ends[end] += 1
        for path in sorted(place.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        place.rmdir()
    return ends, bad


def _write(subject: Subject, contents: Mapping[str, bytes], place: Path) -> Path:
    for name, data in contents.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(subject.packed(name, data))
    return place


if __name__ == "__main__":
    sys.exit(main())
