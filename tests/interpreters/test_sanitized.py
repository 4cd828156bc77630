"""Sanitizer builds: made once, whole or absent, and never mistaken for an interpreter to measure."""

import io
import lzma
import tarfile

import pytest

from ftguide.ground.files import sha256
from ftguide.interpreters import provide as providing
from ftguide.interpreters import sanitized, sources
from ftguide.interpreters.model import InterpreterError, Sanitizer
from tests.interpreters.conftest import LINE, Machine, script

CLANG = """\
case "$1" in --version) echo "clang version 99.1.0"; exit 0 ;; esac
while test $# -gt 0; do if test "$1" = -o; then out="$2"; fi; shift; done
printf '#!/bin/sh\\n%s\\n' "$FAKE_EMPTY" > "$out"; chmod +x "$out"
"""
KEY = f"{LINE}.1-sanitize-thread-clang-99.1.0"


@pytest.fixture
def workshop(machine: Machine) -> Machine:
    """Put a clang on the machine, and a tarball whose interpreter says that it is instrumented."""
    script(machine.bin / "clang-30", CLANG)
    packed = io.BytesIO()
    with tarfile.open(machine.tarball) as old, tarfile.open(fileobj=packed, mode="w") as new:
        for member in old:
            text = old.extractfile(member).read()
            text = text.replace(b'"--disable-gil"]', b'"--disable-gil", "--with-thread-sanitizer"]')
            member.size = len(text)
            new.addfile(member, io.BytesIO(text))
    machine.tarball.write_bytes(lzma.compress(packed.getvalue(), preset=0))
    machine.release = sources.Release(f"{LINE}.1", sha256(machine.tarball))
    machine.network.files[machine.pool_url] = machine.tarball
    return machine


def provide(machine: Machine, sanitizer: Sanitizer = Sanitizer.THREAD, **changed: object):
    return sanitized.provide(sanitizer, LINE, say=machine.say, means=machine.means(**changed))


@pytest.mark.slow
def test_it_is_built_once(workshop: Machine):
    first = provide(workshop)
    assert first.executable == workshop.shelf.root / KEY / "thread" / "bin" / f"python{LINE}t"
    assert first.executable.exists()
    assert first.compiler == ("clang-30",)
    words = workshop.diary.read_text().split()
    assert {"--disable-gil", "--with-thread-sanitizer"} <= set(words)
    assert provide(workshop).marker == first.marker
    assert len(workshop.builds()) == 1
    assert workshop.told("built here earlier")
    assert list(workshop.shelf.root.glob(".work-*")) == []


def test_nothing_that_measures_finds_it(workshop: Machine):
    provide(workshop)
    assert workshop.shelf.candidates(LINE) == []
    found = providing.find(LINE, say=workshop.say, means=workshop.means())
    assert found == []


@pytest.mark.slow
def test_another_setting_or_a_broken_one_is_built_again(workshop: Machine):
    tree = provide(workshop).executable.parents[1]
    (tree / sanitized.Instrumented.FILE).write_text("{")
    provide(workshop)
    assert len(workshop.builds()) == 2
    script(tree / "bin" / f"python{LINE}t", "exit 9")
    provide(workshop)
    assert len(workshop.builds()) == 3
    assert workshop.told("building again")


def test_an_interpreter_without_its_sanitizer_is_refused(workshop: Machine):
    with pytest.raises(InterpreterError, match="a build without --with-address-sanitizer"):
        provide(workshop, Sanitizer.ADDRESS)
    assert not (workshop.shelf.root / KEY.replace("thread", "address") / "address").exists()


def test_a_build_that_fails_leaves_nothing_but_its_log(workshop: Machine):
    workshop.environ["FAKE_FAIL"] = "ft"
    with pytest.raises(InterpreterError, match="no such luck"):
        provide(workshop)
    assert [path.name for path in (workshop.shelf.root / KEY).iterdir()] == ["thread.log"]
    del workshop.environ["FAKE_FAIL"]
    assert provide(workshop).executable.exists()


def test_a_system_where_the_sanitizer_cannot_run(workshop: Machine):
    workshop.environ["FAKE_EMPTY"] = "echo FATAL: unexpected memory mapping >&2; exit 66"
    with pytest.raises(InterpreterError, match="mmap_rnd_bits"):
        provide(workshop)
    assert not workshop.diary.exists()


def test_no_clang(machine: Machine):
    machine.environ["PATH"] = str(machine.bin)
    with pytest.raises(InterpreterError, match="apt-get install clang"):
        provide(machine)


def test_a_cc_that_is_no_clang(workshop: Machine):
    script(workshop.bin / "gcc", 'echo "gcc (Debian) 12.2.0"')
    workshop.environ["CC"] = "gcc"
    with pytest.raises(InterpreterError, match="unset CC"):
        provide(workshop)
