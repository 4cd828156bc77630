"""Lists read like lists in a sentence."""

import pytest

from ftguide.render.words import enumeration


@pytest.mark.parametrize(
    ("words", "sentence"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_in_a_sentence(words, sentence):
    assert enumeration(words) == sentence
