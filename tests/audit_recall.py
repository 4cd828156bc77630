"""How many fixed races the audit points at, and how much it says besides.

    python -m tests.audit_recall LIST [--within LINES] [--json]

LIST is a text file with one pair of files a line, their names separated by a tab, or by spaces where the
names have none, relative to the folder of LIST. Empty lines and lines that begin with `#` say nothing.

    before/counter.c      after/counter.c         a file as it was before its race was fixed, and after
    before/counter.c:40-52,61  after/counter.c    the same, and where the race is: the difference is not asked
    missed/lazy.c         -                       a race without a fix: any finding but a declaration hits
    -                     noise/macro.c           a file in which nothing is wrong: every finding is noise

A pair is a *hit* when a finding in the file before stands on a line that the fix changes, or at most LINES
(3) away from one, or names such a line. A finding elsewhere in a function that the fix changes is *near*,
and counts for itself. Findings about a whole file (a missing declaration, a type without a lock) count
neither way. A hit is *told still* when the file after has the same finding, on a line of the same text.

Recall is hits among the pairs. Noise is what the files after hold: findings to fix and to look at per
1,000 lines, and the findings in files in which nothing is wrong.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.vocabulary import ExpectedError
from ftguide.native.audit.cython import read_module
from ftguide.native.audit.files import Skipped, load, survey
from ftguide.native.audit.reading import read_native
from ftguide.native.audit.rules import Language, Weight
from ftguide.native.audit.scan import Finding, Report, audit
from ftguide.native.audit.source import Source

#: Rules about a file, a module or a build: they point at no race.
_WHOLE_FILE = re.compile(r"undeclared-|unlocked-type|pyo3-gil-used|late-setgil|allow-without")
_PLACE = re.compile(r"^(?P<name>.*?)(?::(?P<lines>\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*))?$")
_NAMED = re.compile(r"\bline (\d+)")

Lines = Sequence[tuple[int, int]]


class ListError(ExpectedError):
    """The list cannot be used; the message names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A line of the list; one of the two files may be missing."""

    before: Path | None
    after: Path | None
    lines: Lines = ()  #: where the race is, if the list says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the audit made of a pair."""

    pair: Pair
    verdict: str  #: "hit", "near", "missed"; "clean" or "noise" where nothing is wrong
    rules: tuple[str, ...]  #: of the findings that the verdict rests on
    told_still: bool
    language: str
    fix: int  #: findings in the file after
    look: int
    length: int  #: lines of the file after


