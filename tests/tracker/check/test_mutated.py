"""Damaged files of every format: each is read, or refused in one line that names it. Nothing else happens.

Bytes are flipped, words replaced, and values exchanged for others of a wrong type, which leaves a file
readable and finds what a reader takes for granted. A seed is in the name of what fails.
"""

import json
import random
import tomllib
import tracemalloc
from collections import Counter
from datetime import date

import pytest
import yaml

from ftguide.cli.main import main
from ftguide.tracker.check import files
from ftguide.tracker.check.check import check, to_ask
from ftguide.tracker.check.dependency import MAX_BYTES, DependencyError, Selection
from ftguide.tracker.pages import answers
from tests.fuzz.mutations import of_bytes, of_json, of_text
from tests.slow import slow_but
from tests.tracker.check.conftest import TARGET
from tests.tracker.check.samples import SAMPLES

COUNT = 300
#: Of what Python allocates, beyond the room for the largest file that is read at all.
MOST_BYTES = MAX_BYTES + 16 * 1024**2
TODAY = date(2026, 11, 28)


def of_values(data, chance):
    """Exchange a value of a file in TOML, YAML or JSON; write it in the form that is easiest to write."""
    for read, write in (
        (json.loads, json.dumps),
        (tomllib.loads, toml),
        (yaml.safe_load, json.dumps),  # JSON is YAML
    ):
        try:
            record = read(data.decode())
        except (ValueError, yaml.YAMLError):
            continue
        if isinstance(record, dict):
            hurt = json.loads(of_json(json.dumps(record).encode(), chance))
            return write(hurt).encode("utf-8", "surrogatepass")
    return of_text(data, chance)


def toml(record):
    """Write a table with everything in it inline."""
    if not isinstance(record, dict):
        return f"package = {inline(record)}\n"
    return "".join(f"{json.dumps(key)} = {inline(value)}\n" for key, value in record.items())


def inline(value):
    match value:
        case dict():
            pairs = (f"{json.dumps(key)} = {inline(one)}" for key, one in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case list():
            return f"[{', '.join(map(inline, value))}]"
        case None:
            return "{}"  # there is no null
        case float():
            return repr(value)
        case _:
            return json.dumps(value)


def ending(path, selection):
    """Read a file and say all there is to say of it; return the message if it is refused."""
    try:
        listing = files.read(path, TARGET, selection)
    except DependencyError as error:
        return str(error)
    to_ask(listing, {}, TARGET, TODAY)
    report = check(listing, {}, TARGET, today=TODAY)
    for form in answers.FORMATS:
        assert steers_nothing(answers.render(form, report, TODAY, 0))
    return ""


def steers_nothing(text):
    return all(line.isprintable() for line in text.split("\n"))


def damaged(kind, number):
    """Return a damaged file, what it was damaged by, and the part of it that is asked for."""
    chance = random.Random(f"{kind} {number}")
    mutate = chance.choice((of_bytes, of_text, of_values, of_values))
    selections = (Selection(), Selection(everything=True), Selection(groups=frozenset({"dev"})))
    data = mutate(SAMPLES[kind][1].encode(), chance)
    return data, mutate.__name__, chance.choice(selections)


@pytest.mark.parametrize("kind", slow_but({"uv.lock"}, SAMPLES))
def test_damaged_files_are_read_or_refused_in_one_line(kind, tmp_path):
    name, text = SAMPLES[kind]
    path = tmp_path / name
    path.write_text(text)
    assert not ending(path, Selection())
    ends = Counter()
    for number in range(COUNT):
        data, how, selection = damaged(kind, number)
        path.write_bytes(data)
        try:
            message = ending(path, selection)
        except Exception as error:
            raise AssertionError(f"{kind} {number} ({how})") from error
        ends["refused" if message else "read"] += 1
        if message:
            assert message.isprintable(), (kind, number)  # which also means: one line
            assert name in message or message.startswith("--group"), (kind, number, message)
    assert ends["refused"] > 20
    assert ends["read"] > 20


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_damaged_file_takes_little_room(kind, tmp_path):
    path = tmp_path / SAMPLES[kind][0]
    tracemalloc.start()
    try:
        for number in range(0, COUNT, 15):
            data, _, selection = damaged(kind, number)
            path.write_bytes(data)
            ending(path, selection)
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_refused_file_ends_with_two_and_one_line(kind, tmp_path, capsys):
    name, text = SAMPLES[kind]
    path = tmp_path / name
    path.write_bytes(text.encode()[: len(text) // 2] + b"\n\xff[\x1b[31m")
    assert main(["check", str(path), "--offline"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert name in captured.err
    assert "\x1b" not in captured.err
