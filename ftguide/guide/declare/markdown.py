"""Read MyST pages the way Sphinx does: with myst-parser's own tokens, never with patterns over text.

Directives that hold Markdown (tabs, cards, admonitions) are entered, so a block is found at any depth,
with the line it stands on. Pure but for `read`. `declare` finds code with it, `lint` finds words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docutils.parsers.rst import Directive, directives
from docutils.parsers.rst.states import MarkupError
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser

from ftguide.guide.declare.finding import PageError, Place

#: The extensions of the syntax in use; conf.py has the same, and a test compares.
EXTENSIONS = frozenset({"attrs_inline", "colon_fence", "deflist", "fieldlist", "tasklist"})

#: Directives whose content is not Markdown; any other is entered.
LITERAL = frozenset(
    {
        *("code", "code-block", "sourcecode", "code-cell", "literalinclude", "parsed-literal"),
        *("snippet", "output", "math", "raw", "eval-rst", "toctree", "include", "csv-table"),
        *("highlight", "image", "productionlist", "only-code", "mermaid", "graphviz"),
    }
)

_DIRECTIVE = re.compile(r"\{(?P<name>[\w:.+-]+)\}\s*(?P<argument>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A fenced block of a page."""

    path: Path
    start: int  #: index of the opening line in the file, from 0
    end: int  #: index after the closing line
    info: str  #: what follows the opening marks, stripped
    content: str  #: without the fence's own indentation; ends with a newline unless empty

    @property
    def line(self) -> int:
        """The number of the opening line, from 1, as editors count."""
        return self.start + 1

    @property
    def place(self) -> Place:
        """The page and the opening line."""
        return Place(self.path.as_posix(), self.line)

    @property
    def directive(self) -> str:
        """The name between braces, empty for a plain fence."""
        match = _DIRECTIVE.fullmatch(self.info)
        return match["name"] if match else ""

    @property
    def argument(self) -> str:
        """What follows a directive's name."""
        match = _DIRECTIVE.fullmatch(self.info)
        return match["argument"].strip() if match else ""

    @property
    def language(self) -> str:
        """The first word of a plain fence's info, in lower case."""
        return "" if self.directive else self.info.partition(" ")[0].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A token and the line of the file it begins on, from 1; `depth` counts directives around it."""

    token: Token
    line: int
    depth: int


@functools.cache
def _parser(*, inline: bool) -> MarkdownIt:
    """Return a parser; without `inline` it leaves alone what stands inside of paragraphs."""
    parser = create_md_parser(MdParserConfig(enable_extensions=set(EXTENSIONS)), RendererHTML)
    return parser if inline else parser.disable("inline")


def read(path: Path) -> str:
    """Return the text of a page; raises `PageError`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PageError(f"{error.strerror}. Check the path.", Place(str(path))) from error
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PageError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8. Save the page as UTF-8.",
            Place(str(path), line),
        ) from error


def tokens(text: str, *, inline: bool = True, first: int = 0, depth: int = 0) -> Iterator[Placed]:
    """Yield all tokens of a page in reading order, those inside of directives after their fence.

    Without `inline` tokens have no children: who asks for blocks has them in half of the time.
    """
    start = first
    for token in _parser(inline=inline).parse(text):
        start = first + token.map[0] if token.map else start
        yield Placed(token=token, line=start + 1, depth=depth)
        if token.type in {"fence", "colon_fence"}:
            match = _DIRECTIVE.fullmatch(token.info.strip())
            if match and match["name"] not in LITERAL and ":" not in match["name"]:
                yield from tokens(token.content, inline=inline, first=start + 1, depth=depth + 1)


def fences(path: Path, text: str) -> list[Fence]:
    """List the fenced blocks of a page in reading order, those inside of directives too."""
    fenced = []
    for placed in tokens(text, inline=False):
        token = placed.token
        if token.type not in {"fence", "colon_fence"} or token.map is None:
            continue
        start = placed.line - 1
        fenced.append(
            Fence(
                path=path,
                start=start,
                end=start + token.map[1] - token.map[0],
                info=token.info.strip(),
                content=token.content,
            )
        )
    return fenced


def front_matter(text: str) -> str:
    """Return the YAML between the first lines of a page, empty where there is none."""
    first = next(iter(_parser(inline=False).parse(text)), None)
    return first.content if first is not None and first.type == "front_matter" else ""


def options_of(fence: Fence, names: frozenset[str]) -> tuple[dict[str, str], list[str], int]:
    """Split a directive into options, lines of content, and the index of the first such line.

    myst-parser does the work, so the site and the runner agree. Raises `PageError` for a name that
    is not among `names`, and for a value that MyST would cut.
    """
    kind = _directive_class(names)
    try:
        parsed = parse_directive_text(kind, fence.argument, fence.content, line=fence.line)
    except MarkupError as error:
        raise PageError(f"{error}. Put one option on a line.", fence.place) from error
    for warning in parsed.warnings:
        fix = "Write it as one `:name: value` line above the content."
        if "comment" in warning.msg:
            fix = "Put the value with the # between single quotes."
        elif "format" in warning.msg:
            fix = "A value that begins with a quote ends with it, and is one value."
        elif "Unknown option" in warning.msg:
            fix = f"The options of {fence.directive} are {', '.join(sorted(names))}."
        raise PageError(f"{warning.msg.rstrip('.')}. {fix}", fence.place)
    options = {key: str(value or "").strip() for key, value in parsed.options.items()}
    return options, list(parsed.body), fence.start + max(parsed.body_offset, 0) + 1


@functools.cache
def _directive_class(names: frozenset[str]) -> type[Directive]:
    spec = dict.fromkeys(sorted(names), directives.unchanged)
    return type(
        "Options",
        (Directive,),
        {
            "has_content": True,
            "optional_arguments": 1,
            "final_argument_whitespace": True,
            "option_spec": spec,
        },
    )
