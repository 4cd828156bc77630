"""A page of an index, sorted into releases by the names of its files."""

import pytest

from ftguide.tracker.check.dependency import Dependency
from ftguide.tracker.check.offers import file_for, releases, taken
from ftguide.tracker.check.target import Target
from ftguide.tracker.observe.index import IndexFile, IndexPage
from tests.tracker.check.conftest import TARGET

THREADED = "thing-2.0-cp314-cp314t-manylinux_2_28_x86_64.whl"
PURE = "thing-2.0-py3-none-any.whl"


def sort(*files, name="thing"):
    made = [
        file if isinstance(file, IndexFile) else IndexFile(filename=file, url="") for file in files
    ]
    return releases(name, IndexPage(name=name, files=tuple(made)))


def test_files_are_sorted_into_releases_newest_first():
    found = sort("thing-1.0.tar.gz", PURE, "thing-10.0-py3-none-any.whl", THREADED, "thing-2.0.zip")
    assert [(str(one.version), one.wheels, one.sdist) for one in found] == [
        ("10.0", ("thing-10.0-py3-none-any.whl",), False),
        ("2.0", (THREADED, PURE), True),
        ("1.0", (), True),
    ]


def test_spellings_of_a_version_are_one_release():
    (found,) = sort("thing-2.tar.gz", PURE, "thing-2.0.0-py3-none-win_amd64.whl")
    assert len(found.wheels) == 2
    assert found.sdist


@pytest.mark.parametrize(
    "stray",
    [
        "other-9.0-py3-none-any.whl",
        "thing-moon-py3-none-any.whl",
        "thing-9.0.exe",
        "thing-9.0.tar.gz.asc",
        "thing.whl",
        "thing-9.whl",
        "<script>-9.0.tar.gz",
        "",
    ],
)
def test_what_is_no_file_of_the_package_is_left_out_wherever_it_stands(stray):
    for files in ((stray, PURE), (PURE, stray)):
        assert [one.wheels for one in sort(*files)] == [(PURE,)]


def test_names_are_compared_normalised():
    assert len(sort("My_Thing-1.0-py3-none-any.whl", "my.thing-2.0.tar.gz", name="my-thing")) == 2


def test_a_release_is_withdrawn_when_all_its_files_are():
    def withdrawn(*states):
        files = [
            IndexFile(filename=f"thing-1.0-{n}-py3-none-any.whl", url="", yanked=state)
            for n, state in enumerate(states)
        ]
        return sort(*files)[0].yanked

    assert withdrawn(True, "broken")
    assert not withdrawn(True, False)
    assert withdrawn("")  # PEP 592: a reason, and be it empty
    assert not withdrawn(False)


def test_what_a_release_says_about_pythons():
    (one,) = sort(IndexFile(filename=PURE, url="", requires_python=">=3.9,<3.14"))
    assert one.requires_python == ">=3.9,<3.14"
    dependency = Dependency(name="thing", where="")
    assert taken((one,), dependency, TARGET) is None
    assert taken((one,), dependency, Target(line="3.13t", platform=TARGET.platform)) is one
    assert taken((one,), dependency, None) is one
    (long,) = sort(IndexFile(filename=PURE, url="", requires_python=">" * 10_000))
    assert len(long.requires_python) == 200


@pytest.mark.parametrize(
    ("requires", "runs"),
    [
        ("", True),
        (">=3.10", True),
        (">=3.14.3", True),  # late releases of the line do
        ("<3.14.3", True),  # early ones do
        (">=3.15", False),
        ("<3.14", False),
        ("nonsense", True),
    ],
)
def test_what_a_line_accepts(requires, runs):
    assert TARGET.runs(requires) is runs


def test_the_wheel_that_an_installer_takes():
    assert file_for([PURE, THREADED], TARGET) == (THREADED, False)
    assert file_for([PURE], TARGET) == (PURE, True)
    assert file_for(["thing-2.0-cp314-cp314-manylinux_2_28_x86_64.whl"], TARGET) is None
    assert file_for([], TARGET) is None


def test_pre_releases_are_taken_only_where_nothing_else_is():
    early = sort("thing-2.0b1.tar.gz")
    dependency = Dependency(name="thing", where="")
    assert taken(early, dependency, TARGET) is early[0]
    both = sort("thing-2.0b1.tar.gz", "thing-1.0.tar.gz")
    assert str(taken(both, dependency, TARGET).version) == "1.0"
