"""What a package's message becomes before it is stored: no folder of this machine is left in it."""

import sys
import venv
from pathlib import Path

import pytest

from ftguide.tracker.observe.artifacts import Distribution, site_packages_of
from ftguide.tracker.observe.ask import ask_import
from ftguide.tracker.observe.install import Installed
from ftguide.tracker.record.findings import Claim
from ftguide.tracker.record.model import Artifact


@pytest.fixture
def room(tmp_path):
    """Make an environment whose module fails with messages that name three folders."""
    folder = tmp_path / "some-1.0" / "venv"
    venv.create(folder, symlinks=True)
    (site_packages,) = site_packages_of(folder)
    (site_packages / "some.py").write_text(
        "import numbers, sys\n"
        "raise ImportError(f'{numbers.__file__} {__file__} {sys.prefix} {sys.base_prefix}')\n"
    )
    return Installed(
        python=str(folder / "bin" / "python"),
        site_packages=site_packages,
        package=Distribution(
            name="some", version="1.0", files=frozenset(), claim=Claim(classifiers=())
        ),
        others=(),
        artifact=Artifact(file="some.whl", sha256="0" * 64),
    )


def test_messages_keep_no_folder_of_this_machine(room, tmp_path):
    error = ask_import(room, "some").error
    assert "<prefix>/lib/" in error
    assert "<site-packages>/some.py" in error
    assert "<folder>/venv" in error
    for place in (str(tmp_path), sys.base_prefix, str(Path(sys.executable).resolve().parent)):
        assert place not in error
