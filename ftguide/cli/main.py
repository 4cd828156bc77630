"""The front door: `python -m ftguide VERB`. nox calls it; so can you.

Exit codes: 0 all is well; 1 something was measured or built, but not all of it; 2 the request itself
cannot be met (a name that does not exist, a file that is missing), and nothing was written.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ftguide.ground.redact import printable
from ftguide.ground.vocabulary import ExpectedError

#: Verb -> the module of this package that adds it, in the order of `--help`. Only the module of the verb
#: that is asked for gets imported: measuring needs no Sphinx, and linting no workloads.
VERBS = {
    "bench": "bench",
    "report": "runs",
    "compare": "runs",
    "publish": "runs",
    "repack": "runs",
    "reindex": "runs",
    "catalogue": "runs",
    "summarise": "summarise",
    "fetch": "fetch",
    "submit": "submit",
    "accept": "submit",
    "outcomes": "outcomes",
    "interpreters": "interpreters",
    "collect": "probe",
    "probe": "probe",
    "check": "check",
    "snippets": "snippets",
    "lint": "lint",
    "examples": "examples",
    "sanitize": "sanitize",
    "audit": "audit",
    "levels": "levels",
}


#: What a disk refuses that is full or may not be written to: no mistake of the program, so no traceback.
_REFUSED = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EFBIG", "EDQUOT", "EROFS", "EACCES", "EPERM")
    if hasattr(errno, name)
)

#: What works without a checkout: what the wheel carries.
INSTALLED = frozenset({"check", "collect", "probe"})


def in_checkout() -> bool:
    """Say whether this is the checkout, with its pages, workloads and published data."""
    # A wheel has the evidence here instead; a copy of the checkout for a test need not be whole.
    return not (Path(__file__).parents[1] / "tracker" / "data").is_dir()


def parser(verb: str | None = None) -> argparse.ArgumentParser:
    """Build the parser with one verb, or with all where `verb` is none of them."""
    there = [name for name in VERBS if name in INSTALLED or in_checkout()]
    chosen = [verb] if verb in there else there
    modules = list(dict.fromkeys(VERBS[name] for name in chosen))
    prog = "ftguide" if Path(sys.argv[0]).stem == "ftguide" else "python -m ftguide"
    top = argparse.ArgumentParser(prog=prog, description=__doc__.partition("\n")[0])
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name in modules:
        importlib.import_module(f"ftguide.cli.{name}").add_parser(verbs)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    words = sys.argv[1:] if words is None else words
    if words and words[0] in VERBS.keys() - INSTALLED and not in_checkout():
        sys.stderr.write(
            f"error: {words[0]} needs the checkout of the guide (its pages, workloads and data); clone "
            f"the repository and call `python -m ftguide {words[0]}` there. Installed, there are: "
            f"{', '.join(sorted(INSTALLED))}.\n"
        )
        return 2
    try:
        arguments = parser(words[0] if words else None).parse_args(words)
        verb: Callable[[argparse.Namespace], int] = arguments.main
        return verb(arguments)
    except ExpectedError as error:
        _tell(str(error))
        return 2
    except OSError as error:
        # Of a full disk Python says that there is no folder for temporary files.
        if error.errno not in _REFUSED and "No usable temporary directory" not in str(error):
            raise
        _tell(
            f"{error.filename or 'writing'}: {error.strerror}. What was stored before is kept; make room, or "
            "give the right to write there, and call this again."
        )
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130


def _tell(error: str) -> None:
    from rich.console import Console  # noqa: PLC0415 - only where something has to be said
    from rich.markup import escape  # noqa: PLC0415

    text = escape(printable(error))  # a file's name may hold what a terminal obeys
    Console(stderr=True, soft_wrap=True).print(f"[bold red]error:[/] {text}")
