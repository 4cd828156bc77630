"""What the rules see: a source without comments and strings, and what its project's build files say. Pure.

What is blanked out becomes spaces, so every offset and line stays.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ftguide.native.audit.rules import Language

#: Each pattern eats input in one pass, and what is not closed ends with the line or the file.
_C = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<string>R"(?P<raw>[^()\\\s]{0,16})\(.*?(?:\)(?P=raw)"|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""",
    re.DOTALL | re.VERBOSE,
)
_RUST = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<string>r(?P<raw>\#{1,8})".*?(?:"(?P=raw)|\Z)|"(?:\\.|[^"\\])*(?:"|\Z)|'(?:\\[^'\n]{1,10}|[^'\\\n])')""",
    re.DOTALL | re.VERBOSE,
)
_CYTHON = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""",
    re.DOTALL | re.VERBOSE,
)
_FORTRAN = re.compile(r"""(?P<comment>![^\n]*)|(?P<string>"[^"\n]*"|'[^'\n]*')""")

_PATTERNS = {
    Language.C: _C,
    Language.CPP: _C,
    Language.SWIG: _C,
    Language.RUST: _RUST,
    Language.CYTHON: _CYTHON,
    Language.FORTRAN: _FORTRAN,
}
_VISIBLE = re.compile(r"[^\n]+")
_CONDITION = re.compile(r"[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif)\b(.*)")
_VERSION = re.compile(r"PY_VERSION_HEX (<=|<|>=|>) (0x[0-9a-fA-F]{8})")
_PLACE = re.compile(r"@(\w+)@")
#: What projects call the builds that nobody is given.
_DEBUG = re.compile(r"DEBUG|INSTRUMENT|(?:\b|_)TRACE")
#: Parentheses in a condition; what has more is not read.
_DEEPEST = 40
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n?)*", re.MULTILINE)


def shown(text: str) -> str:
    """Return a text of others as a terminal can show it."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def _spaces(text: str) -> str:
    return _VISIBLE.sub(lambda match: " " * len(match[0]), text)


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the rules see it: `code` and `text` have the same length and the same lines."""

    name: str
    language: Language
    text: str
    code: str  #: without comments and strings
    comments: tuple[tuple[int, str], ...]  #: line of each comment, and its text
    starts: tuple[int, ...]  #: offset of each line
    generated: bool = False  #: a program wrote it
    debug: tuple[tuple[int, int], ...] = ()  #: lines that only a build for debugging compiles

    def line_of(self, offset: int) -> int:
        """Return the line of an offset, counted from 1."""
        return bisect.bisect_right(self.starts, offset)

    def line(self, number: int, begin: int = -1) -> str:
        """Return the text of a line, trimmed, at most 160 characters; from a place above it, if one is given.

        A terminal can show it: what is not printable is written as an escape.
        """
        start = self.starts[number - 1]
        end = self.text.find("\n", start)
        if 0 <= begin < start and self.text.count("\n", begin, start) <= 8:
            start = begin
        return shown(" ".join(self.text[start : end if end >= 0 else len(self.text)].split()))[:160]