def read_list(path: Path) -> list[Pair]:
    """Read the list; raises `ListError` for a line that is none, and for a file that is not there."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ListError(f"{path} cannot be read: {error}.") from error
    pairs = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{path}, line {number}"
        words = line.strip().split("\t") if "\t" in line else line.split()
        words = [word.strip() for word in words if word.strip()]
        if len(words) != 2:
            raise ListError(f"{where}: {line.strip()!r} is not two names, or a name and a dash.")
        named = _PLACE.match(words[0])
        lines = _ranges(named["lines"]) if named and named["lines"] else ()
        first = _file(path.parent, named["name"] if named else words[0], where)
        second = _file(path.parent, words[1], where)
        if first is None and second is None:
            raise ListError(f"{where}: two dashes name no file.")
        pairs.append(Pair(before=first, after=second, lines=lines))
    if not pairs:
        raise ListError(f"{path} lists no pair.")
    return pairs


def _file(folder: Path, name: str, where: str) -> Path | None:
    if name == "-":
        return None
    if not (folder / name).is_file():
        raise ListError(f"{where}: {folder / name} is not a file.")
    return folder / name


def _ranges(text: str) -> Lines:
    ends = (part.partition("-") for part in text.split(","))
    return [(int(first), int(last or first)) for first, _, last in ends]


def changed(before: str, after: str) -> Lines:
    """Return the lines of a text that another one changes; what is put in touches both neighbours."""
    matcher = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False)
    return [
        (first + 1, last) if last > first else (first, first + 1)
        for tag, first, last, _, _ in matcher.get_opcodes()
        if tag != "equal"
    ]


def examine(pair: Pair, within: int) -> Outcome:
    """Audit the files of a pair; raises `AuditError` for one that cannot be audited."""
    after = _audited(pair.after) if pair.after else None
    weights = Counter(one.weight for one in after.findings) if after else Counter()
    length = after.lines if after else 0
    verdict, chosen = "clean", list[Finding]()
    if pair.before is None:
        chosen = list(after.findings) if after else []
        verdict = "noise" if chosen else "clean"
    else:
        findings = [
            one for one in _audited(pair.before).findings if not _WHOLE_FILE.match(one.rule.id)
        ]
        lines = pair.lines
        if not lines and pair.after is not None:
            lines = changed(_text(pair.before), _text(pair.after))
        if not lines:
            verdict, chosen = ("hit", findings) if findings else ("missed", [])
        else:
            verdict, chosen = _judged(pair.before, findings, lines, within)
    told = {(one.rule.id, one.text) for one in after.findings} if after else set()
    source = _source(pair.before or pair.after)
    return Outcome(
        pair=pair,
        verdict=verdict,
        rules=tuple(dict.fromkeys(one.rule.id for one in chosen)),
        told_still=verdict == "hit" and all((one.rule.id, one.text) in told for one in chosen),
        language=str(source.language) if source else "?",
        fix=weights[Weight.FIX],
        look=weights[Weight.LOOK],
        length=length,
    )


def _judged(
    path: Path, findings: Sequence[Finding], lines: Lines, within: int
) -> tuple[str, list[Finding]]:
    def reaches(number: int) -> bool:
        return any(first - within <= number <= last + within for first, last in lines)

    hits = [
        one
        for one in findings
        if reaches(one.line) or any(reaches(int(line)) for line in _NAMED.findall(one.hint))
    ]
    if hits:
        return "hit", hits
    touched = [
        (first, last)
        for first, last in _functions(path)
        if any(first <= end and begin <= last for begin, end in lines)
    ]
    near = [one for one in findings if any(first <= one.line <= last for first, last in touched)]
    return ("near", near) if near else ("missed", [])


def _source(path: Path | None) -> Source | None:
    if path is None:
        return None
    source = load(survey(path), path.name)
    return None if isinstance(source, Skipped) else source


def _functions(path: Path) -> Iterator[tuple[int, int]]:
    """Give the first and the last line of each function of a file."""
    source = _source(path)
    if source is None:
        return
    if source.language in {Language.C, Language.CPP}:
        for function in read_native(source).shape.functions:
            yield source.line_of(function.head) + 1, source.line_of(function.end)
    elif source.language is Language.CYTHON:
        for block in read_module(source).blocks:
            if not block.is_class:
                yield source.line_of(block.head), source.line_of(max(block.head, block.end - 1))


def _audited(path: Path) -> Report:
    return audit(path)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace").replace("\r\n", "\n")


def rendered(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Give the lines of the report: pair by pair, then recall by language, then noise."""
    for one in outcomes:
        file = one.pair.before or one.pair.after
        still = " (told still)" if one.told_still else ""
        yield f"{one.verdict:<7} {file}  {', '.join(one.rules)}{still}".rstrip()
    pairs = [one for one in outcomes if one.pair.before is not None]
    yield ""
    for language in [*sorted({one.language for one in pairs}), ""]:
        chosen = [one for one in pairs if one.language == language or not language]
        if chosen:
            verdicts = Counter(one.verdict for one in chosen)
            share = 100 * verdicts["hit"] / len(chosen)
            yield (
                f"recall {language or 'in all'}: {verdicts['hit']} of {len(chosen)} ({share:.0f} %), "
                f"{verdicts['near']} more in a function that the fix changes"
            )
    after = [one for one in outcomes if one.pair.before is not None and one.pair.after is not None]
    if length := sum(one.length for one in after):
        fix, look = sum(one.fix for one in after), sum(one.look for one in after)
        yield (
            f"noise: {fix} to fix and {look} to look at in {length} lines after the fixes, "
            f"{1000 * fix / length:.2f} and {1000 * look / length:.2f} per 1,000; "
            f"{sum(one.told_still for one in after)} hits told still"
        )
    alone = [one for one in outcomes if one.pair.before is None]
    if alone:
        noisy = sum(one.verdict == "noise" for one in alone)
        found = sum(one.fix + one.look for one in alone)
        yield f"noise: {found} findings in {noisy} of {len(alone)} files in which nothing is wrong"


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Return the outcomes as JSON values."""
    return [
        {
            "before": str(one.pair.before) if one.pair.before else None,
            "after": str(one.pair.after) if one.pair.after else None,
            "verdict": one.verdict,
            "rules": list(one.rules),
            "told_still": one.told_still,
            "language": one.language,
            "fix": one.fix,
            "look": one.look,
            "lines": one.length,
        }
        for one in outcomes
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 when the list could be read, whatever the recall is, else 2."""
    summary, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("list", type=Path, metavar="LIST")
    parser.add_argument("--within", type=int, default=3, metavar="LINES")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    try:
        outcomes = [examine(pair, args.within) for pair in read_list(args.list)]
    except ExpectedError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    text = json.dumps(as_json(outcomes), indent=1) if args.json else "\n".join(rendered(outcomes))
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
