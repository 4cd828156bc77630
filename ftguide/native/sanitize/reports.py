"""Read what ThreadSanitizer and AddressSanitizer write: into reports, cleaned, shortened. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

#: A stack is shortened to this many frames from the top, plus every frame of the extension.
TOP_FRAMES = 3

_START = re.compile(r"^(WARNING: ThreadSanitizer|==\d+==ERROR: AddressSanitizer)", re.MULTILINE)
_FRAME = re.compile(r"^\s+#\d+ ")
_BUILD_ID = re.compile(r" \(BuildId: [0-9a-f]+\)")
#: "(python3.14t+0x259f35)" after a frame that already has file and line.
_OFFSET = re.compile(r"(?<=[:\d]) \([^()\s]+\+0x[0-9a-f]+\)$", re.MULTILINE)
_PID = re.compile(r"\(pid=\d+\)|(?<=tid=)\d+|(?<===)\d+(?===)")
_SHADOW = re.compile(r"^Shadow bytes around.*?(?=^==|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SanitizerReport:
    """What a sanitizer reported once."""

    text: str  #: cleaned: no path of this machine, nothing that differs without meaning
    functions: frozenset[str]  #: functions of the extension that its stacks name


def read(text: str, source: str, places: Sequence[tuple[str, str]]) -> list[SanitizerReport]:
    """Return the reports of a run, those that name a function of the source file first.

    The others are what came of the bug. `places` is as for `clean`.
    """
    made = [
        SanitizerReport(text=cleaned, functions=frozenset(functions(cleaned, source)))
        for cleaned in (clean(piece, places) for piece in split(text))
    ]
    return sorted(made, key=lambda report: not report.functions)


def split(text: str) -> list[str]:
    """Return the reports of a run, each from its first line to its SUMMARY line."""
    starts = [match.start() for match in _START.finditer(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise([*starts, len(text)])]
    reports = []
    for piece in pieces:
        lines = piece.splitlines()
        ends = [i for i, line in enumerate(lines) if line.startswith("SUMMARY:")]
        reports.append("\n".join(lines[: ends[0] + 1] if ends else lines) + "\n")
    return reports


def clean(text: str, places: Sequence[tuple[str, str]]) -> str:
    """Replace paths by names and drop what differs from run to run without meaning.

    `places` pairs a path with the name that stands for it, such as `<repo>`; the longest goes first.
    """
    for path, name in sorted(places, key=lambda place: -len(place[0])):
        text = text.replace(path, name)
    # The compiler recorded the folder of the build, which is gone: what follows is the source tree.
    text = re.sub(r"(?<=\s)\S*/Python-\d+\.\d+\.\d+\w*/", "<cpython>/", text)
    text = _BUILD_ID.sub("", text)
    text = _OFFSET.sub("", text)
    text = _PID.sub(lambda match: "(pid=…)" if match[0].startswith("(") else "…", text)
    return _SHADOW.sub("", text)


def functions(report: str, source: str) -> set[str]:
    """Return the functions of a source file that a report's stacks name."""
    pattern = re.compile(
        rf"^\s+#\d+ (?:0x[0-9a-f]+ in )?(\w+) \S*{re.escape(source)}:", re.MULTILINE
    )
    return set(pattern.findall(report))


def shorten(report: str, source: str) -> str:
    """Fold the middle of long stacks into a line that says how many frames it stands for."""
    lines: list[str] = []
    stack: list[str] = []
    for line in [*report.splitlines(), ""]:
        if _FRAME.match(line):
            stack.append(line)
            continue
        lines += _folded(stack, source)
        stack = []
        lines.append(line)
    return "\n".join(lines).rstrip() + "\n"


def _folded(stack: Sequence[str], source: str) -> list[str]:
    kept = [line for i, line in enumerate(stack) if i < TOP_FRAMES or f"{source}:" in line]
    hidden = len(stack) - len(kept)
    if hidden <= 1:
        return list(stack)
    return [*kept, f"    … {hidden} more frames"]
