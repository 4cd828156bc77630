"""array and memoryview.

Memory that has a shape, and views that have to be released.
"""

from __future__ import annotations

from array import array

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class ArrayAppend(Stress):
    """An array has no lock of its own."""

    slug = "array-append"
    question = "Do numbers get lost when two threads append to one array?"
    on = "array.array"
    operation = "append"
    module = "array"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-128942 gh-146007"
    outcomes = (
        acceptable("all", "Every number is in the array."),
        interesting("lost", "A number was overwritten by the other thread's."),
        forbidden("wrong", "A number is there twice, or one that nobody appended."),
        forbidden(
            "*IndexError*", "append() failed: another thread had changed the length meanwhile."
        ),
        forbidden("SIG*", "The interpreter crashed: the array moved while it was written to."),
    )

    def __init__(self):
        self.numbers = array("q")

    def actor1(self):
        for number in range(3000):
            self.numbers.append(number)

    def actor2(self):
        for number in range(3000, 6000):
            self.numbers.append(number)

    def arbiter(self):
        if len(self.numbers) < 6000:
            return "lost"
        return "all" if set(self.numbers) == set(range(6000)) else "wrong"


class ArrayRead(Stress):
    """The reader looks at a place that is always there."""

    slug = "array-append-read"
    question = "Can a number be read while another thread makes the array grow?"
    on = "array.array"
    operation = "a[i] while others append"
    module = "array"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-128942 gh-146007"
    outcomes = (
        acceptable("right", "The number was the right one."),
        forbidden("wrong", "The number was none of the array: its memory belonged to others."),
        forbidden("SIG*", "The interpreter crashed: the array had moved."),
    )

    def __init__(self):
        self.numbers = array("q", [7])

    def actor1(self):
        for _ in range(20):
            del self.numbers[1:]
            for number in range(1000):
                self.numbers.append(number)

    def actor2(self):
        for _ in range(20_000):
            if self.numbers[0] != 7:
                return "wrong"
        return "right"


class ArrayIncrement(Litmus):
    """A counter in an array, as in programs that count a lot."""

    slug = "array-item-increment"
    question = "Do two increments of an array's element always make two?"
    on = "array.array"
    operation = "a[i] += 1"
    module = "array"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.numbers = array("q", [0])

    def actor1(self):
        self.numbers[0] += 1

    def actor2(self):
        self.numbers[0] += 1

    def arbiter(self):
        return self.numbers[0]


class MemoryviewRelease(Litmus):
    """The thread that comes late gets an exception, which is documented."""

    slug = "memoryview-release-read"
    question = "Is a memoryview read whole or not at all when another thread releases it?"
    on = "memoryview"
    operation = "release against tobytes"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html"
        "#thread-safety-for-memoryview-objects"
    )
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-157114"
    outcomes = (
        acceptable("64", "It was read before it was released."),
        acceptable("ValueError", "operation forbidden on released memoryview object."),
        forbidden("BufferError, 64", "release() failed because the view was being read."),
        forbidden("SIG*", "The interpreter crashed: the memory was used after its release."),
    )

    def __init__(self):
        self.view = memoryview(bytearray(64))

    def actor1(self):
        self.view.release()

    def actor2(self):
        return len(self.view.tobytes())


class MemoryviewReleaseTwice(Litmus):
    """release() may be called again, and counts how many views there are."""

    slug = "memoryview-release-twice"
    question = "Is a bytearray free to grow after two threads released the same memoryview?"
    on = "memoryview"
    operation = "release by two threads"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html"
        "#thread-safety-for-memoryview-objects"
    )
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-127716"
    note = (
        "The memory is freed twice, so what breaks is something else, later: in our trials the interpreter "
        "crashed in its memory allocator, or hung."
    )
    outcomes = (
        acceptable("free", "The view was released once."),
        forbidden(
            "BufferError",
            "The bytearray counts views wrongly, because one was released twice: it never grows again.",
        ),
        forbidden("SIG*", "The interpreter crashed: the view was released twice."),
    )

    def __init__(self):
        self.data = bytearray(4)
        self.view = memoryview(self.data)

    def actor1(self):
        self.view.release()

    def actor2(self):
        self.view.release()

    def arbiter(self):
        self.data.append(1)
        return "free"


class MemoryviewSlice(Stress):
    """Each slice is a view of its own, counted where the first view is."""

    slug = "memoryview-slice"
    question = "Can two threads slice one memoryview?"
    on = "memoryview"
    operation = "v[:] by two threads"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html"
        "#thread-safety-for-memoryview-objects"
    )
    remedy = "porting/cookbook#pattern-local"
    issue = "gh-155606"
    outcomes = (
        acceptable("sliced", "All slices could be made."),
        forbidden(
            "*ValueError*",
            "operation forbidden on released memoryview object, though nobody released it: "
            "the number of views was counted wrongly.",
        ),
        forbidden("SIG*", "The interpreter crashed: the memory was released too early."),
    )

    def __init__(self):
        self.view = memoryview(bytearray(64))

    def actor1(self):
        for _ in range(5000):
            self.view[1:]

    def actor2(self):
        for _ in range(5000):
            self.view[1:]

    def arbiter(self):
        self.view[1:]
        return "sliced"


class MemoryviewWrite(Litmus):
    """What a view shows is not protected by anything."""

    slug = "memoryview-write-read"
    question = "Does a reader see a slice assignment through a memoryview whole?"
    on = "memoryview"
    operation = "v[:] = x against bytes(v)"
    level = "compatible"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html"
        "#thread-safety-for-memoryview-objects"
    )
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("b'a'", "The reader came before the writer."),
        acceptable("b'b'", "The reader came after the writer."),
        interesting("torn", "Some bytes are new and some old: the bytes have no lock."),
    )

    def __init__(self):
        self.view = memoryview(bytearray(b"a" * 512))

    def actor1(self):
        self.view[:] = b"b" * 512

    def actor2(self):
        value = bytes(self.view)
        return value[:1] if value.count(value[0]) == 512 else "torn"
