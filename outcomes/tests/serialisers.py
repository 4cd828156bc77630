"""json, pickle, copy and struct over objects that change.

A thread that walks an object while another thread changes it may meet a state that never was.
"""

from __future__ import annotations

import copy
import io
import json
import pickle
import struct

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

PAIR = struct.Struct("<qq")
RECORD = struct.Struct("<q")


class JsonDumpsDict(Stress):
    """The encoder walks through the dictionary itself, not through a copy."""

    slug = "json-dumps-dict"
    question = "Can a dictionary be written as JSON while another thread changes it?"
    on = "json"
    operation = "dumps(d) while others write d"
    module = "json"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-157105"
    note = "`json.dumps(d.copy())` is safe as long as nobody changes the values."
    outcomes = (
        acceptable("whole", "All keys that were there all the time were written."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "Keys were missing and nothing was raised."),
        forbidden("SIG*", "The interpreter crashed: a value was freed while it was written."),
    )

    def __init__(self):
        self.table = {f"key {number}": [number] for number in range(100)}

    def actor1(self):
        for number in range(5000):
            self.table[f"key {number % 100}"] = [number]
            self.table["new"] = number
            del self.table["new"]

    def actor2(self):
        for _ in range(100):
            if json.dumps(self.table).count("key") < 100:
                return "short"
        return "whole"


class JsonDumpsList(Stress):
    """The same for a list whose elements are replaced."""

    slug = "json-dumps-list"
    question = "Can a list be written as JSON while another thread changes it?"
    on = "json"
    operation = "dumps(l) while others write l"
    module = "json"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-157107"
    note = "`json.dumps(l.copy())` is safe as long as nobody changes the elements."
    outcomes = (
        acceptable("whole", "All elements were written."),
        interesting("short", "Elements were missing and nothing was raised."),
        interesting("RuntimeError", "The encoder noticed the change."),
        forbidden("SIG*", "The interpreter crashed: an element was freed while it was written."),
    )

    def __init__(self):
        self.items = [["key", number] for number in range(100)]

    def actor1(self):
        for number in range(5000):
            self.items[number % 100] = ["key", number]
            self.items.append(number)
            self.items.pop()

    def actor2(self):
        for _ in range(100):
            if json.dumps(self.items).count("key") < 100:
                return "short"
        return "whole"


class PickleDumpsDict(Stress):
    """The dictionary is written in pieces of 1,000 keys."""

    slug = "pickle-dumps-dict"
    question = "Can a dictionary be pickled while another thread changes it?"
    on = "pickle"
    operation = "dumps(d) while others write d"
    module = "pickle"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-146452"
    note = "`pickle.dumps(d.copy())` is safe as long as nobody changes the values."
    outcomes = (
        acceptable("whole", "All keys that were there all the time were written."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "Keys were missing and nothing was raised."),
        forbidden("SIG*", "The interpreter crashed: a value was freed while it was written."),
    )

    def __init__(self):
        self.table = {number: [number] for number in range(100)}

    def actor1(self):
        for number in range(5000):
            self.table[number % 100] = [number]
            self.table["new"] = [number]
            del self.table["new"]

    def actor2(self):
        for _ in range(100):
            if len(pickle.loads(pickle.dumps(self.table))) < 100:
                return "short"
        return "whole"


class PickleDumpsList(Stress):
    """The same for a list whose elements are replaced."""

    slug = "pickle-dumps-list"
    question = "Can a list be pickled while another thread changes it?"
    on = "pickle"
    operation = "dumps(l) while others write l"
    module = "pickle"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-149816"
    note = "`pickle.dumps(l.copy())` is safe as long as nobody changes the elements."
    outcomes = (
        acceptable("whole", "All elements were written."),
        interesting("RuntimeError", "The pickler noticed that the list had changed its length."),
        interesting("IndexError", "An element that was counted was no longer there."),
        interesting("short", "Elements were missing and nothing was raised."),
        forbidden("SIG*", "The interpreter crashed: an element was freed while it was written."),
    )

    def __init__(self):
        self.items = [[number] for number in range(100)]

    def actor1(self):
        for number in range(5000):
            self.items[number % 100] = [number]
            self.items.append([number])
            self.items.pop()

    def actor2(self):
        for _ in range(100):
            if len(pickle.loads(pickle.dumps(self.items))) < 100:
                return "short"
        return "whole"


class PicklerShared(Stress):
    """A pickler remembers which objects it has written, in a table of its own."""

    slug = "pickler-shared"
    question = "Can two threads write with one Pickler?"
    on = "pickle.Pickler"
    operation = "dump by two threads"
    module = "pickle"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-143638"
    note = "A pickler checks whether it is in use; without the GIL, two threads can pass the check together."
    outcomes = (
        acceptable("readable", "Everything can be read again."),
        interesting("*RuntimeError*", "The pickler noticed that it was already in use."),
        interesting("unreadable", "What was written cannot be read, or is something else."),
        forbidden("SIG*", "The interpreter crashed: both threads used one output buffer."),
    )

    def __init__(self):
        self.stream = io.BytesIO()
        self.pickler = pickle.Pickler(self.stream)

    def dump(self):
        for number in range(200):
            self.pickler.dump([number, number])

    def actor1(self):
        self.dump()

    def actor2(self):
        self.dump()

    def arbiter(self):
        self.stream.seek(0)
        unpickler = pickle.Unpickler(self.stream)
        try:
            while True:
                first, second = unpickler.load()
                if first != second:
                    return "unreadable"
        except EOFError:
            return "readable"
        except Exception:
            return "unreadable"


