"""All parts are the whole, and each name is in one of them."""

import pytest

from ftguide.ground.shard import Shard, ShardError


@pytest.mark.parametrize("of", [1, 2, 4, 9])
def test_every_name_is_in_exactly_one_part(of):
    names = [f"name-{number}" for number in range(200)]
    parts = [[name for name in names if Shard(number, of).has(name)] for number in range(1, of + 1)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    assert all(parts)


def test_a_part_is_read_from_its_text():
    assert Shard.parse("2/8") == (2, 8)


@pytest.mark.parametrize(
    "text", ["", "0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2", "٣/4", "1/99999"]
)
def test_what_is_no_part_is_named(text):
    with pytest.raises(ShardError, match="is not a part; give one such as 2/8"):
        Shard.parse(text)
