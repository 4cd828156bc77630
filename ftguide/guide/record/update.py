"""Write what ran into a page, so that no output is typed by hand. Pure: text in, text out.

An output block that fits, with its `<...>`, stays as it is; others are replaced where they stand, and
missing ones are put below their snippet: one for both builds, or one for each where they differ. A line
that prints something else than the snippet's own gets blocks of its own, lines that agree share them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguide.ground.vocabulary import Build, line_of
from ftguide.guide.declare import console
from ftguide.guide.declare.extract import Page
from ftguide.guide.declare.model import Expect, Output, Snippet, Verdict, line_order
from ftguide.guide.derive.normalise import matches

_FENCE = re.compile(r"(?P<prefix>.*?)(?P<marks>`{3,}|~{3,}|:{3,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    """Replace lines `start` to `end`, from 0, `end` exclusive."""

    start: int
    end: int
    lines: tuple[str, ...]


#: Which output of a snippet: its lines, none for the snippet's own, and its build, None for both.
_Key = tuple[tuple[str, ...], Build | None]


def rewrite(page: Page, verdicts: Mapping[str, Sequence[Verdict]]) -> str:
    """Return the page's text with the outputs of runs; `verdicts` are by the snippet's name."""
    lines = page.text.splitlines()
    edits: list[_Edit] = []
    for snippet in page.snippets:
        judged = _by_line(verdicts.get(snippet.name, ()))
        if not snippet.runs_itself or not judged:
            continue  # nothing ran, or went wrong in a way that a page must not show
        if snippet.language == "console":
            edits += _session(snippet, judged, lines)
        elif snippet.outputs or snippet.expect in {Expect.OUTPUT, Expect.ERROR}:
            edits += _outputs(snippet, _wanted(snippet, judged), lines)
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        lines[edit.start : edit.end] = edit.lines
    return "\n".join(lines) + "\n"


def _by_line(judged: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """Sort verdicts by line, without the lines on which something happened that no page must show."""
    lines: dict[str, list[Verdict]] = {}
    for verdict in judged:
        lines.setdefault(line_of(verdict.version), []).append(verdict)
    return {
        line: lines[line]
        for line in sorted(lines, key=line_order)
        if all(verdict.passed or verdict.differs for verdict in lines[line])
    }


def _session(
    snippet: Snippet, judged: Mapping[str, Sequence[Verdict]], lines: list[str]
) -> list[_Edit]:
    """Return the edits that write a session as its own line printed it, and others where they differ."""
    session = console.commands(snippet.code, snippet.where)
    if snippet.expect is Expect.EXIT:
        return []
    own = [command.output for command in session]
    texts: dict[tuple[str, ...], str] = {
        output.lines: output.text for output in snippet.outputs if output.lines
    }
    others = {line: text for group, text in texts.items() for line in group}
    for line in sorted(judged, key=lambda line: line != snippet.home):  # its own line first
        verdict = judged[line][-1]
        if len(verdict.parts) != len(session):
            continue
        if line == snippet.home:
            own = _kept(own, verdict.parts)
        elif _kept(own, verdict.parts) == own:
            others.pop(line, None)
        else:
            known = console.commands(others.get(line, ""), snippet.where)
            shown = [command.output for command in known] or list(verdict.parts)
            others[line] = console.render(session, _kept(shown, verdict.parts), line).rstrip("\n")
    edits = _outputs(snippet, {((line,), None): text for line, text in others.items()}, lines)
    if own == [command.output for command in session]:
        return edits
    prefix, marks = _style(lines[snippet.start])
    end = snippet.end - 1 if lines[snippet.end - 1].strip(" >").startswith(marks) else snippet.end
    new = tuple(f"{prefix}{line}".rstrip() for line in console.render(session, own).splitlines())
    return [*edits, _Edit(start=snippet.body, end=end, lines=new)]


def _kept(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """Return what each command printed, or what the page shows where that fits."""
    return [old if matches(old, part) else part for old, part in zip(shown, printed, strict=True)]


def _outputs(snippet: Snippet, wanted: Mapping[_Key, str], lines: list[str]) -> list[_Edit]:
    """Return the edits that leave a snippet with exactly the outputs that are wanted."""
    style = _style(lines[snippet.start])
    edits: list[_Edit] = []
    left = dict(wanted)
    last = snippet.end
    for output in snippet.outputs:
        new: list[str] = []
        key = output.lines, output.build
        apart = [other for other in left if other[0] == output.lines]
        if key in left:
            new = _block(snippet.name, key, left.pop(key), style)
        elif output.build is None and apart:  # one block becomes one per build
            for other in apart:
                new += ([""] if new else []) + _block(snippet.name, other, left.pop(other), style)
        start = output.start
        if not new and start and not lines[start - 1].strip():
            start -= 1
        if new != lines[output.start : output.end]:
            edits.append(_Edit(start=start, end=output.end, lines=tuple(new)))
        last = output.end
    new = [
        line for key, text in left.items() for line in ("", *_block(snippet.name, key, text, style))
    ]
    if new:
        edits.append(_Edit(start=last, end=last, lines=tuple(new)))
    return edits


def _wanted(snippet: Snippet, judged: Mapping[str, Sequence[Verdict]]) -> dict[_Key, str]:
    """Return the outputs a snippet should have: its own line's first, then what other lines differ in."""
    stated: dict[str, dict[Build | None, str]] = {}  # by line, as the page has it
    own: dict[Build | None, str] = {}
    for output in snippet.outputs:
        if not output.lines:
            own[output.build] = output.text
        for line in output.lines:
            stated.setdefault(line, {})[output.build] = output.text
    if snippet.home in judged:
        own = _own(snippet, _texts(snippet, judged[snippet.home]))
    for line, verdicts in judged.items():
        if line != snippet.home:
            texts = _texts(snippet, verdicts)
            if texts:  # none of a race that was not seen there
                stated[line] = _differing(snippet, own, texts)
    wanted: dict[_Key, str] = {((), build): text for build, text in own.items()}
    for lines, shown in _alike(stated):
        wanted |= {(tuple(lines), build): text for build, text in shown.items()}
    return wanted


