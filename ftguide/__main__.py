"""The front door: `python -m ftguide VERB`. nox calls it; so can you.

Exit codes: 0 all is well; 1 something was measured or built, but not all of it; 2 the request itself
cannot be met (a name that does not exist, a file that is missing), and nothing was written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.markup import escape

from ftguide.audit.files import AuditError
from ftguide.bench.catalogue import UnknownNameError
from ftguide.bench.mine import MineError
from ftguide.bench.publish import PublishError
from ftguide.bench.run import ResumeError
from ftguide.commands import (
    audit,
    bench,
    check,
    examples,
    interpreters,
    levels,
    lint,
    probe,
    runs,
    sanitize,
    snippets,
)
from ftguide.commands.examples import ExamplesError
from ftguide.compat.model import CompatError
from ftguide.examples import report as examples_report
from ftguide.examples.catalogue import UnknownExampleError
from ftguide.interpreters.model import InterpreterError
from ftguide.results.store import StoreError
from ftguide.sanitize.model import SanitizeError
from ftguide.snippets.markdown import PageError
from ftguide.snippets.report import ReportError

#: Every verb's module has an `add_parser`; listed as `--help` shows them.
VERBS = (
    bench,
    runs,
    interpreters,
    probe,
    check,
    snippets,
    lint,
    examples,
    sanitize,
    audit,
    levels,
)
#: Errors that say themselves what to do; anything else is a bug and keeps its traceback.
EXPECTED = (
    AuditError,
    CompatError,
    ExamplesError,
    InterpreterError,
    MineError,
    PageError,
    PublishError,
    ReportError,
    examples_report.ReportError,
    ResumeError,
    SanitizeError,
    StoreError,
    UnknownExampleError,
    UnknownNameError,
)


def parser() -> argparse.ArgumentParser:
    """Build the parser with all verbs."""
    top = argparse.ArgumentParser(prog="python -m ftguide", description=__doc__.partition("\n")[0])
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    for module in VERBS:
        module.add_parser(verbs)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    arguments = parser().parse_args(words)
    verb: Callable[[argparse.Namespace], int] = arguments.main
    try:
        return verb(arguments)
    except EXPECTED as error:
        Console(stderr=True, soft_wrap=True).print(f"[bold red]error:[/] {escape(str(error))}")
        return 2
    except KeyboardInterrupt:
        Console(stderr=True).print("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
