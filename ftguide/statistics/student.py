"""Student's t distribution, from the incomplete beta function. Pure; standard library only."""

from __future__ import annotations

import math
from functools import lru_cache


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction of the incomplete beta function (modified Lentz method)."""
    tiny = 1e-300  # stands in for a zero denominator, as Lentz's method wants
    c, d = 1.0, 1.0 / ((1.0 - (a + b) * x / (a + 1.0)) or tiny)
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / ((1.0 + term * d) or tiny)
            c = (1.0 + term / c) or tiny
            value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            return value
    raise ArithmeticError(f"incomplete beta does not converge at a={a}, b={b}, x={x}")


def incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1.

    y = 1 - x is given too, because it may be too small to subtract. Continued fraction of Abramowitz &
    Stegun 26.5.8; raises `ArithmeticError` where that does not converge.
    """
    if x <= 0.0:
        return 0.0
    if y <= 0.0:
        return 1.0
    log_x = math.log(x) if x < 0.5 else math.log1p(-y)
    log_y = math.log(y) if y < 0.5 else math.log1p(-x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * log_x + b * log_y)
    if x < (a + 1.0) / (a + b + 2.0):  # the side on which the fraction converges fast
        return front * _beta_fraction(a, b, x) / a
    return 1.0 - front * _beta_fraction(b, a, y) / b


def student_tail(t: float, df: float) -> float:
    """Return P(T > t) for Student's t ("The probable error of a mean", Biometrika 1908).

    `df` are the degrees of freedom, inf is the normal; raises `ValueError` unless they are above 0.
    """
    if not df > 0:
        raise ValueError(f"degrees of freedom must be positive, got {df}")
    if t < 0:
        return 1.0 - student_tail(-t, df)
    square = t * t
    if math.isinf(square):
        return 0.0
    if math.isinf(df):
        return math.erfc(t / math.sqrt(2.0)) / 2
    return incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square)) / 2


@lru_cache(maxsize=4096)
def student_quantile(p: float, df: float) -> float:
    """Return the t with P(T <= t) = p, for 0 < p < 1, to about 1e-13 relative.

    Newton's method on the tail, held inside a bracket so that the heavy tails of df = 1 converge.
    Raises `ValueError` outside its domain.
    """
    if not (0 < p < 1 and df > 0):
        raise ValueError(f"a quantile wants 0 < p < 1 and df > 0, got p={p}, df={df}")
    if p == 0.5:
        return 0.0
    tail = min(p, 1.0 - p)
    low, high = 0.0, 1.0
    while student_tail(high, df) > tail:
        low, high = high, high * 2
    t = (low + high) / 2
    for _ in range(200):
        excess = student_tail(t, df) - tail
        low, high = (t, high) if excess > 0 else (low, t)
        guess = t + excess / _student_density(t, df)
        if not low < guess < high:
            guess = (low + high) / 2
        if abs(guess - t) <= 1e-15 * guess:
            break
        t = guess
    return t if p > 0.5 else -t


def _student_density(t: float, df: float) -> float:
    if math.isinf(df):
        return math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    log_scale = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    return math.exp(log_scale - (df + 1) / 2 * math.log1p(t * t / df))
