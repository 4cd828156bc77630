"""The search index: Pagefind reads a copy of every article that is made for being found.

In the copy headings carry the ids, so that a result leads to its section, and identifiers are taken apart
where punctuation joins them: `sys._is_gil_enabled()` is found by `_is_gil_enabled`, which stays whole. What a
page weighs depends on what it is: guide pages answer questions, so they come before the hundreds of pages of
single workloads, packages and tests. Pages of runs are not indexed: each repeats the names of all workloads.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

import pagefind_bin

from ftguide.ground.process import Limits, run
from ftguide.site.articles import Article, spelled_out
from ftguide.site.kinds import kind_of

FOLDER = "pagefind"
#: The file that the search page loads first.
ENTRY = "pagefind-entry.json"
#: Belongs to user interfaces that the site does not use, and to pages without a language: half a megabyte.
_UNUSED = (
    "pagefind-ui.*",
    "pagefind-modular-ui.*",
    "pagefind-component-ui.*",
    "pagefind-highlight.js",
    "wasm.unknown.pagefind",
)
_MOST_SECONDS = 120

#: Weights of headings; Pagefind's own are higher, but count for every page alike.
_HEADINGS = {"1": 7.0, "2": 5.0, "3": 4.0, "4": 3.0, "5": 2.0, "6": 2.0}

#: Marks a joint that was taken apart: a blank that ends a word, and what nobody sees. `search.js` undoes it.
JOINT = " \N{ZERO WIDTH SPACE}"
_JOINT = re.compile(r"(?<=[\w)\]])([.(=\[:/,|]+)(?=[^\W\d])")
_TAG = re.compile(r"(<[^>]*>)")
_PRE = re.compile(r"<pre\b[^>]*>.*?</pre>", re.DOTALL)
_INSIDE_PRE = re.compile(r"<(?!/?pre\b)[^>]*>")
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_CLASS = re.compile(r' class="[^"]*"')
#: Their tables hold numbers; what somebody may look for stands in their headings, programs and sentences.
_TABLES_LEFT_OUT = {"Workload", "Outcomes"}
_SECTION = re.compile(
    r'<section id="(?P<id>[^"]*)">(?P<between>\s*(?:<span id="[^"]*"></span>\s*)*)<h(?P<level>[1-6])>'
)


class SearchError(Exception):
    """The index could not be made; the message says why and what to do."""


def split_identifiers(markup: str) -> str:
    """Take identifiers in the text of a piece of HTML apart where punctuation joins them."""
    parts = _TAG.split(markup)
    parts[::2] = [_JOINT.sub(rf"\1{JOINT}", text) for text in parts[::2]]
    return "".join(parts)


def copy_for_index(article: Article) -> str | None:
    """Return the page that Pagefind is to read instead of an article; None for one to leave out."""
    weight, kind = kind_of(article.name)
    if not weight:
        return None

    def heading(match: re.Match[str]) -> str:
        heavy = _HEADINGS[match["level"]] * weight
        return (
            f'<section>{match["between"]}<h{match["level"]} id="{match["id"]}"'
            f' data-pagefind-weight="{heavy:g}">'
        )

    body = _CLASS.sub("", spelled_out(article.html))
    if kind in _TABLES_LEFT_OUT:
        body = _TABLE.sub("", body)
    body = _PRE.sub(lambda match: _INSIDE_PRE.sub("", match[0]), body)
    body = _SECTION.sub(heading, split_identifiers(body))
    title = html.escape(article.title)
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head><body>'
        f'<main data-pagefind-body data-pagefind-weight="{weight:g}"'
        f' data-pagefind-meta="kind:{kind}">{body}</main></body></html>'
    )


def write_copy(article: Article, path: Path) -> bool:
    """Write the page that Pagefind is to read instead of an article; return whether there is one."""
    copy = copy_for_index(article)
    if copy is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(copy, encoding="utf-8")
    return copy is not None


def write_index(copies: Path, target: Path) -> None:
    """Write the index of the copies in a folder into `target`; without a copy there is no index.

    Raises `SearchError` when Pagefind fails.
    """
    for old in sorted(target.rglob("*"), reverse=True):  # fragments are named after their content
        old.rmdir() if old.is_dir() else old.unlink()
    if not any(path.is_file() for path in copies.rglob("*")):
        return
    command = [
        *(pagefind_bin.get_executable(), "--quiet"),
        *("--site", str(copies), "--output-path", str(target)),
        *("--include-characters", "_", "--keep-index-url"),
    ]
    ended = run(command, folder=copies, environ=os.environ, limits=Limits(seconds=_MOST_SECONDS))
    if not ended.succeeded:
        said = (ended.errors or ended.output).decode(errors="replace").strip()
        raise SearchError(f"pagefind {ended.words}: {said or 'it printed nothing'}")
    for pattern in _UNUSED:
        for path in target.glob(pattern):
            path.unlink()
