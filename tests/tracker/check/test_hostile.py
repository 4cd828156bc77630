"""Files that are made to hurt: numbers without end, deep nesting, repetition; one line each, and at once.

What once took minutes or ended in a traceback; a reader that does it again meets the time limit of pytest.
"""

import json
import re

import pytest

from ftguide.tracker.check import requirements
from ftguide.tracker.check.check import check
from ftguide.tracker.check.dependency import DependencyError, Selection
from ftguide.tracker.check.files import read
from ftguide.tracker.observe import artifacts
from tests.tracker.check.conftest import TARGET
from tests.tracker.check.test_mutated import TODAY

#: More than Python converts.
DIGITS = "9" * 5000
TAGS = ".".join(f"x{number}" for number in range(30))
LOCK = '[[package]]\nname = "a"\nversion = "1"\n'
POETRY = "[metadata]\nlock-version = '2.1'\n"
DEEP = "(" * 1900 + 'os_name == "x"' + ")" * 1900


def save(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("r.txt", f"a=={DIGITS}\n", "line 1: 'a==999"),
        ("r.txt", f"\na>={DIGITS}\n", "line 2: 'a>=999"),
        ("r.txt", f'a ; python_version >= "{DIGITS}"\n', "a number of more than 1000 digits"),
        ("r.txt", f"./a-{DIGITS}.tar.gz\n", "a number of more than 1000 digits"),
        ("r.txt", f"-e ./{DIGITS}\n", "a number of more than 1000 digits"),
        ("r.txt", "a" * 30_000_000, "has more than 20000 characters"),
        ("r.txt", f"a ; {DEEP}\n", "is not a requirement (maximum recursion depth"),
        ("r.txt", "a\n" * 1001, "line 1: a is named more than 1000 times; name it once"),
        ("r.txt", "-c c.txt\na\n", "c.txt, line 1001: a has more than 1000 constraints"),
        (
            "pyproject.toml",
            f'[tool.poetry.dependencies]\na = "^{DIGITS}"\n',
            "dependencies.a: '^999",
        ),
        (
            "pyproject.toml",
            f"[tool.poetry.dependencies]\na = {{ version = '*', markers = '{DEEP}' }}\n",
            "dependencies.a: '((((",
        ),
        ("uv.lock", LOCK.replace('"1"', f'"{DIGITS}"'), "package[0] (a): '999"),
        (
            "uv.lock",
            f"{LOCK}dependencies = [{{ name = 'a', marker = '{DEEP}' }}]\n"
            "source = { virtual = '.' }\n",
            "uv.lock: '((((",
        ),
        ("uv.lock", f"version = {DIGITS}\n", "not TOML (Exceeds the limit"),
        ("poetry.lock", LOCK + f"markers = '{DEEP}'\n{POETRY}", "package[0] (a): '((((("),
        (
            "Pipfile.lock",
            json.dumps({"default": {"a": {"version": f"=={DIGITS}"}}}),
            "default.a: '999",
        ),
        ("Pipfile.lock", f'{{"default": {DIGITS}}}', "not JSON (Exceeds the limit"),
        (
            "pylock.toml",
            "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'\n"
            f"marker = '{DEEP}'\ndirectory = {{ path = '.' }}\n",
            "packages[0].marker: '(((",
        ),
        ("s.py", "# /// script\n#\n" * 200_000, "without a `# /// script` header"),
        (
            "s.py",
            f"# /// script\n# dependencies = [{DIGITS}]\n# ///\n",
            "header: not TOML (Exceeds",
        ),
        ("s.py", f"# /// script\n# dependencies = {'[' * 3000}\n# ///\n", "header: not TOML"),
    ],
)
def test_one_line_that_names_the_place(tmp_path, name, text, says):
    save(tmp_path, "c.txt", "".join(f"a>={number}\n" for number in range(3000)))
    with pytest.raises(DependencyError, match=re.escape(says)) as caught:
        read(save(tmp_path, name, text), TARGET, Selection())
    assert str(tmp_path) in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 1000


