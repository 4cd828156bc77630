"""The parallel group's answers by other means, and what its twins share or do not share."""

from __future__ import annotations

import dis
import zlib
from collections import Counter

import pytest

from benchmarks.workloads import parallel
from benchmarks.workloads import parallel_memory as memory
from benchmarks.workloads.declare import WrongAnswerError


def twister(seed):
    """Yield the 32-bit words of a Mersenne Twister (Matsumoto and Nishimura 1998), from its definition."""
    mask, n, m = 0xFFFFFFFF, 624, 397
    state = [19650218]
    for i in range(1, n):
        state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + i) & mask)
    i = 1  # from here on init_by_array with the one-word key that a small seed is
    for _ in range(n):
        state[i] = ((state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1664525) + seed) & mask
        i += 1
        if i == n:
            state[0], i = state[-1], 1
    for _ in range(n - 1):
        state[i] = ((state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1566083941) - i) & mask
        i += 1
        if i == n:
            state[0], i = state[-1], 1
    state[0] = 0x80000000
    while True:
        for i in range(n):
            y = state[i] & 0x80000000 | state[(i + 1) % n] & 0x7FFFFFFF
            state[i] = state[(i + m) % n] ^ y >> 1 ^ (0x9908B0DF if y & 1 else 0)
        for word in state:
            mixed = word ^ word >> 11
            mixed ^= mixed << 7 & 0x9D2C5680
            mixed ^= mixed << 15 & 0xEFC60000
            yield mixed ^ mixed >> 18


def test_darts_with_a_twister_of_our_own():
    words = twister(parallel.SEED)

    def draw():
        return ((next(words) >> 5) * 2**26 + (next(words) >> 6)) / 2**53

    hits = sum(draw() ** 2 + draw() ** 2 <= 1 for _ in range(parallel.POINTS))
    assert hits == parallel.HITS


def test_text_holds_the_words_the_oracle_expects():
    words = [word.strip(",.;").lower() for word in parallel._text(0).split(" ")]
    assert len(words) == parallel.TEXT_WORDS
    counts = Counter(words)
    assert len(counts) == parallel.WORDS
    ranked = " ".join(f"{w}:{n}" for w, n in sorted(counts.items(), key=lambda e: (-e[1], e[0])))
    assert ranked == parallel.RANKED
    assert any(word[0].isupper() for word in parallel._text(0).split())


def test_matrices_in_whole_numbers():
    side = range(memory.SIDE)
    total = 0
    for i in side:
        for j in side:
            entry = sum((2 * ((3 * i + k) % 7) + 1) * (2 * ((k + 5 * j) % 11) - 5) for k in side)
            total += entry * (i * memory.SIDE + j + 1)
    assert total / 4 == memory.WEIGHTED


def test_band_filtered_as_a_whole_row_at_a_time():
    filtered = bytearray()
    for y in range(memory.ROWS):
        row = [(x * x + 7 * y) % 256 for x in range(memory.WIDTH)]
        inner = [(a + 2 * b + c) // 4 for a, b, c in zip(row, row[1:], row[2:], strict=False)]
        filtered += bytes([0, *inner, 0])
    assert zlib.crc32(filtered) == memory.CHECKSUM


@pytest.mark.parametrize("run", [memory._filter_in_place, memory._filter_a_copy])
def test_a_filter_that_does_nothing_is_noticed(run, monkeypatch):
    """The band is blackened after each call, so yesterday's result cannot pass for today's."""
    picture = memory._picture()
    memory._check_band([run(memory._band(3), picture, 1)], 1)
    assert not any(picture.target)
    monkeypatch.setattr(memory, "_filter", lambda *_: None)
    with pytest.raises(WrongAnswerError, match="checksum"):
        memory._check_band([run(memory._band(3), picture, 1)], 1)


def test_bands_do_not_touch():
    picture = memory._picture()
    for worker in (0, 1, memory.BANDS - 1):
        memory._filter(picture.source, picture.target, memory._band(worker))
        start = worker * memory.BAND
        assert not any(picture.target[:start])
        assert not any(picture.target[start + memory.BAND :])
        picture.target[:] = bytes(len(picture.target))
    assert memory.BAND % 64 == 0
    with pytest.raises(ValueError, match=f"{memory.BANDS} bands"):
        memory._band(memory.BANDS)


def test_twins_differ_in_one_thing():
    by_slug = {one.slug: one for one in memory.WORKLOADS}
    trap, fix = by_slug["matmul-shared-rows"], by_slug["matmul-lists"]
    assert trap.remedy == fix.slug
    assert trap.check is fix.check
    for one in (trap, fix):
        assert "_multiply" in one.run.__code__.co_names
    trap, fix = by_slug["image-bands"], by_slug["image-copies"]
    assert trap.remedy == fix.slug
    assert (trap.setup_shared, trap.setup_local, trap.check) == (
        fix.setup_shared,
        fix.setup_local,
        fix.check,
    )
    for one in (trap, fix):
        assert "_filter" in one.run.__code__.co_names


def test_the_generator_is_the_one_of_the_thread():
    """No draw comes from the module's hidden generator, which all threads would share."""
    names = {instruction.argval for instruction in dis.get_instructions(parallel._throw)}
    assert "random" in names
    assert parallel._generator(0) is not parallel._generator(1)


@pytest.mark.interpreters
def test_what_is_said_to_contend_is_not_immortal(python, target):
    command = """
import sys
from benchmarks.workloads import parallel_memory as memory
factors = memory._factors()
numbers = [x for matrix in factors for row in matrix for x in row]
assert not any(map(sys._is_immortal, numbers))
assert len(set(map(id, numbers))) == len(numbers), "numbers shared within a matrix"
picture = memory._picture()
assert not sys._is_immortal(picture.source) and not sys._is_immortal(picture.target)
"""
    done = python(target, "-P", "-c", command)
    assert done.returncode == 0, done.stderr
