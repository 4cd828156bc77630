"""The interpreters of a run: a pair for each line, one of them the main one, and how they are alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from ftguide.ground.vocabulary import Build, Target, line_of
from ftguide.interpreters.model import Facts, Interpreter, InterpreterError, Pair
from ftguide.suite.record.model import line_key

#: What two lines must have in common, or a ratio of them is not the lines'.
ALIKE = ("compiler", "pgo", "lto", "debug", "libc", "platform")


def final(version: str) -> bool:
    """Return whether a version is a release, and no alpha, beta or candidate: 3.14.7, not 3.15.0rc2."""
    return re.fullmatch(r"\d+(\.\d+)*", version) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The pairs of a run by line."""

    main: Pair
    others: Mapping[str, Pair]  #: by line, from the oldest to the newest

    @classmethod
    def of(cls, *pairs: Pair) -> Self:
        """Choose the main line: the newest final one, or the newest where none is final.

        InterpreterError for two pairs of one line, and for an interpreter in two of them.
        """
        by_line: dict[str, Pair] = {}
        for pair in pairs:
            line = line_of(pair.version)
            if line in by_line:
                raise InterpreterError(
                    f"two pairs are of line {line}: {by_line[line].version} and {pair.version}; a run "
                    "measures one pair of a line, so leave one out, or measure it in a run of its own."
                )
            by_line[line] = pair
        known: dict[str, str] = {}
        for line, pair in by_line.items():
            for one in pair.builds.values():
                other = known.setdefault(one.facts.binary_sha256, line)
                if other != line:
                    raise InterpreterError(
                        f"{one.executable} is given for {line} and is the same file as an interpreter "
                        f"of {other}; give each line its own pair."
                    )
        order = sorted(by_line, key=line_key)
        main = max(order, key=lambda line: (final(by_line[line].version), line_key(line)))
        return cls(
            main=by_line[main], others={line: by_line[line] for line in order if line != main}
        )

    @property
    def by_line(self) -> dict[str, Pair]:
        """All pairs, from the oldest line to the newest."""
        pairs = {line_of(self.main.version): self.main, **self.others}
        return {line: pairs[line] for line in sorted(pairs, key=line_key)}

    @property
    def targets(self) -> dict[Target, Interpreter]:
        """All interpreters by what arms call them, those of the main line first."""
        pairs = {"": self.main, **self.others}
        return {
            Target(build, line): one
            for line, pair in pairs.items()
            for build, one in pair.builds.items()
        }

    @property
    def optimised(self) -> bool:
        """Whether every interpreter is made with PGO."""
        return all(pair.optimised for pair in self.by_line.values())

    @property
    def differences(self) -> tuple[str, ...]:
        """How the pairs of other lines differ beyond the GIL, and the lines from each other; in words."""
        own = [
            f"{line}: {difference}"
            for line, pair in self.others.items()
            for difference in pair.differences
        ]
        return (
            *own,
            *(text for left, right in self._neighbours() for text in _unlike(left, right)),
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of several lines has to know, and what forbids nothing; in words."""
        versions = [pair.version for pair in self.by_line.values()]
        early, finals = [v for v in versions if not final(v)], [v for v in versions if final(v)]
        remarks = []
        if early and finals:
            remarks.append(
                f"pre-release beside final: {', '.join(early)} beside {', '.join(finals)}; what it "
                "shows may change until its release"
            )
        for left, right in self._neighbours():
            # Every line's own configure chooses some of them, so this is a part of what differs.
            gone, added = _apart(left.cflags.split(), right.cflags.split())
            if (gone or added) and left.build is Build.GIL:
                own = [
                    f"{facts.version} alone has {words}"
                    for facts, words in ((left, gone), (right, added))
                    if words
                ]
                remarks.append(
                    f"compiler flags of {left.version} and {right.version}: {'; '.join(own)}"
                )
        return tuple(remarks)

    def _neighbours(self) -> Iterator[tuple[Facts, Facts]]:
        """Yield each interpreter with that of the next line, build by build."""
        for left, right in itertools.pairwise(self.by_line.values()):
            for build in Build:
                yield left.builds[build].facts, right.builds[build].facts


def _unlike(left: Facts, right: Facts) -> Iterator[str]:
    for name in ALIKE:
        old, new = getattr(left, name), getattr(right, name)
        if old != new:
            yield f"{name} ({left.build.words}): {left.version} {old!s}, {right.version} {new!s}"


def _apart(left: Sequence[str], right: Sequence[str]) -> tuple[str, str]:
    gone = [word for word in left if word not in right]
    added = [word for word in right if word not in left]
    return " ".join(gone), " ".join(added)
