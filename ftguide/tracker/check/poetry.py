"""Ranges of versions as poetry and pipenv write them, as ranges that installers know. Pure."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

from ftguide.tracker.check.dependency import DependencyError, bounded, shown

_RANGE = re.compile(r"(\^|~(?!=))\s*(\d+(?:\.\d+)*)(.*)")


def poetry_range(text: str, where: str) -> SpecifierSet:
    """Translate poetry's caret, tilde, star and bare versions; raises `DependencyError`.

    Alternatives (`||`) become the widest range that holds them all: any version.
    """
    if "|" in bounded(text, where):
        return SpecifierSet()
    parts = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        if part == "*":
            continue
        match = _RANGE.fullmatch(part)
        if match:
            numbers = [int(number) for number in match[2].split(".")]
            parts += [f">={match[2]}{match[3]}", f"<{_next(match[1], numbers)}"]
        else:
            parts.append(part if part[0] in "<>=!~" else f"=={part}")
    try:
        return SpecifierSet(",".join(parts))
    except (InvalidSpecifier, InvalidVersion) as error:
        raise DependencyError(
            f"{where}: {shown(text)} is not a range of versions; write one such as ^1.2"
        ) from error


def _next(sign: str, numbers: list[int]) -> str:
    """Return the first version that a caret or a tilde excludes."""
    if sign == "~":
        kept = numbers[:2]
    else:  # a caret keeps the first number that is not zero
        first = next((n for n, number in enumerate(numbers) if number), len(numbers) - 1)
        kept = numbers[: first + 1]
    return ".".join(str(number) for number in [*kept[:-1], kept[-1] + 1])
