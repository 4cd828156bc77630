"""Third-party packages for measured interpreters, in folders of their own.

`uv pip install --target` works for every interpreter, also one without pip or ssl, and leaves it as it
was. A folder is kept in the user's cache and named after what is in it: the binary it was made for and
the text of the requirement file.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
from pathlib import Path

import platformdirs

from ftguide.ground.files import held
from ftguide.ground.vocabulary import Build
from ftguide.interpreters import tools
from ftguide.interpreters.model import Interpreter, InterpreterError, Pair

#: Building a package from source may take its time.
INSTALL_SECONDS = 1800.0


def install(file: Path, pair: Pair) -> dict[Build, str]:
    """Install a requirement file for both builds; return the folder for PYTHONPATH by build.

    Raises `InterpreterError` as `install_for` does.
    """
    return {build: install_for(file, interpreter) for build, interpreter in pair.builds.items()}


def install_for(file: Path, interpreter: Interpreter) -> str:
    """Install a requirement file for an interpreter; return the folder for PYTHONPATH.

    Relative paths in the file are relative to the working directory, as with pip. InterpreterError
    names the file, the build and uv's last words.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise InterpreterError(f"{file}: {error.strerror or error}") from None
    key = hashlib.sha256(text + interpreter.facts.binary_sha256.encode()).hexdigest()[:24]
    folder = platformdirs.user_cache_path("ftguide") / "requirements" / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with held(folder.with_suffix(".lock"), seconds=math.inf):
        if not folder.exists():
            _install(file, interpreter, folder)
    return str(folder)


def _install(file: Path, interpreter: Interpreter, folder: Path) -> None:
    """Install beside the final folder and rename, so that a folder that exists is whole."""
    staging = folder.with_suffix(f".{os.getpid()}")
    words = (
        *("pip", "install", "--quiet", "--python", interpreter.executable),
        *("--target", str(staging), "--requirements", str(file)),
    )
    try:
        tools.ask_uv(*words, environ=os.environ, seconds=INSTALL_SECONDS)
        staging.mkdir(exist_ok=True)  # an empty requirement file installs nothing
        staging.rename(folder)
    except tools.ToolError as error:
        raise InterpreterError(
            f"{file}: cannot be installed for the {interpreter.facts.build.words} build "
            f"({interpreter.facts.version}):\n{error.tail()}"
        ) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
