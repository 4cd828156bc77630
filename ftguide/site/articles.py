"""The articles of a finished HTML build, without what the theme puts around them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: What the theme writes around the content of a page.
_START, _END = '<article role="main" id="furo-main-content">', "</article>"
_TITLE = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
_PERMALINK = re.compile(r'<a class="headerlink"[^>]*>.*?</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_DRAWING = re.compile(r"(?P<tag><svg\b[^>]*>)(?P<inside>.*?)</svg>", re.DOTALL)
_TOLD = re.compile(r"<(?P<what>title|desc)\b[^>]*>(?P<text>.*?)</(?P=what)>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says."""

    name: str  #: of the page, as Sphinx calls it
    uri: str  #: of its file, relative to the root of the site
    title: str  #: as text
    html: str  #: without the links to headings


def text_of(markup: str) -> str:
    """Return what a reader sees of a piece of HTML, on one line."""
    return " ".join(html.unescape(_TAG.sub("", markup)).split())


def spelled_out(markup: str) -> str:
    """Put what a picture says in words in its place, as readers hear it who do not see pictures.

    Charts go without: the numbers that they draw stand in tables, and what they show in a sentence.
    """

    def words(match: re.Match[str]) -> str:
        if 'class="bench-chart"' in match["tag"]:
            return ""
        told = (each["text"].strip().rstrip(".") for each in _TOLD.finditer(match["inside"]))
        return "".join(f"<p>{text}.</p>" for text in told if text)

    return _DRAWING.sub(words, markup)


def article_of(name: str, uri: str, page: str) -> Article | None:
    """Take the article out of a page; None for a page that has none, such as one of another theme."""
    start = page.find(_START)
    if start < 0:
        return None
    end = page.find(_END, start)
    content = _PERMALINK.sub("", page[start + len(_START) : end])
    title = _TITLE.search(content)
    return Article(
        name=name, uri=uri, title=text_of(title[1]) if title else name, html=content.strip()
    )


def articles(out: Path, pages: Iterable[tuple[str, str]]) -> Iterator[Article]:
    """Read the pages of a build, given by name and address; one that was not written is left out."""
    for name, uri in pages:
        path = out / uri
        if path.is_file():
            found = article_of(name, uri, path.read_text(encoding="utf-8"))
            if found is not None:
                yield found
