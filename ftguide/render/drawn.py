"""Tables of templates as one node each: what a template wrote, kept until a page is written.

A table of docutils nodes has four for each cell, and forty transforms of Sphinx walk over all of them: nearly
all the time of a site of long tables. HTML is therefore written from the template's own elements: the cells
that docutils would write, without the paragraph and the classes that it gives to each of them, most of the
size of a long page. For other builders a table becomes the nodes of `grid`. Cross-references and other
nodes that a template was given are children, so that Sphinx resolves them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree as ET

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from ftguide.render import grid
from ftguide.render.nodes import depart_region_html, region, visit_nothing, visit_region_html

#: Blanks that lines of a template leave; not the unbreakable one, which `\s` would match as well.
_BLANKS = re.compile(r"[ \t\n]+")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", ">": "&gt;"})
#: Columns whose kind a class of the table tells, the first one not among them.
_MOST_NUMBERED = 12
_INLINE: dict[str, type[nodes.TextElement]] = {
    "code": nodes.literal,
    "span": nodes.inline,
    "strong": nodes.strong,
}
INLINE = frozenset({*_INLINE, "anchor", "kept"})

#: Nodes that a template was given, by the number of their mark.
Kept = Callable[[str], Sequence[nodes.Node]]


class drawn_table(nodes.General, nodes.TextElement):  # noqa: N801 - docutils names nodes in lower case
    """A table: attributes `caption` and `xml`, its elements, whose marks say which children stand there."""


def table(element: ET.Element, kept: Kept) -> drawn_table:
    """Return the node of a table element.

    Raises `ValueError` for an element that no cell may have, and for a row with too few or too many cells.
    """
    columns = len(element.findall("th"))
    children: list[nodes.Node] = []
    for row in element.findall("tr"):
        if not _spans(row) and len(row) != columns:
            raise ValueError(f"a row of {len(row)} cells in a table of {columns} columns")
    for part in element.iterfind("tr/*//"):
        if part.tag not in INLINE:
            raise ValueError(
                f"a template writes <{part.tag}> in a cell; a cell has {sorted(INLINE)}"
            )
        if part.tag == "kept":
            given = kept(part.get("number", ""))
            part.set("number", f"{len(children)} {len(children) + len(given)}")
            children += given
    text = ET.tostring(element, encoding="unicode")
    caption = element.get("caption", "")
    return drawn_table("", "", *children, caption=caption, xml=text, classes=_names(element))


def _spans(row: ET.Element) -> bool:
    """Whether a row is one cell as wide as the table: the name of a group, or a remark on it."""
    return len(row) == 1 and (row[0].tag == "th" or row[0].get("colspan") == "all")


def inline(parent: ET.Element, kept: Kept) -> list[nodes.Node]:
    """Return the content of a paragraph or a cell as nodes, with blanks as a browser shows them."""
    first, *tails = _texts(parent)
    content: list[nodes.Node] = [nodes.Text(first)]
    for child, text in zip(parent, tails, strict=True):
        content += [*_nodes(child, kept), nodes.Text(text)]
    return content


def _nodes(element: ET.Element, kept: Kept) -> Iterator[nodes.Node]:
    tag, text = element.tag, element.text or ""
    if tag == "kept":
        yield from kept(element.get("number", ""))
    elif tag == "anchor":
        yield nodes.target("", "", ids=[element.get("id")])
    elif tag in _INLINE:
        yield _INLINE[tag]("", text, classes=element.get("class", "").split())
    else:
        raise ValueError(f"a template writes <{tag}>, which is not an element of {__name__}")


def _texts(parent: ET.Element) -> list[str]:
    """Return the text before the first child and after every child, with blanks as a browser shows them."""
    texts = [_BLANKS.sub(" ", text or "") for text in (parent.text, *(c.tail for c in parent))]
    texts[0] = texts[0].lstrip(" ")
    texts[-1] = texts[-1].rstrip(" ")
    return texts


def _text(leaf: ET.Element) -> str:
    """Return the text of an element without children, as `_texts` does."""
    return _BLANKS.sub(" ", leaf.text or "").strip(" ")


def expanded(node: drawn_table) -> nodes.table:
    """Return a table as docutils nodes."""
    element = ET.fromstring(node["xml"])  # noqa: S314 - written by `table`
    columns = [
        grid.Column(
            title="".join(head.itertext()),
            numeric="num" in head.get("class", ""),
            breakable="long" in head.get("class", ""),
        )
        for head in element.findall("th")
    ]
    lines: list[grid.Line | grid.Heading] = []
    for row in element.findall("tr"):
        cells = [inline(cell, lambda number: node.children[_slice(number)]) for cell in row]
        if _spans(row):
            lines.append(grid.Heading(text=cells[0], remark=row[0].tag == "td"))
            continue
        lines.append(grid.Line(cells=cells, classes=row.get("class", "").split()))
    made = grid.table(node["caption"], columns, lines)
    made["ids"], made["names"] = node["ids"], node["names"]
    made["classes"] += node["classes"]
    return made


def _slice(number: str) -> slice:
    return slice(*map(int, number.split()))


class _Expand(SphinxPostTransform):
    """Have builders that write no HTML see docutils nodes, before references are resolved."""

    default_priority = 1

    def run(self, **_kwargs: object) -> None:
        """Replace every table."""
        if self.env._app.builder.format != "html":  # noqa: SLF001 - `self.app` warns that it will go
            for node in list(self.document.findall(drawn_table)):
                node.replace_self(expanded(node))


def visit_html(self: HTML5Translator, node: drawn_table) -> None:
    """Write the table in a box that scrolls; its children where their marks are."""
    box = region(label=node["caption"])
    visit_region_html(self, box)
    element = ET.fromstring(node["xml"])  # noqa: S314 - written by `table`
    self.body.append(self.starttag(node, "table", CLASS=f"bench docutils{_numeric(element)}"))
    caption = node["caption"].translate(_ESCAPES)
    self.body.append(f'<caption><span class="caption-text">{caption}</span>')
    self.add_permalink_ref(node, "Link to this table")
    self.body.append("</caption>\n")
    for part in _written(element):
        if isinstance(part, str):
            self.body.append(part)
        else:
            for child in node.children[part]:
                child.walkabout(self)
    self.body.append("</table>\n")
    depart_region_html(self, box)
    raise nodes.SkipNode


def _names(head: ET.Element) -> list[str]:
    return head.get("class", "").split()


def _numeric(element: ET.Element) -> str:
    """Return the classes of a table that say which of its columns hold numbers, e.g. ` n2 n3`.

    So said once, and not by every cell; bench.css knows columns up to `_MOST_NUMBERED`.
    """
    heads = element.findall("th")[1:_MOST_NUMBERED]
    return "".join(f" n{place}" for place, head in enumerate(heads, 2) if "num" in _names(head))


def _written(element: ET.Element) -> Iterator[str | slice]:
    """Yield the HTML between caption and end; of a mark its slice of the children."""
    heads = element.findall("th")
    classes = [[name for name in ("num", "long") if name in _names(head)] for head in heads]
    for place in range(1, min(_MOST_NUMBERED, len(heads))):
        classes[place] = [name for name in classes[place] if name != "num"]
    attributes = [*map(_class, classes)]
    yield "<thead><tr>"
    for head, attribute in zip(heads, attributes, strict=True):
        text = "".join(head.itertext()).translate(_ESCAPES)
        yield f'<th scope="col"{attribute}>{text}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for row in element.findall("tr"):
        yield f"<tr{_class(_names(row))}>"
        if _spans(row):
            cell = row[0]
            scope = ' scope="rowgroup"' if cell.tag == "th" else ""
            span = f' colspan="{len(heads)}"' if len(heads) > 1 else ""
            yield f"<{cell.tag}{_id(cell)}{scope}{span}>"
            yield from _inner(cell)
            yield f"</{cell.tag}>"
        else:
            tag, scope = "th", ' scope="row"'
            for cell, attribute in zip(row, attributes, strict=True):
                if len(cell):
                    yield f"<{tag}{_id(cell)}{scope}{attribute}>"
                    yield from _inner(cell)
                    yield f"</{tag}>"
                else:  # nine of ten
                    yield f"<{tag}{scope}{attribute}>{_text(cell).translate(_ESCAPES)}</{tag}>"
                tag, scope = "td", ""
        yield "</tr>\n"
    yield "</tbody>"


def _class(names: Sequence[str]) -> str:
    return f' class="{html.escape(" ".join(names))}"' if names else ""


def _id(cell: ET.Element) -> str:
    """Return the id of a cell: its anchor, where the cell begins with one."""
    first = cell[0] if len(cell) and not (cell.text or "").strip() else None
    if first is None or first.tag != "anchor":
        return ""
    return f' id="{html.escape(first.get("id", ""))}"'


def _inner(cell: ET.Element) -> Iterator[str | slice]:
    first, *tails = _texts(cell)
    yield first.translate(_ESCAPES)
    lifted = bool(_id(cell))
    for number, (child, text) in enumerate(zip(cell, tails, strict=True)):
        inner = (child.text or "").translate(_ESCAPES)
        if child.tag == "kept":
            yield _slice(child.get("number", ""))
        elif child.tag == "anchor":
            if number or not lifted:
                yield f'<span class="target" id="{html.escape(child.get("id", ""))}"></span>'
        else:
            yield f"<{child.tag}{_class(_names(child))}>{inner}</{child.tag}>"
        yield text.translate(_ESCAPES)


def _caption(node: nodes.Node) -> str:
    assert isinstance(node, drawn_table)
    return str(node["caption"])


def setup(app: Sphinx) -> None:
    """Register the node, numbered and named among the tables of a page."""
    app.add_enumerable_node(drawn_table, "table", _caption, html=(visit_html, visit_nothing))
    app.add_post_transform(_Expand)
