"""Wheels of strangers: names, archives and RECORDs that try something."""

import stat
import zipfile
from pathlib import Path

import pytest

from ftguide.tracker.observe import artifacts
from ftguide.tracker.record.model import WHEEL_LINES, CompatError

LINUX = "manylinux_2_17_x86_64"


@pytest.mark.parametrize(
    ("file", "abi", "lines", "platforms"),
    [
        (f"lxml-6.1.3-cp314-cp314t-{LINUX}.whl", "cp314t", ("3.14t",), ("manylinux_x86_64",)),
        (f"x-1-cp313-cp313t-{LINUX}.whl", "cp313t", ("3.13t",), ("manylinux_x86_64",)),
        (f"x-1-cp314-cp314-{LINUX}.whl", "cp314", (), ("manylinux_x86_64",)),
        (f"x-1-cp39-abi3-{LINUX}.whl", "abi3", (), ("manylinux_x86_64",)),
        (f"x-1-cp315-abi3.abi3t-{LINUX}.whl", "abi3t", ("3.15t",), ("manylinux_x86_64",)),
        (f"x-1-cp310-abi3t-{LINUX}.whl", "abi3t", (), ("manylinux_x86_64",)),
        ("x-1-py3-none-win_amd64.whl", "none", WHEEL_LINES, ("win_amd64",)),
        ("x-1-cp314-none-musllinux_1_2_aarch64.whl", "none", ("3.14t",), ("musllinux_aarch64",)),
        (
            "x-1-cp314-cp314t-macosx_10_13_universal2.whl",
            "cp314t",
            ("3.14t",),
            ("macosx_arm64", "macosx_x86_64"),
        ),
        ("x-1-py2.py3-none-any.whl", "none", WHEEL_LINES, artifacts.ALL_PLATFORMS),
        ("x-1-py2-none-any.whl", "none", (), artifacts.ALL_PLATFORMS),
        ("x-1-cp314-cp314t-ios_13_0_arm64_iphoneos.whl", "cp314t", ("3.14t",), ()),
    ],
)
def test_a_name_says_where_a_wheel_installs(file, abi, lines, platforms):
    found = artifacts.read_name(file, WHEEL_LINES)
    assert found is not None
    assert (found.abi, found.lines, found.platforms) == (abi, lines, platforms)


@pytest.mark.parametrize(
    "file",
    [
        "x-1.tar.gz",
        "x.whl",
        "x-1-cp314.whl",
        "../x-1-py3-none-any.whl",
        "x-notaversion-py3-none-any.whl",
    ],
)
def test_what_is_no_wheel_is_none(file):
    assert artifacts.read_name(file, WHEEL_LINES) is None


@pytest.mark.parametrize(
    ("file", "module", "test"),
    [
        ("lxml/etree.cpython-314t-x86_64-linux-gnu.so", "lxml.etree", False),
        ("_cffi_backend.cpython-314t-x86_64-linux-gnu.so", "_cffi_backend", False),
        ("cryptography/hazmat/bindings/_rust.abi3.so", "cryptography.hazmat.bindings._rust", False),
        ("numpy/_core/_umath_tests.cpython-314t.so", "numpy._core._umath_tests", True),
        ("greenlet/tests/_test_extension.so", "greenlet.tests._test_extension", True),
        ("PIL/_imaging.pyd", "PIL._imaging", False),
        ("x/_contest.so", "x._contest", False),
    ],
)
def test_a_file_says_which_module_it_holds(file, module, test):
    assert artifacts.module_of(file) == module
    assert artifacts.for_tests(module) is test


def archive(folder: Path, members: dict[str, bytes], *, link: str = "") -> Path:
    path = folder / "evil-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as stream:
        for name, data in members.items():
            stream.writestr(name, data)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            stream.writestr(entry, "/etc/passwd")
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.py",
        "/etc/cron.d/evil",
        "x/../../evil.py",
        "C:evil.py",
        "..\\evil.py",
        "x\x07.py",
    ],
)
def test_members_that_leave_the_environment_are_refused(tmp_path, name):
    path = archive(tmp_path, {"good.py": b"", name: b"print('hello')"})
    with pytest.raises(CompatError, match=r"evil-1\.0-py3-none-any\.whl: member .*; not probed"):
        artifacts.check_archive(path)


