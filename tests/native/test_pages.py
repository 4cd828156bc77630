"""The native pages show only code that lives in a file, and the files are the ones that are built."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "source"
PAGES = (
    SOURCE / "porting-extensions.md",
    SOURCE / "thread-sanitizer.md",
    *sorted((SOURCE / "porting-extensions").glob("*.md")),
    *sorted((SOURCE / "examples").glob("*.md")),
)
NATIVE = re.compile(r"c|c\+\+|cpp|cxx|cython|pyx|rust|rs|fortran|swig", re.IGNORECASE)
FENCE = re.compile(r"^\s*(?:`{3,}|~{3,}|:{3,})\s*(\S.*)$", re.MULTILINE)
INCLUDE = re.compile(r"^```\{literalinclude\} (\S+)\n((?::[\w-]+:.*\n)*)", re.MULTILINE)


def native_fences(text: str) -> list[str]:
    """Return the openings of fences that hold native code, but for includes."""
    found = []
    for opening in FENCE.findall(text):
        directive = re.match(r"\{([\w-]+)\}\s*(.*)", opening)
        if directive is None:
            language = opening
        elif directive[1] in {"code-block", "code", "sourcecode"}:
            language = directive[2]
        else:
            continue
        if NATIVE.fullmatch(language.split()[0] if language.split() else ""):
            found.append(opening)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "```c\nint x;\n```",
        "```{code-block} cython\nx\n```",
        "~~~ rust\nx\n~~~",
        ":::{code} c++\nx\n:::",
    ],
)
def test_the_lint_sees_typed_code(text):
    assert native_fences(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_native_code_is_included(page):
    assert native_fences(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_includes_come_from_the_examples(page):
    for target, options in INCLUDE.findall(page.read_text()):
        path = (page.parent / target).resolve()
        assert path.is_relative_to(ROOT / "examples"), target
        text = path.read_text()
        for marker in re.findall(r'^:(?:start-after|end-before): "(.*)"$', options, re.MULTILINE):
            assert text.count(marker) == 1, f"{target}: {marker}"


def test_there_are_pages_and_includes():
    included = sum(len(INCLUDE.findall(page.read_text())) for page in PAGES)
    assert len(PAGES) >= 6
    assert included >= 20
