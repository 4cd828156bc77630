"""Statistics against closed forms, printed tables and worked examples from the literature."""

import math
from fractions import Fraction

import pytest

from ftguide.statistics import estimates, student
from ftguide.statistics.estimates import (
    Estimate,
    benjamini_hochberg,
    equivalence_p,
    group_mean,
    mean_interval,
    ratio_interval,
    standard_error,
    welch_interval,
)
from ftguide.statistics.student import student_quantile, student_tail

#: Hours of sleep gained with two drugs by the same ten patients (Student, Biometrika 1908).
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
SLEEP = [b - a for a, b in zip(FIRST, SECOND, strict=True)]


def incomplete_beta(a, b, x):
    return student.incomplete_beta(a, b, x, 1.0 - x)


def student_cdf(t, df):
    return student_tail(-t, df)


# --- the incomplete beta function -------------------------------------------------------------------

GRID = [0.001, 0.05, 0.3, 0.5, 0.77, 0.99]


@pytest.mark.parametrize("x", GRID)
def test_beta_agrees_with_its_closed_forms(x):
    close = {"rel": 1e-12, "abs": 1e-15}
    assert incomplete_beta(1, 1, x) == pytest.approx(x, **close)
    assert incomplete_beta(3.7, 1, x) == pytest.approx(x**3.7, **close)
    assert incomplete_beta(1, 2.2, x) == pytest.approx(1 - (1 - x) ** 2.2, **close)
    assert incomplete_beta(2, 3, x) == pytest.approx(6 * x**2 - 8 * x**3 + 3 * x**4, **close)
    arcsine = 2 / math.pi * math.asin(math.sqrt(x))
    assert incomplete_beta(0.5, 0.5, x) == pytest.approx(arcsine, **close)