@dataclass(frozen=True, slots=True)
class ExtensionType:
    """An extension type of Cython."""

    base: str  #: the first one, empty for none
    fields: Mapping[str, str]  #: the type of each, as written, without its arguments
    public: frozenset[str]  #: fields that Python can see


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the build files of a tree say, joined: the declarations that are not in the sources."""

    build: str = ""
    pyo3: tuple[int, int] | None = None  #: the version Cargo.toml asks for
    included: frozenset[str] = frozenset()  #: names of Cython sources that others include
    rebound: frozenset[str] = frozenset()  #: names that functions of any Cython source rebind
    #: The extension types of all Cython sources, by name.
    types: Mapping[str, ExtensionType] = field(default_factory=dict)


def read(name: str, language: Language, text: str, *, generated: bool = False) -> Source:
    """Mask a text."""
    text = text.removeprefix("\N{BYTE ORDER MARK}").replace("\r\n", "\n").replace("\r", "\n")
    starts = (0, *(match.end() for match in re.finditer("\n", text)))
    comments: list[tuple[int, str]] = []

    def blank(match: re.Match[str]) -> str:
        if match["comment"]:
            comments.append((bisect.bisect_right(starts, match.start()), match["comment"]))
        return _spaces(match[0])

    code = _PATTERNS[language].sub(blank, text)
    debug: tuple[tuple[int, int], ...] = ()
    if language in {Language.C, Language.CPP}:
        # A template's `@name@` becomes a name.
        code = _PLACE.sub(r"_\1_", _without_dead_code(code))
        debug = tuple(_debug_lines(code)) if _DEBUG.search(code) else ()
    return Source(name, language, text, code, tuple(comments), starts, generated, debug)


def _without_dead_code(code: str) -> str:
    """Blank out what a free-threaded build, 3.13 or later, does not compile, as far as one can read.

    Understood are conditions on Py_GIL_DISABLED and on PY_VERSION_HEX, `#if 0`, and what `&&` and
    `||` make of them.
    """
    lines = code.split("\n")
    branches: list[tuple[bool, bool]] = []  # of each open #if: this branch is dead, the other is
    for number, line in enumerate(lines):
        if not (match := _CONDITION.match(line)):
            if any(dead for dead, _ in branches):
                lines[number] = " " * len(line)
        elif match[1] in {"if", "ifdef", "ifndef"}:
            branches.append(_verdict(match[1], match[2].strip()))
        elif branches and match[1] == "elif":
            branches[-1] = (branches[-1][1], branches[-1][1])
        elif branches and match[1] == "else":
            branches[-1] = (branches[-1][1], False)
        elif branches:
            branches.pop()
    return "\n".join(lines)


def _debug_lines(code: str) -> Iterator[tuple[int, int]]:
    """Give the first and the last line of what stands behind `#ifdef DEBUG`, `#if TRACE_LEVEL > 1`."""
    opened: list[int] = []  # of each open #if: where its branch for debugging began; 0 for none
    for number, line in enumerate(code.split("\n"), start=1):
        if not (match := _CONDITION.match(line)):
            continue
        if match[1] in {"if", "ifdef", "ifndef"}:
            opened.append(number if _asks_for_debugging(match[1], match[2]) else 0)
        elif opened:
            begun = opened.pop()
            if begun:
                yield begun, number
            if match[1] != "endif":
                opened.append(number if _asks_for_debugging("if", match[2]) else 0)


def _asks_for_debugging(word: str, condition: str) -> bool:
    """Say whether a condition holds in builds for debugging only."""
    if word == "ifndef" or "!" in condition.replace("!=", ""):
        return (
            re.fullmatch(r"!?\s*(?:defined\s*)?\(?\s*NDEBUG\s*\)?\s*", condition.strip())
            is not None
        )
    names = set(re.findall(r"[A-Za-z_]\w*", condition)) - {"defined"}
    return bool(names) and "NDEBUG" not in names and all(_DEBUG.search(name) for name in names)


def _verdict(word: str, condition: str) -> tuple[bool, bool]:
    """Return whether the branch of a condition is dead, and whether its #else is."""
    condition = re.sub(r"\s+", " ", condition).strip()
    if condition.count("(") > _DEEPEST:
        return False, False
    if word != "if":
        named, negated = condition == "Py_GIL_DISABLED", word == "ifndef"
        return (negated, not negated) if named else (False, False)
    for sign, enough in (("||", all), ("&&", any)):
        parts = _parts(condition, sign)
        if len(parts) > 1:
            dead, other = zip(*(_verdict(word, part) for part in parts), strict=True)
            # What is needed for one branch rules out the other: `a || b` fails where both do.
            return enough(dead), (all if enough is any else any)(other)
    if _enclosed(condition):
        return _verdict(word, condition[1:-1])
    return _single(condition)


def _single(condition: str) -> tuple[bool, bool]:
    """Return the verdict on a condition of one part."""
    if condition == "0":
        return True, False
    if version := _VERSION.fullmatch(condition):
        older = version[1].startswith("<")
        return (older, not older) if int(version[2], 16) < 0x030E0000 else (False, False)
    match = re.fullmatch(r"(! ?)?(?:defined ?)?\(? ?Py_GIL_DISABLED ?\)?", condition)
    named, negated = match is not None, bool(match and match[1])
    return (negated, not negated) if named else (False, False)


def _parts(condition: str, sign: str) -> list[str]:
    """Split a condition at a sign that stands in no parentheses."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"[()]|&&|\|\|", condition):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0] == sign and depth == 0:
            parts.append(condition[start : match.start()])
            start = match.end()
    return [*parts, condition[start:]]


def _enclosed(condition: str) -> bool:
    """Say whether parentheses hold all of a condition."""
    depth = 0
    for at, letter in enumerate(condition):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return letter == ")" and at == len(condition) - 1
    return False


def without_directives(code: str) -> str:
    """Blank out preprocessor directives with their continuation lines."""
    return _DIRECTIVE.sub(lambda match: _spaces(match[0]), code)
