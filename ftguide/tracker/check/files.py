"""Dependencies from files, whatever their format.

Reads text and nothing else: no download, no build, no import. A file that cannot be read whole is
refused whole, with the file, the place, the value and the fix.
"""

from __future__ import annotations

from pathlib import Path

from ftguide.tracker.check import locks, requirements
from ftguide.tracker.check.dependency import Dependency


def read(path: Path) -> list[Dependency]:
    """Read a file of any supported format, chosen by its name; raises `DependencyError`."""
    if path.name.lower().endswith((".toml", ".lock")):
        return sorted(locks.read(path), key=lambda each: (each.name, each.version or ""))
    return requirements.read(path)
