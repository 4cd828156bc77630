"""The blocks file of a complete run: the lines written while it was measured, in a tenth of their bytes.

Nearly all of these lines are clock readings, and half of what such a reading says is noise, which nothing
compresses. So no digit of them is stored twice: a start is counted from the end of the turn before, an end is
not stored where the laps add up to it, and all of them are integers apart from the text. Unpacked by xz there
are three parts:

1. a line of JSON, `Head`: how many bytes part 2 has, and how many integers part 3;
2. the lines as they were written, but for two fields of every arm: `spans` is the number of its workers and
   `laps` the number of laps of a value, 0 or absent where it is not timed in laps;
3. the integers as 64-bit two's complement: the lowest byte of all of them, then the next byte of all, and so
   on. They come in the order in which they were measured, block by block and turn by turn: for every worker
   the nanoseconds from the end of the turn before, or from the start of the block, to its start; then the
   nanoseconds of every lap, or how long every worker took.

Lines that are not shaped like this stay as they are, and part 3 is empty. What is packed is unpacked and
compared before anybody gets it: the lines come back byte for byte.
"""

from __future__ import annotations

import lzma
import sys
from array import array
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import msgspec

from ftguide.ground.files import TooLargeError

FORMAT = 1
#: Of the 64-bit integers.
_WIDTH = 8
#: xz at level 6, whose window of 8 MiB holds the text of a full run; without alignment, because text and
#: planes of bytes have none. Level 9 needs eight times the memory on both sides, and gains a thousandth.
_FILTERS = (
    {"id": lzma.FILTER_LZMA2, "preset": 6 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 0},
)
#: What unpacking may take: ours needs 9 MiB.
MOST_MEMORY = 32 * 1024 * 1024
_MOST_HEAD = 200
#: The largest run has 3,000 lines. A line of three bytes becomes an object of a hundred.
MOST_LINES = 100_000

#: What reading somebody's lines may end in: JSON of any shape, walked as if it had the right one.
_MISSHAPEN = (
    *(msgspec.DecodeError, msgspec.EncodeError, ArithmeticError, AttributeError, LookupError),
    *(RecursionError, TypeError, ValueError),
)


class PackingError(Exception):
    """A packed file is damaged, or none; the message says why."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of an unpacked file."""

    format: int
    text: int  #: bytes
    numbers: int


def pack(text: bytes) -> bytes:
    """Return the packed form of lines, the same bytes for the same lines from one version of xz."""
    try:
        kept, numbers = _apart(text)
        whole = _together(kept, numbers, len(text)) == text
    except (*_MISSHAPEN, PackingError, TooLargeError):
        whole = False
    if not whole:
        kept, numbers = text, array("q")
    head = Head(format=FORMAT, text=len(kept), numbers=len(numbers))
    content = b"".join((msgspec.json.encode(head), b"\n", kept, _planes(numbers)))
    return lzma.compress(content, format=lzma.FORMAT_XZ, filters=[*_FILTERS])


def unpack(data: bytes, most_bytes: int) -> bytes:
    """Return the lines of a packed file.

    Raises `PackingError` for one that is damaged, `TooLargeError` where the lines, or what xz makes of the
    file, have more than `most_bytes`, or where there are more than `MOST_LINES`.
    """
    content = _decompress(data, most_bytes)
    first = content.find(b"\n", 0, _MOST_HEAD)
    try:
        head = msgspec.json.decode(content[: max(first, 0)], type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackingError("its first line is not a head") from error
    if head.format != FORMAT:
        raise PackingError(f"it has format {head.format}, and this checkout reads {FORMAT}")
    start, end = first + 1, first + 1 + head.text
    if min(head.text, head.numbers) < 0 or end + _WIDTH * head.numbers != len(content):
        raise PackingError("its parts are not as long as its head says")
    kept = within_lines(content[start:end])
    if not head.numbers:
        return kept
    try:
        return _together(kept, _numbers(memoryview(content)[end:]), most_bytes)
    except _MISSHAPEN as error:
        raise PackingError("its lines do not fit its numbers") from error


def within_lines(text: bytes) -> bytes:
    """Return lines as they are; raises `TooLargeError` for more than `MOST_LINES`, each an object."""
    if text.count(b"\n") > MOST_LINES:
        raise TooLargeError(f"unpacks to more than {MOST_LINES} lines")
    return text


def _decompress(data: bytes, most_bytes: int) -> bytes:
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY)
    try:
        content = decompressor.decompress(data, most_bytes + 1)
    except lzma.LZMAError as error:
        raise PackingError(str(error)) from error
    if len(content) > most_bytes:
        raise TooLargeError(f"unpacks to more than {most_bytes} bytes")
    if not decompressor.eof:
        raise PackingError("it is cut off")
    if decompressor.unused_data:
        raise PackingError("something follows its end")
    return content


