"""Pages without what only their templates need: indentation, drawings of buttons that a page does not have.

What the theme puts around an article is the same on hundreds of pages, so each of its bytes counts as often.
Nothing that is shown changes: a run of blanks with a line end becomes one line end, as browsers show both
alike outside of `<pre>`, and an icon is left out only if nothing on the page refers to it.
"""

from __future__ import annotations

import re

_INDENT = re.compile(r"[ \t]*\n\s+")
_ARTICLE, _END = "<article", "</article>"
_SYMBOL = re.compile(r'<symbol id="([\w-]+)".*?</symbol>\s*', re.DOTALL)
#: HTML knows the namespace of a drawing; the names of the sets that icons come from are for nobody.
_NEEDLESS = re.compile(
    r' xmlns="http://www\.w3\.org/2000/svg"| class="(?:feather|icon)-[\w-]+"(?=>)'
)
_CLOSED = re.compile(r"></(?:line|circle|polyline)>")


def without_indentation(markup: str) -> str:
    """Return a part of a page that has no `<pre>` with each line at its beginning."""
    return _INDENT.sub("\n", markup)


def lean(page: str) -> str:
    """Return the body of a page with a lean shell; what stands in its article stays as it is."""
    start = page.find(_ARTICLE)
    if start < 0:
        return page
    end = page.find(_END, start)
    if end < 0:
        return page
    return _shell(page[:start], page) + page[start:end] + without_indentation(page[end:])


def _shell(before: str, page: str) -> str:
    """Return what stands before the article, with the icons that the page uses."""

    def symbol(match: re.Match[str]) -> str:
        if f'href="#{match[1]}"' not in page:
            return ""
        return _CLOSED.sub("/>", _NEEDLESS.sub("", match[0]))

    return without_indentation(_SYMBOL.sub(symbol, before))
