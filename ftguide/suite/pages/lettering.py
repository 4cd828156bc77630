"""How much room a text takes in a drawing of `charts`, and how it is set there.

No browser is asked: a letter is reckoned with a width that what people write stays below.
"""

from __future__ import annotations

import math
import textwrap

WIDTH = 400.0  #: of a drawing
FONT = 13.0
SMALL = 11.5
LINE = 17.0  #: from one line to the next
EM = 0.6  #: width of a character that is reckoned with, in its size; what people write is narrower
BOLD_EM = 0.64
NOTE_CHARACTERS = 26
LABEL_LINES = 4  #: at most; titles of our own workloads take two, beside the longest note as well


def wide(text: str, size: float = SMALL) -> float:
    """Return the width that is reckoned with for a text."""
    return EM * size * len(text)


def note(text: str) -> str:
    """Return what stands at the right end of a label's first line, cut to `NOTE_CHARACTERS`."""
    if len(text) <= NOTE_CHARACTERS:
        return text
    return text[: NOTE_CHARACTERS - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def label(text: str, beside: str) -> list[str]:
    """Break a bold label into at least one line, the first of which leaves room for a note.

    Only what does not fit into `LABEL_LINES` is cut, and ends with an ellipsis.
    """
    letter = BOLD_EM * FONT
    taken = math.ceil(wide(beside) / letter) + 1 if beside else 0
    lines = textwrap.wrap(
        text,
        int((WIDTH - 4) / letter),
        initial_indent=" " * taken,
        break_on_hyphens=False,
        max_lines=LABEL_LINES,
        placeholder="\N{HORIZONTAL ELLIPSIS}",
    )
    return [line.lstrip() for line in lines] or [""]


def above(lines: int) -> float:
    """Return how far below the top of a label of some lines the next thing may begin."""
    return FONT + 6 + LINE * (lines - 1)
