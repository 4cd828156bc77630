"""A loop over a dict that another thread adds to and deletes from."""

import threading

table = dict.fromkeys(range(8))


def actor1():
    global table
    for number in range(8, 28):
        table[number] = None
        del table[number]


def actor2():
    global table
    try:
        for _key in table:
            pass
    except RuntimeError:
        pass


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
