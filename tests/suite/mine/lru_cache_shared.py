from functools import lru_cache


@lru_cache(maxsize=None)  # noqa: UP033 - as people write it
def square(x):
    return x * x


def work():
    for _ in range(100):
        for i in range(50):
            square(i)
