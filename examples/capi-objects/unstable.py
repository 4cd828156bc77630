"""Use each helper and print what it said, and what it changed."""

import gc
import sys
import threading
import weakref

import helpers


def elsewhere(function, *arguments):
    """Call in another thread and return what it returned."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(function(*arguments)))
    thread.start()
    thread.join()
    return answers[0]


print("PyUnstable_Object_IsUniqueReferencedTemporary")
a, b, c, d = (helpers.Point() for _ in range(4))
total = a + b + c + d
print("  points made by a + b + c + d:          ", helpers.take_made())
del total

print("PyUnstable_Object_IsUniquelyReferenced")
reader = helpers.Reader()
for number in range(10):
    reader.read(number)
print("  points made, none of 10 kept:          ", helpers.take_made())
kept = [reader.read(number) for number in range(10)]
print("  points made, 10 of 10 kept:            ", helpers.take_made())
del kept
reader.read(0)
helpers.take_made()
elsewhere(reader.read, 1)
print("  made when another thread reads:        ", helpers.take_made())

print("PyUnstable_TryIncRef in another thread")
point = helpers.Point()
print("  on a living object:                    ", helpers.try_elsewhere(point))
helpers.enable_try_incref(point)
print("  after PyUnstable_EnableTryIncRef:      ", helpers.try_elsewhere(point))

print("PyUnstable_Object_EnableDeferredRefcount")


class Settings:
    pass


def references_in(frames):
    mine = SETTINGS
    return references_in(frames - 1) if frames else sys.getrefcount(mine)


SETTINGS = Settings()
gone = weakref.ref(SETTINGS)
gc.disable()
references_in(100)  # warm: the bytecode is specialised now
before = references_in(0)
print("  counted for 50 more frames that use it:", references_in(50) - before)
print(
    "  returned, a second time:               ", helpers.settle(SETTINGS), helpers.settle(SETTINGS)
)
before = references_in(0)
print("  counted for 50 more frames, deferred:  ", references_in(50) - before)
SETTINGS = None
print("  gone after the last reference:         ", gone() is None)
gc.collect()
print("  gone after a collection:               ", gone() is None)
print("  returned for an object outside the GC: ", helpers.settle(helpers.Point()))
