"""Runs inside the target: import modules and look at the GIL after each. Standard library only.

Standard input: JSON with `names`, and `stop`, which ends the process after the first import that turned
the GIL on (the next one needs a fresh process). Prints a line of JSON before each import and one after
it, so that a crash or a hang has a name.
"""

import contextlib
import importlib
import importlib.machinery
import json
import os
import re
import sys
import warnings
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_WARNED = re.compile(r"enabled to load module '([^']+)'")


def gil() -> bool:
    """Say whether the GIL is enabled; builds that always have one say so, too."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def loaded_extensions() -> dict[str, str]:
    """Return the extension modules in sys.modules with their files."""
    extensions: dict[str, str] = {}
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    for name, module in list(sys.modules.items()):
        with contextlib.suppress(Exception):  # a module may be anything
            file = str(getattr(getattr(module, "__spec__", None), "origin", ""))
            if not file.endswith(suffixes):
                file = str(module.__file__)
            if file.endswith(suffixes):
                extensions[name] = file
    return extensions


def main() -> None:
    """Import one name after the other."""
    request = json.loads(sys.stdin.buffer.read())
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    standard = set(loaded_extensions())
    channel = os.fdopen(CHANNEL, "w", buffering=1)
    warned: list[str] = []

    def note(message: object, *_: object, **__: object) -> None:
        warned.extend(_WARNED.findall(str(message)))

    def tell(answer: dict[str, object]) -> None:
        channel.write(json.dumps(answer) + "\n")
        channel.flush()

    listen: Any = note  # packages may put their own in its place, so it is set again and again
    for name in request["names"]:
        tell({"begin": name})
        before, error = gil(), ""
        warnings.resetwarnings()
        warnings.simplefilter("always", RuntimeWarning)
        warnings.showwarning = listen
        try:
            importlib.import_module(name)
        except BaseException as raised:  # noqa: BLE001 - whatever it raises is what is reported
            error = f"{type(raised).__name__}: {raised}"[:500]
        after = gil()
        tell(
            {
                "name": name,
                "gil_before": before,
                "gil_after": after,
                "error": error,
                "warned": warned[:100],
                "extensions": {
                    module: file
                    for module, file in loaded_extensions().items()
                    if module not in standard
                }
                if request["stop"] is False or (after and not before)
                else {},
            }
        )
        if after and not before and request["stop"]:
            break
    if request["stop"]:
        tell({"extensions": loaded_extensions()})
    channel.close()
    os._exit(0)  # exit handlers and threads of what was imported are not what is probed


if __name__ == "__main__":
    CHANNEL = os.dup(1)
    os.dup2(2, 1)  # what is imported may print; that is no answer
    main()