@pytest.mark.parametrize(("a", "b"), [(5, 6), (50, 60), (200, 3), (2, 400)])
@pytest.mark.parametrize("x", [Fraction(1, 100), Fraction(2, 5), Fraction(1, 2), Fraction(9, 10)])
def test_beta_is_the_binomial_tail_exactly_summed(a, b, x):
    n = a + b - 1
    exact = sum(math.comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(a, n + 1))
    assert incomplete_beta(a, b, float(x)) == pytest.approx(float(exact), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("x", GRID)
@pytest.mark.parametrize(("a", "b"), [(0.5, 4.5), (2.5, 0.5), (30, 0.5), (1e4, 0.5)])
def test_beta_is_symmetric(a, b, x):
    assert incomplete_beta(a, b, x) + incomplete_beta(b, a, 1 - x) == pytest.approx(1, abs=1e-12)


def test_beta_gives_the_printed_f_quantile():
    """F(0.95; 4, 9) = 3.6331 in every table."""
    f, m, n = 3.6330885, 4, 9
    assert incomplete_beta(m / 2, n / 2, m * f / (m * f + n)) == pytest.approx(0.95, abs=1e-7)


def test_beta_at_its_ends():
    assert incomplete_beta(2, 3, 0) == 0
    assert incomplete_beta(2, 3, 1) == 1


# --- Student's t ------------------------------------------------------------------------------------


def nine_degrees(t):
    """Return P(|T| < t) for 9 degrees of freedom (Abramowitz & Stegun 26.7.3: a finite sum)."""
    angle = math.atan(t / 3)
    c = math.cos(angle)
    series = c + 2 / 3 * c**3 + 8 / 15 * c**5 + 16 / 35 * c**7
    return 2 / math.pi * (angle + math.sin(angle) * series)


@pytest.mark.parametrize("t", [1e-6, 0.1, 0.7, 1.5, 2.262, 4.0621, 9.0])
def test_t_distribution_agrees_with_closed_forms(t):
    assert student_cdf(t, 1) == pytest.approx(0.5 + math.atan(t) / math.pi, abs=1e-14)
    assert student_cdf(t, 2) == pytest.approx(0.5 + t / 2 / math.sqrt(2 + t * t), abs=1e-14)
    assert student_cdf(t, 9) == pytest.approx((1 + nine_degrees(t)) / 2, abs=1e-14)
    assert student_cdf(t, math.inf) == pytest.approx(
        (1 + math.erf(t / math.sqrt(2))) / 2, abs=1e-14
    )
    assert student_cdf(-t, 9) == pytest.approx(1 - student_cdf(t, 9), abs=1e-15)


def test_t_tail_stays_accurate_far_out():
    for t in (1e2, 1e5, 1e9):
        assert student_tail(t, 1) == pytest.approx(math.atan(1 / t) / math.pi, rel=1e-10)
    assert student_tail(1e200, 3) == 0


@pytest.mark.parametrize(
    ("p", "df", "t"),
    [
        (0.975, 1, 12.706204736174698),
        (0.975, 2, 4.302652729749464),
        (0.975, 4, 2.7764451051977987),
        (0.975, 9, 2.2621571627982),
        (0.975, 30, 2.0422724563012),
        (0.975, math.inf, 1.9599639845400545),
        (0.95, 9, 1.8331129326562),
        (0.995, 9, 3.2498355415921),
        (0.5, 9, 0.0),
    ],
)
def test_t_quantiles_are_those_of_the_tables(p, df, t):
    assert student_quantile(p, df) == pytest.approx(t, rel=1e-11, abs=1e-15)
    assert student_quantile(1 - p, df) == pytest.approx(-t, rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("df", [0.7, 1, 2.5, 9, 45.3, 1e5])
@pytest.mark.parametrize("p", [1e-9, 0.001, 0.3, 0.4999, 0.6, 0.99])
def test_t_quantile_inverts_the_distribution(p, df):
    assert student_cdf(student_quantile(p, df), df) == pytest.approx(p, rel=1e-10)


@pytest.mark.parametrize(("p", "df"), [(0, 3), (1, 3), (0.5, 0), (0.5, -1), (math.nan, 3)])
def test_a_quantile_outside_the_domain_is_refused(p, df):
    with pytest.raises(ValueError, match="quantile wants"):
        student_quantile(p, df)


# --- intervals of ratios ----------------------------------------------------------------------------


def test_sleep_data_give_students_result():
    """Mean 1.58, t = 4.0621, df = 9, p = 0.002833, interval 0.7001142 to 2.4598858."""
    one = ratio_interval(SLEEP)
    assert one.k == 10
    assert math.log(one.ratio) == pytest.approx(1.58, abs=1e-12)
    assert math.log(one.ratio) / one.standard_error == pytest.approx(4.0621277, abs=1e-6)
    assert one.p == pytest.approx(0.00283289, abs=1e-8)
    assert math.log(one.low) == pytest.approx(0.7001142, abs=1e-7)
    assert math.log(one.high) == pytest.approx(2.4598858, abs=1e-7)
    assert one.half_width == pytest.approx((2.4598858 - 0.7001142) / 2, abs=1e-7)


def test_exchanging_the_arms_turns_the_ratio_over():
    one, other = ratio_interval(SLEEP), ratio_interval([-d for d in SLEEP])
    assert other.ratio == pytest.approx(1 / one.ratio)
    assert (other.low, other.high) == pytest.approx((1 / one.high, 1 / one.low))
    assert other.p == one.p


def test_another_level_gives_another_interval():
    assert ratio_interval(SLEEP, 0.9).half_width < ratio_interval(SLEEP).half_width
    assert ratio_interval(SLEEP, 0.9).half_width == pytest.approx(
        student_quantile(0.95, 9) * standard_error(SLEEP)
    )


def test_one_block_gives_a_ratio_and_no_interval():
    one = ratio_interval([math.log(1.5)])
    assert one.ratio == pytest.approx(1.5)
    assert (one.low, one.high, one.k, one.standard_error, one.p) == (0, math.inf, 1, math.inf, 1)
    assert one.half_width == math.inf


def test_no_block_gives_nothing_and_does_not_raise():
    none = ratio_interval([])
    assert math.isnan(none.ratio)
    assert (none.low, none.high, none.k, none.p) == (0, math.inf, 0, 1)


def test_blocks_without_variance_are_certain():
    assert ratio_interval([0.5, 0.5, 0.5]).p == 0
    assert ratio_interval([0.0, 0.0]).p == 1
    one = ratio_interval([0.25] * 4)
    assert one.low == one.high == pytest.approx(math.exp(0.25))


def test_absurd_blocks_overflow_to_infinity():
    one = ratio_interval([-200.0, 200.0])
    assert (one.high, one.half_width) == (math.inf, math.inf)
    assert one.low == 0


def test_an_interval_of_times_never_goes_below_zero():
    assert mean_interval([1.0, 1.0, 4.0])[0] == 0
    low, high = mean_interval(SECOND)
    assert (low + high) / 2 == pytest.approx(2.33)
    assert high - 2.33 == pytest.approx(2.2621571628 * standard_error(SECOND))
    assert mean_interval([1.0]) == (0, math.inf)


def test_welch_gives_the_published_result_for_unpaired_sleep():
    """t = -1.8608, df = 17.776, p = 0.07939, interval -3.3654832 to 0.2054832 (R, ?sleep)."""
    one = welch_interval(FIRST, SECOND)
    assert math.log(one.ratio) == pytest.approx(-1.58)
    assert math.log(one.ratio) / one.standard_error == pytest.approx(-1.8608, abs=5e-5)
    assert one.p == pytest.approx(0.07939, abs=5e-6)
    assert math.log(one.low) == pytest.approx(-3.3654832, abs=1e-6)
    assert math.log(one.high) == pytest.approx(0.2054832, abs=1e-6)
    assert one.k == 10


def test_welch_without_blocks_or_variance():
    assert welch_interval([0.1], SECOND).high == math.inf
    assert math.isnan(welch_interval([], SECOND).ratio)
    same = welch_interval([0.1, 0.1], [0.1, 0.1])
    assert (same.low, same.high, same.p) == (1, 1, 1)


# --- equivalence and multiplicity -------------------------------------------------------------------


def test_equivalence_of_paired_sleep_within_half_an_hour():
    """The bounds of TOSTER's introduction, pairs kept: t = (0.5 - 1.58) / 0.389 = -2.777, 9 df."""
    margin = math.expm1(0.5)
    assert equivalence_p(SLEEP, margin) == pytest.approx(student_cdf(2.7766, 9), abs=1e-5)
    assert equivalence_p(SLEEP, margin) == pytest.approx(0.989, abs=5e-4)
    assert equivalence_p([-d for d in SLEEP], margin) == equivalence_p(SLEEP, margin)


@pytest.mark.parametrize("shift", [-0.028, -0.02, 0.0, 0.012, 0.024, 0.0285, 0.05])
def test_equivalence_means_that_the_90_percent_interval_lies_inside(shift):
    d = [shift + e for e in (-0.004, 0.003, 0.001, -0.002, 0.002)]
    one = ratio_interval(d, 0.9)
    assert (equivalence_p(d) < 0.05) == (one.low > 1 / 1.03 and one.high < 1.03)


def test_equivalence_at_its_edges():
    assert equivalence_p([0.01]) == 1
    assert equivalence_p([]) == 1
    assert equivalence_p([0.029, 0.029]) == 0
    assert equivalence_p([0.03, 0.03]) == 1  # ln 1.03 = 0.0296


def test_the_example_of_benjamini_and_hochberg():
    """Their 15 p values (1995, section 3.2): at 5 % the procedure rejects the first four."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    q = benjamini_hochberg(p)
    assert [one < 0.05 for one in q] == [True] * 4 + [False] * 11
    expected = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857, 0.063857, 0.0645, 0.0765]
    assert q[:9] == pytest.approx(expected, abs=1e-6)
    assert q[-1] == 1
    assert benjamini_hochberg(p[::-1]) == q[::-1]


def test_q_values_at_their_edges():
    assert benjamini_hochberg([]) == []
    assert benjamini_hochberg([0.03]) == [0.03]
    assert benjamini_hochberg([0.04, 0.04]) == [0.04, 0.04]
    assert benjamini_hochberg([0.04, 0.05, 0.01]) == pytest.approx([0.05, 0.05, 0.03])
    for wrong in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="not a p value"):
            benjamini_hochberg([0.5, wrong])


THIRTY = [math.sin(12.9898 * i) / 50 for i in range(1, 31)]


# --- groups -----------------------------------------------------------------------------------------


def test_a_group_mean_is_geometric_and_weighs_workloads_alike():
    one = group_mean([[math.log(2)] * 2, [math.log(8)] * 9])
    assert one.ratio == one.low == one.high == pytest.approx(4)


def test_a_group_of_one_workload_has_about_students_interval():
    student = ratio_interval(SLEEP)
    one = group_mean([SLEEP], resamples=5000)
    assert one.ratio == pytest.approx(student.ratio)
    assert math.log(one.high / one.low) / 2 == pytest.approx(student.half_width, rel=0.08)


def test_more_workloads_narrow_a_group():
    width = [
        math.log(one.high / one.low)
        for one in (group_mean([THIRTY[:10]]), group_mean([THIRTY[:10]] * 4))
    ]
    assert width[1] == pytest.approx(width[0] / 2 * 2.028 / 2.262, rel=0.08)


def test_a_group_needs_blocks():
    for wrong in ([], [[0.1]], [[0.1, 0.2], [0.1]]):
        with pytest.raises(ValueError, match="at least two blocks"):
            group_mean(wrong)


def test_an_estimate_says_its_half_width_on_the_log_scale():
    one = Estimate(ratio=2, low=1, high=4, k=5, standard_error=0.1, p=0.5)
    assert one.half_width == pytest.approx(math.log(2))


# --- exact answers where one can be written down ------------------------------------------------------


def test_two_blocks_have_an_exact_group_interval():
    """Resampled means of 0 and 2 are 0, 1 and 2, a quarter of them at either end.

    The percentiles lie at the ends, stretched by sqrt(2) for k - 1 = 1 and by t / z at one degree of freedom.
    """
    one = group_mean([[0.0, 2.0]])
    half = math.sqrt(2) * student_quantile(0.975, 1) / student_quantile(0.975, math.inf)
    assert math.log(one.ratio) == pytest.approx(1)
    assert math.log(one.low) == pytest.approx(1 - half)
    assert math.log(one.high) == pytest.approx(1 + half)


def test_a_group_is_resampled_block_by_block_and_trimmed_like_its_workloads():
    """A mishap in one block of forty moves neither the mean nor the interval."""
    calm = [0.01 * math.sin(i) for i in range(40)]
    wild = [*calm[:19], 3.0, *calm[20:]]  # in the middle: blocks do not come sorted
    widths = []
    for sample in (calm, wild):
        one = group_mean([sample], resamples=500)
        widths.append(math.log(one.high / one.low))
        assert one.ratio == pytest.approx(ratio_interval(sample).ratio)
    assert widths[1] == pytest.approx(widths[0], rel=0.5)
    assert widths[0] == pytest.approx(2 * ratio_interval(calm).half_width, rel=0.25)


def test_a_group_gives_the_same_interval_again():
    assert group_mean([SLEEP, FIRST]) == group_mean([SLEEP, FIRST])


@pytest.mark.parametrize(
    ("level", "value"), [(0, 1), (0.25, 2.5), (0.5, 4), (0.75, 7), (1, 10), (-1, 1), (2, 10)]
)
def test_quantiles_are_interpolated_between_neighbours(level, value):
    assert estimates._quantile([1, 4, 10], level) == value


def test_degrees_of_freedom_are_satterthwaites():
    """Errors 3 and 4 with 2 and 3 degrees of freedom: (9 + 16)² / (81 / 2 + 256 / 3)."""
    assert estimates._satterthwaite((3, 4), (2, 3)) == pytest.approx(625 / (81 / 2 + 256 / 3))
    assert estimates._satterthwaite((3e-200, 4e-200), (2, 3)) == pytest.approx(4.9668874)
    assert estimates._satterthwaite((0, 0), (2, 3)) == math.inf


def ratio(value, half):
    low, high = value * math.exp(-half), value * math.exp(half)
    return Estimate(ratio=value, low=low, high=high, k=9, standard_error=half / 2, p=0.5)


@pytest.mark.parametrize(("apart", "agreed"), [(0.0499, True), (0.0501, False)])
def test_estimates_agree_within_their_half_widths_in_quadrature(apart, agreed):
    one, other = ratio(1.3, 0.03), ratio(1.3 * math.exp(apart), 0.04)
    assert estimates.agree(one, other) is agreed
    assert estimates.agree(other, one) is agreed


def test_small_samples_have_exact_moments():
    assert math.isnan(estimates.mean([]))
    assert estimates.mean([1.0, 2.0, 6.0]) == 3
    assert standard_error([]) == standard_error([1.0]) == math.inf
    assert standard_error([1.0, 3.0]) == pytest.approx(1)
    assert standard_error([1.0, 2.0, 6.0]) == pytest.approx(math.sqrt(14 / 2 / 3))


@pytest.mark.parametrize("outer", [(-1e6, 0.0, 19.0, 1e9), (1.0, 2.0, 700.0, 900.0)])
def test_twenty_values_lose_two_at_either_end(outer):
    """Yuen's error: the sum of squares of the winsorised twenty over 16 times 15."""
    inner = [float(value) for value in range(3, 19)]
    at = estimates.located([*outer, *inner])
    winsorised = [3.0, 3.0, *inner, 18.0, 18.0]
    squares = sum((value - 10.5) ** 2 for value in winsorised)
    assert at.centre == 10.5
    assert at.error == pytest.approx(math.sqrt(squares / (16 * 15)))
    assert at.freedom == 15


def test_a_p_value_is_never_above_one_and_a_ratio_of_1_has_it():
    assert ratio_interval([-0.1, 0.1]).p == 1
    assert welch_interval([-0.1, 0.1], [-0.2, 0.2]).p == 1


@pytest.mark.parametrize("df", [0, -1, math.nan])
def test_a_tail_outside_the_domain_is_refused(df):
    with pytest.raises(ValueError, match="must be positive"):
        student_tail(1.0, df)


def test_what_does_not_converge_says_so():
    with pytest.raises(ArithmeticError, match=r"does not converge at .*nan"):
        student.incomplete_beta(math.nan, 1.0, 0.5, 0.5)