def _planes(numbers: array[int]) -> bytes:
    data = _little(numbers).tobytes()
    return b"".join(data[plane::_WIDTH] for plane in range(_WIDTH))


def _numbers(planes: memoryview) -> array[int]:
    count = len(planes) // _WIDTH
    data = bytearray(len(planes))
    for plane in range(_WIDTH):
        data[plane::_WIDTH] = planes[plane * count : (plane + 1) * count]
    numbers = array("q")
    numbers.frombytes(data)
    return _little(numbers)


def _little(numbers: array[int]) -> array[int]:
    """Return numbers in the order of bytes that is stored, or of this machine where they come from there."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers


def _apart(text: bytes) -> tuple[bytes, array[int]]:
    """Take the clock readings out of lines; raises some error for lines that are not shaped for it."""
    numbers, lines = array("q"), text.split(b"\n")
    for place, line in enumerate(lines):
        record = msgspec.json.decode(line) if line else {}
        if record.get("block") is not None:
            numbers.extend(_taken(record["block"]))
            lines[place] = msgspec.json.encode(record)
    return b"\n".join(lines), numbers


def _together(text: bytes, numbers: array[int], most_bytes: int) -> bytes:
    """Put the clock readings back; raises some error for lines or numbers that are not shaped for it."""
    left, lines, size = iter(numbers), text.split(b"\n"), len(text)
    for place, line in enumerate(lines):
        record = msgspec.json.decode(line) if line else {}
        if record.get("block") is not None:
            _put(record["block"], left)
            lines[place] = msgspec.json.encode(record)
            size += len(lines[place]) - len(line)
            if size > most_bytes:
                raise TooLargeError(f"unpacks to more than {most_bytes} bytes")
    if next(left, None) is not None:
        raise PackingError("it has more numbers than its lines tell")
    return b"\n".join(lines)


def _taken(block: dict[str, Any]) -> Iterator[int]:
    """Yield the clock readings of a block, and leave in their places how many there were."""
    values = {name: _values(arm) for name, arm in block["arms"].items()}
    end = 0
    for name in chain.from_iterable(block["order"]):
        spans, laps = next(values[name], ([], []))
        yield from (start - end for start, _ in spans)
        yield from laps or (stop - start for start, stop in spans)
        end = max(stop for _, stop in spans)
    for arm in block["arms"].values():
        arm["spans"] = len(arm["spans"][0])
        if "laps" in arm:  # which the first suites did not write
            arm["laps"] = len(arm["laps"][0]) if arm["laps"] else 0


def _values(arm: dict[str, Any]) -> Iterator[tuple[list[list[int]], list[int]]]:
    return zip(arm["spans"], arm.get("laps") or ([] for _ in arm["spans"]), strict=True)


def _put(block: dict[str, Any], numbers: Iterator[int]) -> None:
    """Put the clock readings of a block back in their places."""
    arms = block["arms"]
    counts = {name: (arm["spans"], arm.get("laps", 0)) for name, arm in arms.items()}
    for arm in arms.values():
        arm.update({name: [] for name in ("spans", "laps") if name in arm})
    end = 0
    for name in chain.from_iterable(block["order"]):
        workers, laps = counts[name]
        starts = [end + number for number in islice(numbers, workers)]
        lengths = list(islice(numbers, laps or workers))
        if len(starts) != workers or len(lengths) != (laps or workers):
            raise PackingError("it has fewer numbers than its lines tell")
        if laps:
            arms[name]["laps"].append(lengths)
            lengths = [sum(lengths)]
        spans = [[start, start + length] for start, length in zip(starts, lengths, strict=True)]
        arms[name]["spans"].append(spans)
        end = max(stop for _, stop in spans)
