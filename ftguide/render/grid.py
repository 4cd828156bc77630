"""Real docutils tables with caption, header cells and scopes, from plain Python values.

Knows nothing about benchmarks. A cell is text or a list of inline nodes; text is always a text node,
so a hostile string stays a string in every output format.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docutils import nodes

from ftguide.render.nodes import header_cell

Cell = str | Sequence[nodes.Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its heading and what it holds."""

    title: str
    numeric: bool = False  #: right-aligned, tabular figures
    breakable: bool = False  #: long words that may break anywhere, such as checksums


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table; the first cell is its header."""

    cells: Sequence[Cell]
    classes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A row that spans the table: it names the group of rows below it, or is a remark on them."""

    text: Cell
    remark: bool = False


def inline(cell: Cell) -> list[nodes.Node]:
    """Return a cell's content as inline nodes."""
    return [nodes.Text(cell)] if isinstance(cell, str) else list(cell)


def _text(cell: Cell) -> str:
    """Return a cell's text; literals get their quotation marks in plain text."""
    return "".join(node.astext() + "  " * isinstance(node, nodes.literal) for node in inline(cell))


def _entry(cell: Cell, column: Column, *, scope: str | None) -> nodes.entry:
    paragraph = nodes.paragraph("", "", *inline(cell))
    entry = header_cell("", paragraph, scope=scope) if scope else nodes.entry("", paragraph)
    if column.numeric:
        entry["classes"].append("num")
    if column.breakable:
        entry["classes"].append("long")
    return entry


def _row(line: Line | Heading, columns: Sequence[Column]) -> nodes.row:
    if isinstance(line, Heading):
        paragraph = nodes.paragraph("", "", *inline(line.text))
        spanning = (
            nodes.entry("", paragraph)
            if line.remark
            else header_cell("", paragraph, scope="rowgroup")
        )
        if len(columns) > 1:
            spanning["morecols"] = len(columns) - 1
        return nodes.row("", spanning, classes=[] if line.remark else ["bench-group"])
    if len(line.cells) != len(columns):
        raise ValueError(f"a row of {len(line.cells)} cells in a table of {len(columns)} columns")
    cells = [
        _entry(cell, column, scope=None if number else "row")
        for number, (cell, column) in enumerate(zip(line.cells, columns, strict=True))
    ]
    return nodes.row("", *cells, classes=list(line.classes))


def table(
    caption: str,
    titles: Sequence[Column | str],
    content: Sequence[Line | Heading | Sequence[Cell]],
) -> nodes.table:
    """Build a table; every line has as many cells as there are columns.

    A title stands for a column of ordinary text, and cells stand for a line of them.
    """
    columns = [Column(title=title) if isinstance(title, str) else title for title in titles]
    lines = [row if isinstance(row, (Line, Heading)) else Line(cells=row) for row in content]
    group = nodes.tgroup("", cols=len(columns))
    rows = [line.cells for line in lines if isinstance(line, Line)]
    for number, column in enumerate(columns):
        texts = [column.title, *(_text(cells[number]) for cells in rows)]
        # Browsers choose widths themselves; these are characters, for the text builder.
        spec = nodes.colspec("", colwidth=min(max(map(len, texts)), 40) + 2)
        if number == 0:
            spec["stub"] = 1
        group += spec
    headings = [_entry(c.title, c, scope="col") for c in columns]
    group += nodes.thead("", nodes.row("", *headings))
    group += nodes.tbody("", *(_row(line, columns) for line in lines))
    return nodes.table("", nodes.title("", caption), group, classes=["bench", "colwidths-auto"])
