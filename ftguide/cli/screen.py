"""What the verbs print with: lines that a terminal does not break, so that paths can be copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape


def screen() -> Console:
    """Return standard output; numbers get no colours of their own, `:words:` no pictures."""
    return Console(highlight=False, soft_wrap=True, emoji=False)


def teller() -> Callable[[str], None]:
    """Return what says on standard error, dim, what is going on."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    return lambda text: console.print(escape(text), style="dim")


def shorten(path: Path) -> str:
    """Return a path, relative to the working directory where it is below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