def test_a_symbolic_link_is_refused(tmp_path):
    with pytest.raises(CompatError, match="member 'x/link' is a symbolic link"):
        artifacts.check_archive(archive(tmp_path, {}, link="x/link"))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = archive(tmp_path, {f"zeros{n}": bytes(20_000_000) for n in range(3)})
    assert path.stat().st_size < 100_000
    with pytest.raises(CompatError, match="unpack to 60000000, which is a zip bomb"):
        artifacts.check_archive(path)


def test_huge_files_and_many_files_are_refused(tmp_path, monkeypatch):
    path = archive(tmp_path, {f"m{n}.py": b"" for n in range(20)})
    monkeypatch.setattr(artifacts, "MAX_MEMBERS", 10)
    with pytest.raises(CompatError, match="20 files, more than any real wheel"):
        artifacts.check_archive(path)
    monkeypatch.setattr(artifacts, "MAX_WHEEL_BYTES", 100)
    with pytest.raises(CompatError, match="more than a wheel may have here"):
        artifacts.check_archive(path)


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x03\x04" + bytes(40)])
def test_what_is_no_archive_is_refused(tmp_path, data):
    path = tmp_path / "evil-1.0-py3-none-any.whl"
    path.write_bytes(data)
    with pytest.raises(CompatError, match="not a readable wheel"):
        artifacts.check_archive(path)


def dist_info(site: Path, record: str, metadata: str = "Name: Evil\nVersion: 1.0\n") -> Path:
    folder = site / "evil-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(metadata)
    (folder / "RECORD").write_text(record)
    return folder


def test_a_record_owns_nothing_outside(tmp_path):
    dist_info(tmp_path, "evil/core.so,,\n../../bin/evil,,\n/usr/lib/x.so,,\nevil\\x.so,,\n")
    found = artifacts.installed(tmp_path)["evil"]
    assert found.files == {"evil/core.so"}
    assert artifacts.extension_files(found) == ["evil/core.so"]


def test_claims_are_cut_to_text_about_free_threading(tmp_path):
    classifier = "Classifier: Programming Language :: Python :: Free Threading :: 3 - Stable"
    script = "Classifier: X :: Free Threading <script>" + "x" * 5000
    dist_info(tmp_path, "", f"Name: Evil\nVersion: 1\n{classifier}\n{script}\nClassifier: Other\n")
    claim = artifacts.installed(tmp_path)["evil"].claim
    assert len(claim.classifiers) == 2
    assert all(len(text) <= 200 for text in claim.classifiers)


def test_metadata_that_is_a_link_or_huge_is_refused(tmp_path, monkeypatch):
    folder = dist_info(tmp_path, "")
    monkeypatch.setattr(artifacts, "MAX_RECORD_BYTES", 10)
    (folder / "RECORD").write_text("x" * 11)
    with pytest.raises(CompatError, match=r"evil-1\.0\.dist-info/RECORD: a link or too large"):
        artifacts.installed(tmp_path)
    (folder / "RECORD").unlink()
    with pytest.raises(CompatError, match="No such file"):
        artifacts.installed(tmp_path)
    (folder / "METADATA").unlink()
    (folder / "METADATA").symlink_to("/etc/passwd")
    with pytest.raises(CompatError, match="METADATA: a link or too large"):
        artifacts.installed(tmp_path)


def test_submodules_come_from_the_record_without_running_anything(tmp_path):
    dist_info(
        tmp_path,
        "".join(
            f"{file},,\n"
            for file in (
                *("evil/__init__.py", "evil/b.py", "evil/a/__init__.py", "evil/a/c.py"),
                *(
                    "evil/tests/test_x.py",
                    "evil/__main__.py",
                    "evil/not-a-name.py",
                    "evil/data.txt",
                ),
            )
        ),
    )
    found = artifacts.installed(tmp_path)["evil"]
    assert artifacts.submodules(found, ["evil._core", "evil.tests._t"]) == [
        *("evil", "evil._core", "evil.a", "evil.a.c", "evil.b"),
    ]
