"""SciPy: threads solve and transform with one shared matrix that nobody writes, each with its own results."""

import numpy as np
from scipy import linalg, optimize, sparse

SHARED = np.arange(900, dtype=np.float64).reshape(30, 30) % 7 + np.eye(30) * 10


def work(number: int) -> list[object]:
    """Solve, factorise, minimise, and multiply sparse matrices."""
    right = np.full(30, number + 1.0)
    solved = linalg.solve(SHARED, right)
    eigen = linalg.eigvalsh(SHARED + SHARED.T)
    least = optimize.minimize_scalar(lambda x: (x - number) ** 2)
    thin = sparse.csr_array(number < SHARED)
    return [
        solved.round(9).tolist(),
        eigen.round(6).tolist(),
        round(float(least.x), 6),
        int((thin @ thin).sum()),
    ]
