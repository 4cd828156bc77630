"""msgpack: each thread packs and unpacks data of its own, also in pieces."""

import msgpack


def work(number: int) -> list[object]:
    """Pack, unpack, and feed an unpacker in pieces."""
    data = [{"n": n, "text": "x" * (n % 40), "blob": bytes([n % 256])} for n in range(number, 400)]
    packed = msgpack.packb(data)
    stream = msgpack.Unpacker()
    for start in range(0, len(packed), 97):
        stream.feed(packed[start : start + 97])
    return [packed, msgpack.unpackb(packed) == data, next(iter(stream)) == data]
