"""Rules about fenced blocks: code is a snippet, data parses, text holds no code. Pure."""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import yaml

from ftguide.ground.vocabulary import line_of
from ftguide.guide.declare import markdown
from ftguide.guide.declare.extract import Page as SnippetPage
from ftguide.guide.declare.finding import Finding
from ftguide.guide.declare.markdown import Fence
from ftguide.guide.lint.page import Page
from ftguide.guide.record.report import Report
from ftguide.render.words import enumeration

FENCE = "fence"
DATA = "data"
TEXT = "text-fence"
UNVERIFIED = "unverified"
SHARE = "not-run"

#: Of Python blocks, in percent; more would make "it ran" an empty promise.
MOST_NOT_RUN = 5.0
#: By line, how many of the blocks that run are for it at least, in percent.
LEAST_COVERED = {"3.13": 85.0, "3.14": 95.0, "3.15": 95.0}

_RUN = {"python", "py", "python3", "pycon", "ipython", "pytb", "console", "shell-session", "pytest"}
_COMMANDS = {
    *("sh", "bash", "shell", "zsh", "fish", "powershell", "ps1", "pwsh", "bat", "batch", "cmd"),
    *("docker", "dockerfile", "gdb", "lldb"),
}
_CODE_BLOCKS = {"code-block", "code", "sourcecode", "code-cell"}

_SHELL = re.compile(
    r"(?:\$|>>>|PS[^>\n]*>|C:\\[^>\n]*>) \S|(?:sudo |[A-Z_]+=\S+ )?(?:python[\d.]*t?|py|pip|pipx|uv|uvx|"
    r"conda|mamba|brew|apt|apt-get|dnf|pacman|nox|tox|pytest|export|docker|git|gdb|lldb|cargo|maturin)"
    r" -?[\w./]"
)
_C = re.compile(r"^\s*#\s*include\b|[;{]\s*$")
_STATEMENTS = (
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.With, ast.Try, ast.For, ast.While, ast.Assert),
)


def _yaml(text: str) -> list[object]:
    return list(yaml.safe_load_all(text))


_PARSERS: dict[str, Callable[[str], object]] = {
    "toml": tomllib.loads,
    "yaml": _yaml,
    "yml": _yaml,
    "json": json.loads,
}


def check(page: Page) -> Iterator[Finding]:
    """Yield the fenced blocks that should be something else."""
    for fence in markdown.fences(Path(page.name), page.text):
        language, content = fence.language, fence.content
        if fence.directive in _CODE_BLOCKS:
            language, content = fence.argument.lower(), _body(fence)
        elif fence.directive:
            continue
        problem = _problem(language, content)
        if problem is not None and not page.excepted(problem[0], fence.line):
            yield page.finding(problem[0], fence.line, problem[1])


def _body(fence: Fence) -> str:
    lines = fence.content.splitlines()
    while lines and (lines[0].startswith(":") or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines)


def _problem(language: str, content: str) -> tuple[str, str] | None:
    """Return the rule that a block breaks and what to do, None for a block that is fine."""
    if language in _RUN:
        runs = "Make it a {snippet}, which runs; see source/contributing-snippets.md."
        return FENCE, f"a `{language}` fence. {runs}"
    if language in _COMMANDS:
        return FENCE, (
            f"a `{language}` fence. Make it a {{snippet}} with `:lang: {language}`, `:not-run: reason` "
            "and `:source: address`, or with `:lang: console` if python runs it."
        )
    if language in _PARSERS:
        try:
            _PARSERS[language](content)
        except (ValueError, yaml.YAMLError) as error:
            return DATA, f"this is not {language}: {' '.join(str(error).split())}. Correct it."
    if not language:
        return FENCE, "a fence without a language. Write `text` if it is none."
    if language in {"text", "none", "txt", "default", "output"}:
        what = _code_in(content)
        if what is not None:
            return TEXT, f"a text fence that holds {what}. Make it a {{snippet}} or its {{output}}."
    return None


def _code_in(text: str) -> str | None:
    """Name the kind of code a text holds, None if it holds none."""
    lines = [line for line in text.splitlines() if line.strip()]
    if any(_SHELL.match(line.strip()) for line in lines):
        return "commands"
    if "Traceback (most recent call last)" in text:
        return "a traceback"
    if sum(bool(_C.search(line)) for line in lines) > 1:
        return "C-like code"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SyntaxWarning about what was never meant as code
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if any(isinstance(node, _STATEMENTS) or _is_print(node) for node in tree.body):
        return "Python"
    return None


def _is_print(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute() | ast.Name() as called)):
            return ast.unparse(called).startswith(("print", "sys.", "threading.", "os."))
    return False


def check_snippets(page: Page, snippets: SnippetPage, known: Report) -> Iterator[Finding]:
    """Yield broken snippets, and those that have not run as they stand."""
    yield from snippets.problems
    for snippet in snippets.snippets:
        if not snippet.runs_itself or page.excepted(UNVERIFIED, snippet.line):
            continue
        block = known.blocks.get(snippet.hash)
        results = block.results if block else ()
        bad = [result.title for result in results if not result.passed]
        if not bad and any(line_of(result.version) == snippet.home for result in results):
            continue
        why = "has not run as it stands" if block is None else f"has not run on {snippet.home}"
        if bad:
            why = f"does not do on {enumeration(bad)} what the page says"
        yield page.finding(
            UNVERIFIED,
            snippet.line,
            f"{snippet.name!r} {why}. Run `nox -s snippets -- --only "
            f"{page.name.removeprefix('source/')}` and commit its report.",
        )


def check_share(pages: Sequence[SnippetPage]) -> Iterator[Finding]:
    """Yield the Python blocks that do not run, if they are too many, and so for every line."""
    yield from _lines_share(pages)
    python = [snippet for page in pages for snippet in page.snippets if snippet.counted]
    skipped = [snippet for snippet in python if snippet.not_run is not None]
    if not python or 100 * len(skipped) / len(python) <= MOST_NOT_RUN:
        return
    for snippet in skipped:
        yield Finding(
            page=snippet.page,
            line=snippet.line,
            rule=SHARE,
            message=f"{len(skipped)} of {len(python)} Python blocks are not run, and at most "
            f"{MOST_NOT_RUN:g} % may be. Make this one run, or take it out.",
        )


def _lines_share(pages: Sequence[SnippetPage]) -> Iterator[Finding]:
    """Yield the blocks that leave out a line, if too many do."""
    run = [snippet for page in pages for snippet in page.snippets if snippet.runs_itself]
    for line, least in LEAST_COVERED.items():
        others = [snippet for snippet in run if not snippet.covers(line)]
        if not run or 100 * len(others) / len(run) <= 100 - least:
            continue
        for snippet in others:
            yield Finding(
                page=snippet.page,
                line=snippet.line,
                rule=SHARE,
                message=f"{len(others)} of {len(run)} blocks leave out {line}, and at most "
                f"{100 - least:g} % may. Show what {line} prints in an output with `:line: {line}`.",
            )
