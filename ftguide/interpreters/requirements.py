"""Third-party packages for measured interpreters, in folders of their own.

`uv pip install --target` works for every interpreter, also one without pip or ssl, and leaves it as it
was. A folder is kept in the user's cache and named after what is in it: the binary it was made for and
the text of the requirement file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import filelock
import platformdirs
import uv

from ftguide.interpreters.model import Interpreter, InterpreterError, Pair
from ftguide.vocabulary import Build

#: Building a package from source may take its time.
INSTALL_SECONDS = 1800.0
TAIL_LINES = 6


def install(
    file: Path, pair: Pair, *, environ: Mapping[str, str] | None = None
) -> dict[Build, str]:
    """Install a requirement file for both builds; return the folder for PYTHONPATH by build.

    Relative paths in the file are relative to the working directory, as with pip. InterpreterError
    names the file, the build and uv's last words.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise InterpreterError(f"{file}: {error.strerror or error}") from None
    made = {}
    for build, one in ((Build.GIL, pair.gil), (Build.FREE_THREADED, pair.ft)):
        key = hashlib.sha256(text + one.facts.binary_sha256.encode()).hexdigest()[:24]
        folder = platformdirs.user_cache_path("ftguide") / "requirements" / key
        folder.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder.with_suffix(".lock")):
            if not folder.exists():
                _install(file, build, one, folder, os.environ if environ is None else environ)
        made[build] = str(folder)
    return made


def _install(
    file: Path, build: Build, one: Interpreter, folder: Path, environ: Mapping[str, str]
) -> None:
    """Install beside the final folder and rename, so that a folder that exists is whole."""
    staging = folder.with_suffix(f".{os.getpid()}")
    command = [
        *(uv.find_uv_bin(), "pip", "install", "--quiet", "--python", one.executable),
        *("--target", str(staging), "--requirements", str(file)),
    ]
    clean = {name: value for name, value in environ.items() if name != "VIRTUAL_ENV"}
    try:
        done = subprocess.run(
            command,
            env=clean | {"UV_NO_PROGRESS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            said = "\n".join(done.stderr.strip().splitlines()[-TAIL_LINES:])
            raise InterpreterError(
                f"{file}: cannot be installed for the {build.words} build ({one.facts.version}):\n{said}"
            )
        staging.mkdir(exist_ok=True)  # an empty requirement file installs nothing
        staging.rename(folder)
    except subprocess.TimeoutExpired:
        raise InterpreterError(
            f"{file}: installing it for the {build.words} build took more than "
            f"{INSTALL_SECONDS / 60:.0f} minutes; stopped"
        ) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
