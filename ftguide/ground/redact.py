"""What must not leave this machine: its name, its users, where things lie on it.

Whatever is stored or printed of other programs' output goes through here: known paths become names,
home folders of anybody become `<home>`, characters that could steer a terminal become visible.
`private_words` and `leaks` are the second line: they look for what got through.
"""

from __future__ import annotations

import contextlib
import getpass
import platform
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_HOMES = re.compile(r"/(?:home|Users)/[^/\s\"']+")
#: Names that say nothing about whose machine it is.
UNREMARKABLE = frozenset({"root", "user", "localhost", "local", "runner", "python", "main", "host"})


def replace_places(text: str, places: Mapping[str, str]) -> str:
    """Replace paths of this machine by what stands for them, such as `<repo>`; the longest go first."""
    for place, name in sorted(places.items(), key=lambda item: -len(item[0])):
        if len(place) > 1:  # "/" would turn every path into nonsense
            text = text.replace(place, name)
    return text


def anonymous(text: str, places: Mapping[str, str]) -> str:
    """Return a text without paths of this machine and its users; printable characters only."""
    everywhere = {tempfile.gettempdir(): "<tmp>", str(Path.home()): "<home>"}
    text = _HOMES.sub("<home>", replace_places(text, {**everywhere, **places}))
    return printable(text)


def printable(text: str) -> str:
    """Make characters visible that a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def private_words() -> Iterator[str]:
    """Yield what this machine and its user are called, and where things lie on it."""
    names = {platform.node(), platform.node().partition(".")[0]}
    with contextlib.suppress(OSError, KeyError):  # without a user database there is no name to leak
        names.add(getpass.getuser())
    yield from (name for name in names if len(name) > 2 and name.lower() not in UNREMARKABLE)
    own = (str(Path.home()).rstrip("/"), tempfile.gettempdir().rstrip("/"))
    yield from {*(f"{place}/" for place in own if place), "/home/", "/Users/", "\\Users\\"}


def leaks(paths: Iterable[Path]) -> list[str]:
    """Name every private word that stands in some files."""
    return leaks_in((path.name, path.read_bytes()) for path in paths)


def leaks_in(contents: Iterable[tuple[str, bytes]]) -> list[str]:
    """Name every private word in contents that are not on disk, each with the name it will have."""
    found = []
    words = sorted(set(private_words()))
    for name, content in contents:
        text = content.decode(errors="replace")
        found += [f"{name} contains {word!r}" for word in words if word in text]
    return found
