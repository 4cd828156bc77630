"""Declarations: what is read of them, what is wrong with them, and what their hash covers."""

import pytest

from ftguide.ground.vocabulary import UnknownNameError
from ftguide.outcomes.declare.catalogue import catalogue

HEAD = '''"""A family

About it.
"""

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden

STEP = 1


'''
TEST = '''class Fine(Litmus):
    """A story."""

    slug = "fine"
    question = "Is it?"
    on = "int"
    operation = "+="
    outcomes = (acceptable("2", "Both."),)

    def __init__(self):
        self.n = 0

    def actor1(self):
        self.n += STEP

    def actor2(self):
        self.n += STEP

    def arbiter(self):
        return self.n
'''


@pytest.fixture
def read(tmp_path):
    def write(text, name="family"):
        folder = tmp_path / f"tests-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / f"{name}.py").write_text(text)
        return catalogue(folder)

    return write


def test_what_is_read(read):
    found = read(HEAD + TEST)
    assert found.problems == ()
    (family,) = found.families
    assert (family.title, family.intro) == ("A family", "About it.")
    (test,) = family.tests
    assert (test.slug, test.story, test.actors, test.litmus) == ("fine", "A story.", 2, True)
    assert test.helpers == "STEP = 1"


def test_the_program_that_is_shown_has_no_description(read):
    (test,) = read(HEAD + TEST).tests.values()
    assert test.code.startswith("class Fine(Litmus):\n    def __init__(self):\n")
    for word in ("slug", "question", "A story", "acceptable"):
        assert word not in test.code


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('slug = "fine"', 'slug = "Not Fine"', "has the slug 'Not Fine'"),
        ('slug = "fine"', 'slug = ""', "has the slug ''"),
        ('question = "Is it?"', 'question = "It is."', "the question 'It is.' is none"),
        ('    question = "Is it?"\n', "", "has no question"),
        ('outcomes = (acceptable("2", "Both."),)', "outcomes = ()", "has no outcomes"),
        ('acceptable("2", "Both.")', 'acceptable("2", "")', "is not graded"),
        ("    on =", '    level = "safe"\n    on =', "the level 'safe' is unknown"),
        ("    on =", '    level = "atomic"\n    on =', "the level 'atomic' has no source"),
        ("    on =", '    issue = "#12"\n    on =', "the issue '#12' is none"),
        ("    on =", '    since = "3"\n    on =', "since '3' is no line"),
        ("    on =", '    control = "7"\n    on =', "the control '7' is not an outcome"),
        ("def actor2", "def other", "has 1 actors"),
        ("def arbiter", "def actor3", "is a litmus test of 3 actors"),
        ("(Litmus)", "(__import__('outcomes.tests.declare').tests.declare.Test)", "has no shape"),
    ],
)
def test_a_faulty_declaration_is_named_with_its_remedy(read, old, new, what):
    assert old in TEST
    other = TEST.replace('"fine"', '"other"').replace("Fine", "Other")
    found = read(HEAD + TEST.replace(old, new, 1) + "\n\n" + other)
    assert any(what in str(problem) and problem.remedy for problem in found.problems), (
        found.problems
    )
    assert all("family.py:" in problem.where for problem in found.problems)
    assert list(found.tests) == ["other"]


def test_a_slug_that_is_taken_is_named_with_both_places(read):
    found = read(f"{HEAD}{TEST}\n\n{TEST.replace('Fine', 'Again')}")
    (problem,) = found.problems
    assert "two tests are called 'fine'" in str(problem)
    assert len(found.tests) == 1


@pytest.mark.parametrize(
    ("text", "what"), [("import nowhere_at_all", "nowhere"), ("def", "Syntax")]
)
def test_a_file_that_cannot_be_imported_is_named(read, text, what):
    found = read(text)
    assert what in str(found.problems[0])
    assert found.families == ()


def test_a_family_needs_a_title(read):
    assert "it has no docstring" in str(read("x = 1\n").problems[0])


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('"Both."', '"Both of them."', True),
        ('question = "Is it?"', 'question = "Is it so?"', True),
        ('"""A story."""', '"""Another story."""', True),
        ("self.n = 0", "self.n = 0  # from the start", True),
        ("self.n += STEP", "self.n += 2 * STEP", False),
        ("STEP = 1", "STEP = 2", False),
    ],
)
def test_the_hash_covers_what_is_executed(read, old, new, same):
    text = HEAD + TEST
    assert old in text
    (before,), (after,) = read(text).tests.values(), read(text.replace(old, new, 1)).tests.values()
    assert (before.hash == after.hash) is same


def test_names_are_looked_up_kindly(read):
    found = read(HEAD + TEST)
    assert [test.slug for test in found.find([], [])] == ["fine"]
    assert [test.slug for test in found.find([], ["family"])] == ["fine"]
    with pytest.raises(UnknownNameError, match="did you mean fine"):
        found.find(["fin"])
    with pytest.raises(UnknownNameError, match="family"):
        found.find([], ["famly"])
