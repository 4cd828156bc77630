"""A list is read while it is sorted."""

import threading

items = [3, 1, 4, 1, 5, 9, 2, 6]
empty = False


def actor1():
    global items
    items.sort()


def actor2():
    global items, empty
    empty = len(items) == 0


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
