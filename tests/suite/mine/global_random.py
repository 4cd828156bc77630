import random


def work():
    return sum(random.random() for _ in range(10_000))
