"""Audit whole source distributions with an earlier revision and this checkout, and record what both said.

    python -m ftguide.native.audit.whole_trees FOLDER...

Every FOLDER is an unpacked source distribution, with its PKG-INFO. The record, `data/trees.json`, is written
anew as a whole and shows the distributions in the order given, so name all that it shall show. Both audits
run in processes of their own, one after the other, and their seconds are processor time, without the start.
"""

from __future__ import annotations

import argparse
import email
import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.ground.process import Limits, clean_environment, run
from ftguide.ground.process.claim import claimed_folder
from ftguide.ground.runs import utc_now
from ftguide.ground.vocabulary import ExpectedError
from ftguide.native.audit.trees import TREES, Distribution, Said, Trees, read_trees

_GIT_SECONDS = 60.0
_AUDIT_SECONDS = 900.0

#: What runs in either checkout. The audit lay in another folder until November 2026, and did not yet weigh
#: single findings, nor fold any.
_CHILD = """
import json, sys, time
from pathlib import Path
try:
    from ftguide.native.audit.scan import audit
except ImportError:
    from ftguide.audit.scan import audit
begun = time.process_time()
report = audit(Path(sys.argv[1]))
seconds = round(time.process_time() - begun, 1)
weights = [str(getattr(one, "weight", one.rule.weight)) for one in report.findings]
fixes = [one for one, weight in zip(report.findings, weights) if weight == "fix"]
print(json.dumps({
    "said": {
        "files": report.files,
        "lines": report.lines,
        "fix": len(fixes),
        "look": weights.count("look"),
        "seconds": seconds,
    },
    "folded_fix": sum(1 for one in fixes if getattr(one, "folded", "")),
}))
"""


class TreesError(ExpectedError):
    """Trees cannot be compared; the message names the tree or the revision and what to do."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What one audit of a tree came to, and how much of it is in generated and vendored code."""

    said: Said
    folded_fix: int


def compare(trees: Sequence[Path], before: str, names: Sequence[str] = ()) -> Trees:
    """Audit unpacked source distributions with the code of a revision and with this checkout's.

    A distribution is called as its metadata says, or as one of `names` that means the same. Raises
    `TreesError` for what is no source distribution, and for a revision that is not here.
    """
    told = {_normalised(name): name for name in names}
    with claimed_folder("ftguide-trees-") as folder:
        code = folder / "before"
        _check_out(before, code)
        distributions = []
        for tree in trees:
            name, version = _named(tree)
            first, second = (_count(tree, where, folder) for where in (code, files.ROOT))
            distributions.append(
                Distribution(
                    name=told.get(_normalised(name), name),
                    version=version,
                    before=first.said,
                    after=second.said,
                    folded_fix=second.folded_fix,
                )
            )
    return Trees(audited=utc_now()[:10], before=before, distributions=tuple(distributions))


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _named(tree: Path) -> tuple[str, str]:
    """Return the name and the version that a source distribution gives itself."""
    try:
        said = email.message_from_bytes((tree / "PKG-INFO").read_bytes())
    except OSError as error:
        raise TreesError(
            f"{tree / 'PKG-INFO'}: {error.strerror}. Name the folder of an unpacked source distribution."
        ) from error
    if not said["Name"] or not said["Version"]:
        raise TreesError(f"{tree / 'PKG-INFO'}: says no Name or no Version")
    return said["Name"], said["Version"]


def _check_out(revision: str, folder: Path) -> None:
    """Lay down the code of a revision of this repository."""
    command = ["git", "-C", str(files.ROOT), "archive", "--format=tar", revision, "--", "ftguide"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_GIT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise TreesError(
            f"revision {revision} cannot be checked out ({said.decode().strip() or error}); "
            "a shallow clone needs `git fetch --unshallow`"
        ) from error
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:  # Python 3.11.0 to 3.11.3; nobody but this repository made the archive
            archive.extractall(folder)  # noqa: S202


def _count(tree: Path, code: Path, folder: Path) -> Counted:
    """Audit a tree with the code that lies in a folder."""
    ended = run(
        [sys.executable, "-c", _CHILD, str(tree.absolute())],
        folder=code,
        environ=clean_environment(folder, PYTHONPATH=str(code), PYTHONDONTWRITEBYTECODE="1"),
        limits=Limits(seconds=_AUDIT_SECONDS),
    )
    if not ended.succeeded:
        said = ended.errors.decode(errors="replace").strip().rpartition("\n")[2]
        raise TreesError(f"{tree}: the audit of {code} {ended.words}: {said}")
    return files.decoder(Counted).decode(ended.output)


def main(words: Sequence[str] | None = None) -> int:
    """Compare and record; 2 = it cannot be done, and the record is as it was."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("trees", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument(
        "--before", metavar="REVISION", help="the earlier revision (default: the recorded one)"
    )
    parser.add_argument(
        "--to", type=Path, default=TREES, metavar="FILE", help="where to write (%(default)s)"
    )
    chosen = parser.parse_args(words)
    try:
        recorded = read_trees()
        names = [one.name for one in recorded.distributions]
        compared = compare(chosen.trees, chosen.before or recorded.before, names)
    except ExpectedError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    files.write_atomic(chosen.to, files.to_json(compared))
    return 0


if __name__ == "__main__":
    sys.exit(main())
