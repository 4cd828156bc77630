"""Programs that people run, in threads: build a site, look for mistakes in code, format code.

An optional part of the suite: targets that were not given the packages leave it out. Every worker has files
of its own, as a pool over a folder would give it, and texts take the place of files. What a file becomes is
written down here by hand, so that a wrong page, message or line is noticed in the slice that made it.
"""

from __future__ import annotations

import ast
import importlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SITE: Final = ("markdown==3.11.3", "jinja2==3.1.6")
PYFLAKES: Final = ("pyflakes==4.1.0",)
BLACK: Final = ("black==26.10.1",)
REFUSES: Final = "an extension module that Black needs refuses to load in a subinterpreter"
WITHOUT: Final = (("interpreters", REFUSES),)

#: Files of one worker; sections of a page, or functions of a module; pages that the menu of a site names.
FILES, PARTS, LISTED = 2, 6, 4


class File(NamedTuple):
    """A text, and the right answer to it."""

    name: str
    text: str
    expected: Any


class Job(NamedTuple):
    """What makes an answer of a text, and the files of one worker."""

    answer: Callable[[str], Any]
    files: list[File]


def _files(worker: int, make: Callable[[int], File]) -> list[File]:
    """Make the files of a worker; no two workers have one that is the same."""
    return [make(worker * FILES + number) for number in range(1, FILES + 1)]


