"""Pages of a book as one document to print: a title page, contents with page numbers, chapters. Pure.

Pages come as the XHTML that the book's builder writes. In one document an id would be there twice, and a link
from page to page has to become one inside: each page gets a prefix for its ids. Running heads, the numbers of
pages and breaks are CSS for paged media. Numbers in the contents are not, because browsers do not know them
before they print: whoever prints gives them.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

XHTML = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
#: Attributes whose value is one id of the page or several, and `name`, which groups what can be chosen.
_NAMES_IDS = (
    "id",
    "name",
    "for",
    "headers",
    "aria-controls",
    "aria-describedby",
    "aria-labelledby",
)
_IN_STYLE = re.compile(r"#([A-Za-z][\w-]*)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_BODY = re.compile(r"<body[^>]*>(?P<body>.*)</body>", re.DOTALL)
_SHEET = re.compile(r'<link rel="stylesheet"[^>]*href="(?P<href>[^"]+)"')
#: What the theme of the EPUB says, for which paper has its own, but not what it imports; styles of a button.
_IN_PLACE_OF = {"epub.css": "basic.css", "copybutton.css": ""}
_STYLE = Path(__file__).parent / "templates" / "paper.css"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a chapter, and the id that it has in the whole document."""

    title: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A page of the book: its address, title, level in the contents, and the part that begins with it."""

    address: str
    title: str
    level: int
    part: str = ""
    id: str
    sections: tuple[Section, ...] = ()
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the contents of a book say about a page."""

    address: str
    title: str
    level: int
    part: str = ""


def chapters(entries: Sequence[Entry], pages: Mapping[str, str]) -> list[Chapter]:
    """Return the chapters of one document, with ids of their own and with links that lead inside of it.

    `pages` has the XHTML of every page by its address. A link to an address that is not among them, and not
    an absolute one, becomes text. Raises `ValueError` for a page that is not XML.
    """
    bodies = {entry.address: _parsed(entry.address, pages[entry.address]) for entry in entries}
    numbers = {address: f"p{number}" for number, address in enumerate(bodies, start=1)}
    ids = {
        address: {element.get("id", "") for element in body.iter()} - {""}
        for address, body in bodies.items()
    }
    made = []
    for entry in entries:
        body = bodies[entry.address]
        _rename(body, entry.address, numbers, ids)
        made.append(
            Chapter(
                address=entry.address,
                title=entry.title,
                level=entry.level,
                part=entry.part,
                id=numbers[entry.address],
                sections=tuple(_sections(body)),
                body="".join(ET.tostring(child, encoding="unicode") for child in body),
            )
        )
    return made


def document(
    made: Sequence[Chapter],
    *,
    title: str,
    facts: Iterable[tuple[str, str]],
    sheets: Iterable[str],
    numbers: Mapping[str, int],
) -> str:
    """Return the XHTML to print.

    `facts` stand on the title page, an absolute address as a link. `numbers` says on which page an id is, for
    the contents; an id without one leaves as much room.
    """
    said = "".join(f"<dt>{html.escape(name)}</dt><dd>{_fact(value)}</dd>" for name, value in facts)
    links = "".join(f'<link rel="stylesheet" href="{html.escape(one)}" />' for one in sheets)
    rules = _STYLE.read_text(encoding="utf-8") + "".join(_running_head(one) for one in made)
    printed = "".join(
        f'<article class="chapter" id="{one.id}" style="page: {one.id}">{one.body}</article>\n'
        for one in made
    )
    return (
        f'<!DOCTYPE html>\n<html xmlns="{XHTML}" lang="en"><head><meta charset="utf-8" />'
        f"<title>{html.escape(title)}</title>{links}<style>{html.escape(rules, quote=False)}</style></head>"
        f'<body><header class="title-page"><h1>{html.escape(title)}</h1><dl>{said}</dl></header>\n'
        f"{_contents(made, numbers)}\n{printed}</body></html>\n"
    )


