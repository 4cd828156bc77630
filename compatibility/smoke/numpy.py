"""NumPy: threads read one shared array and use one shared generator per call, each with its own results."""

import numpy as np

SHARED = np.arange(20_000, dtype=np.float64).reshape(100, 200)


def work(number: int) -> list[object]:
    """Compute with a shared array that nobody writes, and with arrays of one's own."""
    own = SHARED[:, number:] * (number + 1)
    square = own @ own.T
    draws = np.random.default_rng(number).integers(0, 1000, size=500)
    order = np.argsort(own[:, 0] % 7, kind="stable")
    return [
        float(square.trace()),
        draws.tolist(),
        order.tolist(),
        float(np.fft.fft(own[0]).real[1]),
    ]
