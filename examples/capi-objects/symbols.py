"""Look symbols up while they are freed: one symbol for a code at any time, and never a dead one."""

import threading
import weakref

import helpers

THREADS, ROUNDS = 4, 20_000


def work(number):
    barrier.wait()
    for turn in range(ROUNDS):
        one = helpers.Symbol(turn % 8)
        other = helpers.Symbol(turn % 8)  # `one` is alive, so this must be the same symbol
        if one is not other or one.code != turn % 8:
            wrong.append(number)
        one = other = None


def while_it_is_freed(_reference):
    """Look up the symbol whose `tp_dealloc` runs at this moment."""
    again.append(helpers.Symbol(1))


again = []
symbol = helpers.Symbol(1)
watch = weakref.ref(symbol, while_it_is_freed)
helpers.take_made()
del symbol
print("made by a lookup while the symbol is freed:", helpers.take_made())
print("the same one again afterwards:             ", helpers.Symbol(1) is again[0])
again.clear()

barrier, wrong = threading.Barrier(THREADS), []
threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("two symbols for one code at one time:      ", len(wrong))