def _alike(
    stated: Mapping[str, dict[Build | None, str]],
) -> list[tuple[list[str], dict[Build | None, str]]]:
    """Group the lines that print the same."""
    groups: list[tuple[list[str], dict[Build | None, str]]] = []
    for line in sorted(stated, key=line_order):
        group = next((lines for lines, texts in groups if texts == stated[line]), None)
        if group is not None:
            group.append(line)
        elif stated[line]:
            groups.append(([line], stated[line]))
    return groups


def _texts(snippet: Snippet, judged: Sequence[Verdict]) -> dict[Build, str]:
    """Return what each build printed, or what the page shows where that fits."""
    texts: dict[Build, str] = {}
    for verdict in judged:
        known = snippet.output_for(verdict.build, line_of(verdict.version))
        text = verdict.shown or ""
        if snippet.expect is Expect.RACE and (verdict.build is Build.GIL or verdict.shown is None):
            continue
        if known is not None and (verdict.passed or matches(known.text, text)):
            text = known.text
        texts[verdict.build] = text
    return texts


def _own(snippet: Snippet, texts: Mapping[Build, str]) -> dict[Build | None, str]:
    """Return the outputs without `:line:`: one for both builds where they print the same."""
    outputs = [output for output in snippet.outputs if not output.lines]
    if len(set(texts.values())) == 1:
        text = next(iter(texts.values()))
        keep = {output.build for output in outputs} - {None}
        if len(keep) > 1 and _apart(outputs):
            return {build: text for build in texts if text}
        return {None: text} if text else {}
    return {build: text for build, text in texts.items() if text}


def _differing(
    snippet: Snippet, own: Mapping[Build | None, str], texts: Mapping[Build, str]
) -> dict[Build | None, str]:
    """Return the outputs that another line needs beside the snippet's own."""
    differing: dict[Build | None, str] = {
        build: text
        for build, text in texts.items()
        if not matches(own.get(build, own.get(None, "")), text)
    }
    race = snippet.expect is Expect.RACE
    everywhere = len(texts) == (1 if race else len(snippet.builds))
    if differing and everywhere and len(set(texts.values())) == 1:
        return {None: next(iter(texts.values()))}
    return differing


def _apart(outputs: Sequence[Output]) -> bool:
    """Say whether prose stands between the outputs: then the author wants them apart."""
    return any(later.start - sooner.end > 1 for sooner, later in itertools.pairwise(outputs))


def _style(line: str) -> tuple[str, str]:
    """Return the indentation and the marks of an opening line."""
    match = _FENCE.match(line)
    assert match is not None, line
    return re.sub(r"[^\s>]", " ", match["prefix"]), match["marks"]


def _block(name: str, key: _Key, text: str, style: tuple[str, str]) -> list[str]:
    prefix, marks = style
    on, build = key
    while any(line.lstrip().startswith(marks) for line in text.splitlines()):
        marks += marks[0]
    options = [f":line: {' '.join(on)}"] if on else []
    options += [] if build is None else [f":build: {build}"]
    options += [""] if options and text else []
    inner = [f"{marks}{{output}} {name}", *options, *text.splitlines(), marks]
    return [f"{prefix}{line}".rstrip() for line in inner]
