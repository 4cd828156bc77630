"""Tables as text, for what reads Markdown or CSV."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from ftguide.render.svg import printable

#: A spreadsheet takes a cell that begins so for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t")


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a GitHub-flavoured Markdown table; bars and line breaks in cells are escaped."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_cell(cell) for cell in cells) + " |"

    rule = "|" + " --- |" * len(headers)
    return "\n".join([line(headers), rule, *map(line, rows)]) + "\n"


def csv_cell(value: object) -> object:
    """Keep a spreadsheet from computing other people's text, and a terminal from obeying it."""
    return _safe(value) if isinstance(value, str) else value


@functools.lru_cache(maxsize=4096)  # a table says the same few hundred words in thousands of lines
def _safe(value: str) -> str:
    text = printable(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
