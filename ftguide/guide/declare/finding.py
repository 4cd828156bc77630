"""Places on pages, what is to change there, and the error that stops a page. Pure records."""

from __future__ import annotations

from dataclasses import dataclass

from ftguide.ground.vocabulary import ExpectedError

#: The rule of what is wrong with a snippet's own syntax.
SNIPPET = "snippet"


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or a line of it."""

    page: str  #: relative to the repository, with /
    line: int | None = None  #: from 1, as editors count; None = the whole page

    def __str__(self) -> str:
        """Return the place the way editors and terminals find it: page:line."""
        return self.page if self.line is None else f"{self.page}:{self.line}"


class PageError(ExpectedError):
    """A page cannot be read or a block on it is wrong; the text names place, problem and fix."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        """Keep problem and place apart; `place` is None for an argument that names no page."""
        super().__init__(message if place is None else f"{place}: {message}")
        self.message = message
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to change on a page."""

    page: str
    line: int
    rule: str
    message: str  #: value and fix

    @property
    def text(self) -> str:
        """What is wrong and where, without the rule."""
        return f"{Place(self.page, self.line)}: {self.message}"

    def __str__(self) -> str:
        """Return the line that the lint prints."""
        return f"{self.text} [{self.rule}]"
