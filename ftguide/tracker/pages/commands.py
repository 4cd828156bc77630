"""Commands that repeat a finding. They carry only values that cannot break out of a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from ftguide.tracker.declare.packages import MODULE
from ftguide.tracker.derive.model import Cell
from ftguide.tracker.record.evidence import NAME
from ftguide.tracker.record.findings import Declarations, Declares, Imports, Kind

_VERSION = re.compile(r"[0-9][0-9A-Za-z.+!]{0,60}")
_LINE = re.compile(r"3\.\d{1,3}t?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def probe_command(package: str, line: str) -> str:
    """Return the command that repeats our probe."""
    if not NAME.fullmatch(package) or not _LINE.fullmatch(line):
        return ""
    return f"nox -s probe -- --only {package} --line {line}"


def by_hand(cell: Cell, package: str) -> list[str]:
    """Return commands that repeat the finding with stock tools; empty where there is nothing to repeat."""
    item = next((cell.seen[k] for k in (Kind.DECLARE, Kind.IMPORT) if k in cell.seen), None)
    if (
        item is None
        or not probe_command(package, cell.line)
        or not _VERSION.fullmatch(item.version)
    ):
        return []
    folder = f"probe-{package}"
    python = f"{folder}/bin/python"
    pin = f"{package}=={item.version}"
    if item.artifact and _SHA256.fullmatch(item.artifact.sha256):
        pin += f" --hash=sha256:{item.artifact.sha256}"
    install = f"uv pip install --python {python} --only-binary :all: --no-deps"
    lines = [
        f"uv venv --python {cell.line} {folder}",
        f"echo {shlex.quote(pin)} | {install} --require-hashes -r -"
        if "--hash" in pin
        else f"{install} {pin}",
    ]
    others = item.env.dependencies if item.env else ()
    pins = [pin for pin in others if _is_pin(pin)]
    if pins:
        lines.append(f"{install} {' '.join(pins)}")
    return [*lines, *_checks(cell, python)]


def _checks(cell: Cell, python: str) -> Iterator[str]:
    """Yield lines that print the state of the GIL after an import, with what they printed for us."""
    results = [cell.seen[kind].result for kind in (Kind.IMPORT, Kind.DECLARE) if kind in cell.seen]
    enabled: dict[str, bool | None] = {}  # None: it did not import
    for result in results:
        if isinstance(result, Imports):
            for name in result.names[:4]:
                enabled[name.name] = None if name.error or name.ended else name.gil_enabled
        elif isinstance(result, Declarations) and True not in enabled.values():
            turning = [m.module for m in result.modules if m.declares is Declares.USED]
            enabled |= dict.fromkeys(turning[:1], True)
    for module, on in enabled.items():
        if MODULE.fullmatch(module):
            printed = "an error" if on is None else on
            yield f"{python} -c 'import sys, {module}; print(sys._is_gil_enabled())'  # {printed}"


def _is_pin(text: str) -> bool:
    name, equal, version = text.partition("==")
    return bool(equal and NAME.fullmatch(canonicalize_name(name)) and _VERSION.fullmatch(version))
