"""What an interpreter says about itself is true, complete and names nobody."""

import ast
import getpass
import json
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

import msgspec
import pytest

from ftguide.ground.vocabulary import Build
from ftguide.interpreters.discover import WrongPythonError, inspect
from ftguide.interpreters.model import Facts, Pair
from ftguide.target import inspect_target

SCRIPT = Path(inspect_target.__file__)


@pytest.fixture
def variables(monkeypatch):
    """Set sysconfig's variables for one test."""

    def set_variables(**values: object) -> None:
        monkeypatch.setattr(sysconfig, "get_config_var", values.get)

    return set_variables


def test_it_is_readable_for_python_3_6():
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_arguments_are_sorted_and_hold_no_path(variables):
    variables(
        CONFIG_ARGS="'--prefix=/home/jo/py' '--with-lto=thin' '--enable-optimizations' 'CC=gcc-12' "
        "'CXX=/opt/x/g++' 'LDFLAGS=-L../lib -Wl,-rpath,/home/jo/lib -O1' '--build=x86_64-linux-gnu'"
        r" '--with-openssl=C:\ssl' '--exec-prefix=relative/dir'"
    )
    assert inspect_target.configure_arguments() == [
        "--build=x86_64-linux-gnu",
        "--enable-optimizations",
        "--exec-prefix=<path>",
        "--prefix=<path>",
        "--with-lto=thin",
        "--with-openssl=<path>",
        "CC=gcc-12",
        "CXX=<path>",
        "LDFLAGS=-L<path> -Wl,-rpath,<path> -O1",
    ]


def test_flags_are_those_that_matter_without_places(variables):
    variables(
        PY_CFLAGS="-Wall -O2 -g -I/usr/include -DNDEBUG -fdebug-prefix-map=/build/x=. -fwrapv -O3",
        PY_CFLAGS_NODIST="-flto=auto -fprofile-use=/home/jo/code.profclangd -fno-omit-frame-pointer "
        "-ffile-prefix-map=/a=b -fvisibility=hidden -march=native -std=c11 -O3",
    )
    assert inspect_target.compiler_flags() == [
        *("-O2", "-g", "-DNDEBUG", "-fwrapv", "-flto=auto", "-fprofile-use"),
        *("-fno-omit-frame-pointer", "-march=native", "-O3"),
    ]


@pytest.mark.parametrize(
    ("arguments", "flags", "linked", "expected"),
    [
        ([], ["-O3"], "", (False, False)),
        (["--enable-optimizations", "--with-lto"], ["-O3"], "", (True, True)),
        (["--with-lto=no"], ["-O3"], "", (False, False)),
        ([], ["-O3", "-fprofile-use"], "-flto=thin", (True, True)),
        ([], ["-fprofile-instr-use"], "", (True, False)),
        ([], ["-fprofile-generate"], "", (False, False)),
    ],
)
def test_optimisations_are_read_from_arguments_and_flags(
    variables, arguments, flags, linked, expected
):
    variables(PY_CORE_LDFLAGS=linked)
    assert inspect_target.optimisations(arguments, flags) == expected


def test_names_are_scrubbed(monkeypatch):
    monkeypatch.setattr(inspect_target, "private_words", lambda: ["buildbox", "jo"])
    text = "3.14.7 (heads/jo/fix:1a2b, Nov 1 2026) [GCC from buildbox at /home/jo/gcc] jolly"
    scrubbed = inspect_target.scrub(text, inspect_target.ABSOLUTE)
    assert scrubbed == (
        "3.14.7 (heads/<name>/fix:1a2b, Nov 1 2026) [GCC from <name> at <path> jolly"
    )


def test_the_words_to_hide_are_the_hosts_and_the_users():
    words = inspect_target.private_words()
    assert platform.node() in words
    assert getpass.getuser() in words


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="the tools run on a Python with two builds")
def test_an_older_python_says_politely_which_it_is():
    version = platform.python_version()
    with pytest.raises(WrongPythonError, match=rf"is CPython {version}; .*3\.13 or later"):
        inspect(sys.executable)


@pytest.mark.interpreters
def test_real_facts_hold_no_path_host_or_user(pair: Pair):
    for one in (pair.gil, pair.ft):
        text = msgspec.json.encode(one.facts).decode()
        strings = list(_strings(json.loads(text)))
        assert strings
        for word in (platform.node(), str(Path.home()), str(Path(one.executable).parents[1])):
            assert not any(word in string for string in strings), word
        # The user may be called like a part of something innocent; as a word it must not appear.
        assert not any(getpass.getuser() in string.split() for string in strings)
        assert not any("/" in string or "\\" in string for string in strings), strings


@pytest.mark.interpreters
def test_real_facts_are_true(pair: Pair):
    for build, one in ((Build.GIL, pair.gil), (Build.FREE_THREADED, pair.ft)):
        code = "import sys, _json; print(sys._is_gil_enabled(), sys.version.split()[0])"
        done = subprocess.run(
            [one.executable, "-I", "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        gil, version = done.stdout.split()
        assert one.facts.build is build
        assert one.facts.version == version == pair.version
        assert str(one.facts.gil_enabled_at_start) == gil
        assert {"_json", "math", "_thread", "zlib"} <= set(one.facts.extension_modules)
        assert list(one.facts.configure_arguments) == sorted(one.facts.configure_arguments)
        assert not any("test" in name for name in one.facts.extension_modules)
    assert pair.ft.facts.binary_sha256 != pair.gil.facts.binary_sha256


@pytest.mark.interpreters
def test_chatter_of_modules_stays_inside(pair: Pair, tmp_path: Path):
    """Nothing but one line of JSON, whatever the environment asks for."""
    done = subprocess.run(
        [pair.gil.executable, "-I", "-W", "default", str(SCRIPT)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.stderr == ""
    assert len(done.stdout.strip().splitlines()) == 1
    msgspec.convert(json.loads(done.stdout)["facts"], Facts)


def _strings(value: object):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