def _check(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, right in results:
        expect(done, loops * FILES, "files")
        expect(right, loops * FILES, "files with the right answer")


# --- a site of Markdown and templates -----------------------------------------------------------


class Layout(NamedTuple):
    """What all pages of the site have in common: made once, read by every thread."""

    template: Any
    pages: list[dict[str, str]]


def _layout() -> Layout:
    jinja2: Any = importlib.import_module("jinja2")  # optional
    template = jinja2.Environment(autoescape=True).from_string(
        "<title>{{ title }}</title>\n"
        '<nav>{% for page in pages %}<a href="{{ page.url }}">{{ page.title }}</a>{% endfor %}</nav>\n'
        "{{ content|safe }}\n"
    )
    pages = [{"url": f"{page}.html", "title": f"Page & {page}"} for page in range(LISTED)]
    return Layout(template, pages)


def _page(number: int) -> File:
    source = "\n".join(
        f"## Part {part} of {number}\n\n"
        f"See [the list][list] of *part {part}*, and `name_{part}`, **before {number}**.\n\n"
        f"| Name | Value |\n| --- | --- |\n| row {part} | {number} |\n\n"
        f"- item {part}\n- item {number}\n"
        for part in range(PARTS)
    )
    content = "\n".join(
        f'<h2 id="part-{part}-of-{number}">Part {part} of {number}</h2>\n'
        f'<p>See <a href="https://example.org/{number}">the list</a> of <em>part {part}</em>, and '
        f"<code>name_{part}</code>, <strong>before {number}</strong>.</p>\n"
        "<table>\n<thead>\n<tr>\n<th>Name</th>\n<th>Value</th>\n</tr>\n</thead>\n"
        f"<tbody>\n<tr>\n<td>row {part}</td>\n<td>{number}</td>\n</tr>\n</tbody>\n</table>\n"
        f"<ul>\n<li>item {part}</li>\n<li>item {number}</li>\n</ul>"
        for part in range(PARTS)
    )
    menu = "".join(f'<a href="{page}.html">Page &amp; {page}</a>' for page in range(LISTED))
    return File(
        f"Page {number}",
        f"{source}\n[list]: https://example.org/{number}\n",
        f"<title>Page {number}</title>\n<nav>{menu}</nav>\n{content}",
    )


def _builder(worker: int) -> Job:
    markdown: Any = importlib.import_module("markdown")  # optional
    converter = markdown.Markdown(extensions=["tables", "toc"])
    return Job(lambda text: converter.reset().convert(text), _files(worker, _page))


def _build(local: Job, shared: Layout, loops: int) -> tuple[int, int]:
    convert, files = local
    template, pages = shared
    done, right = 0, 0
    for _ in range(loops):
        for name, text, expected in files:
            right += template.render(title=name, pages=pages, content=convert(text)) == expected
            done += 1
    return done, right


# --- a linter ------------------------------------------------------------------------------------


def _flawed(number: int) -> File:
    """Write a module with mistakes, and what pyflakes has to say about each."""
    name = f"module_{number}.py"
    functions = [
        f"def first_{part}(given: int, other: str = '{number}') -> int:\n"
        f"    unused_{part} = [given, other]\n"
        f"    return missing_{number} + given\n"
        for part in range(PARTS)
    ]
    messages = [f"{name}:1:1: 'os' imported but unused"]
    for part in range(PARTS):
        line = 4 * part + 4
        messages += [
            f"{name}:{line}:5: local variable 'unused_{part}' is assigned to but never used",
            f"{name}:{line + 1}:12: undefined name 'missing_{number}'",
        ]
    return File(name, "import os\n\n" + "\n".join(functions), messages)


def _released(worker: int) -> Job:
    checker: Any = importlib.import_module("pyflakes.checker")  # optional
    return _linter(worker, checker.Checker)


def _decorated_once(worker: int) -> Job:
    checker: Any = importlib.import_module("pyflakes.checker")  # optional

    class Checker(checker.Checker):  # type: ignore[misc]
        """pyflakes with a method that is decorated in the class, not again for every annotation."""

        @checker.in_annotation  # type: ignore[untyped-decorator]
        def handle_in_annotation(self, annotation: Any, parent: Any) -> None:
            """Handle a node as an annotation."""
            self.handleNode(annotation, parent)

        def handle_annotation_always_deferred(self, annotation: Any, parent: Any) -> None:
            """Replace the released method of this name."""
            self.deferFunction(lambda: self.handle_in_annotation(annotation, parent))

    return _linter(worker, Checker)


def _linter(worker: int, checker: Any) -> Job:
    files = _files(worker, _flawed)
    names = {file.text: file.name for file in files}

    def messages(text: str) -> list[str]:
        found = checker(ast.parse(text), filename=names[text]).messages
        found.sort(key=lambda message: (message.lineno, message.col))
        return list(map(str, found))

    return Job(messages, files)


def _answer(local: Job, _shared: None, loops: int) -> tuple[int, int]:
    answer, files = local
    done, right = 0, 0
    for _ in range(loops):
        for _name, text, expected in files:
            right += answer(text) == expected
            done += 1
    return done, right


# --- a formatter ---------------------------------------------------------------------------------


def _untidy(number: int) -> File:
    """Write a module as people do who are in a hurry, and as Black writes it."""
    return File(
        f"module_{number}.py",
        "".join(
            f"def name_{part}( given,other = {number} ):\n"
            f"  if given>other and not  other : return  {{ 'name':given,'other' : other}}\n"
            f"  return [ given , other,{part} ]\n"
            for part in range(PARTS)
        ),
        "\n\n".join(
            f"def name_{part}(given, other={number}):\n"
            "    if given > other and not other:\n"
            '        return {"name": given, "other": other}\n'
            f"    return [given, other, {part}]\n"
            for part in range(PARTS)
        ),
    )


class Formatter(NamedTuple):
    """Black's function, and the style, which nobody changes."""

    format: Any
    mode: Any


def _black() -> Formatter:
    """Import Black before the threads start: the compiled one is not ready for two that import it at once."""
    black: Any = importlib.import_module("black")  # optional
    return Formatter(black.format_str, black.Mode())


def _modules(worker: int) -> list[File]:
    return _files(worker, _untidy)


def _format(local: list[File], shared: Formatter, loops: int) -> tuple[int, int]:
    format_str, mode = shared
    done, right = 0, 0
    for _ in range(loops):
        for _name, text, expected in local:
            right += format_str(text, mode=mode) == expected
            done += 1
    return done, right


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="site-pages",
        version=1,
        title="Build pages with Markdown and Jinja2",
        question="Do threads build the pages of a site at the same time?",
        group=Group.APPLICATIONS,
        scope=Scope.SHARED_READ,
        expectation=Expectation.SCALES,
        because="Each thread has a converter of its own, and only reads the template and the menu.",
        explained_at="case-studies",
        setup_shared=_layout,
        setup_local=_builder,
        run=_build,
        check=_check,
        distributions=SITE,
    ),
    Workload(
        slug="pyflakes-released",
        version=1,
        title="Check modules with pyflakes",
        question="Do threads check modules at the same time with pyflakes as it is released?",
        group=Group.APPLICATIONS,
        scope=Scope.PRIVATE,
        expectation=Expectation.NEGATIVE,
        because="pyflakes decorates a function for every annotation, and each time all threads are stopped.",
        explained_at="case-studies",
        setup_local=_released,
        run=_answer,
        check=_check,
        distributions=PYFLAKES,
        remedy="pyflakes-decorated-once",
    ),
    Workload(
        slug="pyflakes-decorated-once",
        version=1,
        title="Check modules with pyflakes, one method changed",
        question="Do threads check modules at the same time once pyflakes decorates its function only once?",
        group=Group.APPLICATIONS,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Tree, scopes and messages belong to the thread, and nothing stops the others any more.",
        explained_at="case-studies",
        setup_local=_decorated_once,
        run=_answer,
        check=_check,
        distributions=PYFLAKES,
    ),
    Workload(
        slug="black-format",
        version=1,
        title="Format modules with Black",
        question="Do threads format modules at the same time?",
        group=Group.APPLICATIONS,
        scope=Scope.SHARED_READ,
        expectation=Expectation.SCALES,
        because="Tokens, tree and lines are the thread's own, and the style is only read.",
        explained_at="case-studies",
        setup_shared=_black,
        setup_local=_modules,
        run=_format,
        check=_check,
        distributions=BLACK,
        without=WITHOUT,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
