"""What programs read of the site: a Markdown twin of every page, llms.txt, and the list of all addresses.

`porting.html.md` is what `porting.html` says, without menus and drawings. Pages of runs have no twin: their
data are JSON and CSV. Twins of pages that are made by the hundred are shorter, see `shorter`. llms.txt names
the twins in the order of the menu; llmstxt.org describes the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import html_to_markdown

from ftguide.render import svg
from ftguide.site.articles import Article, spelled_out
from ftguide.site.shorter import shortened

LLMS, SITEMAP = "llms.txt", "sitemap.xml"
_BUTTON = re.compile(r"<button\b.*?</button>", re.DOTALL)
_CODE = re.compile(
    r'<div class="highlight-(?P<lang>[\w+-]+)[^"]*"><div class="highlight"><pre\b[^>]*>'
    r"(?P<code>.*?)</pre>\s*</div>\s*</div>",
    re.DOTALL,
)
_SPAN = re.compile(r"</?span[^>]*>")
_LINK = re.compile(r'(?P<before><a\b[^>]*?\bhref=")(?P<page>[^":#?]+\.html)(?P<rest>["#?])')
#: Sphinx's names of lexers that a Markdown reader would not know.
_LANGUAGES = {"default": "python", "none": "text", "console": "console", "pycon": "pycon"}
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_PADDING, _RULE = re.compile(r" {2,}"), re.compile(r"(?<=\| )-{4,}(?= \|)")
_MARKED = re.compile(r"([\\\[\]`*_<>])")


def twin_of(uri: str) -> str:
    """Return the address of the twin of a page."""
    return f"{uri}.md"


def markdown(article: Article, twins: frozenset[str]) -> str:
    """Return an article as Markdown; links to pages whose addresses are in `twins` lead to their twins."""
    folder = Path(article.uri).parent

    def code(match: re.Match[str]) -> str:
        language = _LANGUAGES.get(match["lang"], match["lang"])
        return f'<pre><code class="language-{language}">{_SPAN.sub("", match["code"])}</code></pre>'

    def link(match: re.Match[str]) -> str:
        target = _resolved(folder, match["page"])
        page = twin_of(match["page"]) if target in twins else match["page"]
        return f"{match['before']}{page}{match['rest']}"

    page, told = shortened(article)
    page = _BUTTON.sub("", spelled_out(page))
    page = _LINK.sub(link, _CODE.sub(code, page))
    result = html_to_markdown.convert(page)
    return f"{_unpadded((result.content or '').strip())}\n{told}"


def _unpadded(text: str) -> str:
    """Return Markdown whose tables are not padded to the width of their widest cell."""
    lines, fence = text.split("\n"), ""
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and line.startswith("| ") and line.endswith("|"):
            lines[number] = _PADDING.sub(" ", _RULE.sub("---", line))
    return "\n".join(lines)


def _resolved(folder: Path, target: str) -> str:
    parts: list[str] = []
    for part in (folder / target).parts:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
    return "/".join(parts)


def write_twins(articles: Sequence[Article], twins: frozenset[str], out: Path) -> None:
    """Write the twins of pages beside them; `twins` are the addresses of all pages that have one."""

    def write(article: Article) -> None:
        (out / twin_of(article.uri)).write_text(markdown(article, twins), encoding="utf-8")

    with ThreadPoolExecutor() as pool:  # the converter lets other threads run
        list(pool.map(write, articles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page as llms.txt lists it."""

    group: str  #: the caption of its part of the menu
    title: str
    uri: str
    description: str


def llms_txt(title: str, summary: str, pages: Iterable[Listed], base: str) -> str:
    """Return llms.txt; `base` is the address of the site with its slash, or empty."""
    lines = [f"# {_plain(title)}", "", f"> {_plain(summary)}"]
    group = None
    for page in pages:
        if page.group != group:
            group = page.group
            lines += ["", f"## {_plain(group)}", ""]
        about = f": {_plain(page.description)}" if page.description else ""
        lines.append(f"- [{_plain(page.title)}]({base}{twin_of(page.uri)}){about}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return text on one line that Markdown shows as it is."""
    return _MARKED.sub(r"\\\1", " ".join(svg.printable(text).split()))


def sitemap(addresses: Iterable[str]) -> bytes:
    """Return the list of absolute addresses as sitemaps.org describes it."""
    root = ET.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for address in sorted(addresses):
        svg.add(svg.add(root, "url"), "loc", address)
    raw: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return raw + b"\n"