class Point:
    def __init__(self):
        self.x = self.y = 0


class CopyObject(Litmus):
    """The attributes are copied in one step, and two assignments are two steps."""

    slug = "copy-copy-object"
    question = "Does copy.copy() of an object see two assignments of another thread together?"
    on = "copy"
    operation = "copy(o) while others write o"
    module = "copy"
    remedy = "porting/cookbook#pattern-frozen"
    outcomes = (
        acceptable("0 0", "The copy came before both."),
        acceptable("1 1", "The copy came after both."),
        interesting("1 0", "The copy came between the two assignments."),
        forbidden("0 1", "The copy has the second assignment and not the first."),
    )

    def __init__(self):
        self.point = Point()

    def actor1(self):
        self.point.x = 1
        self.point.y = 1

    def actor2(self):
        twin = copy.copy(self.point)
        return f"{twin.x} {twin.y}"


class DeepcopyDict(Stress):
    """deepcopy() is Python code that loops over what it copies."""

    slug = "copy-deepcopy-dict"
    question = "Can a dictionary be copied with deepcopy() while another thread writes to it?"
    on = "copy"
    operation = "deepcopy(d) while others write d"
    module = "copy"
    remedy = "porting/cookbook#pattern-copy"
    note = "`copy.deepcopy(d.copy())` is safe as long as nobody changes the values."
    outcomes = (
        acceptable("whole", "All keys that were there all the time were copied."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "Keys were missing and nothing was raised."),
    )

    def __init__(self):
        self.table = {number: [number] for number in range(50)}

    def actor1(self):
        for number in range(50, 5000):
            self.table[number] = 0
            del self.table[number]

    def actor2(self):
        for _ in range(50):
            if len(copy.deepcopy(self.table)) < 50:
                return "short"
        return "whole"


class DeepcopyList(Stress):
    """A loop over a list does not notice that the list changes."""

    slug = "copy-deepcopy-list"
    question = "Does deepcopy() find each element of a list once while another thread reorders it?"
    on = "copy"
    operation = "deepcopy(l) while others write l"
    module = "copy"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element was copied once."),
        interesting("wrong", "An element was copied twice or not at all."),
    )

    def __init__(self):
        self.items = [[number] for number in range(50)]

    def actor1(self):
        for _ in range(5000):
            self.items.append(self.items.pop(0))

    def actor2(self):
        for _ in range(50):
            numbers = {item[0] for item in copy.deepcopy(self.items)}
            if len(numbers) < 49:
                return "wrong"
        return "whole"


class StructShared(Stress):
    """A compiled format does not change."""

    slug = "struct-shared"
    question = "Can two threads use one struct.Struct?"
    on = "struct.Struct"
    operation = "pack, unpack by two threads"
    module = "struct"
    issue = "gh-146020"
    note = "The issue is about calling `__init__` again, which nobody does."
    outcomes = (
        acceptable("right, right", "Each thread got its own values."),
        forbidden("*wrong*", "A thread got values of the other one."),
    )

    def use(self, value):
        for _ in range(5000):
            if PAIR.unpack(PAIR.pack(value, value)) != (value, value):
                return "wrong"
        return "right"

    def actor1(self):
        return self.use(1)

    def actor2(self):
        return self.use(2)


class StructIntoShared(Litmus):
    """Two fields of one record in shared memory, written by one call."""

    slug = "struct-pack-into"
    question = "Does unpack_from() see two fields together that one pack_into() writes?"
    on = "struct.Struct"
    operation = "pack_into against unpack_from"
    module = "struct"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("0 0", "The reader came before the writer."),
        acceptable("-1 -1", "The reader came after the writer."),
        interesting("-1 0", "The reader saw the first field new and the second one old."),
        interesting("0 -1", "The reader saw the first field old and the second one new."),
        interesting("torn number", "The reader saw one number half written."),
    )

    def __init__(self):
        self.memory = bytearray(16)

    def actor1(self):
        PAIR.pack_into(self.memory, 0, -1, -1)

    def actor2(self):
        first, second = PAIR.unpack_from(self.memory)
        return f"{first} {second}" if first in (0, -1) and second in (0, -1) else "torn number"


class StructIterUnpack(Stress):
    """Its end is where it drops the buffer, and two threads can get there together."""

    slug = "struct-iter-unpack-shared"
    question = "Do two threads that share one iter_unpack() get each record once?"
    on = "struct.iter_unpack"
    operation = "emptied by two threads"
    module = "struct"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-154013"
    outcomes = (
        acceptable("each once", "Every record came to one thread."),
        interesting("twice", "A record came to both threads."),
        interesting("missing", "A record came to nobody."),
        forbidden("strange", "A record came that the buffer does not have."),
        forbidden("SIG*", "The interpreter crashed: both threads released the buffer at its end."),
    )

    def __init__(self):
        self.records = RECORD.iter_unpack(b"".join(RECORD.pack(n) for n in range(1000)))
        self.came = [], []

    def actor1(self):
        for (number,) in self.records:
            self.came[0].append(number)

    def actor2(self):
        for (number,) in self.records:
            self.came[1].append(number)

    def arbiter(self):
        came = [*self.came[0], *self.came[1]]
        if not set(came) <= set(range(1000)):
            return "strange"
        if len(set(came)) < len(came):
            return "twice"
        return "each once" if len(came) == 1000 else "missing"
