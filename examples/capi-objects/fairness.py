"""Say in which order threads get a PyMutex, and whether the one that releases it can take it again."""

import threading
import time
from pathlib import Path

import mutexes

WAITERS, RELEASER = 6, -1


def sleeps(thread):
    """Say whether the system has put the thread to sleep: it waits, for it had announced to."""
    status = Path(f"/proc/self/task/{thread.native_id}/stat").read_text()
    return status.rpartition(")")[2].split()[0] == "S"


mutexes.hold()
threads = [threading.Thread(target=mutexes.line_up, args=(n,)) for n in range(WAITERS)]
for number, thread in enumerate(threads):  # one after the other, so that the order is known
    thread.start()
    while mutexes.waiting() <= number or not sleeps(thread):
        time.sleep(0.001)
time.sleep(0.02)  # every waiter is past the millisecond now
mutexes.release_and_take_again()
for thread in threads:
    thread.join()
order = ["the releaser" if number == RELEASER else f"waiter {number}" for number in mutexes.taken()]
print("in this order:", ", ".join(order))

print("the releaser had it again before the waiter:")
print("  the waiter had waited 20 ms:", mutexes.rounds_ahead(20, 20_000), "of 20 rounds")
# On a busy machine the waiter may have waited for longer than a millisecond in many rounds.
ahead = any(mutexes.rounds_ahead(5, 0) for _ in range(400))
print("  released at once:           ", "some" if ahead else "none", "of up to 2000 rounds")
