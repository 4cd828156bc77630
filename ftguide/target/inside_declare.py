"""Runs inside the target: what one extension module declares. Standard library only.

Argument: JSON with `module` and `file`. The module is created and not executed, in a process that has
loaded nothing else: the interpreter decides about the GIL when it creates a module, so neither the
parent package nor a dependency is needed. Prints one line of JSON.
"""

import importlib.machinery
import importlib.util
import json
import os
import sys
from typing import NoReturn

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def report(answer: dict[str, str]) -> NoReturn:
    """Write the answer where only we write, and leave at once.

    Without taking the interpreter down: freeing a module that was created and never executed is not
    what anybody's program does, and some modules crash at it.
    """
    with os.fdopen(CHANNEL, "w") as stream:
        stream.write(json.dumps(answer) + "\n")
    os._exit(0)


def gil() -> bool:
    """Say whether the GIL is enabled."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def no_core_files() -> None:
    """Keep a crash from filling the disk."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def exports_module(file: str, module: str) -> bool:
    """Say whether a library exports what an extension module is created by.

    Asked after the interpreter has failed to create it, which says so in its message only. What
    cannot be asked is taken for a module: its error is worth reporting.
    """
    name = module.rpartition(".")[2]
    coded = f"_{name}" if name.isascii() else f"U_{name.encode('punycode').decode()}"
    try:
        import ctypes  # noqa: PLC0415 - what was asked about is loaded first, beside nothing else

        library = ctypes.CDLL(file)
    except (ImportError, OSError):
        return True
    return any(
        hasattr(library, f"{kind}{coded.replace('-', '_')}") for kind in ("PyInit", "PyModExport")
    )


def main() -> None:
    """Create the module and report."""
    request = json.loads(sys.stdin.buffer.read())
    no_core_files()
    if not request["file"].endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES)):
        report({"declares": "not-loadable", "init": "", "detail": "suffix of another build"})
    before = gil()
    loader = importlib.machinery.ExtensionFileLoader(request["module"], request["file"])
    spec = importlib.util.spec_from_file_location(request["module"], request["file"], loader=loader)
    assert spec is not None
    known = set(sys.modules)
    try:
        importlib.util.module_from_spec(spec)
    except BaseException as error:  # noqa: BLE001 - whatever it raises is what is reported
        declares = "used" if gil() != before else "error"
        if isinstance(error, ImportError) and not exports_module(
            request["file"], request["module"]
        ):
            declares = "no-module"
        report(
            {
                "declares": declares,
                "init": "",
                "detail": f"{type(error).__name__}: {error}"[:500],
            }
        )
    report(
        {
            "declares": "used" if gil() else "not-used",
            # Single-phase initialisation registers the module by itself.
            "init": "single" if request["module"] in set(sys.modules) - known else "multi",
            "detail": "",
        }
    )


if __name__ == "__main__":
    CHANNEL = os.dup(1)
    os.dup2(2, 1)  # what the module prints is no answer
    main()
