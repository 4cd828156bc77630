"""Asks a built site's search what people ask: python -m tests.site.golden _build/html.

For each query one of the first three results has to be a page that a maintainer would send the person to.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.site.browser import launch, served

FIRST = 3


@dataclass(frozen=True)
class Golden:
    """What somebody types, where that is answered, and why there."""

    query: str
    pages: tuple[str, ...]  #: any of these
    reason: str


GOLDEN = (
    Golden(
        "gil",
        ("how-it-works", "running-gil-disabled", "glossary"),
        "who types only this wants to know what it is, or whether it is off",
    ),
    Golden(
        "PYTHON_GIL",
        ("running-gil-disabled",),
        "the variable is explained where the ways to switch the GIL are",
    ),
    Golden(
        "Py_GIL_DISABLED",
        ("porting-extensions", "running-gil-disabled", "porting-extensions/c-api-levels"),
        "the macro is for C code, the configuration variable tells the build",
    ),
    Golden(
        "3.14t",
        ("installing", "version-matrix"),
        "somebody wants it, or wants to know what it is",
    ),
    Golden(
        "_is_gil_enabled",
        ("running-gil-disabled",),
        "the page answers what the function answers and what it does not",
    ),
    Golden(
        "borrowed reference",
        ("porting-extensions/audit", "porting-extensions"),
        "which calls borrow, and what to call instead",
    ),
    Golden(
        "dict race",
        ("porting/not-atomic", "porting", "thread-safety/dicts_check_then_act"),
        "which operations on a dict another thread can interrupt, each shown",
    ),
    Golden(
        "cp314t",
        ("porting-extensions/wheels", "dependencies", "installing"),
        "the tag of a wheel: made by a maintainer, or looked for by a user",
    ),
    Golden(
        "lru_cache",
        (
            "thread-safety/caches",
            "porting/cookbook",
            "porting/migrations",
            "benchmarks/lru-cache-hits",
        ),
        "what threads do to a cached function, and how to write one",
    ),
    Golden(
        "deepcopy",
        ("benchmarks/deepcopy-private", "scaling"),
        "why copies of private data wait for each other",
    ),
    Golden(
        "memory usage",
        ("profiling", "choosing-a-model", "how-it-works", "deploying"),
        "how to measure it, or what each way to run in parallel, and to serve, needs",
    ),
    Golden("slower with threads", ("scaling",), "the page has this question as its title"),
    Golden("docker image", ("containers", "installing"), "which image, and how to build one"),
)

_PAGE = "[...document.querySelectorAll('#search-results .search-title')].map((a) => a.pathname)"


def name_of(address: str) -> str:
    """Return the name of the page at an address."""
    return address.lstrip("/").removesuffix(".html")


def found_on_page(browser: Browser, address: str, query: str) -> list[str]:
    """Return what the site's page for searching shows, best first."""
    page = browser.new_page()
    page.goto(f"{address}/search.html")
    page.get_by_role("searchbox").fill(query)
    page.keyboard.press("Enter")
    page.wait_for_function("(words) => document.body.dataset.searched === words", arg=query)
    answer = page.evaluate(_PAGE)
    page.close()
    return [name_of(one) for one in answer]


def missed(golden: Golden, answer: list[str]) -> str | None:
    """Return what is wrong with an answer, None when it is fine."""
    first = answer[:FIRST]
    if set(first) & set(golden.pages):
        return None
    wanted = " or ".join(golden.pages)
    return f"{golden.query!r} finds {', '.join(first) or 'nothing'}, not {wanted}: {golden.reason}"


def main(arguments: list[str] | None = None) -> int:
    """Ask everything; 0 = all is found, 1 = something is not, 2 = nothing to ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    chosen = parser.parse_args(arguments)
    if not (chosen.site / "pagefind" / "pagefind.js").exists():
        print(f"{chosen.site} holds no search index: run `nox -s docs` first", file=sys.stderr)
        return 2
    wrong = []
    with served(chosen.site) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for golden in GOLDEN:
            answer = found_on_page(browser, address, golden.query)
            print(f"{golden.query:22} {', '.join(answer[:FIRST])}")
            wrong += [fault] if (fault := missed(golden, answer)) else []
        browser.close()
    print("\n".join(wrong))
    print(f"{len(GOLDEN) - len(wrong)} of {len(GOLDEN)} golden queries")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
