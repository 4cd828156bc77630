"""The fingerprint of code changes with what is executed, and with nothing else."""

import pytest

from ftguide.ground.sources import fingerprint

MODULES = {
    "made/__init__.py": "",
    "made/top.py": '"""Top."""\n\nfrom made import below\nfrom made.apart import file\n\n'
    "X = below.one()  # why\n",
    "made/below.py": 'def one() -> int:\n    """Return one."""\n    return 1\n',
    "made/apart.py": "file = 1\n",
}


def write(root, **changes):
    for name, text in (MODULES | changes).items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return root


def of(root, **options):
    return fingerprint.__wrapped__("made.top", root=root, **options)


@pytest.mark.parametrize(
    ("name", "text", "same"),
    [
        ("made/below.py", 'def one() -> int:\n    """Say one."""\n\n    return 1  # no\n', True),
        ("made/below.py", 'def one() -> int:\n    """Return one."""\n    return 2\n', False),
        ("made/below.py", 'def one() -> int:\n    return "# no comment"\n', False),
        (
            "made/top.py",
            "from made import below\nfrom made.apart import file\nX = below.one()\n",
            True,
        ),
        ("made/apart.py", "file = 2\n", False),
    ],
)
def test_it_covers_what_is_executed(tmp_path, name, text, same):
    before = of(write(tmp_path))
    assert (of(write(tmp_path, **{name: text})) == before) is same


def test_what_is_apart_does_not_count(tmp_path):
    before = of(write(tmp_path), apart=("made.apart",))
    assert of(write(tmp_path, **{"made/apart.py": "file = 2\n"}), apart=("made.apart",)) == before
    assert of(write(tmp_path), apart=()) != before


def test_a_module_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        fingerprint("made.nothing", root=write(tmp_path))
