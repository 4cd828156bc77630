"""greenlet: each thread switches between greenlets of its own; none crosses a thread."""

from greenlet import greenlet


def work(number: int) -> list[int]:
    """Pass a number back and forth between two greenlets."""
    seen = []

    def other(value: int) -> None:
        while True:
            seen.append(value)
            value = home.switch(value + number + 1)

    def begin() -> list[int]:
        value = 0
        for _ in range(50):
            value = away.switch(value)
        return seen

    home = greenlet(begin)
    away = greenlet(other, home)
    home.switch()
    while not home.dead:
        home.switch()
    return list(seen)
