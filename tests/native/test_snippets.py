"""The snippets of the native pages compile without a warning and do what the pages say, on both builds."""

import json
import os
import shutil
import subprocess

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Build

SNIPPETS = ROOT / "examples" / "snippets-native"
FLAGS = ("-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared")
PATHS = """
import json, sysconfig
print(json.dumps([sysconfig.get_paths()["include"], sysconfig.get_config_var("EXT_SUFFIX")]))
"""


@pytest.mark.interpreters
@pytest.mark.parametrize("build", list(Build))
def test_snippets_run(build, executables, tmp_path):
    compiler = next((name for name in ("gcc", "cc", "clang") if shutil.which(name)), None)
    if compiler is None:
        pytest.skip("no C compiler on PATH")
    python = executables[build]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    asked = subprocess.run(
        [python, "-c", PATHS], capture_output=True, text=True, check=True, env=environ
    )
    include, suffix = json.loads(asked.stdout)
    for source in sorted(SNIPPETS.glob("*.c")):
        command = [
            compiler,
            *FLAGS,
            f"-I{include}",
            str(source),
            "-o",
            tmp_path / f"{source.stem}{suffix}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    done = subprocess.run(
        [python, str(SNIPPETS / "exercise.py")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{build.words}: all is well with late imported last\n"
