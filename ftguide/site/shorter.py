"""What the twins of pages made by the hundred leave out: what the page and a data file have anyway. Pure.

A program that reads such a twin asks what a workload, an object or a package does without the GIL. It gets
the question, the programs, the sentences and the main table, and is told where the rest is. Whole twins of
these pages were a tenth of the site.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ftguide.site.articles import Article
from ftguide.site.kinds import kind_of

#: Sections by id, by kind of page.
_SECTIONS = {
    "Workload": ("bench-history", "bench-data"),
    "Package": ("evidence", "history", "report"),
    "Outcomes": (),
}
_TOLD = {
    "Workload": "Left out here: the time of each arm, the charts and their numbers, earlier runs, data "
    "files and how to cite. They are on [the page]({page}).",
    "Package": "Left out here: each item of evidence and the history. They are on [the page]({page}) and in "
    "[{stem}.json]({stem}.json).",
    "Outcomes": "Left out here: what builds with the GIL showed. It is on [the page]({page}) and in "
    "[outcomes.json.gz](data/outcomes.json.gz).",
}
#: Tables that a page calls further ones, and the numbers and files of drawings, which a twin has not either.
_MORE = re.compile(
    r'<div class="table-wrapper[^>]*>\s*<table class="more\b.*?</table>\s*</div>'
    r"|<details><summary>The same data as a table</summary>.*?</details>"
    r'|<p class="bench-post">.*?</p>',
    re.DOTALL,
)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_ROW = re.compile(r"(<tr\b[^>]*>)(.*?)(?=</tr>|<tr\b|</thead>|</tbody>)", re.DOTALL)
_CELL = re.compile(r"(?=<t[hd]\b)")
_TAG = re.compile(r"<[^>]*>")
#: The heading of a column about an interpreter; it ends with a `t` where the GIL is off.
_INTERPRETER = re.compile(r"\d+\.\d+\.\d+\w*(?:, GIL on)?")


def shortened(article: Article) -> tuple[str, str]:
    """Return an article without what its twin leaves out, and the paragraph that says so, if it does."""
    kind = kind_of(article.name)[1]
    if kind not in _SECTIONS:
        return article.html, ""
    page = _MORE.sub("", article.html)
    if _SECTIONS[kind]:
        ends = rf'<section id="(?:{"|".join(_SECTIONS[kind])})">.*?</section>'
        page = re.sub(ends, "", page, flags=re.DOTALL)
    if kind == "Outcomes":
        page = _TABLE.sub(lambda table: _of_free_threaded(table[0]), page)
    if page == article.html:
        return page, ""
    name = PurePosixPath(article.uri).name
    told = _TOLD[kind].format(page=name, stem=name.removesuffix(".html"))
    return page, f"\n{told}\n"


def _of_free_threaded(table: str) -> str:
    """Return a table without its columns of interpreters whose GIL is on; as it is without such columns."""
    head = _HEAD.search(table)
    names = [_TAG.sub("", cell).strip() for cell in _CELL.split(head[0])[1:]] if head else []
    dropped = {
        place
        for place, name in enumerate(names)
        if _INTERPRETER.fullmatch(name) and not name.endswith("t")
    }

    def row(match: re.Match[str]) -> str:
        before, *cells = _CELL.split(match[2])
        if len(cells) != len(names):  # the name of a group
            return match[0]
        kept = (cell for place, cell in enumerate(cells) if place not in dropped)
        return f"{match[1]}{before}{''.join(kept)}"

    return _ROW.sub(row, table) if dropped else table
