"""Compare what a snippet did with what its page says. Pure."""

from __future__ import annotations

import difflib
import signal
from collections.abc import Sequence

from ftguide.interpreters.model import Build
from ftguide.snippets import console
from ftguide.snippets.model import Expect, OnGil, Ran, Snippet, Verdict
from ftguide.snippets.normalise import matches

_TAIL = 12


def verdict(snippet: Snippet, build: Build, version: str, runs: Sequence[Ran]) -> Verdict:
    """Judge the runs of a snippet on one build; there is one, or `snippet.runs` of a race."""
    problem = _ending(snippet, build, runs)
    difference = None if problem is not None else _shown(snippet, build, runs)
    seen = _to_show(snippet, runs)
    return Verdict(
        build=build,
        version=version,
        problem=problem or difference,
        differs=difference is not None,
        failures=sum(one.failed for one in runs),
        runs=len(runs),
        shown=None if seen is None else seen.output,
        parts=() if seen is None else seen.parts,
    )


def _to_show(snippet: Snippet, runs: Sequence[Ran]) -> Ran | None:
    """Return the run whose output a page shows: a race's first failure."""
    if snippet.expect is Expect.RACE:
        return next((one for one in runs if one.failed and one.status is not None), None)
    return runs[-1]


def _ending(snippet: Snippet, build: Build, runs: Sequence[Ran]) -> str | None:
    """Say what is wrong with the way a snippet ended."""
    if any(one.excess for one in runs):
        return "it printed more than 200 kB, and was stopped. Print less"
    if snippet.expect is Expect.RACE:
        return _race(snippet, build, runs)
    (ran,) = runs
    wanted = _wanted(snippet)
    found = None
    if snippet.expect is Expect.HANG:
        if ran.status is not None:
            found = f"it was to hang, and {status_words(ran.status)}"
    elif ran.status is None:
        found = (
            f"it was still running after {snippet.timeout:g} s and was killed. Make it end, raise "
            "`:timeout:`, or say `:expect: hang`"
        )
    elif wanted is None:
        if ran.status == 0:
            found = "it was to fail, and ended with status 0"
    elif ran.status != wanted:
        found = f"it {status_words(ran.status)}, not {_name(wanted)}"
    return None if found is None else f"{found}{_tail(ran)}"


def _wanted(snippet: Snippet) -> int | None:
    """Return the status a snippet has to end with, None for any but 0."""
    if isinstance(snippet.exit, str):
        return -signal.Signals[snippet.exit].value
    if snippet.exit is not None:
        return snippet.exit
    return None if snippet.expect is Expect.ERROR else 0


def _race(snippet: Snippet, build: Build, runs: Sequence[Ran]) -> str | None:
    failures = sum(one.failed for one in runs)
    many = f"{failures} of {len(runs)} runs"
    if build is Build.GIL:
        if snippet.on_gil is OnGil.NEVER and failures:
            bad = next(one for one in runs if one.failed)
            return f"`:gil: never`, but it failed in {many}{_tail(bad)}"
        if snippet.on_gil is OnGil.ALWAYS and not failures:
            return f"`:gil: always`, but it failed in {many}{_tail(runs[-1])}"
        return None
    if not failures:
        return (
            f"it was to race, and failed in {many}. Let it fail by itself (an assert, an exit "
            f"status), work longer, or raise `:runs:`{_tail(runs[-1])}"
        )
    return None


def _shown(snippet: Snippet, build: Build, runs: Sequence[Ran]) -> str | None:
    """Say how the output differs from what the page shows."""
    if snippet.language == "console":
        return _session(snippet, runs[-1])
    shown = snippet.output_for(build)
    race = snippet.expect is Expect.RACE
    tried = [one for one in runs if one.failed] if race else runs
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
    if any(matches(shown.text, one.output) for one in tried):
        return None
    what = "no failing run printed what" if race else "it printed something else than"
    return f"{what} the page shows\n{_difference(shown.text, printed)}"


def _session(snippet: Snippet, ran: Ran) -> str | None:
    if snippet.expect is Expect.EXIT:
        return None
    session = console.commands(snippet.code, snippet.where)
    for command, part in zip(session, ran.parts, strict=False):
        if not matches(command.output, part):
            return (
                f"`{command.text}` printed something else than the page shows\n"
                f"{_difference(command.output, part)}"
            )
    return None


def status_words(status: int) -> str:
    """Say how a process ended."""
    if status >= 0:
        return f"ended with status {status}"
    return f"was killed by {_name(status)}"


def _name(status: int) -> str:
    if status >= 0:
        return str(status)
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def _difference(expected: str, actual: str) -> str:
    lines = difflib.unified_diff(
        expected.splitlines(), actual.splitlines(), "on the page", "printed", lineterm="", n=1
    )
    return "\n".join(f"    {line}" for line in list(lines)[:40])


def _tail(ran: Ran) -> str:
    lines = ran.output.splitlines()[-_TAIL:]
    return "".join(f"\n    {line}" for line in lines)
