"""The native pages show only code that lives in a file, and the files are the ones that are built."""

import re
import tomllib

import pytest

from ftguide.ground.files import ROOT

SOURCE = ROOT / "source"
PAGES = (
    SOURCE / "porting-extensions.md",
    SOURCE / "thread-sanitizer.md",
    *sorted((SOURCE / "porting-extensions").glob("*.md")),
    *sorted((SOURCE / "examples").glob("*.md")),
)
#: What may be typed: commands, and output that was pasted.
TYPED = {"console", "sh", "bash", "text"}
FENCE = re.compile(r"\s*(`{3,}|~{3,}|:{3,})\s*(.*)")
INCLUDE = re.compile(r"^```\{literalinclude\} (\S+)\n((?::[\w-]+:.*\n)*)", re.MULTILINE)


def openings(text: str) -> list[str]:
    """Return what stands behind the marks that open fences; those of colons can hold others."""
    found, closing = [], ""
    for line in text.splitlines():
        match = FENCE.match(line)
        if match is None:
            continue
        if closing:
            if match[1] == closing and not match[2]:
                closing = ""
        elif match[1][0] == ":":
            if match[2]:
                found.append(match[2])
        else:
            found.append(match[2])
            closing = match[1]
    return found


def typed_code(text: str) -> list[str]:
    """Return the openings of fences that hold code, but for includes."""
    found = []
    for opening in openings(text):
        directive = re.match(r"\{([\w:-]+)\}\s*(.*)", opening)
        if directive is None:
            language = opening
        elif directive[1] in {"code-block", "code", "sourcecode"}:
            language = directive[2]
        else:
            continue
        if language.strip().lower() not in TYPED:
            found.append(opening)
    # A snippet is Python that runs, unless it names another language, which does not.
    languages = re.findall(r"^\s*:lang:\s*(\S+)", text, re.MULTILINE)
    return found + [name for name in languages if name.lower() not in TYPED]


@pytest.mark.parametrize(
    "text",
    [
        "```c\nint x;\n```",
        "```{code-block} cython\nx\n```",
        "~~~ rust\nx\n~~~",
        ":::{code} c++\nx\n:::",
        "```{code-block}\nx\n```",
        "```python\nx\n```",
        "```{snippet} x\n:lang: c\n:not-run: no\n\nint x;\n```",
    ],
)
def test_the_lint_sees_typed_code(text):
    assert typed_code(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_native_code_is_included(page):
    assert typed_code(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_includes_come_from_the_examples(page):
    for target, options in INCLUDE.findall(page.read_text()):
        path = (page.parent / target).resolve()
        assert path.is_relative_to(ROOT / "examples"), target
        text = path.read_text()
        start = 0
        for marker in re.findall(r'^:start-(?:after|at): "(.*)"$', options, re.MULTILINE):
            assert text.count(marker) == 1, f"{target}: {marker}"
            start = text.index(marker) + len(marker)
        for marker in re.findall(r'^:end-before: "(.*)"$', options, re.MULTILINE):
            assert marker in text[start:], (
                f"{target}: {marker}"
            )  # the first one after the start ends it


def test_the_configuration_is_toml():
    text = (ROOT / "examples" / "snippets-native" / "cibuildwheel.toml").read_text()
    assert tomllib.loads(text)["tool"]["cibuildwheel"]["overrides"][0]["select"] == "*t-*"


def test_there_are_pages_and_includes():
    included = sum(len(INCLUDE.findall(page.read_text())) for page in PAGES)
    assert len(PAGES) >= 6
    assert included >= 20
