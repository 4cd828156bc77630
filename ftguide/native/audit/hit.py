"""What a rule points at, before comments and folders are looked at."""

from __future__ import annotations

from dataclasses import dataclass

from ftguide.native.audit.rules import Weight


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a rule points at."""

    rule: str
    line: int
    hint: str = ""  #: what to use instead, or what speaks for the weight
    weight: Weight | None = None  #: where the place says more than the rule does
    begin: int = -1  #: where the text to show begins, if not with the line