def sheets_of(page: str) -> list[str]:
    """Return the addresses of the style sheets for paper of a page of the book that names others."""
    made = []
    for match in _SHEET.finditer(page):
        address = html.unescape(match["href"]).partition("?")[0]
        folder, name = posixpath.split(address)
        if name := _IN_PLACE_OF.get(name, name):
            made.append(posixpath.join(folder, name))
    return made


def _parsed(address: str, page: str) -> ET.Element:
    """Return what a page shows, as one element."""
    match = _BODY.search(page)
    if match is None:
        raise ValueError(f"{address} has no body")
    try:
        return ET.fromstring(f'<div xmlns="{XHTML}">{match["body"]}</div>')  # noqa: S314 - this build's own
    except ET.ParseError as error:
        raise ValueError(f"{address} is not XML: {error}") from error


def _rename(
    body: ET.Element, address: str, numbers: Mapping[str, str], ids: Mapping[str, set[str]]
) -> None:
    """Give a page the ids that it has in the whole document, wherever it names them."""
    prefix, own = f"{numbers[address]}-", ids[address]

    def in_style(match: re.Match[str]) -> str:
        return f"#{prefix}{match[1]}" if match[1] in own else match[0]

    for element in body.iter():
        if "href" in element.attrib:
            _lead(element, address, numbers, ids)
        if element.tag == f"{{{SVG}}}style":
            element.text = _IN_STYLE.sub(in_style, element.text or "")
        for name, value in element.items():
            if name in _NAMES_IDS:
                element.set(name, " ".join(f"{prefix}{word}" for word in value.split()))
            elif name == "src" and not _ELSEWHERE.match(value):
                element.set(name, posixpath.join(posixpath.dirname(address), value))
            elif "url(#" in value:
                element.set(name, _IN_STYLE.sub(in_style, value))


def _lead(
    element: ET.Element, address: str, numbers: Mapping[str, str], ids: Mapping[str, set[str]]
) -> None:
    """Have a link lead to its place in the whole document, else to the top of its page, else nowhere."""
    target = element.get("href", "")
    if _ELSEWHERE.match(target):
        return
    path, _, fragment = target.partition("#")
    full = posixpath.normpath(posixpath.join(posixpath.dirname(address), unquote(path)))
    full = full if path else address
    if full not in numbers:
        del element.attrib["href"]
        return
    wanted = unquote(fragment)
    end = f"-{fragment}" if wanted in ids[full] else ""
    element.set("href", f"#{numbers[full]}{end}")


def _sections(body: ET.Element) -> Iterable[Section]:
    """Return the second-level headings of a page with the ids of their sections."""
    for section in body.iter(f"{{{XHTML}}}section"):
        heading = section.find(f"{{{XHTML}}}h2")
        if heading is not None and section.get("id"):
            yield Section(" ".join("".join(heading.itertext()).split()), section.get("id", ""))


def _fact(value: str) -> str:
    """Return a value of the title page as HTML."""
    said = html.escape(value)
    return f'<a href="{said}">{said}</a>' if _ELSEWHERE.match(value) else said


def _contents(made: Sequence[Chapter], numbers: Mapping[str, int]) -> str:
    """Return the contents: parts, chapters, and the headings of each, which link to where they begin."""

    def row(kind: str, id_: str, title: str) -> str:
        return (
            f'<a class="{kind}" href="#{html.escape(id_)}"><span class="to-title">{html.escape(title)}</span>'
            f'<span class="to-page">{numbers.get(id_, "")}</span></a>\n'
        )

    rows = []
    for one in made:
        if one.part:
            rows.append(f"<h2>{html.escape(one.part)}</h2>\n")
        rows.append(row(f"to-chapter-{min(one.level, 2)}", one.id, one.title))
        rows += [row("to-section", section.id, section.title) for section in one.sections]
    return f'<nav class="paper-contents"><h1>Contents</h1>{"".join(rows)}</nav>'


def _running_head(one: Chapter) -> str:
    """Return the rule that has the pages of a chapter say its title."""
    said = one.title.replace("\\", "\\\\").replace('"', '\\"')
    return f'\n@page {one.id} {{ @top-right {{ content: "{said}"; }} }}'
