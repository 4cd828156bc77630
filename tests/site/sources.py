"""The pages of source/ as articles, without Sphinx: close enough to ask a search index about them."""

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from ftguide.site.articles import Article, text_of

_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_ROLE = re.compile(r"\{[a-z:]+\}(?=`)")
_TARGET = re.compile(r"^\([\w-]+\)=$", re.MULTILINE)
_COLONS = re.compile(r"^:{3,}.*$", re.MULTILINE)
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)


def articles(folder: Path) -> Iterator[Article]:
    """Render every page of a folder; sections get the ids that their titles give."""
    markdown = MarkdownIt("commonmark").enable("table")
    for path in sorted(folder.rglob("*.md")):
        text = _MATTER.sub("", path.read_text())
        for noise in (_ROLE, _TARGET, _COLONS):
            text = noise.sub("", text)
        html = _HEADING.sub(_section, markdown.render(text))
        title = re.search(r"<h1.*?>(.*?)</h1>", html)
        name = path.relative_to(folder).with_suffix("").as_posix()
        yield Article(
            name=name, uri=f"{name}.html", title=text_of(title[1]) if title else name, html=html
        )


def _section(match: re.Match[str]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text_of(match[2]).lower()).strip("-")
    return f'<section id="{slug}"><h{match[1]}>{match[2]}</h{match[1]}></section>'
