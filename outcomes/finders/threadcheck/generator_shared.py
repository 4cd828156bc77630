"""Two threads empty one generator."""

import threading


def numbers(count):
    for number in range(count):
        yield number


generator = numbers(20)


def actor1():
    global generator
    for _value in generator:
        pass


def actor2():
    global generator
    for _value in generator:
        pass


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
