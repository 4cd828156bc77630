"""The front door: `python -m ftguide VERB`. nox calls it; so can you.

Exit codes: 0 all is well; 1 something was measured or built, but not all of it; 2 the request itself
cannot be met (a name that does not exist, a file that is missing), and nothing was written.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence

from ftguide.ground.vocabulary import ExpectedError

#: Verb -> the module of this package that adds it, in the order of `--help`. Only the module of the verb
#: that is asked for gets imported: measuring needs no Sphinx, and linting no workloads.
VERBS = {
    "bench": "bench",
    "report": "runs",
    "compare": "runs",
    "publish": "runs",
    "reindex": "runs",
    "catalogue": "runs",
    "outcomes": "outcomes",
    "interpreters": "interpreters",
    "probe": "probe",
    "check": "check",
    "snippets": "snippets",
    "lint": "lint",
    "examples": "examples",
    "sanitize": "sanitize",
    "audit": "audit",
    "levels": "levels",
}


def parser(verb: str | None = None) -> argparse.ArgumentParser:
    """Build the parser with one verb, or with all where `verb` is none of them."""
    modules = [VERBS[verb]] if verb in VERBS else list(dict.fromkeys(VERBS.values()))
    top = argparse.ArgumentParser(prog="python -m ftguide", description=__doc__.partition("\n")[0])
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name in modules:
        importlib.import_module(f"ftguide.cli.{name}").add_parser(verbs)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    words = sys.argv[1:] if words is None else words
    arguments = parser(words[0] if words else None).parse_args(words)
    verb: Callable[[argparse.Namespace], int] = arguments.main
    try:
        return verb(arguments)
    except ExpectedError as error:
        from rich.console import Console  # noqa: PLC0415 - only where something has to be said
        from rich.markup import escape  # noqa: PLC0415

        Console(stderr=True, soft_wrap=True).print(f"[bold red]error:[/] {escape(str(error))}")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
