"""Write what ran into a page, so that no output is typed by hand. Pure: text in, text out.

An output block that fits, with its `<...>`, stays as it is; others are replaced where they stand, and
missing ones are put below their snippet: one for both builds, or one for each where they differ.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguide.guide.declare import console
from ftguide.guide.declare.extract import Page
from ftguide.guide.declare.model import Expect, Output, Snippet, Verdict
from ftguide.guide.derive.normalise import matches
from ftguide.vocabulary import Build

_FENCE = re.compile(r"(?P<prefix>.*?)(?P<marks>`{3,}|~{3,}|:{3,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    """Replace lines `start` to `end`, from 0, `end` exclusive."""

    start: int
    end: int
    lines: tuple[str, ...]


def rewrite(page: Page, verdicts: Mapping[str, Sequence[Verdict]]) -> str:
    """Return the page's text with the outputs of runs; `verdicts` are by the snippet's name."""
    lines = page.text.splitlines()
    edits: list[_Edit] = []
    for snippet in page.snippets:
        judged = verdicts.get(snippet.name, ())
        if not snippet.runs_itself or not judged or any(map(_unusable, judged)):
            continue
        if snippet.language == "console":
            edits += _session(snippet, judged, lines)
        elif snippet.outputs or snippet.expect in {Expect.OUTPUT, Expect.ERROR}:
            edits += _outputs(snippet, judged, lines)
    for edit in sorted(edits, key=lambda one: (one.start, one.end), reverse=True):
        lines[edit.start : edit.end] = edit.lines
    return "\n".join(lines) + "\n"


def _unusable(verdict: Verdict) -> bool:
    """Say whether the run went wrong in a way that a page must not show."""
    return not (verdict.passed or verdict.differs)


def _session(snippet: Snippet, judged: Sequence[Verdict], lines: list[str]) -> list[_Edit]:
    session = console.commands(snippet.code, snippet.where)
    parts = [judged[-1].parts] if judged else []
    if not parts or len(parts[0]) != len(session) or snippet.expect is Expect.EXIT:
        return []
    outputs = [
        command.output if matches(command.output, part) else part
        for command, part in zip(session, parts[0], strict=True)
    ]
    if all(one.output == text for one, text in zip(session, outputs, strict=True)):
        return []
    prefix, marks = _style(lines[snippet.start])
    end = snippet.end - 1 if lines[snippet.end - 1].strip(" >").startswith(marks) else snippet.end
    text = console.render(session, outputs).splitlines()
    new = tuple(f"{prefix}{line}".rstrip() for line in text)
    return [_Edit(start=snippet.body, end=end, lines=new)]


def _outputs(snippet: Snippet, judged: Sequence[Verdict], lines: list[str]) -> list[_Edit]:
    wanted = _wanted(snippet, judged)
    style = _style(lines[snippet.start])
    edits: list[_Edit] = []
    left = dict(wanted)
    last = snippet.end
    for output in snippet.outputs:
        new: list[str] = []
        if output.build in left:
            new = _block(snippet.name, output.build, left.pop(output.build), style)
        elif output.build is None and left:  # one block becomes one per build
            for build in list(left):
                new += ([""] if new else []) + _block(snippet.name, build, left.pop(build), style)
        start = output.start
        if not new and start and not lines[start - 1].strip():
            start -= 1
        if new != lines[output.start : output.end]:
            edits.append(_Edit(start=start, end=output.end, lines=tuple(new)))
        last = output.end
    new = [
        line
        for build, text in left.items()
        for line in ("", *_block(snippet.name, build, text, style))
    ]
    if new:
        edits.append(_Edit(start=last, end=last, lines=tuple(new)))
    return edits


def _wanted(snippet: Snippet, judged: Sequence[Verdict]) -> dict[Build | None, str]:
    texts: dict[Build, str] = {}
    for verdict in judged:
        known = snippet.output_for(verdict.build)
        text = verdict.shown or ""
        if snippet.expect is Expect.RACE and verdict.build is Build.GIL:
            continue
        if known is not None and (verdict.passed or matches(known.text, text)):
            text = known.text
        texts[verdict.build] = text
    if len(set(texts.values())) == 1:
        text = next(iter(texts.values()))
        keep = {one.build for one in snippet.outputs} - {None}
        if len(keep) > 1 and _apart(snippet.outputs):
            return {build: text for build in texts if text}
        return {None: text} if text else {}
    return {build: text for build, text in texts.items() if text}


def _apart(outputs: Sequence[Output]) -> bool:
    """Say whether prose stands between the outputs: then the author wants them apart."""
    return any(later.start - sooner.end > 1 for sooner, later in itertools.pairwise(outputs))


def _style(line: str) -> tuple[str, str]:
    """Return the indentation and the marks of an opening line."""
    match = _FENCE.match(line)
    assert match is not None, line
    return re.sub(r"[^\s>]", " ", match["prefix"]), match["marks"]


def _block(name: str, build: Build | None, text: str, style: tuple[str, str]) -> list[str]:
    prefix, marks = style
    while any(line.lstrip().startswith(marks) for line in text.splitlines()):
        marks += marks[0]
    option = [] if build is None else [f":build: {build}", ""]
    inner = [f"{marks}{{output}} {name}", *option, *text.splitlines(), marks]
    return [f"{prefix}{line}".rstrip() for line in inner]
