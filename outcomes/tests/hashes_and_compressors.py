"""Hashes, compressors, TLS contexts and ctypes.

An object around a C library's state takes a lock, or it does not.
"""

from __future__ import annotations

import ctypes
import hashlib
import hmac
import ssl
import zlib

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

BLOCK = bytes(range(256)) * 16
HASHES = {hashlib.sha256(text).digest() for text in (b"aaaabbbb", b"bbbbaaaa")}
KEYED = {hmac.digest(b"key", text, "sha256") for text in (b"aaaabbbb", b"bbbbaaaa")}


class ZlibCompress(Stress):
    """The engine is locked for each call; what comes out of it has to be stored in the same order."""

    slug = "zlib-compressobj-shared"
    question = "Can what two threads compress with one compressobj be read again?"
    on = "zlib.compressobj"
    operation = "compress, then append"
    module = "zlib"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("readable", "The pieces are in the order in which the engine made them."),
        interesting("unreadable", "Two pieces were stored in the wrong order."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.engine = zlib.compressobj(0)
        self.pieces = []

    def compress(self):
        for _ in range(50):
            self.pieces.append(self.engine.compress(BLOCK))

    def actor1(self):
        self.compress()

    def actor2(self):
        self.compress()

    def arbiter(self):
        self.pieces.append(self.engine.flush())
        try:
            return "readable" if zlib.decompress(b"".join(self.pieces)) == BLOCK * 100 else "wrong"
        except zlib.error:
            return "unreadable"


class ZlibDecompressAttributes(Stress):
    """unused_data is replaced by decompress() and read without its lock."""

    slug = "zlib-decompressobj-unused-data"
    question = "Can unused_data be read while another thread decompresses?"
    on = "zlib.decompressobj"
    operation = "decompress against unused_data"
    module = "zlib"
    remedy = "porting/cookbook#pattern-lock"
    issue = "none found"
    note = "Read under the lock since 3.15, says its list of changes."
    outcomes = (
        acceptable("whole", "It was empty, or a number of whole pieces."),
        forbidden("torn", "It held something else."),
        forbidden(
            "SIG*", "The interpreter crashed: the bytes were freed while they were returned."
        ),
    )

    def __init__(self):
        self.engine = zlib.decompressobj()
        self.engine.decompress(zlib.compress(b"text"))

    def actor1(self):
        for _ in range(500):
            self.engine.decompress(b"rest")

    def actor2(self):
        for _ in range(3000):
            if len(self.engine.unused_data) % 4:
                return "torn"
        return "whole"


class HashUpdate(Litmus):
    """Each call is locked, and their order is what the threads make of it."""

    slug = "hashlib-update"
    question = "Is a hash that two threads update the hash of one order or the other?"
    on = "hashlib"
    operation = "update"
    module = "hashlib"
    issue = "none found"
    outcomes = (
        acceptable("whole", "One update after the other."),
        forbidden("other", "It is the hash of something that nobody passed."),
    )

    def __init__(self):
        self.hash = hashlib.sha256()

    def actor1(self):
        self.hash.update(b"aaaa")

    def actor2(self):
        self.hash.update(b"bbbb")

    def arbiter(self):
        return "whole" if self.hash.digest() in HASHES else "other"


class HashUpdateLarge(Stress):
    """For large blocks the GIL is released, so this runs in parallel on either build."""

    slug = "hashlib-update-large"
    question = "Is a hash right that two threads update with large blocks?"
    on = "hashlib"
    operation = "update with 4,096 bytes"
    module = "hashlib"
    issue = "none found"
    outcomes = (
        acceptable("right", "Every block was counted once."),
        forbidden("wrong", "It is the hash of something that nobody passed."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.hash = hashlib.sha256()

    def actor1(self):
        for _ in range(100):
            self.hash.update(BLOCK)

    def actor2(self):
        for _ in range(100):
            self.hash.update(BLOCK)

    def arbiter(self):
        return "right" if self.hash.digest() == hashlib.sha256(BLOCK * 200).digest() else "wrong"


class HashDigest(Stress):
    """A progress report of a hash that is still growing."""

    slug = "hashlib-digest-while-update"
    question = "Can the digest so far be read while another thread updates the hash?"
    on = "hashlib"
    operation = "digest against update"
    module = "hashlib"
    issue = "none found"
    outcomes = (
        acceptable("right", "Every digest was that of a number of blocks."),
        forbidden("wrong", "A digest was that of half a block."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.hash = hashlib.sha256()
        self.known, steps = set(), hashlib.sha256()
        for _ in range(201):
            self.known.add(steps.digest())
            steps.update(BLOCK)

    def actor1(self):
        for _ in range(200):
            self.hash.update(BLOCK)

    def actor2(self):
        return "right" if {self.hash.digest() for _ in range(500)} <= self.known else "wrong"


class HmacUpdate(Litmus):
    """The same with a key."""

    slug = "hmac-update"
    question = "Is an HMAC that two threads update that of one order or the other?"
    on = "hmac"
    operation = "update"
    module = "hmac"
    issue = "none found"
    outcomes = (
        acceptable("whole", "One update after the other."),
        forbidden("other", "It is the code of something that nobody passed."),
    )

    def __init__(self):
        self.code = hmac.new(b"key", digestmod="sha256")

    def actor1(self):
        self.code.update(b"aaaa")

    def actor2(self):
        self.code.update(b"bbbb")

    def arbiter(self):
        return "whole" if self.code.digest() in KEYED else "other"


class SslContext(Stress):
    """One context for all connections is the usual way, and some change it as they go."""

    slug = "ssl-context-shared"
    question = "Can a connection be made while another thread sets the protocols of the context?"
    on = "ssl.SSLContext"
    operation = "wrap_bio against set_alpn_protocols"
    module = "ssl"
    remedy = "porting/cookbook#pattern-frozen"
    issue = "gh-141012"
    needs = ("_ssl",)
    note = "The crash of the issue comes later, when the handshake reads the protocols."
    outcomes = (
        acceptable("made", "All connections were made."),
        forbidden("*Error", "A call failed because of the other thread's."),
        forbidden("SIG*", "The interpreter crashed: the list of protocols was freed while in use."),
    )

    def __init__(self):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def actor1(self):
        for _ in range(500):
            self.context.set_alpn_protocols(["http/1.1", "h2"])

    def actor2(self):
        for _ in range(50):
            hello = ssl.MemoryBIO()
            connection = self.context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="a")
            try:
                connection.do_handshake()
            except ssl.SSLWantReadError:
                hello.read()
        return "made"


class CtypesIncrement(Litmus):
    """A number in memory that a C library might read."""

    slug = "ctypes-value-increment"
    question = "Do two increments of a ctypes number always make two?"
    on = "ctypes.c_int"
    operation = "x.value += 1"
    module = "ctypes"
    source = "https://docs.python.org/3.14/library/ctypes.html#thread-safety-without-the-gil"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.number = ctypes.c_int()

    def actor1(self):
        self.number.value += 1

    def actor2(self):
        self.number.value += 1

    def arbiter(self):
        return self.number.value


class Position(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int), ("y", ctypes.c_int))


class CtypesPair(Litmus):
    """Two fields, two assignments, and a reader that takes both by one call."""

    slug = "ctypes-structure-pair"
    question = "Does bytes() of a ctypes structure see two fields together?"
    on = "ctypes.Structure"
    operation = "two fields against bytes(s)"
    module = "ctypes"
    source = "https://docs.python.org/3.14/library/ctypes.html#thread-safety-without-the-gil"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("0 0", "The reader came before both assignments."),
        acceptable("1 1", "The reader came after both."),
        interesting("1 0", "The reader came between the two assignments."),
        interesting("0 1", "The reader saw the second assignment and not the first."),
    )

    def __init__(self):
        self.position = Position()

    def actor1(self):
        self.position.x = 1
        self.position.y = 1

    def actor2(self):
        data = bytes(self.position)
        return f"{data[0]} {data[4]}"


class CtypesBuffer(Stress):
    """A string buffer is written as a whole, and read up to its first zero."""

    slug = "ctypes-buffer-value"
    question = "Does a reader of a ctypes string buffer see what another thread writes whole?"
    on = "ctypes.create_string_buffer"
    operation = "b.value = x against b.value"
    module = "ctypes"
    level = "shared"
    source = "https://docs.python.org/3.14/library/ctypes.html#thread-safety-without-the-gil"
    remedy = "porting/cookbook#pattern-lock"
    note = "Locked since 3.14; two ctypes objects that share memory still need a lock of yours."
    outcomes = (
        acceptable("whole", "The text was of one assignment."),
        interesting("torn", "The text was partly of one assignment and partly of another."),
    )

    def __init__(self):
        self.buffer = ctypes.create_string_buffer(b"a" * 500, 600)
        self.texts = b"a" * 500, b"b" * 500

    def actor1(self):
        for number in range(5000):
            self.buffer.value = self.texts[number % 2]

    def actor2(self):
        for _ in range(5000):
            if self.buffer.value not in self.texts:
                return "torn"
        return "whole"


class CtypesView(Litmus):
    """Two objects over the same memory do not know of each other."""

    slug = "ctypes-from-buffer"
    question = "Do two ctypes objects over one bytearray see assignments of each other whole?"
    on = "ctypes array"
    operation = "a[:] = x against b[:], same memory"
    module = "ctypes"
    level = "compatible"
    source = "https://docs.python.org/3.14/library/ctypes.html#thread-safety-without-the-gil"
    remedy = "porting/cookbook#pattern-lock"
    note = "Documented: objects that share memory need a lock of yours."
    outcomes = (
        acceptable("0", "The reader came before the writer."),
        acceptable("64", "The reader came after the writer."),
        interesting("some", "The reader saw some of the new elements."),
    )

    def __init__(self):
        memory = bytearray(64)
        self.first = (ctypes.c_char * 64).from_buffer(memory)
        self.second = (ctypes.c_char * 64).from_buffer(memory)

    def actor1(self):
        self.first[:] = b"b" * 64

    def actor2(self):
        count = self.second[:].count(b"b")
        return count if count in (0, 64) else "some"
