"""No race: append is documented as one step."""

import threading

items = []


def actor1():
    global items
    for number in range(10):
        items.append(number)


def actor2():
    global items
    for number in range(10):
        items.append(number)


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
