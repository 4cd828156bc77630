"""Tables as text, for what reads Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a GitHub-flavoured Markdown table; bars and line breaks in cells are escaped."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_cell(cell) for cell in cells) + " |"

    rule = "|" + " --- |" * len(headers)
    return "\n".join([line(headers), rule, *map(line, rows)]) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