@pytest.mark.parametrize(
    "text",
    [
        LOCK + f'wheels = [{{ url = "a-1-{TAGS}-{TAGS}-{TAGS}.whl" }}]\n',
        LOCK
        + f'wheels = [{{ url = "a-{DIGITS}-py3-none-any.whl" }}, {{ url = "a-{DIGITS}.zip" }}]\n',
        LOCK + f"python-versions = '>={DIGITS}'\n{POETRY}",
    ],
)
def test_what_a_lock_may_say_and_nobody_can_use(tmp_path, text):
    name = "poetry.lock" if POETRY in text else "uv.lock"
    report = check(read(save(tmp_path, name, text), TARGET, Selection()), {}, TARGET, today=TODAY)
    assert [one.dependency.name for one in report.checked] == ["a"]


def test_the_marker_of_a_lock_with_many_conflicts_is_read(tmp_path):
    marker = (
        " or ".join(f"python_full_version == '3.{n}'" for n in range(4000))
        + " or os_name == 'posix'"
    )
    assert len(marker) > 100_000
    text = f'{LOCK}[[package]]\nname = "b"\nversion = "1"\nsource = {{ virtual = "." }}\n'
    path = save(
        tmp_path, "uv.lock", f'{text}dependencies = [{{ name = "a", marker = "{marker}" }}]\n'
    )
    assert [one.name for one in read(path, TARGET, Selection()).dependencies] == ["a"]


def test_tags_that_multiply_are_no_name_of_a_wheel():
    wheel = "a-1-cp313.cp314-cp313t.cp314t-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    assert artifacts.read_name(wheel, ("3.14t",)).lines == ("3.14t",)
    assert artifacts.read_name(f"a-1-{TAGS}-{TAGS}-{TAGS}.whl", ("3.14t",)) is None
    assert artifacts.read_name(f"{'a' * 240}-1-py3-none-any.whl", ("3.14t",)) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.txt", "{0}\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n{0}"),
        ("pyproject.toml", '[project]\ndependencies = [\n"a", "b", "c", "d"\n]\n'),
    ],
)
def test_a_list_with_more_requirements_than_a_project_has(tmp_path, monkeypatch, name, text):
    monkeypatch.setattr(requirements, "MAX_REQUIREMENTS", 3)
    path = save(tmp_path, name, text.format("\n".join(f" p{number}" for number in range(4))))
    with pytest.raises(DependencyError, match="more than 3 requirements"):
        read(path, TARGET, Selection())
    monkeypatch.setattr(requirements, "MAX_REQUIREMENTS", 4)
    assert len(read(path, TARGET, Selection()).dependencies) == 4


def test_names_of_tables_steer_no_terminal_and_are_cut(tmp_path):
    long = "x" * 70_000
    text = f'[project]\nname = "x"\n[dependency-groups]\n"a\\u001b[2Jb" = ["c"]\n{long} = ["d"]\n'
    path = save(tmp_path, "pyproject.toml", text)
    listing = read(path, TARGET, Selection())
    about = [one.about for one in listing.remarks]
    assert about == ["'a\\x1b[2Jb'", f"'{'x' * 76}…"]
    with pytest.raises(DependencyError, match="nothing is called that; there are 'a") as caught:
        read(path, TARGET, Selection(groups=frozenset({"dev"})))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["# /// script", "# dependencies = ['a']", "# ///"], ["a"]),
        (["x = 1", "# /// script", "#", "# dependencies = ['a']", "# ///", "# more", "y"], ["a"]),
        (["# /// script", "", "# /// script", "# dependencies = ['b']", "# ///"], ["b"]),
        (["# /// script", "# a = '''", "# ///", "# '''", "# dependencies = ['c']", "# ///"], ["c"]),
        (["# /// other", "# dependencies = ['d']", "# ///"], None),
        (["# /// script", "# dependencies = ['d']", "#x", "# ///"], None),
    ],
)
def test_the_header_of_a_script_is_the_one_of_the_standard(tmp_path, lines, found):
    for ends in ("\n", "\r\n"):
        path = tmp_path / "s.py"
        path.write_bytes(ends.join([*lines, ""]).encode())
        if found is None:
            with pytest.raises(DependencyError, match="without a `# /// script` header"):
                read(path, TARGET, Selection())
        else:
            assert [one.name for one in read(path, TARGET, Selection()).dependencies] == found
