"""Pages without what only their templates need, and without markup that no reader gets anything from.

What the theme puts around an article is the same on hundreds of pages, so each of its bytes counts as often.
So does what a table, a listing or a chart repeats for every cell, word or drawing. Nothing that is shown
changes: a run of blanks with a line end becomes one line end, as browsers show both alike outside of `<pre>`;
an icon is left out if nothing on the page refers to it, or if only a script shows it, which brings it along;
a word of code goes without a span if it has the colour of the listing; charts have the rules of `bench.css`,
which every page loads; and cells and rows of tables end where the next one begins, as HTML has it. Operators
alone lose a colour, that of the light theme.
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
#: Icons of the button for light and dark, which is hidden without JavaScript: site.js has them.
SCRIPTED = frozenset({"svg-sun", "svg-moon", "svg-sun-with-moon", "svg-moon-with-sun"})

#: What the button holds, which nobody sees without JavaScript either.
_TOGGLE = re.compile(r'(<button class="theme-toggle"[^>]*>).*?(?=</button>)', re.DOTALL)

#: Classes of Pygments that have the colour of a listing in both themes, or that only blanks have.
PLAIN = ("n", "nx", "p", "pm", "w")
#: Operators have it in the dark theme alone, and need none in the other one: each is a sign between words.
_SIGNS = ("o",)
_LISTING = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_WORD = re.compile(rf'<span class="(?:{"|".join((*PLAIN, *_SIGNS))})">([^<]*)</span>|<span></span>')
#: A link of a table, whose classes and inner element no stylesheet of ours or of the theme asks for.
_LINK = re.compile(r'<a class="reference internal" href="([^"]*)"><span>([^<]*)</span></a>')
#: A page of the menu's first level; site.css has the theme's rules for one without its classes.
_ENTRY = '<li class="toctree-l1"><a class="reference internal" href='
#: What is all that a cell begins with may as well be the cell.
_CELL_SPAN = re.compile(r'<td><span class="([\w -]+)">([^<]*)</span>(?=</td>)')
_INTERVAL = re.compile(r'<span class="interval">([^<]*)</span>')
#: A link whose number is another one as soon as a table is added before it is none to keep.
_TABLE_LINK = re.compile(
    r'<a class="headerlink" href="#id\d+" title="Link to this table">[^<]*</a>'
)
#: A caption that names the box around its table as well.
_LABELLED = re.compile(
    r'aria-label="([^"]*)">\n(<table [^>]*id="(id\d+)"[^>]*>\n<caption><span class="caption-text")>(?=\1<)'
)
#: What a pointer is told over the sign beside a heading: site.js says it.
_TOLD = ' title="Link to this heading"'
#: Attributes of the heads of rows, which need no quotation marks around a word.
_SCOPE = re.compile(r'(?: id="(?P<id>[\w-]+)")? scope="(?P<of>row|col|rowgroup)"')
_CELL_END = re.compile(r"</t[dh]>(?=\s*(?:<t[dh]\b|</tr>))")
_ROW_END = re.compile(r"</tr>\s*(?=<tr\b|</tbody>|</thead>)")
#: No stylesheet asks whether a link stays within the site.
_INTERNAL = re.compile(r'(<a class="reference) internal(?=")')
#: The rules of a chart, which are the same for all of them; a test compares them with those of bench.css.
_RULES = re.compile(
    r'(<svg [^>]*class="bench-chart"[^>]*>(?:(?!</svg>).)*?)<style>[^<]*</style>', re.DOTALL
)
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
#: The theme's colours as the configuration has them, which site.css has as well.
_COLOURS = re.compile(r"<style>\s*body \{\s*--color-code-background.*?</style>", re.DOTALL)
#: The drawing of a table of contents, and the same without rounded corners, which nobody sees where a line is
#: two pixels wide.
_ROUNDED = re.compile(r'd="M408 442h480c4\.4 0 8-3\.6 8-8v-56[^"]*"')
_ANGULAR = (
    'd="M400 370h496v72H400zm0 212h496v72H400zM112 160h800v72H112zm0 632h800v72H112z'
    'm0-280l174 137V375z"'
)


def without_indentation(markup: str) -> str:
    """Return a part of a page that has no `<pre>` with each line at its beginning.

    A style sheet is CSS, which HTML need not be told, and what all pages have of it is in a file.
    """
    return _INDENT.sub("\n", _COLOURS.sub("", markup)).replace(' type="text/css"', "")


def lean(page: str) -> str:
    """Return the body of a page with a lean shell and a lean article."""
    start = page.find(_ARTICLE)
    if start < 0:
        return page
    end = page.find(_END, start)
    if end < 0:
        return page
    shell, rest = _shell(page[:start], page), without_indentation(page[end:])
    return _INTERNAL.sub(r"\1", shell + _article(page[start:end]) + rest)


def _shell(before: str, page: str) -> str:
    """Return what stands before the article, with the icons that the page uses."""

    def symbol(match: re.Match[str]) -> str:
        if match[1] in SCRIPTED or f'href="#{match[1]}"' not in page:
            return ""
        return drawing(match[0])

    before = _TOGGLE.sub(r"\1", _SYMBOL.sub(symbol, before)).replace(_ENTRY, "<li><a href=")
    return without_indentation(before)


def drawing(symbol: str) -> str:
    """Return an icon as short as it can be written."""
    return _ROUNDED.sub(_ANGULAR, _CLOSED.sub("/>", _NEEDLESS.sub("", symbol)))


def _article(markup: str) -> str:
    """Return an article without what its stylesheets say already."""
    markup = _LISTING.sub(lambda match: _WORD.sub(lambda word: word[1] or "", match[0]), markup)
    markup = _LINK.sub(r'<a href="\1">\2</a>', markup)
    markup = _LABELLED.sub(r'aria-labelledby="\3-t">\n\2 id="\3-t">', _TABLE_LINK.sub("", markup))
    markup = _SCOPE.sub(_unquoted, markup).replace(_TOLD, "")
    markup = _INTERVAL.sub(r"<small>\1</small>", _CELL_SPAN.sub(r'<td class="\1">\2', markup))
    markup = _ROW_END.sub("\n", _CELL_END.sub("", markup))
    return _DRAWING.sub(lambda drawn: drawn[0].replace(" />", "/>"), _RULES.sub(r"\1", markup))


def _unquoted(match: re.Match[str]) -> str:
    return f" id={match['id']} scope={match['of']}" if match["id"] else f" scope={match['of']}"
