"""Compare what a snippet did with what its page says. Pure."""

from __future__ import annotations

import difflib
import signal
from collections.abc import Sequence

from ftguide.ground.vocabulary import Build, line_of
from ftguide.guide.declare import console
from ftguide.guide.declare.model import HANG, Expect, OnGil, Ran, Snippet, Verdict, signal_name
from ftguide.guide.derive import endings
from ftguide.guide.derive.normalise import matches

_TAIL = 12
_DECLARE = (
    "A crash is a fault of the interpreter: look for its issue upstream, and declare it as "
    "`:crash: gh-NUMBER on 3.14t` if it is known"
)


def verdict(snippet: Snippet, build: Build, version: str, runs: Sequence[Ran]) -> Verdict:
    """Judge the runs of a snippet on one build; there is one, or `snippet.runs` of a repeated one.

    A race has to be seen on the snippet's own line; on another one it may happen never to show.
    """
    line = line_of(version)
    known = snippet.crash is not None and snippet.crash.covers(version, build)
    judged = [ran for ran in runs if not (known and ran.crashed)]
    problem = _ending(snippet, build, judged, seen=line == snippet.home)
    difference = None if problem is not None else _shown(snippet, build, line, judged)
    seen = _to_show(snippet, judged)
    return Verdict(
        build=build,
        version=version,
        problem=problem or difference,
        differs=difference is not None,
        endings=endings.count(runs),
        runs=len(runs),
        shown=None if seen is None else seen.output,
        parts=() if seen is None else seen.parts,
    )


def _to_show(snippet: Snippet, runs: Sequence[Ran]) -> Ran | None:
    """Return the run whose output a page shows: of a race, the first that ended as it states."""
    if snippet.expect is Expect.RACE:
        return next((ran for ran in runs if ran.ending in snippet.shows), None)
    return runs[-1] if runs else None


def _ending(snippet: Snippet, build: Build, runs: Sequence[Ran], *, seen: bool) -> str | None:
    """Tell what is wrong with the way a snippet ended; declared crashes are not among `runs`.

    `seen` says whether a race has to be.
    """
    if any(ran.excess for ran in runs):
        return "it printed more than 200 kB, and was stopped. Print less"
    if snippet.expect is Expect.RACE:
        return _race(snippet, build, runs, seen=seen)
    return next(filter(None, (_one_ending(snippet, ran) for ran in runs)), None)


def _one_ending(snippet: Snippet, ran: Ran) -> str | None:
    wanted = _wanted(snippet)
    problem = None
    if snippet.expect is Expect.HANG:
        if ran.status is not None:
            problem = f"it was to hang, and {status_words(ran.status)}"
    elif ran.status is None:
        problem = (
            f"it was still running after {snippet.timeout:g} s and was killed. Make it end, raise "
            "`:timeout:`, or say `:expect: hang`"
        )
    elif wanted is None:
        if ran.status == 0:
            problem = "it was to fail, and ended with status 0"
    elif ran.status != wanted:
        problem = f"it {status_words(ran.status)}, not {_name(wanted)}"
        if ran.crashed:
            problem += f". {_DECLARE}"
    return None if problem is None else f"{problem}{_tail(ran)}"


def _wanted(snippet: Snippet) -> int | None:
    """Return the status a snippet has to end with, None for any but 0."""
    if isinstance(snippet.exit, str):
        return -signal.Signals[snippet.exit].value
    if snippet.exit is not None:
        return snippet.exit
    return None if snippet.expect is Expect.ERROR else 0


def _race(snippet: Snippet, build: Build, runs: Sequence[Ran], *, seen: bool) -> str | None:
    """Judge a race: no ending of the interpreter itself passes as one, whatever else it shows."""
    told = f"its {len(runs)} runs ended so: {endings.words(endings.count(runs))}"
    broken = next((ran for ran in runs if _unasked(snippet, ran)), None)
    if broken is not None:
        fix = _DECLARE if broken.crashed else "Make it end, or state `:race: hang`"
        return f"{told}. A race must not end by {broken.ending}. {fix}{_tail(broken)}"
    shown = [ran for ran in runs if ran.ending in snippet.shows]
    if build is Build.GIL:
        bad = next((ran for ran in runs if ran.failed), None)
        if snippet.on_gil is OnGil.NEVER and bad is not None:
            return f"`:gil: never`, but {told}{_tail(bad)}"
        if snippet.on_gil is OnGil.ALWAYS and seen and not shown:
            return f"`:gil: always`, but {told}{_tail(runs[-1])}"
        return None
    if runs and seen and not shown:
        return (
            f"it was to show {' or '.join(snippet.shows)}, and {told}. Let it fail by itself (an "
            f"assert, an exit status), work longer, raise `:runs:`, or state the kind it "
            f"shows{_tail(runs[-1])}"
        )
    return None


def _unasked(snippet: Snippet, ran: Ran) -> bool:
    """Return whether a run of a race crashed or hung without the page stating so."""
    return ran.crashed or (ran.status is None and HANG not in snippet.shows)


def _shown(snippet: Snippet, build: Build, line: str, runs: Sequence[Ran]) -> str | None:
    """Say how the output differs from what the page shows."""
    shown = snippet.output_for(build, line)
    if snippet.language == "console":
        return _session(snippet, snippet.code if shown is None else shown.text, runs[-1])
    race = snippet.expect is Expect.RACE
    tried = [ran for ran in runs if ran.ending in snippet.shows] if race else runs
    if not tried or (
        race and build is Build.GIL
    ):  # how it fails there is not what the page is about
        return None
    printed = tried[-1].output
    if shown is None:
        if printed and snippet.expect in {Expect.OUTPUT, Expect.ERROR}:
            return (
                "it prints, and the page does not show what. Run with --update, or say "
                f"`:expect: exit` if only the status matters\n{_difference('', printed)}"
            )
        return None
    fits = [matches(shown.text, ran.output) for ran in tried]
    if any(fits) if race else all(fits):
        return None
    printed = tried[-1].output if race else tried[fits.index(False)].output
    what = "no run that raced printed what" if race else "it printed something else than"
    return f"{what} the page shows\n{_difference(shown.text, printed)}"


def _session(snippet: Snippet, shown: str, ran: Ran) -> str | None:
    if snippet.expect is Expect.EXIT:
        return None
    session = console.commands(shown, snippet.where)
    for command, part in zip(session, ran.parts, strict=False):
        if not matches(command.output, part):
            return (
                f"`{command.text}` printed something else than the page shows\n"
                f"{_difference(command.output, part)}"
            )
    return None


def status_words(status: int) -> str:
    """Return how a process ended, as the end of a sentence."""
    if status >= 0:
        return f"ended with status {status}"
    return f"was killed by {_name(status)}"


def _name(status: int) -> str:
    if status >= 0:
        return str(status)
    return signal_name(status)


def _difference(expected: str, actual: str) -> str:
    lines = difflib.unified_diff(
        expected.splitlines(), actual.splitlines(), "on the page", "printed", lineterm="", n=1
    )
    return "\n".join(f"    {line}" for line in list(lines)[:40])


def _tail(ran: Ran) -> str:
    lines = ran.output.splitlines()[-_TAIL:]
    return "".join(f"\n    {line}" for line in lines)
