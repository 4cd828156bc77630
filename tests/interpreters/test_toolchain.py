"""A build says beforehand what it needs and what it will lack."""

from pathlib import Path

import pytest

from ftguide.interpreters import toolchain
from ftguide.interpreters.model import InterpreterError
from ftguide.interpreters.toolchain import Compiler, find_compiler, missing_libraries, missing_line
from tests.interpreters.conftest import script

GCC = "echo 'gcc (Debian 12.2.0-14+deb12u1) 12.2.0'"
CLANG = "echo 'Apple clang version 17.0.0 (clang-1700.0.13.5)'"
#: A compiler that has all headers but two; builtins only, PATH is empty of anything else.
PARTIAL = """\
while read line; do case "$line" in *"<zlib.h>"|*"<openssl/ssl.h>") exit 1 ;; esac; done; exit 0"""


def environ(tmp_path: Path, **programs: str) -> dict[str, str]:
    for name, body in programs.items():
        script(tmp_path / "bin" / name.replace("_", "-"), body)
    return {"PATH": str(tmp_path / "bin")}


def test_the_compiler_is_configures_choice(tmp_path: Path):
    found = find_compiler(environ(tmp_path, gcc=GCC, clang=CLANG, make=":"))
    assert found == Compiler(command=("gcc",), name="gcc-12.2.0")


def test_cc_names_another_and_its_flags_another_folder(tmp_path: Path):
    around = environ(tmp_path, gcc=GCC, clang=CLANG, make=":")
    plain = find_compiler({**around, "CC": "clang"})
    assert plain == Compiler(command=("clang",), name="clang-17.0.0")
    flagged = find_compiler({**around, "CC": "clang -m64", "CFLAGS": "-O1"})
    assert flagged.command == ("clang", "-m64")
    assert flagged.name.startswith("clang-17.0.0-")


@pytest.mark.parametrize(
    "programs", [{"gcc": GCC}, {"make": ":"}, {}, {"gcc": "exit 1", "make": ":"}]
)
def test_without_compiler_or_make_the_error_says_what_brings_them(tmp_path: Path, programs):
    with pytest.raises(InterpreterError, match="apt-get install gcc make"):
        find_compiler(environ(tmp_path, apt_get=":", **programs))


def test_missing_headers_are_found_by_compiling(tmp_path: Path):
    around = environ(tmp_path, gcc=PARTIAL)
    gcc = Compiler(command=("gcc",), name="gcc-12.2.0")
    missing = missing_libraries(gcc, "3.14", around)
    assert [library.name for library in missing] == ["zlib", "OpenSSL"]


def test_what_pkg_config_knows_is_not_missing(tmp_path: Path):
    around = environ(tmp_path, gcc="exit 1", pkg_config='test "$2" = zlib || test "$2" = libzstd')
    gcc = Compiler(command=("gcc",), name="gcc-12.2.0")
    missing = [library.name for library in missing_libraries(gcc, "3.14", around)]
    assert missing == ["OpenSSL", "libffi", "SQLite", "bzip2", "liblzma"]


def test_zstandard_is_wanted_since_3_14(tmp_path: Path):
    around = environ(tmp_path, gcc="exit 1")
    gcc = Compiler(command=("gcc",), name="gcc-12.2.0")
    names = {
        line: {library.name for library in missing_libraries(gcc, line, around)}
        for line in ("3.13", "3.14")
    }
    assert names["3.14"] - names["3.13"] == {"Zstandard"}


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt_get", "`apt-get install zlib1g-dev libssl-dev`"),
        ("dnf", "`dnf install zlib-devel openssl-devel`"),
        ("brew", "`brew install zlib openssl@3`"),
    ],
)
def test_one_line_says_what_will_be_missing_and_what_brings_it(tmp_path, manager, command):
    line = missing_line(toolchain.LIBRARIES[:2], environ(tmp_path, **{manager: ":"}))
    assert "zlib, OpenSSL" in line
    assert "will lack zlib, gzip, ssl" in line
    assert line.count("install") == 1
    assert command in line
    assert "\n" not in line


def test_without_a_known_manager_all_three_are_said(tmp_path: Path):
    line = missing_line(toolchain.LIBRARIES[:1], {"PATH": str(tmp_path)})
    assert all(word in line for word in ("zlib1g-dev", "zlib-devel", "brew install zlib"))


def test_nothing_missing_is_no_line():
    assert missing_line((), {}) == ""
