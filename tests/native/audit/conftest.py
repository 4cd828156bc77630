"""Small sources and folders to audit."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ftguide.native.audit.rules import Language, Weight
from ftguide.native.audit.scan import audit
from ftguide.native.audit.source import read

Found = Callable[[str, str], list[tuple[str, int]]]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Write a source under a name and return the rules it breaks, with their lines."""

    def run(name: str, text: str) -> list[tuple[str, int]]:
        (tmp_path / name).write_text(text)
        return [(one.rule.id, one.line) for one in audit(tmp_path / name).findings]

    return run


@pytest.fixture
def weighed(tmp_path: Path) -> Callable[..., list[Weight]]:
    """Write a source under a name and return the weights of what is found in it, or of one rule."""

    def run(name: str, text: str, rule: str | None = None) -> list[Weight]:
        (tmp_path / name).write_text(text)
        found = audit(tmp_path / name).findings
        return [one.weight for one in found if rule in {None, one.rule.id}]

    return run


def masked(text: str, language: Language = Language.C) -> str:
    return read("x", language, text).code
